//! Notes, opinions and relationships. spec: 03#19, 08#1.3
mod exchange;
mod related;
mod search;

use crate::answer::Answer;
use crate::call::{Call, truthy};
use crate::failure::{Failure, field_errors};
use crate::routes::{Outcome, routes};
use entente_engine::analyst::{self, Filter, Page, Target};
use entente_engine::log::Term;
use entente_engine::{Ctx, Error, Result};
use entente_http::Spool;
use entente_misp::analyst::{Names, annotation, answer};
use entente_misp::read;
use entente_misp::write::JsonWriter;
use entente_model::analyst::{Analyst, Annotated, ObjectType};
use entente_model::draft::AnalystKind;
use entente_model::id::{Ref, SharingGroupId};
use entente_model::organisation::Organisation;
use entente_model::sharing_group::SharingGroup;
use entente_model::time::datetime;
use std::sync::Arc;
use uuid::Uuid;

routes! {
    "analystdata": {
        "add" => add,
        "view" => view,
        "edit" => edit,
        "delete" => delete,
        "index" => index,
        "indexminimal" => index_minimal,
        "getchildren" => children,
        "restsearch" => search::rest,
        "getrelatedelement" => related::element,
        "filteranalystdataforpush" => exchange::filter,
        "pushanalystdata" => exchange::push,
    }
}

/// The directory as the caller sees it, as the writer of annotations asks it.
pub struct DirectoryNames<'c, 'a, 'tx>(&'c Ctx<'a, 'tx>);

impl<'c, 'a, 'tx> DirectoryNames<'c, 'a, 'tx> {
    /// Answers from the directory as of the beginning of the use case.
    #[must_use]
    pub fn of(ctx: &'c Ctx<'a, 'tx>) -> Self {
        Self(ctx)
    }
}

impl Names for DirectoryNames<'_, '_, '_> {
    fn org(&self, uuid: Uuid) -> Option<&Organisation> {
        self.0.directory.org_by_uuid(uuid).map(Arc::as_ref)
    }
    fn group(&self, id: SharingGroupId) -> Option<&SharingGroup> {
        let group = self.0.directory.group(id)?;
        entente_engine::sharing_group::visible(self.0, group).then_some(group.as_ref())
    }
}

/// The kind in the path; `None` = `all`.
fn kind(call: &Call) -> std::result::Result<Option<AnalystKind>, Failure> {
    match call.arg(0) {
        None => Err(Failure::not_found("Invalid type.")),
        named => optional_kind(named),
    }
}

/// The kind that a name means; `None` = all of them.
fn optional_kind(name: Option<&str>) -> std::result::Result<Option<AnalystKind>, Failure> {
    match name {
        None => Ok(None),
        Some(name) if name.eq_ignore_ascii_case("all") => Ok(None),
        Some(name) => AnalystKind::from_name(name)
            .map(Some)
            .ok_or_else(|| Failure::not_found("Invalid type.")),
    }
}

fn refused(action: &str, kind: AnalystKind, call: &Call, error: Error) -> Failure {
    match error {
        Error::Fields(errors) => Failure::save(
            action,
            kind.name(),
            call.target.path.clone(),
            field_errors(&errors),
        ),
        // spec: 03#19
        Error::Denied(why) if why == "You are not authorised to do that." => Failure::not_allowed(why),
        other => other.into(),
    }
}

async fn shown(call: &Call, kind: AnalystKind, id: i64) -> Outcome {
    let body = call
        .read(move |ctx| {
            let row = analyst::find(ctx, Some(kind), Some(Ref::Id(id)))?;
            let annotated = analyst::annotated(ctx, row)?;
            let mut out = Vec::new();
            answer(&mut out, &annotated, &DirectoryNames::of(ctx));
            Ok(out)
        })
        .await?;
    Ok(Answer::rendered_json(body))
}

async fn add(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let kind = kind(&call)?.ok_or_else(|| Failure::not_found("Invalid type."))?;
    let draft = read::annotation(call.body.reader()?, kind)?;
    let uuid = match call.arg(1) {
        None => None,
        Some(text) => match Ref::parse(text) {
            Some(Ref::Uuid(uuid)) => Some(uuid),
            _ => return Err(Failure::not_found("Invalid object.")),
        },
    };
    let target = Target {
        uuid,
        object_type: call.arg(2).map(str::to_owned),
    };
    let id = call
        .write(move |ctx| analyst::add(ctx, &draft, &target))
        .await
        .map_err(|error| refused("add", kind, &call, error))?;
    shown(&call, kind, id).await
}

async fn view(call: Call) -> Outcome {
    let kind = kind(&call)?;
    let target = call.reference(1);
    let row = call.read(move |ctx| analyst::find(ctx, kind, target)).await?;
    shown(&call, row.content.kind(), row.id).await
}

async fn edit(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let named = kind(&call)?;
    let target = call.reference(1);
    // The body is read as one of the kind that is stored.
    let row = call.read(move |ctx| analyst::find(ctx, named, target)).await?;
    let kind = row.content.kind();
    let draft = read::annotation(call.body.reader()?, kind)?;
    let id = call
        .write(move |ctx| analyst::edit(ctx, named, target, &draft))
        .await
        .map_err(|error| refused("edit", kind, &call, error))?;
    shown(&call, kind, id).await
}

async fn delete(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let kind = kind(&call)?;
    let target = call.reference(1);
    let block = call.arg(2).is_none_or(truthy);
    let row = call
        .write(move |ctx| analyst::delete(ctx, kind, target, block))
        .await
        .map_err(|error| refused("delete", kind.unwrap_or(AnalystKind::Note), &call, error))?;
    let message = format!("{} deleted.", row.content.kind().name());
    Ok(Answer::success(
        &message,
        &call.target.path,
        Some(&row.id.to_string()),
    ))
}

/// Every uuid under `uuid` or `uuid[]`; unreadable ones match nothing.
fn wanted_uuids(call: &Call) -> Option<Vec<Uuid>> {
    let given: Vec<&str> = call
        .target
        .named
        .iter()
        .filter(|(key, _)| key == "uuid" || key == "uuid[]")
        .map(|(_, value)| value.as_str())
        .collect();
    (!given.is_empty()).then(|| {
        given
            .into_iter()
            .filter_map(entente_model::id::parse_uuid)
            .collect()
    })
}

async fn index(call: Call) -> Outcome {
    let kind = kind(&call)?;
    let body = call.json_map("")?;
    let text = |name: &str| {
        let given = read::field::text(&body, name).or_else(|| call.named(name).map(str::to_owned));
        given.filter(|text| !text.is_empty())
    };
    let target = text("target_object");
    let object = target
        .as_deref()
        .map(|text| entente_model::id::parse_uuid(text).unwrap_or_default());
    let from_body = read::field::ids(&body, "uuid").map(|named| {
        let uuid = |named: Option<Ref>| match named {
            Some(Ref::Uuid(uuid)) => Some(uuid),
            _ => None,
        };
        named.into_iter().filter_map(uuid).collect()
    });
    let filter = Filter {
        kind,
        uuids: from_body.or_else(|| wanted_uuids(&call)),
        objects: object.map(|uuid| vec![uuid]),
        anywhere: text("quickFilter")
            .map(|text| Term::containing(&text))
            .into_iter()
            .collect(),
        ..Filter::default()
    };
    let spooled = call
        .read(move |ctx| {
            let mut spool = Spool::default();
            spool.buffer().push(b'[');
            listed(ctx, &filter, Page::default(), &mut spool)?;
            spool.buffer().push(b']');
            Ok(spool.finish()?)
        })
        .await?;
    Ok(Answer::spooled_json(spooled))
}

/// Renders annotations, each in the envelope of its kind, one behind the other; answers how many.
fn listed(ctx: &mut Ctx<'_, '_>, filter: &Filter, page: Page, spool: &mut Spool) -> Result<i64> {
    let mut first = true;
    analyst::each(ctx, filter, page, |ctx, rows| {
        let about = |row: &Analyst| (ObjectType::from(row.content.kind()), row.uuid);
        let all: Vec<_> = rows.iter().map(about).collect();
        let mut below = analyst::of_objects(ctx, &all)?;
        let names = DirectoryNames::of(ctx);
        for row in rows {
            if !std::mem::replace(&mut first, false) {
                spool.buffer().push(b',');
            }
            let annotated = Annotated {
                children: below.remove(&about(&row)).unwrap_or_default(),
                row,
                cut: false,
            };
            answer(spool.buffer(), &annotated, &names);
            spool.settle()?;
        }
        Ok(())
    })
}

/// `POST /analyst_data/indexMinimal`: what there is and in which version, for peers.
async fn index_minimal(call: Call) -> Outcome {
    let body = call.json_map("")?;
    let named = read::field::list_of_text(&body, "orgc_name").unwrap_or_default();
    let spooled = call
        .read(move |ctx| {
            let (unwanted, wanted): (Vec<&String>, Vec<&String>) =
                named.iter().partition(|name| name.starts_with('!'));
            let is = |names: &[&String], name: &str| {
                names
                    .iter()
                    .any(|other| other.trim_start_matches('!').eq_ignore_ascii_case(name))
            };
            let directory = Arc::clone(&ctx.directory);
            let mut spool = Spool::default();
            spool.buffer().push(b'{');
            for kind in AnalystKind::ALL {
                if kind != AnalystKind::Note {
                    spool.buffer().push(b',');
                }
                JsonWriter::new(spool.buffer()).key(kind.name());
                spool.buffer().push(b'{');
                let mut first = true;
                let filter = Filter {
                    kind: Some(kind),
                    ..Filter::default()
                };
                analyst::each(ctx, &filter, Page::default(), |_, rows| {
                    for row in rows {
                        let creator = directory.org_by_uuid(row.orgc_uuid);
                        let creator = creator.map_or("", |org| org.name.as_str());
                        if is(&unwanted, creator) || !wanted.is_empty() && !is(&wanted, creator) {
                            continue;
                        }
                        if !std::mem::replace(&mut first, false) {
                            spool.buffer().push(b',');
                        }
                        let mut json = JsonWriter::new(spool.buffer());
                        json.any_key(&row.uuid.to_string()).plain(&datetime(row.modified));
                    }
                    Ok(spool.settle()?)
                })?;
                spool.buffer().push(b'}');
            }
            spool.buffer().push(b'}');
            Ok(spool.finish()?)
        })
        .await?;
    Ok(Answer::spooled_json(spooled))
}

/// `GET /analyst_data/getChildren/<type>/<uuid>/<depth>`.
async fn children(call: Call) -> Outcome {
    let kind = kind(&call)?;
    let target = call.reference(1);
    let depth = call
        .arg(2)
        .and_then(|depth| depth.parse().ok())
        .unwrap_or(analyst::DEFAULT_DEPTH);
    let body = call
        .read(move |ctx| {
            let row = analyst::find(ctx, kind, target)?;
            let nodes = analyst::children(ctx, row.uuid, depth)?;
            let names = DirectoryNames::of(ctx);
            let mut out = Vec::new();
            let mut json = JsonWriter::new(&mut out);
            json.begin_list();
            for node in &nodes {
                json.begin_map();
                json.key(node.row.content.kind().name());
                annotation(json.value(), node, &names);
                json.end_map();
            }
            json.end_list();
            Ok(out)
        })
        .await?;
    Ok(Answer::rendered_json(body))
}
