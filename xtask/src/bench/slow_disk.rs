//! Group commit pays where a flush takes its time. A virtual disk that answers from memory hides that, so
//! these figures are measured on a disk whose flush is made to last milliseconds.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::measure::Run;
use super::writes::{self, Disk};
use crate::node::Node;
use crate::run;

/// How much longer each flush takes: a disk without a cache of its own that survives a power cut.
const FLUSH: Duration = Duration::from_millis(4);

/// Builds the library that slows down the process it is loaded into.
fn build(folder: &Path) -> Result<Vec<(String, String)>> {
    let (source, library) = (folder.join("slow_disk.c"), folder.join("slow_disk.so"));
    std::fs::write(&source, include_str!("slow_disk.c"))?;
    let mut cc = run::command("cc", ["-shared", "-fPIC", "-O2", "-o"]);
    run::output(cc.arg(&library).arg(&source).arg("-ldl"))
        .context("the C compiler, which SQLite needs as well, cannot build the slow disk")?;
    Ok(vec![
        ("LD_PRELOAD".to_owned(), library.display().to_string()),
        ("SLOW_DISK_US".to_owned(), FLUSH.as_micros().to_string()),
    ])
}

/// One flush of the slow disk, measured by a process of its own.
fn flush(environment: &[(String, String)], folder: &Path) -> Result<Duration> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("flush-limit").arg(folder);
    command.envs(environment.iter().map(|(name, value)| (name, value)));
    let micros: f64 = run::output(&mut command)?.trim().parse()?;
    Ok(Duration::from_secs_f64(micros / 1e6))
}

/// One client and 64 clients on the slow disk.
pub fn measure(run: &mut Run) -> Result<()> {
    let mut settings = run.fresh("slow-disk")?;
    settings.environment = build(run.folder())?;
    let disk = Disk {
        name: "_slow_disk",
        flush: flush(&settings.environment, run.folder())?,
    };
    let node = Node::start(&settings)?;
    writes::one_client(run, &node, &disk)?;
    writes::many_clients(run, &node, &disk)?;
    node.stop()
}

/// The hidden command `flush-limit`: prints the microseconds that one flush in `folder` takes.
pub fn flush_limit(folder: &Path) -> Result<()> {
    let taken = super::limits::fsync(folder, 100)?;
    println!("{}", taken.as_secs_f64() * 1e6);
    Ok(())
}
