//! `cargo xtask bench`: a release server on generated data, one JSON line per figure, each beside
//! the limit that this machine sets for it, measured in the same run.
//!
//! The measuring itself is compiled only with the feature `bench` (see Cargo.toml); without it the
//! command builds itself again, in release mode.

#[cfg(feature = "bench")]
mod correlations;
#[cfg(feature = "bench")]
mod large;
#[cfg(feature = "bench")]
mod limits;
#[cfg(feature = "bench")]
mod measure;
#[cfg(feature = "bench")]
mod process;
#[cfg(feature = "bench")]
mod raw;
#[cfg(feature = "bench")]
mod reads;
#[cfg(feature = "bench")]
mod report;
#[cfg(feature = "bench")]
mod slow_disk;
#[cfg(feature = "bench")]
mod warninglists;
#[cfg(feature = "bench")]
mod writes;

#[cfg(feature = "bench")]
pub use limits::bare_handler;
#[cfg(feature = "bench")]
pub use measure::bench;
#[cfg(feature = "bench")]
pub use slow_disk::flush_limit;

use std::path::PathBuf;

/// Options of `bench`.
#[derive(clap::Args)]
pub struct Options {
    /// A tenth of the data: minutes instead of half an hour, figures that only show the direction
    #[arg(long)]
    quick: bool,
    /// Where the stores of the run lie (default: a folder below cargo's target directory)
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Only these parts
    #[arg(long, value_name = "PART")]
    only: Vec<Part>,
}

/// Figures that are measured together.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Adding events and attributes
    Writes,
    /// Views, searches and requests per second at a million attributes; publishing, start-up, disk
    Reads,
    /// A value that thousands of events share, and an event whose every value others have
    Correlations,
    /// Adding on a disk whose flush takes milliseconds
    SlowDisk,
    /// One event of 500 000 attributes
    Large,
    /// Values against all published warninglists
    Warninglists,
}

/// Builds the measuring program and becomes it.
#[cfg(not(feature = "bench"))]
pub fn bench(_: &Options) -> anyhow::Result<()> {
    let mut again = crate::run::cargo([
        "run",
        "--quiet",
        "--release",
        "--package",
        "xtask",
        "--features",
        "bench",
    ]);
    crate::run::run(again.arg("--").args(std::env::args_os().skip(1)))
}
