//! Notes, opinions and relationships. spec: 08#1
//!
//! Rows carry a label of their own. Whether what they annotate is visible too is the engine's question
//! (`engine::analyst`): the target is named by uuid, may be of eleven types and need not exist.
mod remove;

pub use remove::{delete_of, delete_of_clusters, delete_of_event};

use crate::damaged;
use crate::filter::{Conditions, Term};
use entente_db::{DbError, Row, Tx, Value, params};
use entente_model::analyst::{Analyst, Content, ObjectType};
use entente_model::draft::AnalystKind;
use entente_model::id::{LabelId, Ref, SharingGroupId};
use entente_model::level::Distribution;
use entente_model::search::Range;
use entente_model::time::Seconds;
use entente_policy::Scope;
use std::collections::HashSet;
use uuid::Uuid;

const COLUMNS: &str = "n.id, n.uuid, n.kind, n.object_uuid, n.object_type, n.authors, n.org_uuid, n.orgc_uuid, n.created, \
    n.modified, n.distribution, n.sharing_group_id, n.locked, n.label, n.note, n.language, n.opinion, n.comment, \
    n.relationship_type, n.related_object_uuid, n.related_object_type";

fn object_type(column: usize, name: &str) -> Result<ObjectType, DbError> {
    ObjectType::from_name(name).ok_or_else(|| damaged(column, "a type of object"))
}

fn read(row: &Row<'_>) -> Result<Analyst, DbError> {
    let kind = AnalystKind::from_number(row.get_int(2)?).ok_or_else(|| damaged(2, "a kind of annotation"))?;
    let text = |column| Ok::<_, DbError>(row.get_opt_string(column)?.unwrap_or_default());
    let content = match kind {
        AnalystKind::Note => Content::Note {
            note: text(14)?,
            language: text(15)?,
        },
        AnalystKind::Opinion => Content::Opinion {
            opinion: row.get_opt_int(16)?.unwrap_or_default(),
            comment: text(17)?,
        },
        AnalystKind::Relationship => Content::Relationship {
            relationship_type: text(18)?,
            related_uuid: row.get_opt_uuid(19)?.ok_or_else(|| damaged(19, "a uuid"))?,
            related_type: object_type(20, &text(20)?)?,
        },
    };
    Ok(Analyst {
        id: row.get_int(0)?,
        uuid: row.get_uuid(1)?,
        object_uuid: row.get_uuid(3)?,
        object_type: object_type(4, row.get_str(4)?)?,
        authors: row.get_string(5)?,
        org_uuid: row.get_uuid(6)?,
        orgc_uuid: row.get_uuid(7)?,
        created: row.get_int(8)?,
        modified: row.get_int(9)?,
        distribution: Distribution::from_number(row.get_int(10)?)
            .ok_or_else(|| damaged(10, "a distribution"))?,
        sharing_group: SharingGroupId(row.get_int(11)?),
        locked: row.get_bool(12)?,
        label: LabelId(row.get_int(13)?),
        content,
    })
}

/// The columns that only some kinds have, in the order of the table.
fn own_columns(content: &Content) -> [Value<'_>; 7] {
    let mut columns = [Value::Null; 7];
    let (at, own): (usize, &[Value<'_>]) = match content {
        Content::Note { note, language } => (0, &[Value::Text(note), Value::Text(language)]),
        Content::Opinion { opinion, comment } => (2, &[Value::Int(*opinion), Value::Text(comment)]),
        Content::Relationship {
            relationship_type,
            related_uuid,
            related_type,
        } => (
            4,
            &[
                Value::Text(relationship_type),
                Value::Uuid(*related_uuid),
                Value::Text(related_type.name()),
            ],
        ),
    };
    for (column, value) in columns.iter_mut().skip(at).zip(own) {
        *column = *value;
    }
    columns
}

/// Adds an annotation whose id has been taken from the counter `analyst_data`.
///
/// # Errors
/// `Unique` when the uuid exists.
pub fn insert(tx: &mut Tx<'_>, row: &Analyst) -> Result<(), DbError> {
    let mut values = vec![
        Value::Int(row.id),
        Value::Uuid(row.uuid),
        Value::Int(row.content.kind().number()),
        Value::Uuid(row.object_uuid),
        Value::Text(row.object_type.name()),
        Value::Text(&row.authors),
        Value::Uuid(row.org_uuid),
        Value::Uuid(row.orgc_uuid),
        Value::Int(row.created),
        Value::Int(row.modified),
        Value::Int(row.distribution.number()),
        Value::Int(row.sharing_group.0),
        Value::Bool(row.locked),
        Value::Int(row.label.0),
    ];
    values.extend(own_columns(&row.content));
    tx.execute(
        "INSERT INTO analyst_data (id, uuid, kind, object_uuid, object_type, authors, org_uuid, orgc_uuid, created, \
         modified, distribution, sharing_group_id, locked, label, note, language, opinion, comment, \
         relationship_type, related_object_uuid, related_object_type) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, \
         $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)",
        &values,
    )?;
    Ok(())
}

/// Replaces authors, edit version, level, lock, label and content of an annotation.
///
/// # Errors
/// Of the database.
pub fn update(tx: &mut Tx<'_>, row: &Analyst) -> Result<(), DbError> {
    let mut values = vec![
        Value::Int(row.id),
        Value::Text(&row.authors),
        Value::Int(row.modified),
        Value::Int(row.distribution.number()),
        Value::Int(row.sharing_group.0),
        Value::Bool(row.locked),
        Value::Int(row.label.0),
    ];
    values.extend(own_columns(&row.content));
    tx.execute(
        "UPDATE analyst_data SET authors = $2, modified = $3, distribution = $4, sharing_group_id = $5, locked = $6, \
         label = $7, note = $8, language = $9, opinion = $10, comment = $11, relationship_type = $12, \
         related_object_uuid = $13, related_object_type = $14 WHERE id = $1",
        &values,
    )?;
    Ok(())
}

/// Removes an annotation.
///
/// # Errors
/// Of the database.
pub fn delete(tx: &mut Tx<'_>, id: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM analyst_data WHERE id = $1", params![id])?;
    Ok(())
}

/// An annotation by uuid or id, of one kind where that is named, whoever asks.
///
/// # Errors
/// Of the database.
pub fn find_unscoped(
    tx: &mut Tx<'_>,
    kind: Option<AnalystKind>,
    annotation: Ref,
) -> Result<Option<Analyst>, DbError> {
    let found = match annotation {
        Ref::Id(id) => tx.first(
            &format!("SELECT {COLUMNS} FROM analyst_data n WHERE n.id = $1"),
            params![id],
            read,
        )?,
        Ref::Uuid(uuid) => tx.first(
            &format!("SELECT {COLUMNS} FROM analyst_data n WHERE n.uuid = $1"),
            params![uuid],
            read,
        )?,
    };
    Ok(found.filter(|row| kind.is_none_or(|kind| row.content.kind() == kind)))
}

/// Annotations with these uuids, whoever asks.
///
/// # Errors
/// Of the database.
pub fn by_uuids_unscoped(tx: &mut Tx<'_>, uuids: &[Uuid]) -> Result<Vec<Analyst>, DbError> {
    tx.all(
        &format!("SELECT {COLUMNS} FROM analyst_data n WHERE n.uuid = ANY($1)"),
        params![uuids],
        read,
    )
}

/// A reader, as far as annotations depend on it.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    scope: &'a Scope,
    /// Sees everything that it created or holds.
    own: Option<Uuid>,
}

impl<'a> Reader<'a> {
    /// The viewer of a scope.
    #[must_use]
    pub fn new(scope: &'a Scope) -> Self {
        Self {
            scope,
            own: scope.org().filter(|org| scope.speaks_for(*org)),
        }
    }

    /// Whether the reader's organisation created or holds an annotation.
    #[must_use]
    pub fn wrote(&self, row: &Analyst) -> bool {
        self.own
            .is_some_and(|own| row.org_uuid == own || row.orgc_uuid == own)
    }

    /// Whether the reader sees an annotation, its target left aside.
    #[must_use]
    pub fn sees(&self, row: &Analyst) -> bool {
        self.wrote(row) || crate::visibility::sees(self.scope, row.label)
    }
}

/// Annotations of these objects that the reader sees, by id.
///
/// # Errors
/// Of the database.
pub fn of_objects(tx: &mut Tx<'_>, reader: Reader<'_>, objects: &[Uuid]) -> Result<Vec<Analyst>, DbError> {
    by_column(tx, reader, "object_uuid", objects)
}

/// Relationships that point at these objects and that the reader sees, by id.
///
/// # Errors
/// Of the database.
pub fn pointing_at(tx: &mut Tx<'_>, reader: Reader<'_>, objects: &[Uuid]) -> Result<Vec<Analyst>, DbError> {
    by_column(tx, reader, "related_object_uuid", objects)
}

fn by_column(
    tx: &mut Tx<'_>,
    reader: Reader<'_>,
    column: &'static str,
    objects: &[Uuid],
) -> Result<Vec<Analyst>, DbError> {
    let mut objects = objects.to_vec();
    objects.sort_unstable();
    objects.dedup();
    let sql = format!(
        "SELECT {COLUMNS} FROM @each_uuid($1)@ w CROSS JOIN analyst_data n WHERE n.{column} = w.value"
    );
    let mut found = crate::many::rows(tx, &sql, &objects, read)?;
    found.retain(|row| reader.sees(row));
    found.sort_by_key(|row| row.id);
    Ok(found)
}

/// Which annotations to list. Everything given must hold; of a list any member.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of this kind.
    pub kind: Option<AnalystKind>,
    /// With one of these ids.
    pub ids: Option<Vec<i64>>,
    /// With one of these uuids.
    pub uuids: Option<Vec<Uuid>>,
    /// Of these objects.
    pub objects: Option<Vec<Uuid>>,
    /// Of objects of these types, by name.
    pub object_types: Vec<Term>,
    /// Owners.
    pub owners: Option<Vec<Uuid>>,
    /// Creators.
    pub creators: Option<Vec<Uuid>>,
    /// Who wrote it.
    pub authors: Vec<Term>,
    /// In any text of it.
    pub anywhere: Vec<Term>,
    /// In the text of a note.
    pub note: Vec<Term>,
    /// In the remark of an opinion.
    pub comment: Vec<Term>,
    /// Language of a note.
    pub language: Vec<Term>,
    /// How an opinion agrees.
    pub opinion: Range,
    /// Name of a relation.
    pub relation: Vec<Term>,
    /// What a relation points at.
    pub related: Option<Vec<Uuid>>,
    /// Types of what a relation points at, by name.
    pub related_types: Vec<Term>,
    /// When written.
    pub created: Range,
    /// Edit version.
    pub modified: Range,
    /// Distribution levels.
    pub distributions: Option<Vec<i64>>,
    /// Sharing groups.
    pub groups: Option<Vec<i64>>,
    /// Whether received by synchronisation.
    pub locked: Option<bool>,
}

/// A page of the annotations that the reader sees, by id, with ids above `after`.
///
/// # Errors
/// Of the database.
pub fn page(
    tx: &mut Tx<'_>,
    reader: Reader<'_>,
    filter: &Filter,
    after: i64,
    limit: i64,
) -> Result<Vec<Analyst>, DbError> {
    const TEXTS: [&str; 5] = [
        "n.note",
        "n.comment",
        "n.authors",
        "n.relationship_type",
        "n.language",
    ];
    let mut conditions = Conditions::default();
    conditions.push("n.id > $", after);
    let mut visible = conditions.is_visible(reader.scope, "n.label");
    if let Some(own) = reader.own {
        let own = conditions.bind(Value::Uuid(own));
        visible = format!("({visible} OR n.org_uuid = ${own} OR n.orgc_uuid = ${own})");
    }
    conditions.add(&visible);
    if let Some(kind) = filter.kind {
        conditions.push("n.kind = $", kind.number());
    }
    conditions.one_of("n.id", filter.ids.as_deref());
    for (column, uuids) in [
        ("n.uuid", &filter.uuids),
        ("n.object_uuid", &filter.objects),
        ("n.org_uuid", &filter.owners),
        ("n.orgc_uuid", &filter.creators),
        ("n.related_object_uuid", &filter.related),
    ] {
        conditions.one_of_uuids(column, uuids.as_deref());
    }
    for (column, terms) in [
        ("n.object_type", &filter.object_types),
        ("n.authors", &filter.authors),
        ("n.note", &filter.note),
        ("n.comment", &filter.comment),
        ("n.language", &filter.language),
        ("n.relationship_type", &filter.relation),
        ("n.related_object_type", &filter.related_types),
    ] {
        conditions.text(column, terms);
    }
    conditions.any_column(&TEXTS, &filter.anywhere);
    for (column, range) in [
        ("n.opinion", filter.opinion),
        ("n.created", filter.created),
        ("n.modified", filter.modified),
    ] {
        conditions.range(column, range);
    }
    conditions.one_of("n.distribution", filter.distributions.as_deref());
    conditions.one_of("n.sharing_group_id", filter.groups.as_deref());
    conditions.flag("n.locked", filter.locked);
    let limit = conditions.bind(limit);
    tx.all(
        &format!(
            "SELECT {COLUMNS} FROM analyst_data n{} ORDER BY n.id LIMIT ${limit}",
            conditions.clause()
        ),
        conditions.values(),
        read,
    )
}

/// An annotation that was deleted here and is not taken in again.
#[derive(Debug)]
pub struct Blocked<'a> {
    /// The annotation.
    pub uuid: Uuid,
    /// When.
    pub created: Seconds,
    /// What it said, in one line.
    pub info: &'a str,
    /// Name of its creator.
    pub creator: &'a str,
}

/// Remembers a deleted annotation.
///
/// # Errors
/// Of the database.
pub fn block(tx: &mut Tx<'_>, blocked: &Blocked<'_>) -> Result<(), DbError> {
    let id = tx.next_ids("analyst_data_blocklist", 1)?;
    tx.execute(
        "INSERT INTO analyst_data_blocklist (id, analyst_data_uuid, created, analyst_data_info, comment, \
         analyst_data_orgc) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (analyst_data_uuid) DO NOTHING",
        params![
            id,
            blocked.uuid,
            blocked.created,
            blocked.info,
            "",
            blocked.creator
        ],
    )?;
    Ok(())
}

/// Which of these uuids are blocked.
///
/// # Errors
/// Of the database.
pub fn blocked(tx: &mut Tx<'_>, uuids: &[Uuid]) -> Result<HashSet<Uuid>, DbError> {
    let found: Vec<Uuid> = tx.all(
        "SELECT analyst_data_uuid FROM analyst_data_blocklist WHERE analyst_data_uuid = ANY($1)",
        params![uuids],
        |row| row.get_uuid(0),
    )?;
    Ok(found.into_iter().collect())
}

/// The uuids of clusters among these that exist, with the label of each that has one; published ones have none.
/// A uuid may stand for several.
///
/// # Errors
/// Of the database.
pub fn cluster_targets_unscoped(
    tx: &mut Tx<'_>,
    uuids: &[Uuid],
) -> Result<Vec<(Uuid, Option<LabelId>)>, DbError> {
    tx.all(
        "SELECT uuid, CASE WHEN is_default THEN NULL ELSE label END FROM galaxy_cluster WHERE uuid = ANY($1)",
        params![uuids],
        |row| Ok((row.get_uuid(0)?, row.get_opt_int(1)?.map(LabelId))),
    )
}

/// The uuids of galaxies among these that exist; everybody sees galaxies.
///
/// # Errors
/// Of the database.
pub fn galaxy_targets(tx: &mut Tx<'_>, uuids: &[Uuid]) -> Result<Vec<Uuid>, DbError> {
    tx.all(
        "SELECT uuid FROM galaxy WHERE uuid = ANY($1)",
        params![uuids],
        |row| row.get_uuid(0),
    )
}

/// The uuids of events among these that exist, with their labels.
///
/// # Errors
/// Of the database.
pub fn event_targets_unscoped(tx: &mut Tx<'_>, uuids: &[Uuid]) -> Result<Vec<(Uuid, LabelId)>, DbError> {
    tx.all(
        "SELECT uuid, label FROM event WHERE uuid = ANY($1)",
        params![uuids],
        |row| Ok((row.get_uuid(0)?, LabelId(row.get_int(1)?))),
    )
}

/// The uuids of attributes, objects and reports among these that exist, with the labels of each and of its event.
///
/// # Errors
/// Of the database.
pub fn element_targets_unscoped(
    tx: &mut Tx<'_>,
    object_type: ObjectType,
    uuids: &[Uuid],
) -> Result<Vec<(Uuid, LabelId, LabelId)>, DbError> {
    let (table, kind) = match object_type {
        ObjectType::Attribute => ("attribute", crate::posting::Kind::Attribute),
        ObjectType::Object => ("object", crate::posting::Kind::Object),
        ObjectType::EventReport => ("event_report", crate::posting::Kind::Report),
        _ => return Ok(Vec::new()),
    };
    let ids = crate::posting::candidates_of_many(tx, uuids, kind)?;
    let mut found = tx.all(
        &format!(
            "SELECT x.uuid, COALESCE(x.label, e.label), e.label FROM {table} x \
             JOIN event e ON e.no = x.id / 16777216 WHERE x.id = ANY($1)"
        ),
        params![&ids],
        |row| -> Result<_, DbError> {
            Ok((
                row.get_uuid(0)?,
                LabelId(row.get_int(1)?),
                LabelId(row.get_int(2)?),
            ))
        },
    )?;
    let wanted: HashSet<Uuid> = uuids.iter().copied().collect();
    found.retain(|(uuid, ..)| wanted.contains(uuid));
    Ok(found)
}
