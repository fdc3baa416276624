//! What a search of sightings asks for. spec: 04#1.1, 04#4.3
use super::invalid;
use crate::call::Call;
use crate::event::options::json_truthy;
use crate::failure::Failure;
use entente_engine::sighting::Filter;
use entente_misp::read::field;
use entente_model::id::Ref;
use entente_model::level::SightingKind;
use entente_model::search::Range;
use entente_model::time::{Seconds, filter_time};
use serde_json::{Map, Value};

/// How far back a search without times looks. spec: 04#4.3
const DEFAULT_SPAN: &str = "30d";

/// Parameters in the order of positional segments.
const NAMES: [&str; 13] = [
    "context",
    "returnFormat",
    "id",
    "uuid",
    "type",
    "from",
    "to",
    "last",
    "org_id",
    "source",
    "includeAttribute",
    "includeEvent",
    "includeUuid",
];
const PAGING: [&str; 2] = ["limit", "page"];

/// Collected parameters, as the client wrote them.
pub(super) struct Asked(Map<String, Value>);

/// What a search asks for, as far as it needs no store.
pub(super) struct Wanted {
    /// Conditions.
    pub(super) filter: Filter,
    /// Events (`true`) or attributes that the sightings belong to.
    pub(super) within: Option<(bool, Vec<Ref>)>,
    /// Organisations, each wanted (`true`) or unwanted.
    pub(super) orgs: Vec<(bool, Ref)>,
    /// What is shown besides the sighting.
    pub(super) include: Include,
    /// How many to pass over.
    pub(super) offset: usize,
    /// How many at most.
    pub(super) limit: Option<usize>,
}

/// What is shown besides the sighting.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Include {
    /// The attribute.
    pub(super) attribute: bool,
    /// The event.
    pub(super) event: bool,
    /// The uuids of both.
    pub(super) uuid: bool,
}

impl Asked {
    /// The body, positional segments and named ones; later sources win.
    ///
    /// # Errors
    /// 400 without any filter; 405 for a body that is no JSON.
    pub(super) fn of(call: &Call) -> Result<Self, Failure> {
        let known = |name: &str| NAMES.contains(&name) || PAGING.contains(&name);
        let mut asked = Map::new();
        for (name, value) in call.json_map("Sighting")? {
            if known(&name) {
                asked.insert(name, value);
            }
        }
        for (name, segment) in NAMES.iter().zip(&call.target.args) {
            let placeholder = segment.trim().to_ascii_lowercase();
            if !matches!(placeholder.as_str(), "" | "null" | "0" | "false") {
                asked.insert((*name).to_owned(), from_url(name, segment));
            }
        }
        for (name, value) in &call.target.named {
            let name = name.strip_suffix("[]").unwrap_or(name);
            if known(name) {
                asked.insert(name.to_owned(), from_url(name, value));
            }
        }
        let posted = !call.is_read() && !call.body.is_empty();
        if !posted && asked.keys().all(|name| name == "returnFormat") {
            return Err(invalid(
                "No filters given: pass them in the URL or as a JSON object in the body of a POST.",
            ));
        }
        Ok(Self(asked))
    }

    /// A parameter as text.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        field::text(&self.0, name).filter(|text| !text.is_empty())
    }

    fn flag(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(json_truthy)
    }

    fn size(&self, name: &str) -> Option<usize> {
        let number = self.text(name)?.trim().parse::<usize>().ok();
        number.filter(|number| *number > 0)
    }

    /// Reads them all; relative times count from `now`.
    ///
    /// # Errors
    /// 400 for what has no meaning.
    pub(super) fn wanted(&self, now: Seconds) -> Result<Wanted, Failure> {
        let limit = self.size("limit");
        let page = self.size("page").unwrap_or(1);
        Ok(Wanted {
            filter: Filter {
                any_kind: self.kinds()?,
                date: self.range(now),
                source: self.text("source"),
                ..Filter::default()
            },
            within: self.within()?,
            orgs: self.orgs()?,
            include: Include {
                attribute: self.flag("includeAttribute"),
                event: self.flag("includeEvent"),
                uuid: self.flag("includeUuid"),
            },
            // without a limit there are no pages
            offset: limit.map_or(0, |limit| limit.saturating_mul(page - 1)),
            limit,
        })
    }

    fn kinds(&self) -> Result<Option<Vec<i64>>, Failure> {
        let given = field::list_of_text(&self.0, "type").unwrap_or_default();
        let mut kinds = Vec::new();
        for text in given.iter().filter(|text| !text.is_empty()) {
            let kind = text.trim().parse().ok().and_then(SightingKind::from_number);
            kinds.push(kind.ok_or_else(|| invalid("type is 0, 1 or 2."))?.number());
        }
        Ok((!kinds.is_empty()).then_some(kinds))
    }

    fn within(&self) -> Result<Option<(bool, Vec<Ref>)>, Failure> {
        let of_event = match self.text("context").as_deref() {
            None => None,
            Some("event") => Some(true),
            Some("attribute") => Some(false),
            Some(_) => return Err(invalid("Invalid context: event or attribute.")),
        };
        let named = self.named()?;
        match (of_event, named.is_empty()) {
            (Some(_), true) => Err(invalid("An ID or UUID is required if the context is set.")),
            (of_event, false) => Ok(Some((of_event.unwrap_or(false), named))),
            (None, true) => Ok(None),
        }
    }

    /// Ids and uuids of what the sightings belong to. A number written as text is refused, as clients know it;
    /// a uuid is welcome in either place.
    fn named(&self) -> Result<Vec<Ref>, Failure> {
        let mut named = Vec::new();
        for key in ["id", "uuid"] {
            let values: Vec<&Value> = match self.0.get(key) {
                None | Some(Value::Null) => continue,
                Some(Value::Array(list)) => list.iter().collect(),
                Some(one) => vec![one],
            };
            for value in values {
                let one = match value {
                    Value::Number(number) if key == "id" => number.as_i64().map(Ref::Id),
                    Value::String(text) => Ref::parse(text).filter(|one| matches!(one, Ref::Uuid(_))),
                    _ => None,
                };
                named.push(one.ok_or_else(|| {
                    invalid("id takes a JSON integer or a list of them, uuid a UUID or a list of them.")
                })?);
            }
        }
        Ok(named)
    }

    fn orgs(&self) -> Result<Vec<(bool, Ref)>, Failure> {
        let mut orgs = Vec::new();
        for named in field::list_of_text(&self.0, "org_id").unwrap_or_default() {
            let (is_wanted, name) = named
                .strip_prefix('!')
                .map_or((true, named.as_str()), |rest| (false, rest));
            let org =
                Ref::parse(name).ok_or_else(|| invalid("org_id takes the UUID or id of an organisation."))?;
            orgs.push((is_wanted, org));
        }
        Ok(orgs)
    }

    /// `from` and `to`, else what lies within `last`; `last:0` is everything.
    fn range(&self, now: Seconds) -> Range {
        let time = |name: &str| self.text(name).map(|text| filter_time(&text, now));
        let (from, to) = (time("from"), time("to"));
        if from.is_some() || to.is_some() {
            return Range { from, to };
        }
        match self.text("last").as_deref() {
            Some("0") => Range::default(),
            Some(last) => Range::from(filter_time(last, now)),
            None => Range::from(filter_time(DEFAULT_SPAN, now)),
        }
    }
}

/// A value of a URL: `||` stands between several, `;` for a colon, and digits in `id` are a number.
fn from_url(name: &str, text: &str) -> Value {
    let one = |text: &str| {
        let text = text.trim().replace(';', ":");
        match text.parse::<i64>() {
            Ok(number) if name == "id" => Value::from(number),
            _ => Value::from(text),
        }
    };
    if text.find("||").is_some_and(|at| at > 0) {
        text.split("||").map(one).collect()
    } else {
        one(text)
    }
}
