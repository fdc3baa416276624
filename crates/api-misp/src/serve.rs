//! From an HTTP request to an answer: route, authenticate, authorise, receive, handle. spec: 02#1
use crate::answer::{Answer, Body};
use crate::browser;
use crate::call::Call;
use crate::failure::Failure;
use crate::request::{self, Format, Target};
use crate::routes::{self, BodySize, Route};
use bytes::Bytes;
use entente_engine::auth::{self, Knock, Refusal};
use entente_engine::{Actor, App};
use entente_http::{Limits, ReceiveError, Received, receive};
use entente_policy::endpoint::{self, Condition, EndpointConfig, controller_exists, endpoint_rule};
use http::{HeaderMap, Method, Request, Response, StatusCode, header};
use std::net::IpAddr;
use std::sync::Arc;

const ORDINARY_LIMIT: u64 = 16 << 20;
const EVENT_LIMIT: u64 = 512 << 20;
const LONGEST_URL: usize = 8 << 10;

const NO_KEY: &str = "Authentication failed. Please make sure you pass the API key of an API enabled user along in \
                      the Authorization header.";

/// Answers one request.
pub async fn serve<B>(app: App, request: Request<B>, address: Option<IpAddr>) -> Response<Body>
where
    B: http_body::Body<Data = Bytes> + Send + Unpin,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let path = request.uri().path().to_owned();
    let head = request.method() == Method::HEAD;
    let mut actor = None;
    let (settings, headers) = (app.settings(), request.headers().clone());
    let answer = match answer(app, request, address, &mut actor).await {
        Ok(answer) => answer,
        Err(failure) => refused(failure, &path, &headers),
    };
    let mut response = browser::shared(&settings, &headers, answer).into_response();
    if let Some(actor) = actor {
        let named = settings.bool("Security.username_in_response_header");
        if named && let Ok(name) = username(&actor).parse() {
            response.headers_mut().insert("x-username", name);
        }
        let of_org = settings.bool("Security.user_org_uuid_in_response_header");
        if of_org && let Ok(uuid) = actor.org.uuid.to_string().parse() {
            response.headers_mut().insert("x-userorguuid", uuid);
        }
        // For the access log, which names who was answered.
        response.extensions_mut().insert(actor);
    }
    if head {
        *response.body_mut() = entente_http::spool::Spooled::Memory(Bytes::new()).into_body();
    }
    response
}

/// A refusal in the representation that was asked for. spec: 02#8.1
fn refused(failure: Failure, path: &str, headers: &HeaderMap) -> Answer {
    let suffix = path.ends_with(".xml").then_some(Format::Xml);
    let format = suffix.unwrap_or_else(|| accepted(headers));
    let answer = failure.into_answer(path);
    if format == Format::Xml {
        // A refusal is small and in memory.
        answer
            .into_xml()
            .unwrap_or_else(|error| Failure::from(error).into_answer(path))
    } else {
        answer
    }
}

/// How a caller is named in `X-Username`. spec: 02#5.1
fn username(actor: &Actor) -> String {
    match &actor.key {
        Some(key) => format!("{}/API/{}", actor.user.email, key.id),
        None => actor.user.email.clone(),
    }
}

async fn answer<B>(
    app: App,
    request: Request<B>,
    address: Option<IpAddr>,
    answered: &mut Option<Arc<Actor>>,
) -> Result<Answer, Failure>
where
    B: http_body::Body<Data = Bytes> + Send + Unpin,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let (parts, body) = request.into_parts();
    if parts
        .uri
        .path_and_query()
        .is_some_and(|p| p.as_str().len() > LONGEST_URL)
    {
        return Err(Failure::new(
            StatusCode::URI_TOO_LONG,
            "The URL is longer than 8 KiB.",
        ));
    }
    let known = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::PATCH,
        Method::OPTIONS,
    ];
    if !known.contains(&parts.method) {
        return Err(Failure::not_allowed("Unknown method."));
    }
    let settings = app.settings();
    if let Some(answer) = browser::preflight(&settings, &parts.method, &parts.headers) {
        return Ok(answer);
    }
    browser::check_site(&settings, &parts.method, &parts.headers)?;
    let target = request::parse(parts.uri.path(), parts.uri.query(), &parts.method)
        .map_err(|request::Unroutable| Failure::not_found("Not Found"))?;
    if target.controller == "users" && target.action == "heartbeat" {
        return Ok(Answer::json(&serde_json::Value::from("alive")));
    }
    let actor = match routes::anonymous(&target) {
        Some(handler) => {
            let body = received(&parts.headers, body, BodySize::Ordinary).await?;
            return handler(crate::call::Visit {
                app,
                method: parts.method,
                target,
                headers: parts.headers,
                body,
                address,
            })
            .await;
        }
        None => authenticate(&app, &parts, &target, address).await?,
    };
    *answered = Some(Arc::clone(&actor));
    let _slot = app.take_slot(&actor)?;
    let route = authorise(&app, &actor, &target)?;
    let format = format(&target, &parts.headers);
    let body = received(&parts.headers, body, route.body).await?;
    let call = Call {
        app,
        actor,
        method: parts.method,
        target,
        headers: parts.headers,
        body,
        format,
    };
    // What a search is written as, its own parameter says; who uploads STIX says how the document is written, and
    // reads JSON. spec: 03#3.8
    let as_xml = format == Format::Xml
        && !matches!(
            call.target.action.as_str(),
            "restsearch" | "stix" | "stix2" | "upload_stix"
        );
    let if_none_match = call.headers.get(header::IF_NONE_MATCH).cloned();
    let expires = call
        .actor
        .key
        .as_ref()
        .map(|key| key.expiration)
        .filter(|end| *end != 0);
    let answer = (route.handler)(call).await?;
    let answer = if as_xml { answer.into_xml()? } else { answer };
    let answer = match if_none_match {
        Some(tags) => crate::etag::conditional(answer, &tags)?,
        None => answer,
    };
    Ok(match expires {
        Some(end) => answer.with_header(
            header::HeaderName::from_static("x-auth-key-expiration"),
            &entente_misp::time::offset(end),
        ),
        None => answer,
    })
}

async fn received<B>(headers: &HeaderMap, body: B, size: BodySize) -> Result<Received, Failure>
where
    B: http_body::Body<Data = Bytes> + Send + Unpin,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let limit = match size {
        BodySize::Ordinary => ORDINARY_LIMIT,
        BodySize::Event => EVENT_LIMIT,
    };
    let is_json = headers
        .get(header::CONTENT_TYPE)
        .is_none_or(|v| v.as_bytes().windows(4).any(|w| w.eq_ignore_ascii_case(b"json")));
    receive(
        headers,
        body,
        Limits {
            decompressed: limit,
            json: is_json,
        },
    )
    .await
    .map_err(|error| {
        let status = match &error {
            ReceiveError::TooLarge { .. } | ReceiveError::Bomb => StatusCode::PAYLOAD_TOO_LARGE,
            ReceiveError::Encoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ReceiveError::Json(_) => StatusCode::METHOD_NOT_ALLOWED,
            ReceiveError::Read(_) => StatusCode::BAD_REQUEST,
            ReceiveError::Spool(_) => StatusCode::SERVICE_UNAVAILABLE,
        };
        let prefix = if matches!(error, ReceiveError::Json(_)) {
            "Invalid JSON input. "
        } else {
            ""
        };
        Failure::new(status, format!("{prefix}{error}")).with_header(header::CONNECTION, "close")
    })
}

async fn authenticate(
    app: &App,
    parts: &http::request::Parts,
    target: &Target,
    address: Option<IpAddr>,
) -> Result<Arc<Actor>, Failure> {
    let headers = &parts.headers;
    // Without arguments, which may be a key.
    let path = format!("/{}/{}", target.controller, target.action);
    let knock = Knock {
        address,
        method: parts.method.as_str(),
        path: &path,
    };
    let header = headers
        .get("x-misp-auth")
        .or_else(|| headers.get(header::AUTHORIZATION))
        .and_then(|v| v.to_str().ok());
    let in_url = target
        .named
        .iter()
        .find(|(key, _)| key == "apikey")
        .map(|(_, value)| value.as_str());
    let in_url = in_url.filter(|_| app.settings().bool("Security.allow_unsafe_apikey_named_param"));
    let refusal = match header.or(in_url) {
        Some(text) => match auth::by_header(app, text, knock).await? {
            Ok(actor) => return Ok(actor),
            Err(refusal) => refusal,
        },
        None => Refusal::Unknown,
    };
    let xhr = headers
        .get("x-requested-with")
        .is_some_and(|v| v.as_bytes() == b"XMLHttpRequest");
    Err(match refusal {
        Refusal::Unknown if xhr => Failure::forbidden("Authentication failed."),
        Refusal::Unknown => Failure::forbidden(NO_KEY),
        Refusal::Disabled => {
            Failure::forbidden("Authentication failed. Your user account has been disabled.")
        }
        Refusal::Address => {
            Failure::forbidden("It is not possible to use this Auth key from your IP address")
        }
        Refusal::Maintenance => Failure::new(
            StatusCode::SERVICE_UNAVAILABLE,
            app.settings().text("MISP.maintenance_message"),
        ),
    })
}

/// The endpoint rule comes before the object: an unknown id asked without the flag is a 403. spec: 02#6, 03#1.5
fn authorise(app: &App, actor: &Arc<Actor>, target: &Target) -> Result<&'static Route, Failure> {
    const DENIED: &str = "You do not have permission to use this functionality.";
    let Some(rule) = endpoint_rule(&target.controller, &target.action) else {
        let known = controller_exists(&target.controller);
        return Err(if known && !actor.is_site_admin() {
            Failure::forbidden(DENIED)
        } else {
            Failure::not_found("Not Found")
        });
    };
    let (directory, settings) = (app.directory(), app.settings());
    let config = EndpointConfig {
        self_management: !settings.bool("MISP.disableUserSelfManagement"),
        password_change: !settings.bool("MISP.disable_user_password_change"),
        adding_users: !settings.bool("MISP.disable_user_add"),
        delegation: settings.bool("MISP.delegation"),
        discussion: !settings.bool("MISP.discussion_disable"),
        organisation_index_hidden: settings.bool("Security.hide_organisation_index_from_users"),
    };
    let viewer = app.labels().viewer(&directory, &settings, actor, app.now());
    let host = directory
        .org(settings.host_org())
        .map(|org| org.uuid)
        .unwrap_or_default();
    rule.check(&viewer, host, &config)
        .map_err(|refusal| Failure::forbidden(refusal_text(refusal)))?;
    routes::find(&target.controller, &target.action).ok_or_else(|| Failure::not_found("Not Found"))
}

fn refusal_text(refusal: endpoint::Refusal) -> String {
    match refusal {
        endpoint::Refusal::Permission
        | endpoint::Refusal::Condition(
            Condition::ReadWriteKey | Condition::HostOrg | Condition::OrganisationIndex,
        ) => "You do not have permission to use this functionality.",
        endpoint::Refusal::Condition(Condition::SelfManagement) => {
            "User self-management has been disabled on this instance."
        }
        endpoint::Refusal::Condition(Condition::PasswordChange) => {
            "Changing passwords has been disabled on this instance."
        }
        endpoint::Refusal::Condition(Condition::AddingUsers) => {
            "Adding users has been disabled on this instance."
        }
        endpoint::Refusal::Condition(Condition::Delegation) => {
            "Delegation has been disabled on this instance."
        }
        endpoint::Refusal::Condition(Condition::Discussion) => {
            "Discussions have been disabled on this instance."
        }
    }
    .to_owned()
}

fn format(target: &Target, headers: &HeaderMap) -> Format {
    target.format.unwrap_or_else(|| accepted(headers))
}

/// The representation that a request accepts.
fn accepted(headers: &HeaderMap) -> Format {
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|v| v.to_str().ok())
        .unwrap_or("");
    if accept.contains("application/json") {
        Format::Json
    } else if accept.contains("application/xml") || accept.contains("text/xml") {
        Format::Xml
    } else if accept.contains("text/csv") {
        Format::Csv
    } else {
        Format::Json
    }
}
