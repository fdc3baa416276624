//! Sightings. spec: 03#9, 05#4
mod list;
mod search;
mod write;

use crate::event::render::org_view;
use crate::routes::routes;
use entente_engine::Ctx;
use entente_engine::sighting::SightingRow;
use entente_misp::write::{SightingShape, SightingView, sighting};

routes! {
    "sightings": {
        "add" => write::add,
        "delete" => write::delete,
        "bulksavesightings" => write::bulk,
        "filtersightinguuidsforpush" => write::known,
        "index" => list::index,
        "view" => list::view,
        "listsightings" => list::list,
        "restsearch" => search::search,
    }
}

/// Appends one sighting with the name of who saw it, unless it is anonymous.
pub(crate) fn render(
    ctx: &Ctx<'_, '_>,
    row: &SightingRow,
    more: &[(&'static str, &[u8])],
    shape: SightingShape,
    out: &mut Vec<u8>,
) {
    let org = row.sighting.org;
    let view = SightingView {
        sighting: &row.sighting,
        attribute_uuid: Some(row.attribute_uuid),
        org: (!org.is_none()).then(|| org_view(ctx.directory.org(org), org)),
        more,
    };
    sighting(out, &view, shape);
}
