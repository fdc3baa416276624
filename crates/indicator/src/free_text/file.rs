//! Names of files and registry keys. spec: 04#8 steps 3f and 3g

use super::kind;
use super::resolve::Hit;

/// Longest name of a file in the common file systems.
const MAX_FILE_NAME_BYTES: usize = 255;

/// A name or path that ends with an extension.
pub(super) fn name(text: &str) -> Option<Hit<'_>> {
    let (stem, extension) = text.rsplit_once('.')?;
    let is_extension = !extension.is_empty()
        && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && !extension.bytes().all(|byte| byte.is_ascii_digit());
    let directory = stem.rfind(['/', '\\']).map_or(0, |end| end + 1);
    (is_extension
        && !stem.is_empty()
        && text.len() - directory <= MAX_FILE_NAME_BYTES
        && has_only_path_characters(text))
    .then(|| Hit::new(&kind::FILENAME, text))
    .flatten()
}

/// What no system takes in a name, so that `key="value.txt` or `http:.x` is none; the colon of a drive may
/// stand in front.
fn has_only_path_characters(text: &str) -> bool {
    let rest = if has_drive(text) { text.get(2..) } else { None };
    !rest.unwrap_or(text).contains([':', '*', '?', '"', '<', '>', '|'])
}

/// Text with a backslash: a path if it ends with an extension or begins with a drive, else a key.
pub(super) fn path(text: &str) -> Option<Hit<'_>> {
    let (first, _) = text.split_once('\\')?;
    let (_, last) = text.rsplit_once('\\')?;
    // Whoever writes about `HKLM\Software` in a quoted sentence does not quote the key.
    if first.contains(' ') {
        return None;
    }
    if last.contains('.') || has_drive(text) {
        Hit::new(&kind::FILENAME, text)
    } else {
        Hit::new(&kind::REGKEY, text)
    }
}

fn has_drive(text: &str) -> bool {
    matches!(text.as_bytes(), [drive, b':', ..] if drive.is_ascii_alphabetic())
}
