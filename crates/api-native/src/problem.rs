//! Failures as RFC 9457 problem details, mapped in one place.
use crate::call::Answer;
use entente_engine::{Class, Error};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

/// What went wrong, as it is sent. spec: RFC 9457
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDetails {
    /// Always `about:blank`: the status says which kind of problem it is.
    #[serde(rename = "type")]
    #[schema(example = "about:blank")]
    pub kind: &'static str,
    /// The name of the status.
    #[schema(example = "Not Found")]
    pub title: &'static str,
    /// The HTTP status.
    #[schema(example = 404)]
    pub status: u16,
    /// What to change.
    pub detail: String,
    /// The path that was asked for.
    pub instance: String,
    /// Fields of the request that are wrong, with status 422.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FieldProblem>,
}

/// What is wrong with one field of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldProblem {
    /// The field.
    #[schema(example = "distribution")]
    pub field: String,
    /// What to change.
    pub detail: String,
}

/// An answer that says no.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    detail: String,
    errors: Vec<FieldProblem>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Problem {
    /// A problem of some status.
    #[must_use]
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            detail: detail.into(),
            errors: Vec::new(),
            headers: Vec::new(),
        }
    }

    /// 400.
    #[must_use]
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// 500, whose cause is logged here and never sent.
    #[must_use]
    pub fn internal(cause: &dyn std::error::Error) -> Self {
        tracing::error!(error = ?cause, "a request failed inside the server");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "An internal error has occurred.",
        )
    }

    /// The same with a header.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The same about a field.
    #[must_use]
    pub fn about(mut self, field: &str, detail: impl Into<String>) -> Self {
        self.errors.push(FieldProblem {
            field: field.to_owned(),
            detail: detail.into(),
        });
        self
    }

    /// The answer, for a request to this path.
    #[must_use]
    pub fn into_answer(self, path: &str) -> Answer {
        let status = self.status;
        let details = ProblemDetails {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: self.detail,
            instance: path.to_owned(),
            errors: self.errors,
        };
        Answer {
            status,
            media_type: "application/problem+json",
            headers: self.headers,
            // Text and numbers always have a JSON form; should that change, the status still tells.
            body: serde_json::to_vec(&details).unwrap_or_default().into(),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let status = match error.class() {
            Class::NotFound => StatusCode::NOT_FOUND,
            Class::Denied => StatusCode::FORBIDDEN,
            Class::Invalid => StatusCode::BAD_REQUEST,
            Class::Conflict => StatusCode::CONFLICT,
            Class::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Class::Limited => StatusCode::TOO_MANY_REQUESTS,
            Class::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Class::Internal => return Self::internal(&error),
        };
        match error {
            Error::Fields(errors) => {
                let problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, errors.to_string());
                errors.0.iter().fold(problem, |problem, (field, messages)| {
                    problem.about(field, messages.join(" "))
                })
            }
            Error::Limited { message, retry_after } => {
                Self::new(status, message).with_header(header::RETRY_AFTER, HeaderValue::from(retry_after))
            }
            Error::Db(_) if status == StatusCode::SERVICE_UNAVAILABLE => {
                Self::new(status, "The server is busy, try again shortly.")
                    .with_header(header::RETRY_AFTER, HeaderValue::from_static("1"))
            }
            other => Self::new(status, other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use entente_model::finding::FieldErrors;

    fn sent(problem: Problem) -> (StatusCode, serde_json::Value) {
        let answer = problem.into_answer("/api/v1/me");
        assert_eq!(answer.media_type, "application/problem+json");
        (answer.status, serde_json::from_slice(&answer.body).unwrap())
    }

    #[test]
    fn problems_have_the_members_of_rfc_9457() {
        let (status, body) = sent(Error::not_found("There is none.").into());
        assert_eq!(status, 404);
        assert_eq!(
            body,
            serde_json::json!({
                "type": "about:blank", "title": "Not Found", "status": 404,
                "detail": "There is none.", "instance": "/api/v1/me",
            })
        );
    }

    #[test]
    fn fields_are_named_and_internals_are_not_told() {
        let errors = FieldErrors::one("distribution", "Choose 0 to 4.");
        let (status, body) = sent(Error::Fields(errors).into());
        assert_eq!(status, 422);
        assert_eq!(
            body["errors"],
            serde_json::json!([{"field": "distribution", "detail": "Choose 0 to 4."}])
        );
        let (status, body) = sent(Error::Damaged("secret".to_owned()).into());
        assert_eq!(status, 500);
        assert!(!body.to_string().contains("secret"));
    }
}
