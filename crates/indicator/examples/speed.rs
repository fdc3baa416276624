//! Prints what preparing one value of common types costs, to be run with `--release`.

use std::hint::black_box;
use std::io::Write;
use std::time::Instant;

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
    Ok(())
}
