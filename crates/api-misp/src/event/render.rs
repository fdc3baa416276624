//! An event as MISP JSON, rendered piece by piece into a spool. spec: 01#8.1
//!
//! Everything shown comes from `engine::event::view`, that is, through the caller's scope. Names that
//! repeat (organisations, tags, groups, galaxies) are rendered once per event.
mod lists;

pub use lists::{rendered_references, rendered_sightings};

use super::options::Shown;
use crate::warnings::Warnings;
use entente_engine::correlation::{Links, RelatedEvents};
use entente_engine::decay::score::Score;
use entente_engine::event::view::{self, AttributeItem, Head, ObjectItem, TagOnItem};
use entente_engine::{Ctx, Result, value_rule};
use entente_http::Spool;
use entente_http::spool::Spooled;
use entente_misp::write::{
    self, AttributeParts, AttributeShape, EventView, JsonWriter, ObjectParts, OrgView, ProposalShape,
    ProposalView, TagForm,
};
use entente_model::analyst::Annotated;
use entente_model::event::Event;
use entente_model::id::{ElementId, OrgId, Ref, SharingGroupId};
use entente_model::organisation::Organisation;
use entente_model::proposal::Proposal;
use entente_model::sharing_group::SharingGroup;
use std::collections::HashMap;
use std::sync::Arc;

/// One event in its envelope: `{"Event":{…}}`.
///
/// # Errors
/// `NotFound`; of the database or the spool.
pub fn one(ctx: &mut Ctx<'_, '_>, event: Option<Ref>, shown: &Shown) -> Result<Spooled> {
    let event = ctx.visible_event(event, "Invalid event")?;
    let mut spool = Spool::default();
    enveloped(ctx, event, shown, &mut spool)?;
    Ok(spool.finish()?)
}

/// Renders an event that was read through the caller's scope, in its envelope.
///
/// # Errors
/// Of the database or the spool.
pub fn enveloped(ctx: &mut Ctx<'_, '_>, event: Event, shown: &Shown, spool: &mut Spool) -> Result<()> {
    opened(ctx, event, shown, spool)?;
    spool.buffer().push(b'}');
    spool.settle()?;
    Ok(())
}

/// As [`enveloped`], with the envelope still open for more.
///
/// # Errors
/// Of the database or the spool.
pub fn opened(ctx: &mut Ctx<'_, '_>, event: Event, shown: &Shown, spool: &mut Spool) -> Result<()> {
    spool.buffer().extend_from_slice(b"{\"Event\":");
    let galaxies = crate::galaxies::Galaxies::default();
    let lists = if shown.warninglist_hits || shown.enforce_warninglist {
        Warnings::of(ctx)?
    } else {
        None
    };
    let mut renderer = Renderer {
        shown,
        groups: HashMap::new(),
        galaxies,
        lists,
        related: None,
    };
    renderer.event(ctx, event, spool)
}

struct Renderer<'s> {
    shown: &'s Shown,
    groups: HashMap<SharingGroupId, Vec<u8>>,
    galaxies: crate::galaxies::Galaxies,
    /// Warninglists, where they matter.
    lists: Option<Warnings>,
    /// Events that share a value with the attributes rendered so far.
    related: Option<RelatedEvents>,
}

/// An organisation as shown; one that is gone keeps its id.
#[must_use]
pub fn org_view(org: Option<&Arc<Organisation>>, id: OrgId) -> OrgView<'_> {
    match org {
        Some(org) => OrgView {
            id: org.id,
            name: &org.name,
            uuid: org.uuid,
            local: org.local,
        },
        None => OrgView {
            id,
            name: "",
            uuid: uuid::Uuid::nil(),
            local: false,
        },
    }
}

/// Tags as the writer wants them.
#[must_use]
pub fn tag_views(tags: &[TagOnItem]) -> Vec<write::TagOnItem<'_>> {
    tags.iter()
        .map(|item| write::TagOnItem {
            tag: &item.tag,
            local: item.link.local,
            relationship_type: item.link.relationship_type.as_deref(),
            inherited: false,
        })
        .collect()
}

impl Renderer<'_> {
    fn event(&mut self, ctx: &mut Ctx<'_, '_>, event: Event, spool: &mut Spool) -> Result<()> {
        let head = view::head_of(ctx, event, self.shown.read.clone())?;
        let extending = if self.shown.extended || self.shown.extension_list {
            view::extending(ctx, &head.event)?
        } else {
            Vec::new()
        };
        let group = self.group(ctx, head.group.as_ref());
        let header = EventView {
            event: &head.event,
            org: org_view(head.org.as_ref(), head.event.org),
            orgc: org_view(head.orgc.as_ref(), head.event.orgc),
            sharing_group: group.as_deref(),
            creator_email: head.creator_email.as_deref(),
        };
        write::event_header(spool.buffer(), &header);
        let mut heads = vec![head];
        if self.shown.extended {
            for event in &extending {
                heads.push(view::head_of(ctx, event.clone(), self.shown.read.clone())?);
            }
        }
        if self.shown.related_events || self.shown.granular {
            self.related = Some(RelatedEvents::of(ctx, heads.iter().map(|head| &head.event))?);
        }
        self.event_galaxies(ctx, &heads, spool)?;
        if !self.shown.metadata {
            self.attributes(ctx, &heads, spool)?;
            self.proposals(ctx, &heads, spool);
            if !self.shown.flatten {
                self.objects(ctx, &heads, spool)?;
            }
            Self::reports(ctx, &heads, spool)?;
        } else if let Some(related) = &mut self.related {
            super::related::collect(ctx, &heads, related)?;
        }
        self.related_events(ctx, spool)?;
        JsonWriter::resume(spool.buffer())
            .key("CryptographicKey")
            .raw(b"[]");
        event_tags(&heads, spool);
        if let Some(scores) = heads.first().and_then(|head| self.scores(ctx, &head.scores)) {
            JsonWriter::resume(spool.buffer())
                .key("event_scores")
                .raw(&scores);
        }
        if !self.shown.metadata
            && let Some(head) = heads.first()
        {
            for (key, json) in annotations(ctx, &head.analyst) {
                JsonWriter::resume(spool.buffer()).key(key).raw(&json);
            }
        }
        self.extensions(ctx, &extending, spool);
        JsonWriter::resume(spool.buffer()).end_map();
        Ok(())
    }

    /// `SharingGroup` of something, rendered once.
    fn group(&mut self, ctx: &Ctx<'_, '_>, group: Option<&Arc<SharingGroup>>) -> Option<Vec<u8>> {
        let group = group.filter(|_| !self.shown.group_reference_only)?;
        let rendered = self
            .groups
            .entry(group.id)
            .or_insert_with(|| super::group::rendered(ctx, group));
        Some(rendered.clone())
    }

    fn event_galaxies(&mut self, ctx: &mut Ctx<'_, '_>, heads: &[Head], spool: &mut Spool) -> Result<()> {
        if self.shown.exclude_galaxy {
            return Ok(());
        }
        let tags: Vec<&TagOnItem> = heads.iter().flat_map(|head| &head.tags).collect();
        let rendered = self.galaxies.of_event(ctx, &tags)?;
        JsonWriter::resume(spool.buffer()).key("Galaxy").raw(&rendered);
        Ok(())
    }

    fn attributes(&mut self, ctx: &mut Ctx<'_, '_>, heads: &[Head], spool: &mut Spool) -> Result<()> {
        JsonWriter::resume(spool.buffer()).key("Attribute").begin_list();
        let mut first = true;
        for head in heads {
            view::each_page(ctx, head, |ctx, page| {
                let mut links = self.links(ctx, head, &page)?;
                page.iter().try_for_each(|item| {
                    let own = links.remove(&item.attribute.id);
                    self.listed(ctx, item, own.as_ref(), &mut first, spool)
                })
            })?;
        }
        if self.shown.flatten {
            for head in heads {
                view::each_object(ctx, head, |ctx, object| {
                    object
                        .attributes
                        .iter()
                        .try_for_each(|item| self.listed(ctx, item, None, &mut first, spool))
                })?;
            }
        }
        JsonWriter::resume(spool.buffer()).end_list();
        Ok(())
    }

    /// What the attributes outside objects correlate with, where that is asked for. Members of objects do
    /// not carry it. spec: 05#1.8
    fn links(
        &mut self,
        ctx: &mut Ctx<'_, '_>,
        head: &Head,
        page: &[AttributeItem],
    ) -> Result<HashMap<ElementId, Links>> {
        match &mut self.related {
            Some(related) if self.shown.granular => {
                let attributes = page.iter().map(|item| &item.attribute);
                related.links(ctx, head.event.id, attributes)
            }
            _ => Ok(HashMap::new()),
        }
    }

    fn listed(
        &mut self,
        ctx: &mut Ctx<'_, '_>,
        item: &AttributeItem,
        links: Option<&Links>,
        first: &mut bool,
        spool: &mut Spool,
    ) -> Result<()> {
        let before = spool.buffer().len();
        if !std::mem::replace(first, false) {
            spool.buffer().push(b',');
        }
        if !self.attribute(ctx, item, links, spool.buffer())? {
            // Left out after all, and with it the comma.
            spool.buffer().truncate(before);
            *first = before > 0 && spool.buffer().last() == Some(&b'[');
        }
        spool.settle()?;
        Ok(())
    }

    /// Renders an attribute; `false` when it is to be left out.
    fn attribute(
        &mut self,
        ctx: &mut Ctx<'_, '_>,
        item: &AttributeItem,
        links: Option<&Links>,
        out: &mut Vec<u8>,
    ) -> Result<bool> {
        if self.shown.exported && value_rule::stays(&ctx.app.allowed_values(), &item.attribute) {
            return Ok(false);
        }
        let lists = self.lists.as_ref();
        if self.shown.enforce_warninglist && lists.is_some_and(|lists| lists.warned(&item.attribute)) {
            return Ok(false);
        }
        let warnings = lists.filter(|_| self.shown.warninglist_hits).and_then(|lists| {
            let attribute = &item.attribute;
            lists.shown(attribute.kind, &attribute.value(), attribute.to_ids)
        });
        let tags = tag_views(&item.tags);
        let data = item.file.as_deref().map(entente_engine::content::sample::encode);
        let proposals = self.rendered_proposals(ctx, &item.proposals);
        let sightings = rendered_sightings(ctx, &item.sightings, item.attribute.uuid);
        let group = self.group(ctx, item.group.as_ref());
        let galaxies = if self.shown.exclude_galaxy {
            None
        } else {
            self.galaxies.of_attribute(ctx, &item.tags)?
        };
        let mut more = annotations(ctx, &item.analyst);
        if let Some(links) = links {
            more.extend(super::related::members(links));
        }
        more.extend(
            self.scores(ctx, &item.scores)
                .map(|scores| ("decay_score", scores)),
        );
        let more: Vec<(&'static str, &[u8])> =
            more.iter().map(|(key, json)| (*key, json.as_slice())).collect();
        let parts = AttributeParts {
            more: &more,
            sharing_group: group.as_deref(),
            data: data.as_deref(),
            warnings: warnings.as_deref(),
            galaxies: galaxies.as_deref(),
            proposals: proposals.as_deref(),
            tags: &tags,
            sightings: sightings.as_deref(),
            ..AttributeParts::default()
        };
        write::attribute(out, &item.attribute, AttributeShape::Event, &parts);
        let linked = self.shown.granular && item.attribute.object.is_none();
        if let Some(related) = self.related.as_mut().filter(|_| !linked) {
            related.add(ctx, &item.attribute)?;
        }
        Ok(true)
    }

    fn scores(&self, ctx: &Ctx<'_, '_>, scores: &[Score]) -> Option<Vec<u8>> {
        let full_model = self.shown.decay.as_ref().is_some_and(|decay| decay.full_model);
        crate::decay::rendered_scores(ctx, scores, full_model)
    }

    /// Behind all attributes, since they have been collected from these.
    fn related_events(&mut self, ctx: &mut Ctx<'_, '_>, spool: &mut Spool) -> Result<()> {
        match self.related.take().filter(|_| self.shown.related_events) {
            Some(related) => super::related::events(ctx, related, self.shown.inbound, spool),
            None => Ok(()),
        }
    }

    /// A list of proposals, or `None` when there is none.
    fn rendered_proposals(&self, ctx: &Ctx<'_, '_>, proposals: &[Proposal]) -> Option<Vec<u8>> {
        if proposals.is_empty() {
            return None;
        }
        let lists = self.lists.as_ref().filter(|_| self.shown.warninglist_hits);
        let mut out = vec![b'['];
        for (i, proposal) in proposals.iter().enumerate() {
            if i > 0 {
                out.push(b',');
            }
            let warnings =
                lists.and_then(|lists| lists.shown(proposal.kind, &proposal.value(), proposal.to_ids));
            let view = ProposalView {
                proposal,
                org: Some(org_view(ctx.directory.org(proposal.org), proposal.org)),
                warnings: warnings.as_deref(),
                show_email: ctx.actor.is_site_admin() || ctx.actor.org_id() == proposal.event_org,
            };
            write::proposal(&mut out, &view, ProposalShape::Event);
        }
        out.push(b']');
        Some(out)
    }

    fn proposals(&self, ctx: &Ctx<'_, '_>, heads: &[Head], spool: &mut Spool) {
        let all: Vec<Proposal> = heads
            .iter()
            .flat_map(|head| head.proposals.iter().cloned())
            .collect();
        let rendered = self.rendered_proposals(ctx, &all);
        JsonWriter::resume(spool.buffer())
            .key("ShadowAttribute")
            .raw(rendered.as_deref().unwrap_or(b"[]"));
    }

    fn objects(&mut self, ctx: &mut Ctx<'_, '_>, heads: &[Head], spool: &mut Spool) -> Result<()> {
        JsonWriter::resume(spool.buffer()).key("Object").begin_list();
        let mut first = true;
        for head in heads {
            view::each_object(ctx, head, |ctx, object| {
                let mut members = vec![b'['];
                let mut count = 0;
                for item in &object.attributes {
                    let before = members.len();
                    if count > 0 {
                        members.push(b',');
                    }
                    if self.attribute(ctx, item, None, &mut members)? {
                        count += 1;
                    } else {
                        members.truncate(before);
                    }
                }
                members.push(b']');
                if count == 0 {
                    return Ok(());
                }
                if !std::mem::replace(&mut first, false) {
                    spool.buffer().push(b',');
                }
                self.object(ctx, &object, &members, spool.buffer());
                spool.settle()?;
                Ok(())
            })?;
        }
        JsonWriter::resume(spool.buffer()).end_list();
        Ok(())
    }

    fn object(&mut self, ctx: &Ctx<'_, '_>, item: &ObjectItem, members: &[u8], out: &mut Vec<u8>) {
        let group = self.group(ctx, item.group.as_ref());
        let references = rendered_references(item);
        let more = annotations(ctx, &item.analyst);
        let more: Vec<(&'static str, &[u8])> =
            more.iter().map(|(key, json)| (*key, json.as_slice())).collect();
        let parts = ObjectParts {
            more: &more,
            sharing_group: group.as_deref(),
            references: Some(&references),
            ..ObjectParts::default()
        };
        write::object(out, &item.object, &parts, Some(members));
    }

    fn reports(ctx: &Ctx<'_, '_>, heads: &[Head], spool: &mut Spool) -> Result<()> {
        JsonWriter::resume(spool.buffer()).key("EventReport").begin_list();
        let mut first = true;
        for (report, analyst) in heads.iter().flat_map(|head| &head.reports) {
            if !std::mem::replace(&mut first, false) {
                spool.buffer().push(b',');
            }
            let more = annotations(ctx, analyst);
            let more: Vec<(&'static str, &[u8])> =
                more.iter().map(|(key, json)| (*key, json.as_slice())).collect();
            write::report(spool.buffer(), report, &more);
            spool.settle()?;
        }
        JsonWriter::resume(spool.buffer()).end_list();
        Ok(())
    }

    /// `extensionEvents` and `ExtendedBy`. spec: 03#3.2, 04#4
    fn extensions(&self, ctx: &Ctx<'_, '_>, extending: &[Event], spool: &mut Spool) {
        let of = |event: &Event, out: &mut Vec<u8>, write_one: fn(&mut Vec<u8>, &EventView<'_>)| {
            let view = EventView {
                event,
                org: org_view(ctx.directory.org(event.org), event.org),
                orgc: org_view(ctx.directory.org(event.orgc), event.orgc),
                sharing_group: None,
                creator_email: None,
            };
            write_one(out, &view);
        };
        if self.shown.extended && !extending.is_empty() {
            JsonWriter::resume(spool.buffer())
                .key("extensionEvents")
                .begin_map();
            for (i, event) in extending.iter().enumerate() {
                if i > 0 {
                    spool.buffer().push(b',');
                }
                JsonWriter::new(spool.buffer()).any_key(&event.id.to_string());
                of(event, spool.buffer(), write::extending_event);
            }
            JsonWriter::resume(spool.buffer()).end_map();
        }
        if self.shown.extension_list {
            JsonWriter::resume(spool.buffer()).key("ExtendedBy").begin_list();
            for (i, event) in extending.iter().enumerate() {
                if i > 0 {
                    spool.buffer().push(b',');
                }
                of(event, spool.buffer(), write::extended_by);
            }
            JsonWriter::resume(spool.buffer()).end_list();
        }
    }
}

/// Annotations by kind, as members of what they annotate. spec: 08#1.4
fn annotations(ctx: &Ctx<'_, '_>, annotated: &[Annotated]) -> Vec<(&'static str, Vec<u8>)> {
    if annotated.is_empty() {
        return Vec::new();
    }
    entente_misp::analyst::lists(annotated, &crate::analyst::DirectoryNames::of(ctx))
}

fn event_tags(heads: &[Head], spool: &mut Spool) {
    let tags: Vec<write::TagOnItem<'_>> = heads.iter().flat_map(|head| tag_views(&head.tags)).collect();
    if tags.is_empty() {
        return;
    }
    JsonWriter::resume(spool.buffer()).key("Tag").begin_list();
    for (i, item) in tags.iter().enumerate() {
        if i > 0 {
            spool.buffer().push(b',');
        }
        write::tag(spool.buffer(), item, TagForm::Long);
    }
    JsonWriter::resume(spool.buffer()).end_list();
}
