//! Rules for mail that arrives. spec: 04#6.7
use super::batch::{Batch, Draft};
use super::encode;

const HEADER: &[&str] = &["tcp $EXTERNAL_NET any -> $SMTP_SERVERS 25"];
const START: &str = "flow:established,to_server; content:\"";
/// Within the headers: before the empty line that ends them.
const IN_HEADERS: &str = " content:\"|0D 0A 0D 0A|\"; within:8192;";

/// An address of a sender.
pub(super) fn from(batch: &mut Batch<'_>, value: &str) {
    let shown = encode::message(value);
    after(batch, "MAIL FROM|3a|", value, &["Source Email Address: ", &shown]);
}

/// An address of a recipient.
pub(super) fn to(batch: &mut Batch<'_>, value: &str) {
    let shown = encode::message(value);
    after(
        batch,
        "RCPT TO|3a|",
        value,
        &["Destination Email Address: ", &shown],
    );
}

/// A subject.
pub(super) fn subject(batch: &mut Batch<'_>, value: &str) {
    after(batch, "Subject|3a|", value, &["Bad Email Subject"]);
}

/// The name of an attached file.
pub(super) fn attachment(batch: &mut Batch<'_>, value: &str) {
    let Some(value) = encode::content(value) else {
        return batch.leave_out(1);
    };
    batch.rule(&Draft {
        header: HEADER,
        text: &["Bad Email Attachment"],
        content: &[
            START,
            "Content-Disposition|3a| attachment|3b| filename|3d 22|\"; content:\"",
            &value,
            "|22|\"; fast_pattern;",
            IN_HEADERS,
        ],
        tagged: true,
    });
}

/// A value that comes after words of the protocol.
fn after(batch: &mut Batch<'_>, words: &str, value: &str, text: &[&str]) {
    let Some(value) = encode::content(value) else {
        return batch.leave_out(1);
    };
    batch.rule(&Draft {
        header: HEADER,
        text,
        content: &[
            START,
            words,
            "\"; nocase; content:\"",
            &value,
            "\"; fast_pattern; nocase;",
            IN_HEADERS,
        ],
        tagged: true,
    });
}
