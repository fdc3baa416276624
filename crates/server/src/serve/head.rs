//! Request heads that say two things about the length of their body. spec: 11#BI-T10
//!
//! The HTTP library takes `Transfer-Encoding`, drops `Content-Length` and closes afterwards, which is safe but
//! says nothing to a proxy in front that decided otherwise. So heads are watched as they arrive. Of pipelined
//! requests only the first is watched; for the others the library's rule stands.

/// No head is longer than the library's own limit; beyond it nothing is kept.
const LONGEST: usize = 64 << 10;

/// Watches the bytes of one connection.
#[derive(Debug)]
pub struct HeadWatch {
    state: State,
    ambiguous: bool,
}

#[derive(Debug)]
enum State {
    /// Bytes of a head that is not complete.
    Head(Vec<u8>),
    /// Not looking.
    Elsewhere,
}

impl Default for HeadWatch {
    fn default() -> Self {
        Self {
            state: State::Head(Vec::new()),
            ambiguous: false,
        }
    }
}

impl HeadWatch {
    /// The next bytes from the client.
    pub fn feed(&mut self, bytes: &[u8]) {
        let State::Head(head) = &mut self.state else {
            return;
        };
        // The blank line may stand across two reads.
        let from = head.len().saturating_sub(3);
        head.extend_from_slice(bytes);
        let fresh = head.get(from..).unwrap_or_default();
        let ends = fresh.windows(4).any(|w| w == b"\r\n\r\n") || fresh.windows(2).any(|w| w == b"\n\n");
        if ends {
            self.ambiguous = is_ambiguous(head);
            self.state = State::Elsewhere;
        } else if head.len() > LONGEST {
            self.state = State::Elsewhere;
        }
    }

    /// Whether a head has begun and is not complete.
    pub fn is_open(&self) -> bool {
        matches!(&self.state, State::Head(head) if !head.is_empty())
    }

    /// Whether the last head gave two lengths.
    pub fn ambiguous(&self) -> bool {
        self.ambiguous
    }

    /// The next bytes are those of a new head.
    pub fn restart(&mut self) {
        *self = Self::default();
    }
}

fn is_ambiguous(head: &[u8]) -> bool {
    let has = |wanted: &str| {
        head.split(|byte| *byte == b'\n')
            .take_while(|line| !line.is_empty() && *line != b"\r")
            .filter_map(|line| line.split(|byte| *byte == b':').next())
            .any(|name| name.trim_ascii().eq_ignore_ascii_case(wanted.as_bytes()))
    };
    has("transfer-encoding") && has("content-length")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watch(text: &str, step: usize) -> bool {
        let mut watch = HeadWatch::default();
        for chunk in text.as_bytes().chunks(step) {
            watch.feed(chunk);
        }
        watch.ambiguous()
    }

    #[test]
    fn bi_t10_two_lengths_are_seen_however_the_bytes_arrive() {
        let both = "POST / HTTP/1.1\r\nContent-Length: 5\r\ntransfer-encoding : chunked\r\n\r\n0\r\n\r\n";
        let one = "POST / HTTP/1.1\r\nContent-Length: 30\r\n\r\nTransfer-Encoding: chunked\r\n\r\n";
        for step in [1, 2, 3, 7, 1000] {
            assert!(watch(both, step), "{step}");
            assert!(!watch(one, step), "{step}");
        }
        assert!(watch(
            "POST / HTTP/1.1\nContent-Length: 5\nTransfer-Encoding: chunked\n\n",
            4
        ));
    }

    #[test]
    fn a_new_head_is_watched_after_a_restart_only() {
        let both = b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n";
        let mut watch = HeadWatch::default();
        watch.feed(b"GET / HTTP/1.1\r\n\r\n");
        watch.feed(both);
        assert!(!watch.ambiguous());
        watch.restart();
        watch.feed(both);
        assert!(watch.ambiguous());
    }

    #[test]
    fn a_head_is_open_from_its_first_byte_to_its_last() {
        let mut watch = HeadWatch::default();
        assert!(!watch.is_open());
        watch.feed(b"GET / HTTP/1.1\r\n");
        assert!(watch.is_open());
        watch.feed(b"\r\n");
        assert!(!watch.is_open());
        watch.restart();
        assert!(!watch.is_open());
    }
}
