//! Reading and parsing library files from directories, archives and memory.
use crate::error::{Error, Result};
use entente_knowledge::archive::Archive;
use entente_knowledge::finding::{Finding, ReadError};
use entente_knowledge::library::{Kind, classify, identify, needs_content};
use entente_knowledge::{decay, galaxy, noticelist, taxonomy, template, warninglist};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use tokio::sync::mpsc::Sender;

/// Bytes of files that are written in one transaction, but for a single larger file.
const BATCH_BYTES: usize = 4 << 20;
/// Most bytes of a file in a directory; that of the largest list. Each kind has its own lower limit.
const MAX_FILE_BYTES: u64 = 256 << 20;
/// How deep directories are searched.
const MAX_DEPTH: usize = 12;

/// Where library files come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A directory, a zip archive or wheel, or a single file.
    Path(PathBuf),
    /// Files by their path in a published layout.
    Files(Vec<(String, Vec<u8>)>),
}

/// The content of a library file.
pub(super) enum Parsed {
    Template(template::Template),
    Relationships(template::Relationships),
    Taxonomy(taxonomy::Taxonomy),
    Galaxy(galaxy::Galaxy),
    Clusters(galaxy::Collection),
    Warninglist(warninglist::Warninglist),
    Noticelist(noticelist::Noticelist),
    DecayModel(decay::DecayingModel),
    /// Not readable; the findings say why.
    Nothing,
}

/// A library file.
pub(super) struct Item {
    pub(super) file: String,
    pub(super) kind: Kind,
    pub(super) parsed: Parsed,
    pub(super) findings: Vec<Finding>,
}

/// Files to be written together.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) items: Vec<Item>,
    bytes: usize,
}

/// Clusters need their galaxies, which may stand behind them or in another source.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pass {
    First,
    Clusters,
}

impl Pass {
    fn wants(self, path: &str) -> bool {
        match classify(path) {
            Some(kind) => (kind == Kind::Clusters) == (self == Self::Clusters),
            None => self == Self::First && needs_content(path),
        }
    }
}

/// Reads all sources and hands on what they hold in batches; ends early when nobody takes them.
///
/// # Errors
/// `Invalid` when a source cannot be read.
pub(super) fn read(sources: &[Source], sender: &Sender<Batch>) -> Result<()> {
    let mut reader = Reader {
        sender,
        batch: Batch::default(),
        galaxies: Vec::new(),
        gone: false,
    };
    for pass in [Pass::First, Pass::Clusters] {
        for source in sources {
            match source {
                Source::Files(files) => {
                    for (path, bytes) in files.iter().filter(|(path, _)| pass.wants(path)) {
                        reader.take(path, bytes);
                    }
                }
                Source::Path(path) => reader.path(path, pass)?,
            }
            reader.hand_on_galaxies();
        }
        reader.flush();
    }
    Ok(())
}

struct Reader<'s> {
    sender: &'s Sender<Batch>,
    batch: Batch,
    /// Held back until their source ends: galaxies are listed by id, so they get theirs by file name
    /// whatever the order of an archive is. spec: 07#4.7
    galaxies: Vec<(Item, usize)>,
    gone: bool,
}

impl Reader<'_> {
    fn path(&mut self, path: &Path, pass: Pass) -> Result<()> {
        let fail = |error: std::io::Error| Error::invalid(format!("{}: {error}", path.display()));
        let path = path.canonicalize().map_err(fail)?;
        let kind = std::fs::metadata(&path).map_err(fail)?;
        if kind.is_dir() {
            return self.directory(&path, pass, 0);
        }
        let name = published(&path);
        if name.to_ascii_lowercase().ends_with(".json") {
            return self.file(&path, pass);
        }
        let refused = |error| Error::invalid(format!("{name}: {error}"));
        let file = File::open(&path).map_err(fail)?;
        let mut archive = Archive::open(BufReader::new(file)).map_err(refused)?;
        while let Some(entry) = archive.next_where(|name| pass.wants(name)).map_err(refused)? {
            self.take(&entry.name, &entry.bytes);
            if self.gone {
                break;
            }
        }
        Ok(())
    }

    fn directory(&mut self, directory: &Path, pass: Pass, depth: usize) -> Result<()> {
        let fail = |error: std::io::Error| Error::invalid(format!("{}: {error}", directory.display()));
        if depth > MAX_DEPTH || self.gone {
            return Ok(());
        }
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(directory).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            // A link may lead out of the tree or round in circles.
            let kind = entry.file_type().map_err(fail)?;
            entries.push((entry.path(), kind));
        }
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        for (path, kind) in entries {
            if kind.is_dir() {
                self.directory(&path, pass, depth + 1)?;
            } else if kind.is_file() {
                self.file(&path, pass)?;
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, pass: Pass) -> Result<()> {
        let name = published(path);
        if !pass.wants(&name) || self.gone {
            return Ok(());
        }
        let fail = |error: std::io::Error| Error::invalid(format!("{name}: {error}"));
        let mut bytes = Vec::new();
        File::open(path)
            .map_err(fail)?
            .take(MAX_FILE_BYTES)
            .read_to_end(&mut bytes)
            .map_err(fail)?;
        self.take(&name, &bytes);
        Ok(())
    }

    fn take(&mut self, file: &str, bytes: &[u8]) {
        let Some(kind) = identify(file, bytes) else { return };
        let (parsed, findings) = parse(kind, bytes)
            .unwrap_or_else(|error| (Parsed::Nothing, vec![Finding::new("", error.to_string())]));
        let item = Item {
            file: file.to_owned(),
            kind,
            parsed,
            findings,
        };
        if kind == Kind::Galaxy {
            self.galaxies.push((item, bytes.len()));
        } else {
            self.push(item, bytes.len());
        }
    }

    fn hand_on_galaxies(&mut self) {
        let mut galaxies = std::mem::take(&mut self.galaxies);
        galaxies.sort_by(|(a, _), (b, _)| a.file.cmp(&b.file));
        for (item, bytes) in galaxies {
            self.push(item, bytes);
        }
    }

    fn push(&mut self, item: Item, bytes: usize) {
        self.batch.items.push(item);
        self.batch.bytes += bytes;
        if self.batch.bytes >= BATCH_BYTES {
            self.flush();
        }
    }

    fn flush(&mut self) {
        let batch = std::mem::take(&mut self.batch);
        if !batch.items.is_empty() && self.sender.blocking_send(batch).is_err() {
            self.gone = true;
        }
    }
}

/// A path as published layouts write it.
fn published(path: &Path) -> String {
    let parts: Vec<_> = path
        .components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    parts.join("/")
}

fn parse(kind: Kind, bytes: &[u8]) -> Result<(Parsed, Vec<Finding>), ReadError> {
    fn as_parsed<T>(
        read: Result<(T, Vec<Finding>), ReadError>,
        wrap: fn(T) -> Parsed,
    ) -> Result<(Parsed, Vec<Finding>), ReadError> {
        read.map(|(content, findings)| (wrap(content), findings))
    }
    match kind {
        Kind::Template => as_parsed(template::parse(bytes), Parsed::Template),
        Kind::Relationships => as_parsed(template::parse_relationships(bytes), Parsed::Relationships),
        Kind::Taxonomy => as_parsed(taxonomy::parse(bytes), Parsed::Taxonomy),
        Kind::Galaxy => as_parsed(galaxy::parse_galaxy(bytes), Parsed::Galaxy),
        Kind::Clusters => as_parsed(galaxy::parse_clusters(bytes), Parsed::Clusters),
        Kind::Warninglist => as_parsed(warninglist::parse(bytes), Parsed::Warninglist),
        Kind::Noticelist => as_parsed(noticelist::parse(bytes), Parsed::Noticelist),
        Kind::DecayModel => as_parsed(decay::parse(bytes), Parsed::DecayModel),
    }
}
