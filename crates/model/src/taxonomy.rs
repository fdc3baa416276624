//! Taxonomies as they are stored, and the tags they stand for. spec: 07#2.3

/// A stored taxonomy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taxonomy {
    /// Id.
    pub id: i64,
    /// The first part of all its tags, unique ignoring case.
    pub namespace: String,
    /// What it classifies.
    pub description: String,
    /// Version of the file it came from.
    pub version: i64,
    /// Offered for selection.
    pub enabled: bool,
    /// At most one of its tags applies.
    pub exclusive: bool,
    /// While enabled, an event needs one of its tags before it is published.
    pub required: bool,
    /// Shown at the head of an event.
    pub highlighted: bool,
}

/// One tag that a taxonomy stands for; the tag itself need not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxonomyEntry {
    /// Id; entries of one taxonomy ascend in the order of its file.
    pub id: i64,
    /// The taxonomy.
    pub taxonomy: i64,
    /// Name of the tag.
    pub tag: String,
    /// The predicate as written in the tag.
    pub predicate: String,
    /// The value as written in the tag, in tags of three parts.
    pub value: Option<String>,
    /// The tag in words.
    pub expanded: String,
    /// What the tag means.
    pub description: Option<String>,
    /// At most one value of the predicate applies.
    pub exclusive_predicate: bool,
    /// `#rrggbb`: the stated one, or the one of the namespace's palette.
    pub colour: String,
    /// For decay scores.
    pub numerical_value: Option<i64>,
}
