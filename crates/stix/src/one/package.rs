//! The sections of a package and its lists, in both notations.
use super::node::{Node, Notation, indent};

/// Lists of a package, each in a section of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    Ttps,
    Indicators,
    Observables,
    /// TTPs that the incident refers to.
    Leveraged,
    /// Actors that the incident refers to.
    Attributed,
    Journal,
    Actors,
}

/// Sections in the order of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Frame,
    First,
    Second,
    Third,
    Leveraged,
    Attributed,
    Journal,
    Tail,
    Actors,
}

/// Where a list stands, and how it is written.
struct Form {
    section: Section,
    depth: usize,
    element: &'static str,
    key: &'static str,
    inner: &'static str,
    /// Written by the library even when it is empty.
    always: bool,
}

#[derive(Debug, Default)]
pub(super) struct Parts {
    frame: Vec<u8>,
    first: Vec<u8>,
    second: Vec<u8>,
    third: Vec<u8>,
    leveraged: Vec<u8>,
    attributed: Vec<u8>,
    journal: Vec<u8>,
    tail: Vec<u8>,
    actors: Vec<u8>,
    open: Vec<List>,
    notation: Notation,
    /// Lists stand in the outermost package and not in that of an event.
    pub(super) rows: bool,
}

impl Parts {
    pub(super) fn new(notation: Notation) -> Self {
        Self {
            notation,
            ..Self::default()
        }
    }

    pub(super) fn is_json(&self) -> bool {
        self.notation == Notation::Json
    }

    pub(super) fn all(&mut self) -> Vec<&mut Vec<u8>> {
        vec![
            &mut self.frame,
            &mut self.first,
            &mut self.second,
            &mut self.third,
            &mut self.leveraged,
            &mut self.attributed,
            &mut self.journal,
            &mut self.tail,
            &mut self.actors,
        ]
    }

    pub(super) fn of(&mut self, section: Section) -> &mut Vec<u8> {
        match section {
            Section::Frame => &mut self.frame,
            Section::First => &mut self.first,
            Section::Second => &mut self.second,
            Section::Third => &mut self.third,
            Section::Leveraged => &mut self.leveraged,
            Section::Attributed => &mut self.attributed,
            Section::Journal => &mut self.journal,
            Section::Tail => &mut self.tail,
            Section::Actors => &mut self.actors,
        }
    }

    pub(super) fn put(&mut self, section: Section, text: &str) {
        self.of(section).extend_from_slice(text.as_bytes());
    }

    fn form(&self, list: List) -> Form {
        let form = |section, depth, element, key, inner, always| Form {
            section,
            depth,
            element,
            key,
            inner,
            always,
        };
        match (list, self.rows) {
            (List::Ttps, false) => form(Section::First, 4, "stix:TTPs", "ttps", "ttps", false),
            (List::Indicators, false) => form(
                Section::Second,
                6,
                "incident:Related_Indicators",
                "related_indicators",
                "indicators",
                true,
            ),
            (List::Observables, false) => form(
                Section::Third,
                6,
                "incident:Related_Observables",
                "related_observables",
                "observables",
                true,
            ),
            (List::Leveraged, _) => form(
                Section::Leveraged,
                6,
                "incident:Leveraged_TTPs",
                "leveraged_ttps",
                "ttps",
                true,
            ),
            (List::Attributed, _) => form(
                Section::Attributed,
                6,
                "incident:Attributed_Threat_Actors",
                "attributed_threat_actors",
                "threat_actors",
                false,
            ),
            (List::Journal, _) => form(
                Section::Journal,
                6,
                "incident:History",
                "history",
                "history_items",
                false,
            ),
            (List::Actors, _) => form(
                Section::Actors,
                4,
                "stix:Threat_Actors",
                "threat_actors",
                "",
                false,
            ),
            (List::Observables, true) => {
                form(Section::First, 1, "stix:Observables", "observables", "", false)
            }
            (List::Indicators, true) => form(Section::Second, 1, "stix:Indicators", "indicators", "", false),
            (List::Ttps, true) => form(Section::Third, 1, "stix:TTPs", "ttps", "ttps", false),
        }
    }

    /// Appends an element to a list, which begins with its first one.
    pub(super) fn add(&mut self, list: List, node: &Node) {
        let form = self.form(list);
        let begun = self.open.contains(&list);
        if !begun {
            self.open.push(list);
        }
        let json = self.is_json();
        let versions = self.rows && list == List::Observables;
        let out = self.of(form.section);
        if json {
            if begun {
                out.push(b',');
            } else {
                out.extend_from_slice(format!("\"{}\":", form.key).as_bytes());
                if !form.inner.is_empty() {
                    out.extend_from_slice(format!("{{\"{}\":", form.inner).as_bytes());
                }
                out.push(b'[');
            }
            out.extend_from_slice(node.json().to_string().as_bytes());
            return;
        }
        if !begun {
            indent(out, form.depth);
            let versions = if versions {
                " cybox_major_version=\"2\" cybox_minor_version=\"1\" cybox_update_version=\"0\""
            } else {
                ""
            };
            out.extend_from_slice(format!("<{}{versions}>\n", form.element).as_bytes());
        }
        node.xml(out, form.depth + 1);
    }

    /// Ends a list; in JSON with the comma before what follows it.
    pub(super) fn close(&mut self, list: List) {
        let form = self.form(list);
        let begun = self.open.contains(&list);
        self.open.retain(|open| *open != list);
        let json = self.is_json();
        let out = self.of(form.section);
        match (json, begun) {
            (true, true) => out.extend_from_slice(if form.inner.is_empty() { b"]," } else { b"]}," }),
            (true, false) if form.always => {
                out.extend_from_slice(format!("\"{}\":{{}},", form.key).as_bytes());
            }
            (false, true) => {
                indent(out, form.depth);
                out.extend_from_slice(format!("</{}>\n", form.element).as_bytes());
            }
            _ => {}
        }
    }

    /// Appends elements in either notation.
    /// In JSON they are members of an object, with the comma before what follows them.
    pub(super) fn nodes(&mut self, section: Section, nodes: Vec<Node>, depth: usize) {
        if self.is_json() {
            let object = Node::of("", nodes).json().to_string();
            let members = object.trim_start_matches('{');
            self.put(section, members.strip_suffix('}').unwrap_or(members));
            self.put(section, ",");
        } else {
            for node in nodes {
                node.xml(self.of(section), depth);
            }
        }
    }
}
