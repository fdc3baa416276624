//! `entente verify`: the integrity of the database, of what refers to what, and of every kept file.
use crate::backup;
use crate::config::Config;
use crate::store;
use anyhow::Context;
use entente_db::{Db, DbError};
use entente_store::{attachment, integrity};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::fs::File;
use std::path::Path;

/// What is damaged; empty when all is well.
///
/// # Errors
/// When the check itself cannot run.
pub async fn problems(config: &Config) -> anyhow::Result<Vec<String>> {
    let db = store::open_prepared(config).await?;
    let found = check(config, &db).await;
    db.close().await;
    found
}

async fn check(config: &Config, db: &Db) -> anyhow::Result<Vec<String>> {
    let mut problems = db.integrity_check().await.context("cannot check the store")?;
    problems.extend(dangling(db).await.context("cannot check what refers to what")?);
    let expected = digests(db).await.context("cannot read the attachments")?;
    let root = config.data_dir.join(store::BLOBS);
    problems.extend(tokio::task::spawn_blocking(move || files(&root, expected)).await??);
    Ok(problems)
}

/// References that no constraint guards and that lead nowhere.
async fn dangling(db: &Db) -> Result<Vec<String>, DbError> {
    let found = db.read(integrity::dangling_unscoped).await?;
    Ok(found
        .iter()
        .map(|kind| format!("{} {}", kind.count, kind.what))
        .collect())
}

/// The digest of each content that something refers to.
async fn digests(db: &Db) -> Result<HashSet<String>, DbError> {
    let digests = db.read(attachment::digests_unscoped).await?;
    Ok(digests.iter().map(|digest| hex(digest)).collect())
}

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn files(root: &Path, mut expected: HashSet<String>) -> anyhow::Result<Vec<String>> {
    let mut problems = Vec::new();
    for (name, path) in backup::blobs(root)? {
        let name = name.rsplit('/').next().unwrap_or(&name).to_owned();
        expected.remove(&name);
        let mut digest = Sha256::new();
        let mut file = File::open(&path).with_context(|| format!("cannot read {}", path.display()))?;
        std::io::copy(&mut file, &mut DigestWriter(&mut digest))?;
        if hex(&digest.finalize()) != name {
            problems.push(format!("the content of attachment {name} has changed"));
        }
    }
    let mut missing: Vec<String> = expected.into_iter().collect();
    missing.sort();
    problems.extend(
        missing
            .into_iter()
            .map(|name| format!("the content of attachment {name} is missing")),
    );
    Ok(problems)
}

struct DigestWriter<'a>(&'a mut Sha256);

impl std::io::Write for DigestWriter<'_> {
    fn write(&mut self, buf: &[u8]) -> std::io::Result<usize> {
        self.0.update(buf);
        Ok(buf.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_and_changed_contents_are_found() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = entente_engine::blob::BlobStore::open(dir.path().join("blobs")).unwrap();
        let good = hex(&blobs.put(b"good").unwrap());
        let changed = hex(&blobs.put(b"will change").unwrap());
        let path = blobs.root().join(&changed[..2]).join(&changed);
        std::fs::write(path, b"changed").unwrap();
        let gone = "00".repeat(32);
        let expected = [&good, &changed, &gone].map(Clone::clone).into();
        let problems = files(blobs.root(), expected).unwrap();
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems[0].contains(&changed) && problems[0].contains("has changed"));
        assert!(problems[1].contains(&gone) && problems[1].contains("is missing"));
    }
}
