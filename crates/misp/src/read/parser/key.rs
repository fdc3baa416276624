//! Keys of maps, kept without an allocation.

/// A key of a map. Longer keys than any we know are all the same unknown key.
#[derive(Clone, Copy)]
pub(crate) struct Key {
    bytes: [u8; Self::MAX],
    length: u8,
}

impl Key {
    const MAX: usize = 31;

    pub(super) fn new(text: &str) -> Self {
        let mut bytes = [0; Self::MAX];
        let length = match bytes.get_mut(..text.len()) {
            Some(target) => {
                target.copy_from_slice(text.as_bytes());
                u8::try_from(text.len()).unwrap_or(0)
            }
            None => 0,
        };
        Self { bytes, length }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or_default()
    }

    /// Whether the map is a PHP list: its keys are positions.
    pub(crate) fn is_index(&self) -> bool {
        !self.as_bytes().is_empty() && self.as_bytes().iter().all(u8::is_ascii_digit)
    }
}
