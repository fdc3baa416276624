//! What a reader dropped or could not read, so that an import report names every loss.

/// Something in a published file that was not taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where: a path inside the file, such as `values[3].meta`.
    pub path: String,
    /// What and why.
    pub message: String,
}

/// What is said about a key that readers do not know.
pub(crate) const UNKNOWN_KEY: &str = "unknown key, left out";

impl Finding {
    /// Whether it is about a key that readers do not know, which loses nothing that they could use.
    #[must_use]
    pub fn is_unknown_key(&self) -> bool {
        self.message == UNKNOWN_KEY
    }

    /// A finding at a path.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            message: message.into(),
        }
    }
}

/// A file that could not be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Not JSON, or JSON of another shape.
    #[error("not in the published layout: {0}")]
    Layout(String),
    /// Beyond a limit; the message names it.
    #[error("too large: {0}")]
    TooLarge(String),
}
