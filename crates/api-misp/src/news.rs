//! News. spec: 03#17
use crate::answer::Answer;
use crate::call::Call;
use crate::criteria::Criteria;
use crate::describe;
use crate::failure::Failure;
use crate::routes::{Outcome, routes};
use crate::save;
use entente_engine::news::{self, Draft};
use entente_misp::bookmark::news as shape;
use entente_misp::read::field;
use serde_json::Value;

routes! {
    "news": {
        "index" => index,
        "add" => add,
        "edit" => edit,
        "delete" => delete,
    }
}

fn id(call: &Call) -> Option<i64> {
    call.arg(0).and_then(|text| text.parse().ok())
}

async fn index(call: Call) -> Outcome {
    let criteria = Criteria::of(&call, "News")?;
    let (anywhere, page) = (criteria.anywhere(), criteria.page());
    let rows = call.read(move |ctx| news::search(ctx, &anywhere, page)).await?;
    Ok(Answer::json(&Value::Array(rows.iter().map(shape).collect())))
}

async fn show(call: &Call, id: i64) -> Outcome {
    let row = call.read(move |ctx| news::find(ctx, Some(id))).await?;
    Ok(Answer::json(&shape(&row)))
}

fn draft(call: &Call) -> Result<Draft, Failure> {
    let body = call.json_map("News")?;
    Ok(Draft {
        title: field::text(&body, "title"),
        message: field::text(&body, "message"),
        anonymise: field::flag(&body, "anonymise").or(false),
    })
}

async fn add(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let draft = draft(&call)?;
    let id = call
        .write(move |ctx| news::add(ctx, &draft))
        .await
        .map_err(save::invalid("add", "News", "/news/add"))?;
    show(&call, id).await
}

async fn edit(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let (draft, id) = (draft(&call)?, id(&call));
    let id = call
        .write(move |ctx| news::edit(ctx, id, &draft))
        .await
        .map_err(save::invalid("edit", "News", "/news/edit"))?;
    show(&call, id).await
}

async fn delete(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let id = id(&call);
    let id = call.write(move |ctx| news::remove(ctx, id)).await?;
    let url = format!("/news/delete/{id}");
    Ok(Answer::success("News deleted.", &url, Some(&id.to_string())))
}
