//! A strict reader of rules, for tests: it shares no code with what writes them.
use std::collections::HashSet;

/// What Suricata reads at once.
const MAX_LINE: usize = 8191;

/// A rule as a strict reader takes it apart.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) header: Vec<String>,
    pub(super) options: Vec<(String, Option<String>)>,
}

impl Parsed {
    pub(super) fn values(&self, name: &str) -> Vec<&str> {
        let named = self.options.iter().filter(|(option, _)| option == name);
        named.filter_map(|(_, value)| value.as_deref()).collect()
    }
    fn sid(&self) -> u32 {
        assert_eq!(self.values("sid").len(), 1);
        self.values("sid")[0].parse().unwrap()
    }
}

/// Takes one line apart; anything unusual is an error.
fn parse(line: &str) -> Result<Parsed, String> {
    if line.len() > MAX_LINE
        || line
            .chars()
            .any(|c| c.is_control() || "\u{2028}\u{2029}".contains(c))
    {
        return Err("too long, or not one visible line".to_owned());
    }
    let (header, body) = line.split_once('(').ok_or("no options")?;
    let body = body.strip_suffix(' ').unwrap_or(body);
    let mut rest = body.strip_suffix(')').ok_or("no end")?;
    let header: Vec<String> = words(header)?;
    if header.len() != 7 {
        return Err(format!("{} words in the header", header.len()));
    }
    let mut options = Vec::new();
    while !rest.trim().is_empty() {
        let length = option_length(rest)?;
        let option = rest[..length].trim();
        rest = &rest[length + 1..];
        let (name, value) = option
            .split_once(':')
            .map_or((option, None), |(name, value)| (name, Some(value)));
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
        if name.is_empty() || !name.chars().all(plain) {
            return Err(format!("option named {name:?}"));
        }
        options.push((name.to_owned(), value.map(str::to_owned)));
    }
    Ok(Parsed { header, options })
}

/// How far the semicolon is that ends the first option.
fn option_length(text: &str) -> Result<usize, String> {
    let (mut quoted, mut escaped) = (false, false);
    for (i, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ';' if quoted => return Err("a semicolon in a string".to_owned()),
            ';' => return Ok(i),
            '\\' | '(' | ')' if !quoted => return Err(format!("{c} outside of a string")),
            _ => {}
        }
    }
    Err(format!("no end of {text:?}"))
}

/// Words between spaces; lists in brackets are one.
fn words(header: &str) -> Result<Vec<String>, String> {
    let (mut words, mut word, mut depth) = (Vec::new(), String::new(), 0);
    for c in header.chars() {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        if c == ' ' && depth == 0 {
            words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
        } else if c.is_ascii_alphanumeric() || "[]$_.:/,!<>- ".contains(c) {
            word.push(c);
        } else {
            return Err(format!("{c:?} in the header"));
        }
    }
    let open = depth != 0 || !word.is_empty();
    if open {
        Err("open header".to_owned())
    } else {
        Ok(words)
    }
}

/// The bytes that a `content` searches for; escapes and open numbers are errors.
pub(super) fn searched(value: &str) -> Result<Vec<u8>, String> {
    let text = value
        .trim()
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .ok_or("no string")?;
    let pieces: Vec<&str> = text.split('|').collect();
    if pieces.len().is_multiple_of(2) || text.contains(['"', ';', '\\', ':']) || text.is_empty() {
        return Err(format!("content {text:?}"));
    }
    let mut bytes = Vec::new();
    for (i, piece) in pieces.into_iter().enumerate() {
        if i % 2 == 0 {
            bytes.extend_from_slice(piece.as_bytes());
        } else {
            let digits = piece.replace(' ', "");
            bytes.extend(hex::decode(digits).map_err(|error| error.to_string())?);
        }
    }
    Ok(bytes)
}

/// The rules of a document, and how many elements its last line says are left out.
pub(super) fn rules_of(document: &str) -> Result<(Vec<Parsed>, u64), String> {
    let end = document.find("\n# ").ok_or("no head")?;
    let (head, _) = document.split_at(end);
    assert!(head.lines().all(|line| line.starts_with('#')));
    let (mut rules, mut left_out) = (Vec::new(), 0);
    for line in document.split('\n').skip_while(|line| *line != "# ").skip(1) {
        match line.strip_prefix("# left out, because no rule can hold their values: ") {
            Some(count) => left_out = count.parse().map_err(|_| "count")?,
            None => rules.push(parse(line)?),
        }
    }
    let sids: HashSet<u32> = rules.iter().map(Parsed::sid).collect();
    assert_eq!(sids.len(), rules.len());
    Ok((rules, left_out))
}
