//! Notes, opinions and relationships: listed, found, below each other, and pointing at things.
use crate::Look;
use entente_engine::analyst::{self, DEFAULT_DEPTH, Filter, Page};
use entente_engine::{Class, Ctx};
use entente_model::analyst::{Annotated, Content, ObjectType};
use entente_model::id::Ref;
use uuid::Uuid;

/// An annotation with those of it.
#[derive(Debug, PartialEq)]
pub struct Node(i64, Vec<Node>);

pub fn nodes(annotated: &[Annotated]) -> Vec<Node> {
    annotated
        .iter()
        .map(|node| Node(node.row.id, nodes(&node.children)))
        .collect()
}

/// What stands below something that the caller sees.
pub fn expected_tree(look: &Look<'_>, kind: ObjectType, uuid: Uuid) -> Vec<Node> {
    below(look, kind, uuid, DEFAULT_DEPTH)
}

fn below(look: &Look<'_>, kind: ObjectType, uuid: Uuid, depth: u8) -> Vec<Node> {
    let rows = look.world.annotations_on(kind, uuid);
    rows.filter(|row| look.oracle.annotation_itself(row) && look.oracle.end_seen(row))
        .map(|row| {
            let deeper = depth.checked_sub(1);
            let kind = ObjectType::from(row.content.kind());
            let children = deeper.map(|depth| below(look, kind, row.uuid, depth));
            Node(row.id, children.unwrap_or_default())
        })
        .collect()
}

pub fn check(ctx: &mut Ctx<'_, '_>, look: &Look<'_>) {
    let world = look.world;
    let mut found = Vec::new();
    analyst::each(ctx, &Filter::default(), Page::default(), |_, rows| {
        found.extend(rows.iter().map(|row| row.id));
        Ok(())
    })
    .unwrap();
    let seen = world.annotations.iter().filter(|row| look.oracle.annotation(row));
    look.same("analyst::each", &found, &seen.map(|row| row.id).collect());
    let mut pointed = Vec::new();
    for row in look.sampled(&world.annotations) {
        let kind = row.content.kind();
        let found = analyst::find(ctx, None, Some(Ref::Uuid(row.uuid)));
        let by_id = analyst::find(ctx, Some(kind), Some(Ref::Id(row.id)));
        if look.oracle.annotation(row) {
            look.same("analyst::find", &found.unwrap().id, &row.id);
            let tree = analyst::annotated(ctx, by_id.unwrap()).unwrap();
            let expected = expected_tree(look, ObjectType::from(kind), row.uuid);
            // One level less than below something else: the annotation itself is the first.
            look.same(
                "analyst::annotated",
                &nodes(&tree.children),
                &cut(expected, DEFAULT_DEPTH),
            );
        } else {
            assert_eq!(found.err().unwrap().class(), Class::NotFound);
            assert_eq!(by_id.err().unwrap().class(), Class::NotFound);
        }
        if let Content::Relationship {
            related_type,
            related_uuid,
            ..
        } = &row.content
        {
            pointed.push((*related_type, *related_uuid));
        }
    }
    for (kind, uuid) in pointed {
        if look.oracle.target(kind, uuid) == Some(true) {
            inbound(ctx, look, kind, uuid);
        }
    }
}

fn cut(tree: Vec<Node>, levels: u8) -> Vec<Node> {
    let Some(levels) = levels.checked_sub(1) else {
        return Vec::new();
    };
    tree.into_iter()
        .map(|Node(id, children)| Node(id, cut(children, levels)))
        .collect()
}

fn inbound(ctx: &mut Ctx<'_, '_>, look: &Look<'_>, kind: ObjectType, uuid: Uuid) {
    let found: Vec<i64> = analyst::inbound(ctx, &[(kind, uuid)])
        .unwrap()
        .iter()
        .map(|row| row.id)
        .collect();
    let points = look.world.pointing_at(kind, uuid);
    let expected = points.filter(|row| look.oracle.annotation(row)).map(|row| row.id);
    look.same("analyst::inbound", &found, &expected.collect());
}
