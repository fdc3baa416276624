//! Writing prepared attributes and objects into an event, in bulk. spec: 01#9, 03#3.3
use crate::app::App;
use crate::content::capture;
use crate::content::dropped::Dropped;
use crate::content::label::Said;
use crate::content::prepare::{File, PreparedAttribute, PreparedObject};
use crate::content::tags::{ResolvedTag, TagResolver};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use entente_model::draft::ReferenceDraft;
use entente_model::event::Event;
use entente_model::id::{ElementId, LabelId, Ref, TagId};
use entente_model::level::Distribution;
use entente_model::object::Reference;
use entente_policy::{LabelFacts, Link, OwnRestriction};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use uuid::Uuid;

/// Most attributes in one event. spec: 11#SR-IN-1
pub const MAX_ATTRIBUTES: usize = 500_000;

/// Prepared content of one write.
#[derive(Debug, Default)]
pub struct Content {
    /// Attributes outside objects.
    pub attributes: Vec<PreparedAttribute>,
    /// Objects with their members.
    pub objects: Vec<PreparedObject>,
}

impl Content {
    /// All attributes, members included.
    pub fn each_attribute_mut(&mut self) -> impl Iterator<Item = &mut PreparedAttribute> {
        self.attributes.iter_mut().chain(
            self.objects
                .iter_mut()
                .flat_map(|object| object.attributes.iter_mut()),
        )
    }

    /// Keeps the files in the blob store, before the transaction that refers to them, and draws the
    /// uuids that were not given.
    ///
    /// # Errors
    /// Of the file system, or without randomness.
    pub fn settle(&mut self, app: &App) -> Result<()> {
        for attribute in self.each_attribute_mut() {
            attribute.keep_file(app)?;
            if attribute.row.uuid.is_nil() {
                attribute.row.uuid = crate::sources::new_uuid(app.random())?;
            }
        }
        for object in self.objects.iter_mut().filter(|object| object.row.uuid.is_nil()) {
            object.row.uuid = crate::sources::new_uuid(app.random())?;
        }
        Ok(())
    }
}

/// What happened to the elements of a write.
#[derive(Debug, Default)]
pub struct Inserted {
    /// Attributes stored.
    pub attributes: usize,
    /// Objects stored.
    pub objects: usize,
    /// Elements left out, each with the reason.
    pub dropped: Dropped,
}

/// Writes content into an event whose row is stored or about to be. Elements whose uuid is taken, whose
/// group may not be used, or that repeat another one of the same body are left out and named. The
/// caller stores the event afterwards, since its counters have changed.
///
/// # Errors
/// `TooLarge` beyond the limits; of the database.
pub fn into_event(ctx: &mut Ctx<'_, '_>, event: &mut Event, content: &mut Content) -> Result<Inserted> {
    let mut work = Work::new(ctx, event)?;
    work.check_size(content)?;
    work.drop_taken(content)?;
    work.drop_repeated(content);
    work.number_and_label(content)?;
    work.store(content)?;
    Ok(work.done)
}

/// Adds members to an object that is stored already.
///
/// # Errors
/// `Fields` when a uuid is taken; of the database.
pub fn members(ctx: &mut Ctx<'_, '_>, event: &mut Event, object: PreparedObject) -> Result<Inserted> {
    let link = ctx.link(object.row.distribution, object.row.sharing_group);
    let mut content = Content {
        attributes: Vec::new(),
        objects: vec![object],
    };
    let mut work = Work::new(ctx, event)?;
    work.check_size(&content)?;
    work.drop_taken(&mut content)?;
    let mut members = Vec::new();
    for object in content.objects {
        for mut attribute in object.attributes {
            attribute.row.object = object.row.id;
            if work.place(&mut attribute, Some(link))? {
                members.push(attribute);
            }
        }
    }
    work.store(&Content {
        attributes: members,
        objects: Vec::new(),
    })?;
    if let Some(why) = work.done.dropped.first() {
        return Err(Error::field("uuid", why));
    }
    Ok(work.done)
}

struct Work<'w, 'a, 'tx> {
    ctx: &'w mut Ctx<'a, 'tx>,
    event: &'w mut Event,
    facts: Arc<LabelFacts>,
    resolver: TagResolver,
    said: HashMap<Vec<TagId>, Said>,
    labels: HashMap<(Option<Link>, Link, Said), Option<LabelId>>,
    links: Vec<(ElementId, TagId, bool, Option<String>)>,
    quarantined: usize,
    done: Inserted,
}

impl<'w, 'a, 'tx> Work<'w, 'a, 'tx> {
    fn new(ctx: &'w mut Ctx<'a, 'tx>, event: &'w mut Event) -> Result<Self> {
        let facts = ctx.label_facts(event.label)?;
        Ok(Self {
            ctx,
            event,
            facts,
            resolver: TagResolver::default(),
            said: HashMap::new(),
            labels: HashMap::new(),
            links: Vec::new(),
            quarantined: 0,
            done: Inserted::default(),
        })
    }

    fn check_size(&self, content: &Content) -> Result<()> {
        let members: usize = content.objects.iter().map(|object| object.attributes.len()).sum();
        let there = usize::try_from(self.event.attribute_count).unwrap_or(usize::MAX);
        if content
            .attributes
            .len()
            .saturating_add(members)
            .saturating_add(there)
            > MAX_ATTRIBUTES
        {
            return Err(Error::TooLarge(
                format!("An event holds at most {MAX_ATTRIBUTES} attributes; split it, for example with extends_uuid.")
                    .into(),
            ));
        }
        Ok(())
    }

    /// Leaves out elements whose uuid exists already, here or twice in the body.
    fn drop_taken(&mut self, content: &mut Content) -> Result<()> {
        let given: Vec<Uuid> = content
            .each_attribute_mut()
            .filter(|a| a.uuid_given)
            .map(|a| a.row.uuid)
            .collect();
        let stripes = |uuids: &[Uuid]| {
            let mut stripes: Vec<i32> = uuids
                .iter()
                .map(|uuid| i32::from(uuid.as_bytes()[0] & 63))
                .collect();
            stripes.sort_unstable();
            stripes.dedup();
            stripes
        };
        self.ctx.tx.lock_stripes(1, &stripes(&given))?;
        let mut taken: HashSet<Uuid> = entente_store::attribute::by_uuids_unscoped(self.ctx.tx, &given)?
            .into_iter()
            .map(|a| a.uuid)
            .collect();
        let mut free =
            |attribute: &PreparedAttribute| !attribute.uuid_given || taken.insert(attribute.row.uuid);
        let dropped = &mut self.done.dropped;
        let mut keep = |attribute: &PreparedAttribute| {
            let keep = free(attribute);
            if !keep {
                dropped.add(|| format!("attribute {}: the uuid exists already", attribute.row.uuid));
            }
            keep
        };
        content.attributes.retain(&mut keep);
        for object in &mut content.objects {
            object.attributes.retain(&mut keep);
        }
        let given: Vec<Uuid> = content
            .objects
            .iter()
            .filter(|o| o.uuid_given)
            .map(|o| o.row.uuid)
            .collect();
        self.ctx.tx.lock_stripes(2, &stripes(&given))?;
        let mut taken: HashSet<Uuid> = entente_store::object::by_uuids_unscoped(self.ctx.tx, &given)?
            .into_iter()
            .map(|o| o.uuid)
            .collect();
        content.objects.retain(|object| {
            let free = !object.uuid_given || taken.insert(object.row.uuid);
            let keep = free && !object.attributes.is_empty();
            if !keep {
                let why = if free {
                    "no attribute is left"
                } else {
                    "the uuid exists already"
                };
                self.done
                    .dropped
                    .add(|| format!("object {}: {why}", object.row.uuid));
            }
            keep
        });
        Ok(())
    }

    /// Of equal attributes outside objects only the first is stored. spec: 03#3.3.6
    fn drop_repeated(&mut self, content: &mut Content) {
        let mut seen: HashSet<(u16, u8, i64, i64)> = HashSet::with_capacity(content.attributes.len());
        let hasher = self.ctx.app.hasher();
        let dropped = &mut self.done.dropped;
        content.attributes.retain(|attribute| {
            let row = &attribute.row;
            let second = row.value2.as_deref().map_or(0, |half| hasher.hash(half));
            let keep = row.deleted || seen.insert((row.kind, row.category, hasher.hash(&row.value1), second));
            if !keep {
                dropped.add(|| format!("attribute {}: repeats another one of this body", row.uuid));
            }
            keep
        });
    }

    /// Numbers and labels in place: a second list of half a million attributes would double the memory.
    fn number_and_label(&mut self, content: &mut Content) -> Result<()> {
        retain(&mut content.attributes, |attribute| self.place(attribute, None))?;
        retain(&mut content.objects, |object| self.place_object(object))
    }

    fn place_object(&mut self, object: &mut PreparedObject) -> Result<bool> {
        if object.row.distribution == Distribution::SharingGroup {
            let name = ("object", object.row.uuid);
            let dropped = &mut self.done.dropped;
            let Some(link) = capture::group_link(self.ctx, object.group.as_ref(), name, dropped)? else {
                return Ok(false);
            };
            (object.row.distribution, object.row.sharing_group) = link;
        }
        object.row.id = self.next_id()?;
        let link = self.ctx.link(object.row.distribution, object.row.sharing_group);
        object.row.label = self.label(None, link, Said::default())?;
        let id = object.row.id;
        retain(&mut object.attributes, |attribute| {
            attribute.row.object = id;
            self.place(attribute, Some(link))
        })?;
        Ok(!object.attributes.is_empty())
    }

    fn place(&mut self, attribute: &mut PreparedAttribute, object: Option<Link>) -> Result<bool> {
        if attribute.row.distribution == Distribution::SharingGroup {
            let name = ("attribute", attribute.row.uuid);
            let dropped = &mut self.done.dropped;
            let Some(link) = capture::group_link(self.ctx, attribute.group.as_deref(), name, dropped)? else {
                return Ok(false);
            };
            (attribute.row.distribution, attribute.row.sharing_group) = link;
        }
        attribute.row.id = self.next_id()?;
        let drafts = attribute
            .extra
            .as_deref()
            .map(|extra| extra.tags.as_slice())
            .unwrap_or_default();
        let tags = self.resolver.attachable(self.ctx, drafts)?;
        let said = self.said(&tags)?;
        self.quarantined += usize::from(said.state.quarantined);
        let link = self
            .ctx
            .link(attribute.row.distribution, attribute.row.sharing_group);
        attribute.row.label = self.label(object, link, said)?;
        let id = attribute.row.id;
        self.links.extend(
            tags.into_iter()
                .map(|tag| (id, tag.id, tag.local, tag.relationship_type)),
        );
        Ok(true)
    }

    fn said(&mut self, tags: &[ResolvedTag]) -> Result<Said> {
        if tags.is_empty() {
            return Ok(Said::default());
        }
        let ids: Vec<TagId> = tags.iter().map(|tag| tag.id).collect();
        if let Some(known) = self.said.get(&ids) {
            return Ok(known.clone());
        }
        let said = self.ctx.said_by(&ids)?;
        self.said.insert(ids, said.clone());
        Ok(said)
    }

    fn label(&mut self, object: Option<Link>, link: Link, said: Said) -> Result<Option<LabelId>> {
        let key = (object, link, said);
        if let Some(known) = self.labels.get(&key) {
            return Ok(*known);
        }
        let outer = object.map(|link| OwnRestriction {
            link,
            ..OwnRestriction::default()
        });
        let own = key.2.clone().with(link);
        let label = self
            .ctx
            .own_label(self.event, &self.facts, outer.as_ref(), &own)?;
        self.labels.insert(key, label);
        Ok(label)
    }

    fn next_id(&mut self) -> Result<ElementId> {
        let id = ElementId::new(self.event.id, self.event.next_seq)
            .ok_or_else(|| Error::TooLarge("This event has used up its element numbers.".into()))?;
        self.event.next_seq += 1;
        Ok(id)
    }

    fn store(&mut self, content: &Content) -> Result<()> {
        entente_store::object::insert(self.ctx.tx, content.objects.iter().map(|object| &object.row))?;
        let members = content.objects.iter().flat_map(|object| object.attributes.iter());
        let rows = content
            .attributes
            .iter()
            .chain(members.clone())
            .map(|attribute| &attribute.row);
        let poster = self.ctx.poster();
        entente_store::attribute::insert(self.ctx.tx, poster, rows)?;
        entente_store::tag::attach_many(self.ctx.tx, &self.links)?;
        let mut live = 0;
        for attribute in content.attributes.iter().chain(members) {
            self.done.attributes += 1;
            live += i64::from(!attribute.row.deleted);
            if let Some(File::Kept { digest, size }) = attribute.file.as_deref() {
                entente_store::attachment::put(self.ctx.tx, attribute.row.id, digest, *size)?;
            }
        }
        if self.quarantined > 0 {
            let what = format!("{} attributes", self.quarantined);
            self.ctx.note_quarantine(self.event, &what)?;
        }
        self.done.objects = content.objects.len();
        self.event.attribute_count += live;
        self.store_references(content)
    }

    fn store_references(&mut self, content: &Content) -> Result<()> {
        if content.objects.iter().all(|object| object.references.is_empty()) {
            return Ok(());
        }
        let mut here: HashMap<Uuid, (ElementId, bool)> = HashMap::new();
        for object in &content.objects {
            here.insert(object.row.uuid, (object.row.id, true));
            here.extend(object.attributes.iter().map(|a| (a.row.uuid, (a.row.id, false))));
        }
        here.extend(content.attributes.iter().map(|a| (a.row.uuid, (a.row.id, false))));
        for object in &content.objects {
            for draft in &object.references {
                let target = draft.referenced_uuid.and_then(|uuid| here.get(&uuid).copied());
                capture_reference(
                    self.ctx,
                    self.event,
                    (object.row.id, object.row.uuid),
                    draft,
                    target,
                )?;
            }
        }
        Ok(())
    }
}

/// Keeps the elements for which `f` says so; the first error ends it.
fn retain<T>(list: &mut Vec<T>, mut f: impl FnMut(&mut T) -> Result<bool>) -> Result<()> {
    let mut outcome = Ok(());
    list.retain_mut(|element| match &outcome {
        Err(_) => true,
        Ok(()) => f(element).unwrap_or_else(|error| {
            outcome = Err(error);
            true
        }),
    });
    outcome
}

/// Stores a reference that a body embeds, once; its target need not be here. spec: 01#7.4
///
/// # Errors
/// Of the database.
pub fn capture_reference(
    ctx: &mut Ctx<'_, '_>,
    event: &mut Event,
    source: (ElementId, Uuid),
    draft: &ReferenceDraft,
    target: Option<(ElementId, bool)>,
) -> Result<()> {
    let Some(referenced_uuid) = draft.referenced_uuid else {
        return Ok(());
    };
    let relationship = draft.relationship_type.clone().unwrap_or_default();
    if entente_store::reference::exists_unscoped(ctx.tx, source.0, referenced_uuid, &relationship)? {
        return Ok(());
    }
    let target = match target {
        Some(target) => Some(target),
        None => find_target(ctx, event, referenced_uuid)?,
    };
    let uuid = match draft.uuid.as_value() {
        Some(uuid) if entente_store::reference::find_unscoped(ctx.tx, Ref::Uuid(*uuid))?.is_none() => *uuid,
        _ => ctx.new_uuid()?,
    };
    let id = ElementId::new(event.id, event.next_seq)
        .ok_or_else(|| Error::TooLarge("This event has used up its element numbers.".into()))?;
    event.next_seq += 1;
    entente_store::reference::insert(
        ctx.tx,
        &Reference {
            id,
            uuid,
            timestamp: draft.timestamp.clone().or(ctx.now()),
            object: source.0,
            source_uuid: source.1,
            referenced_uuid,
            referenced: target.map_or(ElementId::NONE, |(id, _)| id),
            to_object: target.is_some_and(|(_, to_object)| to_object),
            relationship_type: relationship,
            comment: draft.comment.clone().unwrap_or_default(),
            deleted: draft.deleted.clone().or(false),
        },
    )?;
    Ok(())
}

/// The element of this event, or of the event it extends, with a uuid; with whether it is an object.
///
/// # Errors
/// Of the database.
pub fn find_target(ctx: &mut Ctx<'_, '_>, event: &Event, uuid: Uuid) -> Result<Option<(ElementId, bool)>> {
    let extended = match event.extends {
        Some(extended) => entente_store::event::id_by_uuid_unscoped(ctx.tx, extended)?,
        None => None,
    };
    let scope = ctx.scope();
    let near = |id: ElementId| id.event() == event.id || Some(id.event()) == extended;
    if let Some((object, _)) = entente_store::object::find(ctx.tx, &scope, Ref::Uuid(uuid))? {
        return Ok(near(object.id).then_some((object.id, true)));
    }
    let attribute = entente_store::attribute::find(ctx.tx, &scope, Ref::Uuid(uuid))?;
    Ok(attribute
        .map(|(attribute, _)| attribute.id)
        .filter(|id| near(*id))
        .map(|id| (id, false)))
}
