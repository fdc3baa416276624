//! Conditions after everything in them has been looked up.
use super::postings::Holders;
use super::{Names, Search};
use crate::hash::ValueHasher;
use entente_db::{DbError, Tx, params};
use entente_model::id::Ref;
use entente_model::search::{Anywhere, Lists, Pattern, Subject, Term, Text};
use std::collections::HashMap;
use uuid::Uuid;

/// Which part of a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Half {
    Any,
    First,
    Second,
}

/// Wanted values: rows known to be equal to one of the texts, and patterns to compare each row with.
#[derive(Debug)]
pub(super) struct Alternatives {
    /// Ascending.
    pub(super) ids: Vec<i64>,
    pub(super) patterns: Vec<Pattern>,
}

/// A condition on the value of an attribute.
#[derive(Debug)]
pub(super) struct ValueCondition {
    pub(super) half: Half,
    /// `None` = not restricted.
    pub(super) any: Option<Alternatives>,
    pub(super) all: Vec<Alternatives>,
    pub(super) none: Option<Alternatives>,
    /// All rows that can match, when no wanted pattern decides.
    pub(super) rows: Option<Vec<i64>>,
    /// The events or objects in which the reader sees one of those rows.
    pub(super) holders: Option<Vec<i64>>,
    /// Whether having a holder is all that is asked.
    pub(super) settled: bool,
}

/// Sets of ids: one of `any`, one of each in `all`, none of `none`.
#[derive(Debug, Default)]
pub(super) struct Sets {
    pub(super) any: Option<Vec<i64>>,
    pub(super) all: Vec<Vec<i64>>,
    pub(super) none: Vec<i64>,
}

/// A condition ready to be written.
pub(super) enum Prepared<'a> {
    /// Nothing to look up.
    Plain(&'a Term),
    /// Values of attributes.
    Value(ValueCondition),
    /// Tags of an element or its event.
    Tags(Sets),
    /// Tags of the event alone.
    EventTags(Sets),
    /// Uuids, with the elements that may have them.
    Uuids {
        wanted: &'a Lists<Uuid>,
        any: Holders,
        none: Holders,
    },
    /// Creator organisations.
    Creator(Sets),
    /// Numbers of events.
    Events(Sets),
    /// Uuids of the events that are extended.
    Extends(Vec<Uuid>),
    /// A pattern anywhere, with the tags and events it is known to be in.
    Anywhere {
        sought: &'a Anywhere,
        tags: Vec<i64>,
        events: Vec<i64>,
    },
    /// The opposite.
    Not(Box<Prepared<'a>>),
    /// Never met.
    Nothing,
}

impl<'a> Search<'a> {
    pub(super) fn look_up(
        &self,
        tx: &mut Tx<'_>,
        names: &dyn Names,
        hasher: &ValueHasher,
        term: &'a Term,
    ) -> Result<Prepared<'a>, DbError> {
        Ok(match term {
            Term::Value(texts) => self.value(tx, hasher, Half::Any, texts)?,
            Term::First(texts) => self.value(tx, hasher, Half::First, texts)?,
            Term::Second(texts) => self.value(tx, hasher, Half::Second, texts)?,
            Term::Tags(named) => sets(named, |one| names.tags(one)).map_or(Prepared::Nothing, Prepared::Tags),
            Term::EventTags(named) => {
                sets(named, |one| names.tags(one)).map_or(Prepared::Nothing, Prepared::EventTags)
            }
            Term::Creator(named) => {
                sets(named, |one| names.organisations(one)).map_or(Prepared::Nothing, Prepared::Creator)
            }
            Term::Uuid(wanted) => Prepared::Uuids {
                wanted,
                any: self.holders_of_uuids(tx, &wanted.any)?,
                none: self.holders_of_uuids(tx, &wanted.none)?,
            },
            Term::Event(refs) => {
                let known = numbers(tx, refs)?;
                sets(refs, |one| match one {
                    Ref::Id(id) => vec![*id],
                    Ref::Uuid(uuid) => known.get(uuid).copied().into_iter().collect(),
                })
                .map_or(Prepared::Nothing, Prepared::Events)
            }
            Term::Extends(refs) => Prepared::Extends(self.uuids_of_events(tx, refs)?),
            Term::Anywhere(sought) => Prepared::Anywhere {
                sought,
                tags: names.tags_like(&sought.text.pattern()),
                events: if sought.uuid {
                    events_by_part_of_uuid(tx, &sought.text)?
                } else {
                    Vec::new()
                },
            },
            Term::Nothing => Prepared::Nothing,
            Term::Not(term) => Prepared::Not(Box::new(self.look_up(tx, names, hasher, term)?)),
            plain => Prepared::Plain(plain),
        })
    }

    fn value(
        &self,
        tx: &mut Tx<'_>,
        hasher: &ValueHasher,
        half: Half,
        texts: &Lists<Text>,
    ) -> Result<Prepared<'a>, DbError> {
        let mut look_up = |texts: &[Text]| -> Result<Option<Alternatives>, DbError> {
            if texts.is_empty() {
                return Ok(None);
            }
            Ok(Some(Alternatives {
                ids: super::postings::equal(tx, hasher, half, texts)?,
                patterns: texts
                    .iter()
                    .filter_map(|text| match text {
                        Text::Like(pattern) => Some(pattern.clone()),
                        Text::Equal(_) => None,
                    })
                    .collect(),
            }))
        };
        let any = look_up(&texts.any)?;
        let none = look_up(&texts.none)?;
        let mut all = Vec::with_capacity(texts.all.len());
        for one in &texts.all {
            all.extend(look_up(std::slice::from_ref(one))?);
        }
        let rows = possible_rows(any.as_ref(), &all, none.as_ref());
        let holders = match (&rows, self.query.subject) {
            (None, _) | (_, Subject::Attribute) => None,
            (Some(rows), _) => Some(self.holders_of_rows(tx, rows)?),
        };
        let settled = rows.is_some() && none.as_ref().is_none_or(|none| none.patterns.is_empty());
        Ok(Prepared::Value(ValueCondition {
            half,
            any,
            all,
            none,
            rows,
            holders,
            settled,
        }))
    }

    /// Uuids of the named events. One named by uuid need not exist here; one named by number has to be seen, since
    /// what extends it tells its uuid.
    fn uuids_of_events(&self, tx: &mut Tx<'_>, refs: &[Ref]) -> Result<Vec<Uuid>, DbError> {
        let mut uuids = Vec::new();
        let mut ids = Vec::new();
        for one in refs {
            match one {
                Ref::Uuid(uuid) => uuids.push(*uuid),
                Ref::Id(id) => ids.push(*id),
            }
        }
        if !ids.is_empty() {
            let seen = crate::event::by_ids(tx, self.reader.scope, &ids)?;
            uuids.extend(seen.into_iter().map(|event| event.uuid));
        }
        Ok(uuids)
    }
}

/// Rows that every wanted list has and the unwanted one has not; `None` when a wanted list has patterns or
/// nothing is wanted.
fn possible_rows(
    any: Option<&Alternatives>,
    all: &[Alternatives],
    none: Option<&Alternatives>,
) -> Option<Vec<i64>> {
    let mut rows: Option<Vec<i64>> = None;
    for list in any.into_iter().chain(all) {
        if !list.patterns.is_empty() {
            return None;
        }
        rows = Some(match rows {
            None => list.ids.clone(),
            Some(rows) => rows
                .into_iter()
                .filter(|id| list.ids.binary_search(id).is_ok())
                .collect(),
        });
    }
    let unwanted = none.map_or(&[][..], |none| &none.ids);
    if let Some(rows) = &mut rows {
        rows.retain(|id| unwanted.binary_search(id).is_err());
    }
    rows
}

/// What each list names; `None` when something wanted does not exist.
fn sets<T: Clone>(lists: &Lists<T>, mut find: impl FnMut(&T) -> Vec<i64>) -> Option<Sets> {
    let mut union = |list: &[T]| {
        let mut ids: Vec<i64> = list.iter().flat_map(&mut find).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    };
    let any = (!lists.any.is_empty()).then(|| union(&lists.any));
    let all: Vec<Vec<i64>> = lists
        .all
        .iter()
        .map(|one| union(std::slice::from_ref(one)))
        .collect();
    let impossible = any.as_ref().is_some_and(Vec::is_empty) || all.iter().any(Vec::is_empty);
    (!impossible).then(|| Sets {
        any,
        all,
        none: union(&lists.none),
    })
}

/// The numbers of the events that are named by uuid. Whether the reader sees them is asked later.
fn numbers(tx: &mut Tx<'_>, refs: &Lists<Ref>) -> Result<HashMap<Uuid, i64>, DbError> {
    let uuids: Vec<Uuid> = refs
        .iter()
        .filter_map(|one| match one {
            Ref::Uuid(uuid) => Some(*uuid),
            Ref::Id(_) => None,
        })
        .collect();
    let found = crate::many::rows(
        tx,
        "SELECT uuid, no FROM event WHERE uuid = ANY($1)",
        &uuids,
        |row| Ok((row.get_uuid(0)?, row.get_int(1)?)),
    )?;
    Ok(found.into_iter().collect())
}

/// Events whose uuid contains a text. Uuids are stored as bytes, so this reads them all; it only does so for
/// texts that can be part of one.
fn events_by_part_of_uuid(tx: &mut Tx<'_>, text: &Text) -> Result<Vec<i64>, DbError> {
    let part = match text {
        Text::Equal(text) => text.as_str(),
        Text::Like(pattern) => pattern.as_str().trim_matches('%'),
    };
    let part = part.to_ascii_lowercase();
    if part.len() < 4 || !part.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-') {
        return Ok(Vec::new());
    }
    let mut events = Vec::new();
    tx.for_each("SELECT no, uuid FROM event ORDER BY no", params![], |row| {
        let mut buffer = Uuid::encode_buffer();
        if row
            .get_uuid(1)?
            .hyphenated()
            .encode_lower(&mut buffer)
            .contains(&part)
        {
            events.push(row.get_int(0)?);
        }
        Ok::<_, DbError>(std::ops::ControlFlow::Continue(()))
    })?;
    Ok(events)
}
