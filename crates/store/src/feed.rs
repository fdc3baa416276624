//! Feeds. spec: 07#1
use entente_db::{DbError, Row, Tx, params};
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

/// Adds a feed unless its address is known; its id is given. Answers whether it was added.
///
/// # Errors
/// Of the database.
pub fn insert_new(tx: &mut Tx<'_>, feed: &Feed) -> Result<bool, DbError> {
    let known = tx.first("SELECT id FROM feed WHERE url = $1", params![&feed.url], |row| {
        row.get_int(0)
    })?;
    if known.is_some() {
        return Ok(false);
    }
    let id = tx.next_ids("feed", 1)?;
    let marks = (1..=24).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
    let added = tx.execute(
        &format!("INSERT INTO feed ({COLUMNS}) VALUES ({marks}) ON CONFLICT (url) DO NOTHING"),
        params![
            id,
            &feed.name,
            &feed.provider,
            &feed.url,
            &feed.rules,
            feed.enabled,
            feed.distribution,
            feed.sharing_group.0,
            feed.tag.0,
            feed.default,
            &feed.source_format,
            feed.fixed_event,
            feed.delta_merge,
            feed.event,
            feed.publish,
            feed.override_ids,
            &feed.settings,
            &feed.input_source,
            feed.delete_local_file,
            feed.lookup_visible,
            &feed.headers,
            feed.caching_enabled,
            feed.force_to_ids,
            feed.orgc.0
        ],
    )?;
    Ok(added > 0)
}
