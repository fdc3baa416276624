//! Structured logs on standard error. spec: CONTRACT `serve`
use crate::config::{BadSetting, LogFormat};
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Starts logging; `filter` is the value of `RUST_LOG`.
///
/// # Errors
/// A filter that makes no sense.
pub fn start(format: LogFormat, filter: Option<String>) -> Result<(), BadSetting> {
    let bad = |problem: String| BadSetting {
        place: "RUST_LOG".to_owned(),
        problem,
    };
    let filter = filter.filter(|text| !text.is_empty());
    let filter = EnvFilter::try_new(filter.as_deref().unwrap_or("info")).map_err(|e| bad(e.to_string()))?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    match format {
        LogFormat::Text => builder.with_ansi(std::io::stderr().is_terminal()).init(),
        LogFormat::Json => builder
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false)
            .init(),
    }
    std::panic::set_hook(Box::new(|panic| {
        let message = panic.payload_as_str().unwrap_or("no message");
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(
            panic.message = message,
            panic.place = place,
            "a part of the server panicked"
        );
    }));
    Ok(())
}
