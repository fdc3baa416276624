//! The pages of the user statistics. The order of keys is part of these answers. spec: 03#13.4
use entente_indicator::AttributeType;
use entente_model::organisation::Organisation;
use serde_json::{Map, Value, json};

/// The figures of the page `data`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Totals {
    /// Events, and those of this month.
    pub events: (i64, i64),
    /// Attributes, and those of this month.
    pub attributes: (i64, i64),
    /// Open proposals.
    pub proposals: i64,
    /// Threads, and those begun this month.
    pub threads: (i64, i64),
    /// Posts, and those of this month.
    pub posts: (i64, i64),
    /// Accounts, and those with an OpenPGP key.
    pub users: (i64, i64),
    /// Organisations.
    pub orgs: i64,
    /// Those with users here.
    pub local_orgs: i64,
    /// Those that have created events.
    pub contributing_orgs: i64,
}

/// A quotient with `decimals` digits, rounded half up, without zeros at its end; 0 over nothing.
fn quotient(number: i64, by: i64, decimals: u32) -> String {
    if by <= 0 {
        return String::from("0");
    }
    let unit = 10_i128.pow(decimals);
    let (number, by) = (i128::from(number), i128::from(by));
    let scaled = (2 * number * unit + by) / (2 * by);
    let (whole, rest) = (scaled / unit, scaled % unit);
    if rest == 0 {
        return whole.to_string();
    }
    let digits = format!("{rest:0width$}", width = decimals as usize);
    format!("{whole}.{}", digits.trim_end_matches('0'))
}

/// The page `data`.
#[must_use]
pub fn data(totals: &Totals) -> Value {
    // Correlations are found when they are looked at and none are kept.
    let none = || "0".to_owned();
    let figures = [
        ("event_count", totals.events.0.to_string()),
        ("event_count_month", totals.events.1.to_string()),
        ("attribute_count", totals.attributes.0.to_string()),
        ("attribute_count_month", totals.attributes.1.to_string()),
        (
            "attributes_per_event",
            quotient(totals.attributes.0, totals.events.0, 0),
        ),
        ("correlation_count", none()),
        ("proposal_count", totals.proposals.to_string()),
        ("user_count", totals.users.0.to_string()),
        ("user_count_pgp", totals.users.1.to_string()),
        ("org_count", totals.orgs.to_string()),
        ("local_org_count", totals.local_orgs.to_string()),
        ("contributing_org_count", totals.contributing_orgs.to_string()),
        (
            "average_user_per_org",
            quotient(totals.users.0, totals.local_orgs, 1),
        ),
        ("thread_count", totals.threads.0.to_string()),
        ("thread_count_month", totals.threads.1.to_string()),
        ("post_count", totals.posts.0.to_string()),
        ("post_count_month", totals.posts.1.to_string()),
    ];
    let stats: Map<String, Value> = figures
        .into_iter()
        .map(|(key, figure)| (key.to_owned(), figure.into()))
        .collect();
    json!({"stats": stats})
}

/// An organisation on the page `orgs`.
#[derive(Debug, Clone, Copy)]
pub struct OrgRow<'a> {
    /// The organisation.
    pub org: &'a Organisation,
    /// Its users.
    pub users: i64,
    /// Its events.
    pub events: i64,
    /// Attributes in these.
    pub attributes: i64,
    /// Events by month, oldest first.
    pub months: &'a [i64],
}

/// The page `orgs`: a map by name.
#[must_use]
pub fn orgs<'a>(rows: impl Iterator<Item = OrgRow<'a>>) -> Value {
    let map: Map<String, Value> = rows
        .map(|row| {
            let org = row.org;
            let activity: Vec<String> = row.months.iter().map(ToString::to_string).collect();
            let shown = json!({
                "id": org.id.to_string(),
                "name": org.name,
                "description": org.description,
                "local": org.local,
                "contacts": crate::organisation::contacts(org),
                "type": org.kind,
                "sector": org.sector,
                "nationality": org.nationality,
                "userCount": row.users,
                "eventCount": row.events,
                "attributeCount": row.attributes,
                "orgActivity": activity.join(","),
            });
            (org.name.clone(), shown)
        })
        .collect();
    Value::Object(map)
}

/// How many in all, since the month and since the year began.
pub type Growth = (i64, i64, i64);

/// The page `users`.
#[must_use]
pub fn users(users: Growth, local_orgs: Growth, external_orgs: Growth) -> Value {
    let of = |(total, month, year): Growth| json!({"data": {"total": total, "month": month, "year": year}});
    json!({"user": of(users), "org_local": of(local_orgs), "org_external": of(external_orgs)})
}

/// An item of the page `attributehistogram`: counts by type id, of one organisation or of all.
#[must_use]
pub fn histogram(org: Option<&str>, kinds: &[(i64, i64)]) -> Value {
    let mut named: Vec<(&str, i64)> = kinds
        .iter()
        .filter_map(|(kind, count)| {
            Some((AttributeType::from_id(u16::try_from(*kind).ok()?)?.name(), *count))
        })
        .collect();
    named.sort_unstable();
    let data: Map<String, Value> = named
        .into_iter()
        .map(|(name, count)| (name.to_owned(), count.to_string().into()))
        .collect();
    let total: i64 = kinds.iter().map(|(_, count)| count).sum();
    json!({"data": data, "org_name": org.unwrap_or("All organisations"), "total": total})
}

/// The page `sightings` from `(source, event id, how many)`: the busiest source first, and how many there
/// are in each event.
#[must_use]
pub fn sightings<'a>(rows: impl Iterator<Item = (&'a str, i64, i64)>) -> Value {
    let mut sources: Vec<(&str, i64, Map<String, Value>)> = Vec::new();
    for (source, event, count) in rows {
        if sources.last().is_none_or(|(last, ..)| *last != source) {
            sources.push((source, 0, Map::new()));
        }
        if let Some((_, total, events)) = sources.last_mut() {
            *total += count;
            events.insert(event.to_string(), count.into());
        }
    }
    sources.sort_by_key(|(_, total, _)| std::cmp::Reverse(*total));
    let mut toplist = Map::new();
    let mut events_of = Map::new();
    for (source, total, events) in sources {
        toplist.insert(source.to_owned(), total.into());
        events_of.insert(source.to_owned(), events.into());
    }
    json!({"toplist": toplist, "eventids": events_of})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stand_in_their_order() {
        let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let page = data(&Totals {
            events: (3, 1),
            attributes: (8, 8),
            users: (5, 0),
            local_orgs: 3,
            ..Totals::default()
        });
        assert_eq!(
            keys(&page["stats"]).join(","),
            "event_count,event_count_month,attribute_count,attribute_count_month,attributes_per_event,\
             correlation_count,proposal_count,user_count,user_count_pgp,org_count,local_org_count,\
             contributing_org_count,average_user_per_org,thread_count,thread_count_month,post_count,post_count_month"
        );
        assert_eq!(page["stats"]["attributes_per_event"], "3");
        assert_eq!(page["stats"]["average_user_per_org"], "1.7");
        let page = users((1, 1, 1), (2, 0, 1), (0, 0, 0));
        assert_eq!(keys(&page), ["user", "org_local", "org_external"]);
        assert_eq!(
            page["org_local"],
            json!({"data": {"total": 2, "month": 0, "year": 1}})
        );
    }

    #[test]
    fn quotients_are_rounded() {
        assert_eq!(quotient(1, 0, 1), "0");
        assert_eq!(quotient(4, 2, 1), "2");
        assert_eq!(quotient(5, 2, 0), "3");
        assert_eq!(quotient(1, 3, 1), "0.3");
    }

    #[test]
    fn sightings_are_counted_by_source_and_event() {
        let rows = [("", 1, 2), ("ids", 1, 1), ("ids", 7, 3)];
        assert_eq!(
            sightings(rows.into_iter()).to_string(),
            r#"{"toplist":{"ids":4,"":2},"eventids":{"ids":{"1":1,"7":3},"":{"1":2}}}"#
        );
    }

    #[test]
    fn histograms_name_their_types() {
        let kinds = [(i64::from(AttributeType::IP_DST.id()), 4)];
        assert_eq!(
            histogram(None, &kinds).to_string(),
            r#"{"data":{"ip-dst":"4"},"org_name":"All organisations","total":4}"#
        );
    }
}
