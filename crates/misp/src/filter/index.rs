//! The filters of the event list. spec: 04#5.1
use super::grammar::{page, scalar, switch, times};
use super::order::index_key;
use super::terms::{given_integers, named_org, named_tags, value};
use super::{FilterError, Params};
use entente_model::id::Ref;
use entente_model::search::{Anywhere, Lists, Order, Pattern, Query, Range, Subject, Term, Text};
use entente_model::time::{Day, Seconds};
use serde_json::{Map, Value};

/// A search in the event list.
#[derive(Debug, Clone, PartialEq)]
pub struct EventIndex {
    /// What is listed.
    pub query: Query,
    /// Only the few fields that synchronisation compares.
    pub minimal: bool,
    /// Part of a creator's mail address, whose use depends on who asks.
    pub email: Option<String>,
}

/// Reads body and named parameters; keys may be written with `search` in front, in any case.
///
/// # Errors
/// [`FilterError`]
pub fn read_event_index(
    body: Value,
    named: &[(String, String)],
    now: Seconds,
) -> Result<EventIndex, FilterError> {
    let params = collect(body, named);
    let mut query = Query::of(Subject::Event);
    terms(&params, &mut query.terms);
    times_of(&params, now, &mut query.terms)?;
    let minimal = params.flag("minimal");
    if minimal {
        query.terms.push(Term::NotEmpty);
    }
    query.page = page(&params);
    query.order = order(&params);
    query.check()?;
    Ok(EventIndex {
        query,
        minimal,
        email: params.text("email"),
    })
}

fn collect(body: Value, named: &[(String, String)]) -> Params {
    let mut map = Map::new();
    let mut put = |name: &str, value: Value| {
        let name = name.to_ascii_lowercase();
        let name = name
            .strip_prefix("search")
            .filter(|rest| !rest.is_empty())
            .unwrap_or(&name);
        map.insert(name.to_owned(), value);
    };
    if let Value::Object(mut body) = body {
        if let Some(Value::Object(inner)) = body.remove("request") {
            body = inner;
        }
        for (name, value) in body {
            put(&name, value);
        }
    }
    for (name, value) in named {
        put(name, Value::String(value.replace(';', ":")));
    }
    Params::from_map(map)
}

/// Alternatives here: a list, or one text with `|` between them; `!` negates.
fn alternatives(value: Option<&Value>) -> Option<Lists<String>> {
    match value? {
        Value::String(text) => {
            let parts: Vec<Value> = text.split('|').map(Value::from).collect();
            super::grammar::lists(Some(&Value::Array(parts)))
        }
        other => super::grammar::lists(Some(other)),
    }
}

fn terms(params: &Params, terms: &mut Vec<Term>) {
    let lists = |name: &str| alternatives(params.get(name));
    if let Some(sought) = params.text("all") {
        terms.push(Term::Anywhere(Anywhere {
            text: Text::Like(containing(&sought)),
            organisation: true,
            uuid: true,
        }));
    }
    if let Some(wanted) = lists("attribute") {
        attributes(terms, &wanted.map(|text| Text::Like(containing(text))));
    }
    if let Some(wanted) = lists("value") {
        attributes(terms, &wanted.map(|text| value(text)));
    }
    let both = |name: &str| match params.text(name).as_deref() {
        Some("2") => None,
        _ => switch(params.get(name))
            .filter(|(no, yes)| no != yes)
            .map(|(_, yes)| yes),
    };
    terms.extend(both("published").map(Term::Published));
    terms.extend(both("hasproposal").map(Term::HasProposal));
    if let Some(wanted) = lists("eventid") {
        let known = wanted.keep(|text| Ref::parse(&text));
        terms.push(known.map_or(Term::Nothing, Term::Event));
    }
    terms.extend(lists("org").map(|l| Term::Creator(l.map(|text| named_org(text)))));
    terms.extend(lists("eventinfo").map(|l| Term::Info(l.map(|text| Text::Like(containing(text))))));
    for name in ["tag", "tags"] {
        terms.extend(tags(params.get(name)));
    }
    let numbers = |name: &str| match params.get(name) {
        Some(Value::String(text)) if text.contains('|') => {
            alternatives(params.get(name)).map(|l| l.map(|text| text.parse().unwrap_or(-1)))
        }
        _ => given_integers(params, name),
    };
    terms.extend(numbers("distribution").map(Term::Distribution));
    terms.extend(numbers("analysis").map(Term::Analysis));
    terms.extend(numbers("threatlevel").map(Term::ThreatLevel));
    terms.extend(numbers("sharinggroup").map(Term::SharingGroup));
}

/// Events with such an attribute, and without any of the unwanted ones.
fn attributes(terms: &mut Vec<Term>, wanted: &Lists<Text>) {
    if !wanted.any.is_empty() || !wanted.all.is_empty() {
        terms.push(Term::Value(Lists {
            any: wanted.any.clone(),
            all: wanted.all.clone(),
            none: Vec::new(),
        }));
    }
    if !wanted.none.is_empty() {
        terms.push(Term::Not(Box::new(Term::Value(Lists::any(wanted.none.clone())))));
    }
}

fn containing(text: &str) -> Pattern {
    Pattern::from_wildcards(&format!("%{text}%"))
}

/// Tags of the event; one text with `&` means all of them.
fn tags(value: Option<&Value>) -> Option<Term> {
    let joined = value
        .and_then(Value::as_str)
        .filter(|text| text.contains('&'))
        .map(|text| {
            let mut lists = Lists::default();
            for part in text.split('&').map(str::trim).filter(|part| !part.is_empty()) {
                match part.strip_prefix('!') {
                    Some(unwanted) => lists.none.push(unwanted.to_owned()),
                    None => lists.all.push(part.to_owned()),
                }
            }
            lists
        });
    let wanted = joined.or_else(|| alternatives(value))?;
    (!wanted.is_empty()).then(|| Term::EventTags(named_tags(&wanted)))
}

fn times_of(params: &Params, now: Seconds, terms: &mut Vec<Term>) -> Result<(), FilterError> {
    let from = times(params, "datefrom", now)?.and_then(|range| range.from);
    let to = times(params, "dateuntil", now)?.and_then(|range| range.from);
    let date = Range { from, to }.map(|seconds| Day::of(seconds).0);
    if !date.is_open() {
        terms.push(Term::Date(date));
    }
    terms.extend(times(params, "timestamp", now)?.map(Term::EventTime));
    for name in ["publish_timestamp", "publishtimestamp"] {
        terms.extend(times(params, name, now)?.map(Term::PublishTime));
    }
    Ok(())
}

fn order(params: &Params) -> Vec<Order> {
    if let Some(key) = params.text("sort").and_then(|field| index_key(&field)) {
        let descending = params
            .text("direction")
            .is_some_and(|direction| direction.eq_ignore_ascii_case("desc"));
        return vec![Order { key, descending }];
    }
    let Some(order) = params.get("order").and_then(scalar) else {
        return Vec::new();
    };
    let mut words = order.split_whitespace();
    let key = words.next().and_then(index_key);
    let descending = words.next().is_some_and(|word| word.eq_ignore_ascii_case("desc"));
    key.map(|key| Order { key, descending }).into_iter().collect()
}
