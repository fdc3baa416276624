//! Files of attributes, kept by the SHA-256 of their content. spec: architecture "Blobs"
use crate::error::Result;
use sha2::{Digest, Sha256};
use std::io::{Read, Write};
use std::path::PathBuf;

/// A directory of files named by their content, two levels deep.
#[derive(Debug, Clone)]
pub struct BlobStore {
    root: PathBuf,
}

impl BlobStore {
    /// A store below `root`, which is made when it is missing.
    ///
    /// # Errors
    /// Of the file system.
    pub fn open(root: PathBuf) -> Result<Self> {
        std::fs::create_dir_all(&root)?;
        Ok(Self { root })
    }

    fn path(&self, digest: &[u8; 32]) -> PathBuf {
        let name = hex::encode(digest);
        self.root.join(name.get(..2).unwrap_or("00")).join(name)
    }

    /// Keeps a content durably before anything refers to it; answers its digest.
    ///
    /// # Errors
    /// Of the file system.
    pub fn put(&self, content: &[u8]) -> Result<[u8; 32]> {
        let digest: [u8; 32] = Sha256::digest(content).into();
        let path = self.path(&digest);
        if path.exists() {
            return Ok(digest);
        }
        let folder = path
            .parent()
            .map_or_else(|| self.root.clone(), std::path::Path::to_path_buf);
        std::fs::create_dir_all(&folder)?;
        let mut file = tempfile::NamedTempFile::new_in(&folder)?;
        file.write_all(content)?;
        file.as_file().sync_all()?;
        file.persist(&path).map_err(|e| e.error)?;
        // The directory entry is part of what has to survive.
        std::fs::File::open(&folder)?.sync_all()?;
        Ok(digest)
    }

    /// The content with this digest.
    ///
    /// # Errors
    /// Of the file system; `NotFound` when it is not there.
    pub fn get(&self, digest: &[u8; 32]) -> Result<Vec<u8>> {
        let mut content = Vec::new();
        std::fs::File::open(self.path(digest))?.read_to_end(&mut content)?;
        Ok(content)
    }

    /// Removes a content that nothing refers to any more; absent is fine.
    ///
    /// # Errors
    /// Of the file system.
    pub fn remove(&self, digest: &[u8; 32]) -> Result<()> {
        match std::fs::remove_file(self.path(digest)) {
            Ok(()) => Ok(()),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(e) => Err(e.into()),
        }
    }

    /// The folder in which everything lies.
    #[must_use]
    pub fn root(&self) -> &std::path::Path {
        &self.root
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_kept_once_and_found_by_digest() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = BlobStore::open(dir.path().join("blobs")).unwrap();
        let digest = blobs.put(b"sample").unwrap();
        assert_eq!(blobs.put(b"sample").unwrap(), digest);
        assert_eq!(blobs.get(&digest).unwrap(), b"sample");
        blobs.remove(&digest).unwrap();
        blobs.remove(&digest).unwrap();
        assert!(blobs.get(&digest).is_err());
    }
}
