//! Zip archives and Python wheels of libraries, read one entry at a time within fixed limits.
//!
//! An archive comes from an administrator, but its content from the network: nothing it declares
//! about itself is trusted, and an archive that breaks a rule is refused as a whole
//! (spec: 11#SR-IN-4). Archives inside archives are bytes like any other.
use crate::library::document::excerpt;
use std::io::{Read, Seek, SeekFrom};
use zip::{ZipArchive, read::Config, result::ZipError, unstable::read::ZipIterable};

/// How large an archive may be, in bytes; the largest published one has about 20 MB.
pub const MAX_ARCHIVE_BYTES: u64 = 128 * 1024 * 1024;

/// How many entries an archive may have, folders included.
pub const MAX_ENTRIES: usize = 1_000;

/// How many bytes all entries read from an archive may have together.
pub const MAX_TOTAL_BYTES: u64 = 512 * 1024 * 1024;

/// How many bytes one entry may have; it is held in memory.
pub const MAX_ENTRY_BYTES: u64 = 128 * 1024 * 1024;

/// How many times larger than its compressed form an entry may be.
pub const MAX_RATIO: u64 = 100;

/// Up to this many bytes the ratio does not matter: a short file of blanks is no attack.
pub const RATIO_FREE_BYTES: u64 = 64 * 1024;

/// How long an entry's name may be, in bytes.
pub const MAX_NAME_BYTES: usize = 255;

/// Why an archive is refused.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// No zip archive, or a damaged one.
    #[error("the archive cannot be read: {0}")]
    Damaged(String),
    /// Beyond a limit; the message names it.
    #[error("the archive is too large: {0}")]
    TooLarge(String),
    /// An entry that has no place in an archive of libraries.
    #[error("the archive holds an entry that is not allowed, {name:?}: {reason}")]
    Forbidden {
        /// The entry's name, shortened.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Two entries share bytes or a name.
    #[error("the archive holds overlapping or equally named entries")]
    Overlapping,
    /// The underlying reader failed.
    #[error("reading the archive failed: {0}")]
    Read(#[from] std::io::Error),
}

impl From<ZipError> for ArchiveError {
    fn from(error: ZipError) -> Self {
        match error {
            ZipError::Io(error) => Self::from_reading(error),
            other => Self::Damaged(other.to_string()),
        }
    }
}

impl ArchiveError {
    /// Decompressors report bad data as an input error; that is the archive's fault, not the disk's.
    fn from_reading(error: std::io::Error) -> Self {
        use std::io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
        match error.kind() {
            InvalidData | InvalidInput | UnexpectedEof => Self::Damaged(error.to_string()),
            _ => Self::Read(error),
        }
    }
}

/// One file of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its path inside the archive: relative, with `/`, without `..`.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// An opened archive whose names and layout have been checked.
pub struct Archive<R> {
    zip: ZipArchive<R>,
    next: usize,
    budget: u64,
}

impl<R: Read + Seek> Archive<R> {
    /// Opens an archive and checks every entry's name and kind before any is read.
    ///
    /// # Errors
    /// When it is no zip archive or breaks a rule of spec 11#SR-IN-4.
    pub fn open(mut reader: R) -> Result<Self, ArchiveError> {
        let size = reader.seek(SeekFrom::End(0))?;
        if size > MAX_ARCHIVE_BYTES {
            return Err(ArchiveError::TooLarge(format!(
                "{size} bytes, at most {MAX_ARCHIVE_BYTES}"
            )));
        }
        // The declared count is looked at first: opening the archive keeps something per entry.
        check_count(ZipIterable::try_new(&mut reader, Config::default())?.len())?;
        let mut zip = ZipArchive::new(reader)?;
        check_count(zip.len())?;
        if zip.has_duplicate_names() || zip.has_overlapping_entries()? {
            return Err(ArchiveError::Overlapping);
        }
        for index in 0..zip.len() {
            let entry = zip.by_index_data(index)?;
            let name = entry.name()?;
            let reason = name_fault(&name)
                .or_else(|| kind_fault(entry.unix_mode()))
                .or_else(|| entry.is_symlink().then_some("a link"))
                .or_else(|| entry.encrypted().then_some("encrypted"));
            if let Some(reason) = reason {
                return Err(ArchiveError::Forbidden {
                    name: excerpt(&name),
                    reason,
                });
            }
        }
        Ok(Self {
            zip,
            next: 0,
            budget: MAX_TOTAL_BYTES,
        })
    }

    /// The next file whose name is `wanted`, in the archive's order; `None` after the last.
    ///
    /// Entries not wanted are not decompressed.
    ///
    /// # Errors
    /// When the entry is damaged or the archive goes beyond a limit; reading on then makes no sense.
    pub fn next_where(&mut self, wanted: impl Fn(&str) -> bool) -> Result<Option<Entry>, ArchiveError> {
        while self.next < self.zip.len() {
            let index = self.next;
            self.next += 1;
            let entry = self.zip.by_index_data(index)?;
            if entry.is_dir() {
                continue;
            }
            let name = entry.name()?.into_owned();
            if wanted(&name) {
                let bytes = self.read(index, &name)?;
                return Ok(Some(Entry { name, bytes }));
            }
        }
        Ok(None)
    }

    fn read(&mut self, index: usize, name: &str) -> Result<Vec<u8>, ArchiveError> {
        let mut file = self.zip.by_index(index)?;
        let by_ratio = file
            .entry()
            .compressed_size()
            .saturating_mul(MAX_RATIO)
            .max(RATIO_FREE_BYTES);
        let limit = by_ratio.min(MAX_ENTRY_BYTES).min(self.budget);
        let mut bytes = Vec::new();
        (&mut file)
            .take(limit + 1)
            .read_to_end(&mut bytes)
            .map_err(ArchiveError::from_reading)?;
        let read = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if read > limit {
            let name = excerpt(name);
            let which = if limit == by_ratio {
                format!("{name:?} is more than {MAX_RATIO} times its compressed size")
            } else if limit == MAX_ENTRY_BYTES {
                format!("{name:?} has more than {MAX_ENTRY_BYTES} bytes")
            } else {
                format!("its entries have more than {MAX_TOTAL_BYTES} bytes")
            };
            return Err(ArchiveError::TooLarge(which));
        }
        self.budget -= read;
        Ok(bytes)
    }
}

/// All files in the archive's order; ends after the first error.
impl<R: Read + Seek> Iterator for Archive<R> {
    type Item = Result<Entry, ArchiveError>;

    fn next(&mut self) -> Option<Self::Item> {
        let entry = self.next_where(|_| true);
        if entry.is_err() {
            self.next = self.zip.len();
        }
        entry.transpose()
    }
}

fn check_count(count: usize) -> Result<(), ArchiveError> {
    if count > MAX_ENTRIES {
        return Err(ArchiveError::TooLarge(format!(
            "{count} entries, at most {MAX_ENTRIES}"
        )));
    }
    Ok(())
}

/// What is wrong with an entry's name, if anything.
fn name_fault(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        return Some("no name");
    }
    if name.len() > MAX_NAME_BYTES {
        return Some("the name is longer than 255 bytes");
    }
    if name.starts_with('/') {
        return Some("an absolute name");
    }
    if name.contains('\\') {
        return Some("a backslash in the name");
    }
    if name.chars().any(char::is_control) {
        return Some("a control character in the name");
    }
    if name.contains(':') {
        return Some("a drive or stream name");
    }
    let mut parts = name.strip_suffix('/').unwrap_or(name).split('/');
    parts.find_map(|part| match part {
        "" => Some("an empty folder name"),
        "." | ".." => Some("a relative step in the name"),
        part if is_device(part) => Some("a device name"),
        _ => None,
    })
}

/// Names that some systems take for a device, with any extension.
fn is_device(part: &str) -> bool {
    let stem = part
        .split('.')
        .next()
        .unwrap_or(part)
        .trim_end()
        .to_ascii_lowercase();
    match stem.as_str() {
        "con" | "prn" | "aux" | "nul" => true,
        stem => stem
            .strip_prefix("com")
            .or_else(|| stem.strip_prefix("lpt"))
            .is_some_and(|port| matches!(port.as_bytes(), [b'1'..=b'9'])),
    }
}

/// Anything else than a file or a folder by its Unix mode: a link, a device, a pipe, a socket.
fn kind_fault(unix_mode: Option<u32>) -> Option<&'static str> {
    const KIND: u32 = 0o170_000;
    const FILE: u32 = 0o100_000;
    const FOLDER: u32 = 0o040_000;
    match unix_mode? & KIND {
        // Some writers store permissions without a kind.
        0 | FILE | FOLDER => None,
        _ => Some("neither a file nor a folder"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Write};
    use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

    fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn open(bytes: &[u8]) -> Result<Archive<Cursor<&[u8]>>, ArchiveError> {
        Archive::open(Cursor::new(bytes))
    }

    fn replace(bytes: &mut [u8], from: &[u8], to: &[u8]) {
        assert_eq!(from.len(), to.len());
        let places: Vec<usize> = bytes
            .windows(from.len())
            .enumerate()
            .filter(|(_, w)| *w == from)
            .map(|(at, _)| at)
            .collect();
        assert!(!places.is_empty());
        for at in places {
            bytes[at..at + to.len()].copy_from_slice(to);
        }
    }

    #[test]
    fn files_come_in_order_and_unwanted_ones_are_skipped() {
        let zip = zip_of(&[("a/one.json", b"1"), ("b.txt", b"2"), ("c.json", b"3")]);
        let all: Vec<Entry> = open(&zip).unwrap().map(Result::unwrap).collect();
        assert_eq!(all.len(), 3);
        assert_eq!(
            all[0],
            Entry {
                name: "a/one.json".into(),
                bytes: b"1".to_vec()
            }
        );
        let mut archive = open(&zip).unwrap();
        let mut names = Vec::new();
        while let Some(entry) = archive.next_where(|name| name.ends_with(".json")).unwrap() {
            names.push(entry.name);
        }
        assert_eq!(names, ["a/one.json", "c.json"]);
    }

    #[test]
    fn folders_are_no_entries() {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        writer
            .add_directory("folder/", SimpleFileOptions::default())
            .unwrap();
        let zip = writer.finish().unwrap().into_inner();
        assert!(open(&zip).unwrap().next().is_none());
    }

    #[test]
    fn bad_names_refuse_the_archive() {
        for (bad, reason) in [
            ("../xx", "relative"),
            ("a/../b", "relative"),
            ("./ab", "relative"),
            ("/abc", "absolute"),
            ("a\\bc", "backslash"),
            ("C:ab", "drive"),
            ("a\nbc", "control"),
            ("a//b", "empty"),
            ("NUL.x", "device"),
            ("a/com1", "device"),
        ] {
            let plain = "Z".repeat(bad.len());
            let mut zip = zip_of(&[(&plain, b"x")]);
            replace(&mut zip, plain.as_bytes(), bad.as_bytes());
            match open(&zip) {
                Err(ArchiveError::Forbidden { name, reason: said }) => {
                    assert_eq!(name, bad);
                    assert!(said.contains(reason), "{bad}: {said}");
                }
                other => panic!("{bad}: {:?}", other.err()),
            }
        }
        assert!(open(&zip_of(&[(&"n".repeat(255), b"x")])).is_ok());
        assert!(matches!(
            open(&zip_of(&[(&"n".repeat(256), b"x")])),
            Err(ArchiveError::Forbidden { .. })
        ));
        assert!(open(&zip_of(&[("a..b/common.json", b"x"), ("com10/x", b"x")])).is_ok());
    }

    #[test]
    fn links_refuse_the_archive() {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        writer
            .add_symlink("link", "/etc/passwd", SimpleFileOptions::default())
            .unwrap();
        let zip = writer.finish().unwrap().into_inner();
        assert!(matches!(open(&zip), Err(ArchiveError::Forbidden { .. })));
        assert_eq!(kind_fault(Some(0o020_644)), Some("neither a file nor a folder"));
        assert_eq!(kind_fault(Some(0o644)), None);
    }

    #[test]
    fn a_bomb_is_refused_by_its_real_size() {
        let blanks = vec![b' '; 8 * 1024 * 1024];
        let zip = zip_of(&[("bomb.json", &blanks)]);
        let mut archive = open(&zip).unwrap();
        assert!(matches!(archive.next(), Some(Err(ArchiveError::TooLarge(_)))));
        assert!(archive.next().is_none());
        let short = vec![b' '; 60 * 1024];
        assert!(
            open(&zip_of(&[("blanks.json", &short)]))
                .unwrap()
                .next()
                .unwrap()
                .is_ok()
        );
    }

    #[test]
    fn too_many_entries_are_refused() {
        let names: Vec<String> = (0..=MAX_ENTRIES).map(|index| format!("{index}.json")).collect();
        let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
        assert!(matches!(open(&zip_of(&files)), Err(ArchiveError::TooLarge(_))));
        assert!(open(&zip_of(&files[1..])).is_ok());
    }

    #[test]
    fn equal_names_and_shared_bytes_are_refused() {
        let mut zip = zip_of(&[("one.json", b"1"), ("two.json", b"2")]);
        replace(&mut zip, b"two.json", b"one.json");
        assert!(matches!(open(&zip), Err(ArchiveError::Overlapping)));

        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        writer.start_file("one.json", stored).unwrap();
        writer.write_all(b"12345").unwrap();
        writer.shallow_copy_file("one.json", "two.json").unwrap();
        let zip = writer.finish().unwrap().into_inner();
        assert!(matches!(open(&zip), Err(ArchiveError::Overlapping)));
    }

    #[test]
    fn damage_is_an_error_not_a_short_file() {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        writer.start_file("one.json", stored).unwrap();
        writer.write_all(b"content").unwrap();
        let mut zip = writer.finish().unwrap().into_inner();
        replace(&mut zip, b"content", b"CONTENT");
        assert!(matches!(
            open(&zip).unwrap().next(),
            Some(Err(ArchiveError::Damaged(_)))
        ));
        assert!(matches!(open(b"no archive"), Err(ArchiveError::Damaged(_))));
        assert!(matches!(open(b""), Err(ArchiveError::Damaged(_))));
    }
}
