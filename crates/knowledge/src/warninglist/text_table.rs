//! Many short texts in one allocation.

use super::MAX_TEXT_BYTES;

/// Texts stored end to end with four bytes of index each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextTable {
    text: String,
    ends: Vec<u32>,
}

impl TextTable {
    /// Appends a text; false when the table may not grow further.
    #[must_use]
    pub fn push(&mut self, value: &str) -> bool {
        let length = self.text.len().saturating_add(value.len());
        match u32::try_from(length) {
            Ok(end) if length <= MAX_TEXT_BYTES => {
                self.text.push_str(value);
                self.ends.push(end);
                true
            }
            _ => false,
        }
    }

    /// The text at a position.
    #[must_use]
    pub fn get(&self, position: usize) -> Option<&str> {
        let end = usize::try_from(*self.ends.get(position)?).ok()?;
        let start = match position.checked_sub(1) {
            Some(before) => usize::try_from(*self.ends.get(before)?).ok()?,
            None => 0,
        };
        self.text.get(start..end)
    }

    /// Number of texts.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Bytes of all texts together.
    #[must_use]
    pub fn text_bytes(&self) -> usize {
        self.text.len()
    }

    /// The texts in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).filter_map(|position| self.get(position))
    }

    /// Heap bytes in use.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.text.capacity() + self.ends.capacity() * size_of::<u32>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_texts_in_order() {
        let mut table = TextTable::default();
        for text in ["b", "", "äö", "a", "b"] {
            assert!(table.push(text));
        }
        assert_eq!(table.iter().collect::<Vec<_>>(), ["b", "", "äö", "a", "b"]);
        assert_eq!(table.get(5), None);
    }
}
