//! Search requests of MISP clients into [`Query`]s: one grammar for every scope. spec: 04#1.1, 04#2, 04#3, 04#4
//!
//! Names that a scope does not know are ignored, and so is a value of a type that makes no sense; the only
//! refusals are a time list of a wrong length and a search that is too large.
//!
//! ```
//! use entente_misp::filter;
//! use entente_model::search::{Subject, Term};
//! let body = serde_json::json!({"type": "md5&&!sha1", "limit": 10});
//! let params = filter::collect(Subject::Attribute, body, &[], &[]);
//! let search = filter::read(Subject::Attribute, params, 0)?;
//! assert!(matches!(search.query.terms[..], [Term::Kinds(_)]));
//! assert_eq!(search.query.page.limit, Some(10));
//! # Ok::<(), filter::FilterError>(())
//! ```
mod collect;
mod grammar;
mod index;
mod options;
mod order;
mod parameters;
mod terms;

pub use collect::{Params, collect};
pub use index::{EventIndex, read_event_index};

use entente_model::search::{Decay, Options, Query, Subject, Term, TooLarge};
use entente_model::time::Seconds;

/// Why a search is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// A range of times needs two ends.
    #[error("Invalid value for {0}: give one time, or a list of two.")]
    TimeList(&'static str),
    /// Too many terms.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
}

/// A search as a client asked for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Search {
    /// What is found.
    pub query: Query,
    /// What is shown.
    pub options: Options,
    /// `returnFormat`, or what stands for it.
    pub format: String,
    /// Whether attributes with proposals against them are left out where the instance wants that.
    pub proposals_block: bool,
    /// Elements of galaxy clusters: key and value, all of which must be met.
    pub galaxy: Vec<(String, String)>,
    /// Every parameter as collected, for what only one output format knows.
    pub params: Params,
}

/// Formats that show only what is ready for detection, unless the client says otherwise. spec: 04#6
const RESTRICTED: [&str; 8] = [
    "text", "hashes", "hosts", "rpz", "snort", "suricata", "openioc", "kunai",
];

/// The output format that is asked for: `returnFormat` with its aliases resolved.
#[must_use]
pub fn format_of(params: &Params) -> String {
    match params.text("returnFormat").as_deref() {
        None | Some("download") => "json".to_owned(),
        Some(other) => other.to_owned(),
    }
}

/// Reads collected parameters; `now` is what relative times count from.
///
/// # Errors
/// [`FilterError`]
pub fn read(subject: Subject, params: Params, now: Seconds) -> Result<Search, FilterError> {
    let format = format_of(&params);
    let mut query = Query::of(subject);
    terms::read(&params, now, &mut query)?;
    let restricted = RESTRICTED.contains(&format.as_str());
    if restricted && !params.flag("ignore") {
        if !params.given("to_ids") {
            query.terms.push(Term::ToIds(true));
        }
        if !params.given("published") {
            query.terms.push(Term::Published(true));
        }
    }
    query.page = grammar::page(&params);
    query.order = order::read(subject, params.get("order"));
    query.check()?;
    let mut options = options::read(subject, &params);
    options.prune.deletion = query.deletion;
    if restricted && subject == Subject::Event && !params.given("to_ids") {
        options.prune.to_ids = Some(true);
    }
    Ok(Search {
        query,
        options,
        proposals_block: restricted || params.flag("allow_proposal_blocking"),
        galaxy: if subject == Subject::Event {
            params.galaxy_elements()
        } else {
            Vec::new()
        },
        format,
        params,
    })
}

/// Decay scores that a view is asked for with the same parameters as a search.
#[must_use]
pub fn decay_of(params: &Params) -> Option<Decay> {
    options::decay(params)
}

#[cfg(test)]
mod tests;
