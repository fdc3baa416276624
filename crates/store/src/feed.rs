//! Feeds. spec: 07#1
use entente_db::{DbError, Row, Tx, Value, params};
use entente_model::id::{OrgId, SharingGroupId, TagId};
use entente_model::library::Feed;

const COLUMNS: &str = "id, name, provider, url, rules, enabled, distribution, sharing_group_id, tag_id, is_default, \
    source_format, fixed_event, delta_merge, event_id, publish, override_ids, settings, input_source, \
    delete_local_file, lookup_visible, headers, caching_enabled, force_to_ids, orgc_id";

fn read(row: &Row<'_>) -> Result<Feed, DbError> {
    Ok(Feed {
        id: row.get_int(0)?,
        name: row.get_string(1)?,
        provider: row.get_string(2)?,
        url: row.get_string(3)?,
        rules: row.get_string(4)?,
        enabled: row.get_bool(5)?,
        distribution: row.get_int(6)?,
        sharing_group: SharingGroupId(row.get_int(7)?),
        tag: TagId(row.get_int(8)?),
        default: row.get_bool(9)?,
        source_format: row.get_string(10)?,
        fixed_event: row.get_bool(11)?,
        delta_merge: row.get_bool(12)?,
        event: row.get_int(13)?,
        publish: row.get_bool(14)?,
        override_ids: row.get_bool(15)?,
        settings: row.get_string(16)?,
        input_source: row.get_string(17)?,
        delete_local_file: row.get_bool(18)?,
        lookup_visible: row.get_bool(19)?,
        headers: row.get_string(20)?,
        caching_enabled: row.get_bool(21)?,
        force_to_ids: row.get_bool(22)?,
        orgc: OrgId(row.get_int(23)?),
    })
}

/// All feeds by id, or only those whose hits everybody may see.
///
/// # Errors
/// Of the database.
pub fn list(tx: &mut Tx<'_>, lookup_visible_only: bool) -> Result<Vec<Feed>, DbError> {
    let condition = if lookup_visible_only {
        " WHERE lookup_visible = TRUE"
    } else {
        ""
    };
    tx.all(
        &format!("SELECT {COLUMNS} FROM feed{condition} ORDER BY id"),
        params![],
        read,
    )
}

/// A feed by id.
///
/// # Errors
/// Of the database.
pub fn find(tx: &mut Tx<'_>, feed: i64) -> Result<Option<Feed>, DbError> {
    tx.first(
        &format!("SELECT {COLUMNS} FROM feed WHERE id = $1"),
        params![feed],
        read,
    )
}

/// The feed with this address.
///
/// # Errors
/// Of the database.
pub fn id_by_url(tx: &mut Tx<'_>, url: &str) -> Result<Option<i64>, DbError> {
    tx.first("SELECT id FROM feed WHERE url = $1", params![url], |row| {
        row.get_int(0)
    })
}

/// Adds a feed unless its address is known; its id is given and answered.
///
/// # Errors
/// Of the database.
pub fn insert_new(tx: &mut Tx<'_>, feed: &Feed) -> Result<Option<i64>, DbError> {
    if id_by_url(tx, &feed.url)?.is_some() {
        return Ok(None);
    }
    let id = tx.next_ids("feed", 1)?;
    let marks = (1..=24).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
    let added = tx.execute(
        &format!("INSERT INTO feed ({COLUMNS}) VALUES ({marks}) ON CONFLICT (url) DO NOTHING"),
        &values(id, feed),
    )?;
    Ok((added > 0).then_some(id))
}

/// Replaces every column of a feed but its id.
///
/// # Errors
/// `Unique` when another feed has the address.
pub fn update(tx: &mut Tx<'_>, feed: &Feed) -> Result<(), DbError> {
    let places = COLUMNS
        .split(", ")
        .zip(1..)
        .skip(1)
        .map(|(column, n)| format!("{column} = ${n}"))
        .collect::<Vec<_>>()
        .join(", ");
    tx.execute(
        &format!("UPDATE feed SET {places} WHERE id = $1"),
        &values(feed.id, feed),
    )?;
    Ok(())
}

/// Removes a feed.
///
/// # Errors
/// Of the database.
pub fn delete(tx: &mut Tx<'_>, feed: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM feed WHERE id = $1", params![feed])?;
    Ok(())
}

/// In the order of [`COLUMNS`].
fn values(id: i64, feed: &Feed) -> [Value<'_>; 24] {
    [
        id.into(),
        Value::Text(&feed.name),
        Value::Text(&feed.provider),
        Value::Text(&feed.url),
        Value::Text(&feed.rules),
        feed.enabled.into(),
        feed.distribution.into(),
        feed.sharing_group.0.into(),
        feed.tag.0.into(),
        feed.default.into(),
        Value::Text(&feed.source_format),
        feed.fixed_event.into(),
        feed.delta_merge.into(),
        feed.event.into(),
        feed.publish.into(),
        feed.override_ids.into(),
        Value::Text(&feed.settings),
        Value::Text(&feed.input_source),
        feed.delete_local_file.into(),
        feed.lookup_visible.into(),
        Value::Text(&feed.headers),
        feed.caching_enabled.into(),
        feed.force_to_ids.into(),
        feed.orgc.0.into(),
    ]
}
