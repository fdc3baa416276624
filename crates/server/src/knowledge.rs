//! `entente knowledge`: loading the community libraries, and what of them is there. spec: CONTRACT "The binary"
use crate::config::Config;
use crate::{store, terminal};
use anyhow::Context;
use clap::Subcommand;
use entente_engine::App;
use entente_engine::knowledge::{self, KindStatus, Report, Tally};
use indicatif::ProgressBar;
use serde_json::{Map, Value, json};
use std::fmt::Write;
use std::path::PathBuf;

/// Findings shown to a person; all of them are in the JSON.
const SHOWN: usize = 20;

/// `entente knowledge …`
#[derive(Debug, Subcommand)]
pub enum Knowledge {
    /// Load libraries in their published layouts; what is not newer changes nothing
    Import {
        /// Directories, zip archives, wheels or single files
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        /// Print a JSON report
        #[arg(long)]
        json: bool,
    },
    /// Show what is loaded
    Status {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Runs a `knowledge` command.
///
/// # Errors
/// One line that says what failed.
pub async fn run(config: &Config, command: &Knowledge) -> anyhow::Result<()> {
    let _lock = match command {
        Knowledge::Import { .. } => store::exclusive(config)?,
        Knowledge::Status { .. } => None,
    };
    let db = store::open_prepared(config).await?;
    let app = store::engine(config, db.clone(), config.base_url.clone().unwrap_or_default()).await?;
    let done = match command {
        Knowledge::Import { paths, json } => import(&app, paths, *json).await,
        Knowledge::Status { json } => status(&app, *json).await,
    };
    db.close().await;
    done
}

async fn import(app: &App, paths: &[PathBuf], json: bool) -> anyhow::Result<()> {
    // Draws on a terminal only.
    let bar = ProgressBar::new_spinner();
    let mut report = knowledge::import_shipped(app)
        .await
        .context("cannot load the libraries of this program")?;
    let imported = knowledge::import_paths(app, paths, |progress| {
        bar.set_message(format!("{} files, {}", progress.files, progress.file));
        bar.tick();
    })
    .await;
    bar.finish_and_clear();
    report.add(imported.context("cannot import")?);
    let told = app.db().write(store::tell_server).await;
    told.context("cannot tell a running server of what was imported")?;
    terminal::report(json, &as_json(&report), &as_text(&report));
    Ok(())
}

async fn status(app: &App, json: bool) -> anyhow::Result<()> {
    let kinds = knowledge::status(app).await.context("cannot read the store")?;
    let lines: Vec<String> = kinds.iter().map(line).collect();
    let list: Vec<Value> = kinds
        .iter()
        .map(|kind| {
            let parts = kind
                .parts
                .map(|(name, count)| json!({ "name": name, "total": count }));
            json!({ "name": kind.name, "total": kind.total, "enabled": kind.enabled, "parts": parts })
        })
        .collect();
    terminal::report(json, &Value::from(list), &lines.join("\n"));
    Ok(())
}

fn line(kind: &KindStatus) -> String {
    let enabled = kind.enabled.map_or(String::new(), |on| format!(", {on} enabled"));
    let parts = kind
        .parts
        .map_or(String::new(), |(name, count)| format!(", {count} {name}"));
    format!("{}: {}{enabled}{parts}", kind.name, kind.total)
}

/// The kinds of an import with what became of them.
fn tallies(report: &Report) -> impl Iterator<Item = (&'static str, Tally)> {
    let kinds = report.kinds.iter().map(|(kind, tally)| (kind.name(), *tally));
    kinds.chain([("feed", report.feeds)])
}

fn as_json(report: &Report) -> Value {
    let kinds: Map<String, Value> = tallies(report)
        .map(|(name, tally)| {
            let counts = json!({
                "added": tally.added, "updated": tally.updated,
                "unchanged": tally.unchanged, "refused": tally.refused,
            });
            (name.to_owned(), counts)
        })
        .collect();
    let findings: Vec<Value> = report
        .findings
        .iter()
        .map(|(file, finding)| json!({ "file": file, "path": finding.path, "message": finding.message }))
        .collect();
    json!({ "kinds": kinds, "findings": findings, "findings_dropped": report.findings_dropped })
}

fn as_text(report: &Report) -> String {
    let mut text = String::new();
    for (name, tally) in tallies(report) {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{name}: {} added, {} updated, {} unchanged, {} refused",
            tally.added, tally.updated, tally.unchanged, tally.refused
        );
    }
    for (file, finding) in report.findings.iter().take(SHOWN) {
        let _ = writeln!(text, "{file}: {} {}", finding.path, finding.message);
    }
    let more = u64::try_from(report.findings.len().saturating_sub(SHOWN)).unwrap_or(u64::MAX);
    let more = more.saturating_add(report.findings_dropped);
    if more > 0 {
        let _ = writeln!(text, "… and {more} findings more, see --json");
    }
    text.trim_end().to_owned()
}
