//! Results as STIX: events with all that belongs to them, or attributes alone. spec: 04#6.9, 12#6
//!
//! A document is written in sections that grow at the same time. Each goes to a spool of its own, and when an event
//! is done the spools follow each other in the document, so that no event is held whole.
use super::output::Form;
use super::sieve::Sieve;
use crate::event::options::Shown;
use crate::galaxies::Galaxies;
use entente_engine::directory::Directory;
use entente_engine::event::view::{self, AttributeItem, TagOnItem};
use entente_engine::galaxy::Placed;
use entente_engine::search::Row;
use entente_engine::{Ctx, Result};
use entente_http::Spool;
use entente_http::spool::Spooled;
use entente_misp::filter::Params;
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::id::OrgId;
use entente_model::object::Reference;
use entente_model::organisation::Organisation;
use entente_model::report::Report;
use entente_model::sighting::Sighting;
use entente_model::tag::Tag;
use entente_stix::document::Document;
use entente_stix::one::write::{self as one, Packages};
use entente_stix::write::{
    EventView, Item, ObjectView, Party, Profile, Settings, SightingView, Streamed, TagView, Version,
};
use std::io::Write as _;
use std::sync::Arc;
use uuid::Uuid;

/// Bytes of a section that are kept before they go to its spool.
const PART: usize = 64 << 10;

/// A document being written.
pub(super) struct Writing {
    document: Box<dyn Document>,
    spools: Vec<Spool>,
    finished: Spool,
    galaxies: Galaxies,
}

impl Writing {
    /// The beginning of a document in this form.
    ///
    /// # Errors
    /// Without randomness.
    pub(super) fn of(ctx: &mut Ctx<'_, '_>, form: Form, params: &Params) -> Result<Self> {
        let version = params.text("stix-version").unwrap_or_default();
        let id = ctx.new_uuid()?;
        let mut document: Box<dyn Document> = match form {
            Form::Stix(notation) => Box::new(Packages::new(one::Settings {
                notation,
                version: if version == "1.2" { "1.2" } else { "1.1.1" },
                id,
                now: ctx.now(),
                organisation: ctx.settings.text("MISP.org"),
                base_url: ctx.app.base_url().to_owned(),
            })),
            _ => Box::new(Streamed::new(Settings {
                id,
                version: if version == "2.0" {
                    Version::Old
                } else {
                    Version::New
                },
                profile: match params.text("stix-profile").as_deref() {
                    Some("strict") => Profile::Strict,
                    _ => Profile::Misp,
                },
                wrapper: !params.given("stix-wrapper") || params.flag("stix-wrapper"),
            })),
        };
        let spools = document.sections().iter().map(|_| Spool::default()).collect();
        document.begin();
        Ok(Self {
            document,
            spools,
            finished: Spool::default(),
            galaxies: Galaxies::default(),
        })
    }

    /// One event with everything that the caller sees of it.
    pub(super) fn event(&mut self, ctx: &mut Ctx<'_, '_>, event: Event, shown: &Shown) -> Result<()> {
        // Local tags stay here, whoever asks. spec: 12#2.2
        let read = view::Options {
            exclude_local_tags: true,
            proposals: false,
            analyst: false,
            ..shown.read.clone()
        };
        let head = view::head_of(ctx, event, read)?;
        let directory = Arc::clone(&ctx.directory);
        let marked = self.marked(ctx, &head.tags)?;
        let reports: Vec<&Report> = head
            .reports
            .iter()
            .map(|(report, _)| report)
            .filter(|report| !report.deleted)
            .collect();
        let tags = views(&marked);
        let whole = EventView {
            event: &head.event,
            creator: party(&directory, head.event.orgc, head.event.uuid),
            tags: &tags,
            reports: &reports,
        };
        self.document.begin_event(&whole);
        if !shown.metadata {
            let sieve = Sieve::of_event(ctx, shown)?;
            view::each_attribute(ctx, &head, |ctx, item| self.attribute(ctx, &item, &sieve))?;
            view::each_object(ctx, &head, |ctx, object| self.object(ctx, &object, &sieve))?;
        }
        self.document.end_event(&whole);
        self.join()
    }

    /// Tags with their clusters.
    fn marked(&mut self, ctx: &mut Ctx<'_, '_>, tags: &[TagOnItem]) -> Result<Vec<Marked>> {
        self.galaxies.load(ctx, tags)?;
        let marked = tags
            .iter()
            .map(|item| (Arc::clone(&item.tag), self.galaxies.get(item.tag.id).cloned()));
        Ok(marked.collect())
    }

    fn attribute(&mut self, ctx: &mut Ctx<'_, '_>, item: &AttributeItem, sieve: &Sieve) -> Result<()> {
        if !sieve.keeps(&item.attribute) {
            return Ok(());
        }
        let marked = self.marked(ctx, &item.tags)?;
        let dressed = Dressed::of(&ctx.directory, item, &marked);
        self.document.attribute(&dressed.item());
        self.settle()
    }

    fn object(&mut self, ctx: &mut Ctx<'_, '_>, object: &view::ObjectItem, sieve: &Sieve) -> Result<()> {
        let mut kept = Vec::with_capacity(object.attributes.len());
        for item in &object.attributes {
            if sieve.keeps(&item.attribute) {
                kept.push((item, self.marked(ctx, &item.tags)?));
            }
        }
        let dressed: Vec<Dressed<'_>> = kept
            .iter()
            .map(|(item, marked)| Dressed::of(&ctx.directory, item, marked))
            .collect();
        let members: Vec<Item<'_>> = dressed.iter().map(Dressed::item).collect();
        // A reference tells of its target, so it goes only where that may be seen.
        let references: Vec<&Reference> = object
            .references
            .iter()
            .filter(|(reference, target)| target.is_some() && !reference.deleted)
            .map(|(reference, _)| reference)
            .collect();
        if !members.is_empty() {
            self.document.object(&ObjectView {
                object: &object.object,
                members: &members,
                references: &references,
            });
        }
        self.settle()
    }

    /// One attribute of a search for attributes.
    pub(super) fn row(&mut self, ctx: &mut Ctx<'_, '_>, row: &Row) -> Result<()> {
        let marked = self.marked(ctx, &row.tags)?;
        let creator = party(&ctx.directory, row.event.orgc, row.event.uuid);
        let tags = views(&marked);
        let file = row.file.as_deref().map(entente_engine::content::sample::encode);
        let sightings = sightings(&ctx.directory, &row.sightings);
        self.document.row(
            creator,
            &Item {
                attribute: &row.attribute,
                tags: &tags,
                file: file.as_deref(),
                sightings: &sightings,
            },
        );
        self.settle()
    }

    /// The whole document of a search for events.
    pub(super) fn finish(mut self) -> Result<Spooled> {
        self.join()?;
        self.document.end(self.finished.buffer());
        Ok(self.finished.finish()?)
    }

    /// The whole document of a search for attributes.
    pub(super) fn finish_rows(mut self) -> Result<Spooled> {
        self.document.end_rows();
        self.finish()
    }

    /// Moves sections that have grown to their spools.
    fn settle(&mut self) -> Result<()> {
        for (section, spool) in self.document.sections().into_iter().zip(&mut self.spools) {
            if section.len() >= PART {
                spool.buffer().append(section);
                spool.settle()?;
            }
        }
        Ok(())
    }

    /// Appends the sections to the document.
    fn join(&mut self) -> Result<()> {
        for (section, spool) in self.document.sections().into_iter().zip(&mut self.spools) {
            let spool = std::mem::take(spool);
            if !spool.is_empty() {
                let mut written = Ok(());
                spool.finish()?.for_each_chunk(|chunk| {
                    if written.is_ok() {
                        written = self.finished.write_all(chunk);
                    }
                })?;
                written?;
            }
            self.finished.buffer().append(section);
            self.finished.settle()?;
        }
        Ok(())
    }
}

/// An attribute with its parts in the form that writers take.
struct Dressed<'a> {
    attribute: &'a Attribute,
    tags: Vec<TagView<'a>>,
    file: Option<String>,
    sightings: Vec<SightingView<'a>>,
}

impl<'a> Dressed<'a> {
    fn of(directory: &'a Directory, item: &'a AttributeItem, marked: &'a [Marked]) -> Self {
        Self {
            attribute: &item.attribute,
            tags: views(marked),
            file: item.file.as_deref().map(entente_engine::content::sample::encode),
            sightings: sightings(directory, &item.sightings),
        }
    }

    fn item(&self) -> Item<'_> {
        Item {
            attribute: self.attribute,
            tags: &self.tags,
            file: self.file.as_deref(),
            sightings: &self.sightings,
        }
    }
}

/// A tag with its cluster.
type Marked = (Arc<Tag>, Option<Placed>);

fn views(marked: &[Marked]) -> Vec<TagView<'_>> {
    marked
        .iter()
        .map(|(tag, placed)| TagView {
            name: &tag.name,
            cluster: placed.as_ref().map(|placed| (&*placed.cluster, &*placed.galaxy)),
        })
        .collect()
}

fn sightings<'a>(directory: &'a Directory, sightings: &'a [Sighting]) -> Vec<SightingView<'a>> {
    sightings
        .iter()
        .map(|sighting| SightingView {
            sighting,
            by: directory.org(sighting.org).map(|org| known_party(org)),
        })
        .collect()
}

fn known_party(org: &Organisation) -> Party<'_> {
    Party {
        uuid: org.uuid,
        name: &org.name,
        created: org.created,
        modified: org.modified,
    }
}

/// An organisation; one that is gone is known by what it made.
fn party(directory: &Directory, org: OrgId, made: Uuid) -> Party<'_> {
    match directory.org(org) {
        Some(org) => known_party(org),
        None => Party {
            uuid: made,
            name: "",
            created: 0,
            modified: 0,
        },
    }
}
