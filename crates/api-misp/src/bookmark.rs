//! Bookmarks. spec: 03#17
use crate::answer::Answer;
use crate::call::Call;
use crate::criteria::Criteria;
use crate::describe;
use crate::failure::Failure;
use crate::routes::{Outcome, routes};
use crate::save;
use entente_engine::bookmark::{self, Bookmark, Draft, Query};
use entente_engine::{Ctx, Result};
use entente_misp::bookmark::bookmark as shape;
use entente_misp::read::field;
use serde_json::Value;

routes! {
    "bookmarks": {
        "index" => index,
        "view" => view,
        "add" => add,
        "edit" => edit,
        "delete" => delete,
    }
}

fn id(call: &Call) -> Option<i64> {
    call.arg(0).and_then(|text| text.parse().ok())
}

/// Bookmarks with their owners, who are asked for once each.
fn rendered(ctx: &mut Ctx<'_, '_>, rows: &[Bookmark]) -> Result<Vec<Value>> {
    let emails = bookmark::owners(ctx, rows)?;
    Ok(rows
        .iter()
        .map(|row| {
            let org = ctx.directory.org(row.org).map(AsRef::as_ref);
            shape(row, org, emails.get(&row.user).map(String::as_str))
        })
        .collect())
}

async fn index(call: Call) -> Outcome {
    let criteria = Criteria::of(&call, "Bookmark")?;
    let scope = criteria.text("scope");
    let query = Query {
        name: criteria.terms("name"),
        anywhere: criteria.anywhere(),
        page: criteria.page(),
    };
    let rows = call
        .read(move |ctx| {
            let rows = bookmark::search(ctx, scope.as_deref(), &query)?;
            rendered(ctx, &rows)
        })
        .await?;
    Ok(Answer::json(&Value::Array(rows)))
}

async fn show(call: &Call, id: Option<i64>) -> Outcome {
    let shown = call
        .read(move |ctx| {
            let row = bookmark::find(ctx, id)?;
            rendered(ctx, &[row])
        })
        .await?;
    Ok(Answer::json(&shown.into_iter().next().unwrap_or_default()))
}

async fn view(call: Call) -> Outcome {
    show(&call, id(&call)).await
}

fn draft(call: &Call) -> Result<Draft, Failure> {
    let body = call.json_map("Bookmark")?;
    Ok(Draft {
        name: field::text(&body, "name"),
        url: field::text(&body, "url"),
        exposed_to_org: field::flag(&body, "exposed_to_org"),
        comment: field::text(&body, "comment"),
    })
}

async fn add(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let draft = draft(&call)?;
    let id = call
        .write(move |ctx| bookmark::add(ctx, &draft))
        .await
        .map_err(save::invalid("add", "Bookmark", "/bookmarks/add"))?;
    show(&call, Some(id)).await
}

async fn edit(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let (draft, id) = (draft(&call)?, id(&call));
    let id = call
        .write(move |ctx| bookmark::edit(ctx, id, &draft))
        .await
        .map_err(save::invalid("edit", "Bookmark", "/bookmarks/edit"))?;
    show(&call, Some(id)).await
}

async fn delete(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let id = id(&call);
    let id = call.write(move |ctx| bookmark::remove(ctx, id)).await?;
    let url = format!("/bookmarks/delete/{id}");
    Ok(Answer::success("Bookmark deleted.", &url, Some(&id.to_string())))
}
