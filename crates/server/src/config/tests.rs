use super::*;

fn flags(pairs: &[(&'static str, &str)]) -> Flags {
    Flags(pairs.iter().map(|(k, v)| (*k, (*v).to_owned())).collect())
}

fn env<'a>(pairs: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
    |name| {
        pairs
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| (*value).to_owned())
    }
}

fn in_file(text: &str) -> Result<Config, BadSetting> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("entente.toml");
    std::fs::write(&path, text).unwrap();
    Config::load(&flags(&[(CONFIG, path.to_str().unwrap())]), &env(&[]))
}

#[test]
fn flag_beats_environment_beats_file_beats_default() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("entente.toml");
    std::fs::write(&path, "listen = \"127.0.0.1:3\"\ndata-dir = \"/from-file\"\n").unwrap();
    let file = path.to_str().unwrap();
    let port = |flags: &Flags, vars: &[(&str, &str)]| Config::load(flags, &env(vars)).unwrap().listen.port();
    let variables = [("ENTENTE_LISTEN", "127.0.0.1:2")];
    assert_eq!(port(&flags(&[]), &[]), 8080);
    assert_eq!(port(&flags(&[]), &[("ENTENTE_CONFIG", file)]), 3);
    assert_eq!(port(&flags(&[(CONFIG, file)]), &variables), 2);
    assert_eq!(
        port(&flags(&[(CONFIG, file), ("listen", "127.0.0.1:1")]), &variables),
        1
    );
    let config = Config::load(&flags(&[(CONFIG, file)]), &env(&variables)).unwrap();
    assert_eq!(config.data_dir, Path::new("/from-file"));
    assert_eq!(config.database_url.expose(), "sqlite:/from-file/entente.db");
}

#[test]
fn errors_are_one_line_and_name_the_place() {
    type Case<'a> = (&'a [(&'static str, &'a str)], &'a [(&'a str, &'a str)], &'a str);
    let cases: [Case<'_>; 7] = [
        (&[("listen", "here")], &[], "--listen: \"here\" is not ADDR:PORT"),
        (&[], &[("ENTENTE_LISTEN", "8080")], "ENTENTE_LISTEN: "),
        (&[("log-format", "xml")], &[], "--log-format: \"xml\" is neither"),
        (&[("base-url", "sharing.example")], &[], "--base-url: "),
        (
            &[("max-connections", "0")],
            &[],
            "--max-connections: \"0\" is not a number from 1",
        ),
        (
            &[("trusted-proxies", "10.0.0.0/8,x")],
            &[],
            "--trusted-proxies: \"x\"",
        ),
        (
            &[(CONFIG, "/nowhere/entente.toml")],
            &[],
            "--config: cannot read /nowhere/entente.toml",
        ),
    ];
    for (given, variables, expected) in cases {
        let message = Config::load(&flags(given), &env(variables))
            .unwrap_err()
            .to_string();
        assert!(message.starts_with(expected), "{message}");
        assert!(!message.contains('\n'), "{message}");
    }
}

#[test]
fn the_file_refuses_what_it_does_not_know() {
    let message = in_file("listn = \"127.0.0.1:1\"").unwrap_err().to_string();
    assert!(
        message.starts_with("listn in ") && message.contains("no such setting"),
        "{message}"
    );
    let message = in_file("listen = 8080").unwrap_err().to_string();
    assert!(message.contains("takes a string"), "{message}");
    let message = in_file("\nlisten = = 1\n").unwrap_err().to_string();
    assert!(message.contains("line 2") && !message.contains('\n'), "{message}");
    let config = in_file("trusted-proxies = [\"10.0.0.0/8\", \"::1\"]\nbody-timeout = 3").unwrap();
    assert_eq!(config.trusted_proxies.len(), 2);
    assert_eq!(config.limits.body, Duration::from_secs(3));
}

#[test]
fn the_explained_file_is_a_valid_file_with_the_defaults() {
    let config = in_file(&explain()).unwrap();
    assert_eq!(config.listen.port(), 8080);
    assert_eq!(config.limits.request, Duration::from_secs(300));
    for option in OPTIONS {
        assert!(
            explain().contains(&format!("{} = ", option.name)),
            "{}",
            option.name
        );
    }
}

#[test]
fn passwords_are_never_shown() {
    let url = "postgres://entente:hunter2@db.example/entente";
    let config = Config::load(&flags(&[("database-url", url)]), &env(&[])).unwrap();
    assert!(!format!("{config:?}").contains("hunter2"));
    let wrong = flags(&[("database-url", "mysql://root:hunter2@db")]);
    let error = Config::load(&wrong, &env(&[])).unwrap_err();
    assert!(!error.to_string().contains("hunter2"));
}

#[test]
fn the_first_account_is_checked() {
    let bad = first_account(&env(&[("ENTENTE_ADMIN_KEY", "short")])).unwrap_err();
    assert_eq!(bad.place, "ENTENTE_ADMIN_KEY");
    assert!(first_account(&env(&[("ENTENTE_ADMIN_EMAIL", "nobody")])).is_err());
    let first = first_account(&env(&[("ENTENTE_ORG_NAME", "Team")])).unwrap();
    assert_eq!(first.org.as_deref(), Some("Team"));
}
