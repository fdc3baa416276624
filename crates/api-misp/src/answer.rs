//! Answers: JSON values, rendered spools, files.
use bytes::Bytes;
use entente_http::spool::Spooled;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use serde_json::{Value, json};

/// An answer before it is sent.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Spooled,
}

/// The body of a sent response.
pub type Body = UnsyncBoxBody<Bytes, std::io::Error>;

impl Answer {
    /// A rendered body of some content type.
    #[must_use]
    pub fn spooled(content_type: &'static str, body: Spooled) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        headers.insert(
            http::header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        );
        Self {
            status: StatusCode::OK,
            headers,
            body,
        }
    }
    /// A JSON value.
    #[must_use]
    pub fn json(value: &Value) -> Self {
        Self::rendered_json(value.to_string().into_bytes())
    }
    /// JSON that is rendered already.
    #[must_use]
    pub fn rendered_json(body: Vec<u8>) -> Self {
        Self::spooled("application/json; charset=UTF-8", Spooled::Memory(body.into()))
    }
    /// Large JSON that is rendered already.
    #[must_use]
    pub fn spooled_json(body: Spooled) -> Self {
        Self::spooled("application/json; charset=UTF-8", body)
    }
    /// Text.
    #[must_use]
    pub fn text(content_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self::spooled(content_type, Spooled::Memory(body.into()))
    }
    /// A success envelope. spec: 02#8.3
    #[must_use]
    pub fn success(message: &str, url: &str, id: Option<&str>) -> Self {
        let mut body =
            json!({"saved": true, "success": true, "name": message, "message": message, "url": url});
        if let (Some(id), Some(map)) = (id, body.as_object_mut()) {
            map.insert("id".to_owned(), Value::from(id));
        }
        Self::json(&body)
    }
    /// The same with another status.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }
    /// The same with a header; a value that no header can carry is left out.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }
    /// The same as XML, when it is JSON. spec: 03#1.1, 02#8.1
    ///
    /// # Errors
    /// Of the file system, for large answers.
    pub fn into_xml(mut self) -> std::io::Result<Self> {
        const XML: HeaderValue = HeaderValue::from_static("application/xml; charset=UTF-8");
        let kind = self.headers.get(http::header::CONTENT_TYPE);
        if !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json")) {
            return Ok(self);
        }
        let mut spool = entente_http::Spool::default();
        entente_misp::xml::document(self.body.into_reader(), &mut spool)?;
        self.body = spool.finish()?;
        self.headers.insert(http::header::CONTENT_TYPE, XML);
        Ok(self)
    }
    /// The HTTP response.
    #[must_use]
    pub fn into_response(self) -> http::Response<Body> {
        let length = self.body.len();
        let mut response = http::Response::new(self.body.into_body());
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
            .headers_mut()
            .insert(http::header::CONTENT_LENGTH, HeaderValue::from(length));
        response
    }
}
