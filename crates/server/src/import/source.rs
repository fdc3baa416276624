//! Where events come from: files, directories, standard input; one event or many in each.
use anyhow::Context;
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek};
use std::path::{Path, PathBuf};
use tokio::sync::mpsc::Sender;

/// One event as it stands in its source; can be read more than once.
pub enum Document {
    /// The whole file.
    File(File),
    /// One of many.
    Text(Box<RawValue>),
}

impl Document {
    /// A reader from the start.
    ///
    /// # Errors
    /// Of the file system.
    pub fn reader(&self) -> std::io::Result<Box<dyn Read + '_>> {
        Ok(match self {
            Self::File(file) => {
                let mut file = file;
                file.rewind()?;
                Box::new(BufReader::new(file))
            }
            Self::Text(text) => Box::new(Cursor::new(text.get().as_bytes())),
        })
    }
}

/// Standard input.
const STDIN: &str = "-";
/// Files of a MISP feed that hold no event.
const NO_EVENTS: [&str; 1] = ["manifest.json"];

/// All files behind the arguments: directories are walked for `*.json`, in the order of their names.
///
/// # Errors
/// A path that cannot be read.
pub fn files(arguments: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for argument in arguments {
        if argument.as_os_str() != STDIN && argument.is_dir() {
            walk(argument, &mut found)?;
        } else {
            found.push(argument.clone());
        }
    }
    Ok(found)
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let cannot = || format!("cannot read {}", folder.display());
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(cannot)? {
        let entry = entry.with_context(cannot)?;
        entries.push((entry.path(), entry.file_type().with_context(cannot)?));
    }
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    for (path, kind) in entries {
        let skipped = NO_EVENTS.iter().any(|name| path.ends_with(name));
        if kind.is_dir() {
            walk(&path, found)?;
        } else if !skipped
            && path
                .extension()
                .is_some_and(|end| end.eq_ignore_ascii_case("json"))
        {
            found.push(path);
        }
    }
    Ok(())
}

/// Sends the events of one file, one after the other.
///
/// # Errors
/// When the file cannot be read or is no JSON; events before the fault were sent.
pub fn documents(path: &Path, to: &Sender<Document>) -> anyhow::Result<()> {
    let mut file = if path.as_os_str() == STDIN {
        let mut spool = tempfile::tempfile().context("cannot keep standard input")?;
        std::io::copy(&mut std::io::stdin().lock(), &mut spool).context("cannot read standard input")?;
        spool.rewind()?;
        spool
    } else {
        File::open(path).context("cannot be read")?
    };
    let many = holds_many(&file).context("cannot be read")?;
    file.rewind()?;
    if many {
        let mut reader = serde_json::Deserializer::from_reader(BufReader::new(file));
        Many(to).deserialize(&mut reader).context("is not JSON")?;
        reader.end().context("is not JSON")?;
    } else {
        // Only a receiver that has given up would not take it.
        drop(to.blocking_send(Document::File(file)));
    }
    Ok(())
}

/// Whether the text is a list, or an object whose first key is `response`.
fn holds_many(file: &File) -> std::io::Result<bool> {
    let mut start = String::new();
    for byte in BufReader::new(file).bytes() {
        let byte = byte?;
        if byte.is_ascii_whitespace() {
            continue;
        }
        start.push(char::from(byte));
        if start.starts_with('[') || start == "{\"response\"" {
            return Ok(true);
        }
        if !"{\"response\"".starts_with(start.as_str()) {
            break;
        }
    }
    Ok(false)
}

/// Reads a list of events, or the list below `response`, without holding it.
#[derive(Clone, Copy)]
struct Many<'a>(&'a Sender<Document>);

impl<'de> DeserializeSeed<'de> for Many<'_> {
    type Value = ();
    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Many<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list of events")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(text) = list.next_element::<Box<RawValue>>()? {
            self.0
                .blocking_send(Document::Text(text))
                .map_err(|_| A::Error::custom("the import has ended"))?;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == "response" {
                map.next_value_seed(self)?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The texts of the events of a file.
    fn events(text: &str) -> Result<Vec<String>, String> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("events.json");
        std::fs::write(&path, text).unwrap();
        let (sender, mut receiver) = tokio::sync::mpsc::channel(10);
        let done = documents(&path, &sender);
        drop(sender);
        let mut found = Vec::new();
        while let Some(document) = receiver.blocking_recv() {
            // Twice, since an update reads again.
            for _ in 0..2 {
                let mut text = String::new();
                document.reader().unwrap().read_to_string(&mut text).unwrap();
                found.push(text);
            }
        }
        found.dedup();
        done.map(|()| found).map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn one_event_a_list_or_a_response() {
        let (a, b) = ("{\"Event\":{\"info\":\"a\"}}", "{\"Event\":{\"info\":\"b\"}}");
        assert_eq!(events(a).unwrap(), [a]);
        assert_eq!(events(&format!(" [{a}, {b}]\n")).unwrap(), [a, b]);
        assert_eq!(
            events(&format!("{{ \"response\" : [{a}, {b}]}}")).unwrap(),
            [a, b]
        );
        assert!(events(&format!("[{a}, {b}")).is_err());
        assert!(events(&format!("[{a}] x")).is_err());
    }

    #[test]
    fn directories_are_walked_and_the_manifest_is_left_out() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("sub")).unwrap();
        for name in ["b.json", "a.json", "manifest.json", "hashes.csv", "sub/c.JSON"] {
            std::fs::write(dir.path().join(name), "{}").unwrap();
        }
        let found = files(&[dir.path().to_owned(), PathBuf::from(STDIN)]).unwrap();
        let names: Vec<_> = found
            .iter()
            .map(|path| path.file_name().unwrap().to_str().unwrap())
            .collect();
        assert_eq!(names, ["a.json", "b.json", "c.JSON", "-"]);
    }
}
