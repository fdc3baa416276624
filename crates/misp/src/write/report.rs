//! Event reports. spec: 01#7.6, 03#7
use super::JsonWriter;
use super::event::OrgView;
use entente_model::event::Event;
use entente_model::report::Report;

/// Writes a report as it stands in an event. `more` are further members, rendered (`Note`, …).
pub fn report(out: &mut Vec<u8>, report: &Report, more: &[(&'static str, &[u8])]) {
    let mut json = JsonWriter::new(out);
    json.begin_map();
    json.key("id").id(report.id.0);
    json.key("uuid").uuid(report.uuid);
    json.key("event_id").id(report.id.event().0);
    json.key("name").text(&report.name);
    json.key("content").optional_text(report.content.as_deref());
    json.key("distribution").id(report.distribution.number());
    json.key("sharing_group_id").id(report.sharing_group.0);
    json.key("timestamp").id(report.timestamp);
    json.key("deleted").flag(report.deleted);
    for (key, rendered) in more {
        json.key(key).raw(rendered);
    }
    json.end_map();
}

/// The event of a report with its organisations.
#[derive(Debug, Clone, Copy)]
pub struct ReportEvent<'a> {
    /// The event.
    pub event: &'a Event,
    /// Its owner.
    pub org: OrgView<'a>,
    /// Its creator.
    pub orgc: OrgView<'a>,
}

/// Writes a report as its own endpoints answer it. `sharing_group` is `{id,name,uuid}` rendered;
/// `more_in_report` and `inbound` are the annotations of and the relationships to the report. spec: 03#7
pub fn report_answer(
    out: &mut Vec<u8>,
    entity: &Report,
    of: &ReportEvent<'_>,
    sharing_group: Option<&[u8]>,
    more_in_report: &[(&'static str, &[u8])],
    inbound: Option<&[u8]>,
) {
    let mut json = JsonWriter::new(out);
    json.begin_map();
    report(json.key("EventReport").value(), entity, more_in_report);
    json.key("Event").begin_map();
    json.key("id").id(of.event.id.0);
    json.key("orgc_id").id(of.event.orgc.0);
    json.key("org_id").id(of.event.org.0);
    json.key("info").text(&of.event.info);
    json.key("user_id").id(of.event.user.0);
    json.key("date").plain(&of.event.date.to_string());
    name_only(json.key("Org"), &of.org);
    name_only(json.key("Orgc"), &of.orgc);
    json.end_map();
    json.key("SharingGroup")
        .raw(sharing_group.unwrap_or(br#"{"id":null,"name":null,"uuid":null}"#));
    json.key("RelationshipInbound").raw(inbound.unwrap_or(b"[]"));
    json.end_map();
}

fn name_only(json: &mut JsonWriter<'_>, org: &OrgView<'_>) {
    json.begin_map();
    json.key("id").id(org.id.0);
    json.key("name").text(org.name);
    json.end_map();
}
