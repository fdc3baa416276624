//! What is written down about every change: the log people read and the change log consumers follow.
//! spec: 03#16, architecture "Flow of a change"
use crate::ctx::Ctx;
use crate::error::Result;
use entente_model::id::EventId;
use std::fmt::Write as _;
use uuid::Uuid;

/// One row of the log that administrators read.
#[derive(Debug, Clone, Default)]
pub struct Entry<'a> {
    /// Kind of thing: `Event`, `User`, …
    pub model: &'static str,
    /// Its local id.
    pub id: i64,
    /// `add`, `edit`, `delete`, …
    pub action: &'static str,
    /// How to call the thing: `User (5): analyst@example.org`.
    pub title: String,
    /// Changed columns.
    pub change: Option<String>,
    /// Remark.
    pub description: Option<&'a str>,
}

/// A change for consumers with a cursor.
#[derive(Debug, Clone)]
pub struct Change {
    /// `add`, `edit`, `delete`, `publish`, …
    pub kind: &'static str,
    /// `event`, `attribute`, …
    pub entity: &'static str,
    /// Its local id.
    pub id: i64,
    /// Its uuid.
    pub uuid: Option<Uuid>,
    /// The event it belongs to.
    pub event: Option<EventId>,
}

impl Ctx<'_, '_> {
    /// Writes a row of the log.
    ///
    /// # Errors
    /// Of the database.
    pub fn log(&mut self, entry: &Entry<'_>) -> Result<()> {
        let address = self.actor.address.map(|ip| ip.to_string()).unwrap_or_default();
        entente_store::journal::log(
            self.tx,
            &entente_store::journal::LogRow {
                id: 0,
                title: clean(&entry.title),
                created: self.now(),
                model: entry.model.to_owned(),
                model_id: entry.id,
                action: entry.action.to_owned(),
                user: self.actor.user.id.0,
                change: entry.change.as_deref().map(clean),
                email: self.actor.user.email.clone(),
                org: self.actor.org.name.clone(),
                description: entry.description.map(clean),
                ip: address,
            },
        )?;
        Ok(())
    }

    /// Writes a row of the change log.
    ///
    /// # Errors
    /// Of the database.
    pub fn change(&mut self, change: &Change) -> Result<()> {
        entente_store::journal::change(
            self.tx,
            &entente_store::journal::ChangeRow {
                at_micros: self.now_micros(),
                user: self.actor.user.id.0,
                kind: change.kind,
                entity: change.entity,
                entity_id: change.id,
                uuid: change.uuid,
                event: change.event,
            },
        )?;
        Ok(())
    }
}

/// Text for a log field: control characters escaped, at most 1 KiB. spec: 11#SR-IN-6
pub(crate) fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(1_024));
    for c in text.chars() {
        if out.len() > 1_020 {
            out.push('…');
            break;
        }
        if c.is_control() {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

/// Collects `field (old) => (new)` for changed columns. spec: 03#16
#[derive(Debug, Default)]
pub struct Diff(String);

impl Diff {
    /// Notes a column if it changed.
    pub fn field<T: PartialEq + std::fmt::Display>(&mut self, name: &str, old: &T, new: &T) {
        if old != new {
            let separator = if self.0.is_empty() { "" } else { ", " };
            let _ = write!(self.0, "{separator}{name} ({old}) => ({new})");
        }
    }
    /// Notes that a secret column changed, without its value.
    pub fn secret(&mut self, name: &str) {
        let separator = if self.0.is_empty() { "" } else { ", " };
        let _ = write!(self.0, "{separator}{name} (*****) => (*****)");
    }
    /// The text, or none when nothing changed.
    #[must_use]
    pub fn into_text(self) -> Option<String> {
        (!self.0.is_empty()).then_some(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diffs_name_changed_columns_only() {
        let mut diff = Diff::default();
        diff.field("email", &"a@b.c", &"d@b.c");
        diff.field("role_id", &3, &3);
        diff.secret("password");
        assert_eq!(
            diff.into_text().as_deref(),
            Some("email (a@b.c) => (d@b.c), password (*****) => (*****)")
        );
        assert_eq!(Diff::default().into_text(), None);
    }

    #[test]
    fn log_fields_are_escaped_and_bounded() {
        assert_eq!(clean("a\nb\u{1b}[0m"), "a\\u{a}b\\u{1b}[0m");
        assert!(clean(&"x".repeat(5_000)).len() < 1_100);
    }
}
