//! Attributes as a table. spec: 04#6.2
use crate::export::{Export, Parts, Row};
use entente_indicator::{AttributeType, Category};
use entente_model::object::Object;
use std::borrow::Cow;

/// Which columns a table has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns(Vec<String>);

const DEFAULT: &[&str] = &[
    "uuid",
    "event_id",
    "category",
    "type",
    "value",
    "comment",
    "to_ids",
    "timestamp",
    "object_relation",
    "attribute_tag",
];
const DECAY: &[&str] = &["decay_score_score", "decay_score_decayed"];
const OBJECT: &[&str] = &["object_uuid", "object_name", "object_meta-category"];
const CONTEXT: &[&str] = &[
    "event_info",
    "event_member_org",
    "event_source_org",
    "event_distribution",
    "event_threat_level_id",
    "event_analysis",
    "event_date",
    "event_tag",
    "event_timestamp",
];

impl Columns {
    /// The columns that a client asks for: its own list, or the usual one with those of scores and of the event on
    /// demand.
    #[must_use]
    pub fn of_request(attributes: Vec<String>, objects: &[String], decay: bool, context: bool) -> Self {
        let own = !attributes.is_empty();
        let mut columns = if own {
            attributes
        } else {
            let scores = DECAY.iter().filter(|_| decay);
            DEFAULT
                .iter()
                .chain(scores)
                .map(|&name| name.to_owned())
                .collect()
        };
        if !objects.is_empty() {
            columns.extend(objects.iter().map(|name| format!("object_{name}")));
        } else if !own {
            columns.extend(OBJECT.iter().map(|&name| name.to_owned()));
        }
        if context {
            for name in CONTEXT {
                if !columns.iter().any(|column| column == name) {
                    columns.push((*name).to_owned());
                }
            }
        }
        columns.truncate(200);
        Self(columns)
    }

    /// Appends the line of names.
    pub fn header(&self, out: &mut Vec<u8>) {
        for (i, name) in self.0.iter().enumerate() {
            if i > 0 {
                out.push(b',');
            }
            let shown = if name == "timestamp" {
                "date".to_owned()
            } else {
                name.replace('-', "_")
            };
            // names come from the client and stand in the table unquoted
            let plain = shown
                .bytes()
                .filter(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'));
            out.extend(plain);
        }
        out.push(b'\n');
    }

    /// Appends one row.
    pub fn row(&self, out: &mut Vec<u8>, row: &Row<'_>) {
        for (i, name) in self.0.iter().enumerate() {
            if i > 0 {
                out.push(b',');
            }
            cell(out, &value(name, row));
        }
        out.push(b'\n');
    }
}

/// The table as an export.
#[derive(Debug)]
pub struct Table {
    /// Its columns.
    pub columns: Columns,
    /// Whether the line of names comes first.
    pub headed: bool,
}

impl Export for Table {
    fn begin(&mut self, out: &mut Parts) {
        if self.headed {
            self.columns.header(out.part(0));
        }
    }
    fn attribute(&mut self, out: &mut Parts, row: &Row<'_>) {
        self.columns.row(out.part(0), row);
    }
    fn end(&mut self, out: &mut Parts) {
        out.part(0).push(b'\n');
    }
}

/// Appends a cell: bare when it is a number, quoted otherwise.
pub fn cell(out: &mut Vec<u8>, text: &str) {
    if is_number(text) {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    out.push(b'"');
    for (i, piece) in text.split('"').enumerate() {
        if i > 0 {
            out.extend_from_slice(b"\"\"");
        }
        out.extend_from_slice(piece.as_bytes());
    }
    out.push(b'"');
}

/// Digits with an optional sign, fraction and exponent.
fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    unsigned.bytes().any(|byte| byte.is_ascii_digit())
        && unsigned
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'))
        && unsigned
            .bytes()
            .next()
            .is_some_and(|byte| byte.is_ascii_digit() || byte == b'.')
        && text.parse::<f64>().is_ok()
}

fn value<'a>(name: &str, row: &Row<'a>) -> Cow<'a, str> {
    if let Some(name) = name.strip_prefix("object_")
        && !matches!(name, "relation" | "id")
    {
        return row
            .object
            .map_or(Cow::Borrowed(""), |object| of_object(name, object));
    }
    match name.strip_prefix("event_") {
        Some(name) if name != "id" => of_event(name, row),
        _ => of_attribute(name, row),
    }
}

fn flag(flag: bool) -> Cow<'static, str> {
    Cow::Borrowed(if flag { "1" } else { "0" })
}

fn of_attribute<'a>(name: &str, row: &Row<'a>) -> Cow<'a, str> {
    let attribute = row.attribute;
    match name {
        "id" => attribute.id.to_string().into(),
        "uuid" => attribute.uuid.to_string().into(),
        "event_id" => attribute.event().to_string().into(),
        "object_id" => attribute.object.to_string().into(),
        "category" => Category::from_id(attribute.category)
            .map_or("", Category::name)
            .into(),
        "type" => AttributeType::from_id(attribute.kind)
            .map_or("", AttributeType::name)
            .into(),
        "value" => attribute.value(),
        "value1" => attribute.value1.as_str().into(),
        "value2" => attribute.value2.as_deref().unwrap_or_default().into(),
        "comment" => attribute.comment.as_str().into(),
        "to_ids" => flag(attribute.to_ids),
        "deleted" => flag(attribute.deleted),
        "disable_correlation" => flag(attribute.disable_correlation),
        "timestamp" | "date" => attribute.timestamp.to_string().into(),
        "distribution" => attribute.distribution.number().to_string().into(),
        "sharing_group_id" => attribute.sharing_group.to_string().into(),
        "object_relation" => attribute.relation.as_deref().unwrap_or_default().into(),
        "first_seen" => attribute
            .first_seen
            .map(entente_model::time::iso_micros)
            .unwrap_or_default()
            .into(),
        "last_seen" => attribute
            .last_seen
            .map(entente_model::time::iso_micros)
            .unwrap_or_default()
            .into(),
        "attribute_tag" => row.tags.join(",").into(),
        "decay_score_score" => row
            .decay
            .map(|(score, _)| score.to_string())
            .unwrap_or_default()
            .into(),
        "decay_score_decayed" => row.decay.map_or(Cow::Borrowed(""), |(_, decayed)| flag(decayed)),
        _ => of_event(name, row),
    }
}

fn of_event<'a>(name: &str, row: &Row<'a>) -> Cow<'a, str> {
    let event = row.event;
    match name {
        "uuid" => event.uuid.to_string().into(),
        "info" => event.info.as_str().into(),
        "member_org" => row.owner.into(),
        "source_org" => row.creator.into(),
        "org_id" => event.org.to_string().into(),
        "orgc_id" => event.orgc.to_string().into(),
        "distribution" => event.distribution.number().to_string().into(),
        "sharing_group_id" => event.sharing_group.to_string().into(),
        "threat_level_id" => event.threat_level.name().into(),
        "analysis" => event.analysis.number().to_string().into(),
        "date" => event.date.to_string().into(),
        "published" => flag(event.published),
        "tag" => row.event_tags.join(",").into(),
        "timestamp" => event.timestamp.to_string().into(),
        "publish_timestamp" => event.publish_timestamp.to_string().into(),
        _ => Cow::Borrowed(""),
    }
}

fn of_object<'a>(name: &str, object: &'a Object) -> Cow<'a, str> {
    match name {
        "uuid" => object.uuid.to_string().into(),
        "name" => object.name.as_str().into(),
        "meta-category" | "meta_category" => object.meta_category.as_str().into(),
        "description" => object.description.as_str().into(),
        "template_uuid" => object
            .template_uuid
            .map(|uuid| uuid.to_string())
            .unwrap_or_default()
            .into(),
        "template_version" => object.template_version.to_string().into(),
        "comment" => object.comment.as_str().into(),
        "timestamp" => object.timestamp.to_string().into(),
        "distribution" => object.distribution.number().to_string().into(),
        _ => Cow::Borrowed(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{attribute, event};

    fn table(columns: &Columns) -> String {
        let (event, attribute) = (event(), attribute("ip-dst", "198.51.100.7"));
        let row = Row {
            attribute: &attribute,
            event: &event,
            object: None,
            tags: &["tlp:amber", "x"],
            event_tags: &["tlp:red"],
            owner: "Owner",
            creator: "Creator",
            decay: None,
        };
        let mut out = Vec::new();
        columns.header(&mut out);
        columns.row(&mut out, &row);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_usual_columns() {
        assert_eq!(
            table(&Columns::of_request(Vec::new(), &[], false, false)),
            "uuid,event_id,category,type,value,comment,to_ids,date,object_relation,attribute_tag,object_uuid,\
             object_name,object_meta_category\n\
             \"00000000-0000-0000-0000-000000000002\",12,\"Network activity\",\"ip-dst\",\"198.51.100.7\",\"\",1,\
             1700000000,\"\",\"tlp:amber,x\",\"\",\"\",\"\"\n"
        );
    }

    #[test]
    fn scores_stand_behind_the_tags() {
        let (event, attribute) = (event(), attribute("ip-dst", "198.51.100.7"));
        let columns = Columns::of_request(Vec::new(), &[], true, false);
        let mut out = Vec::new();
        columns.header(&mut out);
        for decay in [Some((40.5, true)), None] {
            columns.row(
                &mut out,
                &Row {
                    attribute: &attribute,
                    event: &event,
                    object: None,
                    tags: &["x"],
                    event_tags: &[],
                    owner: "",
                    creator: "",
                    decay,
                },
            );
        }
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains(",attribute_tag,decay_score_score,decay_score_decayed,object_uuid,"));
        assert!(
            text.contains(",\"x\",40.5,1,") && text.contains(",\"x\",\"\",\"\","),
            "{text}"
        );
    }

    #[test]
    fn chosen_columns_and_context() {
        let chosen = Columns::of_request(
            vec![
                "value".into(),
                "event_info".into(),
                "info".into(),
                "evil,\n".into(),
            ],
            &[],
            false,
            false,
        );
        assert_eq!(
            table(&chosen),
            "value,event_info,info,evil\n\"198.51.100.7\",\"a \"\"b\"\"\",\"a \"\"b\"\"\",\"\"\n"
        );
        let context = table(&Columns::of_request(
            vec!["uuid".into()],
            &["name".into()],
            false,
            true,
        ));
        assert!(context.starts_with("uuid,object_name,event_info,event_member_org,event_source_org,"));
        assert!(context.contains("\"Owner\",\"Creator\",3,\"High\",1,\"1970-01-01\",\"tlp:red\",5"));
    }

    #[test]
    fn numbers_stand_bare() {
        let shown = |text| {
            let mut out = Vec::new();
            cell(&mut out, text);
            String::from_utf8(out).unwrap()
        };
        for bare in ["1234", "9.8", "-3", "1e5"] {
            assert_eq!(shown(bare), bare);
        }
        for quoted in ["", "1.2.3", "e5", "nan", "1 ", "inf", "0x1f"] {
            assert_eq!(shown(quoted), format!("\"{quoted}\""));
        }
        assert_eq!(shown("=cmd|'x'\n\"y\""), "\"=cmd|'x'\n\"\"y\"\"\"");
    }
}
