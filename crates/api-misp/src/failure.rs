//! Errors as MISP clients read them, mapped in one place. spec: 02#8
use crate::answer::Answer;
use crate::call::Call;
use entente_engine::{Class, Error};
use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

/// An answer that says no.
#[derive(Debug)]
pub struct Failure {
    /// HTTP status.
    pub status: StatusCode,
    /// Short name.
    pub name: String,
    /// What to change.
    pub message: String,
    /// Path to show instead of the request's.
    pub url: Option<String>,
    /// Further keys of the body; boxed, since every handler returns this type.
    pub extra: Box<Map<String, Value>>,
    /// Further headers.
    pub headers: Vec<(http::HeaderName, String)>,
}

impl Failure {
    /// An error with the same name and message.
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            status,
            name: message.clone(),
            message,
            url: None,
            extra: Box::default(),
            headers: Vec::new(),
        }
    }
    /// 404.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }
    /// 403.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, message)
    }
    /// 405, which MISP also uses for many refused operations.
    pub fn not_allowed(message: impl Into<String>) -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, message)
    }
    /// 400.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }
    /// A save failure: `Could not add Attribute` with its errors. spec: 02#8.2
    pub fn save(action: &str, model: &str, url: impl Into<String>, errors: Value) -> Self {
        let mut failure = Self::new(StatusCode::FORBIDDEN, format!("Could not {action} {model}"));
        failure.url = Some(url.into());
        failure.extra.insert("saved".to_owned(), Value::Bool(false));
        failure.extra.insert("errors".to_owned(), errors);
        failure
    }
    /// What is absent, as MISP answers a few GET requests for it: 405. A HEAD request keeps 404, which clients
    /// read as "does not exist". spec: 02#7, 03#6, 03#11
    #[must_use]
    pub fn absent_is_not_allowed(self, call: &Call) -> Self {
        if self.status == StatusCode::NOT_FOUND && call.method != Method::HEAD {
            return self.with_status(StatusCode::METHOD_NOT_ALLOWED);
        }
        self
    }
    /// The same with another status.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }
    /// The same with a header.
    #[must_use]
    pub fn with_header(mut self, name: http::HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
    /// The same with a further key in the body.
    #[must_use]
    pub fn with(mut self, key: &str, value: Value) -> Self {
        self.extra.insert(key.to_owned(), value);
        self
    }

    /// The answer, for a request to this path.
    #[must_use]
    pub fn into_answer(self, path: &str) -> Answer {
        let mut body = Map::new();
        if let Some(saved) = self.extra.get("saved") {
            body.insert("saved".to_owned(), saved.clone());
        }
        body.insert("name".to_owned(), Value::from(self.name));
        body.insert("message".to_owned(), Value::from(self.message));
        body.insert(
            "url".to_owned(),
            Value::from(self.url.unwrap_or_else(|| path.to_owned())),
        );
        for (key, value) in *self.extra {
            body.insert(key, value);
        }
        let mut answer = Answer::json(&Value::Object(body)).with_status(self.status);
        for (name, value) in self.headers {
            answer = answer.with_header(name, &value);
        }
        answer
    }
}

/// Field errors as the map that clients read.
#[must_use]
pub fn field_errors(errors: &entente_model::finding::FieldErrors) -> Value {
    json!(errors.0)
}

impl From<Error> for Failure {
    /// The default translation by class; handlers refine it where MISP answers otherwise.
    fn from(error: Error) -> Self {
        let status = match error.class() {
            Class::NotFound => StatusCode::NOT_FOUND,
            Class::Denied => StatusCode::FORBIDDEN,
            Class::Invalid => StatusCode::BAD_REQUEST,
            Class::Conflict => StatusCode::FORBIDDEN,
            Class::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Class::Limited => StatusCode::TOO_MANY_REQUESTS,
            Class::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Class::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        };
        match &error {
            Error::Fields(errors) => {
                let mut failure = Self::new(StatusCode::FORBIDDEN, errors.to_string());
                failure.extra.insert("errors".to_owned(), field_errors(errors));
                failure
            }
            Error::Limited { retry_after, .. } => Self::new(status, error.to_string())
                .with_header(http::header::RETRY_AFTER, retry_after.to_string()),
            Error::Db(_) if status == StatusCode::SERVICE_UNAVAILABLE => {
                Self::new(status, "The server is busy, try again shortly.")
                    .with_header(http::header::RETRY_AFTER, "1")
            }
            _ if status.is_server_error() => {
                // Internal detail is logged once, here, and never sent.
                tracing::error!(error = ?error, "a request failed inside the server");
                Self::new(status, "An internal error has occurred.")
            }
            _ => Self::new(status, error.to_string()),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::from(Error::Blob(error))
    }
}

impl From<entente_misp::read::ReadError> for Failure {
    /// Broken JSON is 405 in MISP's protocol, JSON of another shape 400. spec: 02#1
    fn from(error: entente_misp::read::ReadError) -> Self {
        use entente_misp::read::ReadError;
        match error {
            ReadError::Syntax { .. } | ReadError::TooDeep => Self::not_allowed(format!(
                "Invalid JSON input. Make sure that the JSON input is a correctly formatted JSON string. ({error})"
            )),
            ReadError::Empty => Self::not_allowed("No valid data received: the body is empty."),
            ReadError::Shape(_) | ReadError::Repeated(_) | ReadError::Stopped => {
                Self::bad_request(error.to_string())
            }
            ReadError::Io(source) => Self::from(source),
        }
    }
}
