//! Where known names stand in a text that people wrote. spec: 08#2.2
//!
//! A name counts where it stands for itself, not inside a longer word, host name, path or address: `evil.example`
//! is not found in `sub.evil.example` or `evil.example.org`.
use aho_corasick::{AhoCorasick, MatchKind};

/// How many names are looked for at once: it bounds what the search needs beside the text.
const BATCH: usize = 20_000;

/// A name found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// First byte.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
    /// Which name: its index in the list.
    pub name: usize,
}

/// Every place where one of the names stands for itself, in no order. Empty names are nowhere. Places may overlap:
/// [`longest`] picks.
#[must_use]
pub fn find<T: AsRef<str>>(text: &str, names: &[T], ignore_case: bool) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (batch, chunk) in names.chunks(BATCH).enumerate() {
        let patterns = chunk.iter().map(|name| name.as_ref().as_bytes());
        // Building fails only beyond 2^31 states, which a batch of bounded names cannot reach; then nothing is found.
        let Ok(machine) = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .ascii_case_insensitive(ignore_case)
            .build(patterns)
        else {
            continue;
        };
        hits.extend(
            machine
                .find_overlapping_iter(text)
                .filter(|found| !found.is_empty() && stands_alone(text, found.start(), found.end()))
                .map(|found| Hit {
                    start: found.start(),
                    end: found.end(),
                    name: batch * BATCH + found.pattern().as_usize(),
                }),
        );
    }
    hits
}

/// Of places that may overlap those to keep: the longest first, then the earlier, then the one listed first. The
/// result is in the order of the text.
#[must_use]
pub fn longest<T>(mut places: Vec<T>, span: impl Fn(&T) -> (usize, usize)) -> Vec<T> {
    places.sort_by_key(|place| {
        let (start, end) = span(place);
        (std::cmp::Reverse(end.saturating_sub(start)), start)
    });
    let mut taken = std::collections::BTreeMap::new();
    let mut kept = Vec::new();
    for place in places {
        let (start, end) = span(&place);
        let before = taken.range(..end).next_back();
        if before.is_some_and(|(_, other)| *other > start) {
            continue;
        }
        taken.insert(start, end);
        kept.push(place);
    }
    kept.sort_by_key(|place| span(place).0);
    kept
}

/// Whether nothing before and after makes it part of something longer.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let (Some(before), Some(name), Some(after)) = (text.get(..start), text.get(start..end), text.get(end..))
    else {
        return false;
    };
    let opens = name.chars().next().is_some_and(is_word);
    let closes = name.chars().next_back().is_some_and(is_word);
    let mut left = before.chars().rev();
    let left_free = match left.next() {
        Some(c) if is_word(c) => !opens,
        Some(c) if joins(c) => !(opens && left.next().is_some_and(is_word)),
        _ => true,
    };
    let mut right = after.chars();
    let right_free = match right.next() {
        Some(c) if is_word(c) => !closes,
        Some(c) if joins(c) => !(closes && right.next().is_some_and(is_word)),
        _ => true,
    };
    left_free && right_free
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// What joins words to host names, paths and addresses.
fn joins(c: char) -> bool {
    matches!(c, '.' | '-' | '@' | '/' | '\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, names: &[&str], ignore_case: bool) -> Vec<String> {
        let hits = longest(find(text, names, ignore_case), |hit| (hit.start, hit.end));
        hits.iter()
            .map(|hit| text[hit.start..hit.end].to_owned())
            .collect()
    }

    #[test]
    fn names_stand_for_themselves() {
        let names = ["evil.example", "192.0.2.1", "Turla"];
        assert_eq!(
            found(
                "See evil.example. (192.0.2.1) https://evil.example Turla's",
                &names,
                false
            ),
            ["evil.example", "192.0.2.1", "evil.example", "Turla"]
        );
        for text in [
            "sub.evil.example",
            "evil.example.org",
            "a@evil.example",
            "evil.example/x",
            "192.0.2.11",
            "1192.0.2.1",
            "x-Turla-y",
            "Turlas",
            "turla",
        ] {
            assert_eq!(found(text, &names, false), Vec::<String>::new(), "{text}");
        }
        assert_eq!(found("TURLA", &names, true), ["TURLA"]);
        assert_eq!(found("ÄTurla Turla\u{e4}", &names, false), Vec::<String>::new());
    }

    #[test]
    fn the_longest_wins() {
        assert_eq!(
            found("APT 28 and APT", &["APT", "APT 28", "28"], false),
            ["APT 28", "APT"]
        );
        let spans = vec![(0, 4), (2, 8), (7, 9), (9, 10)];
        assert_eq!(longest(spans, |span| *span), [(2, 8), (9, 10)]);
    }

    #[test]
    fn many_names_are_searched_in_batches() {
        let names: Vec<String> = (0..45_000).map(|n| format!("name-{n}")).collect();
        let hits = find("name-7 name-44999 name-50000", &names, false);
        assert_eq!(hits.iter().map(|hit| hit.name).collect::<Vec<_>>(), [7, 44_999]);
        assert!(find("x", &[""], false).is_empty());
    }
}
