//! Hashes and fingerprints.

pub(super) fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

pub(super) fn is_tlsh(text: &str) -> bool {
    let digits = text.strip_prefix('t').unwrap_or(text);
    digits.len() > 35 && is_hex(digits)
}

pub(crate) fn is_ssdeep(text: &str) -> bool {
    let is_block = |part: &str| {
        part.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"/+".contains(&byte))
    };
    three_parts(text).is_some_and(|(size, a, b)| super::number::is_digits(size) && is_block(a) && is_block(b))
}

pub(super) fn is_impfuzzy(text: &str) -> bool {
    three_parts(text).is_some_and(|(imports, _, _)| super::number::is_digits(imports))
}

/// The parts between exactly two colons.
fn three_parts(text: &str) -> Option<(&str, &str, &str)> {
    let (a, rest) = text.split_once(':')?;
    let (b, c) = rest.split_once(':')?;
    (!c.contains(':')).then_some((a, b, c))
}

pub(super) fn is_ssh_fingerprint(text: &str) -> bool {
    if let Some(base64) = text.strip_prefix("SHA256:") {
        let bare = base64.strip_suffix('=').unwrap_or(base64);
        return bare.len() == 43
            && bare
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"/+".contains(&byte));
    }
    let pairs = text.strip_prefix("MD5:").unwrap_or(text);
    let mut digits = pairs.bytes().filter(|byte| *byte != b':');
    digits.by_ref().take(32).filter(u8::is_ascii_hexdigit).count() == 32 && digits.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fuzzy_hashes_have_three_parts() {
        assert!(is_ssdeep("3:a/+Z:"));
        assert!(!is_ssdeep("3:a"));
        assert!(!is_ssdeep("3:a:b:c"));
        assert!(!is_ssdeep(":a:b"));
        assert!(is_impfuzzy("12:anything at all:!"));
        assert!(!is_impfuzzy("-1:a:b"));
    }

    #[test]
    fn ssh_fingerprints_have_two_kinds() {
        let pairs = "16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48";
        assert!(is_ssh_fingerprint(pairs));
        assert!(is_ssh_fingerprint(&format!(
            "MD5:{}",
            pairs.replace(':', "").to_uppercase()
        )));
        assert!(!is_ssh_fingerprint(&format!("md5:{pairs}")));
        assert!(!is_ssh_fingerprint(&format!("{pairs}00")));
        assert!(is_ssh_fingerprint(&format!("SHA256:{}", "a".repeat(43))));
        assert!(is_ssh_fingerprint(&format!("SHA256:{}=", "a".repeat(43))));
        assert!(!is_ssh_fingerprint(&format!("SHA256:{}", "a".repeat(44))));
    }
}
