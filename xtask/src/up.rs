//! `cargo xtask up`: from a fresh clone to a serving instance, and in seconds the second time.

mod state;

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::node::{self, Settings};
use crate::run::{self, Step};
use crate::workspace::{self, Profile};
use crate::{packages, run::cargo};
use state::State;

const ADDRESS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// Options of `up`.
#[derive(clap::Args)]
pub struct Options {
    /// Where the instance keeps its data
    #[arg(long, default_value = "data")]
    data_dir: PathBuf,
    /// Serve without fetching and importing the knowledge base
    #[arg(long)]
    no_knowledge: bool,
}

/// Builds, prepares on a first start, serves until interrupted.
pub fn up(options: &Options) -> Result<()> {
    let data = workspace::root().join(&options.data_dir);
    if TcpListener::bind(ADDRESS).is_err() {
        bail!("something listens on {ADDRESS} already; stop it first");
    }
    {
        let _step = Step::new("build the release binary");
        run::run(&mut cargo(["build", "--release", "--package", "entente-server"]))?;
    }
    let mut state = State::open(&data)?;
    let settings = Settings {
        binary: Profile::Release.binary(),
        data: data.clone(),
        database: None,
        key: state.key.clone(),
        environment: Vec::new(),
    };
    prepare(&settings, &mut state, &data, options)?;
    serve(&settings, &state)
}

/// What happens once: the empty store with its first account, the knowledge base, the demo events.
/// Each part is remembered when it is done, so an interrupted first start goes on where it stopped.
fn prepare(settings: &Settings, state: &mut State, data: &Path, options: &Options) -> Result<()> {
    if !state.prepared {
        let _step = Step::new("prepare an empty store");
        first_start(settings, state)?;
        state.prepared = true;
        state.save(data)?;
    }
    let wanted = packages::knowledge_digest()?;
    if !options.no_knowledge && state.knowledge != wanted {
        let _step = Step::new("import the knowledge base");
        let mut import = settings.entente(&["knowledge", "import"]);
        run::run(import.args(packages::knowledge()?))?;
        state.knowledge = wanted;
        state.save(data)?;
    }
    if !state.demo {
        let _step = Step::new("load the demo events");
        let mut import = settings.entente(&["import"]);
        run::run(import.args(demo_events()?))?;
        state.demo = true;
        state.save(data)?;
    }
    Ok(())
}

/// `serve` prepares an empty store itself, with the first account that the environment names.
fn first_start(settings: &Settings, state: &State) -> Result<()> {
    let mut child = settings
        .entente(&["serve", "--listen", &ADDRESS.to_string()])
        .env("ENTENTE_ADMIN_EMAIL", &state.email)
        .env("ENTENTE_ADMIN_PASSWORD", &state.password)
        .spawn()
        .context("cannot start the server")?;
    let prepared = node::wait_until_ready(&mut child, ADDRESS).and_then(|()| node::terminate(&mut child));
    if prepared.is_err() {
        abandon(&mut child);
    }
    prepared
}

/// Ends a server that went wrong; it may be gone already.
fn abandon(server: &mut Child) {
    drop(server.kill());
    drop(server.wait());
}

fn demo_events() -> Result<Vec<PathBuf>> {
    let folder = workspace::root().join("xtask/demo");
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Serves in a process group of its own: an interrupt at the terminal reaches us alone, and we ask
/// the server to stop in order.
fn serve(settings: &Settings, state: &State) -> Result<()> {
    let interrupted = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&interrupted))?;
    }
    let mut server = settings
        .entente(&["serve", "--listen", &ADDRESS.to_string()])
        .process_group(0)
        .spawn()
        .context("cannot start the server")?;
    let served = node::wait_until_ready(&mut server, ADDRESS)
        .and_then(|()| greet(state))
        .and_then(|()| watch(&mut server, &interrupted));
    if served.is_err() {
        abandon(&mut server);
    }
    served
}

fn watch(server: &mut Child, interrupted: &AtomicBool) -> Result<()> {
    loop {
        if interrupted.load(Ordering::Relaxed) {
            eprintln!("stopping …");
            return node::terminate(server);
        }
        if let Some(status) = server.try_wait()? {
            bail!("the server ended by itself: {status}");
        }
        thread::sleep(Duration::from_millis(100));
    }
}

fn greet(state: &State) -> Result<()> {
    println!();
    println!("Entente serves on   http://{ADDRESS}");
    println!("first login         {}", state.email);
    println!("password            {}", state.password);
    println!("API key             {}", state.key);
    println!("stop with Ctrl-C; everything is in {}", state::FOLDER_HINT);
    println!();
    std::io::Write::flush(&mut std::io::stdout()).context("cannot write to the terminal")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_events_are_events_of_documentation_hosts() {
        let files = demo_events().unwrap();
        assert!(files.len() >= 3);
        for file in files {
            let event: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
            let event = &event["Event"];
            for field in [
                "uuid",
                "info",
                "date",
                "distribution",
                "analysis",
                "threat_level_id",
            ] {
                assert!(event[field].is_string(), "{}: {field}", file.display());
            }
            let tags = event["Tag"].as_array().unwrap();
            assert!(
                tags.iter()
                    .any(|tag| tag["name"].as_str().unwrap().starts_with("tlp:")),
                "{}",
                file.display()
            );
            assert!(!event["Attribute"].as_array().unwrap().is_empty());
            assert!(!event["Object"].as_array().unwrap().is_empty());
        }
    }

    #[test]
    fn no_uuid_occurs_twice_in_the_demo_events() {
        let mut seen = std::collections::BTreeSet::new();
        for file in demo_events().unwrap() {
            let event: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
            visit(&event, &mut |uuid| {
                assert!(seen.insert(uuid.to_owned()), "{uuid} in {}", file.display());
            });
        }
    }

    /// Calls `see` with every own uuid of an element; organisations may repeat.
    fn visit(value: &serde_json::Value, see: &mut impl FnMut(&str)) {
        match value {
            serde_json::Value::Object(map) => {
                if let Some(uuid) = map.get("uuid").and_then(serde_json::Value::as_str) {
                    see(uuid);
                }
                map.iter()
                    .filter(|(name, _)| *name != "Orgc")
                    .for_each(|(_, inner)| visit(inner, see));
            }
            serde_json::Value::Array(list) => list.iter().for_each(|inner| visit(inner, see)),
            _ => {}
        }
    }
}
