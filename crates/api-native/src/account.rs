//! Who the key belongs to and what it may do.
use crate::call::{Answer, Call};
use crate::policy::Organisation;
use crate::problem::{Problem, ProblemDetails};
use serde::Serialize;
use utoipa::ToSchema;

/// The caller.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// The account.
    user: User,
    /// Its organisation.
    organisation: Organisation,
    /// Its role.
    role: Role,
    /// What the role and the key permit together.
    #[schema(example = json!(["perm_add", "perm_modify"]))]
    permissions: Vec<&'static str>,
    /// The key in use.
    key: Option<Key>,
}

/// An account.
#[derive(Debug, Serialize, ToSchema)]
struct User {
    /// Number on this instance.
    id: i64,
    /// Mail address.
    email: String,
}

/// A role.
#[derive(Debug, Serialize, ToSchema)]
struct Role {
    /// Number on this instance.
    id: i64,
    /// Name.
    name: String,
}

/// An API key; the key itself is never shown.
#[derive(Debug, Serialize, ToSchema)]
struct Key {
    /// Number on this instance.
    id: i64,
    /// Whether it changes nothing.
    read_only: bool,
    /// When it ends; without it never.
    #[schema(format = DateTime)]
    expires: Option<String>,
}

/// The account and permissions behind the key.
///
/// # Errors
/// 400 for parameters.
#[utoipa::path(
    get, path = "/api/v1/me", tag = "account",
    responses((status = 200, description = "The caller.", body = Me), (status = "default", description = "What went wrong and what to change.", body = ProblemDetails, content_type = "application/problem+json"))
)]
pub async fn me(call: Call) -> Result<Answer, Problem> {
    call.query.only(&[])?;
    let actor = &call.actor;
    Answer::json(&Me {
        user: User {
            id: actor.user.id.0,
            email: actor.user.email.clone(),
        },
        organisation: Organisation::from(&actor.org),
        role: Role {
            id: actor.role.id.0,
            name: actor.role.name.clone(),
        },
        permissions: actor
            .permissions
            .iter()
            .map(entente_policy::Permission::name)
            .collect(),
        key: actor.key.as_ref().map(|key| Key {
            id: key.id,
            read_only: key.read_only,
            expires: rfc_3339(key.expiration),
        }),
    })
}

/// A moment as text; zero and what no calendar holds are none.
fn rfc_3339(seconds: i64) -> Option<String> {
    let moment = jiff::Timestamp::from_second(seconds).ok()?;
    (seconds != 0).then(|| moment.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_rfc_3339() {
        assert_eq!(rfc_3339(1_741_082_400).unwrap(), "2025-03-04T10:00:00Z");
        assert_eq!(rfc_3339(0), None);
        assert_eq!(rfc_3339(i64::MAX), None);
    }
}
