//! Places that together are an attribute or an object.
use super::form::Form;
use super::place::Place;
use serde_json::Value;

/// Which part of an attribute stands in a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The value.
    Whole,
    /// The first half of a composite value.
    First,
    /// The second half.
    Second,
    /// The content of its file.
    File,
}

/// A part of an attribute, and its place.
#[derive(Debug, Clone)]
pub struct Field {
    /// The attribute's role in its object; of attributes outside objects empty.
    pub relation: &'static str,
    /// Its type.
    pub kind: &'static str,
    /// Which part.
    pub part: Part,
    /// Where.
    pub place: Place,
    /// The place as text, for look-ups; see [`Place::key`].
    pub key: String,
    /// How.
    pub form: Form,
    /// Whether values are written there; else they are only read.
    pub is_written: bool,
}

/// A place that always holds the same.
#[derive(Debug, Clone)]
pub struct Always {
    /// Where.
    pub place: Place,
    /// The place as text.
    pub key: String,
    /// What.
    pub value: &'static str,
    /// The relation that it belongs to; empty: the whole.
    pub beside: &'static str,
}

/// A row of a table: part, place, form.
pub type Row = (Part, &'static str, Form);

/// A row of a template: relation, type, and the place of a part.
pub type TemplateRow = (&'static str, &'static str, Row);

/// An attribute type, or the template of objects.
#[derive(Debug, Clone)]
pub struct Shape {
    /// The type, or the template's name.
    pub name: &'static str,
    /// The type of the first object of an observation.
    pub root: &'static str,
    /// Its parts.
    pub fields: Vec<Field>,
    /// What stands there besides, always the same; in an observation only beside something else.
    pub constants: Vec<Always>,
    /// Whether the parts can be observed; else they make a pattern only.
    pub observable: bool,
}

impl Shape {
    /// The shape of an attribute type.
    #[must_use]
    pub fn of_attribute(kind: &'static str, observable: bool, rows: &[Row]) -> Option<Self> {
        let fields: Option<Vec<Field>> = rows.iter().map(|row| field("", kind, *row)).collect();
        let fields = fields?;
        Some(Self {
            name: kind,
            root: fields.first()?.place.root,
            fields,
            constants: Vec::new(),
            observable,
        })
    }

    /// The shape of a template, and rows that are read but never written.
    #[must_use]
    pub fn of_template(name: &'static str, rows: &[TemplateRow], read_only: &[TemplateRow]) -> Option<Self> {
        let written = rows
            .iter()
            .map(|(relation, kind, row)| field(relation, kind, *row));
        let read = read_only.iter().map(|(relation, kind, row)| {
            Some(Field {
                is_written: false,
                ..field(relation, kind, *row)?
            })
        });
        let fields: Vec<Field> = written.chain(read).collect::<Option<_>>()?;
        Some(Self {
            name,
            root: fields.first()?.place.root,
            fields,
            constants: Vec::new(),
            observable: true,
        })
    }

    /// The same with a place that always holds this.
    #[must_use]
    pub fn always(self, place: &'static str, value: &'static str) -> Self {
        self.always_beside("", place, value)
    }

    /// The same with a place that always holds this beside a relation.
    #[must_use]
    pub fn always_beside(mut self, beside: &'static str, place: &'static str, value: &'static str) -> Self {
        self.constants.extend(Place::parse(place).map(|place| Always {
            key: place.key(),
            place,
            value,
            beside,
        }));
        self
    }

    /// Fields of a relation.
    pub fn fields_of<'a>(&'a self, relation: &'a str) -> impl Iterator<Item = &'a Field> {
        self.fields.iter().filter(move |field| field.relation == relation)
    }

    /// Takes from `found` what the fields know, in the order of `found`. Parts of one composite attribute are put
    /// together; a composite one without all of its halves is not taken.
    #[must_use]
    pub fn read(&self, found: &mut Vec<Found>) -> Vec<Member> {
        let mut members = Vec::new();
        let mut composites: Vec<&'static str> = Vec::new();
        found.retain(|one| {
            let Some((field, value)) = self.fit(one) else {
                return !self.is_constant(one);
            };
            if self.is_composite(field.relation) {
                if !composites.contains(&field.relation) {
                    composites.push(field.relation);
                }
                return true;
            }
            members.push(Member {
                relation: field.relation,
                kind: field.kind,
                value,
                data: None,
            });
            false
        });
        for relation in composites {
            while let Some(member) = self.composite(relation, found) {
                members.push(member);
            }
        }
        members
    }

    /// Whether every part and every constant may be among what was found; a quick look before [`Shape::read`].
    #[must_use]
    pub fn may_fit(&self, found: &[Found]) -> bool {
        let parts = self
            .fields
            .iter()
            .all(|field| field.part == Part::File || found.iter().any(|one| one.key == field.key));
        parts
            && self
                .constants
                .iter()
                .all(|constant| found.iter().any(|one| constant.is(one)))
    }

    fn is_constant(&self, found: &Found) -> bool {
        self.constants.iter().any(|constant| constant.is(found))
    }

    fn is_composite(&self, relation: &str) -> bool {
        self.fields_of(relation).any(|field| field.part != Part::Whole)
    }

    fn fit(&self, found: &Found) -> Option<(&Field, String)> {
        self.fields
            .iter()
            .filter(|field| field.key == found.key)
            .find_map(|field| Some((field, field.form.read(&found.value)?)))
    }

    fn composite(&self, relation: &'static str, found: &mut Vec<Found>) -> Option<Member> {
        let mut halves = [None, None];
        let (mut data, mut kind, mut whole) = (None, "", None);
        let mut taken = Vec::new();
        for field in self.fields_of(relation) {
            kind = field.kind;
            let hit = found.iter().enumerate().find_map(|(i, one)| {
                let fits = one.key == field.key && !taken.contains(&i);
                fits.then(|| field.form.read(&one.value))
                    .flatten()
                    .map(|text| (i, text))
            });
            let Some((i, text)) = hit else {
                // The name of a file may be missing beside its content, and the content beside its name.
                if matches!(field.part, Part::File | Part::Whole) {
                    continue;
                }
                return None;
            };
            taken.push(i);
            match field.part {
                Part::First => halves[0] = Some(text),
                Part::Second => halves[1] = Some(text),
                Part::File => data = Some(text),
                Part::Whole => whole = Some(text),
            }
        }
        let value = match (whole, halves) {
            (Some(whole), _) => whole,
            (None, [Some(first), Some(second)]) => [first, second].join("|"),
            (None, [Some(first), None]) => first,
            _ if data.is_some() => "payload".to_owned(),
            _ => return None,
        };
        let mut i = 0;
        found.retain(|_| {
            i += 1;
            !taken.contains(&(i - 1))
        });
        Some(Member {
            relation,
            kind,
            value,
            data,
        })
    }
}

impl Always {
    fn is(&self, found: &Found) -> bool {
        found.key == self.key && found.value == self.value
    }
}

fn field(relation: &'static str, kind: &'static str, (part, place, form): Row) -> Option<Field> {
    let place = Place::parse(place)?;
    Some(Field {
        relation,
        kind,
        part,
        key: place.key(),
        place,
        form,
        is_written: true,
    })
}

/// A value that an observation or a pattern holds, and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The place; see [`Place::key`].
    pub key: String,
    /// The value.
    pub value: Value,
}

/// An attribute that was recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its role; empty outside objects.
    pub relation: &'static str,
    /// Its type.
    pub kind: &'static str,
    /// Its value.
    pub value: String,
    /// Its file, base64.
    pub data: Option<String>,
}

/// Whether a value only says how an observation is built, so that no attribute is missing without it.
#[must_use]
pub fn is_structural(found: &Found) -> bool {
    let key = found.key.as_str();
    key.ends_with("_ref.type")
        || key.ends_with("_refs[*].type")
        || key == "email-message:is_multipart"
        || key == "network-traffic:protocols"
        || key.starts_with("email-message:body_multipart[*].content_")
}
