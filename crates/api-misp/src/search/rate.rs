//! How often a user may search, in windows of fifteen minutes. spec: 02#5.4
use crate::answer::Answer;
use crate::call::Call;
use crate::failure::Failure;
use entente_model::time::Seconds;
use http::{HeaderName, StatusCode};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::LazyLock;
use uuid::Uuid;

const WINDOW: Seconds = 900;
/// Users remembered; beyond it those whose window is over are forgotten.
const MANY: usize = 10_000;

#[derive(Debug, Clone, Copy)]
struct Window {
    began: Seconds,
    used: i64,
}

/// Windows by instance and user. In memory: a restart forgives.
static WINDOWS: LazyLock<Mutex<HashMap<(Uuid, i64), Window>>> = LazyLock::new(Mutex::default);

/// What is left in the window of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Left {
    limit: i64,
    remaining: i64,
    reset: Seconds,
}

/// Counts one search of the caller; `None` when searches are not limited.
///
/// # Errors
/// 405 when the role may not search, 429 beyond its limit.
pub(super) fn take(call: &Call) -> Result<Option<Left>, Failure> {
    let role = &call.actor.role;
    if !role.enforce_rate_limit {
        return Ok(None);
    }
    if role.rate_limit_count == 0 {
        return Err(Failure::not_allowed(
            "API searches are not allowed for this user role.",
        ));
    }
    let key = (call.app.uuid(), call.actor.user_id().0);
    let left = count(&mut WINDOWS.lock(), key, role.rate_limit_count, call.app.now());
    if left.remaining < 0 {
        let left = Left { remaining: 0, ..left };
        let mut failure = Failure::new(StatusCode::TOO_MANY_REQUESTS, "Rate limit exceeded.");
        for (name, value) in headers(left) {
            failure = failure.with_header(name, value);
        }
        return Err(failure.with_header(http::header::RETRY_AFTER, left.reset.to_string()));
    }
    Ok(Some(left))
}

fn count(windows: &mut HashMap<(Uuid, i64), Window>, key: (Uuid, i64), limit: i64, now: Seconds) -> Left {
    if windows.len() > MANY {
        windows.retain(|_, window| now < window.began + WINDOW);
    }
    let window = windows.entry(key).or_insert(Window { began: now, used: 0 });
    if !(window.began..window.began + WINDOW).contains(&now) {
        *window = Window { began: now, used: 0 };
    }
    // beyond the limit nothing more is counted, so that it cannot overflow
    window.used = (window.used + 1).min(limit.saturating_add(1));
    Left {
        limit,
        remaining: limit - window.used,
        reset: window.began + WINDOW - now,
    }
}

fn headers(left: Left) -> [(HeaderName, String); 3] {
    [
        (
            HeaderName::from_static("x-rate-limit-limit"),
            left.limit.to_string(),
        ),
        (
            HeaderName::from_static("x-rate-limit-remaining"),
            left.remaining.to_string(),
        ),
        (
            HeaderName::from_static("x-rate-limit-reset"),
            left.reset.to_string(),
        ),
    ]
}

/// The answer with what is left.
pub(super) fn tell(answer: Answer, left: Option<Left>) -> Answer {
    let Some(left) = left else { return answer };
    headers(left)
        .into_iter()
        .fold(answer, |answer, (name, value)| answer.with_header(name, &value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_ends_and_begins_anew() {
        let mut windows = HashMap::new();
        let mut at = |now| count(&mut windows, (Uuid::nil(), 1), 2, now).remaining;
        assert_eq!(
            [at(0), at(10), at(899), at(899), at(900), at(901)],
            [1, 0, -1, -1, 1, 0]
        );
    }
}
