//! Searching annotations. MISP has no such search; its envelope and grammar are those of the others. spec: 04#1
use super::{listed, optional_kind};
use crate::answer::Answer;
use crate::call::Call;
use crate::criteria::Criteria;
use crate::failure::Failure;
use crate::report::search::{COUNT, only_json, page};
use crate::routes::Outcome;
use entente_engine::analyst::Filter;
use entente_engine::directory::Directory;
use entente_http::Spool;
use entente_model::id::{OrgId, Ref};
use entente_model::search::Range;
use uuid::Uuid;

/// `/analyst_data/restSearch[/<type>]`.
pub async fn rest(call: Call) -> Outcome {
    let criteria = Criteria::of(&call, "AnalystData")?;
    only_json(&criteria)?;
    let filter = filter(&call, &criteria)?;
    let page = page(&criteria);
    let (spooled, count) = call
        .read(move |ctx| {
            let mut spool = Spool::default();
            spool.buffer().extend_from_slice(b"{\"response\": [");
            let count = listed(ctx, &filter, page, &mut spool)?;
            spool.buffer().extend_from_slice(b"]}\n");
            Ok((spool.finish()?, count))
        })
        .await?;
    Ok(Answer::spooled_json(spooled).with_header(COUNT, &count.to_string()))
}

/// Organisations by id, uuid or name, as uuids; an unknown one is nobody, unless it is named by uuid.
fn orgs(directory: &Directory, names: &[String]) -> Option<Vec<Uuid>> {
    let org = |name: &String| {
        let found = match Ref::parse(name) {
            Some(Ref::Uuid(uuid)) => return uuid,
            Some(Ref::Id(id)) => directory.org(OrgId(id)),
            None => directory.org_by_name(name),
        };
        found.map_or(Uuid::nil(), |org| org.uuid)
    };
    (!names.is_empty()).then(|| names.iter().map(org).collect())
}

/// `from` alone is a lower bound, a list of two a range.
fn numbers(criteria: &Criteria, key: &str) -> Result<Range, Failure> {
    match criteria.numbers(key).as_slice() {
        [] => Ok(Range::default()),
        [one] => Ok(Range {
            from: Some(*one),
            to: Some(*one),
        }),
        [one, other] => Ok(Range {
            from: Some(*one.min(other)),
            to: Some(*one.max(other)),
        }),
        _ => Err(Failure::bad_request(format!(
            "Invalid value for {key}: give one number, or a list of two."
        ))),
    }
}

fn filter(call: &Call, criteria: &Criteria) -> Result<Filter, Failure> {
    let now = call.app.now();
    let named = call.arg(0).map(str::to_owned).or_else(|| criteria.text("type"));
    let either = |one: &str, other: &str| {
        let mut texts = criteria.texts(one);
        texts.extend(criteria.texts(other));
        texts
    };
    let directory = call.app.directory();
    Ok(Filter {
        kind: optional_kind(named.as_deref())?,
        ids: criteria.some_numbers("id"),
        uuids: criteria.some_uuids("uuid"),
        objects: criteria
            .some_uuids("object_uuid")
            .or_else(|| criteria.some_uuids("target_object")),
        object_types: criteria.terms("object_type"),
        owners: orgs(&directory, &either("org", "org_uuid")),
        creators: orgs(&directory, &either("orgc", "orgc_uuid")),
        authors: criteria.terms("authors"),
        anywhere: criteria.anywhere(),
        note: criteria.terms("note"),
        comment: criteria.terms("comment"),
        language: criteria.terms("language"),
        opinion: numbers(criteria, "opinion")?,
        relation: criteria.terms("relationship_type"),
        related: criteria.some_uuids("related_object_uuid"),
        related_types: criteria.terms("related_object_type"),
        created: criteria.times("created", now)?,
        modified: criteria.times("modified", now)?,
        distributions: criteria.some_numbers("distribution"),
        groups: criteria.some_numbers("sharing_group_id"),
        locked: criteria.state("locked"),
    })
}
