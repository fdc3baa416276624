//! Taxonomies as published, the tags they stand for, and the rules among those tags
//! (spec: 07#2).
mod colour;
mod exclusive;
mod machine_tag;

pub use colour::{GALAXY_COLOUR, default_colour, is_colour, palette};
pub use exclusive::Exclusivity;
pub use machine_tag::{MAX_TAG_BYTES, MachineTag, stored_name};

use crate::{
    finding::{Finding, ReadError},
    library::{
        document::{self, Findings},
        fields::Fields,
    },
};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// How large a taxonomy file may be, in bytes.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;

/// How many tags a taxonomy may stand for; the largest published one has about 1,700.
pub const MAX_TAGS: usize = 100_000;

/// A taxonomy (spec: 07#2.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taxonomy {
    /// The first part of all its tags.
    pub namespace: String,
    /// The namespace as a title.
    pub expanded: Option<String>,
    /// What it classifies.
    pub description: String,
    /// Grows with each published change.
    pub version: i64,
    /// Whether at most one of its tags applies.
    pub exclusive: bool,
    /// Documents on it.
    pub refs: Vec<String>,
    /// What it is made for, such as `event`, `org` or `user`; empty: not stated.
    pub types: Vec<String>,
    /// The file's uuid, if stated.
    pub uuid: Option<Uuid>,
    /// Predicates in the file's order, each with its entries.
    pub predicates: Vec<Predicate>,
}

/// One predicate: the second part of a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Predicate {
    /// Its wording, which also carries colour and number of the two-part tag.
    pub term: Term,
    /// Whether at most one of its values applies.
    pub exclusive: bool,
    /// Its values; empty: the predicate itself is the tag.
    pub entries: Vec<Term>,
}

/// A predicate's or an entry's value and what is said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// As written in the tag.
    pub value: String,
    /// As a title.
    pub expanded: Option<String>,
    /// What it means.
    pub description: Option<String>,
    /// `#rrggbb`, if stated.
    pub colour: Option<String>,
    /// As published; decay scores use 0 to 100 (spec: 05).
    pub numerical_value: Option<i64>,
    /// The file's uuid, if stated.
    pub uuid: Option<Uuid>,
}

impl Term {
    fn title(&self) -> &str {
        self.expanded.as_deref().unwrap_or(&self.value)
    }
}

/// One tag of a taxonomy (spec: 07#2.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The tag's name.
    pub tag: String,
    /// The predicate as written in the tag.
    pub predicate: String,
    /// The value as written in the tag, in three-part tags.
    pub value: Option<String>,
    /// `Predicate: Value`, or the predicate's title.
    pub expanded: String,
    /// What the tag means.
    pub description: Option<String>,
    /// Whether at most one value of the predicate applies.
    pub exclusive_predicate: bool,
    /// `#rrggbb` if stated; otherwise the palette's colour applies.
    pub colour: Option<String>,
    /// As published; decay scores use 0 to 100.
    pub numerical_value: Option<i64>,
}

impl Taxonomy {
    /// Whether it is made for events; one made only for something else is not loaded.
    pub fn is_for_events(&self) -> bool {
        self.types.is_empty() || self.types.iter().any(|name| name == "event")
    }

    /// All its tags: a predicate with entries yields those, one without yields itself.
    pub fn expand(&self) -> Vec<Entry> {
        self.predicates
            .iter()
            .flat_map(|predicate| self.expand_predicate(predicate))
            .collect()
    }

    fn expand_predicate(&self, predicate: &Predicate) -> Vec<Entry> {
        let name = &predicate.term.value;
        let entry = |tag: String, term: &Term, value: Option<String>, expanded: String| Entry {
            tag,
            predicate: name.clone(),
            value,
            expanded,
            description: term.description.clone(),
            exclusive_predicate: predicate.exclusive,
            colour: term.colour.clone(),
            numerical_value: term.numerical_value,
        };
        if predicate.entries.is_empty() {
            let tag = format!("{}:{name}", self.namespace);
            return vec![entry(
                tag,
                &predicate.term,
                None,
                predicate.term.title().to_owned(),
            )];
        }
        let made = predicate.entries.iter().map(|term| {
            let tag = format!("{}:{name}=\"{}\"", self.namespace, term.value);
            let expanded = format!("{}: {}", predicate.term.title(), term.title());
            entry(tag, term, Some(term.value.clone()), expanded)
        });
        made.collect()
    }

    /// Each tag's colour in the order of [`Self::expand`]: the stated one, or the palette's.
    pub fn colours(&self) -> Vec<String> {
        let entries = self.expand();
        let palette = palette(&self.namespace, entries.len());
        entries
            .into_iter()
            .zip(palette)
            .map(|(entry, colour)| entry.colour.unwrap_or(colour))
            .collect()
    }

    /// The taxonomy's rules on which tags exclude each other.
    pub fn exclusivity(&self) -> Exclusivity {
        let predicates = self.predicates.iter().filter(|predicate| predicate.exclusive);
        Exclusivity::new(
            &self.namespace,
            self.exclusive,
            predicates.map(|predicate| predicate.term.value.as_str()),
        )
    }
}

/// Reads a taxonomy (`machinetag.json`), with a finding for all that was not taken over.
///
/// # Errors
/// When namespace, description or predicates are missing, values belong to no predicate, or the
/// file is beyond a limit.
pub fn parse(bytes: &[u8]) -> Result<(Taxonomy, Vec<Finding>), ReadError> {
    let (map, mut findings) = document::read(bytes, MAX_BYTES)?;
    let fields = Fields::new(&map, "");
    let known = [
        "namespace",
        "expanded",
        "description",
        "version",
        "exclusive",
        "refs",
        "type",
        "uuid",
        "predicates",
        "values",
    ];
    fields.only(&known, &mut findings);
    let namespace = fields.required("namespace", &mut findings)?;
    let description = fields.required("description", &mut findings)?;
    let mut predicates = predicates(&fields, &mut findings)?;
    fill(&mut predicates, &fields, &mut findings)?;
    let taxonomy = Taxonomy {
        namespace,
        expanded: fields.text("expanded", &mut findings),
        description,
        version: fields.version(&mut findings),
        exclusive: fields.flag("exclusive", &mut findings).unwrap_or(false),
        refs: fields.texts("refs", &mut findings),
        types: fields.texts("type", &mut findings),
        uuid: fields.uuid("uuid", &mut findings),
        predicates,
    };
    note_odd_tags(&taxonomy, &mut findings)?;
    Ok((taxonomy, findings.finish()))
}

fn predicates(fields: &Fields<'_>, findings: &mut Findings) -> Result<Vec<Predicate>, ReadError> {
    let Some(Value::Array(list)) = fields.get("predicates") else {
        return Err(ReadError::Layout(
            "predicates is missing or not a list".to_owned(),
        ));
    };
    let mut predicates: Vec<Predicate> = Vec::with_capacity(list.len());
    let mut seen = HashSet::new();
    for (index, value) in list.iter().enumerate() {
        let Some(fields) = Fields::of(value, format!("predicates[{index}]"), findings) else {
            continue;
        };
        fields.only(
            &[
                "value",
                "expanded",
                "description",
                "colour",
                "numerical_value",
                "exclusive",
                "uuid",
            ],
            findings,
        );
        let Some(term) = term(&fields, findings) else {
            continue;
        };
        if !seen.insert(term.value.clone()) {
            findings.note(fields.path(), "predicate occurs twice, the first is taken");
            continue;
        }
        let exclusive = fields.flag("exclusive", findings).unwrap_or(false);
        predicates.push(Predicate {
            term,
            exclusive,
            entries: Vec::new(),
        });
    }
    Ok(predicates)
}

/// Puts the entries of `values` under their predicates.
fn fill(predicates: &mut [Predicate], fields: &Fields<'_>, findings: &mut Findings) -> Result<(), ReadError> {
    let mut by_name: HashMap<String, &mut Predicate> = predicates
        .iter_mut()
        .map(|predicate| (predicate.term.value.clone(), predicate))
        .collect();
    for (index, value) in fields.list("values", findings).iter().enumerate() {
        let path = format!("values[{index}]");
        let Some(block) = Fields::of(value, path, findings) else {
            continue;
        };
        block.only(&["predicate", "entry"], findings);
        let name = block.required("predicate", findings)?;
        let Some(predicate) = by_name.get_mut(&name) else {
            return Err(ReadError::Layout(format!(
                "{} is not among the predicates",
                block.at("predicate")
            )));
        };
        for (index, value) in block.list("entry", findings).iter().enumerate() {
            let path = format!("{}[{index}]", block.at("entry"));
            let Some(fields) = Fields::of(value, path, findings) else {
                continue;
            };
            fields.only(
                &[
                    "value",
                    "expanded",
                    "description",
                    "colour",
                    "numerical_value",
                    "uuid",
                ],
                findings,
            );
            predicate.entries.extend(term(&fields, findings));
        }
    }
    Ok(())
}

fn term(fields: &Fields<'_>, findings: &mut Findings) -> Option<Term> {
    let Some(value) = fields.text("value", findings).filter(|value| !value.is_empty()) else {
        findings.note(fields.path(), "no value, left out");
        return None;
    };
    let colour = fields
        .text("colour", findings)
        .map(|colour| colour.trim().to_owned());
    let stated = colour.is_some();
    let colour = colour.filter(|colour| is_colour(colour));
    if stated && colour.is_none() {
        findings.note(fields.at("colour"), "not a colour such as #00aa00, left out");
    }
    Some(Term {
        value,
        expanded: fields.text("expanded", findings).filter(|text| !text.is_empty()),
        description: fields
            .text("description", findings)
            .filter(|text| !text.is_empty()),
        colour,
        numerical_value: fields.integer("numerical_value", findings),
        uuid: fields.uuid("uuid", findings),
    })
}

/// Notes tags that are kept but behave oddly: cut when stored, equal to another, or free.
fn note_odd_tags(taxonomy: &Taxonomy, findings: &mut Findings) -> Result<(), ReadError> {
    let count: usize = taxonomy
        .predicates
        .iter()
        .map(|predicate| predicate.entries.len().max(1))
        .sum();
    if count > MAX_TAGS {
        return Err(ReadError::TooLarge(format!("{count} tags, at most {MAX_TAGS}")));
    }
    note_free_tags(taxonomy, findings);
    let mut seen = HashSet::with_capacity(count);
    for entry in taxonomy.expand() {
        if entry.tag.len() > MAX_TAG_BYTES {
            findings.note(
                document::excerpt(&entry.tag),
                "the tag is longer than 255 bytes and stored cut",
            );
        }
        if !seen.insert(entry.tag.to_lowercase()) {
            findings.note(document::excerpt(&entry.tag), "the tag occurs twice");
        }
    }
    Ok(())
}

/// Notes what does not read back as a machine tag: once for a predicate, not for each value of it.
fn note_free_tags(taxonomy: &Taxonomy, findings: &mut Findings) {
    let namespace = &taxonomy.namespace;
    for Predicate { term, entries, .. } in &taxonomy.predicates {
        let name = format!("{namespace}:{}", term.value);
        if MachineTag::parse(&name).is_none() {
            findings.note(
                document::excerpt(&name),
                "not readable as a machine tag, its tags work as free tags",
            );
            continue;
        }
        for entry in entries.iter().filter(|entry| entry.value.contains('"')) {
            let tag = format!("{name}=\"{}\"", entry.value);
            findings.note(
                document::excerpt(&tag),
                "not readable as a machine tag, it works as a free tag",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &[u8] = include_bytes!("../cases/taxonomies/door.json");

    #[test]
    fn a_taxonomy_expands_into_its_tags() {
        let (taxonomy, findings) = parse(SAMPLE).unwrap();
        assert_eq!(findings, []);
        assert!(taxonomy.is_for_events());
        let entries = taxonomy.expand();
        let tags: Vec<&str> = entries.iter().map(|entry| entry.tag.as_str()).collect();
        assert_eq!(
            tags,
            ["door:state=\"open\"", "door:state=\"shut\"", "door:painted"]
        );
        let open = &entries[0];
        assert_eq!(open.expanded, "State: Open");
        assert_eq!(open.colour.as_deref(), Some("#00aa00"));
        assert_eq!(open.numerical_value, Some(10));
        assert!(open.exclusive_predicate);
        assert_eq!(entries[1].expanded, "State: shut");
        assert_eq!(entries[1].colour, None);
        assert_eq!(entries[2].expanded, "Painted door");
        assert_eq!(entries[2].value, None);
        assert_eq!(entries[2].numerical_value, Some(50));
        let colours = taxonomy.colours();
        assert_eq!(colours[0], "#00aa00");
        assert_eq!(colours[1], palette("door", 3)[1]);
    }

    #[test]
    fn variants_are_tolerated_and_losses_noted() {
        let text =
            br##"{"namespace":"n","description":"d","version":"4","type":"org","refs":"https://example.org",
            "predicates":[{"value":"p","colour":"red","numerical_value":"5"},{"value":"p"},{"expanded":"x"},
            {"value":"a:b"}],"values":null,"more":1}"##;
        let (taxonomy, findings) = parse(text).unwrap();
        assert_eq!(taxonomy.version, 4);
        assert!(!taxonomy.is_for_events());
        assert_eq!(taxonomy.refs, ["https://example.org"]);
        assert_eq!(taxonomy.predicates[0].term.numerical_value, Some(5));
        let paths: Vec<&str> = findings.iter().map(|finding| finding.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "more",
                "predicates[0].colour",
                "predicates[1]",
                "predicates[2]",
                "n:a:b"
            ]
        );
    }

    #[test]
    fn several_blocks_of_one_predicate_are_joined() {
        let text = br#"{"namespace":"n","description":"d","version":1,"predicates":[{"value":"p"}],
            "values":[{"predicate":"p","entry":[{"value":"a"}]},{"predicate":"p","entry":[{"value":"b"},{"value":"A"}]}]}"#;
        let (taxonomy, findings) = parse(text).unwrap();
        assert_eq!(taxonomy.expand().len(), 3);
        assert_eq!(findings, [Finding::new("n:p=\"A\"", "the tag occurs twice")]);
    }

    #[test]
    fn what_is_no_taxonomy_is_refused() {
        for text in [
            "{}",
            r#"{"namespace":"n","predicates":[]}"#,
            r#"{"namespace":"n","description":"d"}"#,
            r#"{"namespace":"n","description":"d","predicates":[{"value":"p"}],"values":[{"predicate":"q","entry":[]}]}"#,
        ] {
            assert!(
                matches!(parse(text.as_bytes()), Err(ReadError::Layout(_))),
                "{text}"
            );
        }
    }
}
