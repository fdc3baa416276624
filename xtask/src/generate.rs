//! Made-up events in MISP JSON: always the same for the same seed, no value twice, and nobody's
//! addresses (names below `.example`, the reserved IPv4 block 240.0.0.0/4, 2001:db8::/32).

/// A small generator of repeatable numbers (SplitMix64).
pub struct Random {
    state: u64,
    made: u64,
}

impl Random {
    /// The sequence of `seed`.
    pub fn new(seed: u64) -> Self {
        Self { state: seed, made: 0 }
    }

    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`, which must not be 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// A random uuid (version 4).
    pub fn uuid(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xFFFF,
            high & 0xFFF,
            0x8000 | ((low >> 48) & 0x3FFF),
            low & 0xFFFF_FFFF_FFFF
        )
    }
}

/// One attribute.
pub struct Sample {
    /// Its type.
    pub kind: &'static str,
    /// Its category.
    pub category: &'static str,
    /// Its value; the halves of a composite type are joined with `|`.
    pub value: String,
    /// Its uuid.
    pub uuid: String,
}

impl Sample {
    fn new(random: &mut Random) -> Self {
        random.made += 1;
        let number = random.made;
        let (a, b) = (random.next(), random.next());
        let (kind, category, value) = match number % 10 {
            0 => ("md5", "Payload delivery", format!("{a:016x}{b:016x}")),
            // An odd factor makes this a permutation of 28 bits: no address comes twice.
            1 | 2 => (
                "ip-dst",
                "Network activity",
                ipv4(number.wrapping_mul(0x9E37_79B1) & 0x0FFF_FFFF),
            ),
            3 => ("domain", "Network activity", format!("{:012x}.example", a >> 16)),
            4 => (
                "hostname",
                "Network activity",
                format!("h{number}.{:08x}.example", a >> 32),
            ),
            5 => (
                "url",
                "Network activity",
                format!("http://{:08x}.example/{b:016x}", a >> 32),
            ),
            6 => (
                "ip-src",
                "Network activity",
                format!("2001:db8::{:x}:{:x}", 1 + (number >> 16), 1 + (number & 0xFFFE)),
            ),
            7 => (
                "filename|md5",
                "Payload delivery",
                format!("f{number}.exe|{a:016x}{b:016x}"),
            ),
            8 => (
                "email-src",
                "Payload delivery",
                format!("u{number}@{:08x}.example", a >> 32),
            ),
            _ => (
                "sha256",
                "Payload delivery",
                format!("{a:016x}{b:016x}{:016x}{:016x}", !a, !b),
            ),
        };
        Self {
            kind,
            category,
            value,
            uuid: random.uuid(),
        }
    }

    /// As MISP JSON.
    pub fn json(&self) -> String {
        format!(
            r#"{{"type":"{}","category":"{}","to_ids":true,"value":"{}","uuid":"{}"}}"#,
            self.kind, self.category, self.value, self.uuid
        )
    }
}

fn ipv4(low: u64) -> String {
    let address = 0xF000_0000 | low;
    format!(
        "{}.{}.{}.{}",
        address >> 24,
        (address >> 16) & 255,
        (address >> 8) & 255,
        address & 255
    )
}

/// One event.
pub struct Event {
    /// Its uuid.
    pub uuid: String,
    /// Its attributes.
    pub samples: Vec<Sample>,
}

impl Event {
    /// An event of `attributes` attributes.
    pub fn new(random: &mut Random, attributes: usize) -> Self {
        Self {
            uuid: random.uuid(),
            samples: (0..attributes).map(|_| Sample::new(random)).collect(),
        }
    }

    /// As MISP JSON with further fields of the event, each preceded by a comma.
    pub fn json(&self, fields: &str) -> Vec<u8> {
        let mut text = String::with_capacity(256 + self.samples.len() * 180);
        text.push_str(&format!(
            r#"{{"Event":{{"info":"generated event of {} attributes","uuid":"{}","date":"2026-01-15","distribution":"0","analysis":"0","threat_level_id":"4","Attribute":["#,
            self.samples.len(),
            self.uuid
        ));
        for (position, sample) in self.samples.iter().enumerate() {
            if position > 0 {
                text.push(',');
            }
            text.push_str(&sample.json());
        }
        text.push(']');
        text.push_str(fields);
        text.push_str("}}");
        text.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_generated_event_is_json_with_the_asked_number_of_attributes() {
        let event = Event::new(&mut Random::new(1), 25);
        let json: serde_json::Value = serde_json::from_slice(&event.json("")).unwrap();
        assert_eq!(json["Event"]["uuid"], event.uuid.as_str());
        assert_eq!(json["Event"]["Attribute"].as_array().unwrap().len(), 25);
    }

    #[test]
    fn the_same_seed_gives_the_same_event() {
        let make = || Event::new(&mut Random::new(7), 30).json("");
        assert_eq!(make(), make());
    }

    #[test]
    fn no_value_comes_twice() {
        let event = Event::new(&mut Random::new(3), 200_000);
        let values: BTreeSet<&str> = event.samples.iter().map(|sample| sample.value.as_str()).collect();
        assert_eq!(values.len(), event.samples.len());
    }

    #[test]
    fn uuids_have_their_form() {
        let uuid = Random::new(5).uuid();
        assert_eq!(uuid.len(), 36);
        assert_eq!(uuid.as_bytes()[14], b'4');
        assert!(b"89ab".contains(&uuid.as_bytes()[19]), "{uuid}");
    }
}
