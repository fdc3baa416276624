//! Galaxies and clusters: reading, switching, attaching. spec: 07#4.7
//!
//! Custom clusters, their relations, import, export and publication have no route yet.
mod attach;
mod cluster;
mod list;

use crate::routes::routes;
use entente_engine::Ctx;
use entente_misp::galaxy::Names;

routes! {
    "galaxies": {
        "index" => list::index,
        "view" => list::view,
        "enable" => list::enable,
        "disable" => list::disable,
        "toggle" => list::toggle,
        "update" => list::update,
        "attachcluster" => attach::one,
        "attachmultipleclusters" => attach::many,
    }
    "galaxyclusters": {
        "index" => cluster::index,
        "view" => cluster::view,
        "restsearch" => cluster::search,
        "detach" => attach::detach,
    }
}

/// Calls `render` with what names in clusters stand for.
fn with_names<T>(ctx: &Ctx<'_, '_>, render: impl FnOnce(&Names<'_>) -> T) -> T {
    let (tags, directory) = (&ctx.tags, &ctx.directory);
    render(&Names {
        tag: &|name| tags.by_name(name).cloned(),
        org: &|org| directory.org(org).cloned(),
    })
}
