//! Values that a format cannot hold. spec: 11#SR-IN-7

/// How many values were left out of a document because writing them would change its meaning.
#[derive(Debug, Default)]
pub struct LeftOut(u64);

impl LeftOut {
    /// One more.
    pub fn count(&mut self) {
        self.0 = self.0.saturating_add(1);
    }

    /// Appends a line that says how many there are, unless there are none. `mark` begins a comment.
    pub fn note(&self, out: &mut Vec<u8>, mark: &str) {
        if self.0 > 0 {
            out.extend_from_slice(mark.as_bytes());
            out.extend_from_slice(b" Values left out because this format cannot hold them: ");
            out.extend_from_slice(self.0.to_string().as_bytes());
            out.push(b'\n');
        }
    }
}
