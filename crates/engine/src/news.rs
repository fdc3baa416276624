//! News for the users of this instance. spec: 03#17
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::Entry;
use entente_model::finding::FieldErrors;
use entente_model::id::UserId;
pub use entente_store::filter::{Page, Term};
pub use entente_store::news::News;

const MAX_TITLE: usize = 255;
const MAX_MESSAGE: usize = 65_535;

/// What a caller says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// Title.
    pub title: Option<String>,
    /// Text.
    pub message: Option<String>,
    /// Show it without the author.
    pub anonymise: bool,
}

/// News, newest first.
///
/// # Errors
/// Of the database.
pub fn search(ctx: &mut Ctx<'_, '_>, anywhere: &[Term], page: Option<Page>) -> Result<Vec<News>> {
    Ok(entente_store::news::search(ctx.tx, anywhere, page)?)
}

/// A piece of news.
///
/// # Errors
/// `NotFound`.
pub fn find(ctx: &mut Ctx<'_, '_>, id: Option<i64>) -> Result<News> {
    let found = match id {
        Some(id) => entente_store::news::find(ctx.tx, id)?,
        None => None,
    };
    found.ok_or_else(|| Error::not_found("Invalid News."))
}

fn applied(before: &News, draft: &Draft) -> Result<News> {
    let mut after = before.clone();
    let mut errors = FieldErrors::default();
    if let Some(title) = &draft.title {
        title.trim().clone_into(&mut after.title);
    }
    if let Some(message) = &draft.message {
        message.clone_into(&mut after.message);
    }
    if draft.anonymise {
        after.user = UserId::NONE;
    }
    if after.title.is_empty() || after.title.len() > MAX_TITLE {
        errors.add("title", format!("A title of 1 to {MAX_TITLE} bytes is needed."));
    }
    if after.message.trim().is_empty() || after.message.len() > MAX_MESSAGE {
        errors.add(
            "message",
            format!("A message of 1 to {MAX_MESSAGE} bytes is needed."),
        );
    }
    errors.into_result()?;
    Ok(after)
}

fn log(ctx: &mut Ctx<'_, '_>, action: &'static str, row: &News) -> Result<()> {
    ctx.log(&Entry {
        model: "News",
        id: row.id,
        action,
        title: format!("News ({}): {}", row.id, row.title),
        ..Entry::default()
    })
}

/// Adds a piece of news.
///
/// # Errors
/// `Fields`.
pub fn add(ctx: &mut Ctx<'_, '_>, draft: &Draft) -> Result<i64> {
    let blank = News {
        id: 0,
        title: String::new(),
        message: String::new(),
        user: ctx.actor.user_id(),
        created: ctx.now(),
    };
    let mut row = applied(&blank, draft)?;
    row.id = entente_store::news::insert(ctx.tx, &row)?;
    log(ctx, "add", &row)?;
    Ok(row.id)
}

/// Changes a piece of news.
///
/// # Errors
/// `NotFound`, `Fields`.
pub fn edit(ctx: &mut Ctx<'_, '_>, id: Option<i64>, draft: &Draft) -> Result<i64> {
    let before = find(ctx, id)?;
    let after = applied(&before, draft)?;
    entente_store::news::update(ctx.tx, &after)?;
    log(ctx, "edit", &after)?;
    Ok(after.id)
}

/// Removes a piece of news.
///
/// # Errors
/// `NotFound`.
pub fn remove(ctx: &mut Ctx<'_, '_>, id: Option<i64>) -> Result<i64> {
    let row = find(ctx, id)?;
    entente_store::news::delete(ctx.tx, row.id)?;
    log(ctx, "delete", &row)?;
    Ok(row.id)
}
