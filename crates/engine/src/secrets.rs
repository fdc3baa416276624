//! Keys of this instance. They live in a file beside the store, never inside it. spec: 11#SR-AN-5, 11#SR-ST-3
use crate::error::Result;
use crate::sources::Random;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::io::Write;
use std::path::Path;

/// The pepper of API keys. Its `Debug` shows nothing.
#[derive(Clone)]
pub struct Secrets {
    pepper: [u8; 32],
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets(..)")
    }
}

impl Secrets {
    /// Secrets with this pepper.
    #[must_use]
    pub fn new(pepper: [u8; 32]) -> Self {
        Self { pepper }
    }

    /// Reads the pepper file of a data directory, or makes it readable by the owner only.
    ///
    /// # Errors
    /// When the file cannot be read, written, or holds something else.
    pub fn load_or_create(path: &Path, random: &dyn Random) -> Result<Self> {
        match std::fs::read_to_string(path) {
            Ok(text) => {
                let mut pepper = [0u8; 32];
                hex::decode_to_slice(text.trim(), &mut pepper).map_err(|_| {
                    std::io::Error::new(
                        std::io::ErrorKind::InvalidData,
                        format!("{} does not hold 64 hexadecimal digits", path.display()),
                    )
                })?;
                Ok(Self { pepper })
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                let mut pepper = [0u8; 32];
                random.fill(&mut pepper)?;
                let mut options = std::fs::OpenOptions::new();
                options.write(true).create_new(true);
                #[cfg(unix)]
                std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
                let mut file = options.open(path)?;
                file.write_all(hex::encode(pepper).as_bytes())?;
                file.sync_all()?;
                Ok(Self { pepper })
            }
            Err(e) => Err(e.into()),
        }
    }

    /// The hash under which an API key is stored and found.
    #[must_use]
    pub fn key_hash(&self, key: &str) -> [u8; 32] {
        // HMAC takes keys of any length, so this cannot fail; an empty pepper would be caught by tests.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.pepper) else {
            return [0; 32];
        };
        mac.update(b"entente.api-key.v1\0");
        mac.update(key.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::SystemRandom;

    #[test]
    fn the_pepper_file_is_made_once_and_kept_private() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pepper");
        let first = Secrets::load_or_create(&path, &SystemRandom).unwrap();
        let second = Secrets::load_or_create(&path, &SystemRandom).unwrap();
        assert_eq!(first.key_hash("k"), second.key_hash("k"));
        assert_ne!(first.key_hash("k"), first.key_hash("l"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(
                std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
    }

    #[test]
    fn a_damaged_pepper_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pepper");
        std::fs::write(&path, "short").unwrap();
        assert!(Secrets::load_or_create(&path, &SystemRandom).is_err());
    }
}
