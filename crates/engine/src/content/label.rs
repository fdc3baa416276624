//! Deriving policy labels of events and what is in them. spec: 10#1.9, 13 stage 1
//!
//! An item that adds no restriction stores no label and follows its event through one reference.
use crate::ctx::Ctx;
use crate::error::Result;
use crate::journal::Entry;
use entente_model::event::Event;
use entente_model::id::{ElementId, LabelId, SharingGroupId, TagId};
use entente_model::level::Distribution;
use entente_policy::{LabelFacts, Link, Marks, OwnRestriction, State};
use entente_store::tag::Target;
use std::collections::{BTreeSet, HashMap};

/// The level as the policy knows it.
fn policy_level(distribution: Distribution) -> entente_policy::Distribution {
    use entente_policy::Distribution as P;
    match distribution {
        Distribution::Organisation => P::Organisation,
        Distribution::Community => P::Community,
        Distribution::Connected => P::Connected,
        Distribution::All => P::All,
        Distribution::SharingGroup => P::SharingGroup,
        Distribution::Inherit => P::Inherit,
    }
}

/// What tags say about who may read their carrier.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Said {
    /// Restrictions.
    pub marks: Marks,
    /// Whether it is kept in quarantine.
    pub state: State,
}

impl Said {
    fn by<'a>(names: impl Iterator<Item = &'a str> + Clone) -> Self {
        Self {
            state: State::from_tags(names.clone()),
            marks: Marks::from_tags(names).0,
        }
    }

    fn is_nothing(&self) -> bool {
        self.marks.is_unrestricted() && self.state == State::default()
    }

    /// The restriction of an element of this level that carries the tags.
    #[must_use]
    pub fn with(self, link: Link) -> OwnRestriction {
        OwnRestriction {
            link,
            marks: self.marks,
            state: self.state,
            grants: None,
        }
    }
}

impl Ctx<'_, '_> {
    /// A level and group as a link of the policy. A group that does not exist leaves a group nobody is in.
    #[must_use]
    pub fn link(&self, distribution: Distribution, group: SharingGroupId) -> Link {
        match distribution {
            Distribution::SharingGroup => Link::group(
                self.directory
                    .group(group)
                    .map_or(uuid::Uuid::nil(), |group| group.uuid),
            ),
            other => Link::of(policy_level(other)),
        }
    }

    /// What tags say about who may read their carrier.
    ///
    /// # Errors
    /// Of the database, for tags made in this transaction.
    pub fn said_by(&mut self, tags: &[TagId]) -> Result<Said> {
        if tags.is_empty() {
            return Ok(Said::default());
        }
        let mut names = Vec::with_capacity(tags.len());
        for id in tags {
            match self.tags.get(*id) {
                Some(tag) => names.push(tag.name.clone()),
                None => {
                    names.extend(
                        entente_store::tag::by_ids(self.tx, &[id.0])?
                            .into_iter()
                            .map(|tag| tag.name),
                    );
                }
            }
        }
        Ok(Said::by(names.iter().map(String::as_str)))
    }

    /// The facts of an event as it stands, with these tags attached.
    ///
    /// # Errors
    /// Of the database.
    pub fn event_facts(&mut self, event: &Event, tags: &[TagId]) -> Result<LabelFacts> {
        let link = self.link(event.distribution, event.sharing_group);
        let mut facts = LabelFacts::event(self.org_uuid(event.org), self.org_uuid(event.orgc), link);
        facts.published = event.published;
        let said = self.said_by(tags)?;
        (facts.marks, facts.state) = (said.marks, said.state);
        facts.delegates = self.delegates(event)?;
        Ok(facts)
    }

    /// Whether an own label keeps its carrier in quarantine.
    ///
    /// # Errors
    /// When the label does not exist.
    pub(crate) fn is_quarantined(&self, own: Option<LabelId>) -> Result<bool> {
        match own {
            Some(label) => Ok(self.label_facts(label)?.state.quarantined),
            None => Ok(false),
        }
    }

    /// Tells whoever reads the log that something was put into quarantine.
    ///
    /// # Errors
    /// Of the database.
    pub(crate) fn note_quarantine(&mut self, event: &Event, what: &str) -> Result<()> {
        self.log(&Entry {
            model: "Event",
            id: event.id.0,
            action: "quarantine",
            title: crate::event::title(event),
            change: Some(format!("{what}: a tag names a real classification")),
            description: None,
        })
    }

    fn delegates(&mut self, event: &Event) -> Result<BTreeSet<uuid::Uuid>> {
        let orgs = entente_store::delegation::recipients(self.tx, event.id)?;
        Ok(orgs
            .into_iter()
            .filter_map(|org| self.directory.org(org))
            .map(|org| org.uuid)
            .collect())
    }

    /// Derives an event's label anew after its level, group, owner, publication or tags have changed,
    /// and the own labels inside it. The caller stores the event. Only rows that carry a restriction of
    /// their own are written, whatever the size of the event.
    ///
    /// # Errors
    /// Of the database.
    pub fn relabel(&mut self, event: &mut Event) -> Result<()> {
        let links = entente_store::tag::links_unscoped(self.tx, Target::Event(event.id))?;
        let tags: Vec<TagId> = links.iter().map(|link| link.tag).collect();
        let facts = self.event_facts(event, &tags)?;
        let label = self.intern_label(&facts)?;
        if label == event.label {
            return Ok(());
        }
        let before = self.label_facts(event.label)?;
        event.label = label;
        if facts.state.quarantined && !before.state.quarantined {
            self.note_quarantine(event, "the event")?;
        }
        // The first pending request opens the event's own link to its recipient, so items that merely repeat
        // that link must be judged by themselves; the same when the last request goes.
        let same_delegation = before.delegates.is_empty() == facts.delegates.is_empty();
        let same_tags = before.marks == facts.marks && before.state == facts.state;
        if before.chain == facts.chain && same_tags && same_delegation {
            self.carry_over(event, &facts)
        } else {
            self.derive_items(event, &facts)
        }
    }

    /// The restriction itself is as before: own labels get the new surroundings, item by item unseen.
    fn carry_over(&mut self, event: &Event, facts: &LabelFacts) -> Result<()> {
        for old in entente_store::label::own_of_event(self.tx, event.id)? {
            let own = self.label_facts(old)?;
            let mut moved = facts.clone();
            moved.chain.clone_from(&own.chain);
            moved.marks = own.marks.clone();
            moved.state = own.state;
            moved.unaddressed = own.unaddressed;
            let new = self.intern_label(&moved)?;
            if new != old {
                entente_store::label::move_own(self.tx, event.id, old, Some(new))?;
            }
        }
        Ok(())
    }

    /// The event's own restriction has changed: items with a level or marks of their own are judged anew.
    fn derive_items(&mut self, event: &Event, facts: &LabelFacts) -> Result<()> {
        let objects = self.derive_objects(event, facts)?;
        let tagged = self.marked_attributes(event)?;
        let rows = entente_store::attribute::restricted_unscoped(self.tx, event.id)?;
        let mut cache: HashMap<(Option<ElementId>, Link, Option<Said>), Option<LabelId>> = HashMap::new();
        let mut seen: BTreeSet<ElementId> = rows.iter().map(|row| row.id).collect();
        let mut work = rows;
        for id in tagged.keys() {
            if seen.insert(*id)
                && let Some(row) = entente_store::attribute::label_row_unscoped(self.tx, *id)?
            {
                work.push(row);
            }
        }
        for object in objects.keys() {
            for row in entente_store::attribute::members_unscoped(self.tx, *object)? {
                if seen.insert(row.id) {
                    work.push(row);
                }
            }
        }
        for row in work {
            let object = objects.get(&row.object);
            let link = self.link(row.distribution, row.sharing_group);
            let said = tagged.get(&row.id).cloned();
            let key = (object.map(|_| row.object), link, said.clone());
            let label = match cache.get(&key) {
                Some(label) => *label,
                None => {
                    let own = said.unwrap_or_default().with(link);
                    let label = match LabelFacts::for_item(facts, object, &own) {
                        Some(facts) => Some(self.intern_label(&facts)?),
                        None => None,
                    };
                    cache.insert(key, label);
                    label
                }
            };
            if label != row.label {
                entente_store::attribute::set_label(self.tx, row.id, label)?;
                if let Some(label) = label {
                    entente_store::label::note_own(self.tx, event.id, label)?;
                }
            }
        }
        Ok(())
    }

    /// Restrictions of the objects and reports that have any; their rows are labelled on the way.
    fn derive_objects(
        &mut self,
        event: &Event,
        facts: &LabelFacts,
    ) -> Result<HashMap<ElementId, OwnRestriction>> {
        let mut restrictions = HashMap::new();
        for mut object in entente_store::object::restricted_unscoped(self.tx, event.id)? {
            let own = OwnRestriction {
                link: self.link(object.distribution, object.sharing_group),
                ..OwnRestriction::default()
            };
            object.label = self.own_label(event, facts, None, &own)?;
            entente_store::object::update(self.tx, &object)?;
            restrictions.insert(object.id, own);
        }
        for mut report in entente_store::report::restricted_unscoped(self.tx, event.id)? {
            let own = OwnRestriction {
                link: self.link(report.distribution, report.sharing_group),
                ..OwnRestriction::default()
            };
            report.label = self.own_label(event, facts, None, &own)?;
            entente_store::report::update(self.tx, &report)?;
        }
        Ok(restrictions)
    }

    /// What the tags of attributes of an event say, of those whose tags restrict anything.
    fn marked_attributes(&mut self, event: &Event) -> Result<HashMap<ElementId, Said>> {
        let restricting: Vec<i64> = self
            .tags
            .iter()
            .filter(|tag| !Said::by(std::iter::once(tag.name.as_str())).is_nothing())
            .map(|tag| tag.id.0)
            .collect();
        let links = entente_store::tag::attributes_with_tags_unscoped(self.tx, event.id, &restricting)?;
        let mut tags: HashMap<ElementId, Vec<TagId>> = HashMap::new();
        for (attribute, tag) in links {
            tags.entry(attribute).or_default().push(tag);
        }
        tags.into_iter()
            .map(|(attribute, tags)| Ok((attribute, self.said_by(&tags)?)))
            .collect()
    }

    /// The own label of an item, interned and noted, or none when it adds nothing to its event.
    ///
    /// # Errors
    /// Of the database.
    pub fn own_label(
        &mut self,
        event: &Event,
        facts: &LabelFacts,
        object: Option<&OwnRestriction>,
        own: &OwnRestriction,
    ) -> Result<Option<LabelId>> {
        match LabelFacts::for_item(facts, object, own) {
            None => Ok(None),
            Some(facts) => {
                let label = self.intern_label(&facts)?;
                entente_store::label::note_own(self.tx, event.id, label)?;
                Ok(Some(label))
            }
        }
    }

    /// The label of one attribute as it stands in the store's tags, for edits and tagging.
    ///
    /// # Errors
    /// Of the database.
    pub fn attribute_label(
        &mut self,
        event: &Event,
        attribute: &entente_model::attribute::Attribute,
    ) -> Result<Option<LabelId>> {
        let facts = self.label_facts(event.label)?;
        let links = entente_store::tag::links_unscoped(self.tx, Target::Attribute(attribute.id))?;
        let tags: Vec<TagId> = links.iter().map(|link| link.tag).collect();
        let said = self.said_by(&tags)?;
        let object = if attribute.object.is_none() {
            None
        } else {
            entente_store::object::find_unscoped(self.tx, entente_model::id::Ref::Id(attribute.object.0))?
                .map(|object| OwnRestriction {
                    link: self.link(object.distribution, object.sharing_group),
                    ..OwnRestriction::default()
                })
        };
        let link = self.link(attribute.distribution, attribute.sharing_group);
        self.own_label(event, &facts, object.as_ref(), &said.with(link))
    }

    /// Labels an object and its members anew after the object's level or group has changed.
    ///
    /// # Errors
    /// Of the database.
    pub fn relabel_object(
        &mut self,
        event: &Event,
        object: &mut entente_model::object::Object,
    ) -> Result<()> {
        let facts = self.label_facts(event.label)?;
        let own = OwnRestriction {
            link: self.link(object.distribution, object.sharing_group),
            ..OwnRestriction::default()
        };
        object.label = self.own_label(event, &facts, None, &own)?;
        entente_store::object::update(self.tx, object)?;
        for row in entente_store::attribute::members_unscoped(self.tx, object.id)? {
            let links = entente_store::tag::links_unscoped(self.tx, Target::Attribute(row.id))?;
            let tags: Vec<TagId> = links.iter().map(|link| link.tag).collect();
            let link = self.link(row.distribution, row.sharing_group);
            let item = self.said_by(&tags)?.with(link);
            let label = self.own_label(event, &facts, Some(&own), &item)?;
            if label != row.label {
                entente_store::attribute::set_label(self.tx, row.id, label)?;
            }
        }
        Ok(())
    }
}
