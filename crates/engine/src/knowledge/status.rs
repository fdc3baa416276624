//! What is stored of each library.
use crate::app::App;
use crate::error::Result;

/// What is stored of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindStatus {
    /// The kind, in the plural.
    pub name: &'static str,
    /// How many there are.
    pub total: usize,
    /// How many of them are switched on; none when the kind has no switch.
    pub enabled: Option<usize>,
    /// What they hold together, such as clusters, and how many.
    pub parts: Option<(&'static str, i64)>,
}

/// What is stored of every library.
///
/// # Errors
/// Of the database.
pub async fn status(app: &App) -> Result<Vec<KindStatus>> {
    fn kind<T>(name: &'static str, rows: &[T], on: impl Fn(&T) -> bool) -> KindStatus {
        KindStatus {
            name,
            total: rows.len(),
            enabled: Some(rows.iter().filter(|row| on(row)).count()),
            parts: None,
        }
    }
    app.read_system(|tx| {
        let templates = entente_store::template::list(tx, true)?;
        let relationships = entente_store::template::relationships(tx)?;
        let taxonomies = entente_store::taxonomy::all(tx)?;
        let galaxies = entente_store::galaxy::list(tx)?;
        let clusters = entente_store::galaxy::count_clusters_unscoped(tx)?;
        let warninglists = entente_store::warninglist::list(tx)?;
        let entries = warninglists.iter().map(|list| list.entry_count).sum();
        let noticelists = entente_store::noticelist::list(tx)?;
        let models = entente_store::decay::list(tx)?;
        let feeds = entente_store::feed::list(tx, false)?;
        Ok(vec![
            kind("object templates", &templates, |template| template.active),
            KindStatus {
                name: "relationship types",
                total: relationships.len(),
                enabled: None,
                parts: None,
            },
            kind("taxonomies", &taxonomies, |taxonomy| taxonomy.enabled),
            KindStatus {
                parts: Some(("clusters", clusters)),
                ..kind("galaxies", &galaxies, |galaxy| galaxy.enabled)
            },
            KindStatus {
                parts: Some(("entries", entries)),
                ..kind("warninglists", &warninglists, |list| list.enabled)
            },
            kind("noticelists", &noticelists, |list| list.enabled),
            kind("decaying models", &models, |model| model.enabled),
            kind("feeds", &feeds, |feed| feed.enabled),
        ])
    })
    .await
}
