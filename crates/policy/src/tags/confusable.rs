//! Recognising control tags that are written with look-alike letters. spec: 10#1.2

use std::collections::HashMap;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;
use unicode_security::confusable_detection::skeleton;

use super::level::CONTROL_KEYS;

/// Tags longer than this are not compared; no control tag comes near it.
const LONGEST: usize = 512;

static KEY_BY_SKELETON: LazyLock<HashMap<String, &'static str>> =
    LazyLock::new(|| CONTROL_KEYS.iter().map(|key| (shape(key), *key)).collect());

/// What the tag could be taken for by a reader, most literal first.
/// `normalised` is the tag in its compared form, which is not repeated.
pub(super) fn readings(tag: &str, normalised: &str) -> Vec<String> {
    if tag.len() > LONGEST {
        return Vec::new();
    }
    let latin = latinised(tag, str::to_lowercase);
    let mut readings = vec![latin.clone(), latinised(tag, str::to_owned)];
    let (key, value) = match latin.split_once('=') {
        Some((key, value)) => (key, Some(value)),
        None => (latin.as_str(), None),
    };
    // The key as written, since folding case may hide an upper-case I posing as l.
    let written = tag.split_once('=').map_or(tag, |(key, _)| key);
    let known = [shape(key), shape(written.trim())];
    if let Some(control) = known.iter().find_map(|shape| KEY_BY_SKELETON.get(shape)) {
        readings.push(match value {
            Some(value) => format!("{control}={value}"),
            None => (*control).to_owned(),
        });
    }
    readings.retain(|reading| reading != normalised);
    readings
}

/// The tag with every character outside ASCII replaced by the ASCII text it looks like,
/// and invisible characters gone. Capitals of other scripts look like Latin capitals, yet
/// skeletons know I only as l; so they are tried both as written and in `case` first.
fn latinised(tag: &str, case: impl Fn(&str) -> String) -> String {
    let mut text = String::with_capacity(tag.len());
    for c in tag.trim().nfkc() {
        if c.is_ascii() {
            text.push(c.to_ascii_lowercase());
        } else {
            let written = case(c.encode_utf8(&mut [0; 4]));
            text.push_str(&skeleton(&written).collect::<String>().to_lowercase());
        }
    }
    text
}

/// What a text looks like, whatever its case.
fn shape(text: &str) -> String {
    let as_written: String = skeleton(&text.nfkc().collect::<String>()).collect();
    skeleton(&as_written.to_lowercase()).collect()
}
