//! Who may do what with an item, and why: questions that authors ask before and after they share.
//! spec: 10#1.8
//!
//! The answers come from the very functions that guard the data. What a question could give away is
//! withheld first: an item that the caller does not see is absent, others are asked about by members of
//! the creator and by administrators of the host organisation only, and neither organisations nor members
//! of sharing groups that are hidden from the caller elsewhere come to light here.
pub mod preview;

use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::organisation::Place;
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::id::Ref;
use entente_model::object::Object;
use entente_model::organisation::Organisation;
use entente_model::report::Report;
use entente_policy::{
    Action, Decision, Facts, LabelFacts, Sentence, Snapshot, Viewer, audience as allowed_orgs, decide,
    explain as sentences_of, may_ask_about,
};
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;

const ABSENT: &str = "There is no event, object, attribute or report with this uuid.";
const NOT_YOURS: &str = "Only members of the organisation that created the item and administrators of the host \
                         organisation may ask what others may do with it.";
const MEMBERS_HIDDEN: &str = "The members of a sharing group of this item are hidden from you, and so is who \
                              may do what with it.";

/// What a uuid names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An event.
    Event,
    /// An object.
    Object,
    /// An attribute.
    Attribute,
    /// An event report.
    Report,
}

impl Kind {
    /// Its name in interfaces.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Object => "object",
            Self::Attribute => "attribute",
            Self::Report => "report",
        }
    }
}

/// What somebody may do with an item.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// What the uuid names.
    pub kind: Kind,
    /// About whom it is.
    pub org: Arc<Organisation>,
    /// Whether it is about the caller with the rights of this request; else about a member of the
    /// organisation whose role grants everything but administration.
    pub caller: bool,
    /// The decision, layer by layer.
    pub decision: Decision,
    /// The same in words.
    pub sentences: Vec<Sentence>,
}

/// Organisations with users here that may do something.
#[derive(Debug, Clone)]
pub struct Audience {
    /// By uuid, those only that the caller may list.
    pub orgs: Vec<Arc<Organisation>>,
    /// Whether the caller may list every organisation of this instance.
    pub complete: bool,
}

/// Why the caller, or an organisation, may or may not do something with an item.
///
/// # Errors
/// `NotFound` for items and organisations that are absent or hidden, `Denied` when the caller may not ask
/// about this organisation.
pub fn explain(
    ctx: &mut Ctx<'_, '_>,
    item: Uuid,
    about: Option<Uuid>,
    action: Action,
) -> Result<Explanation> {
    let item = Item::find(ctx, item)?;
    let (snapshot, asker) = (snapshot(ctx), ctx.viewer());
    let facts = item.facts(ctx)?;
    let own = ctx.actor.org.uuid;
    if !may_ask_about(&snapshot, &asker, &facts.label, about.unwrap_or(own)) {
        return Err(Error::denied(NOT_YOURS));
    }
    let (org, subject) = match about {
        None => (Arc::clone(&ctx.actor.org), asker),
        Some(about) => {
            if about != own {
                check_members_shown(ctx, &facts.label)?;
            }
            let org = crate::organisation::view(ctx, &about.to_string())?.org;
            (org, Viewer::representative(&snapshot, about, &facts.label.realm))
        }
    };
    let decision = decide(&snapshot, &subject, &facts, action);
    Ok(Explanation {
        kind: item.kind(),
        org,
        caller: about.is_none(),
        sentences: sentences_of(&decision),
        decision,
    })
}

/// The organisations here that may do something with an item.
///
/// # Errors
/// `NotFound` for an item that is absent or hidden, `Denied` when the caller may not ask about others.
pub fn audience(ctx: &mut Ctx<'_, '_>, item: Uuid, action: Action) -> Result<(Kind, Audience)> {
    let item = Item::find(ctx, item)?;
    let facts = item.facts(ctx)?;
    check_may_ask_about_others(ctx, &facts.label)?;
    let allowed = allowed_orgs(&snapshot(ctx), &facts, action);
    Ok((item.kind(), Listable::load(ctx)?.among(&allowed)))
}

/// An item that the caller sees.
enum Item {
    Event(Event),
    Object(Object, Event),
    Attribute(Box<Attribute>, Event),
    Report(Report, Event),
}

impl Item {
    fn find(ctx: &mut Ctx<'_, '_>, uuid: Uuid) -> Result<Self> {
        Self::stored(ctx, Ref::Uuid(uuid))?
            .filter(|item| !item.deleted() || crate::attribute::sees_deleted(ctx, item.event()))
            .ok_or_else(|| Error::not_found(ABSENT))
    }

    fn stored(ctx: &mut Ctx<'_, '_>, uuid: Ref) -> Result<Option<Self>> {
        let scope = ctx.scope();
        if let Some(event) = entente_store::event::find(ctx.tx, &scope, uuid)? {
            return Ok(Some(Self::Event(event)));
        }
        if let Some((attribute, event)) = entente_store::attribute::find(ctx.tx, &scope, uuid)? {
            return Ok(Some(Self::Attribute(Box::new(attribute), event)));
        }
        if let Some((object, event)) = entente_store::object::find(ctx.tx, &scope, uuid)? {
            return Ok(Some(Self::Object(object, event)));
        }
        let report = entente_store::report::find(ctx.tx, &scope, uuid)?;
        Ok(report.map(|(report, event)| Self::Report(report, event)))
    }

    const fn deleted(&self) -> bool {
        match self {
            Self::Event(_) => false,
            Self::Object(object, _) => object.deleted,
            Self::Attribute(attribute, _) => attribute.deleted,
            Self::Report(report, _) => report.deleted,
        }
    }

    const fn kind(&self) -> Kind {
        match self {
            Self::Event(_) => Kind::Event,
            Self::Object(..) => Kind::Object,
            Self::Attribute(..) => Kind::Attribute,
            Self::Report(..) => Kind::Report,
        }
    }

    const fn event(&self) -> &Event {
        match self {
            Self::Event(event)
            | Self::Object(_, event)
            | Self::Attribute(_, event)
            | Self::Report(_, event) => event,
        }
    }

    /// What decisions about it depend on, as it is stored.
    fn facts(&self, ctx: &Ctx<'_, '_>) -> Result<Facts> {
        let event = self.event();
        let own = match self {
            Self::Event(_) => None,
            Self::Object(object, _) => object.label,
            Self::Attribute(attribute, _) => attribute.label,
            Self::Report(report, _) => report.label,
        };
        let label = ctx.label_facts(own.unwrap_or(event.label))?.as_ref().clone();
        Ok(self.with_label(label))
    }

    fn with_label(&self, label: LabelFacts) -> Facts {
        let event = self.event();
        Facts {
            label,
            event_creator_user: Some(event.user.0),
            locked: event.locked,
        }
    }
}

fn snapshot(ctx: &Ctx<'_, '_>) -> Snapshot {
    ctx.app
        .labels()
        .snapshot(&ctx.directory, &ctx.settings, ctx.now())
}

/// Whoever may ask about the creator as somebody else may ask about everybody.
fn check_may_ask_about_others(ctx: &Ctx<'_, '_>, label: &LabelFacts) -> Result<()> {
    if may_ask_about(&snapshot(ctx), &ctx.viewer(), label, label.creator) {
        check_members_shown(ctx, label)
    } else {
        Err(Error::denied(NOT_YOURS))
    }
}

fn check_members_shown(ctx: &Ctx<'_, '_>, label: &LabelFacts) -> Result<()> {
    let groups = label.chain.iter().filter_map(|link| link.sharing_group);
    let hidden = groups
        .filter_map(|group| ctx.directory.group_by_uuid(group))
        .any(|group| {
            !(crate::sharing_group::visible(ctx, group) && crate::sharing_group::shows_members(ctx, group))
        });
    if hidden {
        Err(Error::denied(MEMBERS_HIDDEN))
    } else {
        Ok(())
    }
}

/// The organisations of this instance that the caller may list.
struct Listable {
    orgs: Vec<Arc<Organisation>>,
    complete: bool,
}

impl Listable {
    fn load(ctx: &mut Ctx<'_, '_>) -> Result<Self> {
        let listed = crate::organisation::list(ctx, Place::Local, None)?;
        let mut orgs: Vec<_> = listed.into_iter().map(|listed| listed.org).collect();
        orgs.sort_by_key(|org| org.uuid);
        let all = ctx.directory.orgs().filter(|org| org.local).count();
        Ok(Self {
            complete: orgs.len() == all,
            orgs,
        })
    }

    fn among(&self, allowed: &BTreeSet<Uuid>) -> Audience {
        let orgs = self.orgs.iter().filter(|org| allowed.contains(&org.uuid));
        Audience {
            orgs: orgs.cloned().collect(),
            complete: self.complete,
        }
    }
}
