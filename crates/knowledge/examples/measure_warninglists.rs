//! Measures the compiled warninglists of a wheel or archive: memory per entry, hits per second.
//!
//! `cargo run --release -p entente-knowledge --example measure_warninglists -- <wheel>`
use std::error::Error;
use std::io::{Read, Write};
use std::sync::Arc;
use std::time::Instant;

use entente_knowledge::warninglist::{self, CompiledList, ListKind, Matcher, WarninglistSet};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("the path of a wheel is missing")?;
    let mut out = std::io::stdout().lock();
    let mut archive = zip::ZipArchive::new(std::fs::File::open(path)?)?;
    let names: Vec<String> = archive
        .file_names()
        .map(|name| name.map(String::from))
        .collect::<Result<_, _>>()?;
    let (mut lists, mut entries, mut findings) = (Vec::new(), Vec::new(), 0);
    let mut samples: Vec<String> = Vec::new();
    let started = Instant::now();
    for (id, name) in (1..).zip(names.into_iter().filter(|name| name.ends_with("/list.json"))) {
        let mut bytes = Vec::new();
        archive.by_name(&name)?.read_to_end(&mut bytes)?;
        let (list, read) = warninglist::parse(&bytes)?;
        let (matcher, compiled) = Matcher::compile(list.kind, list.entries.values());
        for finding in read.iter().chain(&compiled) {
            writeln!(out, "{name}: {}: {}", finding.path, finding.message)?;
        }
        findings += read.len() + compiled.len();
        samples.extend(list.entries.values().step_by(500).map(str::to_owned));
        entries.push((
            list.kind,
            list.entries.len(),
            matcher.len(),
            matcher.memory_bytes(),
        ));
        lists.push(CompiledList {
            id,
            name: list.name.into(),
            category: list.category,
            matching_attributes: list.matching_attributes,
            matcher: Arc::new(matcher),
        });
    }
    let total: usize = entries.iter().map(|(_, count, ..)| count).sum();
    writeln!(
        out,
        "{} lists, {total} values, {findings} findings, {:?}",
        lists.len(),
        started.elapsed()
    )?;
    for kind in ListKind::EVERY {
        let of_kind: Vec<_> = entries.iter().filter(|(own, ..)| *own == kind).collect();
        let sum = |pick: fn(&(ListKind, usize, usize, usize)) -> usize| {
            of_kind.iter().map(|e| pick(e)).sum::<usize>()
        };
        let (count, kept, bytes) = (sum(|e| e.1), sum(|e| e.2), sum(|e| e.3));
        writeln!(
            out,
            "{:9} {} lists, {count} values, {kept} kept, {bytes} bytes, {:.1} per value",
            kind.as_str(),
            of_kind.len(),
            bytes as f64 / count.max(1) as f64
        )?;
    }
    let set = WarninglistSet::new(lists);
    let absent: Vec<String> = samples
        .iter()
        .map(|sample| format!("zz-{sample}.absent"))
        .collect();
    for (label, type_name, values) in [
        ("listed values, every list", None, &samples),
        ("absent values, every list", None, &absent),
        ("listed values as ip-dst", Some("ip-dst"), &samples),
        ("absent values as domain", Some("domain"), &absent),
        ("absent values as md5", Some("md5"), &absent),
    ] {
        let started = Instant::now();
        let hits = |value: &String| match type_name {
            None => set.hits_of_any_type(value).len(),
            Some(name) => set.hits(name, value).len(),
        };
        let found: usize = values.iter().map(hits).sum();
        let each = started.elapsed().as_secs_f64() / values.len().max(1) as f64;
        let asked = type_name.map_or(set.lists().len(), |name| set.lists_for(name).count());
        writeln!(
            out,
            "{label}: {asked} lists, {:.2} us per value, {:.0}/s, {found} hits",
            each * 1e6,
            1.0 / each
        )?;
    }
    Ok(())
}
