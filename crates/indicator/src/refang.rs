//! Makes defanged text live again: `hxxp://example[.]org` → `http://example.org`. spec: 01#9 step 3

use std::borrow::Cow;

/// What is refanged in a value of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refang {
    /// Nothing: the value is taken whole.
    Whole,
    /// Dots.
    Host,
    /// Dots and the at sign.
    Email,
    /// The scheme, colons and dots.
    Url,
}

const DOTS: &[(&str, &str)] = &[("[.]", "."), ("[dot]", "."), ("(dot)", ".")];
const ATS: &[(&str, &str)] = &[("[@]", "@"), ("[at]", "@")];
const COLONS: &[(&str, &str)] = &[("[hxxp://]", "http://"), ("[:]", ":")];

/// Spellings of `http` at the start, compared without case.
const SCHEMES: [&str; 5] = ["hxxp", "hxtp", "htxp", "meow", "h[tt]p"];

impl Refang {
    pub(crate) fn apply(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Whole => Cow::Borrowed(text),
            Self::Host => replace_marks(text, &[DOTS]),
            Self::Email => replace_marks(text, &[DOTS, ATS]),
            Self::Url => match replace_marks(text, &[COLONS, DOTS]) {
                Cow::Borrowed(text) => live_scheme(text),
                Cow::Owned(text) => Cow::Owned(live_scheme(&text).into_owned()),
            },
        }
    }
}

/// Replaces the marks, each when its last character has been copied: linear however deep marks are nested,
/// and nothing is left to replace in the result.
fn replace_marks<'a>(text: &'a str, marks: &[&[(&str, &str)]]) -> Cow<'a, str> {
    if !text.bytes().any(|byte| byte == b']' || byte == b')') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        out.push(c);
        if !matches!(c, ']' | ')') {
            continue;
        }
        if let Some((mark, live)) = marks
            .iter()
            .copied()
            .flatten()
            .find(|(mark, _)| out.ends_with(mark))
        {
            out.truncate(out.len() - mark.len());
            out.push_str(live);
        }
    }
    Cow::Owned(out)
}

fn live_scheme(text: &str) -> Cow<'_, str> {
    let rest = SCHEMES.iter().find_map(|scheme| {
        let (start, rest) = text.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    });
    rest.map_or(Cow::Borrowed(text), |rest| Cow::Owned(format!("http{rest}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_replaces_its_marks_only() {
        assert_eq!(
            Refang::Url.apply("HXXPs[:]//a[.]b(dot)c[dot]d[@]"),
            "https://a.b.c.d[@]"
        );
        assert_eq!(Refang::Url.apply("[hxxp://]x"), "http://x");
        assert_eq!(Refang::Url.apply("h[tt]p://x"), "http://x");
        assert_eq!(Refang::Email.apply("u[at]h[.]org[:]"), "u@h.org[:]");
        assert_eq!(Refang::Host.apply("a[.]b(.)c"), "a.b(.)c");
        assert_eq!(Refang::Whole.apply("a[.]b"), "a[.]b");
    }

    #[test]
    fn nested_marks_leave_nothing_to_replace() {
        let nested = format!(
            "{}{}",
            "[".repeat(30_000),
            "dot]".to_owned() + &"]".repeat(29_999)
        );
        let once = Refang::Host.apply(&nested).into_owned();
        assert_eq!(Refang::Host.apply(&once), once);
    }
}
