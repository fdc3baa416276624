//! The table of options: flags, variables, the file and its documentation all come from here.

/// One option.
#[derive(Debug, Clone, Copy)]
pub struct Definition {
    /// Name in the file; `--name` as a flag, `ENTENTE_NAME` in the environment.
    pub name: &'static str,
    /// What its value looks like.
    pub value: &'static str,
    /// Default, as it would be written; empty when it depends on others.
    pub default: &'static str,
    /// How the file writes it.
    pub shape: Shape,
    /// One sentence of help.
    pub help: &'static str,
}

/// How a value stands in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A string.
    Text,
    /// A whole number.
    Number,
    /// A list of strings; separated by commas elsewhere.
    List,
}

/// Every option of the server.
pub const OPTIONS: &[Definition] = &[
    Definition {
        name: "listen",
        value: "ADDR:PORT",
        default: "127.0.0.1:8080",
        shape: Shape::Text,
        help: "Address and port to listen on; port 0 takes a free one",
    },
    Definition {
        name: "data-dir",
        value: "DIR",
        default: "./data",
        shape: Shape::Text,
        help: "Directory of the embedded database, attachments, backups and secrets",
    },
    Definition {
        name: "database-url",
        value: "URL",
        default: "",
        shape: Shape::Text,
        help: "sqlite:PATH or postgres://USER@HOST/DATABASE; an SQLite file in the data directory unless given",
    },
    Definition {
        name: "base-url",
        value: "URL",
        default: "",
        shape: Shape::Text,
        help: "URL under which users reach this server; http:// and the listening address unless given",
    },
    Definition {
        name: "log-format",
        value: "FORMAT",
        default: "text",
        shape: Shape::Text,
        help: "text, or json for one object per line",
    },
    Definition {
        name: "trusted-proxies",
        value: "NETWORKS",
        default: "",
        shape: Shape::List,
        help: "Addresses or networks of proxies whose X-Forwarded-For counts",
    },
    Definition {
        name: "max-connections",
        value: "NUMBER",
        default: "4096",
        shape: Shape::Number,
        help: "Connections held at the same time; beyond it the one that idles longest is closed",
    },
    Definition {
        name: "max-requests-per-key",
        value: "NUMBER",
        default: "16",
        shape: Shape::Number,
        help: "Requests of one API key at the same time; further ones are answered with 429",
    },
    Definition {
        name: "header-timeout",
        value: "SECONDS",
        default: "30",
        shape: Shape::Number,
        help: "Seconds in which the head of a request has to arrive",
    },
    Definition {
        name: "body-timeout",
        value: "SECONDS",
        default: "30",
        shape: Shape::Number,
        help: "Seconds in which each further 4 KiB of a request body have to arrive",
    },
    Definition {
        name: "request-timeout",
        value: "SECONDS",
        default: "300",
        shape: Shape::Number,
        help: "Seconds after which a request is given up once its body has arrived",
    },
];

impl Definition {
    /// The variable of the environment.
    pub fn variable(&self) -> String {
        format!("ENTENTE_{}", self.name.replace('-', "_").to_ascii_uppercase())
    }

    /// How a value is written in the file.
    fn written(&self, value: &str) -> String {
        match self.shape {
            Shape::Number => value.to_owned(),
            Shape::Text => format!("\"{value}\""),
            Shape::List if value.is_empty() => "[]".to_owned(),
            Shape::List => {
                let items: Vec<String> = value.split(',').map(|item| format!("\"{item}\"")).collect();
                format!("[{}]", items.join(", "))
            }
        }
    }
}

/// The documented file with every default; lines that name no default are commented out.
pub fn explain() -> String {
    let mut text = String::from(
        "# Settings of entente. Precedence: flag, environment, this file, default.\n\
         # Every name is also a flag (--name) and a variable (ENTENTE_NAME).\n",
    );
    for option in OPTIONS {
        let unset = option.default.is_empty() && option.shape != Shape::List;
        text.push_str(&format!(
            "\n# {} ({}; {}).\n{}{} = {}\n",
            option.help,
            option.value,
            option.variable(),
            if unset { "# " } else { "" },
            option.name,
            option.written(option.default),
        ));
    }
    text
}
