//! Fresh servers on each store, quickly: the knowledge base is imported once per store, then copied.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use super::postgres::Postgres;
use crate::node::{self, Settings};
use crate::workspace::{self, Profile, Scratch};
use crate::{packages, run};

const TEMPLATE: &str = "knowledge";

/// One kind of store.
pub struct Store<'a> {
    /// `sqlite` or `postgres`, for messages and names.
    pub name: &'static str,
    folder: PathBuf,
    postgres: Option<&'a Postgres>,
    key: String,
}

impl<'a> Store<'a> {
    /// SQLite and PostgreSQL, each with a prepared template.
    pub fn both(scratch: &Scratch, postgres: &'a Postgres) -> Result<Vec<Self>> {
        let key = node::random_word(40)?;
        let stores = vec![
            Self {
                name: "sqlite",
                folder: scratch.path().join("sqlite"),
                postgres: None,
                key: key.clone(),
            },
            Self {
                name: "postgres",
                folder: scratch.path().join("postgres"),
                postgres: Some(postgres),
                key,
            },
        ];
        let wheels = packages::knowledge()?;
        for store in &stores {
            store
                .prepare_template(&wheels)
                .with_context(|| format!("on {}", store.name))?;
        }
        Ok(stores)
    }

    /// A store of its own with the knowledge base and one account, for a suite called `purpose`.
    pub fn fresh(&self, purpose: &str) -> Result<Settings> {
        let settings = self.settings(purpose);
        workspace::copy_tree(&self.settings(TEMPLATE).data, &settings.data)?;
        if let Some(postgres) = self.postgres {
            postgres.remove(&database(purpose))?;
            postgres.create(&database(purpose), Some(&database(TEMPLATE)))?;
        }
        Ok(settings)
    }

    fn prepare_template(&self, wheels: &[PathBuf]) -> Result<()> {
        fs::create_dir_all(&self.folder)?;
        if let Some(postgres) = self.postgres {
            postgres.create(&database(TEMPLATE), None)?;
        }
        let settings = self.settings(TEMPLATE);
        node::Node::start(&settings)?.stop()?;
        run::output(settings.entente(&["knowledge", "import"]).args(wheels)).map(drop)
    }

    fn settings(&self, purpose: &str) -> Settings {
        Settings {
            binary: Profile::Dev.binary(),
            data: self.folder.join(purpose),
            database: self.postgres.map(|postgres| postgres.url(&database(purpose))),
            key: self.key.clone(),
            environment: Vec::new(),
        }
    }
}

fn database(purpose: &str) -> String {
    format!("entente_{purpose}")
}
