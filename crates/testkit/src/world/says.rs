//! What events and what is in them say about their readers, and the tags that say some of it.
use super::people::NOW;
use super::{Chance, Size, TAGS, World};
use entente_db::{DbError, Tx};
use entente_model::id::{ElementId, EventId, LabelId, OrgId, SharingGroupId, TagId, UserId};
use entente_model::level::Distribution;
use entente_model::tag::Tag;
use entente_model::time::rfc3339;
use entente_policy::{LIVE_REALM, LabelFacts, Link, Marks, OwnRestriction, Recall, State};
use std::collections::BTreeSet;
use uuid::Uuid;

/// What one thing says about its readers.
#[derive(Debug, Clone)]
pub struct Says {
    /// Its level and group.
    pub link: Link,
    /// What its tags demand.
    pub marks: Marks,
    /// Whether it is in use.
    pub state: State,
    /// The grants that cover it; all without.
    pub grants: Option<BTreeSet<Uuid>>,
}

/// What an event says about its readers.
#[derive(Debug, Clone)]
pub struct EventSays {
    /// As everything else does.
    pub says: Says,
    /// Who holds it here.
    pub owner: Uuid,
    /// Who made it.
    pub creator: Uuid,
    /// Whether it is published.
    pub published: bool,
    /// Who has been asked to take it over.
    pub delegates: BTreeSet<Uuid>,
    /// To whom it was granted.
    pub grants: BTreeSet<Uuid>,
    /// Exercise or not.
    pub realm: String,
}

impl EventSays {
    /// The facts of the event by itself.
    #[must_use]
    pub fn facts(&self) -> LabelFacts {
        LabelFacts {
            chain: vec![self.says.link],
            creator: self.creator,
            delegates: self.delegates.clone(),
            grants: self.grants.clone(),
            marks: self.says.marks.clone(),
            owner: self.owner,
            public: false,
            published: self.published,
            realm: self.realm.clone(),
            state: self.says.state,
            unaddressed: false,
        }
    }
}

impl Says {
    /// Nothing beyond a level.
    #[must_use]
    pub fn level(link: Link) -> Self {
        Self {
            link,
            marks: Marks::default(),
            state: State::default(),
            grants: None,
        }
    }

    pub(super) fn restriction(&self) -> OwnRestriction {
        OwnRestriction {
            link: self.link,
            marks: self.marks.clone(),
            state: self.state,
            grants: self.grants.clone(),
        }
    }
}

/// Tags that restrict readers, or have to do with it.
fn control_tags(world: &World, size: &Size) -> Vec<String> {
    let org = |at: usize| world.people.orgs[at % world.people.orgs.len()].uuid;
    let day = 86_400;
    let mut tags = vec![
        "tlp:red".to_owned(),
        "tlp:amber+strict".to_owned(),
        "tlp:clear".to_owned(),
        "PAP:RED".to_owned(),
        "entente:rel=\"FRA\"".to_owned(),
        "entente:rel=\"USA\"".to_owned(),
        format!("entente:rel=\"org:{}\"", org(1)),
        "entente:rel=\"XX!\"".to_owned(),
        "entente:not-rel=\"ISR\"".to_owned(),
        format!("entente:not-rel=\"org:{}\"", org(2)),
        "entente:orcon=\"true\"".to_owned(),
        "entente:purpose=\"defence\"".to_owned(),
        "entente:purpose=\"law-enforcement\"".to_owned(),
        format!("entente:embargo=\"{}\"", rfc3339(NOW - day)),
        format!("entente:embargo=\"{}\"", rfc3339(NOW + day)),
        format!("entente:expires=\"{}\"", rfc3339(NOW - day)),
        format!("entente:expires=\"{}\"", rfc3339(NOW + day)),
    ];
    if !size.local_only {
        tags.push("entente:rel=\"cat:gov\"".to_owned());
        tags.push("entente:rel=\"grp:alliance\"".to_owned());
    }
    tags
}

pub(super) fn add_tags(world: &mut World, tx: &mut Tx<'_>, size: &Size) -> Result<(), DbError> {
    let plain = TAGS.map(str::to_owned);
    for (at, name) in plain.into_iter().chain(control_tags(world, size)).enumerate() {
        let mut tag = tag(name);
        tag.exportable = at != 3;
        tag.id = entente_store::tag::insert(tx, &tag)?;
        world.tags.push(tag);
    }
    Ok(())
}

pub(super) fn tag(name: String) -> Tag {
    Tag {
        id: TagId(0),
        is_galaxy: name.starts_with("misp-galaxy:"),
        name,
        colour: "#000000".to_owned(),
        exportable: true,
        org: OrgId::NONE,
        user: UserId::NONE,
        hidden: false,
        numerical_value: None,
        is_custom_galaxy: false,
        local_only: false,
    }
}

impl World {
    /// Some plain tags, seldom one that restricts, seldom a galaxy's; each perhaps local.
    pub(super) fn pick_tags(&self, chance: &mut Chance, restricting: usize) -> Vec<(TagId, bool)> {
        let mut picked = Vec::new();
        for (at, tag) in self.tags.iter().enumerate() {
            let often = match () {
                () if at < TAGS.len() => 4,
                () if tag.is_galaxy => restricting.max(self.tags.len()),
                () => restricting,
            };
            if chance.one_in(often) {
                picked.push((tag.id, chance.one_in(5)));
            }
        }
        picked
    }

    /// What the tags demand together.
    pub(super) fn marks(&self, tags: &[(TagId, bool)]) -> Marks {
        let names = tags.iter().filter_map(|(id, _)| self.tag(id.0));
        Marks::from_tags(names.map(|tag| tag.name.as_str())).0
    }

    /// A level, often that of the surroundings where there are any.
    pub(super) fn pick_link(
        &self,
        chance: &mut Chance,
        inherits: bool,
    ) -> (Distribution, SharingGroupId, Link) {
        let number = if inherits && !chance.one_in(3) {
            5
        } else {
            chance.between(0, 4)
        };
        let distribution = Distribution::from_number(number).unwrap();
        if distribution == Distribution::SharingGroup {
            let group = chance.pick(&self.people.groups);
            return (distribution, group.id, Link::group(group.uuid));
        }
        let level = u8::try_from(number).ok();
        let level = level.and_then(|level| entente_policy::Distribution::try_from(level).ok());
        (distribution, SharingGroupId::NONE, Link::of(level.unwrap()))
    }

    pub(super) fn pick_state(chance: &mut Chance, odd: usize) -> State {
        let recalls = [Recall::Correct, Recall::Withdraw, Recall::Emergency];
        State {
            quarantined: chance.one_in(odd),
            recall: chance.one_in(odd).then(|| *chance.pick(&recalls)),
        }
    }

    pub(super) fn pick_realm(chance: &mut Chance, odd: usize) -> String {
        if chance.one_in(odd) {
            "exercise"
        } else {
            LIVE_REALM
        }
        .to_owned()
    }

    /// The organisation of an element or event of the world, by what it says of itself.
    #[must_use]
    pub fn event_says(&self, event: EventId) -> &EventSays {
        &self.event_says[&event]
    }

    /// What an object, attribute or report says of itself.
    #[must_use]
    pub fn says(&self, element: ElementId) -> &Says {
        &self.says[&element]
    }

    /// The label of an element as the product derives it; none when the event's will do.
    pub(super) fn own_label(
        &mut self,
        tx: &mut Tx<'_>,
        element: ElementId,
        object: ElementId,
        says: Says,
    ) -> Result<Option<LabelId>, DbError> {
        let event = self.event_says[&element.event()].facts();
        let object = (!object.is_none()).then(|| self.says[&object].restriction());
        let facts = LabelFacts::for_item(&event, object.as_ref(), &says.restriction());
        self.says.insert(element, says);
        let Some(facts) = facts else { return Ok(None) };
        let label = self.intern(tx, facts)?;
        entente_store::label::note_own(tx, element.event(), label)?;
        Ok(Some(label))
    }
}
