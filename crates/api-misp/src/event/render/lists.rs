//! Lists that stand inside elements.
use super::org_view;
use entente_engine::Ctx;
use entente_engine::event::view::{ObjectItem, ReferenceTarget};
use entente_misp::write::{self, SightingShape, SightingView};
use entente_model::sighting::Sighting;

/// A list of sightings, or `None` when there is none.
#[must_use]
pub fn rendered_sightings(
    ctx: &Ctx<'_, '_>,
    sightings: &[Sighting],
    attribute: uuid::Uuid,
) -> Option<Vec<u8>> {
    if sightings.is_empty() {
        return None;
    }
    let mut out = vec![b'['];
    for (i, sighting) in sightings.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        let org = (!sighting.org.is_none()).then(|| org_view(ctx.directory.org(sighting.org), sighting.org));
        let view = SightingView {
            sighting,
            attribute_uuid: Some(attribute),
            org,
            more: &[],
        };
        write::sighting(&mut out, &view, SightingShape::Flat);
    }
    out.push(b']');
    Some(out)
}

/// The references of an object as a list.
#[must_use]
pub fn rendered_references(item: &ObjectItem) -> Vec<u8> {
    let mut out = vec![b'['];
    for (i, (reference, target)) in item.references.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        let target = target.as_ref().map(|target| match target {
            ReferenceTarget::Attribute(attribute) => write::ReferenceTarget::Attribute(attribute),
            ReferenceTarget::Object(object) => write::ReferenceTarget::Object(object),
        });
        write::reference(&mut out, reference, target);
    }
    out.push(b']');
    out
}
