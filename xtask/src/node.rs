//! A server started for a purpose: on a free loopback port, with its log in a file, stopped or
//! killed when we say so and never left behind.

use std::fs::{self, File};
use std::io::Read as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::client::Client;
use crate::run;

/// The administrator of every server that we start for a test or a measurement.
pub const ADMIN_EMAIL: &str = "admin@entente.example";

/// What a server is started with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The binary `entente`.
    pub binary: PathBuf,
    /// Its data directory.
    pub data: PathBuf,
    /// `postgres://…`; `None` keeps the SQLite file inside the data directory.
    pub database: Option<String>,
    /// The key of the first account.
    pub key: String,
    /// What else stands in its environment.
    pub environment: Vec<(String, String)>,
}

impl Settings {
    /// The binary with these settings in its environment and `arguments` on its command line.
    pub fn entente(&self, arguments: &[&str]) -> Command {
        let mut command = run::command(&self.binary, arguments);
        command
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .env("ENTENTE_DATA_DIR", &self.data)
            .env("ENTENTE_ADMIN_KEY", &self.key)
            .env("ENTENTE_ADMIN_EMAIL", ADMIN_EMAIL)
            .env_remove("ENTENTE_CONFIG")
            .env_remove("ENTENTE_LISTEN")
            .env_remove("ENTENTE_BASE_URL");
        match &self.database {
            Some(url) => command.env("ENTENTE_DATABASE_URL", url),
            None => command.env_remove("ENTENTE_DATABASE_URL"),
        };
        command
    }

    fn log(&self) -> PathBuf {
        self.data.with_extension("log")
    }
}

/// A running server.
pub struct Node {
    child: Child,
    address: SocketAddr,
    settings: Settings,
    /// From the start of the process to the first 200 of `/readyz`.
    #[cfg(feature = "bench")]
    pub started_in: Duration,
}

impl Node {
    /// Starts a server and waits until it serves.
    pub fn start(settings: &Settings) -> Result<Self> {
        let address = free_address()?;
        fs::create_dir_all(&settings.data)?;
        let log = File::options().create(true).append(true).open(settings.log())?;
        #[cfg(feature = "bench")]
        let begin = Instant::now();
        let child = settings
            .entente(&["serve", "--listen", &address.to_string()])
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot start {}", settings.binary.display()))?;
        let mut node = Self {
            child,
            address,
            settings: settings.clone(),
            #[cfg(feature = "bench")]
            started_in: Duration::ZERO,
        };
        wait_until_ready(&mut node.child, address)
            .with_context(|| format!("the end of its log:\n{}", tail(&settings.log())))?;
        #[cfg(feature = "bench")]
        {
            node.started_in = begin.elapsed();
        }
        Ok(node)
    }

    /// The base address, without a slash at its end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A client of the first account.
    pub fn client(&self) -> Client {
        Client::new(self.address, &self.settings.key)
    }

    /// The key of the first account.
    pub fn key(&self) -> &str {
        &self.settings.key
    }

    /// The process.
    #[cfg(feature = "bench")]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The last lines of its log.
    pub fn log_tail(&self) -> String {
        tail(&self.settings.log())
    }

    /// SIGTERM; the contract says that it exits with 0 within 10 s.
    pub fn stop(mut self) -> Result<()> {
        terminate(&mut self.child)
    }

    /// SIGKILL: what a power cut does to a process.
    pub fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // Nothing to do about a process that is already gone.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Waits until `/readyz` answers 200 at `address`; fails early when the process ends.
pub fn wait_until_ready(child: &mut Child, address: SocketAddr) -> Result<()> {
    let patience = Instant::now() + Duration::from_mins(2);
    while Instant::now() < patience {
        if let Some(status) = child.try_wait()? {
            bail!("the server ended while it started: {status}");
        }
        let mut client = Client::new(address, "").with_timeout(Duration::from_secs(5));
        if client.get("/readyz").is_ok_and(|answer| answer.status == 200) {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(5));
    }
    bail!("the server did not become ready within two minutes")
}

/// Asks a server to stop and expects a graceful end.
pub fn terminate(child: &mut Child) -> Result<()> {
    signal(child.id(), "TERM")?;
    let patience = Instant::now() + Duration::from_secs(12);
    while Instant::now() < patience {
        if let Some(status) = child.try_wait()? {
            if status.success() {
                return Ok(());
            }
            bail!("the server was asked to stop and ended with {status}");
        }
        thread::sleep(Duration::from_millis(10));
    }
    child.kill()?;
    child.wait()?;
    bail!("the server did not stop within 12 s of SIGTERM")
}

/// Sends a signal by name to a process that we started.
pub fn signal(pid: u32, name: &str) -> Result<()> {
    run::output(&mut run::command("sh", ["-c", &format!("kill -{name} {pid}")])).map(drop)
}

/// A loopback address that nobody listens at right now.
pub fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// Random letters and digits from the operating system, as an API key needs them.
pub fn random_word(length: usize) -> Result<String> {
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut source = File::open("/dev/urandom")?;
    let mut word = String::with_capacity(length);
    let mut byte = [0_u8];
    while word.len() < length {
        source.read_exact(&mut byte)?;
        // 62 does not divide 256: bytes beyond the last multiple would favour the first letters.
        if let [value @ 0..248] = byte
            && let Some(letter) = LETTERS.get(usize::from(value % 62))
        {
            word.push(char::from(*letter));
        }
    }
    Ok(word)
}

fn tail(log: &Path) -> String {
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    lines
        .get(lines.len().saturating_sub(20)..)
        .unwrap_or_default()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_the_form_of_the_contract() {
        let key = random_word(40).unwrap();
        assert_eq!(key.len(), 40);
        assert!(key.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert_ne!(key, random_word(40).unwrap());
    }
}
