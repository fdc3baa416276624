//! From an HTTP request to an answer: authenticate, route, receive, handle.
use crate::call::{Answer, Body, Call};
use crate::problem::Problem;
use crate::query::Parameters;
use crate::routes::{self, Unroutable};
use bytes::Bytes;
use entente_engine::auth::{self, Knock, Refusal};
use entente_engine::{Actor, App};
use entente_http::{Limits, ReceiveError, Received, receive};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use std::net::IpAddr;
use std::sync::Arc;

/// Requests are small: drafts of policies, not of content.
const BODY_LIMIT: u64 = 1 << 20;
const LONGEST_URL: usize = 8 << 10;

/// Answers one request to a path under `/api/v1/`.
pub async fn serve<B>(app: App, request: Request<B>, address: Option<IpAddr>) -> Response<Body>
where
    B: http_body::Body<Data = Bytes> + Send + Unpin,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let path = request.uri().path().to_owned();
    let head = request.method() == Method::HEAD;
    let knock = Knock {
        address,
        method: request.method().as_str(),
        path: &path,
    };
    let (actor, outcome) = match authenticate(&app, request.headers(), knock).await {
        Ok(actor) => (Some(Arc::clone(&actor)), answer(app, actor, request).await),
        Err(problem) => (None, Err(problem)),
    };
    let answer = outcome.unwrap_or_else(|problem| problem.into_answer(&path));
    let mut response = answer.into_response(head);
    if let Some(actor) = actor {
        // For the access log.
        response.extensions_mut().insert(actor);
    }
    response
}

async fn answer<B>(app: App, actor: Arc<Actor>, request: Request<B>) -> Result<Answer, Problem>
where
    B: http_body::Body<Data = Bytes> + Send + Unpin,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let _slot = app.take_slot(&actor)?;
    let (parts, body) = request.into_parts();
    if parts
        .uri
        .path_and_query()
        .is_some_and(|url| url.as_str().len() > LONGEST_URL)
    {
        return Err(Problem::new(
            StatusCode::URI_TOO_LONG,
            "The URL is longer than 8 KiB.",
        ));
    }
    let handler = routes::find(&parts.method, parts.uri.path()).map_err(unroutable)?;
    let query = Parameters::parse(parts.uri.query().unwrap_or_default())?;
    let body = received(&parts.headers, body).await?;
    handler(Call {
        app,
        actor,
        query,
        body,
    })
    .await
}

fn unroutable(why: Unroutable) -> Problem {
    match why {
        Unroutable::Path => Problem::new(
            StatusCode::NOT_FOUND,
            "There is no such endpoint; see /api/v1/openapi.json.",
        ),
        Unroutable::Method(allowed) => {
            let problem = Problem::new(
                StatusCode::METHOD_NOT_ALLOWED,
                format!("This endpoint answers {allowed}."),
            );
            match HeaderValue::try_from(allowed) {
                Ok(allowed) => problem.with_header(header::ALLOW, allowed),
                Err(_) => problem,
            }
        }
    }
}

async fn received<B>(headers: &HeaderMap, body: B) -> Result<Received, Problem>
where
    B: http_body::Body<Data = Bytes> + Send + Unpin,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let limits = Limits {
        decompressed: BODY_LIMIT,
        json: true,
    };
    let received = receive(headers, body, limits).await.map_err(|error| {
        let status = match &error {
            ReceiveError::TooLarge { .. } | ReceiveError::Bomb => StatusCode::PAYLOAD_TOO_LARGE,
            ReceiveError::Encoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ReceiveError::Json(_) | ReceiveError::Read(_) => StatusCode::BAD_REQUEST,
            ReceiveError::Spool(_) => return Problem::internal(&error),
        };
        Problem::new(status, format!("{error}."))
            .with_header(header::CONNECTION, HeaderValue::from_static("close"))
    })?;
    let is_json = headers.get(header::CONTENT_TYPE).is_none_or(|kind| {
        kind.as_bytes()
            .windows(4)
            .any(|word| word.eq_ignore_ascii_case(b"json"))
    });
    if received.is_empty() || is_json {
        Ok(received)
    } else {
        Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "Send the body as application/json.",
        ))
    }
}

async fn authenticate(app: &App, headers: &HeaderMap, knock: Knock<'_>) -> Result<Arc<Actor>, Problem> {
    let given = headers.get(header::AUTHORIZATION);
    let Some(given) = given else {
        return Err(unauthorised(
            "Send an API key in the Authorization header.",
            "Bearer realm=\"entente\"",
        ));
    };
    let refusal = match given.to_str() {
        Ok(text) => match auth::by_header(app, text, knock).await? {
            Ok(actor) => return Ok(actor),
            Err(refusal) => refusal,
        },
        Err(_) => Refusal::Unknown,
    };
    Err(match refusal {
        Refusal::Unknown => unauthorised(
            "The API key is not valid, has expired, or belongs to a role without API access.",
            "Bearer realm=\"entente\", error=\"invalid_token\"",
        ),
        Refusal::Disabled => Problem::new(StatusCode::FORBIDDEN, "The account is disabled."),
        Refusal::Address => Problem::new(
            StatusCode::FORBIDDEN,
            "The API key may not be used from this address.",
        ),
        Refusal::Maintenance => Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            app.settings().text("MISP.maintenance_message"),
        ),
    })
}

fn unauthorised(detail: &str, challenge: &'static str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, detail)
        .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
}
