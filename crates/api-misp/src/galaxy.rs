//! Galaxies and clusters: reading, switching, attaching, writing. spec: 07#4.7
//!
//! Trees of forks, graphs of relations and the push of peers have no route yet.
mod attach;
mod change;
mod cluster;
mod draft;
mod exchange;
mod list;
mod relation;

use crate::failure::Failure;
use crate::routes::routes;
use crate::save;
use entente_engine::{Ctx, Error};
use entente_misp::galaxy::Names;

routes! {
    "galaxies": {
        "index" => list::index,
        "view" => list::view,
        "enable" => list::enable,
        "disable" => list::disable,
        "toggle" => list::toggle,
        "update" => list::update,
        "delete" => list::delete,
        "wipe_default" => list::wipe_default,
        "import" => exchange::import,
        "export" => exchange::export,
        "attachcluster" => attach::one,
        "attachmultipleclusters" => attach::many,
    }
    "galaxyclusters": {
        "index" => cluster::index,
        "view" => cluster::view,
        "restsearch" => cluster::search,
        "detach" => attach::detach,
        "add" => change::add,
        "edit" => change::edit,
        "delete" => change::delete,
        "restore" => change::restore,
        "publish" => change::publish,
        "unpublish" => change::unpublish,
        "export_for_misp_galaxy" => exchange::library_value,
    }
    "galaxyclusterrelations": {
        "index" => relation::index,
        "view" => relation::view,
        "add" => relation::add,
        "edit" => relation::edit,
        "delete" => relation::delete,
    }
}

/// What the state does not allow is a wrong method in MISP's words; errors of fields are a save failure.
fn refused(action: &'static str, model: &'static str, url: &'static str) -> impl FnOnce(Error) -> Failure {
    move |error| match error {
        Error::Conflict(why) => Failure::not_allowed(why),
        other => save::invalid(action, model, url)(other),
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
