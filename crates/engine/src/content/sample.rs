//! Attached files, and malware samples in their password-protected archive. spec: 01#11
use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use md5::{Digest, Md5};
use std::io::Write;
use zip::unstable::write::FileOptionsExt;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Largest attachment in bytes. spec: 11#SR-IN-1
pub const MAX_FILE: usize = 100 << 20;
/// The password that the community agreed on; it keeps scanners and clumsy fingers out, not attackers.
const PASSWORD: &[u8] = b"infected";

/// A sample wrapped up.
pub struct Sealed {
    /// `file name|md5`.
    pub value: String,
    /// The encrypted archive.
    pub archive: Vec<u8>,
}

/// Base64 as clients send it: with or without padding, line breaks ignored.
///
/// # Errors
/// A sentence for the caller.
pub fn decode(text: &str) -> Result<Vec<u8>, String> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent),
    );
    if text.len() / 4 * 3 > MAX_FILE + 3 {
        return Err(format!("The file is larger than {MAX_FILE} bytes."));
    }
    let has_blanks = text.bytes().any(|b| b.is_ascii_whitespace());
    let cleaned: std::borrow::Cow<'_, str> = if has_blanks {
        text.split_ascii_whitespace().collect::<String>().into()
    } else {
        text.into()
    };
    LENIENT
        .decode(cleaned.as_bytes())
        .map_err(|_| "The file is not valid base64.".to_owned())
}

/// Base64 as answers carry it.
#[must_use]
pub fn encode(content: &[u8]) -> String {
    STANDARD.encode(content)
}

/// Wraps a raw file: a ZIP archive encrypted with the legacy method, holding the sample under its MD5
/// and its name in a text file beside it.
///
/// # Errors
/// A sentence for the caller.
pub fn seal(file_name: &str, raw: &[u8]) -> Result<Sealed, String> {
    let name = file_name.split('|').next().unwrap_or_default().trim();
    let digest = hex::encode(Md5::digest(raw));
    let archive =
        archive(&digest, name, raw).map_err(|e| format!("The sample could not be archived: {e}."))?;
    Ok(Sealed {
        value: format!("{name}|{digest}"),
        archive,
    })
}

fn archive(digest: &str, name: &str, raw: &[u8]) -> zip::result::ZipResult<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .with_deprecated_encryption(PASSWORD)?;
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file(digest, options)?;
    zip.write_all(raw)?;
    zip.start_file(format!("{digest}.filename.txt"), options)?;
    zip.write_all(name.as_bytes())?;
    Ok(zip.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn samples_come_back_with_the_password_only() {
        let sealed = seal("a.exe|x", b"MZ not really").unwrap();
        assert_eq!(
            sealed.value,
            format!("a.exe|{}", hex::encode(Md5::digest(b"MZ not really")))
        );
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(sealed.archive)).unwrap();
        assert_eq!(zip.len(), 2);
        let digest = sealed.value.split('|').nth(1).unwrap().to_owned();
        assert!(zip.by_name(&digest).is_err());
        let mut content = Vec::new();
        zip.by_name_decrypt(&digest, PASSWORD)
            .unwrap()
            .read_to_end(&mut content)
            .unwrap();
        assert_eq!(content, b"MZ not really");
        let mut name = String::new();
        zip.by_name_decrypt(&format!("{digest}.filename.txt"), PASSWORD)
            .unwrap()
            .read_to_string(&mut name)
            .unwrap();
        assert_eq!(name, "a.exe");
    }

    #[test]
    fn base64_in_every_dress() {
        for text in ["aGVsbG8=", "aGVsbG8", "aGVs\nbG8=\n"] {
            assert_eq!(decode(text).unwrap(), b"hello");
        }
        assert!(decode("***").is_err());
    }
}
