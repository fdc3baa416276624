//! Requests of browsers from elsewhere: off by default, exact origins where they are on. spec: 02#5.2, 11#SR-SE-5
use crate::answer::Answer;
use crate::failure::Failure;
use entente_engine::settings::Settings;
use http::{HeaderMap, HeaderName, Method, StatusCode, header};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const METHODS: &str = "GET, HEAD, POST, PUT, DELETE";
const HEADERS: &str = "Authorization, X-MISP-AUTH, Content-Type, Accept";
const EXPOSED: &str = "X-Result-Count, X-Request-Id, Location, Retry-After";

/// The origin of a request, when scripts of that origin may ask. Never with cookies: the key is all that counts.
fn allowed_origin(settings: &Settings, headers: &HeaderMap) -> Option<String> {
    let origin = headers.get(header::ORIGIN)?.to_str().ok()?;
    let listed = settings.text("Security.cors_origins");
    let known = listed.split(',').map(str::trim).any(|known| known == origin);
    (known && !origin.is_empty() && settings.bool("Security.allow_cors")).then(|| origin.to_owned())
}

/// The answer to a question whether a request may be sent; `None` when it is no such question.
pub fn preflight(settings: &Settings, method: &Method, headers: &HeaderMap) -> Option<Answer> {
    let asks = method == Method::OPTIONS && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if !asks || allowed_origin(settings, headers).is_none() {
        return None;
    }
    let answer = Answer::text("text/plain; charset=UTF-8", "").with_status(StatusCode::NO_CONTENT);
    Some(
        answer
            .with_header(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS)
            .with_header(header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS)
            .with_header(header::ACCESS_CONTROL_MAX_AGE, "600"),
    )
}

/// The answer as scripts of an allowed origin may read it.
pub fn shared(settings: &Settings, headers: &HeaderMap, answer: Answer) -> Answer {
    match allowed_origin(settings, headers) {
        None => answer,
        Some(origin) => answer
            .with_header(header::ACCESS_CONTROL_ALLOW_ORIGIN, &origin)
            .with_header(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED)
            .with_header(header::VARY, "Origin"),
    }
}

/// Refuses changes that a page of another site has its reader's browser ask for.
///
/// # Errors
/// 403.
pub fn check_site(settings: &Settings, method: &Method, headers: &HeaderMap) -> Result<(), Failure> {
    let changes = !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    let elsewhere = headers
        .get(FETCH_SITE)
        .is_some_and(|site| !matches!(site.as_bytes(), b"same-origin" | b"none"));
    if changes
        && elsewhere
        && settings.bool("Security.check_sec_fetch_site_header")
        && allowed_origin(settings, headers).is_none()
    {
        return Err(Failure::forbidden(
            "Requests that change something are not taken from pages of other sites.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(pairs: &[(&str, &str)]) -> Settings {
        let rows: Vec<_> = pairs
            .iter()
            .map(|(name, json)| ((*name).to_owned(), (*json).to_owned()))
            .collect();
        Settings::load(&rows)
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
    }

    const OPEN: [(&str, &str); 2] = [
        ("Security.allow_cors", "true"),
        (
            "Security.cors_origins",
            "\"https://a.example, https://b.example:8443\"",
        ),
    ];

    #[test]
    fn only_listed_origins_may_ask() {
        let asking = |origin: &str| headers(&[("origin", origin), ("access-control-request-method", "POST")]);
        let open = settings(&OPEN);
        for (origin, allowed) in [
            ("https://a.example", true),
            ("https://b.example:8443", true),
            ("https://b.example", false),
            ("http://a.example", false),
            ("https://evil.a.example", false),
            ("null", false),
            ("", false),
        ] {
            let asked = preflight(&open, &Method::OPTIONS, &asking(origin));
            assert_eq!(asked.is_some(), allowed, "{origin}");
            let answer = shared(&open, &asking(origin), Answer::text("text/plain", "x"));
            assert_eq!(
                answer.headers.get(header::ACCESS_CONTROL_ALLOW_ORIGIN).is_some(),
                allowed,
                "{origin}"
            );
            assert!(
                !answer
                    .headers
                    .contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS)
            );
        }
        let closed = settings(&OPEN[1..]);
        assert!(preflight(&closed, &Method::OPTIONS, &asking("https://a.example")).is_none());
    }

    #[test]
    fn pages_of_other_sites_change_nothing() {
        let check = |settings: &Settings, method, site, origin: &str| {
            check_site(
                settings,
                &method,
                &headers(&[("sec-fetch-site", site), ("origin", origin)]),
            )
            .is_ok()
        };
        let plain = settings(&[]);
        assert!(!check(&plain, Method::POST, "cross-site", "https://a.example"));
        assert!(!check(&plain, Method::DELETE, "same-site", "https://a.example"));
        assert!(check(&plain, Method::POST, "same-origin", "https://a.example"));
        assert!(check(&plain, Method::POST, "none", ""));
        assert!(check(&plain, Method::GET, "cross-site", "https://a.example"));
        assert!(check(
            &settings(&OPEN),
            Method::POST,
            "cross-site",
            "https://a.example"
        ));
        assert!(!check(
            &settings(&OPEN),
            Method::POST,
            "cross-site",
            "https://c.example"
        ));
        assert!(check_site(&plain, &Method::POST, &HeaderMap::new()).is_ok());
    }
}
