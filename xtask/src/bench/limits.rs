//! What this machine can do at best: one fsync, one request to a handler that does nothing.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use axum::serve::ListenerExt as _;

use super::report::median;
use crate::client::Client;
use crate::run;

/// The median time to append 4 KiB and to wait until the disk has them.
pub fn fsync(folder: &Path, times: usize) -> Result<Duration> {
    let path = folder.join("fsync");
    let mut file = File::create(&path)?;
    let block = [7_u8; 4096];
    let mut taken = Vec::with_capacity(times);
    for _ in 0..times {
        let begin = Instant::now();
        file.write_all(&block)?;
        file.sync_data()?;
        taken.push(begin.elapsed());
    }
    std::fs::remove_file(path)?;
    Ok(median(taken))
}

/// A server of the same web framework whose only handler answers a constant.
pub struct Bare {
    child: Child,
    address: SocketAddr,
}

impl Bare {
    /// Starts it as a process of its own, as the server under test is one.
    pub fn start() -> Result<Self> {
        let program = std::env::current_exe()?;
        let mut child = run::command(program, ["bare-handler"])
            .stdout(Stdio::piped())
            .spawn()?;
        let pipe = child.stdout.take().context("no output of the bare handler")?;
        let mut line = String::new();
        BufReader::new(pipe).read_line(&mut line)?;
        let address = line
            .trim()
            .parse()
            .context("the bare handler did not say where it listens")?;
        Ok(Self { child, address })
    }

    /// A client for it.
    pub fn client(&self) -> Client {
        Client::new(self.address, "0123456789012345678901234567890123456789")
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        // Nothing to do about a process that is already gone.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// About as long as the answer to a search with one hit.
const ANSWER: &str = r#"{"response":{"Attribute":[{"id":"16777217","event_id":"1","object_id":"0","object_relation":null,"category":"Network activity","type":"ip-dst","to_ids":true,"uuid":"00000000-0000-4000-8000-000000000000","timestamp":"1760000000","distribution":"5","sharing_group_id":"0","comment":"","deleted":false,"disable_correlation":false,"first_seen":null,"last_seen":null,"value":"240.0.0.1","Event":{"org_id":"1","distribution":"0","id":"1","info":"generated event of 10000 attributes","orgc_id":"1","uuid":"00000000-0000-4000-8000-000000000000"}}]}}"#;

/// The hidden command `bare-handler`: prints its address, then answers everything until killed.
pub fn bare_handler() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_io().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
        println!("{}", listener.local_addr()?);
        // Small answers would otherwise wait for the client's acknowledgement.
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        std::io::stdout().flush()?;
        let handler = || async { ([("content-type", "application/json")], ANSWER) };
        let router = axum::Router::new().fallback(handler);
        axum::serve(listener, router).await?;
        anyhow::Ok(())
    })
}
