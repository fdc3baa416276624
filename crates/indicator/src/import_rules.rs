//! The instance's import rules: patterns that rewrite or refuse incoming values. spec: 01#9 step 5, 08#16
//!
//! Patterns run on the linear-time engine, so no rule can stall a server; look-around and back-references
//! are refused when the rule is made.

use std::borrow::Cow;
use std::sync::OnceLock;

use regex::Regex;
use thiserror::Error;

use crate::AttributeType;
use crate::value::{MAX_VALUE_BYTES, ValueError};

/// One rule as an administrator writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRule {
    /// A delimited regular expression with flags (`imsx`), such as `/.:.Windows./i`.
    pub pattern: String,
    /// What a match becomes (`$1` or `\1` for a group); empty refuses the value.
    pub replacement: String,
    /// The type it is for; all types if absent.
    pub ty: Option<AttributeType>,
}

/// Why a rule cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ImportRuleError {
    /// No delimiters around the pattern.
    #[error("the pattern `{0}` needs a delimiter at both ends, as in /abc/i")]
    Delimiter(String),
    /// A flag other than `i`, `m`, `s`, `x`, `u`.
    #[error("the pattern `{pattern}` has the unknown flag `{flag}`; known are i, m, s, u and x")]
    Flag {
        /// The pattern as given.
        pattern: String,
        /// The offending flag.
        flag: char,
    },
    /// Not a regular expression of the linear-time engine.
    #[error("the pattern `{pattern}` cannot be used: {reason}")]
    Pattern {
        /// The pattern as given.
        pattern: String,
        /// What the engine says.
        reason: String,
    },
}

/// Compiled rules, applied in order. Compile once and share.
#[derive(Debug, Clone, Default)]
pub struct ImportRules {
    /// Matches whenever any rule does: the one test that an ordinary value costs.
    any: Option<Regex>,
    rules: Vec<Compiled>,
}

#[derive(Debug, Clone)]
struct Compiled {
    pattern: Regex,
    replacement: String,
    ty: Option<AttributeType>,
}

impl ImportRules {
    /// Compiles rules; they apply in the given order.
    ///
    /// # Errors
    /// The first rule that cannot be compiled.
    pub fn new(rules: &[ImportRule]) -> Result<Self, ImportRuleError> {
        let mut compiled = Vec::with_capacity(rules.len());
        let mut sources = Vec::with_capacity(rules.len());
        for rule in rules {
            let source = engine_pattern(&rule.pattern)?;
            let pattern = compile(&rule.pattern, &source)?;
            sources.push(source);
            compiled.push(Compiled {
                pattern,
                replacement: engine_replacement(&rule.replacement),
                ty: rule.ty,
            });
        }
        let any = match sources.as_slice() {
            [] => None,
            sources => Some(compile("all rules together", &sources.join("|"))?),
        };
        Ok(Self { any, rules: compiled })
    }

    /// No rules.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            any: None,
            rules: Vec::new(),
        }
    }

    /// The rules of a fresh installation: Windows paths with their environment variables. spec: 01#9 step 5
    #[must_use]
    pub fn shipped() -> &'static Self {
        static SHIPPED: OnceLock<ImportRules> = OnceLock::new();
        // A test compiles them, so the default of no rules is never taken.
        SHIPPED.get_or_init(|| Self::new(&Self::shipped_list()).unwrap_or_default())
    }

    /// The rules of a fresh installation as an administrator sees them.
    #[must_use]
    pub fn shipped_list() -> Vec<ImportRule> {
        let rule = |path: &str, replacement: &str| ImportRule {
            pattern: format!("/{path}/i"),
            replacement: replacement.to_owned(),
            ty: None,
        };
        let rewriting = SHIPPED.iter().map(|(path, replacement)| rule(path, replacement));
        rewriting
            .chain(REJECTED.iter().map(|path| rule(path, "")))
            .collect()
    }

    /// The value after all rules of its type.
    ///
    /// # Errors
    /// When a rule with an empty replacement matches, or a replacement makes the value too long.
    pub fn apply<'a>(&self, ty: AttributeType, value: &'a str) -> Result<Cow<'a, str>, ValueError> {
        let mut value = Cow::Borrowed(value);
        let nothing_matches = self.any.as_ref().is_none_or(|any| !any.is_match(&value));
        if ty.skips_import_rules() || nothing_matches {
            return Ok(value);
        }
        for rule in self
            .rules
            .iter()
            .filter(|rule| rule.ty.is_none_or(|only| only == ty))
        {
            if !rule.pattern.is_match(&value) {
                continue;
            }
            if rule.replacement.is_empty() {
                return Err(ValueError::new(format!(
                    "The value matches the import rule {} of this instance, which refuses such values.",
                    rule.pattern
                )));
            }
            value = Cow::Owned(
                rule.pattern
                    .replace_all(&value, rule.replacement.as_str())
                    .into_owned(),
            );
            // Several rules could otherwise multiply the length without bound.
            if value.len() > MAX_VALUE_BYTES {
                return Err(ValueError::new(format!(
                    "The import rules of this instance make the value longer than {MAX_VALUE_BYTES} bytes."
                )));
            }
        }
        Ok(value)
    }
}

/// Values that leave an instance in no export, as patterns of its administrators. spec: 04#6, 08#16
#[derive(Debug, Clone, Default)]
pub struct AllowedValues(Option<Regex>);

impl AllowedValues {
    /// Compiles delimited patterns, as those of import rules.
    ///
    /// # Errors
    /// The first pattern that cannot be compiled.
    pub fn new<T: AsRef<str>>(patterns: &[T]) -> Result<Self, ImportRuleError> {
        let mut sources = Vec::with_capacity(patterns.len());
        for pattern in patterns {
            let source = engine_pattern(pattern.as_ref())?;
            compile(pattern.as_ref(), &source)?;
            sources.push(source);
        }
        match sources.as_slice() {
            [] => Ok(Self(None)),
            sources => Ok(Self(Some(compile("all patterns together", &sources.join("|"))?))),
        }
    }

    /// Whether there is any pattern.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Whether a value fits any pattern.
    #[must_use]
    pub fn hold(&self, value: &str) -> bool {
        self.0.as_ref().is_some_and(|patterns| patterns.is_match(value))
    }
}

/// Paths and what they become, in order. `.` stands for any separator (and for the drive letter).
const SHIPPED: &[(&str, &str)] = &[
    (r".:.ProgramData.", r"%ALLUSERSPROFILE%\"),
    (r".:.Documents and Settings.All Users.", r"%ALLUSERSPROFILE%\"),
    (r".:.Program Files.Common Files.", r"%COMMONPROGRAMFILES%\"),
    (r".:.Users\\[^\\\n]*\\AppData.Local.Temp.", r"%TEMP%\"),
    (r".:.Program Files.", r"%PROGRAMFILES%\"),
    (r".:.Users.Public.", r"%PUBLIC%\"),
    (
        r".:.Documents and Settings\\[^\\\n]*\\Local Settings.Temp.",
        r"%TEMP%\",
    ),
    (r".:.Users\\[^\\\n]*\\AppData.Local.", r"%LOCALAPPDATA%\"),
    (r".:.Users\\[^\\\n]*\\AppData.Roaming.", r"%APPDATA%\"),
    (r".:.Users\\[^\\\n]*\\Application Data.", r"%APPDATA%\"),
    (r".:.Windows\\[^\\\n]*\\Application Data.", r"%APPDATA%\"),
    (r".:.Users\\[^\\\n]*\\", r"%USERPROFILE%\"),
    (r".:.Documents and Settings\\[^\\\n]*\\", r"%USERPROFILE%\"),
    (r".:.Windows.", r"%WINDIR%\"),
    (r".REGISTRY.USER.S-1(?:-[0-9]+)+", "HKCU"),
    (r".REGISTRY.MACHINE.", r"HKLM\"),
];

/// Paths of values that say nothing: caches that every machine has.
const REJECTED: &[&str] = &[
    r"%USERPROFILE%.Application Data.Microsoft.UProof",
    r"%USERPROFILE%.Local Settings.History",
    r"%APPDATA%.Microsoft.UProof",
    r"%LOCALAPPDATA%.Microsoft.Windows.Temporary Internet Files",
];

/// The pattern between its delimiters, with the flags as the engine writes them.
fn engine_pattern(given: &str) -> Result<String, ImportRuleError> {
    let delimiter = || ImportRuleError::Delimiter(given.to_owned());
    let mut rest = given.chars();
    let open = rest
        .next()
        .filter(|c| !c.is_alphanumeric() && *c != '\\')
        .ok_or_else(delimiter)?;
    let close = match open {
        '(' => ')',
        '[' => ']',
        '{' => '}',
        '<' => '>',
        other => other,
    };
    let (body, flags) = rest.as_str().rsplit_once(close).ok_or_else(delimiter)?;
    let mut kept = String::new();
    for flag in flags.chars() {
        match flag {
            'i' | 'm' | 's' | 'x' => kept.push(flag),
            // Patterns are always Unicode here.
            'u' => {}
            _ => {
                return Err(ImportRuleError::Flag {
                    pattern: given.to_owned(),
                    flag,
                });
            }
        }
    }
    // A line break ends a comment that an `x` pattern may end with.
    let end = if kept.contains('x') { "\n)" } else { ")" };
    Ok(if kept.is_empty() {
        format!("(?:{body}{end}")
    } else {
        format!("(?{kept}:{body}{end}")
    })
}

fn compile(given: &str, source: &str) -> Result<Regex, ImportRuleError> {
    Regex::new(source).map_err(|error| ImportRuleError::Pattern {
        pattern: given.to_owned(),
        reason: error.to_string(),
    })
}

/// Writes `$1`, `${1}` and `\1` as groups of the engine, anything else as plain text.
fn engine_replacement(given: &str) -> String {
    let mut out = String::with_capacity(given.len());
    let mut rest = given;
    while let Some(c) = rest.chars().next() {
        rest = rest.split_at_checked(c.len_utf8()).map_or("", |(_, rest)| rest);
        if !matches!(c, '$' | '\\') {
            out.push(c);
            continue;
        }
        match group_number(rest, c == '$') {
            Some((number, after)) => {
                out.push_str(&format!("${{{number}}}"));
                rest = after;
            }
            None => out.push_str(if c == '$' { "$$" } else { "\\" }),
        }
    }
    out
}

/// One or two digits, in braces if those are allowed.
fn group_number(text: &str, braces: bool) -> Option<(u8, &str)> {
    let inner = text.strip_prefix('{').filter(|_| braces);
    let digits = inner.unwrap_or(text);
    let length = digits.bytes().take_while(u8::is_ascii_digit).take(2).count();
    let (number, after) = digits.split_at_checked(length)?;
    let after = if inner.is_some() {
        after.strip_prefix('}')?
    } else {
        after
    };
    Some((number.parse().ok()?, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allowed_values_fit_a_pattern() {
        let allowed = AllowedValues::new(&["/^10\\./", "#example#i"]).unwrap();
        assert!(allowed.hold("10.0.0.1") && allowed.hold("www.EXAMPLE.org") && !allowed.hold("110.0.0.1"));
        assert!(AllowedValues::new::<&str>(&[]).unwrap().is_empty());
        assert!(!AllowedValues::default().hold(""));
        assert!(AllowedValues::new(&["nothing"]).is_err());
        assert!(AllowedValues::new(&["/(?=x)/"]).is_err());
    }

    fn shipped(text: &str) -> Result<String, ValueError> {
        ImportRules::shipped()
            .apply(AttributeType::FILENAME, text)
            .map(Cow::into_owned)
    }

    #[test]
    fn the_shipped_rules_compile() {
        assert_eq!(
            ImportRules::new(&ImportRules::shipped_list())
                .unwrap()
                .rules
                .len(),
            20
        );
    }

    #[test]
    fn windows_paths_get_their_variables() {
        for (path, expected) in [
            (r"C:\Users\Public\a.dll", r"%PUBLIC%\a.dll"),
            (r"c:/windows/System32/x", r"%WINDIR%\System32/x"),
            (r"C:\ProgramData\x", r"%ALLUSERSPROFILE%\x"),
            (r"C:\Documents and Settings\All Users\x", r"%ALLUSERSPROFILE%\x"),
            (r"C:\Program Files\Common Files\x", r"%COMMONPROGRAMFILES%\x"),
            (r"D:\Program Files\x", r"%PROGRAMFILES%\x"),
            (r"C:\Users\Bob\AppData\Local\Temp\x", r"%TEMP%\x"),
            (
                r"C:\Documents and Settings\Bob\Local Settings\Temp\x",
                r"%TEMP%\x",
            ),
            (r"C:\Users\Bob\AppData\Local\x", r"%LOCALAPPDATA%\x"),
            (r"C:\Users\Bob\AppData\Roaming\x", r"%APPDATA%\x"),
            (r"C:\Users\Bob\x", r"%USERPROFILE%\x"),
            (r"C:\Documents and Settings\Bob\x", r"%USERPROFILE%\x"),
            // The separator is any character, here a blank: so it is stored everywhere else, too.
            (r"C:\Program Files (x86)\x", r"%PROGRAMFILES%\(x86)\x"),
            (r"\REGISTRY\USER\S-1-5-21-1-2-3-1001\Software", r"HKCU\Software"),
            (r"\registry\machine\Software", r"HKLM\Software"),
            (r"C:/Users/Bob/x", r"C:/Users/Bob/x"),
        ] {
            assert_eq!(shipped(path).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn empty_replacements_refuse() {
        assert!(shipped(r"C:\Users\Bob\AppData\Roaming\Microsoft\UProof\x").is_err());
        assert!(shipped(r"C:\Users\Bob\AppData\Local\Microsoft\Windows\Temporary Internet Files\x").is_err());
    }

    #[test]
    fn some_types_are_left_alone() {
        let text = r"C:\Windows\x";
        assert_eq!(
            ImportRules::shipped()
                .apply(AttributeType::SIGMA, text)
                .as_deref(),
            Ok(text)
        );
    }

    #[test]
    fn own_rules_take_groups_and_types() {
        let rules = ImportRules::new(&[ImportRule {
            pattern: "#user=(\\w+)#i".to_owned(),
            replacement: r"who: $1\1${1}x $ \".to_owned(),
            ty: Some(AttributeType::TEXT),
        }])
        .unwrap();
        assert_eq!(
            rules.apply(AttributeType::TEXT, "USER=ab").as_deref(),
            Ok(r"who: abababx $ \")
        );
        assert_eq!(
            rules.apply(AttributeType::COMMENT, "user=ab").as_deref(),
            Ok("user=ab")
        );
    }

    #[test]
    fn growth_is_limited() {
        let rule = ImportRule {
            pattern: "/a/".into(),
            replacement: "aaaaaaaaaa".into(),
            ty: None,
        };
        let rules = ImportRules::new(&vec![rule; 12]).unwrap();
        assert!(rules.apply(AttributeType::TEXT, "a").is_err());
    }

    #[test]
    fn unusable_rules_are_named() {
        let made = |pattern: &str| {
            ImportRules::new(&[ImportRule {
                pattern: pattern.into(),
                replacement: "x".into(),
                ty: None,
            }])
        };
        assert!(matches!(made("abc"), Err(ImportRuleError::Delimiter(_))));
        assert!(matches!(made("/abc"), Err(ImportRuleError::Delimiter(_))));
        assert!(matches!(
            made("/abc/e"),
            Err(ImportRuleError::Flag { flag: 'e', .. })
        ));
        assert!(matches!(made("/(?=a)/"), Err(ImportRuleError::Pattern { .. })));
        assert!(made("{a # comment}x").is_ok());
    }
}
