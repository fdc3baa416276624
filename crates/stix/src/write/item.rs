//! Attributes outside objects. spec: 12#6.2
use super::bundle::Family;
use super::graph::{Graph, Observable, is_exact};
use super::properties::{self, Object, label, set, set_text, short, slug};
use super::terms::{pattern_of, push_term, push_terms};
use super::{Bundle, Item, Profile, Sections, Version};
use crate::ident;
use crate::map::attribute::{self, RULES};
use crate::map::shape::{Field, Part, Shape};
use crate::moment;
use crate::pattern::{Constant, Pattern};
use entente_indicator::{AttributeType, Category};
use entente_model::attribute::Attribute;
use serde_json::{Value, json};
use std::borrow::Cow;
use uuid::Uuid;

/// What an attribute or object becomes.
#[derive(Default)]
pub(super) struct Built {
    /// The objects of an observation.
    pub(super) observables: Option<Vec<Observable>>,
    /// A pattern that looks for them.
    pub(super) pattern: Option<String>,
    /// Whether either of them leaves something of the value out.
    pub(super) inexact: bool,
}

/// What an element says of itself, whatever it becomes.
pub(super) struct About<'a> {
    pub(super) uuid: Uuid,
    pub(super) timestamp: i64,
    pub(super) first_seen: Option<i64>,
    pub(super) last_seen: Option<i64>,
    pub(super) comment: &'a str,
    pub(super) name: Cow<'a, str>,
    pub(super) category: &'a str,
    pub(super) to_ids: bool,
    pub(super) labels: Vec<String>,
}

impl Bundle {
    /// An attribute outside objects.
    pub fn attribute(&mut self, out: &mut Sections, item: &Item<'_>) {
        let attribute = item.attribute;
        let Some(kind) = AttributeType::from_id(attribute.kind) else {
            return;
        };
        let about = about(attribute, kind);
        let primary = self.element(out, item, kind, &about);
        self.became(attribute.uuid, primary, attribute.uuid);
        self.belongings(out, std::slice::from_ref(item), primary, attribute.uuid);
    }

    /// Writes an attribute; the answer is the type of its object.
    fn element(
        &mut self,
        out: &mut Sections,
        item: &Item<'_>,
        kind: AttributeType,
        about: &About<'_>,
    ) -> &'static str {
        let attribute = item.attribute;
        match kind.name() {
            "vulnerability" => return self.vulnerability(out, item, about),
            "campaign-name" => return self.named_object(out, item, about, "campaign"),
            name if attribute.to_ids && RULES.contains(&name) && self.settings.version == Version::New => {
                return self.indicator(out, about, &attribute.value(), name, item);
            }
            "stix2-pattern" if attribute.to_ids && attribute.value1.parse::<Pattern>().is_ok() => {
                return self.indicator(out, about, &attribute.value(), "stix", item);
            }
            _ => {}
        }
        let built = attribute::shape(kind)
            .map(|shape| build(shape, item, self.settings.version, self.settings.profile));
        match built {
            Some(built) if built.is_usable(attribute.to_ids) => self.observed(out, item, about, built),
            _ => self.custom_attribute(out, item, kind, about),
        }
    }

    /// Observation, observables and indicator of an element, in this order. spec: 12#5.3
    pub(super) fn observed(
        &mut self,
        out: &mut Sections,
        item: &Item<'_>,
        about: &About<'_>,
        built: Built,
    ) -> &'static str {
        let original = built.inexact.then(|| item.attribute.value().into_owned());
        let observation = built
            .observables
            .map(|observables| self.observation(out, about, item, observables, original.as_deref()));
        let Some(pattern) = built.pattern.filter(|_| about.to_ids) else {
            return "observed-data";
        };
        self.indicator(out, about, &pattern, "stix", item);
        if let Some(observation) = observation {
            let indicator = self.id_of("indicator", about.uuid);
            self.relate(out, (&indicator, "based-on", &observation), about.timestamp);
        }
        "indicator"
    }

    /// The identifier of an object of ours.
    pub(super) fn id_of(&self, kind: &str, uuid: Uuid) -> String {
        match self.settings.version {
            Version::New => ident::text(kind, uuid),
            Version::Old => ident::text(kind, ident::in_random_form(uuid)),
        }
    }

    fn observation(
        &mut self,
        out: &mut Sections,
        about: &About<'_>,
        item: &Item<'_>,
        observables: Vec<Observable>,
        original: Option<&str>,
    ) -> String {
        // One uuid under two types breaks a rule of the standard, and MISP's converter needs it.
        let uuid = match self.settings.profile {
            Profile::Strict if about.to_ids => ident::observed(about.uuid),
            _ => about.uuid,
        };
        let mut object = self.head("observed-data", uuid, about.timestamp);
        let (first, last) = about.span();
        set(&mut object, "first_observed", moment::plain(first));
        set(&mut object, "last_observed", moment::plain(last));
        set(&mut object, "number_observed", 1);
        let id = properties::id(&object).to_owned();
        match self.settings.version {
            Version::New => {
                let refs: Vec<Value> = observables.iter().map(|one| one.id.as_str().into()).collect();
                set(&mut object, "object_refs", refs);
            }
            Version::Old => {
                let container: Object = observables
                    .iter()
                    .map(|one| (one.id.clone(), Value::Object(one.properties.clone())))
                    .collect();
                set(&mut object, "objects", container);
            }
        }
        if let Some(original) = original {
            self.keep_original(&mut object, original);
        }
        if !about.to_ids {
            self.comment(&mut object, about);
        }
        self.mark(&mut object, item.tags, &about.labels);
        self.referred(out, object);
        if self.settings.version == Version::New {
            for one in observables {
                let first = self.meet(Family::Observable, one.uuid);
                if first.in_event {
                    self.refer(out, &one.id);
                }
                if first.in_bundle {
                    self.object(&mut out.body, one.properties);
                }
            }
        }
        id
    }

    /// Observations have no description; MISP's readers look for this.
    fn comment(&self, object: &mut Object, about: &About<'_>) {
        if self.settings.profile == Profile::Misp {
            set_text(object, "x_misp_comment", about.comment);
        }
    }

    /// What the value was before it was written as the standard wants it.
    fn keep_original(&self, object: &mut Object, original: &str) {
        if self.settings.profile == Profile::Misp {
            set(object, "x_misp_value", original);
        }
    }

    /// An indicator in one of the languages of patterns.
    pub(super) fn indicator(
        &mut self,
        out: &mut Sections,
        about: &About<'_>,
        pattern: &str,
        language: &str,
        item: &Item<'_>,
    ) -> &'static str {
        let mut object = self.head("indicator", about.uuid, about.timestamp);
        set_text(&mut object, "name", &short(&about.name));
        set_text(&mut object, "description", about.comment);
        let mut labels = about.labels.clone();
        labels.push(label("to_ids", "True"));
        if self.settings.version == Version::New {
            set(&mut object, "indicator_types", json!(["unknown"]));
        }
        set(&mut object, "pattern", pattern);
        if self.settings.version == Version::New {
            set(&mut object, "pattern_type", language);
            if language == "stix" {
                set(&mut object, "pattern_version", "2.1");
            }
        }
        let from = about.first_seen.unwrap_or_else(|| about.moment());
        set(&mut object, "valid_from", moment::plain(from));
        if let Some(until) = about.last_seen.filter(|until| *until > from) {
            set(&mut object, "valid_until", moment::plain(until));
        }
        let phase = match self.settings.profile {
            Profile::Misp => about.category.to_owned(),
            Profile::Strict => slug(about.category),
        };
        set(
            &mut object,
            "kill_chain_phases",
            json!([{"kill_chain_name": "misp-category", "phase_name": phase}]),
        );
        self.mark(&mut object, item.tags, &labels);
        self.referred(out, object);
        "indicator"
    }

    fn vulnerability(&mut self, out: &mut Sections, item: &Item<'_>, about: &About<'_>) -> &'static str {
        let mut object = self.head("vulnerability", about.uuid, about.timestamp);
        let value = item.attribute.value();
        set(&mut object, "name", value.as_ref());
        set_text(&mut object, "description", about.comment);
        if value.to_ascii_uppercase().starts_with("CVE-") {
            let reference = json!([{"source_name": "cve", "external_id": value.to_ascii_uppercase()}]);
            set(&mut object, "external_references", reference);
        }
        self.with_flag(&mut object, item, about);
        self.referred(out, object);
        "vulnerability"
    }

    fn named_object(
        &mut self,
        out: &mut Sections,
        item: &Item<'_>,
        about: &About<'_>,
        kind: &'static str,
    ) -> &'static str {
        let mut object = self.head(kind, about.uuid, about.timestamp);
        set(&mut object, "name", item.attribute.value().as_ref());
        set_text(&mut object, "description", about.comment);
        self.with_flag(&mut object, item, about);
        self.referred(out, object);
        kind
    }

    /// Labels and marks of something that is no indicator although it may be meant for detection.
    fn with_flag(&mut self, object: &mut Object, item: &Item<'_>, about: &About<'_>) {
        let mut labels = about.labels.clone();
        if about.to_ids {
            labels.push(label("to_ids", "True"));
        }
        self.mark(object, item.tags, &labels);
    }

    fn custom_attribute(
        &mut self,
        out: &mut Sections,
        item: &Item<'_>,
        kind: AttributeType,
        about: &About<'_>,
    ) -> &'static str {
        const KIND: &str = "x-misp-attribute";
        let mut object = self.head(KIND, about.uuid, about.timestamp);
        set(&mut object, "x_misp_category", about.category);
        set_text(&mut object, "x_misp_comment", about.comment);
        set(&mut object, "x_misp_type", kind.name());
        set(&mut object, "x_misp_value", item.attribute.value().as_ref());
        for (name, seen) in [
            ("x_misp_first_seen", about.first_seen),
            ("x_misp_last_seen", about.last_seen),
        ] {
            if let Some(seen) = seen {
                set(&mut object, name, moment::plain(seen));
            }
        }
        if let Some(file) = item.file {
            set(&mut object, "x_misp_data", file);
        }
        self.with_flag(&mut object, item, about);
        self.custom(&mut out.body, &mut object);
        self.referred(out, object);
        KIND
    }
}

impl About<'_> {
    pub(super) fn moment(&self) -> i64 {
        self.timestamp.saturating_mul(1_000_000)
    }

    /// First and last time, in this order whatever is known.
    fn span(&self) -> (i64, i64) {
        let known = |seen: Option<i64>| seen.unwrap_or_else(|| self.moment());
        match (self.first_seen, self.last_seen) {
            (Some(first), None) => (first, known(None).max(first)),
            (None, Some(last)) => (known(None).min(last), last),
            (first, last) => (known(first), known(last).max(known(first))),
        }
    }
}

fn about(attribute: &Attribute, kind: AttributeType) -> About<'_> {
    let category = Category::from_id(attribute.category).map_or("Other", Category::name);
    About {
        uuid: attribute.uuid,
        timestamp: attribute.timestamp.max(0),
        first_seen: attribute.first_seen,
        last_seen: attribute.last_seen,
        comment: &attribute.comment,
        name: attribute.value(),
        category,
        to_ids: attribute.to_ids,
        labels: vec![label("type", kind.name()), label("category", category)],
    }
}

impl Built {
    /// Whether it holds what an element with or without the flag needs.
    pub(super) fn is_usable(&self, to_ids: bool) -> bool {
        if to_ids {
            self.pattern.is_some()
        } else {
            self.observables.is_some()
        }
    }
}

/// The part of an attribute that stands in a field.
pub(super) fn part<'a>(field: &Field, item: &'a Item<'_>) -> Option<Cow<'a, str>> {
    let attribute = item.attribute;
    match field.part {
        Part::Whole => Some(attribute.value()),
        Part::First => Some(attribute.value1.as_str().into()),
        Part::Second => attribute.value2.as_deref().map(Cow::from),
        Part::File => item.file.map(Cow::from),
    }
}

/// Observation and pattern of an attribute.
fn build(shape: &Shape, item: &Item<'_>, version: Version, profile: Profile) -> Built {
    let mut graph = shape.observable.then(|| Graph::new(shape.root));
    let mut terms = Some(Vec::new());
    let mut inexact = false;
    for field in &shape.fields {
        let text = part(field, item);
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            if field.part == Part::File {
                continue;
            }
            return Built::default();
        };
        let Some(written) = field.form.write(&text) else {
            return Built::default();
        };
        match &written.observable {
            Some(value) => {
                inexact |= !is_exact(field.form, value, &text);
                graph = graph.and_then(|mut graph| graph.put(&field.place, value).then_some(graph));
            }
            None => graph = None,
        }
        push_terms(&mut terms, field, &text, &written, profile);
    }
    for constant in &shape.constants {
        let value = Value::from(constant.value);
        if let Some(graph) = &mut graph
            && constant.place.target().is_none_or(|target| graph.has(target))
        {
            graph.put(&constant.place, &value);
        }
        push_term(
            &mut terms,
            constant.place.path(),
            Constant::Text(constant.value.to_owned()),
        );
    }
    Built {
        observables: graph.and_then(|graph| graph.finish(version, item.attribute.uuid, "tcp")),
        pattern: terms.and_then(|terms| pattern_of(terms, version)),
        inexact,
    }
}
