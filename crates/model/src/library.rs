//! Rows of the community libraries: templates, galaxies, warninglists, noticelists, decaying models,
//! feeds. Published files are read by `entente-knowledge`; these are what is stored of them.
//! spec: 01#7.13, 05, 07
use crate::id::{OrgId, SharingGroupId, TagId, UserId};
use uuid::Uuid;

/// A version of an object template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectTemplate {
    /// Id.
    pub id: i64,
    /// Who added it; none = the shipped library.
    pub user: UserId,
    /// Whose it is; none = the shipped library.
    pub org: OrgId,
    /// Equal in all versions.
    pub uuid: Uuid,
    /// The object's name.
    pub name: String,
    /// The group it is offered in.
    pub meta_category: String,
    /// What the object describes.
    pub description: String,
    /// Grows with each published change.
    pub version: i64,
    /// Relations that each object has.
    pub required: Vec<String>,
    /// Relations of which each object has at least one; empty: no such rule.
    pub required_one_of: Vec<String>,
    /// Came with the library.
    pub fixed: bool,
    /// Offered for new objects.
    pub active: bool,
}

/// One kind of attribute that objects of a template may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateElement {
    /// Id.
    pub id: i64,
    /// Its template.
    pub template: i64,
    /// The attribute's role in the object.
    pub object_relation: String,
    /// The attribute type.
    pub attribute_type: String,
    /// The higher, the earlier it is shown.
    pub ui_priority: i64,
    /// Categories to choose from; empty: those of the type.
    pub categories: Vec<String>,
    /// Values to propose.
    pub sane_default: Vec<String>,
    /// Values to choose from in the interface.
    pub values_list: Vec<String>,
    /// What the value means.
    pub description: String,
    /// Values do not correlate.
    pub disable_correlation: bool,
    /// The relation may occur more than once.
    pub multiple: bool,
}

/// A published name for references between objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectRelationship {
    /// Version of the file it came with.
    pub version: i64,
    /// The name.
    pub name: String,
    /// What it says about source and target.
    pub description: String,
    /// Standards that know it.
    pub format: Vec<String>,
}

/// A galaxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Galaxy {
    /// Id.
    pub id: i64,
    /// Its identity.
    pub uuid: Uuid,
    /// Its title.
    pub name: String,
    /// The word in its tags.
    pub galaxy_type: String,
    /// What it collects.
    pub description: String,
    /// Grows with each published change.
    pub version: i64,
    /// The name of its icon.
    pub icon: String,
    /// Who maintains it.
    pub namespace: String,
    /// Offered for tagging.
    pub enabled: bool,
    /// Clusters attach only as local tags.
    pub local_only: bool,
    /// Tabs of its matrix and their columns, as JSON text.
    pub kill_chain_order: Option<String>,
}

/// A cluster of a galaxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GalaxyCluster {
    /// Id.
    pub id: i64,
    /// Its identity.
    pub uuid: Uuid,
    /// The collection it was published in; empty for custom ones.
    pub collection_uuid: String,
    /// The type of its galaxy.
    pub galaxy_type: String,
    /// Its name.
    pub value: String,
    /// The tag that stands for it.
    pub tag_name: String,
    /// What it is.
    pub description: String,
    /// Its galaxy.
    pub galaxy: i64,
    /// Where the knowledge comes from.
    pub source: String,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// Grows with each change.
    pub version: i64,
    /// Distribution level; of published clusters it has no meaning.
    pub distribution: i64,
    /// With distribution 4.
    pub sharing_group: SharingGroupId,
    /// Owner; none = the published library.
    pub org: OrgId,
    /// Creator; none = the published library.
    pub orgc: OrgId,
    /// Came with the library.
    pub default: bool,
    /// Came from another server.
    pub locked: bool,
    /// The cluster it was forked from.
    pub extends_uuid: Option<Uuid>,
    /// That cluster's version.
    pub extends_version: i64,
    /// Shared on.
    pub published: bool,
    /// Soft-deleted.
    pub deleted: bool,
}

/// One value of a cluster's metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GalaxyElement {
    /// Id.
    pub id: i64,
    /// Its cluster.
    pub cluster: i64,
    /// Which property.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// What a cluster has to do with another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GalaxyRelation {
    /// Id.
    pub id: i64,
    /// Its cluster.
    pub cluster: i64,
    /// That cluster's identity.
    pub cluster_uuid: Uuid,
    /// The other cluster's id; 0 while it is unknown.
    pub referenced: i64,
    /// The other cluster's identity.
    pub referenced_uuid: Uuid,
    /// The kind of relation.
    pub relation_type: String,
    /// Distribution level.
    pub distribution: i64,
    /// With distribution 4.
    pub sharing_group: SharingGroupId,
    /// Came with the library.
    pub default: bool,
    /// Names of tags on the relation.
    pub tags: Vec<String>,
}

/// A cluster with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FullCluster {
    /// The cluster.
    pub cluster: GalaxyCluster,
    /// Its metadata, in published order.
    pub elements: Vec<GalaxyElement>,
    /// Its relations.
    pub relations: Vec<GalaxyRelation>,
}

/// A warninglist without its entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warninglist {
    /// Id.
    pub id: i64,
    /// Name, by which an update finds it again.
    pub name: String,
    /// How entries are compared: `string`, `substring`, `hostname`, `cidr`, `regex`.
    pub kind: String,
    /// What it is about.
    pub description: String,
    /// Grows with each change.
    pub version: i64,
    /// Values are checked against it.
    pub enabled: bool,
    /// Came with the library.
    pub default: bool,
    /// `false_positive` or `known`.
    pub category: String,
    /// Number of entries.
    pub entry_count: i64,
    /// Types it applies to.
    pub matching_attributes: Vec<String>,
}

/// A noticelist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noticelist {
    /// Id.
    pub id: i64,
    /// Short name, by which an update finds it again.
    pub name: String,
    /// Name written out.
    pub expanded_name: String,
    /// Addresses of the rules behind the notices.
    pub references: Vec<String>,
    /// Where the rules hold.
    pub geographical_area: Vec<String>,
    /// Grows with each release.
    pub version: i64,
    /// Notices are shown.
    pub enabled: bool,
    /// The notices, a JSON list.
    pub notices: String,
}

/// A decaying model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecayingModel {
    /// Id.
    pub id: i64,
    /// Its identity.
    pub uuid: Uuid,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whose it is; none = the shipped library.
    pub org: OrgId,
    /// The numbers of the formula, a JSON object.
    pub parameters: String,
    /// Names of the attribute types it is for.
    pub attribute_types: Vec<String>,
    /// How the score is computed.
    pub formula: String,
    /// Grows with each release.
    pub version: String,
    /// Addresses of literature.
    pub references: Vec<String>,
    /// Scores are shown.
    pub enabled: bool,
    /// Other organisations may use it.
    pub all_orgs: bool,
    /// Came with the library.
    pub default: bool,
}

/// A feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// Id.
    pub id: i64,
    /// Name.
    pub name: String,
    /// Who runs it.
    pub provider: String,
    /// Address, unique.
    pub url: String,
    /// Filter rules, a JSON object or empty.
    pub rules: String,
    /// Events are fetched.
    pub enabled: bool,
    /// Distribution of what is fetched; 5 = as each event says.
    pub distribution: i64,
    /// With distribution 4.
    pub sharing_group: SharingGroupId,
    /// Attached to every fetched event.
    pub tag: TagId,
    /// Came with the default list.
    pub default: bool,
    /// `misp`, `csv` or `freetext`.
    pub source_format: String,
    /// Each run fills the same event.
    pub fixed_event: bool,
    /// Values that vanished are removed from that event.
    pub delta_merge: bool,
    /// That event; 0 before the first run.
    pub event: i64,
    /// Fetched events are published.
    pub publish: bool,
    /// No value is for detection.
    pub override_ids: bool,
    /// How the content is read, a JSON object.
    pub settings: String,
    /// `network` or `local`.
    pub input_source: String,
    /// A local file is removed after reading.
    pub delete_local_file: bool,
    /// Hits are shown to ordinary users.
    pub lookup_visible: bool,
    /// Extra request headers, one per line.
    pub headers: String,
    /// Hashes are kept.
    pub caching_enabled: bool,
    /// Every value is for detection.
    pub force_to_ids: bool,
    /// Creator of events made from tables and text.
    pub orgc: OrgId,
}
