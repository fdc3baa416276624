//! Objects with their members. spec: 12#6.3
use super::graph::Graph;
use super::item::{About, Built, part};
use super::properties::{self, label, set, set_text, short};
use super::terms::{pattern_of, push_term, push_terms};
use super::{Bundle, Item, ObjectView, Profile, Sections, Version};
use crate::map::shape::{Field, Part, Shape};
use crate::map::template::{self, own_property};
use crate::pattern::{Constant, Path, Pattern, Step};
use entente_indicator::{AttributeType, Category};
use entente_model::time::iso_micros;
use serde_json::{Map, Value, json};
use std::borrow::Cow;

impl Bundle {
    /// An object with its members.
    pub fn entity(&mut self, out: &mut Sections, view: &ObjectView<'_>) {
        let object = view.object;
        let about = About {
            uuid: object.uuid,
            timestamp: object.timestamp.max(0),
            first_seen: object.first_seen,
            last_seen: object.last_seen,
            comment: &object.comment,
            name: name(view),
            category: &object.meta_category,
            to_ids: view.members.iter().any(|member| member.attribute.to_ids),
            labels: vec![
                label("name", &object.name),
                label("meta-category", &object.meta_category),
            ],
        };
        let primary = self.primary_of(out, view, &about);
        self.event.primaries.insert(object.uuid, (primary, object.uuid));
        for member in view.members {
            self.became(member.attribute.uuid, primary, object.uuid);
        }
        self.belongings(out, view.members, primary, object.uuid);
        for reference in view.references {
            self.event.pending.push(super::context::Pending::of(reference));
        }
    }

    fn primary_of(&mut self, out: &mut Sections, view: &ObjectView<'_>, about: &About<'_>) -> &'static str {
        // Tags of members become labels of the whole; an object has none of its own.
        let Some(first) = view.members.first() else {
            return "x-misp-object";
        };
        let tags: Vec<super::TagView<'_>> = {
            let mut tags: Vec<super::TagView<'_>> = Vec::new();
            for tag in view.members.iter().flat_map(|member| member.tags) {
                if !tags.iter().any(|known| known.name == tag.name) {
                    tags.push(*tag);
                }
            }
            tags
        };
        let whole = Item {
            tags: &tags,
            file: None,
            ..*first
        };
        if let Some(primary) = self.rule(out, view, about, &whole) {
            return primary;
        }
        let built = template::shape(&view.object.name)
            .and_then(|shape| build(shape, view, self.settings.version, self.settings.profile));
        match built {
            Some(built) if built.is_usable(about.to_ids) => self.observed(out, &whole, about, built),
            _ => self.custom_object(out, view, about, &whole),
        }
    }

    /// Objects around a rule are indicators in the language of the rule.
    fn rule(
        &mut self,
        out: &mut Sections,
        view: &ObjectView<'_>,
        about: &About<'_>,
        whole: &Item<'_>,
    ) -> Option<&'static str> {
        let (_, relation, _, language) = template::RULES.iter().find(|row| row.0 == view.object.name)?;
        // Everything besides the rule would be lost.
        let [only] = view.members else { return None };
        let is_rule = only.attribute.relation.as_deref() == Some(relation) && only.attribute.to_ids;
        let reads = *language != "stix" || only.attribute.value1.parse::<Pattern>().is_ok();
        let can = self.settings.version == Version::New || *language == "stix";
        (is_rule && reads && can)
            .then(|| self.indicator(out, about, &only.attribute.value(), language, whole))
    }

    /// The object as it is, every attribute with all it says.
    fn custom_object(
        &mut self,
        out: &mut Sections,
        view: &ObjectView<'_>,
        about: &About<'_>,
        whole: &Item<'_>,
    ) -> &'static str {
        const KIND: &str = "x-misp-object";
        let mut object = self.head(KIND, about.uuid, about.timestamp);
        let members: Vec<Value> = view.members.iter().map(member).collect();
        set(&mut object, "x_misp_name", view.object.name.as_str());
        set_text(&mut object, "x_misp_meta_category", &view.object.meta_category);
        set_text(&mut object, "x_misp_comment", about.comment);
        if let Some(template) = view.object.template_uuid {
            set(&mut object, "x_misp_template_uuid", template.to_string());
            set(
                &mut object,
                "x_misp_template_version",
                view.object.template_version.to_string(),
            );
        }
        set(&mut object, "x_misp_attributes", members);
        self.mark(&mut object, whole.tags, &about.labels);
        self.custom(&mut out.body, &mut object);
        let id = properties::id(&object).to_owned();
        self.refer(out, &id);
        self.object(&mut out.body, object);
        KIND
    }
}

/// A short name for an object: that of its first member.
fn name<'a>(view: &ObjectView<'a>) -> Cow<'a, str> {
    let first = view.members.first().map(|member| member.attribute.value());
    match first {
        Some(value) => format!("{}: {}", view.object.name, short(&value)).into(),
        None => view.object.name.as_str().into(),
    }
}

/// A member in MISP's JSON.
fn member(item: &Item<'_>) -> Value {
    let attribute = item.attribute;
    let mut json = Map::new();
    let kind = AttributeType::from_id(attribute.kind).map_or("other", AttributeType::name);
    let category = Category::from_id(attribute.category).map_or("Other", Category::name);
    set(&mut json, "uuid", attribute.uuid.to_string());
    set(&mut json, "type", kind);
    set_text(
        &mut json,
        "object_relation",
        attribute.relation.as_deref().unwrap_or_default(),
    );
    set(&mut json, "value", attribute.value().as_ref());
    set(&mut json, "category", category);
    set(&mut json, "to_ids", attribute.to_ids);
    set_text(&mut json, "comment", &attribute.comment);
    for (name, seen) in [
        ("first_seen", attribute.first_seen),
        ("last_seen", attribute.last_seen),
    ] {
        if let Some(seen) = seen {
            set(&mut json, name, iso_micros(seen));
        }
    }
    if let Some(file) = item.file {
        set(&mut json, "data", file);
    }
    let tags: Vec<Value> = item.tags.iter().map(|tag| json!({"name": tag.name})).collect();
    if !tags.is_empty() {
        set(&mut json, "Tag", tags);
    }
    Value::Object(json)
}

/// Observation and pattern of an object; `None` when only a custom object can hold it.
fn build(shape: &Shape, view: &ObjectView<'_>, version: Version, profile: Profile) -> Option<Built> {
    let mut graph = Some(Graph::new(shape.root));
    let mut terms = Some(Vec::new());
    for item in view.members {
        let relation = item.attribute.relation.as_deref().unwrap_or_default();
        let fields: Vec<&Field> = shape
            .fields_of(relation)
            .filter(|field| field.is_written)
            .collect();
        if place_all(&mut graph, &mut terms, &fields, item, profile) {
            continue;
        }
        // Properties of our own are nothing that the standard knows; what only they could hold stays whole.
        if profile == Profile::Strict || relation.is_empty() || item.file.is_some() {
            return None;
        }
        let (name, value) = (own_property(relation), item.attribute.value());
        if let Some(graph) = &mut graph {
            graph.put_own(&name, &value);
        }
        let path = Path {
            object: shape.root.to_owned(),
            steps: vec![Step::Key(name)],
        };
        push_term(&mut terms, path, Constant::Text(value.into_owned()));
    }
    let has_relation = |relation: &str| {
        relation.is_empty()
            || view
                .members
                .iter()
                .any(|item| item.attribute.relation.as_deref() == Some(relation) && item.file.is_some())
    };
    for constant in shape
        .constants
        .iter()
        .filter(|constant| has_relation(constant.beside))
    {
        if let Some(graph) = &mut graph
            && constant.place.target().is_none_or(|target| graph.has(target))
            && graph.put(&constant.place, &Value::from(constant.value))
        {
            push_term(
                &mut terms,
                constant.place.path(),
                Constant::Text(constant.value.to_owned()),
            );
        }
    }
    Some(Built {
        observables: graph.and_then(|graph| {
            let [v4, v6, any] = template::NETWORK_LAYER;
            let protocol = if graph.has("ipv4-addr") {
                v4
            } else if graph.has("ipv6-addr") {
                v6
            } else {
                any
            };
            graph.finish(version, view.object.uuid, protocol)
        }),
        pattern: terms.and_then(|terms| pattern_of(terms, version)),
        inexact: false,
    })
}

/// Puts the parts of a member into their places; `false` when they do not all fit, and then none is put.
fn place_all(
    graph: &mut Option<Graph>,
    terms: &mut Option<Vec<crate::pattern::Comparison>>,
    fields: &[&Field],
    item: &Item<'_>,
    profile: Profile,
) -> bool {
    let takes_file = fields.iter().any(|field| field.part == Part::File);
    if fields.is_empty() || takes_file != item.file.is_some() {
        return false;
    }
    let mut parts = Vec::with_capacity(fields.len());
    for field in fields {
        let Some(text) = part(field, item) else {
            return false;
        };
        let Some(written) = field.form.write(&text) else {
            return false;
        };
        let Some(value) = &written.observable else {
            return false;
        };
        // An object has no place for the original of a value that is written otherwise.
        if !super::graph::is_exact(field.form, value, &text) && field.form != crate::map::form::Form::Moment {
            return false;
        }
        parts.push((*field, text, written));
    }
    let Some(target) = graph else { return false };
    let mut trial = target.clone();
    let fits = parts.iter().all(|(field, _, written)| {
        written
            .observable
            .as_ref()
            .is_some_and(|value| trial.put(&field.place, value))
    });
    if !fits {
        return false;
    }
    *target = trial;
    for (field, text, written) in &parts {
        push_terms(terms, field, text, written, profile);
    }
    true
}
