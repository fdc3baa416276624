//! The skeleton that all rules share. spec: 04#6.7
use super::Dialect;
use super::encode;
use entente_model::event::Event;

/// The longest line. Suricata 7 reads 8191 bytes and takes the rest of the line for another rule, which its
/// author could then choose.
pub(super) const MAX_LINE: usize = 8190;

/// Tags beyond this many bytes are not named: they would make the line too long, and so hide the rule.
const MAX_TAGS: usize = 2048;

/// What rules tell about where they come from.
#[derive(Debug, Clone, Copy)]
pub(super) struct About<'a> {
    /// The event.
    pub(super) event: &'a Event,
    /// Tags that are named first.
    pub(super) tags: &'a [&'a str],
    /// Tags that are named after them.
    pub(super) event_tags: &'a [&'a str],
    /// Where this instance is found.
    pub(super) base_url: &'a str,
}

/// One rule. All pieces are written as they are: what comes from a value has been encoded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Draft<'a> {
    /// From the protocol to the port of destination.
    pub(super) header: &'a [&'a str],
    /// What an alert says.
    pub(super) text: &'a [&'a str],
    /// What is searched for.
    pub(super) content: &'a [&'a str],
    /// Whether the rest of the session is recorded when the rule matches.
    pub(super) tagged: bool,
}

/// The rules of one element.
#[derive(Debug)]
pub(super) struct Batch<'a> {
    /// Which program reads them.
    pub(super) dialect: Dialect,
    out: &'a mut Vec<u8>,
    about: About<'a>,
    sid: u32,
    incomplete: bool,
}

/// Appends a number.
pub(super) fn number(out: &mut Vec<u8>, number: impl itoa::Integer) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

impl<'a> Batch<'a> {
    /// Rules with the numbers after `sid`, appended to `out`.
    pub(super) fn new(out: &'a mut Vec<u8>, dialect: Dialect, about: About<'a>, sid: u32) -> Self {
        Self {
            dialect,
            out,
            about,
            sid,
            incomplete: false,
        }
    }

    /// Whether a rule was left out.
    pub(super) fn is_incomplete(&self) -> bool {
        self.incomplete
    }

    /// Leaves out as many rules. Their numbers are used up, so that those of the others do not depend on it.
    pub(super) fn leave_out(&mut self, rules: u32) {
        self.sid = self.sid.saturating_add(rules);
        self.incomplete = true;
    }

    /// Appends a rule, unless its line is too long.
    pub(super) fn rule(&mut self, draft: &Draft<'_>) {
        self.line(|batch| {
            batch.push("alert ");
            batch.push_all(draft.header);
            batch.push(" (msg: \"");
            batch.source();
            batch.push_all(draft.text);
            batch.push("\"; ");
            batch.push_all(draft.content);
            batch.push(if draft.tagged {
                " tag:session,600,seconds;"
            } else {
                " "
            });
            batch.push(" classtype:trojan-activity; ");
            batch.sid();
            batch.push(" rev:1; priority:");
            number(batch.out, batch.about.event.threat_level.number());
            batch.push("; ");
            batch.reference();
            batch.push(") ");
        });
    }

    /// Appends a line with the next number, unless it becomes too long.
    pub(super) fn line(&mut self, write: impl FnOnce(&mut Self)) {
        self.sid = self.sid.saturating_add(1);
        let before = self.out.len();
        self.push("\n");
        write(self);
        if self.out.len() > before.saturating_add(1 + MAX_LINE) {
            self.out.truncate(before);
            self.incomplete = true;
        }
    }

    /// Appends text.
    pub(super) fn push(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn push_all(&mut self, pieces: &[&str]) {
        for piece in pieces {
            self.push(piece);
        }
    }

    /// Appends how messages begin: the event and the tags.
    pub(super) fn source(&mut self) {
        self.push("MISP e");
        number(self.out, self.about.event.id.0);
        self.push(" [");
        let before = self.out.len();
        for (i, name) in self.about.tags.iter().chain(self.about.event_tags).enumerate() {
            let end = self.out.len();
            if i > 0 {
                self.out.push(b',');
            }
            encode::tag(self.out, name);
            if self.out.len() - before > MAX_TAGS {
                self.out.truncate(end);
                break;
            }
        }
        self.push("] ");
    }

    /// Appends the option `sid`.
    pub(super) fn sid(&mut self) {
        self.push("sid:");
        number(self.out, self.sid);
        self.push(";");
    }

    /// Appends the option that refers to the event.
    pub(super) fn reference(&mut self) {
        self.push("reference:url,");
        let plain = |byte: &u8| byte.is_ascii_graphic() && !b"\"();\\".contains(byte);
        let base = self.about.base_url.trim_end_matches('/');
        self.out.extend(base.bytes().filter(plain));
        self.push("/events/view/");
        number(self.out, self.about.event.id.0);
        self.push(";");
    }
}
