//! Loading the community libraries in their published layouts. spec: 07, CONTRACT `knowledge import`
//!
//! Files are read and parsed on one thread while parsed ones are written on another, in transactions
//! of a few megabytes, so that neither memory nor the time for which the single writer is held grows
//! with the size of a library. A file that is not newer than what is stored changes nothing; what an
//! administrator decided about a list (enabled, required, …) outlives every import.
mod load;
pub(crate) use load::template_row;
mod shipped;
mod sources;
mod status;

pub(crate) use load::cluster_tag;
pub(crate) use shipped::feed;
pub use shipped::{decaying_models, default_feeds, import_shipped, noticelists};
pub use sources::Source;
pub use status::{KindStatus, status};

use crate::app::App;
use crate::error::{Error, Result};
use entente_knowledge::finding::Finding;
use entente_knowledge::library::Kind;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// Findings kept in a report; of more only the number is told.
pub const MAX_FINDINGS: usize = 10_000;

/// How many things of a kind were what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// New ones.
    pub added: u64,
    /// Replaced by a newer version.
    pub updated: u64,
    /// Stored in this or a newer version already.
    pub unchanged: u64,
    /// Files that could not be read or have no place here; the findings say why.
    pub refused: u64,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// By kind. Of relationship types and clusters each one counts, of the other kinds each file.
    pub kinds: BTreeMap<Kind, Tally>,
    /// Feeds that came with the program.
    pub feeds: Tally,
    /// What was dropped: the file, the place in it, and why.
    pub findings: Vec<(String, Finding)>,
    /// Further findings, not kept.
    pub findings_dropped: u64,
}

impl Report {
    pub(crate) fn of(&mut self, kind: Kind) -> &mut Tally {
        self.kinds.entry(kind).or_default()
    }

    pub(crate) fn find(&mut self, file: &str, findings: impl IntoIterator<Item = Finding>) {
        for finding in findings {
            if self.findings.len() < MAX_FINDINGS {
                self.findings.push((file.to_owned(), finding));
            } else {
                self.findings_dropped += 1;
            }
        }
    }

    /// Takes over what another report says.
    pub fn add(&mut self, other: Self) {
        for (kind, tally) in other.kinds {
            self.of(kind).add(tally);
        }
        self.feeds.add(other.feeds);
        self.findings_dropped += other.findings_dropped;
        for (file, finding) in other.findings {
            self.find(&file, [finding]);
        }
    }

    /// Whether anything was added or updated.
    #[must_use]
    pub fn changed(&self) -> bool {
        let mut tallies = self.kinds.values().chain([&self.feeds]);
        tallies.any(|tally| tally.added + tally.updated > 0)
    }
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.added += other.added;
        self.updated += other.updated;
        self.unchanged += other.unchanged;
        self.refused += other.refused;
    }
}

/// How far an import has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Files stored so far.
    pub files: u64,
    /// The last one.
    pub file: String,
}

/// Imports from directories, archives, wheels and single files.
///
/// # Errors
/// `Invalid` when a path or archive cannot be read; of the database. What came before stays imported.
pub async fn import_paths(
    app: &App,
    paths: &[PathBuf],
    progress: impl FnMut(Progress) + Send,
) -> Result<Report> {
    let sources = paths.iter().cloned().map(Source::Path).collect();
    import(app, sources, progress).await
}

/// Imports from any sources.
///
/// # Errors
/// As [`import_paths`].
pub async fn import(
    app: &App,
    sources: Vec<Source>,
    mut progress: impl FnMut(Progress) + Send,
) -> Result<Report> {
    let (sender, mut batches) = tokio::sync::mpsc::channel(1);
    let reading = tokio::task::spawn_blocking(move || sources::read(&sources, &sender));
    let mut report = Report::default();
    let mut files = 0;
    let mut written = Ok(());
    while let Some(batch) = batches.recv().await {
        match write(app, batch, &mut files, &mut progress).await {
            Ok(part) => report.add(part),
            Err(error) => {
                written = Err(error);
                break;
            }
        }
    }
    // The reader stops when nobody takes its batches any more.
    drop(batches);
    let read = reading
        .await
        .map_err(|error| Error::Damaged(format!("the reader of an import failed: {error}")))?;
    // Also when nothing changed: an import that broke off after the clusters has left this to the next one.
    app.write_system(|tx| Ok(entente_store::galaxy::resolve_relations(tx)?))
        .await?;
    written?;
    read?;
    Ok(report)
}

async fn write(
    app: &App,
    batch: sources::Batch,
    files: &mut u64,
    progress: &mut (impl FnMut(Progress) + Send),
) -> Result<Report> {
    let batch = Arc::new(batch);
    let writing = Arc::clone(&batch);
    let report = app.db().write(move |tx| load::batch(tx, &writing)).await?;
    for item in &batch.items {
        *files += 1;
        progress(Progress {
            files: *files,
            file: item.file.clone(),
        });
    }
    Ok(report)
}
