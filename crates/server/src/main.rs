//! The `entente` binary: the server, and commands on the store.
//!
//! * [`config`] – options from flags, environment, file and defaults, all from one table;
//! * [`store`] – opening, migrating and preparing what the options name;
//! * [`admin`], [`import`], [`knowledge`], [`backup`], [`verify`] – commands on the store itself;
//! * [`serve`] – the listener: connections and their limits, routing, access log, orderly stop.
//!
//! Exit status 0: done; 1: it could not be done; 2: a bad option or setting, named in one line.
mod admin;
mod backup;
mod config;
mod import;
mod knowledge;
mod logging;
mod metrics;
mod serve;
mod store;
mod terminal;
mod verify;

use clap::{CommandFactory, Parser, Subcommand};
use config::{BadSetting, Config, Flags};
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;

/// Threat-intelligence sharing, compatible with MISP.
#[derive(Debug, Parser)]
#[command(name = "entente", version, about, propagate_version = false)]
struct Cli {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve requests; prepares an empty store first
    Serve,
    /// Accounts, organisations and keys on the store itself, for lost access and automation
    Admin(admin::Admin),
    /// Import MISP events; adds new ones and updates known ones that are newer in the file
    Import(import::Import),
    /// The community libraries: templates, taxonomies, galaxies, lists
    #[command(subcommand)]
    Knowledge(knowledge::Knowledge),
    /// Copy the whole store into one file, also while the server runs
    Backup {
        /// The file to write
        file: PathBuf,
        /// Include the secrets without which API keys have to be reset after a restore
        #[arg(long)]
        with_secrets: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Restore a backup into an empty store
    Restore {
        /// The file that `backup` wrote
        file: PathBuf,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Check the integrity of the store and of its files
    Verify {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show the settings
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Bring the schema of the store up to date, after a backup
    Migrate,
    /// Print the completions of a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Print a documented file with every default
    Explain,
}

/// Why the program ends without having done what was asked.
#[derive(Debug, thiserror::Error)]
enum Failed {
    /// A bad option or setting; status 2.
    #[error(transparent)]
    Setting(#[from] BadSetting),
    /// Anything else; status 1.
    #[error("{0:#}")]
    Run(#[from] anyhow::Error),
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    match run(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => {
            terminal::complain(&format!("entente: {failed}"));
            ExitCode::from(match failed {
                Failed::Setting(_) => 2,
                Failed::Run(_) => 1,
            })
        }
    }
}

/// Help and version as clap prints them; an error as the one line that names the option.
fn usage(error: &clap::Error) -> ExitCode {
    use clap::error::ErrorKind as K;
    if !error.use_stderr() {
        terminal::print(&error.to_string());
        return ExitCode::SUCCESS;
    }
    let text = error.to_string();
    if error.kind() == K::DisplayHelpOnMissingArgumentOrSubcommand {
        terminal::complain(text.trim_end());
    } else {
        let line: Vec<&str> = text
            .lines()
            .map(str::trim)
            .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more"))
            .filter(|line| !line.is_empty())
            .collect();
        let line = line.join(" ");
        terminal::complain(&format!(
            "entente: {}",
            line.strip_prefix("error: ").unwrap_or(&line)
        ));
    }
    ExitCode::from(2)
}

fn run(cli: &Cli) -> Result<(), Failed> {
    let env = |name: &str| std::env::var(name).ok();
    match cli.command {
        Command::Config(ConfigCommand::Explain) => {
            terminal::print(&config::explain());
            return Ok(());
        }
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "entente", &mut script);
            terminal::print(&String::from_utf8_lossy(&script));
            return Ok(());
        }
        _ => {}
    }
    let config = Config::load(&cli.flags, &env)?;
    logging::start(config.log_format, env("RUST_LOG"))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(anyhow::Error::from)?;
    let done = runtime.block_on(dispatch(&cli.command, config, &env));
    // A blocking thread that outlives its request must not hold up the end of the process.
    runtime.shutdown_timeout(std::time::Duration::from_millis(500));
    done
}

async fn dispatch(
    command: &Command,
    config: Config,
    env: &impl Fn(&str) -> Option<String>,
) -> Result<(), Failed> {
    match command {
        Command::Serve => serve::run(config, config::first_account(env)?).await?,
        Command::Migrate => store::migrate(&config).await?,
        Command::Admin(command) => admin::run(&config, command).await?,
        Command::Knowledge(command) => knowledge::run(&config, command).await?,
        Command::Import(command) => import::run(&config, command).await?,
        Command::Backup {
            file,
            with_secrets,
            json,
        } => {
            let report = backup::backup(&config, file, *with_secrets).await?;
            terminal::report(*json, &report, &format!("Wrote {}.", file.display()));
        }
        Command::Restore { file, json } => {
            let report = backup::restore(&config, file).await?;
            let keys = if report.get("secrets") == Some(&json!(true)) {
                ""
            } else {
                " The backup holds no secrets: give every user a new API key with `entente admin user reset-key`."
            };
            terminal::report(*json, &report, &format!("Restored {}.{keys}", file.display()));
        }
        Command::Verify { json } => {
            let problems = verify::problems(&config).await?;
            let lines = match problems.as_slice() {
                [] => "The store is sound.".to_owned(),
                problems => problems.join("\n"),
            };
            terminal::report(*json, &json!({ "problems": problems }), &lines);
            if !problems.is_empty() {
                let count = problems.len();
                return Err(Failed::Run(anyhow::anyhow!(
                    "the store is damaged: {count} problems"
                )));
            }
        }
        Command::Config(_) | Command::Completions { .. } => {}
    }
    Ok(())
}
