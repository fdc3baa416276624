//! `restSearch`: from a request to a rendered result. spec: 04#1
use super::output::{Form, Look, Output, answer};
use super::{attribute, event, object, rate};
use crate::call::Call;
use crate::failure::Failure;
use crate::request::Format;
use crate::routes::Outcome;
use entente_engine::{Ctx, Result};
use entente_misp::filter::{self, FilterError, Params, Search};
use entente_model::search::{Subject, Term};
use serde_json::Value;

/// `/events/restSearch`.
pub async fn events(call: Call) -> Outcome {
    rest(call, Subject::Event).await
}

/// `/attributes/restSearch`.
pub async fn attributes(call: Call) -> Outcome {
    rest(call, Subject::Attribute).await
}

/// `/objects/restSearch`.
pub async fn objects(call: Call) -> Outcome {
    rest(call, Subject::Object).await
}

async fn rest(call: Call, subject: Subject) -> Outcome {
    let left = if subject == Subject::Object {
        None
    } else {
        rate::take(&call)?
    };
    let params = params(&call, subject)?;
    let single = params
        .get("eventid")
        .filter(|value| !value.is_array() && !value.is_object());
    let single = single.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    // the format decides on filters, so it is judged before anything is searched
    let name = filter::format_of(&params);
    let form = Form::parse(subject, &name)?;
    let form = if name == "stix" && asks_for_json(&call) {
        form.for_json()
    } else {
        form
    };
    let look = if call.wants_page() { Look::Page } else { Look::Json };
    let form = form.with_look(look);
    let answer = run(&call, subject, form, params, single).await?;
    Ok(rate::tell(answer, left))
}

/// Whether the client says that it wants JSON; one that says nothing gets each format as it is.
pub(super) fn asks_for_json(call: &Call) -> bool {
    let accepts = || {
        let accept = call.headers.get(http::header::ACCEPT)?.to_str().ok()?;
        Some(accept.contains("application/json"))
    };
    match call.target.format {
        Some(format) => format == Format::Json,
        None => accepts().unwrap_or(false),
    }
}

/// Runs a search; `single` is the one event that was asked for.
pub(super) async fn run(
    call: &Call,
    subject: Subject,
    form: Form,
    mut params: Params,
    single: Option<String>,
) -> Outcome {
    params.set_format(form.name());
    let found = call.read(move |ctx| search(ctx, subject, form, params)).await?;
    let output = found.map_err(|error| refusal(&error))?;
    Ok(answer(subject, form, output, single.as_deref()))
}

/// The answer to a search that cannot be read.
pub(crate) fn refusal(error: &FilterError) -> Failure {
    match error {
        FilterError::TimeList(_) => Failure::bad_request(error.to_string()),
        FilterError::TooLarge(_) => Failure::new(http::StatusCode::PAYLOAD_TOO_LARGE, error.to_string()),
    }
}

/// Parameters of body and URL. A search without any is a mistake, unless it is an explicit `{}`.
fn params(call: &Call, subject: Subject) -> std::result::Result<Params, Failure> {
    const MISSING: &str = "No filters given: pass them in the URL or as a JSON object in the body of a POST.";
    let posted = !call.is_read() && !call.body.is_empty();
    let body = if posted { call.json()? } else { Value::Null };
    let params = filter::collect(subject, body, &call.target.args, &call.target.named);
    if !posted && params.is_empty() {
        return Err(Failure::bad_request(MISSING));
    }
    Ok(params)
}

fn search(
    ctx: &mut Ctx<'_, '_>,
    subject: Subject,
    form: Form,
    mut params: Params,
) -> Result<std::result::Result<Output, FilterError>> {
    params.merge_under(subject, entente_engine::search::own_parameters(ctx)?);
    let mut search: Search = match filter::read(subject, params, ctx.now()) {
        Ok(search) => search,
        Err(refused) => return Ok(Err(refused)),
    };
    if search.proposals_block
        && ctx.settings.bool("MISP.proposals_block_attributes")
        && subject == Subject::Attribute
    {
        search.query.terms.push(Term::Undisputed);
    }
    if let Some(kinds) = form.kinds().filter(|_| subject == Subject::Attribute) {
        let kinds = kinds.iter().map(|kind| kind.id()).collect();
        search.query.terms.push(Term::Kinds(kinds));
    }
    search
        .query
        .terms
        .extend(entente_engine::search::galaxy_term(ctx, &search.galaxy)?);
    let output = match subject {
        Subject::Event => event::render(ctx, &search, form)?,
        Subject::Attribute => attribute::render(ctx, &search, form)?,
        Subject::Object => object::render(ctx, &search)?,
    };
    Ok(Ok(output))
}
