//! Rules about files as such: how long they may be, and that links between them lead somewhere.

use std::path::Path;

use super::{Complaint, Source};

const SOFT: usize = 500;
const HARD: usize = 900;

/// Files that are one table, row after row; a table is read by searching, not from top to bottom.
const TABLES: &[&str] = &[
    "crates/engine/src/settings/table.rs",
    "crates/indicator/src/types.rs",
    "crates/policy/src/endpoint/table.rs",
    "crates/stix/src/map/template.rs",
];

/// Code files tell one story: a warning beyond the soft limit, an error beyond the hard one.
pub fn length(source: &Source) -> Option<Complaint> {
    let code = Path::new(&source.path)
        .extension()
        .is_some_and(|extension| ["rs", "py", "sql", "sh"].iter().any(|known| extension == *known));
    if !code || TABLES.contains(&source.path.as_str()) {
        return None;
    }
    let lines = source.text.lines().count();
    let path = &source.path;
    if lines > HARD {
        Some(Complaint::Error(format!(
            "{path}: {lines} lines, the limit is {HARD}"
        )))
    } else if lines > SOFT {
        Some(Complaint::Warning(format!(
            "{path}: {lines} lines; {SOFT} are enough for one story"
        )))
    } else {
        None
    }
}

/// Links of Markdown files to files of the checkout.
pub fn links(source: &Source, root: &Path) -> Vec<Complaint> {
    if !source.path.ends_with(".md") {
        return Vec::new();
    }
    let page = root.join(&source.path);
    let folder = page.parent().unwrap_or(root);
    targets(&source.text)
        .filter(|target| {
            !target.contains("://") && !target.starts_with(['#', '/']) && !target.starts_with("mailto:")
        })
        .filter_map(|target| {
            let file = target.split('#').next().unwrap_or_default();
            let leads = folder.join(file).exists();
            (!leads).then(|| Complaint::Error(format!("{}: the link to {target} leads nowhere", source.path)))
        })
        .collect()
}

/// What stands in the round brackets after `](`, outside fenced code.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    let mut fenced = false;
    text.lines()
        .filter(move |line| {
            let fence = line.trim_start().starts_with("```");
            fenced ^= fence;
            !fenced && !fence
        })
        .flat_map(|line| line.split("](").skip(1))
        .filter_map(|rest| rest.split([')', ' ']).next())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: String) -> Source {
        Source {
            path: path.to_owned(),
            text,
        }
    }

    #[test]
    fn long_files_are_noticed() {
        assert_eq!(length(&source("a.rs", "x\n".repeat(500))), None);
        assert!(matches!(
            length(&source("a.rs", "x\n".repeat(501))),
            Some(Complaint::Warning(_))
        ));
        assert!(matches!(
            length(&source("a.rs", "x\n".repeat(901))),
            Some(Complaint::Error(_))
        ));
        assert_eq!(length(&source("a.json", "x\n".repeat(901))), None);
        assert_eq!(length(&source(TABLES[0], "x\n".repeat(901))), None);
    }

    #[test]
    fn links_must_lead_somewhere() {
        let root = crate::workspace::root();
        let page = |text: &str| links(&source("README.md", text.to_owned()), &root);
        assert_eq!(page("[a](Cargo.toml) [b](#here) [c](https://host.example/x)"), []);
        assert_eq!(page("[a](no/such.md) and [b](nor/this.md#x)").len(), 2);
        assert_eq!(page("```\n[a](no/such.md)\n```\n"), []);
    }
}
