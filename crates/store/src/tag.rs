//! Tags and their links.
use entente_db::{DbError, Row, Tx, Type, Value, params};
use entente_model::id::{ElementId, EventId, OrgId, TagId, UserId};
use entente_model::tag::{Tag, TagLink};
use entente_policy::Scope;
use std::collections::HashMap;

/// Columns of a tag row, in the order that [`read`] expects, from a table alias `t`.
pub(crate) const COLUMNS: &str = "t.id, t.name, t.colour, t.exportable, t.org_id, t.user_id, t.hidden, t.numerical_value, \
    t.is_galaxy, t.is_custom_galaxy, t.local_only";

pub(crate) fn read(row: &Row<'_>) -> Result<Tag, DbError> {
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
    let first = tx.next_ids("attribute_tag", count)?;
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
    for (id, (attribute, tag, local, relationship)) in (first..).zip(links) {
        bulk.row(&[
            Value::Int(id),
            Value::Int(attribute.0),
            Value::Int(tag.0),
            Value::Bool(*local),
            Value::from(relationship),
        ])?;
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

/// Attributes of an event that carry any of these tags, as (attribute, tag).
///
/// # Errors
/// Of the database.
pub fn attributes_with_tags_unscoped(
    tx: &mut Tx<'_>,
    event: EventId,
    tags: &[i64],
) -> Result<Vec<(ElementId, TagId)>, DbError> {
    if tags.is_empty() {
        return Ok(Vec::new());
    }
    let (low, high) = event.element_range();
    tx.all(
        "SELECT attribute_id, tag_id FROM attribute_tag WHERE attribute_id BETWEEN $1 AND $2 AND tag_id = ANY($3)",
        params![low, high, tags],
        |row| Ok((ElementId(row.get_int(0)?), TagId(row.get_int(1)?))),
    )
}

/// Events that carry a tag, ascending, at most `limit`.
///
/// # Errors
/// Of the database.
pub fn carrying_events_unscoped(tx: &mut Tx<'_>, tag: TagId, limit: i64) -> Result<Vec<EventId>, DbError> {
    tx.all(
        "SELECT event_no FROM event_tag WHERE tag_id = $1 ORDER BY event_no LIMIT $2",
        params![tag.0, limit],
        |row| row.get_int(0).map(EventId),
    )
}

/// Attributes that carry a tag, ascending, at most `limit`.
///
/// # Errors
/// Of the database.
pub fn carrying_attributes_unscoped(
    tx: &mut Tx<'_>,
    tag: TagId,
    limit: i64,
) -> Result<Vec<ElementId>, DbError> {
    tx.all(
        "SELECT attribute_id FROM attribute_tag WHERE tag_id = $1 ORDER BY attribute_id LIMIT $2",
        params![tag.0, limit],
        |row| row.get_int(0).map(ElementId),
    )
}

/// Which kind of thing a link is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    /// On an event.
    Event,
    /// On an attribute.
    Attribute,
}

/// A link by its id. The caller still has to see its target.
///
/// # Errors
/// Of the database.
pub fn link_unscoped(tx: &mut Tx<'_>, kind: LinkKind, id: i64) -> Result<Option<TagLink>, DbError> {
    let sql = match kind {
        LinkKind::Event => {
            "SELECT id, event_no, tag_id, local, relationship_type FROM event_tag WHERE id = $1"
        }
        LinkKind::Attribute => {
            "SELECT id, attribute_id, tag_id, local, relationship_type FROM attribute_tag WHERE id = $1"
        }
    };
    tx.first(sql, params![id], read_link)
}

/// Sets how a tag relates to its target.
///
/// # Errors
/// Of the database.
pub fn set_relationship(
    tx: &mut Tx<'_>,
    kind: LinkKind,
    link: i64,
    relationship: Option<&str>,
) -> Result<(), DbError> {
    let sql = match kind {
        LinkKind::Event => "UPDATE event_tag SET relationship_type = $2 WHERE id = $1",
        LinkKind::Attribute => "UPDATE attribute_tag SET relationship_type = $2 WHERE id = $1",
    };
    tx.execute(sql, params![link, relationship])?;
    Ok(())
}

/// How often a tag is in use, as far as somebody sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Events that carry it.
    pub events: i64,
    /// Live attributes that carry it.
    pub attributes: i64,
}

/// How often each of these tags, or every tag, is on events that the scope sees.
///
/// # Errors
/// Of the database.
pub fn count_events(
    tx: &mut Tx<'_>,
    scope: &Scope,
    tags: Option<&[i64]>,
) -> Result<HashMap<TagId, i64>, DbError> {
    count(
        tx,
        scope,
        tags,
        "SELECT k.tag_id, COUNT(*) FROM event_tag k JOIN event e ON e.no = k.event_no",
        "e.label",
    )
}

/// How often each of these tags, or every tag, is on live attributes that the scope sees.
///
/// # Errors
/// Of the database.
pub fn count_attributes(
    tx: &mut Tx<'_>,
    scope: &Scope,
    tags: Option<&[i64]>,
) -> Result<HashMap<TagId, i64>, DbError> {
    // An attribute's id holds the number of its event above the lowest 24 bits.
    count(
        tx,
        scope,
        tags,
        "SELECT k.tag_id, COUNT(*) FROM attribute_tag k JOIN attribute a ON a.id = k.attribute_id \
         AND a.flags % 4 < 2 JOIN event e ON e.no = a.id / 16777216",
        "COALESCE(a.label, e.label)",
    )
}

fn count(
    tx: &mut Tx<'_>,
    scope: &Scope,
    tags: Option<&[i64]>,
    from: &str,
    label: &str,
) -> Result<HashMap<TagId, i64>, DbError> {
    let (visible, mut values) = crate::visibility::predicate(scope, label, 1);
    let mut sql = format!("{from} WHERE {visible}");
    if let Some(tags) = tags {
        values.push(Value::Ints(tags));
        sql.push_str(&format!(" AND k.tag_id = ANY(${})", values.len()));
    }
    sql.push_str(" GROUP BY k.tag_id");
    let rows = tx.all(&sql, &values, |row| {
        Ok::<_, DbError>((TagId(row.get_int(0)?), row.get_int(1)?))
    })?;
    Ok(rows.into_iter().collect())
}

/// The tags that a user picks often.
///
/// # Errors
/// Of the database.
pub fn favourites(tx: &mut Tx<'_>, user: UserId) -> Result<Vec<TagId>, DbError> {
    tx.all(
        "SELECT tag_id FROM favourite_tag WHERE user_id = $1 ORDER BY tag_id",
        params![user.0],
        |row| row.get_int(0).map(TagId),
    )
}

/// Adds a tag to a user's favourites, or takes it off.
///
/// # Errors
/// Of the database.
pub fn set_favourite(tx: &mut Tx<'_>, user: UserId, tag: TagId, favourite: bool) -> Result<(), DbError> {
    let sql = if favourite {
        "INSERT INTO favourite_tag (user_id, tag_id) VALUES ($1, $2) ON CONFLICT (user_id, tag_id) DO NOTHING"
    } else {
        "DELETE FROM favourite_tag WHERE user_id = $1 AND tag_id = $2"
    };
    tx.execute(sql, params![user.0, tag.0])?;
    Ok(())
}

/// Names of the tags of the galaxy clusters that are called this way: by value, or by a synonym that
/// matches `pattern` (`%` for anything, `!` escapes). Clusters the scope does not see name nothing.
///
/// # Errors
/// Of the database.
pub fn names_by_cluster(
    tx: &mut Tx<'_>,
    scope: &Scope,
    value: &str,
    pattern: &str,
) -> Result<Vec<String>, DbError> {
    let (visible, values) = crate::visibility::predicate(scope, "c.label", 3);
    let mut all = params![value, pattern].to_vec();
    all.extend(values);
    tx.all(
        &format!(
            "SELECT DISTINCT c.tag_name FROM galaxy_cluster c WHERE NOT c.deleted AND (c.is_default OR {visible}) \
             AND (c.value @ilike@ $1 ESCAPE '!' OR c.id IN (SELECT g.galaxy_cluster_id FROM galaxy_element g \
             WHERE g.key = 'synonyms' AND g.value @ilike@ $2 ESCAPE '!')) ORDER BY c.tag_name LIMIT 1000"
        ),
        &all,
        |row| row.get_string(0),
    )
}
