//! CybOX observables as attributes and objects.
use super::properties::{self, Piece};
use super::read::uuid_of;
use super::read::{About, Reading};
use super::tree::Tree;
use crate::map::template;
use crate::read::ReadError;
use entente_indicator::{AttributeType, Category};
use entente_model::draft::{AttributeDraft, Given, ObjectDraft};
use uuid::Uuid;

impl Reading<'_> {
    pub(super) fn observable(&mut self, about: &About, tree: &Tree) -> Result<(), ReadError> {
        if let Some(composition) = tree.child("observable_composition") {
            return self.composition(about, tree, composition);
        }
        if let Some(object) = tree.child("object") {
            let pieces = self.pieces(object);
            return self.deliver(about, pieces);
        }
        for inner in tree.all("observable") {
            self.observable(about, inner)?;
        }
        Ok(())
    }

    /// What an object and those related to it hold.
    pub(super) fn pieces(&mut self, object: &Tree) -> Vec<Piece> {
        let mut pieces = object
            .child("properties")
            .map(properties::read)
            .unwrap_or_default();
        let related = object.child("related_objects");
        for one in related.into_iter().flat_map(|list| &list.children) {
            let inner = one.child("properties").map(properties::read).unwrap_or_default();
            pieces.extend(inner);
        }
        if pieces.is_empty()
            && let Some(kind) = object
                .child("properties")
                .map(Tree::kind)
                .filter(|kind| !kind.is_empty())
        {
            self.sink.left_out(format!("an object of the kind {kind}"));
        }
        pieces
    }

    /// Several observables: an object when they belong together, else attributes.
    pub(super) fn composition(
        &mut self,
        about: &About,
        tree: &Tree,
        composition: &Tree,
    ) -> Result<(), ReadError> {
        let list: Vec<&Tree> = composition
            .all("observable")
            .chain(composition.all("observables").flat_map(|list| &list.children))
            .collect();
        let name = tree
            .text_at(&["id"])
            .and_then(|id| id.rsplit(':').next()?.split_once("_ObservableComposition-"))
            .map(|(name, _)| name.to_owned())
            .or_else(|| object_of_title(&about.title).map(|(_, name)| name.to_owned()));
        let Some(name) = name else {
            for one in list {
                let own = About {
                    uuid: uuid_of(one),
                    ..about.clone()
                };
                self.observable(&own, one)?;
            }
            return Ok(());
        };
        let mut members = Vec::new();
        for one in list {
            let Some(object) = one.child("object") else {
                continue;
            };
            let uuid = uuid_of(one);
            for piece in self.pieces(object) {
                members.push((uuid, piece));
            }
        }
        self.object(about, &name, members)
    }

    /// One attribute, or an object when there is more in it.
    pub(super) fn deliver(&mut self, about: &About, mut pieces: Vec<Piece>) -> Result<(), ReadError> {
        if let Some((_, name)) = object_of_title(&about.title) {
            let name = name.to_owned();
            let members = pieces.into_iter().map(|piece| (None, piece)).collect();
            return self.object(about, &name, members);
        }
        properties::join(&mut pieces);
        match pieces.len() {
            0 => Ok(()),
            1 => match pieces.pop() {
                Some(piece) => self.attribute(about, piece),
                None => Ok(()),
            },
            _ => {
                let name = properties::object_name(&pieces);
                let members = pieces.into_iter().map(|piece| (None, piece)).collect();
                self.object(about, name, members)
            }
        }
    }

    pub(super) fn attribute(&mut self, about: &About, piece: Piece) -> Result<(), ReadError> {
        self.count += 1;
        let kind = AttributeType::from_name(&piece.kind);
        let category = Category::from_name(&about.category)
            .or_else(|| {
                Category::from_name(about.title.split_once(": ").map_or("", |(category, _)| category))
            })
            .filter(|category| kind.is_some_and(|kind| category.allows(kind)));
        let mut draft = AttributeDraft {
            uuid: self.fresh(about.uuid),
            kind: Some(piece.kind),
            category: category.map(|category| category.name().to_owned()),
            value: Some(piece.value),
            to_ids: Given::Value(about.to_ids),
            timestamp: about.timestamp.map_or(Given::Absent, Given::Value),
            comment: Some(about.comment.clone()),
            ..AttributeDraft::default()
        };
        if !about.tags.is_empty() {
            draft.extra_mut().tags.clone_from(&about.tags);
        }
        Ok(self.sink.attribute(draft)?)
    }

    pub(super) fn object(
        &mut self,
        about: &About,
        name: &str,
        members: Vec<(Option<Uuid>, Piece)>,
    ) -> Result<(), ReadError> {
        if members.is_empty() {
            return Ok(());
        }
        self.count += 1;
        let meta = object_of_title(&about.title).map_or(about.category.as_str(), |(meta, _)| meta);
        let mut attributes = Vec::with_capacity(members.len());
        for (uuid, piece) in members {
            let relation = if piece.relation.is_empty() {
                relation_of(name, &piece.kind)
            } else {
                piece.relation
            };
            let mut draft = AttributeDraft {
                uuid: self.fresh(uuid),
                kind: Some(piece.kind),
                value: Some(piece.value),
                to_ids: if about.to_ids {
                    Given::Absent
                } else {
                    Given::Value(false)
                },
                relation: Some(relation),
                ..AttributeDraft::default()
            };
            if !about.tags.is_empty() {
                draft.extra_mut().tags.clone_from(&about.tags);
            }
            attributes.push(draft);
        }
        let draft = ObjectDraft {
            uuid: self.fresh(about.uuid),
            name: Some(name.to_owned()),
            meta_category: Some(if meta.is_empty() { "misc" } else { meta }.to_owned()),
            timestamp: about.timestamp.map_or(Given::Absent, Given::Value),
            comment: Some(about.comment.clone()),
            attributes,
            ..ObjectDraft::default()
        };
        Ok(self.sink.object(draft)?)
    }

    /// A uuid names one thing only.
    pub(super) fn fresh(&mut self, uuid: Option<Uuid>) -> Given<Uuid> {
        match uuid {
            Some(uuid) if self.taken.insert(uuid) => Given::Value(uuid),
            _ => Given::Absent,
        }
    }
}

/// Meta category and name of an object of MISP, which its title tells.
pub(super) fn object_of_title(title: &str) -> Option<(&str, &str)> {
    title.strip_suffix(" (MISP Object)")?.split_once(": ")
}

/// The relation of a type of attribute in a template.
pub(super) fn relation_of(name: &str, kind: &str) -> String {
    let known = template::shape(name).and_then(|shape| shape.fields.iter().find(|field| field.kind == kind));
    known.map_or(kind, |field| field.relation).to_owned()
}
