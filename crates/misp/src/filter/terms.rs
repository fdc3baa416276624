//! Each parameter as a condition. spec: 04#3
use super::grammar::{lists, switch, times};
use super::{FilterError, Params};
use entente_indicator::{AttributeType, Category};
use entente_model::id::{Ref, parse_uuid};
use entente_model::search::{
    Anywhere, Deletion, Lists, Named, Pattern, Query, Range, Subject, Term, Text, micros,
};
use entente_model::time::{Day, Seconds};
use serde_json::Value;

/// Adds the conditions of all parameters, and the deletion state, to the query.
pub(super) fn read(params: &Params, now: Seconds, query: &mut Query) -> Result<(), FilterError> {
    let subject = query.subject;
    let terms = &mut query.terms;
    match anywhere(params) {
        Some(sought) => terms.push(Term::Anywhere(sought)),
        None => content(params, terms),
    }
    event(subject, params, terms);
    time(subject, params, now, terms)?;
    if let Some((no, yes)) = switch(params.get("to_ids")) {
        terms.push(match (no, yes) {
            (true, true) => Term::SomeAttribute,
            (_, yes) => Term::ToIds(yes),
        });
    }
    if let Some((no, yes)) = switch(params.get("published"))
        && no != yes
    {
        terms.push(Term::Published(yes));
    }
    query.deletion = match switch(params.get("deleted")) {
        Some((true, true)) => Deletion::Both,
        Some((false, true)) => Deletion::Deleted,
        _ => Deletion::Live,
    };
    Ok(())
}

/// What is looked for everywhere, instead of all other content. spec: 04#3 searchall, quickFilter
fn anywhere(params: &Params) -> Option<Anywhere> {
    if let Some(sought) = params.text("quickFilter") {
        let pattern = if sought.contains('%') {
            Pattern::from_wildcards(&sought)
        } else {
            Pattern::containing(&sought)
        };
        return Some(Anywhere {
            text: Text::Like(pattern),
            organisation: true,
            uuid: false,
        });
    }
    let sought = params.text("searchall")?;
    let sought = params.text("value").unwrap_or(sought);
    Some(Anywhere {
        text: Text::Like(Pattern::from_wildcards(&sought)),
        organisation: false,
        uuid: false,
    })
}

/// Conditions on attributes, objects and tags.
fn content(params: &Params, terms: &mut Vec<Term>) {
    let texts = |name: &str| lists(params.get(name)).map(|l| l.map(|text| Text::from_filter(text)));
    let values = |name: &str| lists(params.get(name)).map(|l| l.map(|text| value(text)));
    terms.extend(values("value").map(Term::Value));
    terms.extend(values("value1").map(Term::First));
    terms.extend(values("value2").map(Term::Second));
    if let Some(wanted) = lists(params.get("type")) {
        terms.push(Term::Kinds(kinds(&wanted)));
    }
    if let Some(wanted) = lists(params.get("category")) {
        let names = Category::all().map(|category| (category.id(), category.name()));
        terms.push(Term::Categories(among(&wanted, names)));
    }
    terms.extend(texts("object_relation").map(Term::Relation));
    terms.extend(texts("comment").map(Term::Comment));
    terms.extend(texts("object_name").map(Term::ObjectName));
    if let Some(wanted) = lists(params.get("object_template_uuid")) {
        let known = wanted.keep(|text| parse_uuid(&text));
        terms.push(known.map_or(Term::Nothing, Term::ObjectTemplate));
    }
    terms.extend(integers(params.get("object_template_version")).map(Term::ObjectVersion));
    let tags = lists(params.get("tags")).or_else(|| lists(params.get("tag")));
    terms.extend(tags.map(|tags| Term::Tags(named_tags(&tags))));
}

/// Conditions on the event.
fn event(subject: Subject, params: &Params, terms: &mut Vec<Term>) {
    let texts = |name: &str| lists(params.get(name)).map(|l| l.map(|text| Text::from_filter(text)));
    terms.extend(lists(params.get("org")).map(|l| Term::Creator(l.map(|text| named_org(text)))));
    for name in ["eventid", "event_uuid", "idList"] {
        terms.extend(refs(params.get(name)));
    }
    if let Some(wanted) = lists(params.get("uuid")) {
        let known = wanted.keep(|text| parse_uuid(&text));
        terms.push(known.map_or(Term::Nothing, Term::Uuid));
    }
    terms.extend(texts("eventinfo").map(Term::Info));
    terms.extend(integers(params.get("threat_level_id")).map(Term::ThreatLevel));
    if subject != Subject::Object {
        terms.extend(integers(params.get("sharinggroup")).map(Term::SharingGroup));
    }
    if subject == Subject::Event {
        event_only(params, terms);
    }
}

/// Conditions that only a search of events knows.
fn event_only(params: &Params, terms: &mut Vec<Term>) {
    terms.extend(lists(params.get("event_tags")).map(|l| Term::EventTags(named_tags(&l))));
    terms.extend(lists(params.get("orgc_id")).map(|l| Term::Creator(l.map(|text| named_org(text)))));
    let org = |name: &str| lists(params.get(name));
    terms.extend(org("org.sector").map(|l| Term::Creator(l.map(|text| Named::Sector(text.clone())))));
    terms.extend(
        org("org.nationality").map(|l| Term::Creator(l.map(|text| Named::Nationality(text.clone())))),
    );
    if let Some((no, yes)) = switch(params.get("org.local"))
        && no != yes
    {
        terms.push(Term::Creator(Lists::one(Named::Local(yes))));
    }
    terms.extend(integers(params.get("distribution")).map(Term::Distribution));
    terms.extend(integers(params.get("sharing_group_id")).map(Term::SharingGroup));
    if let Some((no, yes)) = switch(params.get("protected"))
        && no != yes
    {
        terms.push(Term::Protected(yes));
    }
    if let Some(wanted) = lists(params.get("eventsExtendingUuid")) {
        let known: Vec<Ref> = wanted.any.iter().filter_map(|text| Ref::parse(text)).collect();
        terms.push(if known.is_empty() {
            Term::Nothing
        } else {
            Term::Extends(known)
        });
    }
}

fn time(subject: Subject, params: &Params, now: Seconds, terms: &mut Vec<Term>) -> Result<(), FilterError> {
    let days = |range: Range| range.map(|seconds| Day::of(seconds).0);
    let from = times(params, "from", now)?.and_then(|range| range.from);
    let to = times(params, "to", now)?.and_then(|range| range.from);
    let date = days(Range { from, to });
    if !date.is_open() {
        terms.push(Term::Date(date));
    }
    terms.extend(times(params, "date", now)?.map(|range| Term::Date(days(range))));
    if let Some(range) = times(params, "timestamp", now)? {
        terms.push(match subject {
            Subject::Event => Term::EventTime(range),
            Subject::Attribute | Subject::Object => Term::AttributeTime(range),
        });
    }
    terms.extend(times(params, "attribute_timestamp", now)?.map(Term::AttributeTime));
    terms.extend(times(params, "event_timestamp", now)?.map(Term::EventTime));
    for name in ["last", "publish_timestamp"] {
        terms.extend(times(params, name, now)?.map(Term::PublishTime));
    }
    terms.extend(times(params, "first_seen", now)?.map(|range| Term::FirstSeen(micros(range))));
    if let Some(range) = times(params, "last_seen", now)? {
        // a single time is the latest one here
        let range = match range {
            Range {
                from: Some(at),
                to: None,
            } => Range {
                from: None,
                to: Some(at),
            },
            both => both,
        };
        terms.push(Term::LastSeen(micros(range)));
    }
    Ok(())
}

/// A wanted value, IPv6 addresses in the spelling in which they are stored.
pub(super) fn value(text: &str) -> Text {
    let address = text.split('/').next().unwrap_or(text);
    if address.contains(':') && address.parse::<std::net::Ipv6Addr>().is_ok() {
        let stored = entente_indicator::normalise_term(AttributeType::IP_SRC, text);
        return Text::Equal(stored.into_owned());
    }
    Text::from_filter(text)
}

/// The types that the lists leave; `email` belongs to either direction. spec: 04#3 type
fn kinds(wanted: &Lists<String>) -> Vec<u16> {
    let mut wanted = wanted.clone();
    for list in [&mut wanted.any, &mut wanted.none] {
        if list.iter().any(|name| name == "email-src" || name == "email-dst") {
            list.push("email".to_owned());
        }
    }
    among(&wanted, AttributeType::all().map(|ty| (ty.id(), ty.name())))
}

/// Ids of those names that the lists let through.
fn among<T: Copy>(wanted: &Lists<String>, names: impl Iterator<Item = (T, &'static str)>) -> Vec<T> {
    let matches = |text: &String, name: &str| match Text::from_filter(text) {
        Text::Equal(text) => text.eq_ignore_ascii_case(name),
        Text::Like(pattern) => pattern.matches(name),
    };
    names
        .filter(|(_, name)| {
            (wanted.any.is_empty() || wanted.any.iter().any(|text| matches(text, name)))
                && wanted.all.iter().all(|text| matches(text, name))
                && !wanted.none.iter().any(|text| matches(text, name))
        })
        .map(|(id, _)| id)
        .collect()
}

pub(super) fn named_tags(wanted: &Lists<String>) -> Lists<Named> {
    wanted.map(|text| match Ref::parse(text) {
        Some(Ref::Id(id)) => Named::Id(id),
        _ => Named::Name(text.clone()),
    })
}

pub(super) fn named_org(text: &str) -> Named {
    match Ref::parse(text) {
        Some(Ref::Id(id)) => Named::Id(id),
        Some(Ref::Uuid(uuid)) => Named::Uuid(uuid),
        None => Named::Name(text.to_owned()),
    }
}

/// Events by id or uuid; what is neither names nothing, and `all` names everything.
pub(super) fn refs(value: Option<&Value>) -> Option<Term> {
    let mut wanted = lists(value)?;
    wanted.any.retain(|text| !text.eq_ignore_ascii_case("all"));
    if wanted.is_empty() {
        return None;
    }
    Some(
        wanted
            .keep(|text| Ref::parse(&text))
            .map_or(Term::Nothing, Term::Event),
    )
}

/// Integers; a text that is none stands for a number that nothing has.
pub(super) fn integers(value: Option<&Value>) -> Option<Lists<i64>> {
    lists(value).map(|l| l.map(|text| text.parse().unwrap_or(-1)))
}

/// As [`integers`], where 0 is a value and not "no filter".
pub(super) fn given_integers(params: &Params, name: &str) -> Option<Lists<i64>> {
    let value = params.get(name)?;
    match super::grammar::scalar(value).as_deref() {
        Some("0") if !value.is_boolean() => Some(Lists::one(0)),
        _ => integers(Some(value)),
    }
}
