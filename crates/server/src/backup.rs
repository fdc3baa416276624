//! `entente backup` and `restore`: the whole store as one ZIP file. spec: CONTRACT "The binary"
//!
//! The file holds `manifest.json`, `entente.db`, `blobs/xx/<sha256>`, and `pepper` only when asked for: with
//! the pepper the file is enough to check API keys, without it they have to be reset after a restore.
use crate::config::Config;
use crate::store;
use anyhow::{Context, anyhow, bail};
use entente_engine::sources::{Clock, SystemClock};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

const FORMAT: u64 = 1;
const MANIFEST: &str = "manifest.json";
const DATABASE: &str = "entente.db";

/// Writes a backup while the store may be in use.
///
/// # Errors
/// One line that says what failed; no half-written file is left under the name.
pub async fn backup(config: &Config, to: &Path, with_secrets: bool) -> anyhow::Result<Value> {
    if to.exists() {
        bail!("{} exists already", to.display());
    }
    let db = store::open_prepared(config).await?;
    let folder = match to.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let copy = tempfile::Builder::new()
        .prefix(".entente-backup-")
        .tempdir_in(folder)
        .with_context(|| format!("cannot write to {}", folder.display()))?;
    let database = copy.path().join(DATABASE);
    let schema = store::applied(&db).await?.unwrap_or_default();
    // The database comes first: a file is stored before a row refers to it, so none can be missing.
    let copied = db.backup(&database).await.context("cannot copy the database");
    db.close().await;
    copied?;
    let seconds = SystemClock.now_micros().div_euclid(1_000_000);
    let manifest = json!({
        "format": FORMAT,
        "version": env!("CARGO_PKG_VERSION"),
        "created": seconds,
        "schema": schema,
        "secrets": with_secrets,
    });
    let (config, to, written) = (config.clone(), to.to_owned(), copy.path().join("backup"));
    let report = tokio::task::spawn_blocking(move || {
        let files = write_archive(&config, &database, &written, &manifest, with_secrets)?;
        std::fs::rename(&written, &to).with_context(|| format!("cannot write {}", to.display()))?;
        let size = to.metadata().map(|meta| meta.len()).unwrap_or_default();
        Ok::<_, anyhow::Error>(json!({
            "file": to.display().to_string(), "bytes": size, "attachments": files, "secrets": with_secrets,
        }))
    })
    .await??;
    Ok(report)
}

fn write_archive(
    config: &Config,
    database: &Path,
    to: &Path,
    manifest: &Value,
    with_secrets: bool,
) -> anyhow::Result<u64> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options
        .open(to)
        .with_context(|| format!("cannot write {}", to.display()))?;
    let mut archive = ZipWriter::new(BufWriter::new(file));
    let packed = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(1))
        .large_file(true);
    // Attachments are mostly archives already.
    let stored = packed
        .compression_method(CompressionMethod::Stored)
        .compression_level(None);
    archive.start_file(MANIFEST, packed)?;
    archive.write_all(manifest.to_string().as_bytes())?;
    append(&mut archive, DATABASE, database, packed)?;
    if with_secrets {
        append(
            &mut archive,
            store::PEPPER,
            &config.data_dir.join(store::PEPPER),
            packed,
        )?;
    }
    let mut files = 0;
    for (name, path) in blobs(&config.data_dir.join(store::BLOBS))? {
        append(&mut archive, &format!("{}/{name}", store::BLOBS), &path, stored)?;
        files += 1;
    }
    let mut file = archive.finish()?;
    file.flush()?;
    file.get_ref().sync_all()?;
    Ok(files)
}

fn append<W: Write + Seek>(
    archive: &mut ZipWriter<W>,
    name: &str,
    from: &Path,
    options: SimpleFileOptions,
) -> anyhow::Result<()> {
    let mut file = File::open(from).with_context(|| format!("cannot read {}", from.display()))?;
    archive.start_file(name, options)?;
    std::io::copy(&mut file, archive).with_context(|| format!("cannot copy {}", from.display()))?;
    Ok(())
}

/// Name (`xx/<sha256>`) and path of every kept file.
pub fn blobs(root: &Path) -> anyhow::Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    if !root.is_dir() {
        return Ok(found);
    }
    for folder in std::fs::read_dir(root)? {
        let folder = folder?;
        if !folder.file_type()?.is_dir() {
            continue;
        }
        for file in std::fs::read_dir(folder.path())? {
            let file = file?;
            let name = format!(
                "{}/{}",
                folder.file_name().to_string_lossy(),
                file.file_name().to_string_lossy()
            );
            // Files being written have other names.
            if is_blob(&name) {
                found.push((name, file.path()));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Whether this is `xx/<sha256>` and nothing else, so that a name can never lead elsewhere. spec: 11#SR-IN-4
fn is_blob(name: &str) -> bool {
    let is_hex = |text: &str| text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    name.split_once('/')
        .is_some_and(|(folder, file)| file.len() == 64 && is_hex(file) && file.get(..2) == Some(folder))
}

/// Restores a backup into an empty store.
///
/// # Errors
/// One line that says what failed; a store that holds anything is refused untouched.
pub async fn restore(config: &Config, from: &Path) -> anyhow::Result<Value> {
    let Some(database) = config.database_url.sqlite_path().map(Path::to_owned) else {
        bail!("a backup is restored into an SQLite store; restore PostgreSQL with its own tools");
    };
    if database.metadata().is_ok_and(|meta| meta.len() > 0) {
        bail!("the store is not empty: {} exists", database.display());
    }
    if !blobs(&config.data_dir.join(store::BLOBS))?.is_empty() {
        bail!(
            "the store is not empty: {} holds attachments",
            config.data_dir.display()
        );
    }
    store::make_private(&config.data_dir)
        .with_context(|| format!("cannot make the data directory {}", config.data_dir.display()))?;
    let (data_dir, from) = (config.data_dir.clone(), from.to_owned());
    let report = tokio::task::spawn_blocking(move || read_archive(&data_dir, &database, &from)).await??;
    let db = store::open_prepared(config)
        .await
        .context("the restored store is no good")?;
    let problems = db.integrity_check().await;
    db.close().await;
    match problems?.first() {
        Some(problem) => Err(anyhow!("the restored store is damaged: {problem}")),
        None => Ok(report),
    }
}

fn read_archive(data_dir: &Path, database: &Path, from: &Path) -> anyhow::Result<Value> {
    let file = File::open(from).with_context(|| format!("cannot read {}", from.display()))?;
    let mut archive = ZipArchive::new(BufReader::new(file))
        .with_context(|| format!("{} is not a backup", from.display()))?;
    let mut text = String::new();
    archive
        .by_name(MANIFEST)
        .with_context(|| format!("{} is not a backup of entente", from.display()))?
        .take(1 << 20)
        .read_to_string(&mut text)?;
    let manifest: Value = serde_json::from_str(&text).context("the manifest of the backup is damaged")?;
    if manifest.get("format").and_then(Value::as_u64) != Some(FORMAT) {
        bail!("the backup was made by a newer release; restore it with that release");
    }
    let (mut files, mut secrets) = (0u64, false);
    // The database comes last: until then the store counts as empty and a restore can be repeated.
    let fresh = database.with_extension("restoring");
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index)?;
        let name = entry.name()?.into_owned();
        match name.as_str() {
            MANIFEST => {}
            DATABASE => write_file(&mut entry, &fresh)?,
            store::PEPPER => {
                let path = data_dir.join(store::PEPPER);
                if path.exists() {
                    bail!(
                        "the store has secrets of its own: remove {} first",
                        path.display()
                    );
                }
                write_file(&mut entry, &path)?;
                secrets = true;
            }
            other => {
                let blob = other.strip_prefix("blobs/").filter(|name| is_blob(name));
                let blob = blob.with_context(|| format!("the backup holds an unknown file \"{other}\""))?;
                write_file(&mut entry, &data_dir.join(store::BLOBS).join(blob))?;
                files += 1;
            }
        }
    }
    std::fs::rename(&fresh, database).context("the backup holds no database")?;
    Ok(json!({ "file": from.display().to_string(), "attachments": files, "secrets": secrets }))
}

fn write_file(from: &mut impl Read, to: &Path) -> anyhow::Result<()> {
    let mut write = || -> std::io::Result<()> {
        if let Some(folder) = to.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(to)?;
        std::io::copy(from, &mut file)?;
        file.sync_all()
    };
    write().with_context(|| format!("cannot restore {}", to.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_digests_are_names_of_attachments() {
        let digest = "ab".repeat(32);
        assert!(is_blob(&format!("ab/{digest}")));
        for bad in [
            digest.clone(),
            format!("cd/{digest}"),
            format!("../{digest}"),
            format!("ab/../{digest}"),
            "ab/short".to_owned(),
        ] {
            assert!(!is_blob(&bad), "{bad}");
        }
    }
}
