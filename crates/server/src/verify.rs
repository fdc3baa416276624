//! `entente verify`: the integrity of the database, of what refers to what, and of every kept file.
use crate::backup;
use crate::config::Config;
use crate::store;
use anyhow::Context;
use entente_db::{Db, DbError};
use entente_model::id::EventId;
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

/// References that no constraint guards, with what they should lead to.
fn references() -> Vec<(&'static str, String)> {
    // An element's id is its event's number times this, plus a number within the event.
    let (step, _) = EventId(1).element_range();
    let of_event = |table: &str| {
        format!(
            "SELECT COUNT(*) FROM {table} x WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.no = x.id / {step})"
        )
    };
    vec![
        ("attributes without their event", of_event("attribute")),
        ("objects without their event", of_event("object")),
        ("references without their event", of_event("object_reference")),
        ("reports without their event", of_event("event_report")),
        (
            "attributes without their object",
            format!(
                "SELECT COUNT(*) FROM attribute x WHERE x.object_seq IS NOT NULL AND NOT EXISTS \
                 (SELECT 1 FROM object o WHERE o.id = x.id - x.id % {step} + x.object_seq)"
            ),
        ),
        (
            "tags on missing events",
            "SELECT COUNT(*) FROM event_tag x WHERE NOT EXISTS \
             (SELECT 1 FROM event e WHERE e.no = x.event_no)"
                .to_owned(),
        ),
        (
            "tags on missing attributes",
            "SELECT COUNT(*) FROM attribute_tag x WHERE NOT EXISTS \
             (SELECT 1 FROM attribute a WHERE a.id = x.attribute_id)"
                .to_owned(),
        ),
        (
            "attachments of missing attributes",
            "SELECT COUNT(*) FROM attachment x WHERE NOT EXISTS \
             (SELECT 1 FROM attribute a WHERE a.id = x.element_id) AND NOT EXISTS \
             (SELECT 1 FROM proposal p WHERE p.id = x.element_id)"
                .to_owned(),
        ),
    ]
}

async fn dangling(db: &Db) -> Result<Vec<String>, DbError> {
    db.read(|tx| {
        let mut problems = Vec::new();
        for (what, sql) in references() {
            let count = tx.first(&sql, &[], |row| row.get_int(0))?.unwrap_or(0);
            if count > 0 {
                problems.push(format!("{count} {what}"));
            }
        }
        Ok(problems)
    })
    .await
}

/// The digest of each content that something refers to.
async fn digests(db: &Db) -> Result<HashSet<String>, DbError> {
    db.read(|tx| {
        let rows = tx.all("SELECT DISTINCT sha256 FROM attachment", &[], |row| {
            let name: String = row
                .get_bytes(0)?
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            Ok::<_, DbError>(name)
        })?;
        Ok(rows.into_iter().collect())
    })
    .await
}

fn files(root: &Path, mut expected: HashSet<String>) -> anyhow::Result<Vec<String>> {
    let mut problems = Vec::new();
    for (name, path) in backup::blobs(root)? {
        let name = name.rsplit('/').next().unwrap_or(&name).to_owned();
        expected.remove(&name);
        let mut digest = Sha256::new();
        let mut file = File::open(&path).with_context(|| format!("cannot read {}", path.display()))?;
        std::io::copy(&mut file, &mut DigestWriter(&mut digest))?;
        let found: String = digest
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        if found != name {
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
        let hex = |digest: [u8; 32]| digest.iter().map(|b| format!("{b:02x}")).collect::<String>();
        let good = hex(blobs.put(b"good").unwrap());
        let changed = hex(blobs.put(b"will change").unwrap());
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
