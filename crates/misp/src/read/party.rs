//! Organisations and sharing groups as embedded in bodies. spec: 01#7.9, 01#14
use super::parser::Parser;
use super::scalar::Scalar;
use super::{MAX_WRAPS, ReadError, list};
use entente_model::draft::{GroupChoice, GroupServerDraft, OrgDraft, SharingGroupDraft};
use entente_model::id::Ref;

/// An id that no row has: names nothing, so that an unreadable reference is refused and not dropped.
const NOBODY: Ref = Ref::Id(-1);

/// Reads an organisation. Its `id` counts only where nothing global identifies it: embedded in a document
/// from elsewhere it is the sender's.
pub(super) fn organisation(p: &mut Parser<'_>) -> Result<Option<OrgDraft>, ReadError> {
    let mut org = OrgDraft::default();
    if !organisation_into(p, &mut org, MAX_WRAPS)? {
        return Ok(None);
    }
    Ok(settle(org))
}

pub(super) fn settle(mut org: OrgDraft) -> Option<OrgDraft> {
    if org.uuid.is_some() || org.name.is_some() {
        org.id = None;
    }
    (org != OrgDraft::default()).then_some(org)
}

pub(super) fn organisation_into(
    p: &mut Parser<'_>,
    org: &mut OrgDraft,
    wraps: u8,
) -> Result<bool, ReadError> {
    if !p.map()? {
        return Ok(false);
    }
    while let Some(key) = p.key()? {
        match key.as_bytes() {
            b"Organisation" | b"request" | b"response" if wraps < MAX_WRAPS => {
                p.fields -= 1;
                p.each(|p| organisation_into(p, org, wraps + 1).map(|_| ()))?;
            }
            b"id" => org.id = p.scalar()?.id(),
            b"uuid" => org.uuid = p.scalar()?.uuid().value(),
            b"name" => org.name = p.scalar()?.text().filter(|name| !name.trim().is_empty()),
            b"description" => org.description = p.scalar()?.text(),
            b"type" => org.kind = p.scalar()?.text(),
            b"nationality" => org.nationality = p.scalar()?.text(),
            b"sector" => org.sector = p.scalar()?.text(),
            b"contacts" => org.contacts = p.scalar()?.text(),
            _ => p.skip()?,
        }
    }
    Ok(true)
}

/// The two ways in which a body names its sharing group.
#[derive(Default)]
pub(super) struct GroupParts {
    named: Option<Ref>,
    embedded: Option<(Option<i64>, Box<SharingGroupDraft>)>,
}

impl GroupParts {
    /// The value of `sharing_group_id`.
    pub(super) fn name(&mut self, value: Scalar<'_>) {
        self.named = match value {
            Scalar::Null | Scalar::Text("" | "0") | Scalar::Number("0") => None,
            other => Some(other.reference().unwrap_or(NOBODY)),
        };
    }

    /// The value of `SharingGroup`. One without uuid and name (views show three nulls for none) is no group.
    pub(super) fn embed(&mut self, p: &mut Parser<'_>) -> Result<(), ReadError> {
        let mut group = SharingGroupDraft::default();
        let id = sharing_group_into(p, &mut group, MAX_WRAPS)?;
        let named = group.uuid.as_value().is_some() || group.name.is_some();
        self.embedded = named.then(|| (id, Box::new(group)));
        Ok(())
    }

    /// The embedded group, because its uuid means the same everywhere; but a `sharing_group_id` other than
    /// the id of the embedded group was changed by the caller and wins.
    pub(super) fn choice(self) -> Option<GroupChoice> {
        match (self.embedded, self.named) {
            (Some((Some(id), _)), Some(named)) if named != Ref::Id(id) => Some(GroupChoice::Ref(named)),
            (Some((_, group)), _) => Some(GroupChoice::Embedded(group)),
            (None, named) => named.map(GroupChoice::Ref),
        }
    }
}

/// Reads a sharing group and answers the id that the body gives it.
pub(super) fn sharing_group_into(
    p: &mut Parser<'_>,
    group: &mut SharingGroupDraft,
    wraps: u8,
) -> Result<Option<i64>, ReadError> {
    let mut id = None;
    let mut creator = OrgDraft::default();
    if !p.map()? {
        return Ok(None);
    }
    while let Some(key) = p.key()? {
        match key.as_bytes() {
            b"SharingGroup" | b"request" | b"response" if wraps < MAX_WRAPS => {
                p.fields -= 1;
                p.each(|p| {
                    id = sharing_group_into(p, group, wraps + 1)?;
                    Ok(())
                })?;
            }
            b"id" => id = p.scalar()?.id(),
            b"uuid" => group.uuid = p.scalar()?.uuid(),
            b"name" => group.name = p.scalar()?.text().filter(|name| !name.trim().is_empty()),
            b"releasability" => group.releasability = p.scalar()?.text(),
            b"description" => group.description = p.scalar()?.text(),
            b"active" => group.active = p.scalar()?.flag(),
            b"roaming" => group.roaming = p.scalar()?.flag(),
            b"modified" => group.modified = p.scalar()?.seconds().value(),
            b"org_id" => creator.id = p.scalar()?.id(),
            b"organisation_uuid" => creator.uuid = p.scalar()?.uuid().value(),
            b"Organisation" => {
                if let Some(org) = organisation(p)? {
                    creator = OrgDraft {
                        uuid: org.uuid.or(creator.uuid),
                        ..org
                    };
                }
            }
            b"SharingGroupOrg" => group.orgs = Some(list(p, member)?),
            b"SharingGroupServer" => group.servers = Some(list(p, instance)?),
            _ => p.skip()?,
        }
    }
    group.organisation = settle(creator).or(group.organisation.take());
    Ok(id)
}

/// A member and whether it may extend the group.
fn member(p: &mut Parser<'_>) -> Result<Option<(OrgDraft, bool)>, ReadError> {
    let mut org = OrgDraft::default();
    let mut id = None;
    let mut extend = false;
    if !p.map()? {
        return Ok(None);
    }
    while let Some(key) = p.key()? {
        match key.as_bytes() {
            b"org_id" => id = p.scalar()?.id(),
            b"org_uuid" | b"uuid" => org.uuid = p.scalar()?.uuid().value(),
            b"extend" => extend = p.scalar()?.is_set(),
            b"Organisation" => {
                organisation_into(p, &mut org, MAX_WRAPS)?;
            }
            _ => p.skip()?,
        }
    }
    org.id = id.or(org.id);
    Ok(settle(org).map(|org| (org, extend)))
}

fn instance(p: &mut Parser<'_>) -> Result<Option<GroupServerDraft>, ReadError> {
    let mut server = GroupServerDraft::default();
    if !p.map()? {
        return Ok(None);
    }
    while let Some(key) = p.key()? {
        match key.as_bytes() {
            b"server_id" => server.id = p.scalar()?.int().value().filter(|id| *id >= 0),
            b"all_orgs" => server.all_orgs = p.scalar()?.is_set(),
            b"Server" => {
                if p.map()? {
                    while let Some(key) = p.key()? {
                        match key.as_bytes() {
                            b"url" => server.url = p.scalar()?.text(),
                            _ => p.skip()?,
                        }
                    }
                }
            }
            _ => p.skip()?,
        }
    }
    Ok(Some(server))
}
