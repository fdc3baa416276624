//! Collections of events and clusters: who sees and changes them, and what is in them. spec: 08#6.2
//!
//! A collection has a level of its own. Of its elements a reader is shown those it may see by themselves.
use crate::analyst::targets_seen;
use crate::content::capture;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::{Change, Diff, Entry};
use entente_model::analyst::ObjectType;
use entente_model::collection::{
    Collection, CollectionDraft, CollectionElement, CollectionKind, ElementDraft, ElementKind,
};
use entente_model::draft::Given;
use entente_model::finding::FieldErrors;
use entente_model::id::{LabelId, Ref, SharingGroupId};
use entente_model::level::Distribution;
use entente_policy::{LabelFacts, rules};
pub use entente_store::collection::Query;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Longest name in bytes.
const MAX_NAME: usize = 255;
/// Longest description in bytes.
const MAX_DESCRIPTION: usize = 65_535;
/// Most elements of a collection.
const MAX_ELEMENTS: usize = 10_000;
const UNKNOWN: &str = "Invalid Collection.";
const UNKNOWN_ELEMENT: &str = "Invalid Collection element.";

/// Which collections a caller asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// All it sees.
    #[default]
    Visible,
    /// Those it made.
    Own,
    /// Those of its organisation.
    Organisation,
}

/// Collections that the caller sees, by id.
///
/// # Errors
/// Of the database.
pub fn search(ctx: &mut Ctx<'_, '_>, reach: Reach, query: &Query) -> Result<Vec<Collection>> {
    let mut query = query.clone();
    match reach {
        Reach::Visible => {}
        Reach::Own => query.user = Some(ctx.actor.user_id()),
        Reach::Organisation => query.orgc = Some(ctx.actor.org_id()),
    }
    let scope = ctx.scope();
    Ok(entente_store::collection::search(ctx.tx, &scope, &query)?)
}

/// A collection that the caller sees.
///
/// # Errors
/// `NotFound`.
pub fn find(ctx: &mut Ctx<'_, '_>, collection: Option<Ref>) -> Result<Collection> {
    let scope = ctx.scope();
    let found = match collection {
        Some(collection) => entente_store::collection::find(ctx.tx, &scope, collection)?,
        None => None,
    };
    found.ok_or_else(|| Error::not_found(UNKNOWN))
}

/// Whether the caller may change a collection.
#[must_use]
pub fn editable(ctx: &Ctx<'_, '_>, collection: &Collection) -> bool {
    rules::can_edit_collection(&ctx.viewer(), ctx.org_uuid(collection.orgc))
}

fn own(ctx: &mut Ctx<'_, '_>, collection: Option<Ref>) -> Result<Collection> {
    let collection = find(ctx, collection)?;
    if editable(ctx, &collection) {
        Ok(collection)
    } else {
        Err(Error::denied("You are not authorised to do that."))
    }
}

/// The elements of collections that the caller has been shown, as far as it sees what they are, by id.
///
/// # Errors
/// Of the database.
pub fn elements(ctx: &mut Ctx<'_, '_>, collections: &[i64]) -> Result<Vec<CollectionElement>> {
    let all = entente_store::collection::elements_unscoped(ctx.tx, collections)?;
    retain_seen(ctx, all)
}

fn target(kind: ElementKind, uuid: Uuid) -> (ObjectType, Uuid) {
    let kind = match kind {
        ElementKind::Event => ObjectType::Event,
        ElementKind::GalaxyCluster => ObjectType::GalaxyCluster,
    };
    (kind, uuid)
}

fn retain_seen(ctx: &mut Ctx<'_, '_>, mut rows: Vec<CollectionElement>) -> Result<Vec<CollectionElement>> {
    let targets: Vec<(ObjectType, Uuid)> = rows.iter().map(|row| target(row.kind, row.element)).collect();
    let seen = targets_seen(ctx, &targets)?;
    rows.retain(|row| seen.get(&target(row.kind, row.element)) == Some(&true));
    Ok(rows)
}

/// Adds a collection.
///
/// # Errors
/// `Denied` for a sharing group; `Fields`.
pub fn add(ctx: &mut Ctx<'_, '_>, draft: &CollectionDraft) -> Result<i64> {
    let uuid = match &draft.uuid {
        Given::Absent => ctx.new_uuid()?,
        Given::Invalid => return Err(Error::field("uuid", "Please provide a valid RFC 9562 UUID.")),
        Given::Value(uuid) if entente_store::collection::exists_unscoped(ctx.tx, *uuid)? => {
            return Err(Error::field("uuid", "The UUID provided is not unique."));
        }
        Given::Value(uuid) => *uuid,
    };
    let org = ctx.actor.org_id();
    let blank = Collection {
        id: 0,
        uuid,
        org,
        orgc: org,
        user: ctx.actor.user_id(),
        created: ctx.now(),
        modified: ctx.now(),
        distribution: default_level(ctx),
        sharing_group: SharingGroupId::NONE,
        name: String::new(),
        kind: CollectionKind::Other,
        description: String::new(),
        label: LabelId::NONE,
    };
    let mut collection = applied(ctx, &blank, draft)?;
    if let Given::Value(modified) = draft.modified {
        collection.modified = modified.min(ctx.now());
    }
    collection.id = entente_store::collection::insert(ctx.tx, &collection)?;
    replace_elements(ctx, &collection, draft.elements.as_deref())?;
    note(ctx, "add", &collection, None)?;
    Ok(collection.id)
}

fn default_level(ctx: &Ctx<'_, '_>) -> Distribution {
    ctx.settings
        .number("MISP.default_event_distribution")
        .and_then(Distribution::from_number)
        .unwrap_or(Distribution::Community)
}

/// Changes a collection; what the draft leaves out stays. A draft that names its version must be newer than what
/// is here, and a list of elements is all there are to be, as far as the caller sees them.
///
/// # Errors
/// `NotFound`; `Denied` for another organisation or a sharing group; `Fields`.
pub fn edit(ctx: &mut Ctx<'_, '_>, collection: Option<Ref>, draft: &CollectionDraft) -> Result<i64> {
    let before = own(ctx, collection)?;
    if draft
        .modified
        .as_value()
        .is_some_and(|sent| *sent <= before.modified)
    {
        return Err(Error::field(
            "modified",
            "The collection in the request is not newer than the one that is here.",
        ));
    }
    let mut after = applied(ctx, &before, draft)?;
    after.modified = match draft.modified {
        Given::Value(sent) => sent.min(ctx.now()).max(before.modified),
        _ => ctx.now().max(before.modified),
    };
    entente_store::collection::update(ctx.tx, &after)?;
    replace_elements(ctx, &after, draft.elements.as_deref())?;
    let mut diff = Diff::default();
    diff.field("name", &before.name, &after.name);
    diff.field("type", &before.kind.name(), &after.kind.name());
    diff.field("description", &before.description, &after.description);
    diff.field(
        "distribution",
        &before.distribution.number(),
        &after.distribution.number(),
    );
    diff.field("sharing_group_id", &before.sharing_group, &after.sharing_group);
    note(ctx, "edit", &after, diff.into_text())?;
    Ok(after.id)
}

/// Removes a collection. What is in it stays.
///
/// # Errors
/// `NotFound`; `Denied` for another organisation.
pub fn remove(ctx: &mut Ctx<'_, '_>, collection: Option<Ref>) -> Result<i64> {
    let collection = own(ctx, collection)?;
    entente_store::collection::delete(ctx.tx, collection.id)?;
    note(ctx, "delete", &collection, None)?;
    Ok(collection.id)
}

fn applied(ctx: &mut Ctx<'_, '_>, before: &Collection, draft: &CollectionDraft) -> Result<Collection> {
    let mut errors = FieldErrors::default();
    let mut after = before.clone();
    if let Some(name) = &draft.name {
        name.trim().clone_into(&mut after.name);
    }
    if after.name.is_empty() || after.name.len() > MAX_NAME {
        errors.add("name", format!("A name of 1 to {MAX_NAME} bytes is needed."));
    }
    if let Some(kind) = &draft.kind {
        match CollectionKind::from_name(kind) {
            Some(kind) => after.kind = kind,
            None => {
                let names = CollectionKind::ALL.map(CollectionKind::name).join(", ");
                errors.add("type", format!("Invalid type. Use one of: {names}."));
            }
        }
    }
    if let Some(description) = &draft.description {
        after.description.clone_from(description);
    }
    if after.description.len() > MAX_DESCRIPTION {
        errors.add("description", format!("At most {MAX_DESCRIPTION} bytes."));
    }
    if draft.modified.is_invalid() {
        errors.add("modified", "modified is a date and time.");
    }
    match &draft.distribution {
        Given::Invalid | Given::Value(Distribution::Inherit) => {
            errors.add("distribution", "Invalid distribution: 0 to 4 expected.");
        }
        Given::Value(level) => after.distribution = *level,
        Given::Absent => {}
    }
    errors.into_result()?;
    after.sharing_group = match after.distribution {
        Distribution::SharingGroup if draft.sharing_group.is_some() || after.sharing_group.is_none() => {
            capture::group(ctx, draft.sharing_group.as_ref())?
        }
        Distribution::SharingGroup => after.sharing_group,
        _ => SharingGroupId::NONE,
    };
    let link = ctx.link(after.distribution, after.sharing_group);
    let mut facts = LabelFacts::event(ctx.org_uuid(after.org), ctx.org_uuid(after.orgc), link);
    // There is no draft state of collections.
    facts.published = true;
    after.label = ctx.intern_label(&facts)?;
    Ok(after)
}

/// Makes the visible elements of a collection those that are listed.
fn replace_elements(
    ctx: &mut Ctx<'_, '_>,
    collection: &Collection,
    drafts: Option<&[ElementDraft]>,
) -> Result<()> {
    let Some(drafts) = drafts else { return Ok(()) };
    let wanted = checked(ctx, drafts)?;
    let present = elements(ctx, &[collection.id])?;
    let by_element: HashMap<Uuid, &CollectionElement> =
        present.iter().map(|element| (element.element, element)).collect();
    let named: HashSet<Uuid> = wanted.iter().map(|(element, ..)| *element).collect();
    let gone: Vec<i64> = present
        .iter()
        .filter(|element| !named.contains(&element.element))
        .map(|element| element.id)
        .collect();
    entente_store::collection::delete_elements(ctx.tx, &gone)?;
    for (element, kind, draft) in wanted {
        match by_element.get(&element) {
            Some(known) => {
                let description = draft.description.as_deref().unwrap_or(&known.description);
                if description != known.description {
                    entente_store::collection::describe_element(ctx.tx, known.id, description)?;
                }
            }
            None => {
                insert_element(ctx, collection, element, kind, draft)?;
            }
        }
    }
    Ok(())
}

/// Elements that are named well and that the caller sees, each once.
fn checked<'d>(
    ctx: &mut Ctx<'_, '_>,
    drafts: &'d [ElementDraft],
) -> Result<Vec<(Uuid, ElementKind, &'d ElementDraft)>> {
    if drafts.len() > MAX_ELEMENTS {
        return Err(Error::TooLarge(
            format!("A collection has at most {MAX_ELEMENTS} elements.").into(),
        ));
    }
    let uuids = drafts.iter().filter_map(|draft| draft.element.as_value());
    let targets: Vec<(ObjectType, Uuid)> = uuids
        .flat_map(|uuid| ElementKind::ALL.map(|kind| target(kind, *uuid)))
        .collect();
    let seen = targets_seen(ctx, &targets)?;
    let mut errors = FieldErrors::default();
    let mut known = HashSet::new();
    let mut checked = Vec::with_capacity(drafts.len());
    for draft in drafts {
        if draft
            .description
            .as_ref()
            .is_some_and(|text| text.len() > MAX_DESCRIPTION)
        {
            errors.add("description", format!("At most {MAX_DESCRIPTION} bytes."));
        }
        let Some(uuid) = draft.element.as_value() else {
            errors.add("element_uuid", "Please provide a valid RFC 9562 UUID.");
            continue;
        };
        let kinds: Vec<ElementKind> = match draft.kind.as_deref() {
            None => ElementKind::ALL.to_vec(),
            Some(name) => ElementKind::from_name(name).into_iter().collect(),
        };
        if kinds.is_empty() {
            errors.add("element_type", "Invalid type. Use one of: Event, GalaxyCluster.");
            continue;
        }
        let kind = kinds
            .into_iter()
            .find(|kind| seen.get(&target(*kind, *uuid)) == Some(&true));
        match kind {
            Some(kind) if known.insert(*uuid) => checked.push((*uuid, kind, draft)),
            Some(_) => {}
            None => errors.add("element_uuid", format!("There is no such element: {uuid}.")),
        }
    }
    errors.into_result()?;
    Ok(checked)
}

fn insert_element(
    ctx: &mut Ctx<'_, '_>,
    collection: &Collection,
    element: Uuid,
    kind: ElementKind,
    draft: &ElementDraft,
) -> Result<i64> {
    let uuid = match &draft.uuid {
        Given::Absent => ctx.new_uuid()?,
        Given::Invalid => return Err(Error::field("uuid", "Please provide a valid RFC 9562 UUID.")),
        Given::Value(uuid) => {
            if entente_store::collection::element_unscoped(ctx.tx, Ref::Uuid(*uuid))?.is_some() {
                return Err(Error::field("uuid", "The UUID provided is not unique."));
            }
            *uuid
        }
    };
    let row = CollectionElement {
        id: 0,
        uuid,
        collection: collection.id,
        element,
        kind,
        description: draft.description.clone().unwrap_or_default(),
    };
    Ok(entente_store::collection::insert_element(ctx.tx, &row)?)
}

/// Puts an event or cluster that the caller sees into a collection.
///
/// # Errors
/// `NotFound`; `Denied` for another organisation; `Fields`, also when it is in there.
pub fn add_element(
    ctx: &mut Ctx<'_, '_>,
    collection: Option<Ref>,
    draft: &ElementDraft,
) -> Result<CollectionElement> {
    let collection = own(ctx, collection)?;
    let checked = checked(ctx, std::slice::from_ref(draft))?;
    let Some((element, kind, draft)) = checked.into_iter().next() else {
        return Err(Error::field("element_uuid", "Name an element."));
    };
    let all = entente_store::collection::elements_unscoped(ctx.tx, &[collection.id])?;
    if all.iter().any(|known| known.element == element) {
        return Err(Error::field(
            "element_uuid",
            "The element is in the collection already.",
        ));
    }
    if all.len() >= MAX_ELEMENTS {
        return Err(Error::TooLarge(
            format!("A collection has at most {MAX_ELEMENTS} elements.").into(),
        ));
    }
    let id = insert_element(ctx, &collection, element, kind, draft)?;
    touch(ctx, &collection)?;
    let row = entente_store::collection::element_unscoped(ctx.tx, Ref::Id(id))?;
    row.ok_or_else(|| Error::Damaged(format!("collection element {id} is missing")))
}

/// Takes an element out of its collection.
///
/// # Errors
/// `NotFound` for the element, also when its collection or what it is is hidden; `Denied` for another organisation.
pub fn remove_element(ctx: &mut Ctx<'_, '_>, element: Option<Ref>) -> Result<CollectionElement> {
    let unknown = || Error::not_found(UNKNOWN_ELEMENT);
    let row = match element {
        Some(element) => entente_store::collection::element_unscoped(ctx.tx, element)?,
        None => None,
    };
    let row = row.ok_or_else(unknown)?;
    let scope = ctx.scope();
    let collection = entente_store::collection::find(ctx.tx, &scope, Ref::Id(row.collection))?;
    let collection = collection.ok_or_else(unknown)?;
    let row = retain_seen(ctx, vec![row])?.pop().ok_or_else(unknown)?;
    if !editable(ctx, &collection) {
        return Err(Error::denied("You are not authorised to do that."));
    }
    entente_store::collection::delete_elements(ctx.tx, &[row.id])?;
    touch(ctx, &collection)?;
    Ok(row)
}

/// A change of elements is a new version of the collection.
fn touch(ctx: &mut Ctx<'_, '_>, collection: &Collection) -> Result<()> {
    let after = Collection {
        modified: ctx.now().max(collection.modified),
        ..collection.clone()
    };
    entente_store::collection::update(ctx.tx, &after)?;
    note(ctx, "edit", &after, None)
}

fn note(
    ctx: &mut Ctx<'_, '_>,
    action: &'static str,
    collection: &Collection,
    change: Option<String>,
) -> Result<()> {
    ctx.log(&Entry {
        model: "Collection",
        id: collection.id,
        action,
        title: format!("Collection ({}): {}", collection.id, collection.name),
        change,
        ..Entry::default()
    })?;
    ctx.change(&Change {
        kind: action,
        entity: "collection",
        id: collection.id,
        uuid: Some(collection.uuid),
        event: None,
    })
}
