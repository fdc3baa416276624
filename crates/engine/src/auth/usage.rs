//! What is written down about the use of API keys: rows of the log, when and from where a key was used.
//! spec: 02#2.2, 02#9
//!
//! Requests only note it in memory, so that no read becomes a write; notes are written together, every few
//! seconds and before the server ends. What is lost in a crash is the last of these seconds.
use super::cache::Verified;
use super::{Knock, Refused};
use crate::actor::Actor;
use crate::app::App;
use crate::error::Result;
use crate::journal::clean;
use crate::settings::Settings;
use entente_model::account::AuthKey;
use entente_model::time::Seconds;
use entente_store::account::KeyUsed;
use entente_store::journal::LogRow;
use parking_lot::Mutex;
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::Arc;

/// Rows at which the request that adds one waits until they are written.
const FULL: usize = 1_000;
/// Rows about refused keys between two writes; beyond it they are counted, so that nobody floods the log.
const REFUSALS: usize = 100;
/// How long further failures with the same key say nothing new.
const SAME_FAILURE: Seconds = 3_600;
/// Failing keys that are remembered; beyond it all are forgotten.
const REMEMBERED: usize = 10_000;

/// Notes that wait to be written.
#[derive(Default)]
pub struct KeyLog {
    notes: Mutex<Notes>,
    writing: tokio::sync::Mutex<()>,
}

#[derive(Clone, Default)]
struct Notes {
    /// By key.
    keys: BTreeMap<i64, KeyUsed>,
    /// Last use of the API, by account.
    accounts: BTreeMap<i64, Seconds>,
    rows: Vec<LogRow>,
    refusals: usize,
    unsaid: usize,
    /// When a failing key was last told of.
    told: HashMap<Culprit, Seconds>,
}

/// What failed: a key by its ends, or whatever came from an address.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Culprit {
    Key(String, &'static str),
    Address(Option<IpAddr>),
}

impl Notes {
    fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.accounts.is_empty() && self.rows.is_empty() && self.unsaid == 0
    }

    /// Everything that is to be written; which failures were told of stays known.
    fn take(&mut self) -> Self {
        let told = std::mem::take(&mut self.told);
        let taken = std::mem::take(self);
        self.told = told;
        taken
    }

    /// Puts back what could not be written, as far as there is room.
    fn restore(&mut self, older: Self) {
        for (id, used) in older.keys {
            self.note_key(id, used.at, used.addresses);
        }
        for (id, at) in older.accounts {
            let known = self.accounts.entry(id).or_default();
            *known = at.max(*known);
        }
        self.unsaid += older.unsaid;
        self.refusals += older.refusals;
        let mut rows = older.rows;
        rows.append(&mut self.rows);
        if rows.len() > 2 * FULL {
            self.unsaid += rows.len() - 2 * FULL;
            rows.truncate(2 * FULL);
        }
        self.rows = rows;
    }

    fn note_key(&mut self, id: i64, at: Seconds, addresses: Vec<String>) {
        let used = self.keys.entry(id).or_insert_with(|| KeyUsed {
            id,
            at,
            addresses: Vec::new(),
        });
        used.at = used.at.max(at);
        for address in addresses {
            if !used.addresses.contains(&address) {
                used.addresses.push(address);
            }
        }
    }

    /// Whether this failure is to be told of.
    fn is_news(&mut self, culprit: Culprit, now: Seconds, each: bool) -> bool {
        if self.refusals >= REFUSALS {
            self.unsaid += 1;
            return false;
        }
        if self.told.len() >= REMEMBERED {
            self.told.clear();
        }
        let known = self.told.get(&culprit).is_some_and(|at| now < at + SAME_FAILURE);
        if known && !each {
            return false;
        }
        self.told.insert(culprit, now);
        self.refusals += 1;
        true
    }
}

/// Whether the addresses that keys are used from are kept.
fn keeps_addresses(settings: &Settings) -> bool {
    settings.bool("MISP.log_user_ips_authkeys") && !settings.bool("MISP.disable_seen_ips_authkeys")
}

impl KeyLog {
    /// Notes a request with a good key.
    pub(super) fn used(&self, app: &App, actor: &Actor, verified: &Verified, knock: Knock<'_>) {
        let settings = app.settings();
        let (log, access) = (
            settings.bool("MISP.log_auth"),
            settings.bool("MISP.store_api_access_time"),
        );
        let tracked = settings.bool("MISP.log_user_ips_authkeys");
        if !(log || access || tracked) {
            return;
        }
        let now = app.now();
        let mut notes = self.notes.lock();
        if tracked {
            let fresh = knock
                .address
                .filter(|_| keeps_addresses(&settings))
                .map(|address| address.to_canonical().to_string())
                .filter(|address| !verified.key.unique_ips.contains(address));
            notes.note_key(verified.key.id, now, fresh.into_iter().collect());
        }
        if access {
            notes.accounts.insert(actor.user.id.0, now);
        }
        if log {
            let title = format!(
                "Successful authentication using {}",
                named(&settings, Some(&verified.key))
            );
            notes.rows.push(LogRow {
                user: actor.user.id.0,
                model_id: actor.user.id.0,
                email: actor.user.email.clone(),
                org: actor.org.name.clone(),
                ..row("auth", title, knock, now)
            });
        }
    }

    /// Notes a request with a key that is no good.
    pub(super) fn refused(&self, app: &App, refused: Option<&(&str, Refused)>, knock: Knock<'_>) {
        let settings = app.settings();
        let now = app.now();
        let owner = refused.and_then(|(_, refused)| refused.owner.as_deref());
        let reason = refused.map_or("This has not the form of a key.", |(_, refused)| refused.reason);
        let ends = refused.map(|(key, _)| ends(key));
        let culprit = match &ends {
            Some(ends) => Culprit::Key(ends.clone(), reason),
            None => Culprit::Address(knock.address),
        };
        let each = settings.bool("Security.log_each_individual_auth_fail");
        let mut notes = self.notes.lock();
        if !notes.is_news(culprit, now, each) {
            return;
        }
        let shown = ends.filter(|_| !settings.bool("Security.do_not_log_authkeys"));
        let key = shown.map_or_else(|| "an API key".to_owned(), |ends| format!("API key ({ends})"));
        let directory = app.directory();
        let org = owner.and_then(|owner| directory.org(owner.user.org));
        let user = owner.map_or(0, |owner| owner.user.id.0);
        let system = || "SYSTEM".to_owned();
        notes.rows.push(LogRow {
            user,
            model_id: user,
            email: owner.map_or_else(system, |owner| owner.user.email.clone()),
            org: org.map_or_else(system, |org| org.name.clone()),
            description: Some(reason.to_owned()),
            ..row(
                "auth_fail",
                format!("Failed authentication using {key}"),
                knock,
                now,
            )
        });
    }

    /// What is not written yet about a key is as good as what is.
    pub(crate) fn complete(&self, key: &mut AuthKey) {
        if let Some(used) = self.notes.lock().keys.get(&key.id) {
            key.last_used = key.last_used.max(used.at);
            for address in &used.addresses {
                if !key.unique_ips.contains(address) {
                    key.unique_ips.push(address.clone());
                }
            }
        }
    }

    fn is_full(&self) -> bool {
        self.notes.lock().rows.len() >= FULL
    }
}

/// The first and last characters of a key, which are all that is ever shown of it.
fn ends(key: &str) -> String {
    let start: String = key.chars().take(4).collect();
    let end: String = key.chars().skip(36).collect();
    format!("{start}…{end}")
}

fn named(settings: &Settings, key: Option<&AuthKey>) -> String {
    match key.filter(|_| !settings.bool("Security.do_not_log_authkeys")) {
        Some(key) => format!("API key ({}…{})", key.start, key.end),
        None => "an API key".to_owned(),
    }
}

fn row(action: &str, title: String, knock: Knock<'_>, now: Seconds) -> LogRow {
    LogRow {
        id: 0,
        title,
        created: now,
        model: "User".to_owned(),
        model_id: 0,
        action: action.to_owned(),
        user: 0,
        change: Some(clean(&format!("{} {}", knock.method, knock.path))),
        email: String::new(),
        org: String::new(),
        description: None,
        ip: knock.address.map(|ip| ip.to_string()).unwrap_or_default(),
    }
}

/// The row that stands for those which were too many.
fn summary(unsaid: usize, now: Seconds) -> LogRow {
    let knock = Knock {
        address: None,
        method: "",
        path: "",
    };
    LogRow {
        email: "SYSTEM".to_owned(),
        org: "SYSTEM".to_owned(),
        change: None,
        ..row(
            "auth_fail",
            format!("{unsaid} further failed authentications"),
            knock,
            now,
        )
    }
}

impl App {
    /// Writes down how API keys were used since the last time; without news nothing.
    ///
    /// # Errors
    /// Of the database; the notes are kept then.
    pub async fn write_key_log(&self) -> Result<()> {
        let log = self.key_log();
        let _one_at_a_time = log.writing.lock().await;
        let notes = {
            let mut notes = log.notes.lock();
            if notes.is_empty() {
                return Ok(());
            }
            Arc::new(notes.take())
        };
        let (work, now) = (Arc::clone(&notes), self.now());
        let written = self.db().write(move |tx| write(tx, &work, now)).await;
        if written.is_err() {
            log.notes.lock().restore(notes.as_ref().clone());
        }
        written
    }

    pub(super) async fn write_key_log_if_full(&self) -> Result<()> {
        if self.key_log().is_full() {
            self.write_key_log().await?;
        }
        Ok(())
    }
}

fn write(tx: &mut entente_db::Tx<'_>, notes: &Notes, now: Seconds) -> Result<()> {
    let used: Vec<&KeyUsed> = notes.keys.values().collect();
    entente_store::account::note_key_use(tx, &used)?;
    entente_store::account::note_api_access(tx, &notes.accounts)?;
    let summary = (notes.unsaid > 0).then(|| summary(notes.unsaid, now));
    let rows: Vec<&LogRow> = notes.rows.iter().chain(&summary).collect();
    entente_store::journal::log_many(tx, &rows)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn culprit(n: usize) -> Culprit {
        Culprit::Key(format!("{n:04}…0000"), "There is no such key.")
    }

    #[test]
    fn the_same_failure_is_told_once_an_hour() {
        let mut notes = Notes::default();
        let mut tell = |now, each| notes.is_news(culprit(1), now, each);
        assert_eq!(
            [
                tell(0, false),
                tell(10, false),
                tell(10, true),
                tell(3_609, false),
                tell(3_610, false)
            ],
            [true, false, true, false, true]
        );
    }

    #[test]
    fn a_flood_of_failures_is_counted() {
        let mut notes = Notes::default();
        let told = (0..1_000)
            .filter(|n| notes.is_news(culprit(*n), 0, false))
            .count();
        assert_eq!((told, notes.unsaid), (REFUSALS, 1_000 - REFUSALS));
        let taken = notes.take();
        assert_eq!(taken.unsaid, 1_000 - REFUSALS);
        assert!(notes.is_empty());
        assert!(!notes.is_news(culprit(0), 1, false), "what was told stays told");
        assert!(notes.is_news(culprit(999), 1, false), "and there is room again");
    }

    #[test]
    fn what_could_not_be_written_is_kept() {
        let mut notes = Notes::default();
        notes.note_key(7, 10, vec!["192.0.2.1".to_owned()]);
        let taken = notes.take();
        notes.note_key(7, 20, vec!["192.0.2.2".to_owned()]);
        notes.restore(taken);
        assert_eq!(notes.keys[&7].at, 20);
        assert_eq!(notes.keys[&7].addresses, ["192.0.2.2", "192.0.2.1"]);
    }

    #[test]
    fn only_the_ends_of_a_key_are_shown() {
        assert_eq!(ends(&format!("abcd{}wxyz", "-".repeat(32))), "abcd…wxyz");
    }
}
