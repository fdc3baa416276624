//! Proposals in all contexts. spec: 01#7.7, 03#8, 04#4
use super::JsonWriter;
use super::attribute::{category_name, type_name, value};
use super::event::OrgView;
use entente_model::proposal::Proposal;

/// Where a proposal is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProposalShape {
    /// Inside an event or its attributes.
    Event,
    /// `shadowAttributes/index`, inside of `{"ShadowAttribute":…}`, which the caller writes.
    Index,
    /// The answer to adding or changing one.
    Answer,
    /// With an attribute in a search.
    Search,
}

/// A proposal with what its row only refers to.
#[derive(Debug, Clone, Copy)]
pub struct ProposalView<'a> {
    /// The proposal.
    pub proposal: &'a Proposal,
    /// Who proposes; shown in events and the index.
    pub org: Option<OrgView<'a>>,
    /// `warnings`, rendered, where there are any.
    pub warnings: Option<&'a [u8]>,
    /// The address of the proposer, for those who may see it (otherwise empty).
    pub show_email: bool,
}

/// Writes one proposal.
pub fn proposal(out: &mut Vec<u8>, view: &ProposalView<'_>, shape: ProposalShape) {
    let mut json = JsonWriter::new(out);
    json.begin_map();
    match shape {
        ProposalShape::Event => in_event(&mut json, view),
        ProposalShape::Index => in_index(&mut json, view),
        ProposalShape::Answer => answer(&mut json, view),
        ProposalShape::Search => in_search(&mut json, view.proposal),
    }
    if let Some(warnings) = view.warnings {
        json.key("warnings").raw(warnings);
    }
    json.end_map();
}

fn kind(json: &mut JsonWriter<'_>, proposal: &Proposal) {
    json.key("type").plain(type_name(proposal.kind));
    json.key("category").plain(category_name(proposal.category));
}

fn seen_and_value(json: &mut JsonWriter<'_>, proposal: &Proposal) {
    json.key("first_seen").moment(proposal.first_seen);
    json.key("last_seen").moment(proposal.last_seen);
    value(json, &proposal.value1, proposal.value2.as_deref());
}

fn in_event(json: &mut JsonWriter<'_>, view: &ProposalView<'_>) {
    let proposal = view.proposal;
    json.key("id").id(proposal.id.0);
    kind(json, proposal);
    json.key("to_ids").flag(proposal.to_ids);
    json.key("uuid").uuid(proposal.uuid);
    json.key("event_uuid").uuid(proposal.event_uuid);
    json.key("event_id").id(proposal.id.event().0);
    json.key("old_id").id(proposal.old.0);
    json.key("comment").text(&proposal.comment);
    json.key("org_id").id(proposal.org.0);
    json.key("proposal_to_delete").flag(proposal.to_delete);
    json.key("timestamp").id(proposal.timestamp);
    seen_and_value(json, proposal);
    if let Some(org) = view.org {
        org.write(json.key("Org"), true);
    }
}

fn in_index(json: &mut JsonWriter<'_>, view: &ProposalView<'_>) {
    let proposal = view.proposal;
    json.key("id").id(proposal.id.0);
    json.key("old_id").id(proposal.old.0);
    json.key("event_id").id(proposal.id.event().0);
    kind(json, proposal);
    json.key("uuid").uuid(proposal.uuid);
    json.key("to_ids").flag(proposal.to_ids);
    json.key("comment").text(&proposal.comment);
    json.key("org_id").id(proposal.org.0);
    json.key("timestamp").id(proposal.timestamp);
    json.key("first_seen").moment(proposal.first_seen);
    json.key("last_seen").moment(proposal.last_seen);
    json.key("deleted").flag(proposal.deleted);
    json.key("proposal_to_delete").flag(proposal.to_delete);
    json.key("disable_correlation").flag(proposal.disable_correlation);
    value(json, &proposal.value1, proposal.value2.as_deref());
    if let Some(org) = view.org {
        json.key("org_uuid").uuid(org.uuid);
    }
    if !proposal.old.is_none() {
        json.key("old_uuid").uuid(proposal.uuid);
    }
    json.key("event_uuid").uuid(proposal.event_uuid);
    if let Some(org) = view.org {
        org.write(json.key("Org"), false);
    }
}

fn answer(json: &mut JsonWriter<'_>, view: &ProposalView<'_>) {
    let proposal = view.proposal;
    json.key("id").id(proposal.id.0);
    json.key("old_id").id(proposal.old.0);
    json.key("event_id").id(proposal.id.event().0);
    kind(json, proposal);
    value(json, &proposal.value1, proposal.value2.as_deref());
    json.key("comment").text(&proposal.comment);
    json.key("to_ids").flag(proposal.to_ids);
    json.key("uuid").uuid(proposal.uuid);
    json.key("event_org_id").id(proposal.event_org.0);
    json.key("email")
        .text(if view.show_email { &proposal.email } else { "" });
    json.key("deleted").flag(proposal.deleted);
    json.key("timestamp").id(proposal.timestamp);
    json.key("first_seen").moment(proposal.first_seen);
    json.key("last_seen").moment(proposal.last_seen);
}

fn in_search(json: &mut JsonWriter<'_>, proposal: &Proposal) {
    json.key("id").id(proposal.id.0);
    json.key("old_id").id(proposal.old.0);
    json.key("event_id").id(proposal.id.event().0);
    json.key("event_uuid").uuid(proposal.event_uuid);
    json.key("event_org_id").id(proposal.event_org.0);
    json.key("org_id").id(proposal.org.0);
    kind(json, proposal);
    json.key("value1").text(&proposal.value1);
    json.key("value2")
        .text(proposal.value2.as_deref().unwrap_or_default());
    value(json, &proposal.value1, proposal.value2.as_deref());
    json.key("to_ids").flag(proposal.to_ids);
    json.key("uuid").uuid(proposal.uuid);
    json.key("comment").text(&proposal.comment);
    json.key("deleted").flag(proposal.deleted);
    json.key("timestamp").id(proposal.timestamp);
    json.key("proposal_to_delete").flag(proposal.to_delete);
    json.key("disable_correlation").flag(proposal.disable_correlation);
}
