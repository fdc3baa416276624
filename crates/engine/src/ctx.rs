//! The context of one use case: transaction, caller, time, snapshots, journal.
use crate::actor::Actor;
use crate::app::App;
use crate::directory::Directory;
use crate::error::{Error, Result};
use crate::settings::Settings;
use crate::tag_book::TagBook;
use entente_db::{DbError, Engine, Tx};
use entente_model::id::{EventId, LabelId, TagId};
use entente_model::time::{Micros, Seconds};
use entente_policy::{LabelFacts, Scope, Viewer};
use entente_store::posting::Poster;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use uuid::Uuid;

const DENIED: &str = "You do not have permission to use this functionality.";

/// Which snapshots a write has made stale.
#[derive(Debug, Default)]
pub struct Touched {
    pub(crate) directory: bool,
    pub(crate) accounts: bool,
    pub(crate) settings: bool,
    pub(crate) labels: bool,
    pub(crate) all_tags: bool,
    pub(crate) tags: Vec<TagId>,
    pub(crate) warninglists: bool,
    pub(crate) value_rules: bool,
}

impl Touched {
    pub(crate) fn everything() -> Self {
        Self {
            directory: true,
            accounts: true,
            settings: true,
            labels: true,
            all_tags: true,
            tags: Vec::new(),
            warninglists: true,
            value_rules: true,
        }
    }
    pub(crate) fn is_empty(&self) -> bool {
        !(self.directory
            || self.accounts
            || self.settings
            || self.labels
            || self.all_tags
            || self.warninglists
            || self.value_rules)
            && self.tags.is_empty()
    }
}

/// One use case at work.
pub struct Ctx<'a, 'tx> {
    /// The transaction.
    pub tx: &'a mut Tx<'tx>,
    /// The instance.
    pub app: &'a App,
    /// Who acts.
    pub actor: &'a Actor,
    /// Organisations, roles, sharing groups as of the beginning.
    pub directory: Arc<Directory>,
    /// Run-time settings as of the beginning.
    pub settings: Arc<Settings>,
    /// Tags as of the beginning; tags made in this transaction are not in it.
    pub tags: Arc<TagBook>,
    now_micros: Micros,
    touched: Touched,
    interned: HashMap<LabelId, Arc<LabelFacts>>,
    writes: bool,
    turns: HashSet<EventId>,
}

impl<'a, 'tx> Ctx<'a, 'tx> {
    pub(crate) fn new(tx: &'a mut Tx<'tx>, app: &'a App, actor: &'a Actor, writes: bool) -> Self {
        Self {
            tx,
            app,
            actor,
            directory: app.directory(),
            settings: app.settings(),
            tags: app.tags(),
            now_micros: app.now_micros(),
            touched: Touched::default(),
            interned: HashMap::new(),
            writes,
            turns: HashSet::new(),
        }
    }

    pub(crate) fn into_touched(self) -> Touched {
        self.touched
    }

    /// Seconds now; the same during the whole transaction.
    #[must_use]
    pub fn now(&self) -> Seconds {
        self.now_micros.div_euclid(1_000_000)
    }

    /// Microseconds now; the same during the whole transaction.
    #[must_use]
    pub fn now_micros(&self) -> Micros {
        self.now_micros
    }

    /// Refuses everybody but site administrators.
    ///
    /// # Errors
    /// `Denied`.
    pub(crate) fn require_site_admin(&self) -> Result<()> {
        if self.actor.is_site_admin() {
            Ok(())
        } else {
            Err(Error::denied(DENIED))
        }
    }

    /// Refuses keys that may not write. spec: 11#BI-A5
    ///
    /// # Errors
    /// `Denied`.
    pub(crate) fn require_writing_key(&self) -> Result<()> {
        if self.actor.read_only() {
            Err(Error::denied(DENIED))
        } else {
            Ok(())
        }
    }

    /// A fresh uuid.
    ///
    /// # Errors
    /// Without randomness.
    pub fn new_uuid(&self) -> Result<Uuid> {
        Ok(crate::sources::new_uuid(self.app.random())?)
    }

    /// How values are posted at present.
    #[must_use]
    pub fn poster(&self) -> Poster<'a> {
        Poster {
            hasher: self.app.hasher(),
            subdomains: self.settings.bool("Entente.correlate_subdomains"),
        }
    }

    /// The caller as the policy sees it.
    #[must_use]
    pub fn viewer(&self) -> Viewer {
        self.app
            .labels()
            .viewer(&self.directory, &self.settings, self.actor, self.now())
    }

    /// What the caller may see. Labels made in this transaction are known to it.
    #[must_use]
    pub fn scope(&self) -> Arc<Scope> {
        let scope = self
            .app
            .labels()
            .scope(&self.directory, &self.settings, self.actor, self.now());
        if self.interned.is_empty() {
            return scope;
        }
        let fresh = self.interned.iter().map(|(id, facts)| (id.0, facts.as_ref()));
        Arc::new(crate::labels::LabelBook::extended(&scope, fresh))
    }

    /// Reads something of an event through the caller's scope. A changing use case waits here for its turn
    /// at the event and reads again, so that it never works on what another writer has changed meanwhile.
    ///
    /// # Errors
    /// Of the database.
    pub fn current<T>(
        &mut self,
        find: impl Fn(&mut Tx<'_>, &Scope) -> std::result::Result<Option<T>, DbError>,
        event: impl Fn(&T) -> EventId,
    ) -> Result<Option<T>> {
        let mut learnt = false;
        loop {
            let scope = self.scope();
            let found = find(self.tx, &scope)?;
            let changed = match &found {
                Some(one) => self.take_turn(event(one))?,
                // hidden perhaps only because its label was committed a moment ago; another task may have
                // taken the label in since the scope was made
                None if learnt => false,
                None => {
                    learnt = true;
                    self.learn_labels()? || !Arc::ptr_eq(&scope, &self.scope())
                }
            };
            if !changed {
                return Ok(found);
            }
        }
    }

    /// Waits for this transaction's turn at an event; tells whether it has not had it before, so that what
    /// was read of the event has to be read again.
    ///
    /// # Errors
    /// Of the database.
    pub fn take_turn(&mut self, event: EventId) -> Result<bool> {
        if !self.waits() || !self.turns.insert(event) {
            return Ok(false);
        }
        entente_store::event::lock(self.tx, event)?;
        let mut labels = entente_store::label::own_of_event(self.tx, event)?;
        let row = entente_store::event::find_unscoped(self.tx, entente_model::id::Ref::Id(event.0))?;
        labels.extend(row.map(|row| row.label));
        let known = self.app.labels();
        let fresh: Vec<i64> = labels
            .iter()
            .filter(|label| known.facts(**label).is_none() && !self.interned.contains_key(label))
            .map(|label| label.0)
            .collect();
        if !fresh.is_empty() {
            let rows = entente_store::label::by_ids(self.tx, &fresh)?;
            self.learn(rows)?;
        }
        Ok(true)
    }

    /// Whether other writers may be at work at the same time: the other engine has one writer.
    fn waits(&self) -> bool {
        self.writes && self.tx.engine() == Engine::Postgres
    }

    /// The labels, those of others' latest commits included, for which `change` gives other facts, with these.
    ///
    /// # Errors
    /// Of the database.
    pub(crate) fn labels_with(
        &mut self,
        change: impl Fn(&LabelFacts) -> Option<LabelFacts>,
    ) -> Result<Vec<(LabelId, LabelFacts)>> {
        self.learn_labels()?;
        let mut found = self.app.labels().with(&change);
        let here = self.interned.iter();
        found.extend(here.filter_map(|(id, facts)| Some((*id, change(facts)?))));
        found.sort_by_key(|(id, _)| *id);
        found.dedup_by_key(|(id, _)| *id);
        Ok(found)
    }

    /// Reads labels that others have committed and this process has not taken in yet; tells whether there are any.
    fn learn_labels(&mut self) -> Result<bool> {
        let rows = self.app.labels().unread(self.tx)?;
        let before = self.interned.len();
        self.learn(rows)?;
        Ok(self.interned.len() > before)
    }

    fn learn(&mut self, rows: Vec<entente_store::label::LabelRow>) -> Result<()> {
        for row in rows {
            let facts = crate::labels::facts_of(&row)?;
            self.interned.entry(row.id).or_insert_with(|| Arc::new(facts));
        }
        Ok(())
    }

    /// The facts behind a label.
    ///
    /// # Errors
    /// When the label does not exist.
    pub fn label_facts(&self, id: LabelId) -> Result<Arc<LabelFacts>> {
        self.interned
            .get(&id)
            .cloned()
            .or_else(|| self.app.labels().facts(id))
            .ok_or_else(|| Error::Damaged(format!("policy label {id} is missing")))
    }

    /// The label of these facts, made when it is new.
    ///
    /// # Errors
    /// Of the database.
    pub fn intern_label(&mut self, facts: &LabelFacts) -> Result<LabelId> {
        let digest = facts.digest().map_err(|e| Error::Damaged(e.to_string()))?;
        if let Some(id) = self.app.labels().id_of(&digest) {
            return Ok(id);
        }
        let json = facts
            .to_canonical_json()
            .map_err(|e| Error::Damaged(e.to_string()))?;
        let id = entente_store::label::intern(self.tx, &digest, &json)?;
        self.interned.insert(id, Arc::new(facts.clone()));
        self.touched.labels = true;
        Ok(id)
    }

    /// Reads organisations, roles and sharing groups back after this transaction has changed them, so
    /// that labels derived from here on know the new ones.
    ///
    /// # Errors
    /// Of the database.
    pub fn reload_directory(&mut self) -> Result<()> {
        self.touched.directory = true;
        self.directory = Arc::new(Directory::new(
            crate::directory::UNCOMMITTED,
            entente_store::organisation::all(self.tx)?,
            entente_store::role::all(self.tx)?,
            entente_store::sharing_group::all(self.tx)?,
        ));
        Ok(())
    }

    /// Organisations, roles or sharing groups have changed.
    pub fn touch_directory(&mut self) {
        self.touched.directory = true;
    }
    /// Accounts or keys have changed.
    pub fn touch_accounts(&mut self) {
        self.touched.accounts = true;
    }
    /// Settings have changed.
    pub fn touch_settings(&mut self) {
        self.touched.settings = true;
    }
    /// A tag was made, changed or removed.
    pub fn touch_tag(&mut self, tag: TagId) {
        self.touched.tags.push(tag);
    }
    /// Many tags have changed.
    pub fn touch_all_tags(&mut self) {
        self.touched.all_tags = true;
    }
    /// Import rules or values that are not exported have changed.
    pub fn touch_value_rules(&mut self) {
        self.touched.value_rules = true;
    }
    /// Warninglists have changed.
    pub fn touch_warninglists(&mut self) {
        self.touched.warninglists = true;
    }
}
