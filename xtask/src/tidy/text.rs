//! Rules about what may stand where: SQL, paths of somebody's machine, foreign hosts.

use super::{Complaint, Source};

/// Where SQL may stand. testkit makes and drops databases; xtask measures the raw insert.
const SQL_HOMES: &[&str] = &[
    "crates/store/",
    "crates/db/",
    "crates/testkit/",
    "migrations/",
    "xtask/src/bench/",
    "xtask/src/tidy/",
    "xtask/src/test/postgres.rs",
];

/// Beginnings of statements, as they are written in this code base (keywords in capitals).
const STATEMENTS: &[&str] = &[
    "SELECT ",
    "INSERT INTO ",
    "DELETE FROM ",
    "CREATE TABLE ",
    "CREATE INDEX ",
    "ALTER TABLE ",
    "DROP TABLE ",
    "PRAGMA ",
];

/// SQL stays in the store and the driver crate; tests of other crates may look at the rows.
pub fn sql(source: &Source) -> Vec<Complaint> {
    let at_home = SQL_HOMES.iter().any(|home| source.path.starts_with(home));
    let in_tests = source.path.starts_with("crates/") && source.path.split('/').nth(2) == Some("tests");
    if !source.path.ends_with(".rs") || at_home || in_tests {
        return Vec::new();
    }
    numbered(source)
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .filter(|(_, line)| {
            STATEMENTS
                .iter()
                .any(|start| line.contains(&format!("\"{start}")) || line.trim_start().starts_with(start))
        })
        .map(|(number, _)| Complaint::Error(format!("{}:{number}: SQL belongs to crates/store", source.path)))
        .collect()
}

/// Nothing in the repository depends on where one person keeps it.
pub fn machine_paths(source: &Source) -> Vec<Complaint> {
    let marks = [
        ["/ho", "me/"].concat(),
        ["/ro", "ot/"].concat(),
        ["/wo", "rk/"].concat(),
        ["/Use", "rs/"].concat(),
    ];
    // Data files (captured payloads, samples) may hold any text.
    if ![".rs", ".toml", ".md", ".py", ".sh", ".sql", ".ci/run"]
        .iter()
        .any(|end| source.path.ends_with(end))
    {
        return Vec::new();
    }
    // A path starts after a blank, a quote or a bracket; inside a URL or a longer path it is fine.
    let starts_path = |line: &str, at: usize| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        before.is_none_or(|c| c.is_whitespace() || "\"'`(=".contains(c))
    };
    numbered(source)
        .filter(|(_, line)| {
            marks.iter().any(|mark| {
                line.match_indices(mark.as_str())
                    .any(|(at, _)| starts_path(line, at))
            })
        })
        .map(|(number, _)| Complaint::Error(format!("{}:{number}: names a path of one machine", source.path)))
        .collect()
}

/// What builds and tests the project names no host outside documentation and loopback: every
/// download goes through the package managers, as the person at the machine configured them.
pub fn hosts(source: &Source) -> Vec<Complaint> {
    let builds = source.path.starts_with("xtask/")
        || source.path.starts_with(".ci/")
        || source.path.starts_with(".cargo/")
        || source.path.ends_with("build.rs")
        || source.path.ends_with("Cargo.toml")
        || source.path == "deny.toml";
    if !builds {
        return Vec::new();
    }
    numbered(source)
        .flat_map(|(number, line)| host_names(line).map(move |host| (number, host)))
        .filter(|(_, host)| !is_harmless(host))
        .map(|(number, host)| Complaint::Error(format!("{}:{number}: names the host {host}", source.path)))
        .collect()
}

fn host_names(line: &str) -> impl Iterator<Item = &str> {
    line.split("://").skip(1).filter_map(|rest| {
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && !"-.".contains(c))
            .unwrap_or(rest.len());
        rest.get(..end).filter(|host| host.contains('.'))
    })
}

fn is_harmless(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    ["example", "test", "invalid", "localhost"].contains(&last)
        || ["example.com", "example.net", "example.org"]
            .iter()
            .any(|name| host.ends_with(name))
        || host
            .parse::<std::net::Ipv4Addr>()
            .is_ok_and(|ip| ip.is_loopback() || ip.is_documentation())
}

fn numbered(source: &Source) -> impl Iterator<Item = (usize, &str)> {
    source
        .text
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn sql_is_found_outside_its_home() {
        let text = "let a = \"SELECT id FROM event\";\n// SELECT in a comment\nlet b = \"selected\";\n";
        assert_eq!(sql(&source("crates/engine/src/a.rs", text)).len(), 1);
        assert_eq!(sql(&source("crates/store/src/a.rs", text)), []);
        assert_eq!(sql(&source("crates/engine/tests/a/b.rs", text)), []);
        assert_eq!(sql(&source("crates/engine/src/tests.rs", text)).len(), 1);
        let lines = "let a = \"\n    DELETE FROM event\n\";";
        assert_eq!(sql(&source("crates/http/src/a.rs", lines)).len(), 1);
    }

    #[test]
    fn machine_paths_are_found() {
        let text = ["see \"/ho", "me/alice/x\"\n"].concat();
        assert_eq!(machine_paths(&source("docs/a.md", &text)).len(), 1);
        assert_eq!(machine_paths(&source("tests/payload.json", &text)), []);
        let url = ["https://host.example/ho", "me/page\n"].concat();
        assert_eq!(machine_paths(&source("docs/a.md", &url)), []);
    }

    #[test]
    fn hosts_are_found_in_what_builds() {
        let text = [
            "fetch(\"https://somewhere",
            ".dev/x\"); get(\"http://127.0.0.1:8080/\"); see(\"https://a.example/\")",
        ]
        .concat();
        let found = hosts(&source("xtask/src/a.rs", &text));
        assert_eq!(
            found,
            [Complaint::Error(
                ["xtask/src/a.rs:1: names the host somewhere", ".dev"].concat()
            )]
        );
        assert_eq!(hosts(&source("crates/misp/src/a.rs", &text)), []);
    }
}
