//! Storing parsed library files by the rules of each kind: newer versions replace, local choices stay.
use super::sources::{Batch, Item, Parsed};
use super::{Report, shipped};
use crate::content::tags::default_colour;
use crate::error::Result;
use crate::taxonomy::Imported;
use entente_db::Tx;
use entente_knowledge::finding::Finding;
use entente_knowledge::galaxy::{Cluster, Collection, tag_name};
use entente_knowledge::library::Kind;
use entente_knowledge::template::{Relationships, Template};
use entente_knowledge::{galaxy, warninglist};
use entente_model::id::{OrgId, SharingGroupId, TagId, UserId};
use entente_model::library::{
    Galaxy, GalaxyCluster, ObjectRelationship, ObjectTemplate, TemplateElement, Warninglist,
};
use entente_model::tag::Tag;
use entente_store::galaxy::{NewCluster, NewRelation};
use entente_store::template::NewTemplate;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Stores a batch of files.
pub(super) fn batch(tx: &mut Tx<'_>, batch: &Batch) -> Result<Report> {
    let mut report = Report::default();
    templates(tx, batch, &mut report)?;
    for item in &batch.items {
        report.find(&item.file, item.findings.iter().cloned());
        match &item.parsed {
            // All of a batch at once, above.
            Parsed::Template(_) => {}
            Parsed::Relationships(file) => relationships(tx, file, &mut report)?,
            Parsed::Taxonomy(file) => taxonomy(tx, item, file, &mut report)?,
            Parsed::Galaxy(file) => one_galaxy(tx, file, &mut report)?,
            Parsed::Clusters(file) => clusters(tx, item, file, &mut report)?,
            Parsed::Warninglist(file) => one_warninglist(tx, item, file, &mut report)?,
            Parsed::Noticelist(file) => shipped::noticelist(tx, file, &mut report)?,
            Parsed::DecayModel(file) => shipped::decaying_model(tx, file, false, &mut report)?,
            Parsed::Nothing => report.of(item.kind).refused += 1,
        }
    }
    Ok(report)
}

fn templates(tx: &mut Tx<'_>, batch: &Batch, report: &mut Report) -> Result<()> {
    let files: Vec<&Template> = batch
        .items
        .iter()
        .filter_map(|item| match &item.parsed {
            Parsed::Template(template) => Some(template),
            _ => None,
        })
        .collect();
    if files.is_empty() {
        return Ok(());
    }
    let mut newest: HashMap<Uuid, (i64, bool)> = HashMap::new();
    let mut rows: HashMap<Uuid, Vec<i64>> = HashMap::new();
    for stored in entente_store::template::list(tx, true)? {
        let state = newest
            .entry(stored.uuid)
            .or_insert((stored.version, stored.active));
        if stored.version >= state.0 {
            *state = (stored.version, stored.active);
        }
        rows.entry(stored.uuid).or_default().push(stored.id);
    }
    let mut new = Vec::new();
    let mut replaced = Vec::new();
    for file in files {
        let known = newest.get(&file.uuid).copied();
        if known.is_some_and(|(version, _)| version >= file.version) {
            report.of(Kind::Template).unchanged += 1;
            continue;
        }
        let tally = report.of(Kind::Template);
        if known.is_some() {
            tally.updated += 1;
        } else {
            tally.added += 1;
        }
        replaced.extend(rows.remove(&file.uuid).into_iter().flatten());
        // A template that was switched off stays so in its next version.
        let active = known.is_none_or(|(_, active)| active);
        newest.insert(file.uuid, (file.version, active));
        new.push(template_row(file, active));
    }
    entente_store::template::set_active(tx, &replaced, false)?;
    entente_store::template::insert(tx, &new)?;
    Ok(())
}

/// A template as a row of the library.
pub(crate) fn template_row(file: &Template, active: bool) -> NewTemplate {
    let element = |element: &entente_knowledge::template::Element| TemplateElement {
        id: 0,
        template: 0,
        object_relation: element.object_relation.clone(),
        attribute_type: element.attribute_type.clone(),
        ui_priority: element.ui_priority,
        categories: element.categories.clone(),
        sane_default: element.sane_default.clone(),
        values_list: element.values_list.clone(),
        description: element.description.clone(),
        disable_correlation: element.disable_correlation,
        multiple: element.multiple,
    };
    NewTemplate {
        template: ObjectTemplate {
            id: 0,
            user: UserId::NONE,
            org: OrgId::NONE,
            uuid: file.uuid,
            name: file.name.clone(),
            meta_category: file.meta_category.clone(),
            description: file.description.clone(),
            version: file.version,
            required: file.required.clone(),
            required_one_of: file.required_one_of.clone(),
            fixed: true,
            active,
        },
        elements: file.elements.iter().map(element).collect(),
        definition: file.raw.clone(),
    }
}

fn relationships(tx: &mut Tx<'_>, file: &Relationships, report: &mut Report) -> Result<()> {
    let stored: HashMap<String, i64> = entente_store::template::relationships(tx)?
        .into_iter()
        .map(|stored| (stored.name, stored.version))
        .collect();
    let tally = report.of(Kind::Relationships);
    for value in &file.values {
        match stored.get(&value.name) {
            Some(version) if *version >= file.version => {
                tally.unchanged += 1;
                continue;
            }
            Some(_) => tally.updated += 1,
            None => tally.added += 1,
        }
        entente_store::template::put_relationship(
            tx,
            &ObjectRelationship {
                version: file.version,
                name: value.name.clone(),
                description: value.description.clone(),
                format: value.format.clone(),
            },
        )?;
    }
    Ok(())
}

fn taxonomy(
    tx: &mut Tx<'_>,
    item: &Item,
    file: &entente_knowledge::taxonomy::Taxonomy,
    report: &mut Report,
) -> Result<()> {
    let (imported, _) = crate::taxonomy::import_into(tx, file)?;
    let tally = report.of(Kind::Taxonomy);
    match imported {
        Imported::Added(_) => tally.added += 1,
        Imported::Replaced(_) => tally.updated += 1,
        Imported::Unchanged(_) => tally.unchanged += 1,
        Imported::NotForEvents => {
            tally.refused += 1;
            report.find(&item.file, [Finding::new("type", "not for events, left out")]);
        }
    }
    Ok(())
}

fn one_galaxy(tx: &mut Tx<'_>, file: &galaxy::Galaxy, report: &mut Report) -> Result<()> {
    let order: serde_json::Map<String, serde_json::Value> = file
        .kill_chain_order
        .iter()
        .map(|(tab, columns)| (tab.clone(), columns.clone().into()))
        .collect();
    let mut row = Galaxy {
        id: 0,
        uuid: file.uuid,
        name: file.name.clone(),
        galaxy_type: file.galaxy_type.clone(),
        description: file.description.clone(),
        version: file.version,
        icon: file.icon.clone(),
        namespace: file.namespace.clone(),
        enabled: true,
        local_only: false,
        kill_chain_order: (!order.is_empty()).then(|| serde_json::Value::Object(order).to_string()),
    };
    let tally = report.of(Kind::Galaxy);
    match entente_store::galaxy::find(tx, entente_model::id::Ref::Uuid(file.uuid))? {
        None => {
            entente_store::galaxy::insert(tx, &row)?;
            tally.added += 1;
        }
        Some(stored) if stored.version < file.version || stored.icon != file.icon => {
            row.id = stored.id;
            entente_store::galaxy::update(tx, &row)?;
            tally.updated += 1;
        }
        Some(_) => tally.unchanged += 1,
    }
    Ok(())
}

fn clusters(tx: &mut Tx<'_>, item: &Item, file: &Collection, report: &mut Report) -> Result<()> {
    let Some(galaxy) = entente_store::galaxy::by_type(tx, &file.galaxy_type)? else {
        report.of(Kind::Clusters).refused += 1;
        let message = format!("there is no galaxy of type {:?}, left out", file.galaxy_type);
        report.find(&item.file, [Finding::new("type", message)]);
        return Ok(());
    };
    let known: HashMap<Uuid, (i64, i64)> = entente_store::galaxy::known_clusters_unscoped(tx, galaxy.id)?
        .into_iter()
        .map(|(uuid, id, version)| (uuid, (id, version)))
        .collect();
    let (mut new, mut newer) = (Vec::new(), Vec::new());
    let tally = report.of(Kind::Clusters);
    for cluster in &file.clusters {
        match known.get(&cluster.uuid) {
            None => new.push(cluster_row(0, galaxy.id, file, cluster)),
            Some((id, version)) if *version < cluster.version => {
                newer.push(cluster_row(*id, galaxy.id, file, cluster));
            }
            Some(_) => tally.unchanged += 1,
        }
    }
    tally.added += count(new.len());
    tally.updated += count(newer.len());
    relation_tags(tx, new.iter().chain(&newer))?;
    entente_store::galaxy::insert_clusters(tx, &mut new)?;
    entente_store::galaxy::update_clusters(tx, &newer)?;
    Ok(())
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

fn cluster_row(id: i64, galaxy: i64, file: &Collection, cluster: &Cluster) -> NewCluster {
    let relation = |relation: &galaxy::Relation| NewRelation {
        target: relation.target,
        relation_type: relation.relationship_type.clone(),
        tags: relation.tags.clone(),
    };
    NewCluster {
        cluster: GalaxyCluster {
            id,
            uuid: cluster.uuid,
            collection_uuid: file.uuid.to_string(),
            galaxy_type: file.galaxy_type.clone(),
            value: cluster.value.clone(),
            tag_name: tag_name(&file.galaxy_type, &cluster.value),
            description: cluster.description.clone(),
            galaxy,
            source: file.source.clone(),
            authors: file.authors.clone(),
            version: cluster.version,
            distribution: 3,
            sharing_group: SharingGroupId::NONE,
            org: OrgId::NONE,
            orgc: OrgId::NONE,
            default: true,
            locked: false,
            extends_uuid: None,
            extends_version: 0,
            published: false,
            // A withdrawn cluster stays in the library, and events may carry it.
            deleted: false,
        },
        elements: cluster.elements.clone(),
        relations: cluster.relations.iter().map(relation).collect(),
    }
}

/// Makes the few tags that relations carry, looking as their taxonomy has them.
fn relation_tags<'c>(tx: &mut Tx<'_>, clusters: impl Iterator<Item = &'c NewCluster>) -> Result<()> {
    let names: BTreeSet<&str> = clusters
        .flat_map(|new| &new.relations)
        .flat_map(|relation| relation.tags.iter().map(String::as_str))
        .collect();
    for name in names {
        ensure_tag(tx, name, None)?;
    }
    Ok(())
}

/// The tag of a cluster, made when it is missing. spec: 07#4.4
pub(crate) fn cluster_tag(tx: &mut Tx<'_>, name: &str) -> Result<TagId> {
    ensure_tag(tx, name, Some("#0088cc"))
}

/// The tag of a name, made when it is missing.
pub(super) fn ensure_tag(tx: &mut Tx<'_>, name: &str, colour: Option<&str>) -> Result<TagId> {
    if let Some(tag) = entente_store::tag::by_name(tx, name)? {
        return Ok(tag.id);
    }
    let entry = entente_store::taxonomy::entry_by_tag(tx, name)?;
    let (is_galaxy, is_custom_galaxy) = crate::content::tags::galaxy_flags(name);
    let own = colour.map_or_else(|| default_colour(name), str::to_owned);
    let tag = Tag {
        id: TagId::NONE,
        name: name.to_owned(),
        colour: entry.as_ref().map_or(own, |entry| entry.colour.clone()),
        exportable: true,
        org: OrgId::NONE,
        user: UserId::NONE,
        hidden: false,
        numerical_value: entry.and_then(|entry| entry.numerical_value),
        is_galaxy,
        is_custom_galaxy,
        local_only: false,
    };
    Ok(entente_store::tag::insert(tx, &tag)?)
}

fn one_warninglist(
    tx: &mut Tx<'_>,
    item: &Item,
    file: &warninglist::Warninglist,
    report: &mut Report,
) -> Result<()> {
    let stored = entente_store::warninglist::by_name(tx, &file.name)?;
    let version = i64::try_from(file.version).unwrap_or(i64::MAX);
    if let Some(stored) = &stored {
        if !stored.default {
            report.of(Kind::Warninglist).refused += 1;
            let message = "a list made here has this name, left out";
            report.find(&item.file, [Finding::new("name", message)]);
            return Ok(());
        }
        if stored.version >= version {
            report.of(Kind::Warninglist).unchanged += 1;
            return Ok(());
        }
    }
    let storable = |value: &str| !value.contains(['\n', '\0', entente_store::warninglist::COMMENT]);
    let dropped = file.entries.values().filter(|value| !storable(value)).count();
    if dropped > 0 {
        let message = format!("{dropped} entries with control characters, left out");
        report.find(&item.file, [Finding::new("list", message)]);
    }
    let mut row = Warninglist {
        id: 0,
        name: file.name.clone(),
        kind: file.kind.as_str().to_owned(),
        description: file.description.clone(),
        version,
        enabled: false,
        default: true,
        category: file.category.as_str().to_owned(),
        entry_count: i64::try_from(file.entries.len() - dropped).unwrap_or(i64::MAX),
        matching_attributes: file.matching_attributes.clone(),
    };
    let tally = report.of(Kind::Warninglist);
    match stored {
        None => {
            row.id = entente_store::warninglist::insert(tx, &row)?;
            tally.added += 1;
        }
        Some(stored) => {
            row.id = stored.id;
            entente_store::warninglist::update(tx, &row)?;
            tally.updated += 1;
        }
    }
    // A comment is a remark: one that cannot be stored is worth less than its entry.
    let entries = file
        .entries
        .iter()
        .filter(|(value, _)| storable(value))
        .map(|(value, comment)| (value, comment.filter(|comment| storable(comment))));
    entente_store::warninglist::put_entries(tx, row.id, entries)?;
    Ok(())
}
