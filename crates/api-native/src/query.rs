//! Query parameters: each known, named once, and well-formed, else the answer says which is not.
use crate::problem::Problem;
use percent_encoding::percent_decode_str;
use uuid::Uuid;

/// Results of one page unless asked otherwise.
const DEFAULT_LIMIT: usize = 100;
/// Results of one page at most.
pub const MAX_LIMIT: usize = 1_000;

/// Decoded parameters, in order.
#[derive(Debug, Default)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads the query of a URL.
    ///
    /// # Errors
    /// 400 for text that is not UTF-8.
    pub fn parse(query: &str) -> Result<Self, Problem> {
        let decoded = |text: &str| {
            let text = text.replace('+', " ");
            let bytes = percent_decode_str(&text).decode_utf8();
            bytes
                .map(std::borrow::Cow::into_owned)
                .map_err(|_| Problem::bad_request("The query is not UTF-8."))
        };
        let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decoded(name)?, decoded(value)?))
        });
        Ok(Self(pairs.collect::<Result<_, Problem>>()?))
    }

    /// Refuses parameters that the endpoint does not know, and repeated ones.
    ///
    /// # Errors
    /// 400 that names the parameter.
    pub fn only(&self, known: &[&str]) -> Result<(), Problem> {
        for (index, (name, _)) in self.0.iter().enumerate() {
            if !known.contains(&name.as_str()) {
                let problem = if known.is_empty() {
                    "This endpoint has no parameters.".to_owned()
                } else {
                    format!("Unknown parameter; this endpoint knows {}.", known.join(", "))
                };
                return Err(Problem::bad_request(problem.clone()).about(name, problem));
            }
            if self.0.iter().skip(index + 1).any(|(other, _)| other == name) {
                return Err(wrong(name, "Send this parameter once."));
            }
        }
        Ok(())
    }

    /// A parameter that is present and not empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// A uuid, if one is given.
    ///
    /// # Errors
    /// 400 for anything else.
    pub fn uuid(&self, name: &str) -> Result<Option<Uuid>, Problem> {
        self.get(name)
            .map(|text| Uuid::try_parse(text).map_err(|_| wrong(name, "This is not a uuid.")))
            .transpose()
    }

    /// A uuid that has to be given.
    ///
    /// # Errors
    /// 400 for anything else.
    pub fn required_uuid(&self, name: &str) -> Result<Uuid, Problem> {
        self.uuid(name)?
            .ok_or_else(|| wrong(name, "This parameter is required."))
    }

    /// The part of a list that is asked for: at most so many, behind the element that the cursor names.
    ///
    /// # Errors
    /// 400 for a limit out of range or a cursor that no answer has given.
    pub fn page(&self) -> Result<(usize, Option<Uuid>), Problem> {
        Ok((self.limit()?, self.cursor(|text| Uuid::try_parse(text).ok())?))
    }

    /// The same for a list whose cursor is a number.
    ///
    /// # Errors
    /// As [`Self::page`].
    pub fn numbered_page(&self) -> Result<(usize, Option<i64>), Problem> {
        Ok((self.limit()?, self.cursor(|text| text.parse().ok())?))
    }

    fn limit(&self) -> Result<usize, Problem> {
        match self.get("limit") {
            None => Ok(DEFAULT_LIMIT),
            Some(text) => text
                .parse()
                .ok()
                .filter(|limit| (1..=MAX_LIMIT).contains(limit))
                .ok_or_else(|| wrong("limit", format!("Choose a number from 1 to {MAX_LIMIT}."))),
        }
    }

    fn cursor<T>(&self, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Problem> {
        self.get("cursor")
            .map(|text| parse(text).ok_or_else(|| wrong("cursor", "Send a next_cursor as it was answered.")))
            .transpose()
    }
}

/// 400 about one parameter.
pub fn wrong(name: &str, detail: impl Into<String>) -> Problem {
    let detail = detail.into();
    Problem::bad_request(format!("{name}: {detail}")).about(name, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded_and_checked() {
        let query =
            Parameters::parse("uuid=5c8d1b4a-0000-4000-8000-000000000001&action=use%2Eblock&org=").unwrap();
        assert!(query.required_uuid("uuid").is_ok());
        assert_eq!(query.get("action"), Some("use.block"));
        assert_eq!(query.uuid("org").unwrap(), None);
        assert!(query.only(&["uuid", "action", "org"]).is_ok());
        assert!(query.only(&["uuid", "action"]).is_err());
        assert!(query.required_uuid("org").is_err());
        assert!(Parameters::parse("a=1&a=2").unwrap().only(&["a"]).is_err());
        assert!(Parameters::parse("a=%ff").is_err());
    }

    #[test]
    fn pages_have_bounds() {
        let page = |query: &str| Parameters::parse(query).unwrap().page();
        assert_eq!(page("").unwrap(), (DEFAULT_LIMIT, None));
        assert_eq!(page("limit=1000").unwrap().0, MAX_LIMIT);
        for bad in ["limit=0", "limit=1001", "limit=-1", "limit=x", "cursor=x"] {
            assert!(page(bad).is_err(), "{bad}");
        }
        let numbered = |query: &str| Parameters::parse(query).unwrap().numbered_page();
        assert_eq!(numbered("cursor=17&limit=5").unwrap(), (5, Some(17)));
        assert!(numbered("cursor=5c8d1b4a-0000-4000-8000-000000000001").is_err());
    }
}
