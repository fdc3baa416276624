//! What answers here.
use crate::call::{Answer, Call};
use crate::problem::{Problem, ProblemDetails};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The version that is running.
#[derive(Debug, Serialize, ToSchema)]
pub struct Version {
    /// The product.
    #[schema(example = "Entente")]
    product: &'static str,
    /// Its version.
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// The uuid of this instance.
    instance: Uuid,
}

/// The version of this instance.
///
/// # Errors
/// 400 for parameters.
#[utoipa::path(
    get, path = "/api/v1/version", tag = "instance",
    responses((status = 200, description = "The running version.", body = Version), (status = "default", description = "What went wrong and what to change.", body = ProblemDetails, content_type = "application/problem+json"))
)]
pub async fn version(call: Call) -> Result<Answer, Problem> {
    call.query.only(&[])?;
    Answer::json(&Version {
        product: "Entente",
        version: env!("CARGO_PKG_VERSION"),
        instance: call.app.uuid(),
    })
}
