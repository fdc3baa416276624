//! Events: scalars and small lists into the draft, attributes and objects to the sink. spec: 01#7.1, 03#3.3
use super::analyst::{annotations, kind_of_key};
use super::attribute::proposals_into;
use super::object::{member, object_into, report};
use super::parser::{Next, Parser};
use super::party::{GroupParts, organisation, settle};
use super::tag::tag;
use super::{EventSink, MAX_WRAPS, ProposalDraft, ReadError, list};
use entente_model::draft::{EventDraft, KeyDraft, ObjectDraft, OrgDraft};

/// The reading of one event.
pub(super) struct EventReader<'s> {
    pub(super) draft: EventDraft,
    sink: &'s mut dyn EventSink,
    /// Proposals met inside of attributes, on their way to the sink.
    proposals: Vec<ProposalDraft>,
    attributes_seen: bool,
    objects_seen: bool,
}

impl<'s> EventReader<'s> {
    pub(super) fn new(sink: &'s mut dyn EventSink) -> Self {
        Self {
            draft: EventDraft::default(),
            sink,
            proposals: Vec::new(),
            attributes_seen: false,
            objects_seen: false,
        }
    }

    /// Reads the document: an event, bare or wrapped, or a list of one.
    pub(super) fn document(&mut self, p: &mut Parser<'_>, wraps: u8) -> Result<(), ReadError> {
        let mut events = 0;
        p.each(|p| {
            events += 1;
            if events > 1 {
                return Err(ReadError::Shape("one event"));
            }
            if p.next()? != Next::Map {
                return Err(ReadError::Shape("an event"));
            }
            self.event(p, wraps)
        })
    }

    fn event(&mut self, p: &mut Parser<'_>, wraps: u8) -> Result<(), ReadError> {
        let mut group = GroupParts::default();
        let (mut creator, mut creator_id) = (None, None);
        p.map()?;
        while let Some(key) = p.key()? {
            match key.as_bytes() {
                b"Event" | b"request" | b"response" if wraps < MAX_WRAPS => {
                    p.fields -= 1;
                    self.document(p, wraps + 1)?;
                }
                b"sharing_group_id" => group.name(p.scalar()?),
                b"SharingGroup" => group.embed(p)?,
                b"Orgc" => creator = organisation(p)?,
                b"orgc_id" => creator_id = p.scalar()?.id(),
                b"Attribute" => self.attributes(p)?,
                b"Object" => self.objects(p)?,
                b"ShadowAttribute" => {
                    proposals_into(p, &mut self.proposals)?;
                    self.deliver_proposals()?;
                }
                b"Tag" => self.draft.tags = list(p, tag)?,
                b"EventReport" => self.draft.reports = list(p, report)?,
                b"CryptographicKey" => self.draft.keys = list(p, signing_key)?,
                key => self.scalar(p, key)?,
            }
        }
        if let Some(choice) = group.choice() {
            self.draft.sharing_group = Some(choice);
        }
        let by_id = settle(OrgDraft {
            id: creator_id,
            ..OrgDraft::default()
        });
        self.draft.orgc = creator.or(by_id).or(self.draft.orgc.take());
        Ok(())
    }

    fn scalar(&mut self, p: &mut Parser<'_>, key: &[u8]) -> Result<(), ReadError> {
        let draft = &mut self.draft;
        match key {
            b"uuid" => draft.uuid = p.scalar()?.uuid(),
            b"info" => draft.info = p.scalar()?.text(),
            b"date" => draft.date = p.scalar()?.day(),
            b"published" => draft.published = p.scalar()?.flag(),
            b"analysis" => draft.analysis = p.scalar()?.analysis(),
            b"threat_level_id" => draft.threat_level = p.scalar()?.threat_level(),
            b"distribution" => draft.distribution = p.scalar()?.distribution(),
            b"timestamp" => draft.timestamp = p.scalar()?.seconds(),
            b"publish_timestamp" => draft.publish_timestamp = p.scalar()?.seconds(),
            b"locked" => draft.locked = p.scalar()?.flag(),
            b"disable_correlation" => draft.disable_correlation = p.scalar()?.flag(),
            b"extends_uuid" => draft.extends = p.scalar()?.extends(),
            b"protected" => draft.protected = p.scalar()?.flag(),
            b"breakOnDuplicate" => draft.break_on_duplicate = p.scalar()?.is_set(),
            other => match kind_of_key(other) {
                Some(kind) => annotations(p, kind, &mut draft.analyst)?,
                None => p.skip()?,
            },
        }
        Ok(())
    }

    fn attributes(&mut self, p: &mut Parser<'_>) -> Result<(), ReadError> {
        let again = self.attributes_seen;
        p.each(|p| {
            if again {
                // What was delivered cannot be taken back, so the last list cannot win.
                return Err(ReadError::Repeated("Attribute"));
            }
            self.attributes_seen = true;
            if let Some(draft) = member(p, &mut self.proposals)? {
                self.sink.attribute(draft)?;
            }
            self.deliver_proposals()
        })
    }

    fn objects(&mut self, p: &mut Parser<'_>) -> Result<(), ReadError> {
        let again = self.objects_seen;
        p.each(|p| {
            if again {
                return Err(ReadError::Repeated("Object"));
            }
            self.objects_seen = true;
            let mut draft = ObjectDraft::default();
            if object_into(p, &mut draft, &mut self.proposals, MAX_WRAPS)? {
                self.sink.object(draft)?;
            }
            self.deliver_proposals()
        })
    }

    fn deliver_proposals(&mut self) -> Result<(), ReadError> {
        for proposal in self.proposals.drain(..) {
            self.sink.proposal(proposal)?;
        }
        Ok(())
    }
}

/// A key without key material is none.
fn signing_key(p: &mut Parser<'_>) -> Result<Option<KeyDraft>, ReadError> {
    let mut key_draft = KeyDraft::default();
    if !p.map()? {
        return Ok(None);
    }
    while let Some(key) = p.key()? {
        match key.as_bytes() {
            b"uuid" => key_draft.uuid = p.scalar()?.uuid().value(),
            b"type" => key_draft.kind = p.scalar()?.text().unwrap_or_default(),
            b"key_data" => key_draft.data = p.scalar()?.text().unwrap_or_default(),
            _ => p.skip()?,
        }
    }
    Ok((!key_draft.data.is_empty()).then_some(key_draft))
}
