//! Indicators: patterns as attributes and objects. spec: 12#8.3, 12#11.3
use super::ReadError;
use super::convert::{Common, Converter};
use super::deliver::{Part, own_parts};
use super::index::Key;
use super::observed::{Recognised, Seen, fingerprint, parts, recognise};
use super::tags::labelled;
use super::value::text;
use crate::ident;
use crate::map::attribute::{self, RULES};
use crate::map::shape::Found;
use crate::map::template;
use crate::moment;
use crate::pattern::{Comparison, Observation, Operator, Pattern, Term};
use entente_indicator::AttributeType;
use entente_model::draft::Given;
use serde_json::{Map, Value};
use std::io::{Read, Seek};

/// Attributes that one pattern may become.
const MOST_ALTERNATIVES: usize = 1_000;

/// The object type and the values of a pattern that is one observation of equalities that all hold.
pub(super) fn terms_of(pattern: &str) -> Option<(String, Vec<Found>)> {
    let Pattern(Observation::Test(test)) = pattern.parse().ok()? else {
        return None;
    };
    equalities(&test)
}

fn equalities(test: &Comparison) -> Option<(String, Vec<Found>)> {
    let mut terms = Vec::new();
    collect(test, &mut terms)?;
    let root = terms.first()?.path.object.clone();
    let found = terms
        .iter()
        .filter(|term| term.path.object == root)
        .map(|term| {
            Some(Found {
                key: term.path.place(),
                value: term.operand.first()?.value(),
            })
        })
        .collect::<Option<Vec<Found>>>()?;
    (found.len() == terms.len()).then_some((root, found))
}

fn collect<'a>(test: &'a Comparison, into: &mut Vec<&'a Term>) -> Option<()> {
    match test {
        Comparison::Term(term) if term.operator == Operator::Equal && !term.negated => {
            into.push(term);
            Some(())
        }
        Comparison::And(list) => list.iter().try_for_each(|one| collect(one, into)),
        _ => None,
    }
}

/// Alternatives of a pattern, each of which is enough; `None` when it is no list of such.
fn alternatives(pattern: &Pattern) -> Option<Vec<(String, Vec<Found>)>> {
    fn of_observation(one: &Observation, into: &mut Vec<(String, Vec<Found>)>) -> Option<()> {
        match one {
            Observation::Test(test) => of_test(test, into),
            Observation::Or(list) => list.iter().try_for_each(|one| of_observation(one, into)),
            _ => None,
        }
    }
    fn of_test(test: &Comparison, into: &mut Vec<(String, Vec<Found>)>) -> Option<()> {
        match test {
            Comparison::Or(list) => list.iter().try_for_each(|one| of_test(one, into)),
            Comparison::Term(term) if term.operator == Operator::In && !term.negated => {
                for constant in &term.operand {
                    into.push((
                        term.path.object.clone(),
                        vec![Found {
                            key: term.path.place(),
                            value: constant.value(),
                        }],
                    ));
                }
                Some(())
            }
            test => {
                into.push(equalities(test)?);
                Some(())
            }
        }
    }
    let mut all = Vec::new();
    of_observation(&pattern.0, &mut all)?;
    (!all.is_empty() && all.len() <= MOST_ALTERNATIVES).then_some(all)
}

/// Fingerprints of the attributes that a pattern becomes.
pub(super) fn fingerprints(pattern: &str) -> Vec<u64> {
    let all = pattern.parse().ok().and_then(|pattern| alternatives(&pattern));
    all.into_iter()
        .flatten()
        .filter_map(|(_, found)| attribute::recognise(&found))
        .map(|member| fingerprint(&member))
        .collect()
}

impl<S: Read + Seek> Converter<'_, S> {
    pub(super) fn indicator(&mut self, key: Key, object: &Map<String, Value>) -> Result<(), ReadError> {
        let mut common = self.common(key, object)?;
        common.to_ids = Given::Value(true);
        let modified = moment::parse(object.get("modified"));
        let created = moment::parse(object.get("created"));
        let from = moment::parse(object.get("valid_from"));
        common.first_seen = from.filter(|from| Some(*from) != modified && Some(*from) != created);
        common.last_seen = moment::parse(object.get("valid_until"));
        let pattern = text(object, "pattern").unwrap_or_default().to_owned();
        let language = text(object, "pattern_type").unwrap_or("stix").to_owned();
        if language != "stix" {
            return self.rule(key, common, object, &pattern, &language);
        }
        let partner = self.partner(key)?;
        if self.internal && self.named_indicator(key, object, &common, &pattern, &partner)? {
            return Ok(());
        }
        self.foreign_indicator(key, common, object, &pattern)
    }

    /// The observation that says the same.
    fn partner(&mut self, key: Key) -> Result<Vec<Seen>, ReadError> {
        if !self.internal {
            return Ok(Vec::new());
        }
        let mut links = self.index.links.get(&key).into_iter().flatten();
        let based = links
            .find(|link| self.index.word(link.kind) == "based-on")
            .map(|link| link.target);
        let Some(partner) = self.index.twin(key, "observed-data").or(based) else {
            return Ok(Vec::new());
        };
        match self.object_of(partner)? {
            Some(observation) => {
                let mut seen = parts(self, &observation)?;
                if let (Some(first), Some(original)) = (seen.first_mut(), observation.get("x_misp_value")) {
                    first.found.push(Found {
                        key: ORIGINAL.to_owned(),
                        value: original.clone(),
                    });
                }
                Ok(seen)
            }
            None => Ok(Vec::new()),
        }
    }

    /// An indicator whose labels name what it is.
    fn named_indicator(
        &mut self,
        key: Key,
        object: &Map<String, Value>,
        common: &Common,
        pattern: &str,
        partner: &[Seen],
    ) -> Result<bool, ReadError> {
        let tested = terms_of(pattern).map(|(_, found)| found).unwrap_or_default();
        if let Some(kind) = labelled(object, "type") {
            if kind == "stix2-pattern" {
                self.deliver_attribute(key, common.clone(), plain(kind, pattern))?;
                return Ok(true);
            }
            return self.named_attribute_of(key, common, kind, &tested, partner);
        }
        let Some(name) = labelled(object, "name").map(str::to_owned) else {
            return Ok(false);
        };
        let meta = labelled(object, "meta-category").unwrap_or_default().to_owned();
        if name == "stix2-pattern" {
            let rule = rule_part(&name, pattern);
            self.deliver_object(key, common.clone(), &name, &meta, rule.into_iter().collect())?;
            return Ok(true);
        }
        let mut common = common.clone();
        // Which members were meant for detection the pattern does not say; their types do.
        common.to_ids = Given::Absent;
        let found: Vec<Found> = partner
            .iter()
            .flat_map(|seen| seen.found.iter().cloned())
            .collect();
        let found = if found.is_empty() { tested } else { found };
        self.named_object(key, common, (&name, &meta), found)
    }

    /// An attribute whose type is named; the observation completes what the pattern holds.
    pub(super) fn named_attribute_of(
        &mut self,
        key: Key,
        common: &Common,
        kind: &str,
        tested: &[Found],
        partner: &[Seen],
    ) -> Result<bool, ReadError> {
        let seen: Vec<Found> = partner
            .iter()
            .flat_map(|seen| seen.found.iter().cloned())
            .collect();
        let named = |found: &[Found]| attribute::named(kind, found);
        let (by_pattern, by_observation) = (named(tested), named(&seen));
        let Some(mut member) = by_pattern.or_else(|| by_observation.clone()) else {
            return Ok(false);
        };
        if member.data.is_none() {
            member.data = by_observation.and_then(|other| other.data);
        }
        let original = seen.iter().find(|one| one.key == ORIGINAL);
        if let Some(original) = original.and_then(|one| one.value.as_str()) {
            original.clone_into(&mut member.value);
        }
        self.deliver_attribute(key, common.clone(), member)?;
        Ok(true)
    }

    /// An object whose template is named.
    pub(super) fn named_object(
        &mut self,
        key: Key,
        common: Common,
        (name, meta): (&str, &str),
        found: Vec<Found>,
    ) -> Result<bool, ReadError> {
        let (mut members, mut left): (Vec<Part>, Vec<Found>) = match template::shape(name) {
            Some(shape) => {
                let (members, left) = template::read(shape, found);
                (members.into_iter().map(Into::into).collect(), left)
            }
            None => (Vec::new(), found),
        };
        members.extend(own_parts(&mut left));
        // Parts of one object may share what they refer to.
        let mut seen = std::collections::HashSet::new();
        members.retain(|part| seen.insert((part.relation.clone(), part.value.clone())));
        if members.is_empty() {
            return Ok(false);
        }
        self.name_left(key, &left);
        self.deliver_object(key, common, name, meta, members)?;
        Ok(true)
    }

    /// An observation whose labels name what it is.
    pub(super) fn named_parts(
        &mut self,
        key: Key,
        object: &Map<String, Value>,
        common: &Common,
        seen: &[Seen],
    ) -> Result<bool, ReadError> {
        let mut found: Vec<Found> = seen.iter().flat_map(|part| part.found.iter().cloned()).collect();
        if let Some(original) = object.get("x_misp_value") {
            found.push(Found {
                key: ORIGINAL.to_owned(),
                value: original.clone(),
            });
        }
        let whole = Seen {
            found,
            ..Seen::default()
        };
        if let Some(kind) = labelled(object, "type") {
            return self.named_attribute_of(key, common, kind, &[], &[whole]);
        }
        match labelled(object, "name").map(str::to_owned) {
            Some(name) => {
                let meta = labelled(object, "meta-category").unwrap_or_default().to_owned();
                self.named_object(key, common.clone(), (&name, &meta), whole.found)
            }
            None => Ok(false),
        }
    }

    /// An indicator in another language than that of STIX.
    fn rule(
        &mut self,
        key: Key,
        common: Common,
        object: &Map<String, Value>,
        pattern: &str,
        language: &str,
    ) -> Result<(), ReadError> {
        let rule = without_brackets(pattern);
        let name = labelled(object, "name").unwrap_or_default();
        if let Some(part) = rule_part(name, rule) {
            let meta = labelled(object, "meta-category").unwrap_or_default().to_owned();
            let name = name.to_owned();
            return self.deliver_object(key, common, &name, &meta, vec![part]);
        }
        let known = RULES
            .iter()
            .find(|rule| **rule == language)
            .copied()
            .or_else(|| AttributeType::from_name(language).map(AttributeType::name));
        let Some(kind) = known else {
            let id = self.index.id(key);
            self.sink.left_out(format!(
                "{id}: rules of the kind {language} have no counterpart in MISP"
            ));
            return Ok(());
        };
        let rule = rule.to_owned();
        self.deliver_attribute(key, common, plain(kind, &rule))
    }

    /// An indicator of somebody else: one attribute or object for each way in which its pattern can be met, or
    /// the pattern itself.
    fn foreign_indicator(
        &mut self,
        key: Key,
        common: Common,
        object: &Map<String, Value>,
        text_of: &str,
    ) -> Result<(), ReadError> {
        let pattern = match text_of.parse::<Pattern>() {
            Ok(pattern) => pattern,
            Err(error) => {
                let id = self.index.id(key);
                self.sink
                    .left_out(format!("{id}: its pattern cannot be read: {error}"));
                return Ok(());
            }
        };
        let recognised: Option<Vec<Recognised>> = alternatives(&pattern)
            .map(|all| all.iter().map(|(root, found)| recognise(root, found)).collect());
        let whole = |one: &Recognised| match one {
            Recognised::Attribute(_, left) | Recognised::Object(_, _, left) => left.is_empty(),
            Recognised::Nothing => false,
        };
        let Some(recognised) = recognised.filter(|all| all.iter().all(whole)) else {
            return self.pattern_object(key, common, object, text_of);
        };
        let id = self.index.id(key);
        for (i, one) in recognised.into_iter().enumerate() {
            let mut common = common.clone();
            if i > 0 {
                common.uuid = ident::derived(self.event, &format!("{id} {i}"));
            }
            match one {
                Recognised::Attribute(member, _) => self.deliver_attribute(key, common, member)?,
                Recognised::Object(name, members, _) => {
                    common.to_ids = Given::Absent;
                    let members = members.into_iter().map(Into::into).collect();
                    self.deliver_object(key, common, name, "", members)?;
                }
                Recognised::Nothing => {}
            }
        }
        Ok(())
    }

    /// The pattern as it is.
    fn pattern_object(
        &mut self,
        key: Key,
        common: Common,
        object: &Map<String, Value>,
        pattern: &str,
    ) -> Result<(), ReadError> {
        let part = |relation: &str, kind: &str, value: &str| Part {
            relation: relation.to_owned(),
            kind: kind.to_owned(),
            value: value.to_owned(),
            data: None,
        };
        let mut members = vec![part("stix2-pattern", "stix2-pattern", pattern)];
        if let Some(version) = text(object, "pattern_version") {
            members.push(part("version", "text", version));
        }
        if let Some(name) = text(object, "name").filter(|name| *name != common.comment) {
            members.push(part("comment", "comment", name));
        }
        let mut common = common;
        common.to_ids = Given::Absent;
        self.deliver_object(key, common, "stix2-pattern", "misc", members)
    }
}

/// MISP's converter puts rules in brackets, as if they were patterns; no rule begins so.
fn without_brackets(rule: &str) -> &str {
    rule.strip_prefix('[')
        .and_then(|rule| rule.strip_suffix(']'))
        .unwrap_or(rule)
}

/// Where the original of a value is kept among what was found; no path of a pattern can be this.
const ORIGINAL: &str = "original";

fn plain(kind: &str, value: &str) -> crate::map::shape::Member {
    crate::map::shape::Member {
        relation: "",
        kind: AttributeType::from_name(kind).map_or("other", AttributeType::name),
        value: value.to_owned(),
        data: None,
    }
}

/// The member of an object around a rule.
fn rule_part(template: &str, rule: &str) -> Option<Part> {
    let (_, relation, kind, _) = template::RULES.iter().find(|row| row.0 == template)?;
    Some(Part {
        relation: (*relation).to_owned(),
        kind: (*kind).to_owned(),
        value: rule.to_owned(),
        data: None,
    })
}
