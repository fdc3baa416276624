//! Looking after correlation: values that too many share, the most frequent ones, building anew. spec: 05#1.2, 05#1.6
use crate::answer::Answer;
use crate::call::Call;
use crate::criteria::Criteria;
use crate::describe;
use crate::failure::Failure;
use crate::routes::{Outcome, routes};
use entente_engine::correlation::rebuild::{self, Part};
use entente_engine::correlation::{self, SharedValue};
use entente_engine::log::Page;
use entente_engine::setting;
use entente_misp::correlation as shape;
use serde_json::Value;

routes! {
    "correlations": {
        "top" => top,
        "overcorrelations" => over_correlations,
        "generatetopcorrelations" => generate,
        "generateoccurrences" => generate,
        "switchengine" => switch_engine,
        "truncate" => truncate,
    }
    "attributes": {
        "generatecorrelation" => generate_correlation,
    }
}

/// The engines that clients name. All of them mean the same here.
const ENGINES: &[&str] = &["Default", "NoAcl", "Legacy"];
/// Values of a page unless asked otherwise. spec: 05#1.6
const ROWS: i64 = 50;
/// Values of a page at most: each is counted when it is asked for.
const MOST_ROWS: i64 = 500;

fn page(criteria: &Criteria) -> Page {
    let asked = criteria.page();
    let limit = criteria.text("limit").and(asked).map_or(ROWS, |page| page.limit);
    Page {
        limit: limit.min(MOST_ROWS),
        number: asked.map_or(1, |page| page.number),
    }
}

/// `GET /correlations/top`.
async fn top(call: Call) -> Outcome {
    let page = page(&Criteria::of(&call, "Correlation")?);
    let rows = call.read(move |ctx| correlation::top(ctx, page)).await?;
    let rows = rows
        .iter()
        .map(|row| shape::top(&row.value, row.pairs, row.excluded));
    Ok(Answer::json(&Value::Array(rows.collect())))
}

/// `GET /correlations/overCorrelations`.
async fn over_correlations(call: Call) -> Outcome {
    let criteria = Criteria::of(&call, "Correlation")?;
    let over = match criteria.text("scope").as_deref() {
        None | Some("all" | "over_correlating") => true,
        Some("not_over_correlating") => false,
        Some(_) => {
            return Err(Failure::bad_request(
                "The scope is over_correlating or not_over_correlating.",
            ));
        }
    };
    let page = page(&criteria);
    let rows = call
        .read(move |ctx| correlation::over_correlating(ctx, over, page))
        .await?;
    let first = page.limit.saturating_mul(page.number - 1);
    let shown = |(place, row): (i64, &SharedValue)| {
        shape::over_correlating(first + place, &row.value, row.occurrences, row.over, row.excluded)
    };
    Ok(Answer::json(&Value::Array((1..).zip(&rows).map(shown).collect())))
}

/// `POST /correlations/generateTopCorrelations`, `…/generateOccurrences`: both lists are counted from the
/// postings whenever somebody asks, so none is kept that could be out of date.
async fn generate(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    Ok(Answer::success(
        "Occurrences are counted when they are asked for; there is nothing to generate.",
        &call.target.path,
        None,
    ))
}

fn engine(call: &Call) -> Result<&'static str, Failure> {
    let named = call.arg(0).unwrap_or_default();
    ENGINES
        .iter()
        .copied()
        .find(|engine| engine.eq_ignore_ascii_case(named))
        .ok_or_else(|| Failure::bad_request(format!("Name one of {}.", ENGINES.join(", "))))
}

/// `POST /correlations/switchEngine/<engine>`: kept for scripts that read the setting back.
async fn switch_engine(call: Call) -> Outcome {
    let engine = engine(&call)?;
    if call.is_read() {
        return describe::answer(&call);
    }
    call.write(move |ctx| setting::edit(ctx, "MISP.correlation_engine", &Value::from(engine), false))
        .await?;
    Ok(Answer::success(
        "Engine switched. Correlations are found when they are looked at, whatever it is called.",
        &call.target.path,
        None,
    ))
}

/// `POST /correlations/truncate/<engine>`.
async fn truncate(call: Call) -> Outcome {
    engine(&call)?;
    if call.is_read() {
        return describe::answer(&call);
    }
    Ok(Answer::success(
        "No correlations are stored; there is nothing to truncate.",
        &call.target.path,
        None,
    ))
}

/// `POST /attributes/generateCorrelation[/<event>[/<attribute>]]`.
async fn generate_correlation(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let (event, attribute) = (call.reference(0), call.reference(1));
    let whole = call.arg(0).is_none();
    let (id, part) = call
        .write(move |ctx| {
            let part = if whole {
                Part::All
            } else {
                rebuild::part(ctx, event, attribute)?
            };
            Ok((rebuild::begin(ctx, part)?, part))
        })
        .await?;
    rebuild::spawn(&call.app, &call.actor, id, part);
    Ok(Answer::success(
        &format!("Job queued. Job ID: {id}"),
        &call.target.path,
        Some(&id.to_string()),
    ))
}
