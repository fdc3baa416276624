//! Running other programs, and telling the person what runs and how long it took.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;
use std::{env, thread};

use anyhow::{Context as _, Result, bail};

/// `program` with `arguments`, to be completed by the caller.
pub fn command<S: AsRef<OsStr>>(
    program: impl AsRef<OsStr>,
    arguments: impl IntoIterator<Item = S>,
) -> Command {
    let mut command = Command::new(program);
    command.args(arguments);
    command
}

/// Cargo, the one that runs us, in the root of the checkout.
pub fn cargo<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let program = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = command(program, arguments);
    command.current_dir(crate::workspace::root());
    command
}

/// Prints and runs; a status other than 0 is an error.
pub fn run(command: &mut Command) -> Result<()> {
    let shown = show(command);
    eprintln!("$ {shown}");
    let status = command
        .status()
        .with_context(|| format!("cannot start {shown}"))?;
    if !status.success() {
        bail!("{shown}: {status}");
    }
    Ok(())
}

/// Runs silently and returns standard output; a status other than 0 is an error with what was said.
pub fn output(command: &mut Command) -> Result<String> {
    let shown = show(command);
    let done = command
        .output()
        .with_context(|| format!("cannot start {shown}"))?;
    if !done.status.success() {
        bail!(
            "{shown}: {}\n{}",
            done.status,
            String::from_utf8_lossy(&done.stderr).trim()
        );
    }
    String::from_utf8(done.stdout).with_context(|| format!("{shown}: the output is not UTF-8"))
}

/// Runs, passes standard output and error on line by line, and gives each line to `see` as well.
/// Returns whether the status was 0.
pub fn watched(command: &mut Command, mut see: impl FnMut(&str)) -> Result<bool> {
    let shown = show(command);
    eprintln!("$ {shown}");
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {shown}"))?;
    let (sender, lines) = std::sync::mpsc::channel();
    let mut readers = Vec::new();
    if let Some(pipe) = child.stdout.take() {
        readers.push(forward(pipe, sender.clone()));
    }
    if let Some(pipe) = child.stderr.take() {
        readers.push(forward(pipe, sender.clone()));
    }
    drop(sender);
    for line in lines {
        eprintln!("{line}");
        see(&line);
    }
    for reader in readers {
        drop(reader.join());
    }
    Ok(child
        .wait()
        .with_context(|| format!("cannot wait for {shown}"))?
        .success())
}

fn forward(
    pipe: impl std::io::Read + Send + 'static,
    to: std::sync::mpsc::Sender<String>,
) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut pipe = BufReader::new(pipe);
        let mut line = Vec::new();
        // A line that is not UTF-8 is still worth showing; an error ends the pipe.
        while pipe.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            if to
                .send(String::from_utf8_lossy(&line).trim_end().to_owned())
                .is_err()
            {
                return;
            }
            line.clear();
        }
    })
}

/// The command line as one would type it, without variables of the environment and without the
/// text of a whole program.
fn show(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|word| {
        let word = word.to_string_lossy();
        if word.contains('\n') {
            "…".to_owned()
        } else {
            word.into_owned()
        }
    }));
    words.join(" ")
}

/// The first file called `name` in the folders of `PATH`.
pub fn find(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// Whether we may install system packages.
pub fn is_root() -> bool {
    output(&mut command("id", ["-u"])).is_ok_and(|id| id.trim() == "0")
}

/// Installs Debian packages when we are root; otherwise names them and fails.
pub fn system_packages(what: &str, packages: &[&str]) -> Result<()> {
    if !is_root() || find("apt-get").is_none() {
        bail!(
            "{what} is missing. Install it (on Debian or Ubuntu: apt-get install {})",
            packages.join(" ")
        );
    }
    run(command("apt-get", ["update", "-q"]).env("DEBIAN_FRONTEND", "noninteractive"))?;
    let mut install = command("apt-get", ["install", "-y", "-q", "--no-install-recommends"]);
    run(install.args(packages).env("DEBIAN_FRONTEND", "noninteractive"))
}

/// Installs a cargo command (`cargo deny` is `cargo-deny`) unless it is there.
pub fn cargo_tool(name: &str, version: &str) -> Result<()> {
    if find(name).is_some() {
        return Ok(());
    }
    run(&mut cargo(["install", "--locked", "--version", version, name]))
        .with_context(|| format!("cannot install {name}"))
}

/// Says what starts now; says how long it took at the end of the scope.
pub struct Step {
    name: String,
    started: Instant,
}

impl Step {
    /// Announces `name`.
    pub fn new(name: impl Into<String>) -> Self {
        let name = name.into();
        eprintln!("── {name}");
        Self {
            name,
            started: Instant::now(),
        }
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        eprintln!("── {}: {:.1} s", self.name, self.started.elapsed().as_secs_f64());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_of_a_program_is_returned_and_its_failure_reported() {
        assert_eq!(
            output(&mut command("sh", ["-c", "echo out; echo err >&2"])).unwrap(),
            "out\n"
        );
        let problem = output(&mut command("sh", ["-c", "echo why >&2; exit 3"]))
            .unwrap_err()
            .to_string();
        assert!(problem.contains("why") && problem.contains('3'), "{problem}");
    }

    #[test]
    fn watched_sees_both_pipes() {
        let mut seen = Vec::new();
        let fine = watched(&mut command("sh", ["-c", "echo a; echo b >&2; exit 1"]), |line| {
            seen.push(line.to_owned());
        });
        assert!(!fine.unwrap());
        seen.sort();
        assert_eq!(seen, ["a", "b"]);
    }
}
