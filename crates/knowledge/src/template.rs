//! Object templates and relationship types as published, and the rules objects meet
//! (spec: 07#3).
mod rules;

pub use rules::{Nonconformity, Requirements, Slot};

use crate::{
    finding::{Finding, ReadError},
    library::{
        document::{self, Findings, without_bom},
        fields::Fields,
    },
};
use serde_json::Value;
use uuid::Uuid;

/// How large a template or the relationship file may be, in bytes.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;

/// How many elements a template may have; the largest published one has about 200.
pub const MAX_ELEMENTS: usize = 10_000;

/// An object template (spec: 07#3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// The object's name, such as `file`.
    pub name: String,
    /// Equal in all versions of the template.
    pub uuid: Uuid,
    /// Grows with each published change.
    pub version: i64,
    /// What the object describes.
    pub description: String,
    /// The group it is offered in.
    pub meta_category: String,
    /// Relations that each object has.
    pub required: Vec<String>,
    /// Relations of which each object has at least one; empty: no such rule.
    pub required_one_of: Vec<String>,
    /// What an object may hold, in the file's order.
    pub elements: Vec<Element>,
    /// The file as published, for answers that hand the definition on.
    pub raw: String,
}

/// One kind of attribute an object may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// The attribute's role in the object.
    pub object_relation: String,
    /// The attribute type.
    pub attribute_type: String,
    /// The higher, the earlier it is shown.
    pub ui_priority: i64,
    /// What the value means.
    pub description: String,
    /// Categories to choose from; empty: those of the type.
    pub categories: Vec<String>,
    /// Values to propose.
    pub sane_default: Vec<String>,
    /// Values to choose from in the interface; not enforced elsewhere.
    pub values_list: Vec<String>,
    /// Whether the relation may occur more than once.
    pub multiple: bool,
    /// Whether values do not correlate.
    pub disable_correlation: bool,
    /// Whether the file recommends the element, if it says so.
    pub recommended: Option<bool>,
    /// Whether values are meant for detection, if the file says so.
    pub to_ids: Option<bool>,
}

impl Template {
    /// What an object of this template has to meet.
    pub fn requirements(&self) -> Requirements<'_> {
        Requirements {
            required: &self.required,
            required_one_of: &self.required_one_of,
            slots: self
                .elements
                .iter()
                .map(|element| Slot {
                    object_relation: &element.object_relation,
                    attribute_type: &element.attribute_type,
                    multiple: element.multiple,
                })
                .collect(),
        }
    }
}

/// Reads an object template, with a finding for all that was not taken over.
///
/// # Errors
/// When the file is no template (no name or no attributes) or is beyond a limit.
pub fn parse(bytes: &[u8]) -> Result<(Template, Vec<Finding>), ReadError> {
    let (map, mut findings) = document::read(bytes, MAX_BYTES)?;
    let fields = Fields::new(&map, "");
    fields.only(
        &[
            "name",
            "uuid",
            "version",
            "description",
            "meta-category",
            "required",
            "requiredOneOf",
            "attributes",
        ],
        &mut findings,
    );
    let name = fields.required("name", &mut findings)?;
    let elements = elements(&fields, &mut findings)?;
    let template = Template {
        uuid: fields.uuid_or_made("uuid", &format!("misp-object:{name}"), &mut findings),
        version: fields.version(&mut findings),
        description: fields.text("description", &mut findings).unwrap_or_default(),
        meta_category: fields
            .text("meta-category", &mut findings)
            .unwrap_or_else(|| "misc".to_owned()),
        required: fields.texts("required", &mut findings),
        required_one_of: fields.texts("requiredOneOf", &mut findings),
        elements,
        raw: String::from_utf8_lossy(without_bom(bytes)).into_owned(),
        name,
    };
    note_unknown_requirements(&template, &mut findings);
    Ok((template, findings.finish()))
}

fn elements(fields: &Fields<'_>, findings: &mut Findings) -> Result<Vec<Element>, ReadError> {
    let Some(Value::Object(attributes)) = fields.get("attributes") else {
        return Err(ReadError::Layout(
            "attributes is missing or not an object".to_owned(),
        ));
    };
    if attributes.len() > MAX_ELEMENTS {
        return Err(ReadError::TooLarge(format!(
            "{} attributes, at most {MAX_ELEMENTS}",
            attributes.len()
        )));
    }
    let list = Fields::new(attributes, "attributes");
    let mut elements = Vec::with_capacity(attributes.len());
    for (relation, value) in attributes {
        let path = list.at(relation);
        if relation.trim().is_empty() {
            findings.note(path, "an attribute without a relation, left out");
            continue;
        }
        elements.extend(
            Fields::of(value, path, findings).and_then(|fields| element(relation, &fields, findings)),
        );
    }
    Ok(elements)
}

fn element(relation: &str, fields: &Fields<'_>, findings: &mut Findings) -> Option<Element> {
    fields.only(
        &[
            "misp-attribute",
            "ui-priority",
            "description",
            "categories",
            "sane_default",
            "values_list",
            "multiple",
            "disable_correlation",
            "recommended",
            "to_ids",
        ],
        findings,
    );
    let Some(attribute_type) = fields
        .text("misp-attribute", findings)
        .filter(|name| !name.is_empty())
    else {
        findings.note(fields.path(), "no attribute type, left out");
        return None;
    };
    Some(Element {
        object_relation: relation.to_owned(),
        attribute_type,
        ui_priority: fields.integer("ui-priority", findings).unwrap_or(0),
        description: fields.text("description", findings).unwrap_or_default(),
        categories: fields.texts("categories", findings),
        sane_default: fields.texts("sane_default", findings),
        values_list: fields.texts("values_list", findings),
        multiple: fields.flag("multiple", findings).unwrap_or(false),
        disable_correlation: fields.flag("disable_correlation", findings).unwrap_or(false),
        recommended: fields.flag("recommended", findings),
        to_ids: fields.flag("to_ids", findings),
    })
}

/// A requirement naming no element can never be met; it is kept as published and noted.
fn note_unknown_requirements(template: &Template, findings: &mut Findings) {
    for (key, relations) in [
        ("required", &template.required),
        ("requiredOneOf", &template.required_one_of),
    ] {
        for (index, relation) in relations.iter().enumerate() {
            if !template
                .elements
                .iter()
                .any(|element| element.object_relation == *relation)
            {
                findings.note(format!("{key}[{index}]"), "names no attribute of the template");
            }
        }
    }
}

/// The published names of relationships between objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relationships {
    /// Grows with each published change.
    pub version: i64,
    /// The names, in the file's order.
    pub values: Vec<Relationship>,
}

/// One relationship name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relationship {
    /// The name, such as `drops`.
    pub name: String,
    /// What it says about source and target.
    pub description: String,
    /// The standards that know it, such as `misp` and `stix-2.0`.
    pub format: Vec<String>,
    /// The name read from the target's side.
    pub opposite: Option<String>,
}

/// Reads the file of relationship types, with a finding for all that was not taken over.
///
/// # Errors
/// When the file has no list of values or is beyond a limit.
pub fn parse_relationships(bytes: &[u8]) -> Result<(Relationships, Vec<Finding>), ReadError> {
    let (map, mut findings) = document::read(bytes, MAX_BYTES)?;
    let fields = Fields::new(&map, "");
    fields.only(
        &["name", "uuid", "version", "description", "values"],
        &mut findings,
    );
    let Some(Value::Array(list)) = fields.get("values") else {
        return Err(ReadError::Layout("values is missing or not a list".to_owned()));
    };
    let version = fields.version(&mut findings);
    let mut values = Vec::with_capacity(list.len());
    for (index, value) in list.iter().enumerate() {
        let Some(fields) = Fields::of(value, format!("values[{index}]"), &mut findings) else {
            continue;
        };
        fields.only(&["name", "description", "format", "opposite"], &mut findings);
        let Some(name) = fields
            .text("name", &mut findings)
            .filter(|name| !name.trim().is_empty())
        else {
            findings.note(fields.path(), "no name, left out");
            continue;
        };
        values.push(Relationship {
            name,
            description: fields.text("description", &mut findings).unwrap_or_default(),
            format: fields.texts("format", &mut findings),
            opposite: fields.text("opposite", &mut findings),
        });
    }
    Ok((Relationships { version, values }, findings.finish()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &[u8] = include_bytes!("../cases/templates/parcel.json");

    #[test]
    fn a_template_is_read_in_the_order_of_its_file() {
        let (template, findings) = parse(SAMPLE).unwrap();
        assert_eq!(findings, []);
        assert_eq!(template.name, "parcel");
        assert_eq!(template.version, 7);
        assert_eq!(template.meta_category, "misc");
        assert_eq!(template.required, ["tracking-number"]);
        assert_eq!(template.required_one_of, ["sender", "recipient"]);
        let relations: Vec<&str> = template
            .elements
            .iter()
            .map(|e| e.object_relation.as_str())
            .collect();
        assert_eq!(relations, ["tracking-number", "sender", "recipient", "state"]);
        let state = &template.elements[3];
        assert_eq!(state.values_list, ["sent", "lost"]);
        assert_eq!(state.sane_default, ["sent"]);
        assert!(state.disable_correlation);
        assert!(!state.multiple);
        assert_eq!(state.recommended, Some(false));
        assert_eq!(state.to_ids, Some(false));
        assert!(template.elements[1].multiple);
        assert_eq!(template.elements[1].to_ids, None);
        assert_eq!(template.raw.as_bytes(), SAMPLE);
    }

    #[test]
    fn variants_are_tolerated_and_losses_noted() {
        let text = br#"{"name":"n","version":"3","attributes":{
            "a":{"misp-attribute":"text","categories":"Other","ui-priority":"2","multiple":1,"more":true},
            "b":{"description":"typeless"},"c":7},"requiredOneOf":"a","required":["gone"],"extra":[]}"#;
        let (template, findings) = parse(text).unwrap();
        assert_eq!(template.version, 3);
        assert_eq!(template.elements.len(), 1);
        assert_eq!(template.elements[0].categories, ["Other"]);
        assert_eq!(template.elements[0].ui_priority, 2);
        assert!(template.elements[0].multiple);
        assert_eq!(template.required_one_of, ["a"]);
        assert_eq!(
            template.uuid,
            Uuid::new_v5(&Uuid::NAMESPACE_URL, b"misp-object:n")
        );
        let paths: Vec<&str> = findings.iter().map(|finding| finding.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "extra",
                "attributes.a.more",
                "attributes.b",
                "attributes.c",
                "uuid",
                "required[0]"
            ]
        );
    }

    #[test]
    fn what_is_no_template_is_refused() {
        for text in [
            "{}",
            r#"{"name":"n"}"#,
            r#"{"name":"","attributes":{}}"#,
            r#"{"name":"n","attributes":[]}"#,
        ] {
            assert!(
                matches!(parse(text.as_bytes()), Err(ReadError::Layout(_))),
                "{text}"
            );
        }
    }

    #[test]
    fn relationships_are_read() {
        let text = br#"{"version":54,"name":"relationships","values":[
            {"name":"drops","description":"d","format":["misp","stix-2.0"],"opposite":"dropped-by"},{"format":[]}]}"#;
        let (relationships, findings) = parse_relationships(text).unwrap();
        assert_eq!(relationships.version, 54);
        assert_eq!(relationships.values.len(), 1);
        assert_eq!(relationships.values[0].format, ["misp", "stix-2.0"]);
        assert_eq!(relationships.values[0].opposite.as_deref(), Some("dropped-by"));
        assert_eq!(findings, [Finding::new("values[1]", "no name, left out")]);
        assert!(parse_relationships(b"{}").is_err());
    }
}
