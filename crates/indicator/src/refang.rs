//! Makes defanged text live again: `hxxp://example[.]org` → `http://example.org`. spec: 01#9 step 3, 04#8

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
/// Common in reports, but no part of what is refanged when an attribute is saved.
const REPORTS: &[(&str, &str)] = &[("[://]", "://")];

/// Spellings of `http` at the start, compared without case.
const SCHEMES: [&str; 5] = ["hxxp", "hxtp", "htxp", "meow", "h[tt]p"];

impl Refang {
    pub(crate) fn apply(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Whole => Cow::Borrowed(text),
            Self::Host => replace_marks(text, &[DOTS], Brackets::Stay),
            Self::Email => replace_marks(text, &[DOTS, ATS], Brackets::Stay),
            Self::Url => live_scheme(replace_marks(text, &[COLONS, DOTS], Brackets::Stay), |_| true),
        }
    }
}

/// A piece of free text whose type is not known yet: all marks, and brackets around any single character; what
/// `is_wrapping` then finds at the ends goes, too. spec: 04#8 step 3c
pub(crate) fn any_type(text: &str, is_wrapping: impl Fn(char) -> bool) -> Cow<'_, str> {
    let text = match replace_marks(text, &[COLONS, DOTS, ATS, REPORTS], Brackets::AroundOneGo) {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_matches(&is_wrapping)),
        Cow::Owned(text) => Cow::Owned(text.trim_matches(&is_wrapping).to_owned()),
    };
    // Nothing says that this is a URL: `meow.example.org` must stay a name.
    live_scheme(text, ends_scheme)
}

/// What becomes of brackets that belong to no mark.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Brackets {
    Stay,
    /// Those around a single character go.
    AroundOneGo,
}

/// Replaces the marks, each when its last character has been copied: linear however deep marks are nested,
/// and nothing is left to replace in the result.
fn replace_marks<'a>(text: &'a str, marks: &[&[(&str, &str)]], brackets: Brackets) -> Cow<'a, str> {
    if !text.bytes().any(|byte| byte == b']' || byte == b')') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut in_query = false;
    for c in text.chars() {
        out.push(c);
        in_query |= c == '?';
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
        } else if let Some(only) = bracketed_character(&out)
            && brackets == Brackets::AroundOneGo
            // `?id[0]=` names a parameter.
            && !(in_query && only.is_alphanumeric())
        {
            out.truncate(out.len() - only.len_utf8() - 2);
            out.push(only);
        }
    }
    Cow::Owned(out)
}

/// The character in the brackets that the text ends with, if it is a single one.
fn bracketed_character(text: &str) -> Option<char> {
    let mut inner = text.strip_suffix(']')?.chars();
    let only = inner.next_back().filter(|c| !matches!(c, '[' | ']'))?;
    (inner.next_back() == Some('[')).then_some(only)
}

/// Writes `http` at the start, when `follows` agrees with what stands after it.
fn live_scheme(text: Cow<'_, str>, follows: impl Fn(&str) -> bool) -> Cow<'_, str> {
    let rest = SCHEMES.iter().find_map(|scheme| {
        let (start, rest) = text.split_at_checked(scheme.len())?;
        (start.eq_ignore_ascii_case(scheme) && follows(rest)).then_some(rest)
    });
    rest.map(|rest| format!("http{rest}")).map_or(text, Cow::Owned)
}

/// Whether this can follow the letters of a scheme `http`.
fn ends_scheme(rest: &str) -> bool {
    rest.strip_prefix(['s', 'S']).unwrap_or(rest).starts_with(':')
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
    fn what_may_be_anything_loses_every_mark() {
        for (text, live) in [
            ("hXXps[:]//a[.]b(dot)c[dot]d", "https://a.b.c.d"),
            ("meow://a", "http://a"),
            ("h[tt]p://a", "http://a"),
            ("hxtp://a", "http://a"),
            ("HTXP://a", "http://a"),
            ("hxxps[://]a[.]b/c", "https://a.b/c"),
            ("[hxxp://]a", "http://a"),
            ("u[at]h[.]org...", "u@h.org"),
            ("u[@]h[.]org[.]", "u@h.org"),
            ("ex[a]mple[/]", "example/"),
            ("[[a]]", "a"),
            ("[ü]", "ü"),
            ("[]", "[]"),
            ("[ab]", "[ab]"),
            ("[2001:db8::1]:80", "[2001:db8::1]:80"),
            ("2001[:]db8[:][:]1", "2001:db8::1"),
            ("a[.]b/[x]?y[0]=z[.]org", "a.b/x?y[0]=z.org"),
            ("meow.example[.]org", "meow.example.org"),
            ("a(.)b", "a(.)b"),
            ("[.]hxxp://a[.]", "http://a"),
            ("...", ""),
        ] {
            assert_eq!(any_type(text, |c| c == '.'), live);
        }
        assert!(matches!(any_type("a.org", |_| false), Cow::Borrowed("a.org")));
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
        let once = any_type(&nested, |_| false).into_owned();
        assert_eq!(any_type(&once, |_| false), once);
    }
}
