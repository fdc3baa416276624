//! One authenticated request as handlers see it, and what they answer.
use crate::problem::Problem;
use crate::query::Parameters;
use bytes::Bytes;
use entente_engine::{Actor, App, Ctx};
use entente_http::Received;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// The body of a sent response.
pub type Body = UnsyncBoxBody<Bytes, std::io::Error>;

/// The request.
pub struct Call {
    /// The instance.
    pub app: App,
    /// Who calls.
    pub actor: Arc<Actor>,
    /// Query parameters.
    pub query: Parameters,
    /// Body.
    pub body: Received,
}

impl Call {
    /// Runs a reading use case as the caller.
    ///
    /// # Errors
    /// Of the use case.
    pub async fn read<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Ctx<'_, '_>) -> entente_engine::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        Ok(self.app.read(Arc::clone(&self.actor), f).await?)
    }

    /// The JSON body.
    ///
    /// # Errors
    /// 400 that says where the body is not what is expected.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let reader = self.body.reader().map_err(entente_engine::Error::from)?;
        serde_json::from_reader(reader).map_err(|error| {
            Problem::bad_request(format!("The body is not what this endpoint reads: {error}."))
        })
    }
}

/// An answer before it is sent.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: StatusCode,
    /// Media type of the body.
    pub media_type: &'static str,
    /// Further headers.
    pub headers: Vec<(header::HeaderName, HeaderValue)>,
    /// Body.
    pub body: Bytes,
}

impl Answer {
    /// 200 with a structure as JSON.
    ///
    /// # Errors
    /// 500 when the structure has no JSON form, which is a defect.
    pub fn json(value: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_vec(value).map_err(|error| Problem::internal(&error))?;
        Ok(Self {
            status: StatusCode::OK,
            media_type: "application/json",
            headers: Vec::new(),
            body: body.into(),
        })
    }

    /// The HTTP response; `head` leaves the body out.
    #[must_use]
    pub fn into_response(self, head: bool) -> Response<Body> {
        let length = self.body.len();
        let body = if head { Bytes::new() } else { self.body };
        let mut response = Response::new(Full::new(body).map_err(|never| match never {}).boxed_unsync());
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.extend(self.headers);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.media_type));
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        headers.insert(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}
