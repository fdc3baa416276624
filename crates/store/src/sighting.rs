//! Sightings. spec: 01#7.8
//!
//! A sighting is visible where its attribute is and the sightings policy allows it. The policy depends on
//! settings and on who owns the event, so the engine applies it (`engine::sighting`); rows come from here
//! together with what it needs.
use crate::damaged;
use crate::hash::ValueHasher;
use entente_db::{DbError, Row, Tx, Type, Value, params};
use entente_model::attribute::Attribute;
use entente_model::id::{ElementId, EventId, OrgId, Ref};
use entente_model::level::SightingKind;
use entente_model::search::Range;
use entente_model::sighting::Sighting;
use entente_model::time::Seconds;
use entente_policy::Scope;
use std::collections::HashSet;
use uuid::Uuid;

const COLUMNS: &str = "s.id, s.uuid, s.attribute_id, s.org_id, s.seen_at, s.source, s.kind";

/// A sighting with what its policy and its rendering depend on.
#[derive(Debug, Clone, PartialEq)]
pub struct SightingRow {
    /// The sighting.
    pub sighting: Sighting,
    /// Uuid of its attribute.
    pub attribute_uuid: Uuid,
    /// Owner of its event.
    pub event_owner: OrgId,
}

fn read(row: &Row<'_>) -> Result<Sighting, DbError> {
    Ok(Sighting {
        id: row.get_int(0)?,
        uuid: row.get_uuid(1)?,
        attribute: ElementId(row.get_int(2)?),
        org: OrgId(row.get_int(3)?),
        date: row.get_int(4)?,
        source: row.get_string(5)?,
        kind: SightingKind::from_number(row.get_int(6)?).ok_or_else(|| damaged(6, "a kind of sighting"))?,
    })
}

/// Adds sightings whose ids have been taken from the counter `sighting`.
///
/// # Errors
/// `Unique` when a uuid exists.
pub fn insert(tx: &mut Tx<'_>, sightings: &[Sighting]) -> Result<(), DbError> {
    let mut bulk = tx.bulk(
        "sighting",
        &[
            ("id", Type::Int),
            ("uuid", Type::Uuid),
            ("attribute_id", Type::Int),
            ("org_id", Type::Int),
            ("seen_at", Type::Int),
            ("source", Type::Text),
            ("kind", Type::Int),
        ],
    )?;
    for sighting in sightings {
        bulk.row(&[
            Value::Int(sighting.id),
            Value::Uuid(sighting.uuid),
            Value::Int(sighting.attribute.0),
            Value::Int(sighting.org.0),
            Value::Int(sighting.date),
            Value::Text(&sighting.source),
            Value::Int(sighting.kind.number()),
        ])?;
    }
    bulk.finish()?;
    Ok(())
}

/// Removes an organisation's expirations of attributes; a newer one takes their place. spec: 01#7.8
///
/// # Errors
/// Of the database.
pub fn delete_expirations(tx: &mut Tx<'_>, attributes: &[i64], org: OrgId) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM sighting WHERE attribute_id = ANY($1) AND org_id = $2 AND kind = $3",
        params![attributes, org.0, SightingKind::Expiration.number()],
    )?;
    Ok(())
}

/// Removes a sighting.
///
/// # Errors
/// Of the database.
pub fn delete(tx: &mut Tx<'_>, id: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM sighting WHERE id = $1", params![id])?;
    Ok(())
}

/// Which of these uuids exist already.
///
/// # Errors
/// Of the database.
pub fn known_unscoped(tx: &mut Tx<'_>, uuids: &[Uuid]) -> Result<HashSet<Uuid>, DbError> {
    let found: Vec<Uuid> = tx.all(
        "SELECT uuid FROM sighting WHERE uuid = ANY($1)",
        params![uuids],
        |row| row.get_uuid(0),
    )?;
    Ok(found.into_iter().collect())
}

/// Those of these events in which an organisation has sighted anything.
///
/// # Errors
/// Of the database.
pub fn sighted_events_unscoped(
    tx: &mut Tx<'_>,
    org: OrgId,
    events: &[i64],
) -> Result<HashSet<EventId>, DbError> {
    let found: Vec<EventId> = tx.all(
        "SELECT e.no FROM event e WHERE e.no = ANY($1) AND EXISTS (SELECT 1 FROM sighting s WHERE \
         s.attribute_id BETWEEN e.no * 16777216 AND e.no * 16777216 + 16777215 AND s.org_id = $2)",
        params![events, org.0],
        |row| row.get_int(0).map(EventId),
    )?;
    Ok(found.into_iter().collect())
}

/// Which sightings to list. Everything given must hold.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// This sighting.
    pub sighting: Option<Ref>,
    /// Any of these sightings.
    pub any_sighting: Option<Vec<Uuid>>,
    /// Attributes with an id in this closed range.
    pub attributes: Option<(ElementId, ElementId)>,
    /// Sightings of any of these attributes.
    pub any_attribute: Option<Vec<i64>>,
    /// Sightings in any of these events.
    pub any_event: Option<Vec<i64>>,
    /// It says any of these.
    pub any_kind: Option<Vec<i64>>,
    /// When, in seconds.
    pub date: Range,
    /// By any of these organisations.
    pub any_org: Option<Vec<i64>>,
    /// By none of these organisations.
    pub no_org: Vec<i64>,
    /// Exactly this source.
    pub source: Option<String>,
}

/// A page of the sightings of live attributes that the scope sees, by id, with ids above `after`. The sightings
/// policy is not yet applied.
///
/// # Errors
/// Of the database.
pub fn page(
    tx: &mut Tx<'_>,
    scope: &Scope,
    filter: &Filter,
    after: i64,
    limit: i64,
) -> Result<Vec<SightingRow>, DbError> {
    let mut conditions = String::from("s.id > $1");
    let mut values = vec![Value::Int(after)];
    let wanted: [(&str, Option<Value<'_>>); 12] = [
        (
            "s.id = #",
            match filter.sighting {
                Some(Ref::Id(id)) => Some(Value::Int(id)),
                _ => None,
            },
        ),
        (
            "s.uuid = #",
            match filter.sighting {
                Some(Ref::Uuid(uuid)) => Some(Value::Uuid(uuid)),
                _ => None,
            },
        ),
        (
            "s.uuid = ANY(#)",
            filter.any_sighting.as_deref().map(Value::Uuids),
        ),
        (
            "s.attribute_id >= #",
            filter.attributes.map(|(first, _)| Value::Int(first.0)),
        ),
        (
            "s.attribute_id <= #",
            filter.attributes.map(|(_, last)| Value::Int(last.0)),
        ),
        (
            "s.attribute_id = ANY(#)",
            filter.any_attribute.as_ref().map(Value::from),
        ),
        ("e.no = ANY(#)", filter.any_event.as_ref().map(Value::from)),
        ("s.kind = ANY(#)", filter.any_kind.as_ref().map(Value::from)),
        ("s.seen_at >= #", filter.date.from.map(Value::Int)),
        ("s.seen_at <= #", filter.date.to.map(Value::Int)),
        ("s.org_id = ANY(#)", filter.any_org.as_ref().map(Value::from)),
        ("s.source = #", filter.source.as_ref().map(Value::from)),
    ];
    for (condition, value) in wanted {
        if let Some(value) = value {
            values.push(value);
            conditions.push_str(" AND ");
            conditions.push_str(&condition.replace('#', &format!("${}", values.len())));
        }
    }
    if !filter.no_org.is_empty() {
        values.push(Value::Ints(&filter.no_org));
        conditions.push_str(&format!(" AND s.org_id <> ALL(${})", values.len()));
    }
    let (of_event, more) = crate::visibility::predicate(scope, "e.label", values.len() + 1);
    values.extend(more);
    let (of_attribute, more) =
        crate::visibility::predicate(scope, "COALESCE(a.label, e.label)", values.len() + 1);
    values.extend(more);
    values.push(Value::Int(limit));
    tx.all(
        &format!(
            "SELECT {COLUMNS}, a.uuid, e.org_id FROM sighting s JOIN attribute a ON a.id = s.attribute_id \
             JOIN event e ON e.no = s.attribute_id / 16777216 \
             WHERE {conditions} AND a.flags % 4 < 2 AND {of_event} AND {of_attribute} ORDER BY s.id LIMIT ${}",
            values.len()
        ),
        &values,
        |row| {
            Ok(SightingRow {
                sighting: read(row)?,
                attribute_uuid: row.get_uuid(7)?,
                event_owner: OrgId(row.get_int(8)?),
            })
        },
    )
}

/// The sightings of attributes whose id is in a closed range, by attribute and id. The caller has read the
/// attributes through a scope and applies the sightings policy.
///
/// # Errors
/// Of the database.
pub fn of_attributes_unscoped(
    tx: &mut Tx<'_>,
    first: ElementId,
    last: ElementId,
) -> Result<Vec<Sighting>, DbError> {
    tx.all(
        &format!(
            "SELECT {COLUMNS} FROM sighting s WHERE s.attribute_id BETWEEN $1 AND $2 ORDER BY s.attribute_id, s.id"
        ),
        params![first.0, last.0],
        read,
    )
}

/// The sightings of one kind by one organisation of one attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// What was seen.
    pub attribute: ElementId,
    /// By whom.
    pub org: OrgId,
    /// What they say.
    pub kind: SightingKind,
    /// How many there are.
    pub count: i64,
    /// When the newest was made.
    pub newest: Seconds,
    /// When the oldest was made.
    pub oldest: Seconds,
}

/// How often these attributes were sighted, and when last. The caller has read them through a scope and applies
/// the sightings policy.
///
/// # Errors
/// Of the database.
pub fn tallies_unscoped(tx: &mut Tx<'_>, attributes: &[i64]) -> Result<Vec<Tally>, DbError> {
    tx.all(
        "SELECT s.attribute_id, s.org_id, s.kind, COUNT(*), MAX(s.seen_at), MIN(s.seen_at) FROM sighting s \
         WHERE s.attribute_id = ANY($1) GROUP BY s.attribute_id, s.org_id, s.kind",
        params![attributes],
        |row| {
            Ok(Tally {
                attribute: ElementId(row.get_int(0)?),
                org: OrgId(row.get_int(1)?),
                kind: SightingKind::from_number(row.get_int(2)?)
                    .ok_or_else(|| damaged(2, "a kind of sighting"))?,
                count: row.get_int(3)?,
                newest: row.get_int(4)?,
                oldest: row.get_int(5)?,
            })
        },
    )
}

/// The sightings of these attributes, by attribute and id. The caller has read them through a scope and applies
/// the sightings policy.
///
/// # Errors
/// Of the database.
pub fn of_many_attributes_unscoped(tx: &mut Tx<'_>, attributes: &[i64]) -> Result<Vec<Sighting>, DbError> {
    tx.all(
        &format!(
            "SELECT {COLUMNS} FROM sighting s WHERE s.attribute_id = ANY($1) ORDER BY s.attribute_id, s.id"
        ),
        params![attributes],
        read,
    )
}

/// Live attributes that the scope sees and whose value, or one half of it, is one of these texts, ignoring
/// case; by id, `limit` at most.
///
/// # Errors
/// Of the database.
pub fn attributes_with_values(
    tx: &mut Tx<'_>,
    scope: &Scope,
    hasher: &ValueHasher,
    texts: &[String],
    limit: usize,
) -> Result<Vec<Attribute>, DbError> {
    let fold = |text: &str| entente_indicator::fold(text).into_owned();
    let wanted: HashSet<String> = texts.iter().map(|text| fold(text)).collect();
    let halves = texts.iter().flat_map(|text| {
        let half = text
            .split_once('|')
            .map(|(first, second)| if first.is_empty() { second } else { first });
        std::iter::once(text.as_str()).chain(half)
    });
    let mut hashes: Vec<i64> = halves
        .filter(|half| !half.is_empty())
        .map(|half| hasher.hash(half))
        .collect();
    hashes.sort_unstable();
    hashes.dedup();
    let matches = |attribute: &Attribute| {
        wanted.contains(&fold(&attribute.value1))
            || attribute
                .value2
                .as_deref()
                .is_some_and(|half| wanted.contains(&fold(half)))
            || wanted.contains(&fold(&attribute.value()))
    };
    let mut found = Vec::new();
    for chunk in hashes.chunks(5_000) {
        let mut values = vec![Value::Ints(chunk)];
        let (of_event, more) = crate::visibility::predicate(scope, "e.label", 2);
        values.extend(more);
        let (of_attribute, more) =
            crate::visibility::predicate(scope, "COALESCE(a.label, e.label)", values.len() + 1);
        values.extend(more);
        let sql = format!(
            "SELECT {} FROM value_ix v JOIN attribute a ON a.id = v.id JOIN event e ON e.no = v.id / 16777216 \
             WHERE v.h = ANY($1) AND a.flags % 4 < 2 AND {of_event} AND {of_attribute}",
            crate::attribute::COLUMNS
        );
        tx.for_each(&sql, &values, |row| -> Result<_, DbError> {
            let attribute = crate::attribute::read(row)?;
            if matches(&attribute) {
                found.push(attribute);
            }
            Ok(if found.len() > limit.saturating_mul(2) {
                std::ops::ControlFlow::Break(())
            } else {
                std::ops::ControlFlow::Continue(())
            })
        })?;
    }
    found.sort_by_key(|attribute| attribute.id);
    found.dedup_by_key(|attribute| attribute.id);
    found.truncate(limit);
    Ok(found)
}
