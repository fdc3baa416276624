//! The audience of what is not there yet: a draft, or a change of something stored, with advice.
//! Nothing is written. spec: 10#1.8
use super::{
    Audience, Item, Listable, allowed_orgs, check_may_ask_about_others, check_members_shown, snapshot,
};
use crate::ctx::Ctx;
use crate::error::Result;
use entente_model::event::Event;
use entente_model::finding::FieldErrors;
use entente_model::id::{ElementId, Ref, SharingGroupId};
use entente_model::level::Distribution;
use entente_model::search::{Lists, Named, Pattern, Query, Subject as Rows, Term};
use entente_policy::{
    Action, Draft, Facts, LabelFacts, Link, Lint, MarkFinding, Marks, OwnRestriction, SpillageGuard, lint,
};
use entente_store::search::{Names, Reader, Search};
use entente_store::tag::Target;
use uuid::Uuid;

/// What is said about an item; what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outline {
    /// How far it may travel.
    pub distribution: Option<Distribution>,
    /// The sharing group, with distribution 4.
    pub sharing_group: Option<Uuid>,
    /// All its tags.
    pub tags: Option<Vec<String>>,
    /// Tags besides those.
    pub add_tags: Vec<String>,
    /// Tags to do without.
    pub remove_tags: Vec<String>,
    /// Whether the event is published.
    pub published: Option<bool>,
    /// Whether it is for detection.
    pub to_ids: Option<bool>,
}

/// What a preview is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// An event that the caller is about to add.
    Draft(Outline),
    /// Something stored that the caller sees.
    Stored(Uuid),
}

/// What would become of it.
#[derive(Debug, Clone)]
pub struct Preview {
    /// Who could do it afterwards.
    pub audience: Audience,
    /// Who could not do it before.
    pub added: Audience,
    /// Who could do it before but no longer.
    pub removed: Audience,
    /// Advice.
    pub lints: Vec<Lint>,
    /// What is odd about its tags.
    pub findings: Vec<MarkFinding>,
    /// Tags that name a classification, which this platform refuses.
    pub refused_tags: Vec<String>,
}

/// The audience of a subject after a change, compared with the one before it.
///
/// # Errors
/// `NotFound` when the subject is absent or hidden, `Denied` when the caller may not ask about it, `Fields`
/// when the outline makes no sense.
pub fn preview(
    ctx: &mut Ctx<'_, '_>,
    subject: &Subject,
    change: Option<&Outline>,
    action: Action,
) -> Result<Preview> {
    let (before, after) = match subject {
        Subject::Draft(draft) => {
            let before = drafted(ctx, draft)?;
            let after = match change {
                Some(change) => changed_event(ctx, &before, change)?,
                None => before.clone(),
            };
            (before, after)
        }
        Subject::Stored(uuid) => {
            let item = Item::find(ctx, *uuid)?;
            check_may_ask_about_others(ctx, &item.facts(ctx)?.label)?;
            let before = stored(ctx, &item)?;
            let after = match (change, &item) {
                (None, _) => before.clone(),
                (Some(change), Item::Event(_)) => changed_event(ctx, &before, change)?,
                (Some(change), item) => changed_element(ctx, item, &before, change)?,
            };
            (before, after)
        }
    };
    compare(ctx, &before, &after, action)
}

/// An item as far as its audience goes.
#[derive(Clone)]
struct State {
    facts: Facts,
    distribution: Distribution,
    tags: Vec<String>,
    for_detection: bool,
    names_own_asset: bool,
}

fn compare(ctx: &mut Ctx<'_, '_>, before: &State, after: &State, action: Action) -> Result<Preview> {
    for state in [before, after] {
        check_members_shown(ctx, &state.facts.label)?;
    }
    let snapshot = snapshot(ctx);
    let listable = Listable::load(ctx)?;
    let (old, new) = (
        allowed_orgs(&snapshot, &before.facts, action),
        allowed_orgs(&snapshot, &after.facts, action),
    );
    let (_, findings) = Marks::from_tags(after.tags.iter().map(String::as_str));
    let draft = Draft {
        findings: &findings,
        for_detection: after.for_detection,
        names_own_asset: after.names_own_asset,
        ..Draft::default()
    };
    let guard = SpillageGuard::default();
    Ok(Preview {
        audience: listable.among(&new),
        added: listable.among(&new.difference(&old).copied().collect()),
        removed: listable.among(&old.difference(&new).copied().collect()),
        lints: lint(&snapshot, &after.facts.label, &draft),
        refused_tags: after
            .tags
            .iter()
            .filter(|tag| guard.refuses(tag))
            .cloned()
            .collect(),
        findings,
    })
}

/// An event of the caller's organisation that is not stored.
fn drafted(ctx: &Ctx<'_, '_>, draft: &Outline) -> Result<State> {
    let own = ctx.actor.org.uuid;
    let default = ctx
        .settings
        .number("MISP.default_event_distribution")
        .and_then(Distribution::from_number)
        .filter(|level| *level != Distribution::Inherit)
        .unwrap_or(Distribution::Community);
    let plain = State {
        facts: Facts {
            event_creator_user: Some(ctx.actor.user.id.0),
            ..LabelFacts::event(own, own, Link::of(entente_policy::Distribution::Organisation)).into()
        },
        distribution: Distribution::Organisation,
        tags: Vec::new(),
        for_detection: false,
        names_own_asset: false,
    };
    let outline = Outline {
        distribution: Some(draft.distribution.unwrap_or(default)),
        ..draft.clone()
    };
    changed_event(ctx, &plain, &outline)
}

fn stored(ctx: &mut Ctx<'_, '_>, item: &Item) -> Result<State> {
    let (target, distribution) = match item {
        Item::Event(event) => (Some(Target::Event(event.id)), event.distribution),
        Item::Attribute(attribute, _) => (Some(Target::Attribute(attribute.id)), attribute.distribution),
        Item::Object(object, _) => (None, object.distribution),
        Item::Report(report, _) => (None, report.distribution),
    };
    let links = match target {
        Some(target) => entente_store::tag::links_unscoped(ctx.tx, target)?,
        None => Vec::new(),
    };
    let names = links.iter().filter_map(|link| ctx.tags.get(link.tag));
    let tags = names.map(|tag| tag.name.clone()).collect();
    let for_detection = match item {
        Item::Event(event) => detects(ctx, event)?,
        Item::Attribute(attribute, _) => attribute.to_ids,
        Item::Object(..) | Item::Report(..) => false,
    };
    let facts = item.facts(ctx)?;
    Ok(State {
        names_own_asset: names_own_asset(ctx, item, &facts.label)?,
        facts,
        distribution,
        tags,
        for_detection,
    })
}

/// An event after a change.
fn changed_event(ctx: &Ctx<'_, '_>, before: &State, change: &Outline) -> Result<State> {
    let mut errors = FieldErrors::default();
    let mut after = before.clone();
    after.distribution = change.distribution.unwrap_or(before.distribution);
    if after.distribution == Distribution::Inherit {
        errors.add(
            "distribution",
            "An event has nothing to inherit its distribution from; choose 0 to 4.",
        );
    }
    let label = &mut after.facts.label;
    if let Some(link) = changed_link(ctx, after.distribution, change, &mut errors) {
        label.chain = vec![link];
    }
    errors.into_result()?;
    if let Some(tags) = changed_tags(&before.tags, change) {
        label.marks = Marks::from_tags(tags.iter().map(String::as_str)).0;
        after.tags = tags;
    }
    label.published = change.published.unwrap_or(label.published);
    after.for_detection = change.to_ids.unwrap_or(before.for_detection);
    Ok(after)
}

/// An object, attribute or report after a change, within its event as it is.
fn changed_element(ctx: &mut Ctx<'_, '_>, item: &Item, before: &State, change: &Outline) -> Result<State> {
    let mut errors = FieldErrors::default();
    let tags = changed_tags(&before.tags, change);
    if change.published.is_some() {
        errors.add("published", "Only events are published.");
    }
    if tags.is_some() && !matches!(item, Item::Attribute(..)) {
        errors.add("tags", "Only events and attributes carry tags.");
    }
    let mut after = before.clone();
    after.distribution = change.distribution.unwrap_or(before.distribution);
    let link = changed_link(ctx, after.distribution, change, &mut errors);
    errors.into_result()?;
    after.tags = tags.unwrap_or_else(|| before.tags.clone());
    let (own_link, object) = surroundings(ctx, item)?;
    let own = OwnRestriction {
        link: link.unwrap_or(own_link),
        marks: Marks::from_tags(after.tags.iter().map(String::as_str)).0,
        state: before.facts.label.state,
        grants: None,
    };
    let event = ctx.label_facts(item.event().label)?;
    let label = LabelFacts::for_item(&event, object.as_ref(), &own).unwrap_or_else(|| event.as_ref().clone());
    after.names_own_asset = names_own_asset(ctx, item, &label)?;
    after.facts = item.with_label(label);
    after.for_detection = change.to_ids.unwrap_or(before.for_detection);
    Ok(after)
}

/// The link that an element has now, and the restriction of the object around it.
fn surroundings(ctx: &mut Ctx<'_, '_>, item: &Item) -> Result<(Link, Option<OwnRestriction>)> {
    Ok(match item {
        Item::Event(event) => (ctx.link(event.distribution, event.sharing_group), None),
        Item::Object(object, _) => (ctx.link(object.distribution, object.sharing_group), None),
        Item::Report(report, _) => (ctx.link(report.distribution, report.sharing_group), None),
        Item::Attribute(attribute, _) => {
            let link = ctx.link(attribute.distribution, attribute.sharing_group);
            if attribute.object.is_none() {
                return Ok((link, None));
            }
            let object = entente_store::object::find_unscoped(ctx.tx, Ref::Id(attribute.object.0))?;
            let around = object.map(|object| OwnRestriction {
                link: ctx.link(object.distribution, object.sharing_group),
                ..OwnRestriction::default()
            });
            (link, around)
        }
    })
}

/// The link after a change of level or group, if there is one. A group that the caller may not use is
/// answered like one that does not exist.
fn changed_link(
    ctx: &Ctx<'_, '_>,
    distribution: Distribution,
    change: &Outline,
    errors: &mut FieldErrors,
) -> Option<Link> {
    if change.distribution.is_none() && change.sharing_group.is_none() {
        return None;
    }
    match (distribution, change.sharing_group) {
        (Distribution::SharingGroup, Some(uuid)) => {
            let group = ctx.directory.group_by_uuid(uuid);
            let group = group.filter(|group| crate::sharing_group::usable(ctx, group.id));
            if group.is_none() {
                errors.add(
                    "sharing_group",
                    "There is no sharing group with this uuid that you may use.",
                );
            }
            group.map(|group| ctx.link(distribution, group.id))
        }
        (Distribution::SharingGroup, None) => {
            errors.add(
                "sharing_group",
                "Distribution 4 needs the uuid of a sharing group.",
            );
            None
        }
        (_, Some(_)) => {
            errors.add(
                "sharing_group",
                "A sharing group is read with distribution 4 only.",
            );
            None
        }
        (other, None) => Some(ctx.link(other, SharingGroupId::NONE)),
    }
}

/// The tags after a change, if it is about tags.
fn changed_tags(before: &[String], change: &Outline) -> Option<Vec<String>> {
    if change.tags.is_none() && change.add_tags.is_empty() && change.remove_tags.is_empty() {
        return None;
    }
    let mut tags = change.tags.clone().unwrap_or_else(|| before.to_vec());
    tags.extend(change.add_tags.iter().cloned());
    tags.retain(|tag| {
        !change
            .remove_tags
            .iter()
            .any(|removed| removed.eq_ignore_ascii_case(tag))
    });
    Some(tags)
}

/// Whether any attribute of an event that the caller sees is for detection.
fn detects(ctx: &mut Ctx<'_, '_>, event: &Event) -> Result<bool> {
    let scope = ctx.scope();
    let query = Query::of(Rows::Attribute)
        .with(Term::Event(Lists::one(Ref::Id(event.id.0))))
        .with(Term::ToIds(true));
    let reader = Reader {
        scope: &scope,
        org: ctx.actor.org_id(),
        foreign_deleted: false,
    };
    let search = Search::prepare(ctx.tx, reader, &Nameless, ctx.app.hasher(), &query)?;
    Ok(!search.attributes(ctx.tx, ElementId::NONE, 1, 0)?.is_empty())
}

/// For a search that names nothing.
struct Nameless;

impl Names for Nameless {
    fn tags(&self, _: &Named) -> Vec<i64> {
        Vec::new()
    }
    fn tags_like(&self, _: &Pattern) -> Vec<i64> {
        Vec::new()
    }
    fn organisations(&self, _: &Named) -> Vec<i64> {
        Vec::new()
    }
}

/// Whether an attribute names a mail domain of its creator while every reader of its event reads it.
fn names_own_asset(ctx: &Ctx<'_, '_>, item: &Item, label: &LabelFacts) -> Result<bool> {
    let Item::Attribute(attribute, event) = item else {
        return Ok(false);
    };
    let Some(creator) = ctx.directory.org(event.orgc) else {
        return Ok(false);
    };
    let open = ctx.label_facts(event.label)?.as_ref() == label;
    Ok(open
        && creator
            .restricted_to_domain
            .iter()
            .any(|domain| mentions(&attribute.value(), domain)))
}

/// Whether a text holds a domain or a name below it.
fn mentions(text: &str, domain: &str) -> bool {
    let domain = domain.trim().trim_matches('.').to_lowercase();
    let text = text.to_lowercase();
    let in_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    !domain.is_empty()
        && text
            .split(|c| !in_name(c))
            .map(|word| word.trim_matches('.'))
            .any(|word| {
                word.strip_suffix(domain.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_domains_are_found_in_text() {
        for text in [
            "harbour.example",
            "https://mail.Harbour.example/x",
            "a@harbour.example.",
            "x|harbour.example",
        ] {
            assert!(mentions(text, "harbour.example"), "{text}");
        }
        for text in ["otherharbour.example", "harbour.example.net", "192.0.2.1", ""] {
            assert!(!mentions(text, "harbour.example"), "{text}");
        }
        assert!(!mentions("anything", " "));
    }

    #[test]
    fn tags_are_replaced_added_and_removed() {
        let before = ["tlp:amber".to_owned(), "kept".to_owned()];
        assert_eq!(changed_tags(&before, &Outline::default()), None);
        let change = Outline {
            add_tags: vec!["tlp:red".to_owned()],
            remove_tags: vec!["TLP:AMBER".to_owned()],
            ..Outline::default()
        };
        assert_eq!(changed_tags(&before, &change).unwrap(), ["kept", "tlp:red"]);
        let change = Outline {
            tags: Some(Vec::new()),
            ..Outline::default()
        };
        assert_eq!(changed_tags(&before, &change).unwrap(), Vec::<String>::new());
    }
}
