//! Measures the compiled warninglists of a package: what they take in memory, and how many values a second one core
//! checks against all of them. One JSON line; `cargo xtask bench` runs it and judges the figures.
//!
//! `cargo run --release -p entente-knowledge --example measure_warninglists -- <wheel> [values]`
use std::collections::HashMap;
use std::error::Error;
use std::io::{Read, Write};
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use entente_knowledge::warninglist::{self, CompiledList, HashKey, ListKind, Matcher, WarninglistSet};
use serde_json::json;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("the path of a wheel is missing")?;
    let count: usize = arguments.next().map_or(Ok(1_000_000), |text| text.parse())?;
    let mut parsed = Vec::new();
    let mut archive = zip::ZipArchive::new(std::fs::File::open(path)?)?;
    let names: Vec<String> = archive
        .file_names()
        .map(|name| name.map(String::from))
        .collect::<Result<_, _>>()?;
    for name in names.into_iter().filter(|name| name.ends_with("/list.json")) {
        let mut bytes = Vec::new();
        archive.by_name(&name)?.read_to_end(&mut bytes)?;
        parsed.push(warninglist::parse(&bytes)?.0);
    }
    let entries: usize = parsed.iter().map(|list| list.entries.len()).sum();
    let listed: Vec<(ListKind, String)> = parsed
        .iter()
        .flat_map(|list| {
            list.entries
                .values()
                .step_by(1 + list.entries.len() / 200)
                .map(|value| (list.kind, value))
        })
        .map(|(kind, value)| (kind, value.to_owned()))
        .collect();

    let key = HashKey::from(std::hash::RandomState::new());
    let begin = busy();
    let lists = (1..).zip(&parsed).map(|(id, list)| CompiledList {
        id,
        name: list.name.as_str().into(),
        category: list.category,
        matching_attributes: list.matching_attributes.clone(),
        comments: Arc::new(HashMap::new()),
        matcher: Arc::new(Matcher::compile(list.kind, list.entries.values(), &key).0),
    });
    let lists: Vec<CompiledList> = lists.collect();
    let compiled = busy() - begin;
    let set = WarninglistSet::new(lists, &key);
    let loaded = busy() - begin;
    drop(parsed);

    let values = values(count, &listed);
    let bare: Vec<&str> = values.iter().map(|(_, value)| value.as_str()).collect();
    let (typed, typed_hits) = rate(&values, |(kind, value)| set.hits(kind, value).len());
    let (any, any_hits) = rate(&bare, |value| set.hits_of_any_type(value).len());
    let line = json!({
        "lists": set.lists().len(),
        "entries": entries,
        "memory_bytes": set.memory_bytes(),
        "bytes_per_entry": set.memory_bytes() as f64 / entries.max(1) as f64,
        "compile_ms": compiled * 1e3,
        "load_ms": loaded * 1e3,
        "values": values.len(),
        "per_second_by_type": typed,
        "hits_by_type": typed_hits,
        "per_second_every_list": any,
        "hits_every_list": any_hits,
    });
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}

/// Values a second, and all hits.
fn rate<T>(values: &[T], hits: impl Fn(&T) -> usize) -> (f64, usize) {
    let begin = busy();
    let found: usize = values.iter().map(hits).sum();
    (values.len() as f64 / (busy() - begin), found)
}

/// Seconds that this thread has been at work, so that others on the machine do not count; elsewhere than on Linux
/// the time that has passed.
fn busy() -> f64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let schedule = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let at_work: Option<f64> = schedule.and_then(|text| text.split(' ').next()?.parse().ok());
    at_work.map_or_else(|| START.elapsed().as_secs_f64(), |nanoseconds| nanoseconds / 1e9)
}

/// Made-up values of the usual types; every twentieth is an entry of a list.
fn values(count: usize, listed: &[(ListKind, String)]) -> Vec<(&'static str, String)> {
    let mut state = 20_260_101_u64;
    let mut next = move || {
        // SplitMix64
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    };
    let mut known = listed.iter().cycle();
    (0..count)
        .map(|number| {
            let (a, b) = (next(), next());
            if number % 20 == 0
                && let Some((kind, value)) = known.next()
            {
                let type_name = match kind {
                    ListKind::Cidr => "ip-dst",
                    ListKind::Hostname | ListKind::Substring => "domain",
                    ListKind::String => "sha256",
                    ListKind::Regex => "phone-number",
                };
                return (type_name, value.clone());
            }
            match number % 9 {
                0 => ("md5", format!("{a:016x}{b:016x}")),
                1 | 2 => (
                    "ip-dst",
                    std::net::Ipv4Addr::from_bits((a >> 32) as u32).to_string(),
                ),
                3 => ("domain", format!("{:012x}.example", a >> 16)),
                4 => ("hostname", format!("h{number}.{:08x}.example.com", a >> 32)),
                5 => ("url", format!("http://{:08x}.example/{b:016x}", a >> 32)),
                6 => ("filename|md5", format!("f{number}.exe|{a:016x}{b:016x}")),
                7 => ("email-src", format!("u{number}@{:08x}.example", a >> 32)),
                _ => ("sha256", format!("{a:016x}{b:016x}{:016x}{:016x}", !a, !b)),
            }
        })
        .collect()
}
