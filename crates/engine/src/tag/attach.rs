//! Putting tags on events and attributes, and taking them off. spec: 03#6, 03#3.7, 01#12.1
use crate::content::tags::may_attach;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::{Change, Entry};
use crate::tag::edit::{create, may_make, spillage};
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::id::{ElementId, EventId, Ref, TagId};
use entente_model::tag::{Tag, TagInput, TagLink};
use entente_policy::{MarkFinding, Marks};
use entente_store::tag::{LinkKind, Target};
use std::fmt;
use std::sync::Arc;
use uuid::Uuid;

/// The text for a target that is absent or hidden. spec: 03#20
pub const INVALID_TARGET: &str = "Invalid Target.";
/// The text for a tag that does not exist. spec: 03#6
pub const INVALID_TAG: &str = "Invalid Tag.";
/// The text for a caller who may not; clients look at its beginning. spec: 02#7
pub const CANNOT_ALTER: &str = "Cannot alter the tags of this data: that takes the right to change it, or for local \
                                tags an account of the organisation that runs this instance.";

/// What is to be tagged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetChoice {
    /// The event or attribute with a uuid.
    Any(Option<Uuid>),
    /// An event.
    Event(Option<Ref>),
    /// An attribute.
    Attribute(Option<Ref>),
}

/// Which tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagChoice {
    /// By local id.
    Id(i64),
    /// By name; one of digits only is taken for an id first.
    Name(String),
    /// Every tag of a collection that the caller may attach.
    Collection(i64),
}

/// Tags to attach.
#[derive(Debug, Clone)]
pub struct Attach {
    /// To what.
    pub target: TargetChoice,
    /// Which.
    pub tags: Vec<TagChoice>,
    /// They stay on this instance.
    pub local: bool,
    /// How they relate.
    pub relationship: Option<String>,
    /// Only tags that exist, and only within the exclusivity of their taxonomies: for calls made while
    /// a person looks on. Other calls make missing tags, and exclusivity is a warning later. spec: 07#2.3
    pub strict: bool,
}

/// Where a tag has gone or was; shown as `Event(5)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// An event.
    Event(EventId),
    /// An attribute.
    Attribute(ElementId),
}

impl Place {
    /// The kind as the log and messages call it.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            Self::Event(_) => "Event",
            Self::Attribute(_) => "Attribute",
        }
    }
    /// The local id.
    #[must_use]
    pub fn id(self) -> i64 {
        match self {
            Self::Event(id) => id.0,
            Self::Attribute(id) => id.0,
        }
    }
    fn target(self) -> Target {
        match self {
            Self::Event(id) => Target::Event(id),
            Self::Attribute(id) => Target::Attribute(id),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.kind(), self.id())
    }
}

/// What became of one tag.
#[derive(Debug, Clone)]
pub enum AttachedTag {
    /// It is attached now.
    New(Arc<Tag>),
    /// It was attached before, maybe the other way round (local or global).
    Already(Arc<Tag>),
    /// It was not attached, for this reason.
    Refused(String),
}

/// What became of all of them.
#[derive(Debug, Clone)]
pub struct Attached {
    /// The target.
    pub place: Place,
    /// Each tag, in the order asked for.
    pub tags: Vec<AttachedTag>,
    /// What is odd about the new ones, such as look-alike letters. spec: 11#BI-O20
    pub findings: Vec<MarkFinding>,
}

/// A tag taken off.
#[derive(Debug, Clone)]
pub struct Detached {
    /// From what.
    pub place: Place,
    /// Which.
    pub tag: Arc<Tag>,
    /// It was a local one.
    pub local: bool,
}

/// A target that the caller sees.
struct Work {
    event: Event,
    attribute: Option<Attribute>,
}

impl Work {
    fn find(ctx: &mut Ctx<'_, '_>, choice: TargetChoice) -> Result<Self> {
        let (event, attribute) = match choice {
            TargetChoice::Any(uuid) => (uuid.map(Ref::Uuid), uuid.map(Ref::Uuid)),
            TargetChoice::Event(event) => (event, None),
            TargetChoice::Attribute(attribute) => (None, attribute),
        };
        if let Some(event) = event
            && let Some(event) = ctx.current(
                |tx, scope| entente_store::event::find(tx, scope, event),
                |event| event.id,
            )?
        {
            return Ok(Self {
                event,
                attribute: None,
            });
        }
        match crate::attribute::visible(ctx, attribute) {
            Ok((attribute, event)) => Ok(Self {
                event,
                attribute: Some(attribute),
            }),
            Err(Error::NotFound(_)) => Err(Error::not_found(INVALID_TARGET)),
            Err(other) => Err(other),
        }
    }

    fn place(&self) -> Place {
        match &self.attribute {
            Some(attribute) => Place::Attribute(attribute.id),
            None => Place::Event(self.event.id),
        }
    }

    fn check(&self, ctx: &Ctx<'_, '_>, local: bool) -> Result<()> {
        if ctx.can_tag(&self.event, local) {
            Ok(())
        } else {
            Err(Error::denied(CANNOT_ALTER))
        }
    }

    /// Stores what follows from changed links: labels, and for global tags new versions and the end of
    /// publication.
    fn settle(mut self, ctx: &mut Ctx<'_, '_>, global: bool) -> Result<()> {
        let now = ctx.now();
        if global {
            self.event.timestamp = now.max(self.event.timestamp);
            self.event.published = false;
        }
        // Before the attribute: relabelling the event may move the labels of what is in it.
        if global || self.attribute.is_none() {
            ctx.relabel(&mut self.event)?;
            entente_store::event::update(ctx.tx, &self.event)?;
        }
        let Some(before) = self.attribute else {
            return Ok(());
        };
        let mut after = before.clone();
        after.label = ctx.attribute_label(&self.event, &before)?;
        if global {
            after.timestamp = now.max(before.timestamp);
        }
        let poster = ctx.poster();
        entente_store::attribute::update(ctx.tx, poster, &before, &after)?;
        Ok(())
    }

    fn note(&self, ctx: &mut Ctx<'_, '_>, what: &str, odd: Option<&str>) -> Result<()> {
        let place = self.place();
        ctx.log(&Entry {
            model: place.kind(),
            id: place.id(),
            action: "tag",
            title: format!("{what} {place}"),
            change: None,
            description: odd,
        })?;
        let (entity, uuid) = match &self.attribute {
            Some(attribute) => ("attribute", attribute.uuid),
            None => ("event", self.event.uuid),
        };
        ctx.change(&Change {
            kind: "edit",
            entity,
            id: place.id(),
            uuid: Some(uuid),
            event: Some(self.event.id),
        })
    }
}

fn scope_word(local: bool) -> &'static str {
    if local { "Local" } else { "Global" }
}

/// Attaches tags. What the caller may not attach is left out with the reason; a global tag gives its
/// target a new version and takes publication back, a local one does neither.
///
/// # Errors
/// `NotFound` for the target, `Denied` without the right to tag it; of the database.
pub fn attach(ctx: &mut Ctx<'_, '_>, request: &Attach) -> Result<Attached> {
    let work = Work::find(ctx, request.target)?;
    work.check(ctx, request.local)?;
    let place = work.place();
    let links = entente_store::tag::links_unscoped(ctx.tx, place.target())?;
    let mut present = Present::of(ctx, &links, request.local)?;
    let choices = expanded(ctx, &request.tags, request.local)?;
    let mut tags = Vec::with_capacity(choices.len());
    let mut findings = Vec::new();
    let mut changed = false;
    for choice in &choices {
        let attached = attach_one(ctx, request, place, &mut present, choice)?;
        if let AttachedTag::New(tag) = &attached {
            changed = true;
            let what = format!(
                "{} tag {} ({}) attached to",
                scope_word(request.local),
                tag.name,
                tag.id
            );
            let odd = Marks::from_tags([tag.name.as_str()]).1;
            work.note(ctx, &what, odd.first().map(|finding| finding.kind.code()))?;
            findings.extend(odd);
        }
        tags.push(attached);
    }
    if changed {
        work.settle(ctx, !request.local)?;
    }
    Ok(Attached {
        place,
        tags,
        findings,
    })
}

/// The tags chosen, those of collections one by one.
fn expanded(ctx: &mut Ctx<'_, '_>, choices: &[TagChoice], local: bool) -> Result<Vec<TagChoice>> {
    let mut expanded = Vec::with_capacity(choices.len());
    for choice in choices {
        match choice {
            TagChoice::Collection(id) => expanded.extend(super::collection::usable(ctx, *id, local)?),
            one => expanded.push(one.clone()),
        }
    }
    Ok(expanded)
}

/// Tags on the target: all by id, and the names of those that are local or global like the new ones.
struct Present {
    ids: Vec<TagId>,
    names: Vec<String>,
}

impl Present {
    fn of(ctx: &mut Ctx<'_, '_>, links: &[TagLink], local: bool) -> Result<Self> {
        let alike: Vec<TagId> = links
            .iter()
            .filter(|link| link.local == local)
            .map(|link| link.tag)
            .collect();
        let names = crate::tag::names_of(ctx, &alike)?;
        Ok(Self {
            ids: links.iter().map(|link| link.tag).collect(),
            names,
        })
    }
}

fn attach_one(
    ctx: &mut Ctx<'_, '_>,
    request: &Attach,
    place: Place,
    present: &mut Present,
    choice: &TagChoice,
) -> Result<AttachedTag> {
    let tag = match find(ctx, choice)? {
        Some(tag) => tag,
        None => match make(ctx, request, choice)? {
            Ok(tag) => tag,
            Err(reason) => return Ok(AttachedTag::Refused(reason)),
        },
    };
    if present.ids.contains(&tag.id) {
        return Ok(AttachedTag::Already(tag));
    }
    match may_attach(ctx, &tag, request.local) {
        Ok(()) => {}
        Err(Error::Denied(reason)) => return Ok(AttachedTag::Refused(reason.into_owned())),
        Err(other) => return Err(other),
    }
    if let Some(problem) = spillage(&tag.name) {
        return Ok(AttachedTag::Refused(format!("{INVALID_TAG} {problem}")));
    }
    if request.strict && crate::taxonomy::conflict(ctx, &present.names, &tag.name)?.is_some() {
        return Ok(AttachedTag::Refused(
            "Tag is not allowed due to taxonomy exclusivity settings".to_owned(),
        ));
    }
    let relationship = request.relationship.as_deref().filter(|text| !text.is_empty());
    entente_store::tag::attach(ctx.tx, place.target(), tag.id, request.local, relationship)?;
    present.ids.push(tag.id);
    present.names.push(tag.name.clone());
    Ok(AttachedTag::New(tag))
}

pub(super) fn find(ctx: &mut Ctx<'_, '_>, choice: &TagChoice) -> Result<Option<Arc<Tag>>> {
    match choice {
        TagChoice::Collection(_) => Ok(None),
        TagChoice::Id(id) => crate::tag::by_id(ctx, TagId(*id)),
        TagChoice::Name(name) => {
            if let Some(id) = number(name)
                && let Some(tag) = crate::tag::by_id(ctx, TagId(id))?
            {
                return Ok(Some(tag));
            }
            crate::tag::by_name(ctx, name)
        }
    }
}

/// The id that a text of digits is.
fn number(text: &str) -> Option<i64> {
    let text = text.trim();
    text.bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| text.parse().ok())
        .flatten()
}

/// Makes the missing tag, or says why not.
fn make(
    ctx: &mut Ctx<'_, '_>,
    request: &Attach,
    choice: &TagChoice,
) -> Result<std::result::Result<Arc<Tag>, String>> {
    let TagChoice::Name(name) = choice else {
        return Ok(Err(INVALID_TAG.to_owned()));
    };
    if request.strict || number(name).is_some() {
        return Ok(Err(INVALID_TAG.to_owned()));
    }
    if !may_make(ctx) {
        return Ok(Err(format!(
            "{INVALID_TAG} It does not exist, and you may not make tags."
        )));
    }
    match create(
        ctx,
        &TagInput {
            name: Some(name.clone()),
            ..TagInput::default()
        },
    ) {
        Ok(tag) => Ok(Ok(Arc::new(tag))),
        Err(Error::Fields(errors)) => {
            let reasons: Vec<String> = errors.0.into_values().flatten().collect();
            Ok(Err(format!("{INVALID_TAG} {}", reasons.join(" "))))
        }
        Err(other) => Err(other),
    }
}

/// Takes a tag off; `None` when it is not on the target.
///
/// # Errors
/// `NotFound` for the target; `Invalid` for a tag that does not exist; `Denied` without the right to
/// change tags of this kind; of the database.
pub fn detach(ctx: &mut Ctx<'_, '_>, target: TargetChoice, choice: &TagChoice) -> Result<Option<Detached>> {
    let work = Work::find(ctx, target)?;
    let tag = find(ctx, choice)?.ok_or_else(|| Error::invalid(INVALID_TAG))?;
    let place = work.place();
    let links = entente_store::tag::links_unscoped(ctx.tx, place.target())?;
    let Some(link) = links.into_iter().find(|link| link.tag == tag.id) else {
        work.check(ctx, true)?;
        return Ok(None);
    };
    work.check(ctx, link.local)?;
    entente_store::tag::detach(ctx.tx, place.target(), tag.id)?;
    let what = format!(
        "{} tag {} ({}) removed from",
        scope_word(link.local),
        tag.name,
        tag.id
    );
    work.note(ctx, &what, None)?;
    work.settle(ctx, !link.local)?;
    Ok(Some(Detached {
        place,
        tag,
        local: link.local,
    }))
}

/// Sets how a tag relates to what it is on.
///
/// # Errors
/// `NotFound` for the link or its target; `Denied` without the right to change it; of the database.
pub fn relate(ctx: &mut Ctx<'_, '_>, kind: LinkKind, link: i64, relationship: Option<&str>) -> Result<Place> {
    let missing = || Error::not_found(INVALID_TARGET);
    let link = entente_store::tag::link_unscoped(ctx.tx, kind, link)?.ok_or_else(missing)?;
    let target = Some(Ref::Id(link.target));
    let work = Work::find(
        ctx,
        match kind {
            LinkKind::Event => TargetChoice::Event(target),
            LinkKind::Attribute => TargetChoice::Attribute(target),
        },
    )?;
    work.check(ctx, link.local)?;
    entente_store::tag::set_relationship(
        ctx.tx,
        kind,
        link.id,
        relationship.filter(|text| !text.is_empty()),
    )?;
    let place = work.place();
    work.note(ctx, &format!("Relationship of tag {} changed on", link.tag), None)?;
    work.settle(ctx, !link.local)?;
    Ok(place)
}
