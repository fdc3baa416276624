//! Clusters to and from other instances and library files. spec: 07#4.7
use super::{draft, refused};
use crate::answer::Answer;
use crate::call::Call;
use crate::describe;
use crate::failure::Failure;
use crate::routes::Outcome;
use crate::scalars;
use entente_engine::galaxy::{self, ClusterFilter, Page, import as engine};
use entente_engine::{Ctx, Result};
use entente_http::spool::{Spool, Spooled};
use entente_misp::galaxy::Names;
use entente_model::library::Galaxy;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::io::Write as _;
use std::sync::Arc;

/// `POST /galaxies/import`: a list of clusters as `export` or a view gives them.
pub async fn import(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let items = match call.json()? {
        Value::Array(list) => list,
        Value::Object(map) if map.contains_key("GalaxyCluster") => vec![Value::Object(map)],
        _ => return Err(Failure::bad_request("Give a list of galaxy clusters.")),
    };
    let clusters: Vec<_> = items.iter().map(draft::foreign).collect();
    let counts = call
        .write(move |ctx| engine::import(ctx, &clusters))
        .await
        .map_err(refused("import", "GalaxyCluster", "/galaxies/import"))?;
    let message = format!(
        "Galaxy clusters imported. {} imported, {} ignored, {} failed.",
        counts.imported, counts.ignored, counts.failed
    );
    if counts.imported == 0 && counts.failed > 0 {
        return Err(Failure::save(
            "import",
            "GalaxyCluster",
            "/galaxies/import",
            message.into(),
        ));
    }
    Ok(Answer::success(&message, &call.target.path, None))
}

/// Which clusters of a galaxy an export is for.
fn filter(body: &Map<String, Value>, galaxy: &Galaxy) -> ClusterFilter {
    let wanted = |key: &str| body.get(key).and_then(scalars::flag).unwrap_or(true);
    ClusterFilter {
        galaxies: Some(vec![galaxy.id]),
        deleted: Some(false),
        default: match (wanted("default"), wanted("custom")) {
            (default, custom) if default != custom => Some(default),
            _ => None,
        },
        // Neither of them: nothing has no version.
        versions: (!wanted("default") && !wanted("custom")).then(Vec::new),
        distributions: body
            .get("distribution")
            .filter(|value| !value.is_null())
            .map(scalars::numbers),
        ..ClusterFilter::default()
    }
}

/// Clusters as another instance takes them in.
fn as_clusters(ctx: &mut Ctx<'_, '_>, filter: &ClusterFilter) -> Result<Spooled> {
    let (tags, directory) = (Arc::clone(&ctx.tags), Arc::clone(&ctx.directory));
    let names = Names {
        tag: &|name| tags.by_name(name).cloned(),
        org: &|org| directory.org(org).cloned(),
    };
    let mut spool = Spool::default();
    let mut separator = "";
    spool.write_all(b"[")?;
    galaxy::each_cluster(ctx, filter, Page::default(), |placed| {
        let item = entente_misp::galaxy::cluster_view(&placed.cluster, &placed.galaxy, None, &[], &names);
        write!(spool, "{separator}{item}")?;
        separator = ",";
        Ok(())
    })?;
    spool.write_all(b"]")?;
    Ok(spool.finish()?)
}

/// Clusters as a file of the library. spec: 07#4.1
fn as_library(ctx: &mut Ctx<'_, '_>, galaxy: &Galaxy, filter: &ClusterFilter) -> Result<Spooled> {
    let mut spool = Spool::default();
    let mut separator = "";
    let (mut authors, mut source, mut version) = (BTreeSet::new(), String::new(), 1);
    spool.write_all(b"{\"values\":[")?;
    galaxy::each_cluster(ctx, filter, Page::default(), |placed| {
        let item = entente_misp::galaxy::library_value(&placed.cluster);
        write!(spool, "{separator}{item}")?;
        separator = ",";
        let cluster = &placed.cluster.cluster;
        authors.extend(cluster.authors.iter().cloned());
        if source.is_empty() {
            source.clone_from(&cluster.source);
        }
        version = version.max(cluster.version);
        Ok(())
    })?;
    let about = [
        ("authors", json!(authors)),
        ("category", json!(galaxy.galaxy_type)),
        ("description", json!(galaxy.description)),
        ("name", json!(galaxy.name)),
        ("source", json!(source)),
        ("type", json!(galaxy.galaxy_type)),
        ("uuid", json!(galaxy.uuid.to_string())),
        ("version", json!(version)),
    ];
    spool.write_all(b"]")?;
    for (key, value) in about {
        write!(spool, ",\"{key}\":{value}")?;
    }
    spool.write_all(b"}")?;
    Ok(spool.finish()?)
}

/// `POST /galaxies/export/<id or uuid>` with `{"Galaxy":{"default":1,"custom":1,"distribution":[1,2,3],
/// "format":"misp","download":"raw"}}`.
pub async fn export(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let body = call.json_map("Galaxy")?;
    let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default();
    let library = match text("format") {
        "" | "misp" => false,
        "misp-galaxy" => true,
        _ => return Err(Failure::bad_request("format is misp or misp-galaxy.")),
    };
    let download = text("download") == "download";
    let reference = call.reference(0);
    let (list, galaxy) = call
        .read(move |ctx| {
            let galaxy = galaxy::view(ctx, reference)?;
            let filter = filter(&body, &galaxy);
            let list = if library {
                as_library(ctx, &galaxy, &filter)?
            } else {
                as_clusters(ctx, &filter)?
            };
            Ok((list, galaxy))
        })
        .await?;
    let answer = Answer::spooled_json(list);
    if !download {
        return Ok(answer);
    }
    let name = format!("attachment; filename=\"galaxy_{}.json\"", galaxy.uuid);
    Ok(answer.with_header(http::header::CONTENT_DISPOSITION, &name))
}

/// `GET /galaxy_clusters/export_for_misp_galaxy/<id or uuid>`: an item of a library file.
pub async fn library_value(call: Call) -> Outcome {
    let reference = call.reference(0);
    let value = call
        .read(move |ctx| {
            let placed = galaxy::cluster(ctx, reference)?;
            Ok(entente_misp::galaxy::library_value(&placed.cluster))
        })
        .await?;
    Ok(Answer::json(&value))
}
