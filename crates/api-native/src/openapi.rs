//! The description of this API for programs and people: `/api/v1/openapi.json`.
use crate::call::{Answer, Call};
use crate::problem::{Problem, ProblemDetails};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Entente native API",
        description = "What MISP's protocol cannot express. Times are RFC 3339, failures RFC 9457 problem details, \
                       long lists are paged by cursor.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    paths(
        crate::policy::explain::explain,
        crate::policy::audience::audience,
        crate::policy::preview::preview,
        crate::correlation::correlations,
        crate::account::me,
        crate::instance::version,
        openapi,
    ),
    tags(
        (name = "policy", description = "Who may do what with an item, and why."),
        (name = "correlation", description = "What shares values with what."),
        (name = "account", description = "The account behind the key."),
        (name = "instance", description = "This instance and its API."),
    ),
    modifiers(&Key),
    security(("key" = [])),
)]
struct Document;

/// The API key, as every endpoint asks for it.
struct Key;

impl Modify for Key {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("An API key; the word Bearer may be left out."));
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("key", SecurityScheme::Http(scheme.build()));
    }
}

/// The document.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

/// This document.
///
/// # Errors
/// 400 for parameters.
#[utoipa::path(
    get, path = "/api/v1/openapi.json", tag = "instance",
    responses(
        (status = 200, description = "An OpenAPI 3.1 document.", body = Object),
        (status = "default", description = "What went wrong and what to change.", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub async fn openapi(call: Call) -> Result<Answer, Problem> {
    call.query.only(&[])?;
    Answer::json(&document())
}
