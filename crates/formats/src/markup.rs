//! Text of other people in pages and Markdown, without any meaning of its own there.

/// What a page allows itself: no script, nothing from elsewhere. It goes into `Content-Security-Policy`.
pub const PAGE_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// Appends text to HTML, inside an element or a quoted attribute.
pub fn html(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
}

/// Appends text to a line of Markdown; line breaks become spaces.
pub fn markdown(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '(' | ')' | '#' | '|' | '!' | '~' => {
                out.push('\\');
                out.push(c);
            }
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
}

/// A text cut after so many characters, which is then told by an ellipsis.
#[must_use]
pub fn shortened(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((end, _)) => [text.get(..end).unwrap_or(text), "…"].concat(),
        None => text.to_owned(),
    }
}

/// A page around a body that is HTML already.
#[must_use]
pub fn page(title: &str, body: &str) -> String {
    let mut out = String::with_capacity(body.len() + 1_024);
    out.push_str("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>");
    html(&mut out, title);
    out.push_str(
        "</title><style>body{font:14px/1.4 sans-serif;margin:2em;color:#222}table{border-collapse:collapse}",
    );
    out.push_str(
        "th,td{border:1px solid #ccc;padding:2px 5px;vertical-align:top;text-align:left;font-size:12px}",
    );
    out.push_str(".tag{border-radius:3px;padding:1px 5px;border:1px solid #999}</style></head><body>\n");
    out.push_str(body);
    out.push_str("</body></html>\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::HOSTILE;

    #[test]
    fn hostile_text_stays_text() {
        for text in HOSTILE
            .iter()
            .chain(&["<script>alert(1)</script>", "](javascript:x)", "\" onload=\"x"])
        {
            let (mut page, mut line) = (String::new(), String::new());
            html(&mut page, text);
            markdown(&mut line, text);
            assert!(!page.contains(['<', '>', '"', '\'']), "{page}");
            assert!(!line.contains(['\n', '\r', '<', '>']), "{line}");
            let unescaped = line
                .replace("\\\\", "")
                .replace("\\[", "")
                .replace("\\]", "")
                .replace("\\(", "");
            assert!(!unescaped.contains(['[', ']', '(']), "{line}");
        }
    }

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(shortened("äöü", 3), "äöü");
        assert_eq!(shortened("äöü", 2), "äö…");
    }
}
