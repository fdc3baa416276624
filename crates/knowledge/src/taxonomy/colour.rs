//! Colours of tags that state none (spec: 07#2.1).
use md5::{Digest, Md5};

/// The colour of galaxy tags.
pub const GALAXY_COLOUR: &str = "#0088cc";

/// Whether a text is a colour, `#rrggbb`.
pub fn is_colour(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// The colour of a free tag, made from its name.
pub fn default_colour(name: &str) -> String {
    let digest = hex::encode(Md5::digest(name.as_bytes()));
    format!("#{}", digest.get(..6).unwrap_or_default())
}

/// The colours of a taxonomy's tags: one hue per namespace, brighter from tag to tag.
pub fn palette(namespace: &str, tags: usize) -> Vec<String> {
    let percent = namespace.bytes().map(u64::from).sum::<u64>() % 100;
    let count = u64::try_from(tags).unwrap_or(u64::MAX);
    (1..=count).map(|number| shade(percent, number, count)).collect()
}

/// HSV with full saturation in whole numbers, so that every machine gets the same colours.
///
/// Hue is in hundredths of the circle, the value (20 + 80·number/count) hundredths.
fn shade(percent: u64, number: u64, count: u64) -> String {
    let sector = percent * 6 / 100;
    let within = percent * 6 % 100;
    // 255 · value · share / 100, rounded; the value's denominator is 100 · count.
    let channel = |share: u64| {
        let (above, below) = (255 * (20 * count + 80 * number) * share, 10_000 * count);
        (2 * above + below) / (2 * below)
    };
    let (full, falling, rising) = (channel(100), channel(100 - within), channel(within));
    let (red, green, blue) = match sector {
        0 => (full, rising, 0),
        1 => (falling, full, 0),
        2 => (0, full, rising),
        3 => (0, falling, full),
        4 => (rising, 0, full),
        _ => (full, 0, falling),
    };
    format!("#{red:02x}{green:02x}{blue:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_free_tag_gets_its_colour_from_its_name() {
        // md5 of the empty text is d41d8cd9…, of "a" 0cc175b9….
        assert_eq!(default_colour(""), "#d41d8c");
        assert_eq!(default_colour("a"), "#0cc175");
    }

    #[test]
    fn the_palette_follows_the_formula() {
        // "d" is byte 100, hue 0: pure red growing to full.
        assert_eq!(palette("d", 2), ["#990000", "#ff0000"]);
        // byte 0x31 + 100 is 149, hue 0.49: sector 2, 0.94 within.
        assert_eq!(palette("d1", 1), ["#00fff0"]);
        assert!(palette("any", 0).is_empty());
    }

    #[test]
    fn colours_are_recognised() {
        assert!(is_colour("#00AAff"));
        for text in ["", "#", "00aaff", "#00aaf", "#00aaffa", "#00aafg", "#äöa"] {
            assert!(!is_colour(text), "{text}");
        }
    }
}
