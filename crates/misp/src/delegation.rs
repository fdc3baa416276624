//! Requests to take an event over. spec: 03#18, 08#4
use crate::sharing_group::short_org;
use entente_model::administration::Delegation;
use entente_model::event::Event;
use entente_model::organisation::Organisation;
use serde_json::{Map, Value};

/// A request with what it refers to, as far as the caller sees it.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// The request.
    pub row: &'a Delegation,
    /// The event.
    pub event: Option<&'a Event>,
    /// The recipient.
    pub org: Option<&'a Organisation>,
    /// Who asks.
    pub requester: Option<&'a Organisation>,
}

fn columns(row: &Delegation) -> Map<String, Value> {
    let mut map = Map::new();
    let mut put = |key: &str, value: Value| {
        map.insert(key.to_owned(), value);
    };
    put("id", row.id.to_string().into());
    put("org_id", row.org.to_string().into());
    put("requester_org_id", row.requester.to_string().into());
    put("event_id", row.event.to_string().into());
    put("message", row.message.as_str().into());
    if row.distribution >= 0 {
        put("distribution", row.distribution.to_string().into());
    }
    if !row.sharing_group.is_none() {
        put("sharing_group_id", row.sharing_group.to_string().into());
    }
    map
}

fn event(event: &Event) -> Value {
    let mut map = Map::new();
    let mut put = |key: &str, value: Value| {
        map.insert(key.to_owned(), value);
    };
    put("id", event.id.to_string().into());
    put("uuid", event.uuid.to_string().into());
    put("info", event.info.as_str().into());
    put("date", event.date.to_string().into());
    put("org_id", event.org.to_string().into());
    put("orgc_id", event.orgc.to_string().into());
    put("analysis", event.analysis.number().to_string().into());
    put("threat_level_id", event.threat_level.number().to_string().into());
    put("published", event.published.into());
    put("attribute_count", event.attribute_count.to_string().into());
    map.into()
}

/// A request by itself, with its neighbours inside.
#[must_use]
pub fn delegation(shown: &Shown<'_>) -> Value {
    let mut inner = columns(shown.row);
    if let Some(of) = shown.event {
        inner.insert("Event".to_owned(), event(of));
    }
    for (key, org) in [("Org", shown.org), ("RequesterOrg", shown.requester)] {
        if let Some(org) = org {
            inner.insert(key.to_owned(), short_org(org));
        }
    }
    let mut map = Map::new();
    map.insert("EventDelegation".to_owned(), inner.into());
    map.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use entente_model::id::{EventId, OrgId, SharingGroupId};

    #[test]
    fn what_is_left_open_is_left_out() {
        let mut row = Delegation {
            id: 1,
            org: OrgId(3),
            requester: OrgId(2),
            event: EventId(7),
            message: String::new(),
            distribution: -1,
            sharing_group: SharingGroupId(0),
        };
        let shown = |row: &Delegation| {
            delegation(&Shown {
                row,
                event: None,
                org: None,
                requester: None,
            })
        };
        let open = shown(&row);
        assert_eq!(open["EventDelegation"]["org_id"], "3");
        assert!(open["EventDelegation"].get("distribution").is_none());
        row.distribution = 0;
        assert_eq!(shown(&row)["EventDelegation"]["distribution"], "0");
    }
}
