//! Options of the program, from flags, environment, file and defaults, in this order. spec: CONTRACT `serve`
mod options;

pub use options::{OPTIONS, explain};

use clap::{Arg, ArgMatches, Command};
use entente_engine::bootstrap::FirstAccount;
use entente_indicator::AddressRange;
use options::Shape;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A setting that is no good; one line that names it. Never holds the value of a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct BadSetting {
    /// Where it stands: a flag, a variable, or a key of the file.
    pub place: String,
    /// What is wrong and what to write.
    pub problem: String,
}

/// The settings of one run.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Database, attachments, backups, secrets.
    pub data_dir: PathBuf,
    /// The database.
    pub database_url: DatabaseUrl,
    /// The URL for users without a trailing slash, if one is set.
    pub base_url: Option<String>,
    /// How logs look.
    pub log_format: LogFormat,
    /// Proxies whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<AddressRange>,
    /// Limits of the listener.
    pub limits: Limits,
}

/// Limits of the listener. spec: 11#SR-IN-1
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at the same time.
    pub connections: usize,
    /// Requests of one API key at the same time.
    pub requests_per_key: usize,
    /// For the head of a request.
    pub header: Duration,
    /// For each step of a body.
    pub body: Duration,
    /// For handling a request.
    pub request: Duration,
}

/// How logs look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One object per line.
    Json,
}

/// The URL of a database. Its `Debug` leaves out everything that may be secret.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The URL with its password, for the driver only.
    pub fn expose(&self) -> &str {
        &self.0
    }
    /// The file, when it is the embedded database.
    pub fn sqlite_path(&self) -> Option<&Path> {
        self.0.strip_prefix("sqlite:").map(Path::new)
    }
}

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scheme = self.0.split(':').next().unwrap_or_default();
        write!(f, "{scheme}:..")
    }
}

/// The options as they stand on the command line.
#[derive(Debug, Clone, Default)]
pub struct Flags(HashMap<&'static str, String>);

const CONFIG: &str = "config";

impl clap::FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let names = OPTIONS.iter().map(|option| option.name).chain([CONFIG]);
        Ok(Self(
            names
                .filter_map(|name| Some((name, matches.get_one::<String>(name)?.clone())))
                .collect(),
        ))
    }
    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.0.extend(Self::from_arg_matches(matches)?.0);
        Ok(())
    }
}

impl clap::Args for Flags {
    fn augment_args(command: Command) -> Command {
        let command = command.arg(
            Arg::new(CONFIG)
                .long(CONFIG)
                .value_name("FILE")
                .global(true)
                .help_heading("Settings")
                .help("TOML file with settings [env: ENTENTE_CONFIG]"),
        );
        OPTIONS.iter().fold(command, |command, option| {
            let default = match option.default {
                "" => String::new(),
                default => format!(" [default: {default}]"),
            };
            command.arg(
                Arg::new(option.name)
                    .long(option.name)
                    .value_name(option.value)
                    .global(true)
                    .help_heading("Settings")
                    .help(format!("{} [env: {}]{default}", option.help, option.variable())),
            )
        })
    }
    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

/// A value with the place it was found at.
struct Found {
    place: String,
    value: String,
}

impl Found {
    fn bad(&self, problem: impl Into<String>) -> BadSetting {
        BadSetting {
            place: self.place.clone(),
            problem: problem.into(),
        }
    }
}

/// The layers of settings, asked from the strongest to the weakest.
struct Layers<'a, E> {
    flags: &'a Flags,
    env: &'a E,
    file: HashMap<&'static str, Found>,
}

impl<E: Fn(&str) -> Option<String>> Layers<'_, E> {
    fn find(&mut self, name: &'static str) -> Result<Option<Found>, BadSetting> {
        let option = OPTIONS
            .iter()
            .find(|option| option.name == name)
            .ok_or_else(|| BadSetting {
                place: name.to_owned(),
                problem: "there is no such option".to_owned(),
            })?;
        if let Some(value) = self.flags.0.get(name) {
            let (place, value) = (format!("--{name}"), value.clone());
            return Ok(Some(Found { place, value }));
        }
        if let Some(value) = (self.env)(&option.variable()) {
            let place = option.variable();
            return Ok(Some(Found { place, value }));
        }
        if let Some(found) = self.file.remove(name) {
            return Ok(Some(found));
        }
        let default = option.default;
        Ok((!default.is_empty()).then(|| Found {
            place: format!("default of {name}"),
            value: default.to_owned(),
        }))
    }

    fn required(&mut self, name: &'static str) -> Result<Found, BadSetting> {
        self.find(name)?.ok_or_else(|| BadSetting {
            place: name.to_owned(),
            problem: "has no value".to_owned(),
        })
    }

    fn number(&mut self, name: &'static str, most: u64) -> Result<u64, BadSetting> {
        let found = self.required(name)?;
        let number = found.value.trim().parse().ok();
        number
            .filter(|number| (1..=most).contains(number))
            .ok_or_else(|| found.bad(format!("\"{}\" is not a number from 1 to {most}", found.value)))
    }

    fn seconds(&mut self, name: &'static str) -> Result<Duration, BadSetting> {
        Ok(Duration::from_secs(self.number(name, 86_400)?))
    }
}

impl Config {
    /// Settles every option. `env` looks up a variable of the environment.
    ///
    /// # Errors
    /// The first setting that is no good.
    pub fn load(flags: &Flags, env: &impl Fn(&str) -> Option<String>) -> Result<Self, BadSetting> {
        let path = match flags.0.get(CONFIG) {
            Some(path) => Some(("--config", path.clone())),
            None => env("ENTENTE_CONFIG").map(|path| ("ENTENTE_CONFIG", path)),
        };
        let file = match path {
            Some((place, path)) => {
                let text = std::fs::read_to_string(&path).map_err(|error| BadSetting {
                    place: place.to_owned(),
                    problem: format!("cannot read {path}: {error}"),
                })?;
                read_file(&path, &text)?
            }
            None => HashMap::new(),
        };
        settle(Layers { flags, env, file })
    }
}

fn settle<E: Fn(&str) -> Option<String>>(mut layers: Layers<'_, E>) -> Result<Config, BadSetting> {
    let listen = layers.required("listen")?;
    let data_dir = layers.required("data-dir")?;
    if data_dir.value.is_empty() {
        return Err(data_dir.bad("is empty; write a directory"));
    }
    let data_dir = PathBuf::from(data_dir.value);
    let log_format = layers.required("log-format")?;
    Ok(Config {
        listen: listen.value.parse().map_err(|_| {
            listen.bad(format!(
                "\"{}\" is not ADDR:PORT, such as 127.0.0.1:8080",
                listen.value
            ))
        })?,
        database_url: database_url(layers.find("database-url")?, &data_dir)?,
        base_url: layers
            .find("base-url")?
            .map(|found| base_url(&found))
            .transpose()?,
        log_format: match log_format.value.as_str() {
            "text" => LogFormat::Text,
            "json" => LogFormat::Json,
            other => return Err(log_format.bad(format!("\"{other}\" is neither text nor json"))),
        },
        trusted_proxies: layers
            .find("trusted-proxies")?
            .map_or(Ok(Vec::new()), |found| networks(&found))?,
        limits: Limits {
            connections: usize::try_from(layers.number("max-connections", 1_000_000)?).unwrap_or(usize::MAX),
            requests_per_key: usize::try_from(layers.number("max-requests-per-key", 1_000_000)?)
                .unwrap_or(usize::MAX),
            header: layers.seconds("header-timeout")?,
            body: layers.seconds("body-timeout")?,
            request: layers.seconds("request-timeout")?,
        },
        data_dir,
    })
}

/// Never repeats the URL: it may hold a password.
fn database_url(found: Option<Found>, data_dir: &Path) -> Result<DatabaseUrl, BadSetting> {
    let Some(found) = found else {
        return Ok(DatabaseUrl(format!(
            "sqlite:{}",
            data_dir.join("entente.db").display()
        )));
    };
    let known = ["sqlite:", "postgres://", "postgresql://"];
    let fits = known
        .iter()
        .any(|scheme| found.value.len() > scheme.len() && found.value.starts_with(scheme));
    if fits {
        Ok(DatabaseUrl(found.value))
    } else {
        Err(found.bad("a database URL is sqlite:PATH or postgres://USER@HOST/DATABASE"))
    }
}

fn base_url(found: &Found) -> Result<String, BadSetting> {
    let url = found.value.trim_end_matches('/');
    let fits = url.parse::<http::Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.host().is_some_and(|host| !host.is_empty())
            && uri.query().is_none()
            && uri.authority().is_some_and(|a| !a.as_str().contains('@'))
    });
    if fits {
        Ok(url.to_owned())
    } else {
        Err(found.bad("a base URL looks like https://sharing.example, without user, query or fragment"))
    }
}

fn networks(found: &Found) -> Result<Vec<AddressRange>, BadSetting> {
    found
        .value
        .split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .map(|item| {
            entente_indicator::address_range(item)
                .ok_or_else(|| found.bad(format!("\"{item}\" is not an address or network")))
        })
        .collect()
}

/// The keys of a file as text; an unknown key or a value of another kind is an error.
fn read_file(path: &str, text: &str) -> Result<HashMap<&'static str, Found>, BadSetting> {
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let line = error
            .span()
            .and_then(|span| text.get(..span.start))
            .map_or(1, |before| before.matches('\n').count() + 1);
        BadSetting {
            place: format!("{path}, line {line}"),
            problem: error.message().lines().collect::<Vec<_>>().join(" "),
        }
    })?;
    let mut settings = HashMap::new();
    for (key, value) in table {
        let place = format!("{key} in {path}");
        let Some(option) = OPTIONS.iter().find(|option| option.name == key) else {
            let problem = "there is no such setting; `entente config explain` lists them".to_owned();
            return Err(BadSetting { place, problem });
        };
        let text = match (option.shape, value) {
            (Shape::Text, toml::Value::String(text)) => Some(text),
            (Shape::Number, toml::Value::Integer(number)) => Some(number.to_string()),
            (Shape::List, toml::Value::Array(items)) => items
                .iter()
                .map(toml::Value::as_str)
                .collect::<Option<Vec<_>>>()
                .map(|items| items.join(",")),
            _ => None,
        };
        let Some(value) = text else {
            let kind = match option.shape {
                Shape::Text => "a string",
                Shape::Number => "a whole number",
                Shape::List => "a list of strings",
            };
            let problem = format!("takes {kind}");
            return Err(BadSetting { place, problem });
        };
        settings.insert(option.name, Found { place, value });
    }
    Ok(settings)
}

/// The first account of an empty store. spec: CONTRACT `serve`
///
/// # Errors
/// A variable that is no good.
pub fn first_account(env: &impl Fn(&str) -> Option<String>) -> Result<FirstAccount, BadSetting> {
    let read = |name: &str, fits: &dyn Fn(&str) -> bool, problem: &str| match env(name) {
        Some(value) if !fits(&value) => Err(BadSetting {
            place: name.to_owned(),
            problem: problem.to_owned(),
        }),
        value => Ok(value),
    };
    let key = |text: &str| text.len() == 40 && text.bytes().all(|b| b.is_ascii_alphanumeric());
    let email = |text: &str| {
        text.split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
            && !text.contains(char::is_whitespace)
    };
    let some = |text: &str| !text.trim().is_empty();
    Ok(FirstAccount {
        email: read("ENTENTE_ADMIN_EMAIL", &email, "is not an e-mail address")?,
        password: read("ENTENTE_ADMIN_PASSWORD", &some, "is empty")?,
        key: read("ENTENTE_ADMIN_KEY", &key, "is not 40 characters of A-Z, a-z, 0-9")?,
        org: read("ENTENTE_ORG_NAME", &some, "is empty")?,
    })
}

#[cfg(test)]
mod tests;
