//! Developer commands: `cargo xtask up | test | lint | tidy | bench`.
//!
//! One file per command, with a folder beside it for its parts. What several
//! commands share stands at the top: [`workspace`] (where things are), [`run`]
//! (running programs), [`node`] (a server started for a purpose), [`client`]
//! (a small HTTP client), [`generate`] (made-up events), [`packages`] (what Python's index delivers).
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "these commands talk to the person at the terminal"
)]

mod bench;
mod client;
mod generate;
mod lint;
mod node;
mod packages;
mod run;
mod test;
mod tidy;
mod up;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

/// Developer commands of Entente.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Command {
    /// Build, fetch the knowledge base and serve on http://127.0.0.1:8080 with data in ./data
    Up(up::Options),
    /// Run every test on SQLite and on PostgreSQL
    Test(test::Options),
    /// Check formatting, lints, dependencies and the rules of the house
    Lint,
    /// Check the rules of the house only: arrows, file lengths, SQL, links
    Tidy,
    /// Measure a release server beside the limits of this machine
    Bench(bench::Options),
    /// Answer every request with a constant: the limit that `bench` compares requests with
    #[cfg(feature = "bench")]
    #[command(hide = true)]
    BareHandler,
    /// Measure one flush to the disk
    #[cfg(feature = "bench")]
    #[command(hide = true)]
    FlushLimit {
        /// Where to write
        folder: std::path::PathBuf,
    },
}

fn main() -> ExitCode {
    let done = match Command::parse() {
        Command::Up(options) => up::up(&options),
        // The sum is its last line: what failed has been said before.
        Command::Test(options) => match test::test(&options) {
            Ok(true) => Ok(()),
            Ok(false) => return ExitCode::FAILURE,
            Err(problem) => Err(problem),
        },
        Command::Lint => lint::lint(),
        Command::Tidy => tidy::tidy(),
        Command::Bench(options) => bench::bench(&options),
        #[cfg(feature = "bench")]
        Command::BareHandler => bench::bare_handler(),
        #[cfg(feature = "bench")]
        Command::FlushLimit { folder } => bench::flush_limit(&folder),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem:#}");
            ExitCode::FAILURE
        }
    }
}
