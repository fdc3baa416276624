//! Labels derived from stored rows alone.
use entente_db::Tx;
use entente_engine::Error;
use entente_policy::{Distribution, LabelFacts, Link, Marks, OwnRestriction, State};
use entente_testkit::api::TestApi;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

type Tags = BTreeMap<i64, Vec<String>>;

/// What a row says about its readers.
struct Item {
    what: String,
    id: i64,
    object: Option<i64>,
    link: Link,
    label: Option<i64>,
}

/// Everything in the event whose label is not what it should be.
pub async fn mistakes(api: &TestApi, event: i64) -> Vec<String> {
    api.instance
        .app
        .read_system(move |tx| find(tx, event))
        .await
        .unwrap()
}

fn find(tx: &mut Tx<'_>, event: i64) -> Result<Vec<String>, Error> {
    let mut mistakes = Vec::new();
    let (facts, label) = event_facts(tx, event)?;
    let stored = label_facts(tx, Some(label))?;
    if stored.as_ref() != Some(&facts) {
        mistakes.push(format!("event: {stored:?} but is {facts:?}"));
    }
    let range = [(event << 24).into(), ((event << 24) + 0xff_ffff).into()];
    let groups = groups(tx)?;
    let tags = tags(
        tx,
        "SELECT a.attribute_id, t.name FROM attribute_tag a JOIN tag t ON t.id = a.tag_id WHERE a.attribute_id BETWEEN $1 AND $2",
        &range,
    )?;
    let mut items = Vec::new();
    for (table, object) in [
        ("object", "0"),
        ("event_report", "0"),
        ("attribute", "COALESCE(object_seq, 0)"),
    ] {
        let sql = format!(
            "SELECT id, COALESCE(distribution, 5), COALESCE(sharing_group_id, 0), label, {object} FROM {table} WHERE id BETWEEN $1 AND $2 ORDER BY id"
        );
        items.extend(tx.all(&sql, &range, |row| {
            let (id, seq) = (row.get_int(0)?, row.get_int(4)?);
            Ok::<_, Error>(Item {
                what: format!("{table} {id}"),
                id,
                object: (seq != 0).then_some((event << 24) + seq),
                link: link(row.get_int(1)?, row.get_int(2)?, &groups),
                label: row.get_opt_int(3)?,
            })
        })?);
    }
    let own = |item: &Item, tags: &[String]| {
        let names = || tags.iter().map(String::as_str);
        OwnRestriction {
            link: item.link,
            marks: Marks::from_tags(names()).0,
            state: State::from_tags(names()),
            grants: None,
        }
    };
    for item in &items {
        let object = item
            .object
            .and_then(|id| items.iter().find(|other| other.id == id))
            .map(|object| own(object, &[]));
        let names = tags.get(&item.id).map(Vec::as_slice).unwrap_or_default();
        let right = LabelFacts::for_item(&facts, object.as_ref(), &own(item, names));
        let stored = label_facts(tx, item.label)?;
        if stored != right {
            mistakes.push(format!("{}: {stored:?} but is {right:?}", item.what));
        }
        if let Some(label) = item.label {
            let noted = tx.first(
                "SELECT label FROM event_own_label WHERE event_no = $1 AND label = $2",
                &[event.into(), label.into()],
                |row| Ok::<_, Error>(row.get_int(0)?),
            )?;
            if noted.is_none() {
                mistakes.push(format!("{}: label {label} is not noted", item.what));
            }
        }
    }
    Ok(mistakes)
}

fn event_facts(tx: &mut Tx<'_>, event: i64) -> Result<(LabelFacts, i64), Error> {
    let groups = groups(tx)?;
    let sql = "SELECT o.uuid, c.uuid, e.distribution, e.sharing_group_id, e.published, e.label FROM event e \
        JOIN organisation o ON o.id = e.org_id JOIN organisation c ON c.id = e.orgc_id WHERE e.no = $1";
    let found = tx.first(sql, &[event.into()], |row| {
        let link = link(row.get_int(2)?, row.get_int(3)?, &groups);
        let mut facts = LabelFacts::event(row.get_uuid(0)?, row.get_uuid(1)?, link);
        facts.published = row.get_bool(4)?;
        Ok::<_, Error>((facts, row.get_int(5)?))
    })?;
    let (mut facts, label) = found.unwrap();
    let names = tags(
        tx,
        "SELECT e.event_no, t.name FROM event_tag e JOIN tag t ON t.id = e.tag_id WHERE e.event_no = $1",
        &[event.into()],
    )?;
    let names = || names.values().flatten().map(String::as_str);
    facts.marks = Marks::from_tags(names()).0;
    facts.state = State::from_tags(names());
    let sql =
        "SELECT o.uuid FROM event_delegation d JOIN organisation o ON o.id = d.org_id WHERE d.event_no = $1";
    facts.delegates = tx
        .all(sql, &[event.into()], |row| Ok::<_, Error>(row.get_uuid(0)?))?
        .into_iter()
        .collect::<BTreeSet<Uuid>>();
    Ok((facts, label))
}

fn label_facts(tx: &mut Tx<'_>, label: Option<i64>) -> Result<Option<LabelFacts>, Error> {
    let Some(label) = label else { return Ok(None) };
    let json = tx.first(
        "SELECT facts FROM policy_label WHERE id = $1",
        &[label.into()],
        |row| Ok::<_, Error>(row.get_string(0)?),
    )?;
    Ok(Some(LabelFacts::from_json(&json.unwrap()).unwrap()))
}

fn groups(tx: &mut Tx<'_>) -> Result<BTreeMap<i64, Uuid>, Error> {
    let rows = tx.all("SELECT id, uuid FROM sharing_group", &[], |row| {
        Ok::<_, Error>((row.get_int(0)?, row.get_uuid(1)?))
    })?;
    Ok(rows.into_iter().collect())
}

fn link(level: i64, group: i64, groups: &BTreeMap<i64, Uuid>) -> Link {
    match Distribution::try_from(u8::try_from(level).unwrap()).unwrap() {
        Distribution::SharingGroup => Link::group(groups[&group]),
        other => Link::of(other),
    }
}

fn tags(tx: &mut Tx<'_>, sql: &str, params: &[entente_db::Value<'_>]) -> Result<Tags, Error> {
    let mut tags = Tags::new();
    for (id, name) in tx.all(sql, params, |row| {
        Ok::<_, Error>((row.get_int(0)?, row.get_string(1)?))
    })? {
        tags.entry(id).or_default().push(name);
    }
    Ok(tags)
}
