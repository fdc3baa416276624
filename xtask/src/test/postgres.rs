//! A private PostgreSQL in a temporary directory, on a free loopback port, gone when it is dropped.

use std::fs;
use std::net::TcpStream;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::workspace::Scratch;
use crate::{node, run};

/// A running server.
pub struct Postgres {
    child: Child,
    programs: PathBuf,
    port: u16,
    // Dropped last: the server is stopped before its files go.
    scratch: Scratch,
}

/// Whether the server's programs are on this machine.
pub fn installed() -> bool {
    programs().is_some()
}

impl Postgres {
    /// Installs PostgreSQL if it must and may, makes an empty cluster and starts it.
    pub fn start() -> Result<Self> {
        if !installed() {
            run::system_packages("PostgreSQL", &["postgresql"])?;
        }
        let programs = programs().context("PostgreSQL is installed, but initdb is nowhere to be found")?;
        let scratch = Scratch::new("postgres")?;
        let owner = owner()?;
        if let Some((user, group)) = owner {
            chown(scratch.path(), Some(user), Some(group))?;
        }
        let cluster = scratch.path().join("cluster");
        let mut initdb = as_owner(
            run::command(programs.join("initdb"), ["--username=postgres"]),
            owner,
        );
        initdb.args(["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]);
        run::output(initdb.arg("--pgdata").arg(&cluster).current_dir(scratch.path()))?;

        let port = node::free_address()?.port();
        let mut server = as_owner(run::command(programs.join("postgres"), ["-D"]), owner);
        server.arg(&cluster).args(["-p", &port.to_string(), "-k", ""]);
        // Tests check what is written, not what survives a power cut of this machine.
        for setting in [
            "listen_addresses=127.0.0.1",
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
            "max_connections=200",
            "shared_buffers=256MB",
        ] {
            server.args(["-c", setting]);
        }
        let log = fs::File::create(scratch.path().join("log"))?;
        let child = server
            .current_dir(scratch.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("cannot start postgres")?;
        let mut postgres = Self {
            child,
            programs,
            port,
            scratch,
        };
        postgres.wait()?;
        Ok(postgres)
    }

    /// The address of one database.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Creates a database, as a copy of `template` when given.
    pub fn create(&self, database: &str, template: Option<&str>) -> Result<()> {
        let mut create = self.client("createdb");
        if let Some(template) = template {
            create.args(["--template", template]);
        }
        run::output(create.arg(database)).map(drop)
    }

    /// Drops a database and whoever is still connected.
    pub fn remove(&self, database: &str) -> Result<()> {
        run::output(self.client("dropdb").args(["--force", "--if-exists", database])).map(drop)
    }

    fn client(&self, program: &str) -> Command {
        let mut command = run::command(
            self.programs.join(program),
            ["--host=127.0.0.1", "--username=postgres"],
        );
        command.arg(format!("--port={}", self.port));
        command
    }

    fn wait(&mut self) -> Result<()> {
        let patience = Instant::now() + Duration::from_secs(60);
        while Instant::now() < patience {
            if let Some(status) = self.child.try_wait()? {
                let log = fs::read_to_string(self.scratch.path().join("log")).unwrap_or_default();
                bail!("postgres ended while it started: {status}\n{log}");
            }
            let open = TcpStream::connect(("127.0.0.1", self.port)).is_ok();
            if open && run::output(&mut self.client("pg_isready")).is_ok() {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(50));
        }
        bail!("postgres did not become ready within a minute")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // SIGINT is its fast shutdown; SIGKILL would leave its children and shared memory behind.
        let asked = node::signal(self.child.id(), "INT").is_ok();
        let patience = Instant::now() + Duration::from_secs(10);
        while asked && Instant::now() < patience {
            if matches!(self.child.try_wait(), Ok(Some(_)) | Err(_)) {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The folder of the server's programs: Debian keeps one per version, outside `PATH`.
fn programs() -> Option<PathBuf> {
    let debian = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let newest = debian
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse::<u32>().ok()?;
            let folder = entry.path().join("bin");
            folder.join("initdb").is_file().then_some((version, folder))
        })
        .max_by_key(|(version, _)| *version)
        .map(|(_, folder)| folder);
    newest.or_else(|| {
        let initdb = fs::canonicalize(run::find("initdb")?).ok()?;
        initdb.parent().map(std::path::Path::to_path_buf)
    })
}

/// PostgreSQL refuses to run as root: then it runs as its own user.
fn owner() -> Result<Option<(u32, u32)>> {
    if !run::is_root() {
        return Ok(None);
    }
    let id = |flag: &str| -> Result<u32> {
        let text = run::output(&mut run::command("id", [flag, "postgres"]))
            .context("PostgreSQL cannot run as root, and there is no user postgres")?;
        Ok(text.trim().parse()?)
    };
    Ok(Some((id("-u")?, id("-g")?)))
}

fn as_owner(mut command: Command, owner: Option<(u32, u32)>) -> Command {
    if let Some((user, group)) = owner {
        command.uid(user).gid(group);
    }
    command
}
