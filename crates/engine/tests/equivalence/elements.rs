//! Single things by id and by uuid: found when they are seen, and otherwise as if they were not there.
use crate::Look;
use entente_engine::attribute::file;
use entente_engine::event::view;
use entente_engine::{
    Class, Ctx, Result, attribute, delegation, free_text, object, policy_view, proposal, report,
};
use entente_model::analyst::ObjectType;
use entente_model::event::Event;
use entente_model::id::{ElementId, EventId, Ref};
use entente_policy::Action;
use uuid::Uuid;

pub fn check(ctx: &mut Ctx<'_, '_>, look: &Look<'_>) {
    attributes(ctx, look);
    objects(ctx, look);
    reports(ctx, look);
    proposals(ctx, look);
    references(ctx, look);
    requests(ctx, look);
    explanations(ctx, look);
    events(ctx, look);
}

/// Found exactly when it is seen; hidden is absent.
#[track_caller]
pub fn found<T>(look: &Look<'_>, path: &str, found: Result<T>, expected: bool) -> Option<T> {
    match found {
        Ok(found) => {
            look.same(path, &true, &expected);
            Some(found)
        }
        Err(error) => {
            look.same(
                path,
                &(error.class() == Class::NotFound, false),
                &(true, expected),
            );
            None
        }
    }
}

fn both(id: i64, uuid: Uuid) -> [Option<Ref>; 2] {
    [Some(Ref::Id(id)), Some(Ref::Uuid(uuid))]
}

fn event<'w>(look: &Look<'w>, id: ElementId) -> &'w Event {
    look.world.event(id.event())
}

fn attributes(ctx: &mut Ctx<'_, '_>, look: &Look<'_>) {
    for row in look.sampled(&look.world.attributes) {
        let state = !row.deleted || look.oracle.deleted(event(look, row.id));
        let seen = look.oracle.attribute(row) && state;
        for named in both(row.id.0, row.uuid) {
            found(look, "attribute::visible", attribute::visible(ctx, named), seen);
            let viewed = view::attribute(ctx, named, view::Options::default());
            found(look, "view::attribute", viewed, seen);
        }
        let has_file = look.world.files.contains_key(&row.id);
        let named = Some(Ref::Id(row.id.0));
        found(
            look,
            "file::download",
            file::download(ctx, named),
            seen && has_file,
        );
    }
    let mut samples = Vec::new();
    for value in entente_testkit::world::VALUES {
        samples.extend(file::samples(ctx, value, true, None).unwrap());
    }
    assert!(samples.is_empty(), "the world holds attachments, but no samples");
}

fn objects(ctx: &mut Ctx<'_, '_>, look: &Look<'_>) {
    for row in look.sampled(&look.world.objects) {
        let state = !row.deleted || look.oracle.deleted(event(look, row.id));
        let seen = look.oracle.object(row) && state;
        for named in both(row.id.0, row.uuid) {
            found(look, "object::visible", object::visible(ctx, named), seen);
        }
        let viewed = view::object(ctx, Some(Ref::Id(row.id.0)), view::Options::default());
        if let Some((_, item)) = found(look, "view::object", viewed, seen) {
            let members: Vec<_> = item.attributes.iter().map(|item| item.attribute.id).collect();
            let rows = look.world.attributes_of(row.id.event()).iter();
            let expected = rows.filter(|member| member.object == row.id && !member.deleted);
            let expected = expected
                .filter(|member| look.oracle.attribute(member))
                .map(|member| member.id);
            look.same("view::object: members", &members, &expected.collect());
        }
    }
}

fn reports(ctx: &mut Ctx<'_, '_>, look: &Look<'_>) {
    for row in look.sampled(&look.world.reports) {
        let state = !row.deleted || look.oracle.deleted(event(look, row.id));
        let seen = look.oracle.report(row) && state;
        for named in both(row.id.0, row.uuid) {
            found(look, "report::visible", report::visible(ctx, named), seen);
        }
    }
}

fn proposals(ctx: &mut Ctx<'_, '_>, look: &Look<'_>) {
    for row in look.sampled(&look.world.proposals) {
        let named = Some(Ref::Id(row.id.0));
        found(
            look,
            "proposal::visible",
            proposal::visible(ctx, named),
            look.oracle.proposal(row),
        );
    }
}

fn references(ctx: &mut Ctx<'_, '_>, look: &Look<'_>) {
    for row in look.sampled(&look.world.references) {
        let source = look.world.object(row.object).unwrap();
        let state = !source.deleted || look.oracle.deleted(event(look, row.id));
        let seen = look.oracle.reference(row) && state;
        for named in both(row.id.0, row.uuid) {
            found(look, "reference::view", object::reference::view(ctx, named), seen);
        }
    }
}

/// Requests to take an event over: for both sides; site administrators of others see those about events that
/// they see. The event comes with it when it is seen.
fn requests(ctx: &mut Ctx<'_, '_>, look: &Look<'_>) {
    let own = look.caller.actor.org_id();
    let admin = look.oracle.viewer.is_site_admin();
    let mut listed = Vec::new();
    for row in &look.world.delegations {
        let event = look.oracle.event_no(row.event);
        let party = row.org == own || row.requester == own;
        let viewed = delegation::view(ctx, Some(row.id));
        if let Some(shown) = found(look, "delegation::view", viewed, party || admin && event) {
            look.same("delegation::view: event", &shown.event.is_some(), &event);
            if let Some(event) = &shown.event {
                crate::events::as_seen(look, "delegation::view", event);
            }
        }
        if admin && (party || event) || row.org == own {
            listed.push((row.id, event));
        }
    }
    let found = delegation::list(ctx, None).unwrap();
    let found: Vec<_> = found
        .iter()
        .map(|shown| (shown.row.id, shown.event.is_some()))
        .collect();
    look.same("delegation::list", &found, &listed);
    let issued = delegation::list(ctx, Some("issued")).unwrap();
    let issued: Vec<_> = issued
        .iter()
        .map(|shown| (shown.row.id, shown.event.is_some()))
        .collect();
    let made = look.world.delegations.iter().filter(|row| row.requester == own);
    let made = made.map(|row| (row.id, look.oracle.event_no(row.event)));
    look.same("delegation::list issued", &issued, &made.collect());
}

/// A caller may ask about what it sees, and is told that it may see it.
fn explanations(ctx: &mut Ctx<'_, '_>, look: &Look<'_>) {
    let world = look.world;
    let mut ask = |uuid: Uuid, seen: bool| {
        let explained = policy_view::explain(ctx, uuid, None, Action::See);
        if let Some(explained) = found(look, "policy_view::explain", explained, seen) {
            look.same("policy_view::explain: decision", &explained.decision.allow, &true);
        }
    };
    for event in look.sampled(&world.events) {
        // Something else may have the same uuid, and is found when the event is hidden.
        let also = world
            .position(ObjectType::Attribute, event.uuid)
            .is_some_and(|at| {
                let row = &world.attributes[at];
                let state = !row.deleted || look.oracle.deleted(world.event(row.event()));
                look.oracle.attribute(row) && state
            });
        ask(event.uuid, look.oracle.event(event) || also);
        for row in world.reports_of(event.id) {
            let state = !row.deleted || look.oracle.deleted(event);
            ask(row.uuid, look.oracle.report(row) && state);
        }
    }
}

fn events(ctx: &mut Ctx<'_, '_>, look: &Look<'_>) {
    for row in look.sampled(&look.world.events) {
        let seen = look.oracle.event(row);
        for named in both(row.id.0, row.uuid) {
            found(
                look,
                "visible_event",
                ctx.visible_event(named, "Invalid event"),
                seen,
            );
        }
        let text = free_text::recognise(ctx, Some(Ref::Uuid(row.uuid)), "198.51.100.7");
        found(look, "free_text::recognise", text, seen);
    }
    let absent = ctx.visible_event(Some(Ref::Id(EventId(9_999_999).0)), "Invalid event");
    found(look, "visible_event", absent, false);
}
