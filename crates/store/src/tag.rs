//! Tags and their links.
use entente_db::{DbError, Row, Tx, Type, Value, params};
use entente_model::id::{ElementId, EventId, OrgId, TagId, UserId};
use entente_model::tag::{Tag, TagLink};

const COLUMNS: &str = "t.id, t.name, t.colour, t.exportable, t.org_id, t.user_id, t.hidden, t.numerical_value, \
    t.is_galaxy, t.is_custom_galaxy, t.local_only";

fn read(row: &Row<'_>) -> Result<Tag, DbError> {
    Ok(Tag {
        id: TagId(row.get_int(0)?),
        name: row.get_string(1)?,
        colour: row.get_string(2)?,
        exportable: row.get_bool(3)?,
        org: OrgId(row.get_int(4)?),
        user: UserId(row.get_int(5)?),
        hidden: row.get_bool(6)?,
        numerical_value: row.get_opt_int(7)?,
        is_galaxy: row.get_bool(8)?,
        is_custom_galaxy: row.get_bool(9)?,
        local_only: row.get_bool(10)?,
    })
}

/// All tags, by id. They are held as a snapshot by the engine.
///
/// # Errors
/// Of the database.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Tag>, DbError> {
    tx.all(
        &format!("SELECT {COLUMNS} FROM tag t ORDER BY t.id"),
        params![],
        read,
    )
}

/// Tags with these ids.
///
/// # Errors
/// Of the database.
pub fn by_ids(tx: &mut Tx<'_>, ids: &[i64]) -> Result<Vec<Tag>, DbError> {
    tx.all(
        &format!("SELECT {COLUMNS} FROM tag t WHERE t.id = ANY($1) ORDER BY t.id"),
        params![ids],
        read,
    )
}

/// A tag by name, ignoring case.
///
/// # Errors
/// Of the database.
pub fn by_name(tx: &mut Tx<'_>, name: &str) -> Result<Option<Tag>, DbError> {
    tx.first(
        &format!("SELECT {COLUMNS} FROM tag t WHERE t.name_key = $1"),
        params![&crate::name_key(name)],
        read,
    )
}

/// Adds a tag; its id is taken from the counter and returned.
///
/// # Errors
/// `Unique` when the name exists.
pub fn insert(tx: &mut Tx<'_>, tag: &Tag) -> Result<TagId, DbError> {
    let id = tx.next_ids("tag", 1)?;
    tx.execute(
        "INSERT INTO tag (id, name, name_key, colour, exportable, org_id, user_id, hidden, numerical_value, is_galaxy, \
         is_custom_galaxy, local_only) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        params![
            id,
            &tag.name,
            &crate::name_key(&tag.name),
            &tag.colour,
            tag.exportable,
            tag.org.0,
            tag.user.0,
            tag.hidden,
            tag.numerical_value,
            tag.is_galaxy,
            tag.is_custom_galaxy,
            tag.local_only
        ],
    )?;
    Ok(TagId(id))
}

/// Replaces a tag's fields.
///
/// # Errors
/// `Unique` when the name belongs to another.
pub fn update(tx: &mut Tx<'_>, tag: &Tag) -> Result<(), DbError> {
    tx.execute(
        "UPDATE tag SET name = $2, name_key = $3, colour = $4, exportable = $5, org_id = $6, user_id = $7, hidden = $8, \
         numerical_value = $9, is_galaxy = $10, is_custom_galaxy = $11, local_only = $12 WHERE id = $1",
        params![
            tag.id.0,
            &tag.name,
            &crate::name_key(&tag.name),
            &tag.colour,
            tag.exportable,
            tag.org.0,
            tag.user.0,
            tag.hidden,
            tag.numerical_value,
            tag.is_galaxy,
            tag.is_custom_galaxy,
            tag.local_only
        ],
    )?;
    Ok(())
}

/// Removes a tag and its links.
///
/// # Errors
/// Of the database.
pub fn delete(tx: &mut Tx<'_>, id: TagId) -> Result<(), DbError> {
    tx.execute("DELETE FROM tag WHERE id = $1", params![id.0])?;
    Ok(())
}

/// What a tag can be attached to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// An event.
    Event(EventId),
    /// An attribute.
    Attribute(ElementId),
}

impl Target {
    fn id(self) -> i64 {
        match self {
            Self::Event(id) => id.0,
            Self::Attribute(id) => id.0,
        }
    }
}

fn read_link(row: &Row<'_>) -> Result<TagLink, DbError> {
    Ok(TagLink {
        id: row.get_int(0)?,
        target: row.get_int(1)?,
        tag: TagId(row.get_int(2)?),
        local: row.get_bool(3)?,
        relationship_type: row.get_opt_string(4)?,
    })
}

/// Links of one event or attribute, in the order of attachment. The caller has seen the target.
///
/// # Errors
/// Of the database.
pub fn links_unscoped(tx: &mut Tx<'_>, target: Target) -> Result<Vec<TagLink>, DbError> {
    let sql = match target {
        Target::Event(_) => {
            "SELECT id, event_no, tag_id, local, relationship_type FROM event_tag WHERE event_no = $1 ORDER BY id"
        }
        Target::Attribute(_) => {
            "SELECT id, attribute_id, tag_id, local, relationship_type FROM attribute_tag WHERE attribute_id = $1 ORDER BY id"
        }
    };
    tx.all(sql, params![target.id()], read_link)
}

/// Links of many events, by event and order of attachment. The caller has seen the events.
///
/// # Errors
/// Of the database.
pub fn links_of_events_unscoped(tx: &mut Tx<'_>, events: &[i64]) -> Result<Vec<TagLink>, DbError> {
    tx.all(
        "SELECT id, event_no, tag_id, local, relationship_type FROM event_tag WHERE event_no = ANY($1) \
         ORDER BY event_no, id",
        params![events],
        read_link,
    )
}

/// Links of attributes whose id is in a closed range, by attribute and order of attachment. The
/// caller has read the attributes through a scope.
///
/// # Errors
/// Of the database.
pub fn links_of_attributes_unscoped(
    tx: &mut Tx<'_>,
    first: ElementId,
    last: ElementId,
) -> Result<Vec<TagLink>, DbError> {
    tx.all(
        "SELECT id, attribute_id, tag_id, local, relationship_type FROM attribute_tag \
         WHERE attribute_id BETWEEN $1 AND $2 ORDER BY attribute_id, id",
        params![first.0, last.0],
        read_link,
    )
}

/// Links of many attributes, by attribute and order of attachment. The caller has seen the attributes.
///
/// # Errors
/// Of the database.
pub fn links_of_many_attributes_unscoped(
    tx: &mut Tx<'_>,
    attributes: &[i64],
) -> Result<Vec<TagLink>, DbError> {
    tx.all(
        "SELECT id, attribute_id, tag_id, local, relationship_type FROM attribute_tag \
         WHERE attribute_id = ANY($1) ORDER BY attribute_id, id",
        params![attributes],
        read_link,
    )
}

/// Attaches a tag; `false` when it was attached already.
///
/// # Errors
/// Of the database.
pub fn attach(
    tx: &mut Tx<'_>,
    target: Target,
    tag: TagId,
    local: bool,
    relationship: Option<&str>,
) -> Result<bool, DbError> {
    let (counter, sql) = match target {
        Target::Event(_) => (
            "event_tag",
            "INSERT INTO event_tag (id, event_no, tag_id, local, relationship_type) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (event_no, tag_id) DO NOTHING",
        ),
        Target::Attribute(_) => (
            "attribute_tag",
            "INSERT INTO attribute_tag (id, attribute_id, tag_id, local, relationship_type) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (attribute_id, tag_id) DO NOTHING",
        ),
    };
    let id = tx.next_ids(counter, 1)?;
    Ok(tx.execute(sql, params![id, target.id(), tag.0, local, relationship])? > 0)
}

/// Attaches tags to new attributes in bulk: `(attribute, tag, local, relationship)`, no pair twice.
///
/// # Errors
/// Of the database.
pub fn attach_many(
    tx: &mut Tx<'_>,
    links: &[(ElementId, TagId, bool, Option<String>)],
) -> Result<(), DbError> {
    if links.is_empty() {
        return Ok(());
    }
    let count = i64::try_from(links.len()).unwrap_or(i64::MAX);
    let mut id = tx.next_ids("attribute_tag", count)?;
    let mut bulk = tx.bulk(
        "attribute_tag",
        &[
            ("id", Type::Int),
            ("attribute_id", Type::Int),
            ("tag_id", Type::Int),
            ("local", Type::Bool),
            ("relationship_type", Type::Text),
        ],
    )?;
    for (attribute, tag, local, relationship) in links {
        bulk.row(&[
            Value::Int(id),
            Value::Int(attribute.0),
            Value::Int(tag.0),
            Value::Bool(*local),
            Value::from(relationship),
        ])?;
        id += 1;
    }
    bulk.finish()?;
    Ok(())
}

/// Detaches a tag; `false` when it was not attached.
///
/// # Errors
/// Of the database.
pub fn detach(tx: &mut Tx<'_>, target: Target, tag: TagId) -> Result<bool, DbError> {
    let sql = match target {
        Target::Event(_) => "DELETE FROM event_tag WHERE event_no = $1 AND tag_id = $2",
        Target::Attribute(_) => "DELETE FROM attribute_tag WHERE attribute_id = $1 AND tag_id = $2",
    };
    Ok(tx.execute(sql, params![target.id(), tag.0])? > 0)
}
