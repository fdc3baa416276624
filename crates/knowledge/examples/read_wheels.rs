//! Reads published packages (wheels or zip archives) and prints what they hold and what was lost.
//!
//! `cargo run -p entente-knowledge --example read_wheels -- *.whl`
use entente_knowledge::{
    archive::Archive,
    finding::{Finding, ReadError},
    galaxy,
    library::{self, Kind},
    taxonomy, template,
};
use std::{
    collections::BTreeMap,
    error::Error,
    fs::File,
    io::{self, Write},
};

/// Counts by kind and by what is counted.
type Counts = BTreeMap<(Kind, &'static str), usize>;

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = io::stdout().lock();
    for path in std::env::args().skip(1) {
        writeln!(out, "== {path}")?;
        let mut counts = Counts::new();
        let mut losses: BTreeMap<(Kind, String), (usize, String)> = BTreeMap::new();
        let mut archive = Archive::open(File::open(&path)?)?;
        let wanted = |name: &str| library::classify(name).is_some() || library::needs_content(name);
        while let Some(entry) = archive.next_where(wanted)? {
            let Some(kind) = library::identify(&entry.name, &entry.bytes) else {
                continue;
            };
            *counts.entry((kind, "files")).or_default() += 1;
            match read(kind, &entry.bytes, &mut counts) {
                Ok(findings) => {
                    for finding in findings {
                        let first = || (0, format!("{} {}", entry.name, finding.path));
                        losses
                            .entry((kind, finding.message.clone()))
                            .or_insert_with(first)
                            .0 += 1;
                    }
                }
                Err(error) => writeln!(out, "UNREADABLE {}: {error}", entry.name)?,
            }
        }
        for ((kind, what), count) in counts {
            writeln!(out, "{:20} {what:22} {count}", kind.name())?;
        }
        for ((kind, message), (count, first)) in losses {
            writeln!(
                out,
                "finding: {} x{count}: {message} (first: {first})",
                kind.name()
            )?;
        }
    }
    Ok(())
}

fn read(kind: Kind, bytes: &[u8], counts: &mut Counts) -> Result<Vec<Finding>, ReadError> {
    let mut add = |what, count| *counts.entry((kind, what)).or_default() += count;
    match kind {
        Kind::Template => {
            let (template, findings) = template::parse(bytes)?;
            add("elements", template.elements.len());
            Ok(findings)
        }
        Kind::Relationships => {
            let (relationships, findings) = template::parse_relationships(bytes)?;
            add("names", relationships.values.len());
            Ok(findings)
        }
        Kind::Taxonomy => {
            let (taxonomy, findings) = taxonomy::parse(bytes)?;
            add("predicates", taxonomy.predicates.len());
            add(
                "entries",
                taxonomy
                    .predicates
                    .iter()
                    .map(|predicate| predicate.entries.len())
                    .sum(),
            );
            add("tags", taxonomy.expand().len());
            add("exclusive", usize::from(taxonomy.exclusive));
            add(
                "exclusive predicates",
                taxonomy
                    .predicates
                    .iter()
                    .filter(|predicate| predicate.exclusive)
                    .count(),
            );
            add("not for events", usize::from(!taxonomy.is_for_events()));
            let terms = taxonomy
                .predicates
                .iter()
                .flat_map(|p| p.entries.iter().chain([&p.term]));
            add(
                "numerical values",
                terms.filter(|term| term.numerical_value.is_some()).count(),
            );
            Ok(findings)
        }
        Kind::Galaxy => {
            let (galaxy, findings) = galaxy::parse_galaxy(bytes)?;
            add("with a matrix", usize::from(!galaxy.kill_chain_order.is_empty()));
            Ok(findings)
        }
        Kind::Clusters => {
            let (collection, findings) = galaxy::parse_clusters(bytes)?;
            add("clusters", collection.clusters.len());
            add(
                "relations",
                collection
                    .clusters
                    .iter()
                    .map(|cluster| cluster.relations.len())
                    .sum(),
            );
            add(
                "elements",
                collection
                    .clusters
                    .iter()
                    .map(|cluster| cluster.elements.len())
                    .sum(),
            );
            Ok(findings)
        }
        Kind::Warninglist | Kind::Noticelist | Kind::DecayModel => {
            add(
                "recognised by content",
                usize::from(library::sniff(bytes) == Some(kind)),
            );
            Ok(Vec::new())
        }
    }
}
