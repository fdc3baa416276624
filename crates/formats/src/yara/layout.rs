//! How a rule is laid out.
use super::encode;
use crate::export::Row;
use entente_model::event::Event;
use uuid::Uuid;

/// The facts about its origin that every rule carries.
pub(super) struct Origin<'a> {
    /// The event.
    pub(super) event: &'a Event,
    /// The attribute and the name of its type, where the rule has only one.
    pub(super) attribute: Option<(Uuid, &'a str)>,
    /// How the rule came about.
    pub(super) how: &'a str,
}

impl<'a> Origin<'a> {
    /// The origin of a rule that belongs to one attribute.
    pub(super) fn of(row: &Row<'a>, kind: &'a str, how: &'a str) -> Self {
        Self {
            event: row.event,
            attribute: Some((row.attribute.uuid, kind)),
            how,
        }
    }
}

/// Names that [`meta`] writes; a stored rule does not keep what it says under them itself.
pub(super) const OWN_META: [&str; 4] = ["MISP_EVENT_INFO", "MISP_EVENT_UUID", "MISP_ORIGIN", "MISP_UUID"];

/// Appends what stands before the identifier of a rule.
pub(super) fn imports<'a>(out: &mut String, modules: impl Iterator<Item = &'a str>) {
    let mut any = false;
    for module in modules {
        out.push_str("\nimport \"");
        out.push_str(module);
        out.push('"');
        any = true;
    }
    out.push_str(if any { "\n" } else { "\n\n" });
}

/// Bytes of a title that are shown; it is repeated in each rule.
const LONGEST_TITLE: usize = 1000;

/// Appends the definitions of [`OWN_META`].
pub(super) fn meta(out: &mut String, origin: &Origin<'_>) {
    let info = origin.event.info.as_str();
    let shown = info
        .get(..info.floor_char_boundary(LONGEST_TITLE))
        .unwrap_or_default();
    out.push_str("\t\tMISP_EVENT_INFO = ");
    encode::string(out, shown);
    out.push_str("\n\t\tMISP_EVENT_UUID = \"");
    let mut buffer = Uuid::encode_buffer();
    out.push_str(origin.event.uuid.hyphenated().encode_lower(&mut buffer));
    out.push_str("\"\n\t\tMISP_ORIGIN = \"");
    out.push_str(origin.how);
    if let Some((uuid, kind)) = origin.attribute {
        out.push_str("\"\n\t\tMISP_UUID = \"");
        out.push_str(uuid.hyphenated().encode_lower(&mut buffer));
        out.push_str(" (");
        out.push_str(kind);
        out.push(')');
    }
    out.push_str("\"\n");
}
