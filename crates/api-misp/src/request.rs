//! From a URL to controller, action, arguments and named parameters. spec: 03#1
use percent_encoding::percent_decode_str;

/// How the caller wants the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON.
    Json,
    /// XML.
    Xml,
    /// CSV.
    Csv,
}

/// The parsed target of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Controller in lower case without underscores: `sharinggroups`.
    pub controller: String,
    /// Action in lower case, with `admin_` in front below `/admin`.
    pub action: String,
    /// Positional arguments.
    pub args: Vec<String>,
    /// Named parameters of path and query, in order.
    pub named: Vec<(String, String)>,
    /// Representation from a suffix of the last segment.
    pub format: Option<Format>,
    /// Path as sent, for error bodies.
    pub path: String,
}

/// A path that names nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unroutable;

/// Reads path and query. Segments that a path may not hold (`..`, empty, NUL, an encoded slash) make it
/// unroutable, so that no spelling reaches another route. spec: 11#BI-T16
///
/// # Errors
/// [`Unroutable`].
pub fn parse(path: &str, query: Option<&str>, method: &http::Method) -> Result<Target, Unroutable> {
    let mut format = None;
    let mut segments = Vec::new();
    let trimmed = path.strip_prefix('/').ok_or(Unroutable)?;
    let trimmed = trimmed.strip_suffix('/').unwrap_or(trimmed);
    let raw: Vec<&str> = if trimmed.is_empty() {
        Vec::new()
    } else {
        trimmed.split('/').collect()
    };
    let last = raw.len().saturating_sub(1);
    for (i, segment) in raw.iter().enumerate() {
        let mut text = decode(segment)?;
        if i == last
            && let Some((stem, kind)) = suffix(&text)
        {
            format = Some(kind);
            text = stem;
        }
        segments.push(text);
    }
    let mut segments = segments.into_iter();
    let mut controller = segments.next().unwrap_or_default();
    let admin = controller.eq_ignore_ascii_case("admin");
    if admin {
        controller = segments.next().ok_or(Unroutable)?;
    }
    let mut args = Vec::new();
    let mut named = Vec::new();
    for segment in segments {
        match named_parameter(&segment) {
            Some(pair) => named.push(pair),
            None => args.push(segment),
        }
    }
    let controller = canonical(&controller);
    let mut action = shorthand(&controller, &mut args, method);
    if admin {
        action = format!("admin_{action}");
    }
    named.extend(query.map(query_parameters).unwrap_or_default());
    Ok(Target {
        controller,
        action,
        args,
        named,
        format,
        path: path.to_owned(),
    })
}

fn decode(segment: &str) -> Result<String, Unroutable> {
    let text = percent_decode_str(&segment.replace('+', " "))
        .decode_utf8()
        .map_err(|_| Unroutable)?
        .into_owned();
    let hostile = text.is_empty() || text == "." || text == ".." || text.contains('\0');
    if hostile { Err(Unroutable) } else { Ok(text) }
}

fn suffix(text: &str) -> Option<(String, Format)> {
    [
        (".json", Format::Json),
        (".xml", Format::Xml),
        (".csv", Format::Csv),
    ]
    .into_iter()
    .find_map(|(suffix, format)| text.strip_suffix(suffix).map(|stem| (stem.to_owned(), format)))
    .filter(|(stem, _)| !stem.is_empty())
}

fn named_parameter(segment: &str) -> Option<(String, String)> {
    let (key, value) = segment.split_once(':')?;
    let is_name = !key.is_empty()
        && key
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'[' | b']' | b'.' | b'-'));
    is_name.then(|| (key.to_owned(), value.to_owned()))
}

/// Lower case without underscores: `sharing_groups`, `sharingGroups` and `SharingGroups` are one controller.
#[must_use]
pub fn canonical(name: &str) -> String {
    name.chars()
        .filter(|c| *c != '_')
        .flat_map(char::to_lowercase)
        .collect()
}

/// The action, or what the REST shorthand for events and attributes means. spec: 03#1.2
fn shorthand(controller: &str, args: &mut Vec<String>, method: &http::Method) -> String {
    let rest = matches!(controller, "events" | "attributes");
    let first_is_id = args
        .first()
        .is_some_and(|arg| entente_model::id::Ref::parse(arg).is_some());
    if rest && first_is_id {
        return match *method {
            http::Method::DELETE => "delete",
            http::Method::POST | http::Method::PUT => "edit",
            _ => "view",
        }
        .to_owned();
    }
    if args.is_empty() {
        return if rest && *method == http::Method::POST {
            "add"
        } else {
            "index"
        }
        .to_owned();
    }
    args.remove(0).to_lowercase()
}

fn query_parameters(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .filter_map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let text = |part: &str| {
                percent_decode_str(&part.replace('+', " "))
                    .decode_utf8()
                    .ok()
                    .map(std::borrow::Cow::into_owned)
            };
            Some((text(key)?, text(value)?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Method;

    fn target(path: &str) -> Target {
        parse(path, None, &Method::GET).unwrap()
    }

    #[test]
    fn paths_become_controller_action_and_parameters() {
        let t = target("/events/restSearch/json/null/ip-dst/page:2/tag:tlp%3Agreen");
        assert_eq!(
            (t.controller.as_str(), t.action.as_str()),
            ("events", "restsearch")
        );
        assert_eq!(t.args, ["json", "null", "ip-dst"]);
        assert_eq!(
            t.named,
            [
                ("page".to_owned(), "2".to_owned()),
                ("tag".to_owned(), "tlp:green".to_owned())
            ]
        );
        let t = target("/admin/users/view/5.json");
        assert_eq!(
            (t.controller.as_str(), t.action.as_str(), t.format),
            ("users", "admin_view", Some(Format::Json))
        );
        assert_eq!(target("/sharing_groups").action, "index");
        assert_eq!(
            target("/sharing_groups").controller,
            target("/sharingGroups").controller
        );
    }

    #[test]
    fn shorthand_follows_the_method() {
        let action = |method, path| parse(path, None, &method).unwrap().action;
        assert_eq!(action(Method::GET, "/events/7"), "view");
        assert_eq!(action(Method::PUT, "/events/7"), "edit");
        assert_eq!(
            action(Method::DELETE, "/attributes/0f9b0e3a-6b1f-4f7c-9a58-3c3a1f0c2d11"),
            "delete"
        );
        assert_eq!(action(Method::POST, "/events"), "add");
        assert_eq!(action(Method::GET, "/events"), "index");
    }

    #[test]
    fn bi_t16_hostile_paths_name_nothing() {
        for path in [
            "/events/../users/view/1",
            "/events/%2e%2e/users",
            "/events//view",
            "/events/view/%00",
            "events",
        ] {
            assert!(parse(path, None, &Method::GET).is_err(), "{path}");
        }
        // An encoded slash stays inside its segment.
        assert_eq!(target("/events/view/1%2f2").args, ["1/2"]);
    }
}
