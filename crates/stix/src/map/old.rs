//! What STIX 2.0 names differently. spec: 12#12

/// Properties of observables that were named otherwise, or were not there.
const RENAMED: &[(&str, &str, &str)] = &[
    ("process", "created_time", "created"),
    ("process", "image_ref", "binary_ref"),
    ("email-message", "message_id", "x_misp_message_id"),
    ("artifact", "encryption_algorithm", "x_misp_encryption_algorithm"),
    ("artifact", "decryption_key", "x_misp_decryption_key"),
    ("user-account", "credential", "x_misp_credential"),
    ("user-account", "credential_last_changed", "password_last_changed"),
    ("windows-registry-key", "modified_time", "modified"),
    ("directory", "ctime", "created"),
    ("directory", "mtime", "modified"),
    ("directory", "atime", "accessed"),
    ("file", "ctime", "created"),
    ("file", "mtime", "modified"),
    ("file", "atime", "accessed"),
    ("software", "swid", "x_misp_swid"),
];

/// The name in STIX 2.0 of a property of an observable.
#[must_use]
pub fn past_name<'a>(kind: &str, name: &'a str) -> &'a str {
    RENAMED
        .iter()
        .find(|row| row.0 == kind && row.1 == name)
        .map_or(name, |row| row.2)
}

/// The name in STIX 2.1, whichever of the two was given.
#[must_use]
pub fn present_name<'a>(kind: &str, name: &'a str) -> &'a str {
    RENAMED
        .iter()
        .find(|row| row.0 == kind && row.2 == name)
        .map_or(name, |row| row.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_there_and_back() {
        for (kind, present, past) in RENAMED {
            assert_eq!(past_name(kind, present), *past);
            assert_eq!(present_name(kind, past), *present);
            assert_eq!(present_name(kind, present), *present);
        }
    }
}
