//! Identifiers of published schemes, and words from closed lists.

use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};

/// Vulnerability identifiers, compared without case. One scheme per line.
const VULNERABILITIES: &[&str] = &[
    r"CVE-\d{4}-\d{4,}",
    r"GCVE-\d+-\d{4}-\d+",
    r"fkie_cve-\d{4}-\d{4,}",
    r"GHSA-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}",
    r"PYSEC-\d{4}-\d{2,5}",
    r"GSD-\d{4}-\d{4,5}",
    r"MAL-\d{4}-\d+",
    r"WID-SEC-W-\d{4}-\d{4}",
    r"NCSC-\d{4}-\d{4}",
    r"SSA-\d{6}",
    r"RH(?:BA|EA|SA)-\d{4}:\d{4,}",
    r"ICS(?:MA|A)-\d{2}-\d{3}-\d{2}",
    r"VA-\d{2}-\d{3}-\d{2}",
    r"cisco-sa(?:-\w+)+",
    r"SCA-\d{4}-\d{4,}",
    r"NN-\d{4}[:_]\d-\d{2}",
    r"OXAS-ADV-\d{4}-\d{4}",
    r"MSRC_CVE-\d{4}-\d{4,}",
    r"VAR-\d{6}-\d{4}",
    r"JVNDB-\d{4}-\d{6}",
    r"TS-\d{4}-\d{4}",
    r"(?:open)?SUSE-SU-\d{4}:\d{4,}-\d",
    r"CNVD-\d{4}-\d{5}",
    r"CERTFR-\d{4}-AVI-\d{4}",
    r"CERTFR-\d{4}-ALE-\d{3}",
];

pub(super) fn is_vulnerability(text: &str) -> bool {
    static PATTERN: OnceLock<Option<Regex>> = OnceLock::new();
    PATTERN
        .get_or_init(|| {
            let pattern = format!("^(?:{})$", VULNERABILITIES.join("|"));
            RegexBuilder::new(&pattern)
                .case_insensitive(true)
                .unicode(false)
                .build()
                .ok()
        })
        .as_ref()
        .is_some_and(|pattern| pattern.is_match(text))
}

pub(super) fn is_weakness(text: &str) -> bool {
    text.strip_prefix("CWE-").is_some_and(super::number::is_digits)
}

/// 8-4-4-4-12 hexadecimal digits, any version.
pub(super) fn is_uuid(text: &str) -> bool {
    let mut lengths = [8, 4, 4, 4, 12].into_iter();
    text.split('-')
        .all(|group| lengths.next() == Some(group.len()) && super::hash::is_hex(group))
        && lengths.next().is_none()
}

const HTTP_METHODS: [&str; 30] = [
    "OPTIONS",
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "DELETE",
    "TRACE",
    "CONNECT",
    "PROPFIND",
    "PROPPATCH",
    "MKCOL",
    "COPY",
    "MOVE",
    "LOCK",
    "UNLOCK",
    "VERSION-CONTROL",
    "REPORT",
    "CHECKOUT",
    "CHECKIN",
    "UNCHECKOUT",
    "MKWORKSPACE",
    "UPDATE",
    "LABEL",
    "MERGE",
    "BASELINE-CONTROL",
    "MKACTIVITY",
    "ORDERPATCH",
    "ACL",
    "PATCH",
    "SEARCH",
];

pub(super) fn has_http_method(text: &str) -> bool {
    HTTP_METHODS.iter().any(|method| text.contains(method))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scheme_is_known() {
        for id in [
            "CVE-2024-1234",
            "GCVE-1-2024-1",
            "fkie_cve-2024-12345",
            "GHSA-ab12-cd34-ef56",
            "PYSEC-2024-12",
            "GSD-2024-1234",
            "MAL-2024-1",
            "WID-SEC-W-2024-0001",
            "NCSC-2024-0001",
            "SSA-123456",
            "RHSA-2024:1234",
            "ICSMA-24-001-01",
            "ICSA-24-001-01",
            "VA-24-001-01",
            "cisco-sa-ise-xss_1",
            "SCA-2024-0001",
            "NN-2024:1-01",
            "NN-2024_1-01",
            "OXAS-ADV-2024-0001",
            "MSRC_CVE-2024-1234",
            "VAR-202401-0001",
            "JVNDB-2024-000001",
            "TS-2024-0001",
            "openSUSE-SU-2024:0001-1",
            "SUSE-SU-2024:0001-1",
            "CNVD-2024-12345",
            "CERTFR-2024-AVI-0001",
            "CERTFR-2024-ALE-001",
        ] {
            assert!(is_vulnerability(id), "{id}");
            assert!(is_vulnerability(&id.to_lowercase()), "{id}");
        }
        for id in [
            "",
            "CVE-2024-123",
            "xCVE-2024-1234",
            "CVE-2024-1234x",
            "GHSA-ab12-cd34",
            "CVE-٢٠٢٤-1234",
        ] {
            assert!(!is_vulnerability(id), "{id}");
        }
    }

    #[test]
    fn uuids_have_five_groups() {
        assert!(is_uuid("5e4b0b7e-0000-9000-0000-0123456789AB"));
        for text in [
            "",
            "5e4b0b7e-0000-9000-0000",
            "5e4b0b7e-0000-9000-0000-0123456789ab-",
            "5e4b0b7e0000",
        ] {
            assert!(!is_uuid(text), "{text}");
        }
    }

    #[test]
    fn a_method_may_stand_anywhere() {
        assert!(has_http_method("GET /") && has_http_method("M-SEARCH"));
        assert!(!has_http_method("LEFT|RIGHT"));
    }
}
