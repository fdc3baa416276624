//! Building the postings of values anew while everybody works. spec: 05#1.2
//!
//! Correlations follow from postings, which are written with their rows, so this is needed only after a change
//! of how values are posted (`Entente.correlate_subdomains`), or to be sure.
use crate::actor::Actor;
use crate::app::App;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::job::{self, Progress};
use crate::journal::Entry;
use entente_model::id::{ElementId, Ref};
use entente_store::posting;
use std::sync::Arc;

/// What it is called among jobs.
pub const KIND: &str = "generate correlation";

/// Which attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All of them.
    All,
    /// Those with ids behind the first, up to the second.
    Range(ElementId, ElementId),
}

/// The attributes of an event, or one of them.
///
/// # Errors
/// `NotFound` for what the caller does not see.
pub fn part(ctx: &mut Ctx<'_, '_>, event: Option<Ref>, attribute: Option<Ref>) -> Result<Part> {
    if attribute.is_some() {
        let (attribute, _) = crate::attribute::visible(ctx, attribute)?;
        return Ok(Part::Range(ElementId(attribute.id.0 - 1), attribute.id));
    }
    let event = ctx.visible_event(event, "Invalid event")?;
    let (low, high) = event.id.element_range();
    Ok(Part::Range(ElementId(low - 1), ElementId(high)))
}

/// Notes that the work begins; answers its number among the jobs.
///
/// # Errors
/// Of the database.
pub fn begin(ctx: &mut Ctx<'_, '_>, part: Part) -> Result<i64> {
    let input = match part {
        Part::All => "all attributes".to_owned(),
        Part::Range(first, last) if last.0 - first.0 == 1 => format!("attribute {}", last.0),
        Part::Range(_, last) => format!("event {}", last.event().0),
    };
    let id = job::begin(ctx, "default", KIND, &input)?;
    ctx.log(&Entry {
        model: "Attribute",
        id: 0,
        action: "generateCorrelation",
        title: format!("Correlations are built anew: {input}"),
        change: None,
        description: None,
    })?;
    Ok(id)
}

/// Does the work of a job that has begun, in the background.
pub fn spawn(app: &App, actor: &Arc<Actor>, id: i64, part: Part) {
    let (app, actor) = (app.clone(), Arc::clone(actor));
    tokio::spawn(async move {
        let done = run(&app, &actor, id, part).await;
        let (state, message) = match &done {
            Ok((repaired, dropped)) => (
                Progress::Done,
                format!("Job done. {repaired} attributes repaired, {dropped} stale entries removed."),
            ),
            Err(error) => {
                tracing::warn!(job = id, %error, "correlations could not be built anew");
                (Progress::Failed, error.to_string())
            }
        };
        let noted = app
            .write(actor, move |ctx| job::note(ctx, id, state, &message))
            .await;
        if let Err(error) = noted {
            tracing::warn!(job = id, %error, "the end of a job could not be noted");
        }
    });
}

/// Adds missing postings, then drops stale ones, each step in a transaction of its own. Answers how many
/// attributes were repaired and how many postings were dropped.
///
/// # Errors
/// Of the database.
pub async fn run(app: &App, actor: &Arc<Actor>, id: i64, part: Part) -> Result<(u64, u64)> {
    let (first, last) = match part {
        Part::All => (ElementId::NONE, ElementId(i64::MAX)),
        Part::Range(first, last) => (first, last),
    };
    let newest = app
        .read_system(|tx| Ok(entente_store::attribute::highest_id_unscoped(tx)?))
        .await?;
    let (mut after, mut repaired) = (first, 0);
    loop {
        let step = app
            .write(Arc::clone(actor), move |ctx| {
                let poster = ctx.poster();
                let step = posting::add_missing(ctx.tx, poster, after, last)?;
                let done = half_of(after.0.max(0).into(), newest.0.into());
                job::note(ctx, id, Progress::Running(done), "Adding what is missing.")?;
                Ok::<_, Error>(step)
            })
            .await?;
        repaired += step.repaired;
        match step.last {
            Some(reached) => after = reached,
            None => break,
        }
    }
    let mut dropped = 0;
    if part == Part::All {
        let mut after = (i64::MIN, 0);
        loop {
            let step = app
                .write(Arc::clone(actor), move |ctx| {
                    let poster = ctx.poster();
                    let step = posting::drop_stale(ctx.tx, poster, after)?;
                    let (begin, end) = (i128::from(i64::MIN), i128::from(i64::MAX));
                    let done = 50 + half_of(i128::from(after.0) - begin, end - begin);
                    job::note(ctx, id, Progress::Running(done), "Removing what is stale.")?;
                    Ok::<_, Error>(step)
                })
                .await?;
            dropped += step.dropped;
            match step.last {
                Some(reached) => after = reached,
                None => break,
            }
        }
    }
    Ok((repaired, dropped))
}

/// Fifty per cent in proportion.
fn half_of(done: i128, all: i128) -> i64 {
    i64::try_from(done.saturating_mul(50) / all.max(1)).map_or(50, |share| share.clamp(0, 50))
}
