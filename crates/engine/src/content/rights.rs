//! Who may change an event, as facts for the policy. spec: 02#7
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use entente_model::event::Event;
use entente_model::id::Ref;
use entente_policy::rules::{self, EventRights};
use uuid::Uuid;

impl Ctx<'_, '_> {
    /// The uuid of an organisation; nil when it is gone.
    #[must_use]
    pub fn org_uuid(&self, org: entente_model::id::OrgId) -> Uuid {
        self.directory.org(org).map_or(Uuid::nil(), |org| org.uuid)
    }

    /// What writing to an event depends on.
    #[must_use]
    pub fn event_rights(&self, event: &Event) -> EventRights {
        EventRights {
            owner: self.org_uuid(event.org),
            creator: self.org_uuid(event.orgc),
            creator_user: Some(event.user.0),
            locked: event.locked,
        }
    }

    /// An event the caller can see.
    ///
    /// # Errors
    /// `NotFound` with this message when it is absent or hidden.
    pub fn visible_event(&mut self, event: Option<Ref>, message: &'static str) -> Result<Event> {
        let found = match event {
            Some(event) => self.current(
                |tx, scope| entente_store::event::find(tx, scope, event),
                |event| event.id,
            )?,
            None => None,
        };
        found.ok_or_else(|| Error::not_found(message))
    }

    /// Whether the caller may change an event's content.
    #[must_use]
    pub fn can_modify(&self, event: &Event) -> bool {
        rules::can_modify_event(&self.viewer(), &self.event_rights(event))
    }

    /// Whether the caller may publish an event.
    #[must_use]
    pub fn can_publish(&self, event: &Event) -> bool {
        rules::can_publish_event(&self.viewer(), &self.event_rights(event))
    }

    /// Whether the caller may attach tags to an event or what is in it.
    #[must_use]
    pub fn can_tag(&self, event: &Event, local: bool) -> bool {
        let host = self.org_uuid(self.settings.host_org());
        rules::can_tag(&self.viewer(), &self.event_rights(event), local, host)
    }
}
