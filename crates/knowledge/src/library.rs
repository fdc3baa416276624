//! Which library file is this: recognised by its place in a published layout, or by its content.
//!
//! The layouts are those of the community repositories, of their archives, and of the Python
//! wheels that carry them (spec: 07#6).
pub(crate) mod document;
pub(crate) mod fields;
mod sniffing;

pub use sniffing::sniff;

/// A kind of published library file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// An object template, `objects/<name>/definition.json` (spec: 07#3.1).
    Template,
    /// The names of object relationships, `relationships/definition.json` (spec: 07#3.1).
    Relationships,
    /// A taxonomy, `<namespace>/machinetag.json` (spec: 07#2.2).
    Taxonomy,
    /// A galaxy's description, `galaxies/<type>.json` (spec: 07#4.1).
    Galaxy,
    /// A galaxy's clusters, `clusters/<type>.json` (spec: 07#4.1).
    Clusters,
    /// A warninglist, `lists/<dir>/list.json` (spec: 07#5).
    Warninglist,
    /// A noticelist, `lists/<name>/list.json` (spec: 07#5).
    Noticelist,
    /// A decaying model, `models/<name>.json` (spec: 07#5).
    DecayModel,
}

impl Kind {
    /// Every kind, in the order in which an import loads them: galaxies before their clusters.
    pub const ALL: [Self; 8] = [
        Self::Relationships,
        Self::Template,
        Self::Taxonomy,
        Self::Galaxy,
        Self::Clusters,
        Self::Warninglist,
        Self::Noticelist,
        Self::DecayModel,
    ];

    /// The kind's name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Template => "object template",
            Self::Relationships => "relationship types",
            Self::Taxonomy => "taxonomy",
            Self::Galaxy => "galaxy",
            Self::Clusters => "galaxy clusters",
            Self::Warninglist => "warninglist",
            Self::Noticelist => "noticelist",
            Self::DecayModel => "decaying model",
        }
    }
}

/// The kind of a library file by its path in a directory tree, an archive or a wheel.
///
/// `None` for files of no library, and for a `lists/<dir>/list.json` below no telling folder;
/// for those see [`needs_content`].
pub fn classify(path: &str) -> Option<Kind> {
    let mut parts = path.rsplit('/').filter(|part| !part.is_empty() && *part != ".");
    let file = parts.next()?;
    let parent = parts.next();
    let above = parts.next();
    match (file, parent, above) {
        ("definition.json", Some("relationships"), _) => Some(Kind::Relationships),
        ("definition.json", Some(_), Some("objects")) => Some(Kind::Template),
        ("machinetag.json", Some(_), _) => Some(Kind::Taxonomy),
        ("list.json", Some(_), Some("lists")) => list_kind(path),
        (name, Some("galaxies"), _) if is_json(name) => Some(Kind::Galaxy),
        (name, Some("clusters"), _) if is_json(name) => Some(Kind::Clusters),
        (name, Some("models"), _) if is_json(name) => Some(Kind::DecayModel),
        _ => None,
    }
}

/// Whether the path alone does not tell the kind although the file looks like a library's:
/// a list below no telling folder, or a library file taken out of its folder.
pub fn needs_content(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    matches!(file, "list.json" | "definition.json" | "machinetag.json") && classify(path).is_none()
}

/// The kind by path, and by content where the path does not tell.
pub fn identify(path: &str, bytes: &[u8]) -> Option<Kind> {
    classify(path).or_else(|| if needs_content(path) { sniff(bytes) } else { None })
}

/// Warninglists and noticelists share their layout; only the repository's folder tells.
fn list_kind(path: &str) -> Option<Kind> {
    path.rsplit('/').skip(3).find_map(|folder| {
        let folder = folder.to_ascii_lowercase();
        if folder.contains("warninglist") {
            Some(Kind::Warninglist)
        } else if folder.contains("noticelist") {
            Some(Kind::Noticelist)
        } else {
            None
        }
    })
}

fn is_json(name: &str) -> bool {
    name.strip_suffix(".json")
        .is_some_and(|stem| !stem.is_empty() && !stem.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_layouts_are_recognised() {
        for (path, kind) in [
            (
                "pymisp/data/misp-objects/objects/file/definition.json",
                Kind::Template,
            ),
            ("misp-objects-main/objects/file/definition.json", Kind::Template),
            (
                "pymisp/data/misp-objects/relationships/definition.json",
                Kind::Relationships,
            ),
            (
                "pytaxonomies/data/misp-taxonomies/tlp/machinetag.json",
                Kind::Taxonomy,
            ),
            ("tlp/machinetag.json", Kind::Taxonomy),
            ("misp-galaxy/galaxies/tool.json", Kind::Galaxy),
            ("galaxies/tool.json", Kind::Galaxy),
            ("./misp-galaxy/clusters/tool.json", Kind::Clusters),
            ("x/misp-warninglists/lists/alexa/list.json", Kind::Warninglist),
            ("misp-warninglists-main/lists/alexa/list.json", Kind::Warninglist),
            ("misp-noticelist/lists/gdpr/list.json", Kind::Noticelist),
            ("misp-decaying-models/models/nids.json", Kind::DecayModel),
        ] {
            assert_eq!(classify(path), Some(kind), "{path}");
        }
    }

    #[test]
    fn other_files_are_not_taken_for_a_library() {
        for path in [
            "",
            "README.md",
            "pymispgalaxies/data/misp-galaxy/misp/threat-actor.json",
            "misp-galaxy/vocabularies/common/sector.json",
            "misp-galaxy/schema_clusters.json",
            "misp-galaxy/clusters/.hidden.json",
            "misp-galaxy/clusters/readme.md",
            "misp-taxonomies/MANIFEST.json",
            "objects/definition.json/x",
        ] {
            assert_eq!(classify(path), None, "{path}");
            assert!(!needs_content(path), "{path}");
        }
    }

    #[test]
    fn a_list_below_no_telling_folder_is_told_by_its_content() {
        let path = "export/lists/some/list.json";
        assert_eq!(classify(path), None);
        assert!(needs_content(path));
        let warning = br#"{"name":"n","type":"cidr","version":1,"list":["192.0.2.0/24"]}"#;
        let notice = br#"{"name":"n","version":1,"notice":[]}"#;
        assert_eq!(identify(path, warning), Some(Kind::Warninglist));
        assert_eq!(identify(path, notice), Some(Kind::Noticelist));
        assert_eq!(identify("README.md", warning), None);
    }
}
