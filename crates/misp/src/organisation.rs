//! Organisations: what their endpoints read and answer. spec: 01#7.10, 03#12
use crate::read::field;
use entente_model::draft::Given;
use entente_model::draft::people::OrganisationDraft;
use entente_model::organisation::Organisation;
use entente_model::time::datetime;
use serde_json::{Map, Value, json};

/// What is shown of an organisation besides its columns.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// Number of users.
    pub users: Option<i64>,
    /// Id and address of the account that added it; none hides both.
    pub creator: Option<(String, Option<String>)>,
    /// Shows the landing page, as the index does and the view of one does not.
    pub landing_page: bool,
}

/// Reads a body.
#[must_use]
pub fn draft(map: &Map<String, Value>) -> OrganisationDraft {
    let text = |key: &str| given_text(map, key);
    OrganisationDraft {
        uuid: field::uuid(map, "uuid"),
        name: text("name"),
        description: text("description"),
        kind: text("type"),
        nationality: text("nationality"),
        sector: text("sector"),
        contacts: text("contacts"),
        local: field::flag(map, "local"),
        restricted_to_domain: words(map, "restricted_to_domain"),
        landing_page: text("landingpage"),
    }
}

/// The organisation into which another is merged, by id, uuid or name. MISP's form asks for the kind of the
/// target and has a list of each kind.
#[must_use]
pub fn merge_target(map: &Map<String, Value>) -> Option<String> {
    let of_kind = match field::text(map, "targetType").as_deref() {
        Some("1") => "orgsExternal",
        _ => "orgsLocal",
    };
    ["target", "target_id", "org_id", of_kind]
        .into_iter()
        .find_map(|key| field::text(map, key).filter(|text| !text.trim().is_empty()))
}

/// Text that replaces what is stored; null and structures do not.
pub(crate) fn given_text(map: &Map<String, Value>, key: &str) -> Given<String> {
    field::text(map, key).map_or(Given::Absent, Given::Value)
}

/// A list, or text separated by blanks, commas or line ends; null and empty text empty it.
pub(crate) fn words(map: &Map<String, Value>, key: &str) -> Given<Vec<String>> {
    if !map.contains_key(key) {
        return Given::Absent;
    }
    let lines = field::list_of_text(map, key).unwrap_or_default();
    let words = lines
        .iter()
        .flat_map(|line| line.split(|c: char| c.is_whitespace() || c == ','))
        .filter(|word| !word.is_empty())
        .map(str::to_owned);
    Given::Value(words.collect())
}

/// The contacts, null where none were given.
#[must_use]
pub fn contacts(org: &Organisation) -> Option<&str> {
    Some(org.contacts.as_str()).filter(|text| !text.is_empty())
}

/// The domains its users are limited to, null where they are not.
#[must_use]
pub fn domains(org: &Organisation) -> Option<&[String]> {
    Some(org.restricted_to_domain.as_slice()).filter(|domains| !domains.is_empty())
}

/// All columns but those about who added it.
#[must_use]
pub fn columns(org: &Organisation) -> Map<String, Value> {
    let mut map = Map::new();
    let mut put = |key: &str, value: Value| {
        map.insert(key.to_owned(), value);
    };
    put("id", org.id.to_string().into());
    put("name", org.name.as_str().into());
    put("date_created", datetime(org.created).into());
    put("date_modified", datetime(org.modified).into());
    put("description", org.description.as_str().into());
    put("type", org.kind.as_str().into());
    put("nationality", org.nationality.as_str().into());
    put("sector", org.sector.as_str().into());
    put("contacts", contacts(org).into());
    put("local", org.local.into());
    put("uuid", org.uuid.to_string().into());
    put("restricted_to_domain", domains(org).into());
    put("landingpage", org.landing_page.as_deref().into());
    map
}

/// `{"Organisation":{…}}`.
#[must_use]
pub fn view(org: &Organisation, around: &Around) -> Value {
    let mut map = columns(org);
    if !around.landing_page {
        map.remove("landingpage");
    }
    if let Some((id, email)) = &around.creator {
        map.insert("created_by".to_owned(), id.as_str().into());
        if let Some(email) = email {
            map.insert("created_by_email".to_owned(), email.as_str().into());
        }
    }
    if let Some(users) = around.users {
        map.insert("user_count".to_owned(), users.into());
    }
    json!({ "Organisation": map })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_come_as_list_or_text() {
        let read = |value: Value| {
            let body = json!({ "restricted_to_domain": value });
            draft(body.as_object().unwrap()).restricted_to_domain
        };
        let both = Given::Value(vec!["a.example".to_owned(), "b.example".to_owned()]);
        assert_eq!(read(json!(["a.example", "b.example"])), both);
        assert_eq!(read(json!("a.example\nb.example")), both);
        assert_eq!(read(json!([])), Given::Value(vec![]));
        assert!(draft(&Map::new()).restricted_to_domain.is_absent());
    }
}
