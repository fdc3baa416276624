//! Prints what preparing one value of common types and searching a text for indicators cost, to be run with
//! `--release`.

use std::hint::black_box;
use std::io::Write;
use std::time::Instant;

use entente_indicator::free_text::{Lists, recognise};
use entente_indicator::{AttributeType, ImportRules, Today, prepare};

const VALUES: [(AttributeType, &str); 10] = [
    (AttributeType::MD5, "0123456789abcdef0123456789abcdef"),
    (
        AttributeType::SHA256,
        "0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef",
    ),
    (AttributeType::IP_DST, "192.0.2.10"),
    (AttributeType::IP_DST, "2001:db8:0:0:1:0:0:1"),
    (AttributeType::DOMAIN, "command.example.org"),
    (
        AttributeType::URL,
        "https://www.example.org/path/index.php?id=7#top",
    ),
    (AttributeType::FILENAME, r"C:\Users\Public\update.dll"),
    (
        AttributeType::FILENAME_MD5,
        "invoice.exe|0123456789abcdef0123456789abcdef",
    ),
    (AttributeType::DATETIME, "2024-03-01T12:30:00Z"),
    (
        AttributeType::COMMENT,
        "Seen in the first wave of the campaign, together with the loader of last week.",
    ),
];

fn main() -> std::io::Result<()> {
    const ROUNDS: u32 = 200_000;
    let today = Today::from_unix_seconds(1_709_296_215);
    let mut out = std::io::stdout().lock();
    for (ty, text) in VALUES {
        let started = Instant::now();
        for _ in 0..ROUNDS {
            let _ = black_box(prepare(ty, black_box(text), ImportRules::shipped(), today));
        }
        writeln!(
            out,
            "{:>8} ns  {ty} {text}",
            (started.elapsed() / ROUNDS).as_nanos()
        )?;
    }
    search_texts(&mut out)
}

fn search_texts(out: &mut impl Write) -> std::io::Result<()> {
    const BYTES: usize = 10_000_000;
    let numbered = |line: fn(usize) -> String| (0..BYTES / line(0).len()).map(line).collect::<String>();
    let texts = [
        (
            "prose",
            "The loader then asks its server for a second stage. ".repeat(BYTES / 52),
        ),
        (
            "hashes",
            numbered(|n| format!("{n:08x}aabbccdd0123456789abcdef0123456789abcdef0123456789abcdef\n")),
        ),
        (
            "names",
            numbered(|n| format!("hxxps://c{n:06}[.]example[.]com/a\n")),
        ),
        ("as many as fit", numbered(|n| format!("{n:05x}.de\n"))),
        ("foreign names", numbered(|n| format!("ü{n:06}.münchen.de\n"))),
        (
            "long words",
            format!("{}\n", "ab[.]c/-@[x]".repeat(5_000)).repeat(BYTES / 60_001),
        ),
        (
            "deep JSON",
            "{\"a\":[".repeat(BYTES / 10) + "1" + &"]}".repeat(BYTES / 10),
        ),
    ];
    for (name, text) in texts {
        let started = Instant::now();
        let found = recognise(black_box(&text), Lists::built_in()).len();
        let per_megabyte = started.elapsed() * 1_000_000 / u32::try_from(text.len()).unwrap_or(u32::MAX);
        writeln!(
            out,
            "{:>8} ms/MB {found:>8} found in {name}",
            per_megabyte.as_millis()
        )?;
    }
    Ok(())
}
