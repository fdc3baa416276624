//! Threads and posts. spec: 08#5, 03#10
use crate::answer::Answer;
use crate::call::Call;
use crate::criteria::Criteria;
use crate::describe;
use crate::failure::Failure;
use crate::routes::{Outcome, routes};
use crate::save;
use entente_engine::discussion::{self, NewThread, Place};
use entente_engine::{Ctx, Result};
use entente_http::Spool;
use entente_http::spool::Spooled;
use entente_misp::read::field;
use entente_misp::write::JsonWriter;
use entente_model::discussion::{Post, Thread};
use entente_model::draft::GroupChoice;
use entente_model::time::datetime;
use serde_json::{Map, Value, json};

routes! {
    "threads": {
        "index" => index,
        "view" => view,
        "viewevent" => view_event,
    }
    "posts": {
        "add" => add,
        "edit" => edit,
        "delete" => delete,
    }
}

fn number(call: &Call, index: usize) -> Option<i64> {
    call.arg(index).and_then(|text| text.parse().ok())
}

fn columns(ctx: &Ctx<'_, '_>, thread: &Thread) -> Map<String, Value> {
    let org = ctx.directory.org(thread.org);
    let columns = json!({
        "id": thread.id.to_string(),
        "title": thread.title,
        "event_id": thread.event.map_or_else(|| "0".to_owned(), |event| event.to_string()),
        "distribution": thread.distribution.number().to_string(),
        "sharing_group_id": thread.sharing_group.to_string(),
        "user_id": thread.user.to_string(),
        "org_id": thread.org.to_string(),
        "org_name": org.map(|org| org.name.as_str()),
        "post_count": thread.post_count.to_string(),
        "date_created": datetime(thread.created),
        "date_modified": datetime(thread.modified),
    });
    match columns {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// `GET /threads/index`: the one changed last first.
async fn index(call: Call) -> Outcome {
    let criteria = Criteria::of(&call, "Thread")?;
    let mut title = criteria.terms("title");
    title.extend(criteria.anywhere());
    let page = criteria.page();
    let rows = call
        .read(move |ctx| {
            let threads = discussion::list(ctx, &title, page)?;
            let shown = threads
                .iter()
                .map(|thread| json!({ "Thread": columns(ctx, thread) }));
            Ok(shown.collect::<Vec<Value>>())
        })
        .await?;
    Ok(Answer::json(&Value::Array(rows)))
}

async fn shown(call: &Call, thread: Option<i64>) -> Outcome {
    let spooled = call
        .read(move |ctx| {
            let thread = discussion::find(ctx, thread)?;
            rendered(ctx, &thread)
        })
        .await?;
    Ok(Answer::spooled_json(spooled))
}

async fn view(call: Call) -> Outcome {
    shown(&call, number(&call, 0)).await
}

/// `GET /threads/viewEvent/<event>`; before anything was said a thread without posts.
async fn view_event(call: Call) -> Outcome {
    let event = call.reference(0);
    let spooled = call
        .read(move |ctx| match discussion::of_event(ctx, event)? {
            Some(thread) => rendered(ctx, &thread),
            None => {
                let mut spool = Spool::default();
                spool
                    .buffer()
                    .extend_from_slice(br#"{"Thread":{"post_count":"0","Post":[]}}"#);
                Ok(spool.finish()?)
            }
        })
        .await?;
    Ok(Answer::spooled_json(spooled))
}

fn rendered(ctx: &mut Ctx<'_, '_>, thread: &Thread) -> Result<Spooled> {
    let mut spool = Spool::default();
    let head = Value::Object(columns(ctx, thread)).to_string();
    let open = head.strip_suffix('}').unwrap_or(&head);
    spool.buffer().extend_from_slice(b"{\"Thread\":");
    spool.buffer().extend_from_slice(open.as_bytes());
    JsonWriter::resume(spool.buffer()).key("Post").begin_list();
    let mut first = true;
    discussion::each_post(ctx, thread, |ctx, posts| {
        let authors = discussion::authors(ctx, &posts)?;
        for post in &posts {
            if !std::mem::replace(&mut first, false) {
                spool.buffer().push(b',');
            }
            let shown = said(ctx, post, authors.get(&post.user).map(String::as_str));
            spool.buffer().extend_from_slice(shown.to_string().as_bytes());
        }
        Ok(spool.settle()?)
    })?;
    spool.buffer().extend_from_slice(b"]}}");
    Ok(spool.finish()?)
}

fn said(ctx: &Ctx<'_, '_>, post: &Post, email: Option<&str>) -> Value {
    let org = ctx.directory.org(post.org);
    let mut shown = json!({
        "id": post.id.to_string(),
        "thread_id": post.thread.to_string(),
        "post_id": post.reply_to.to_string(),
        "contents": post.contents,
        "date_created": datetime(post.created),
        "date_modified": datetime(post.modified),
        "org_id": post.org.to_string(),
        "org_uuid": org.map(|org| org.uuid.to_string()),
        "org_name": org.map(|org| org.name.as_str()),
        "user_id": post.user.to_string(),
    });
    if let (Some(email), Some(shown)) = (email, shown.as_object_mut()) {
        shown.insert("user_email".to_owned(), email.into());
    }
    shown
}

fn message(body: &Map<String, Value>) -> String {
    field::text(body, "message")
        .or_else(|| field::text(body, "contents"))
        .unwrap_or_default()
}

/// `POST /posts/add[/<event, thread or post>/<id>]` with `{"Post":{"message":…,"title":…}}`.
async fn add(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let body = call.json_map("Post")?;
    let place = match call.arg(0).map(str::to_ascii_lowercase).as_deref() {
        Some("event") => Place::Event(call.reference(1)),
        Some("thread") => Place::Thread(number(&call, 1)),
        Some("post") => Place::Post(number(&call, 1)),
        Some(_) => {
            return Err(Failure::not_found(
                "Invalid target type. Use one of: event, thread, post.",
            ));
        }
        None => Place::New(NewThread {
            title: field::text(&body, "title").unwrap_or_default(),
            distribution: field::distribution(&body, "distribution"),
            sharing_group: field::reference(&body, "sharing_group_id")
                .value()
                .map(GroupChoice::Ref),
        }),
    };
    let message = message(&body);
    let (_, thread) = call
        .write(move |ctx| discussion::add(ctx, &place, &message))
        .await
        .map_err(save::failure("add", "Post", call.target.path.clone()))?;
    shown(&call, Some(thread)).await
}

async fn edit(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let message = message(&call.json_map("Post")?);
    let post = number(&call, 0);
    let (_, thread) = call
        .write(move |ctx| discussion::edit(ctx, post, &message))
        .await
        .map_err(save::failure("edit", "Post", call.target.path.clone()))?;
    shown(&call, Some(thread)).await
}

async fn delete(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let post = number(&call, 0);
    let id = call.write(move |ctx| discussion::remove(ctx, post)).await?;
    let url = format!("/posts/delete/{id}");
    Ok(Answer::success("Post deleted", &url, Some(&id.to_string())))
}
