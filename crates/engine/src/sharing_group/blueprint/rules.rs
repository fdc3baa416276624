//! The rules of a blueprint: a tree of conditions that picks organisations. spec: 08#6.1
//!
//! Branches are `OR`, `AND` and `NOT`; the top is an `OR`. A leaf is one value or a list of which one must fit.
//! `NOT` picks the organisations that fit none of its leaves, and has no branch below it.
use entente_model::id::{OrgId, SharingGroupId};
use entente_model::organisation::Organisation;
use entente_model::sharing_group::SharingGroup;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Deepest tree.
const MAX_DEPTH: u8 = 16;
/// Most values in a tree.
const MAX_VALUES: usize = 10_000;

/// How conditions belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operand {
    Or,
    And,
    Not,
}

/// What a leaf looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Id,
    Uuid,
    Name,
    Nationality,
    Sector,
    Kind,
    GroupId,
    GroupUuid,
}

const FIELDS: [(&str, Field); 8] = [
    ("org_id", Field::Id),
    ("org_uuid", Field::Uuid),
    ("org_name", Field::Name),
    ("org_nationality", Field::Nationality),
    ("org_sector", Field::Sector),
    ("org_type", Field::Kind),
    ("sharing_group_id", Field::GroupId),
    ("sharing_group_uuid", Field::GroupUuid),
];

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    Branch(Operand, Vec<Node>),
    Leaf(Field, Vec<String>),
}

/// Rules that were understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rules(Node);

/// What rules are asked about: organisations and the groups that the blueprint's organisation may see.
pub(super) struct World<'a> {
    /// Every organisation that is known here.
    pub orgs: Vec<&'a Organisation>,
    /// A group by id or uuid, if it may be looked into.
    pub group: &'a dyn Fn(&GroupName) -> Option<&'a SharingGroup>,
}

/// How a leaf names a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GroupName {
    Id(SharingGroupId),
    Uuid(Uuid),
}

impl Rules {
    /// Reads a tree.
    ///
    /// # Errors
    /// What is wrong with it, in words for its author.
    pub(super) fn read(tree: &Map<String, Value>) -> Result<Self, String> {
        let mut values = 0;
        let nodes = nodes(tree, false, MAX_DEPTH, &mut values)?;
        if values == 0 {
            return Err("The rules pick nobody: name at least one organisation or property.".to_owned());
        }
        Ok(Self(Node::Branch(Operand::Or, nodes)))
    }

    /// The organisations picked.
    pub(super) fn pick(&self, world: &World<'_>) -> BTreeSet<OrgId> {
        picked(&self.0, world)
    }
}

fn nodes(
    tree: &Map<String, Value>,
    below_not: bool,
    depth: u8,
    values: &mut usize,
) -> Result<Vec<Node>, String> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err(format!("The rules are more than {MAX_DEPTH} levels deep."));
    };
    let mut nodes = Vec::with_capacity(tree.len());
    for (key, value) in tree {
        let operand = match key.as_str() {
            "OR" => Some(Operand::Or),
            "AND" => Some(Operand::And),
            "NOT" => Some(Operand::Not),
            _ => None,
        };
        if let Some(operand) = operand {
            if below_not {
                return Err(format!("There is no {key} below NOT."));
            }
            nodes.push(Node::Branch(operand, branch(operand, key, value, depth, values)?));
        } else {
            nodes.push(leaf(key, value, values)?);
        }
    }
    Ok(nodes)
}

/// What stands below an operand: a map, or a list of maps where a key would come twice.
fn branch(
    operand: Operand,
    key: &str,
    value: &Value,
    depth: u8,
    values: &mut usize,
) -> Result<Vec<Node>, String> {
    let not = operand == Operand::Not;
    match value {
        Value::Object(map) => nodes(map, not, depth, values),
        Value::Array(list) => {
            let mut all = Vec::new();
            for item in list {
                let map = item
                    .as_object()
                    .ok_or_else(|| format!("{key} takes a map, or a list of maps."))?;
                all.extend(nodes(map, not, depth, values)?);
            }
            Ok(all)
        }
        _ => Err(format!("{key} takes a map of conditions.")),
    }
}

fn leaf(key: &str, value: &Value, values: &mut usize) -> Result<Node, String> {
    let known = FIELDS.iter().find(|(name, _)| *name == key);
    let Some((_, field)) = known else {
        let names: Vec<&str> = FIELDS.iter().map(|(name, _)| *name).collect();
        return Err(format!(
            "There is no condition {key}. Use OR, AND, NOT, {}.",
            names.join(", ")
        ));
    };
    let list = match value {
        Value::Array(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    let mut wanted = Vec::with_capacity(list.len());
    for item in list {
        let text = match item {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            _ => return Err(format!("{key} takes a value or a list of values.")),
        };
        if text.is_empty() {
            return Err(format!("{key} takes no empty value."));
        }
        wanted.push(text);
    }
    *values += wanted.len();
    if *values > MAX_VALUES {
        return Err(format!("The rules have more than {MAX_VALUES} values."));
    }
    Ok(Node::Leaf(*field, wanted))
}

fn picked(node: &Node, world: &World<'_>) -> BTreeSet<OrgId> {
    match node {
        Node::Leaf(field, wanted) => by_leaf(*field, wanted, world),
        Node::Branch(Operand::And, nodes) => {
            let mut sets = nodes.iter().map(|node| picked(node, world));
            let first = sets.next().unwrap_or_default();
            sets.fold(first, |both, set| &both & &set)
        }
        Node::Branch(operand, nodes) => {
            let any: BTreeSet<OrgId> = nodes.iter().flat_map(|node| picked(node, world)).collect();
            match operand {
                Operand::Not => {
                    let all = world.orgs.iter().map(|org| org.id);
                    all.filter(|org| !any.contains(org)).collect()
                }
                _ => any,
            }
        }
    }
}

fn by_leaf(field: Field, wanted: &[String], world: &World<'_>) -> BTreeSet<OrgId> {
    if matches!(field, Field::GroupId | Field::GroupUuid) {
        let names = wanted.iter().filter_map(|text| match field {
            Field::GroupId => text.parse().ok().map(|id| GroupName::Id(SharingGroupId(id))),
            _ => entente_model::id::parse_uuid(text).map(GroupName::Uuid),
        });
        let groups = names.filter_map(|name| (world.group)(&name));
        return groups
            .flat_map(|group| group.orgs.iter().map(|member| member.org))
            .collect();
    }
    let fits = |org: &Organisation| {
        wanted.iter().any(|text| match field {
            Field::Id => org.id.0.to_string() == *text,
            Field::Uuid => org.uuid.to_string().eq_ignore_ascii_case(text),
            Field::Name => same(&org.name, text),
            Field::Nationality => same(&org.nationality, text),
            Field::Sector => same(&org.sector, text),
            _ => same(&org.kind, text),
        })
    };
    let orgs = world.orgs.iter().filter(|org| fits(org));
    orgs.map(|org| org.id).collect()
}

fn same(one: &str, other: &str) -> bool {
    entente_indicator::fold(one.trim()) == entente_indicator::fold(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use entente_model::id::UserId;
    use entente_model::sharing_group::GroupOrg;
    use serde_json::json;

    const GROUP: &str = "3f0a5d3e-77cb-4f0c-9a11-6e2c9d3f5b01";

    fn org(id: i64, name: &str, sector: &str, nationality: &str) -> Organisation {
        Organisation {
            id: OrgId(id),
            uuid: Uuid::from_u128(u128::from(id.unsigned_abs())),
            name: name.to_owned(),
            created: 0,
            modified: 0,
            description: String::new(),
            kind: String::new(),
            nationality: nationality.to_owned(),
            sector: sector.to_owned(),
            contacts: String::new(),
            created_by: UserId(1),
            local: true,
            restricted_to_domain: Vec::new(),
            landing_page: None,
        }
    }

    fn read(rules: &Value) -> Result<Rules, String> {
        Rules::read(rules.as_object().unwrap())
    }

    fn pick(rules: &Value) -> Vec<i64> {
        let orgs = [
            org(1, "Alpha", "Finance", "LU"),
            org(2, "Beta", "finance", "FR"),
            org(3, "Gamma", "Energy", "FR"),
            org(4, "Delta", "", ""),
        ];
        let group = SharingGroup {
            id: SharingGroupId(7),
            uuid: GROUP.parse().unwrap(),
            name: "G".to_owned(),
            releasability: String::new(),
            description: String::new(),
            organisation_uuid: None,
            org: OrgId(1),
            sync_user: UserId(1),
            active: true,
            created: 0,
            modified: 0,
            local: true,
            roaming: true,
            orgs: vec![GroupOrg {
                id: 1,
                org: OrgId(4),
                extend: false,
            }],
            servers: Vec::new(),
        };
        let known = |name: &GroupName| {
            (*name == GroupName::Id(group.id) || *name == GroupName::Uuid(group.uuid)).then_some(&group)
        };
        let world = World {
            orgs: orgs.iter().collect(),
            group: &known,
        };
        let rules = read(rules).unwrap();
        rules.pick(&world).into_iter().map(|id| id.0).collect()
    }

    #[test]
    fn organisations_are_picked() {
        assert_eq!(pick(&json!({"org_id": [1, "3"]})), [1, 3]);
        assert_eq!(
            pick(&json!({"org_sector": "FINANCE", "org_name": "Delta"})),
            [1, 2, 4]
        );
        assert_eq!(
            pick(&json!({"AND": {"org_sector": "Finance", "org_nationality": "FR"}})),
            [2]
        );
        assert_eq!(
            pick(&json!({"AND": {"org_nationality": "FR", "NOT": {"org_sector": ["Energy"]}}})),
            [2]
        );
        assert_eq!(
            pick(&json!({"NOT": {"org_sector": "Finance", "org_name": "Delta"}})),
            [3]
        );
        assert_eq!(
            pick(&json!({"OR": {"sharing_group_id": 7, "AND": {"org_id": 1, "org_name": "Alpha"}}})),
            [1, 4]
        );
        assert_eq!(pick(&json!({"sharing_group_uuid": GROUP})), [4]);
        assert_eq!(pick(&json!({"sharing_group_id": [8, "x"]})), Vec::<i64>::new());
        assert_eq!(
            pick(&json!({"OR": [{"AND": {"org_id": 1}}, {"AND": {"org_id": 2}}]})),
            [1, 2]
        );
    }

    #[test]
    fn bad_rules_are_named() {
        for (rules, said) in [
            (json!({}), "pick nobody"),
            (json!({"OR": {}}), "pick nobody"),
            (json!({"org": 1}), "no condition org"),
            (json!({"NOT": {"OR": {"org_id": 1}}}), "no OR below NOT"),
            (json!({"AND": 1}), "map of conditions"),
            (json!({"org_id": {"a": 1}}), "value or a list"),
            (json!({"org_name": [""]}), "empty"),
        ] {
            let refused = read(&rules).unwrap_err();
            assert!(refused.contains(said), "{rules}: {refused}");
        }
        let mut deep = json!({"org_id": 1});
        for _ in 0..20 {
            deep = json!({"AND": deep});
        }
        assert!(read(&deep).unwrap_err().contains("levels deep"));
    }
}
