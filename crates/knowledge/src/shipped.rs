//! The small data every installation starts with, in `data/` of this crate.
//!
//! It is read at run time by the same readers as published files; the tests of this module see
//! to it that the readers find nothing wrong.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::decay::{self, DecayingModel};
use crate::feed::{self, FeedDescription};
use crate::finding::ReadError;
use crate::noticelist::{self, Noticelist};

const NOTICELIST_GDPR: &str = include_str!("../data/noticelist-gdpr.json");
const DECAYING_MODELS: &str = include_str!("../data/decaying-models.json");
const DEFAULT_FEEDS: &str = include_str!("../data/default-feeds.json");
const ORG_BLOCKLIST: &str = include_str!("../data/org-blocklist.json");
const COMMUNITIES: &str = include_str!("../data/communities.json");

/// An organisation that is blocked as an example. spec: 01#7.14
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockedOrganisation {
    /// Its identifier.
    pub org_uuid: Uuid,
    /// Its name.
    pub org_name: String,
}

/// A sharing community in the directory; texts that are not known are empty. spec: 03#17
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Community {
    /// Identifies the community.
    #[serde(default)]
    pub uuid: Option<Uuid>,
    /// The name.
    pub name: String,
    /// Where to find it.
    #[serde(default)]
    pub url: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// The sector it serves.
    #[serde(default)]
    pub sector: String,
    /// Where it is at home.
    #[serde(default)]
    pub nationality: String,
    /// What kind of community it is.
    #[serde(default, rename = "type")]
    pub kind: String,
    /// The organisation that runs it.
    #[serde(default)]
    pub org_uuid: Option<Uuid>,
    /// That organisation's name.
    #[serde(default)]
    pub org_name: String,
    /// Where to ask for access.
    #[serde(default)]
    pub email: String,
    /// The key for that address.
    #[serde(default)]
    pub pgp_key: String,
    /// Whether the directory's keepers know the community.
    #[serde(default)]
    pub misp_project_vetted: bool,
    /// What may be shared there.
    #[serde(default)]
    pub scope_of_data_to_be_shared: String,
}

/// The noticelists.
///
/// # Errors
/// [`ReadError`] only when the shipped file was broken by a change.
pub fn noticelists() -> Result<Vec<Noticelist>, ReadError> {
    Ok(vec![noticelist::parse(NOTICELIST_GDPR.as_bytes())?.0])
}

/// The default decaying models.
///
/// # Errors
/// As [`noticelists`].
pub fn decaying_models() -> Result<Vec<DecayingModel>, ReadError> {
    let models: Vec<&RawValue> = read(DECAYING_MODELS)?;
    models
        .into_iter()
        .map(|model| Ok(decay::parse(model.get().as_bytes())?.0))
        .collect()
}

/// The default feeds, to be added disabled.
///
/// # Errors
/// As [`noticelists`].
pub fn default_feeds() -> Result<Vec<FeedDescription>, ReadError> {
    Ok(feed::parse(DEFAULT_FEEDS.as_bytes())?.0)
}

/// The rows a new organisation blocklist starts with.
///
/// # Errors
/// As [`noticelists`].
pub fn org_blocklist() -> Result<Vec<BlockedOrganisation>, ReadError> {
    read(ORG_BLOCKLIST)
}

/// The directory of communities, in the order in which it is shown.
///
/// # Errors
/// As [`noticelists`].
pub fn communities() -> Result<Vec<Community>, ReadError> {
    read(COMMUNITIES)
}

fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, ReadError> {
    serde_json::from_str(text).map_err(|error| ReadError::Layout(error.to_string()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::decay::Formula;
    use crate::feed::SourceFormat;

    #[test]
    fn readers_find_nothing_wrong() {
        assert_eq!(noticelist::parse(NOTICELIST_GDPR.as_bytes()).unwrap().1, []);
        assert_eq!(feed::parse(DEFAULT_FEEDS.as_bytes()).unwrap().1, []);
        let models: Vec<&RawValue> = read(DECAYING_MODELS).unwrap();
        for model in models {
            assert_eq!(decay::parse(model.get().as_bytes()).unwrap().1, []);
        }
    }

    #[test]
    fn the_noticelist_has_the_expected_name() {
        let lists = noticelists().unwrap();
        assert_eq!(
            lists.iter().map(|list| list.name.as_str()).collect::<Vec<_>>(),
            ["gdpr"]
        );
        assert!(
            lists[0]
                .notices_for("attribute", "category", "Person")
                .next()
                .is_some()
        );
        assert!(
            lists[0]
                .notice
                .iter()
                .all(|notice| notice.text("en").is_some_and(|text| text.len() > 40))
        );
    }

    #[test]
    fn the_models_have_the_specified_numbers() {
        let models = decaying_models().unwrap();
        let numbers: Vec<_> = models
            .iter()
            .map(|m| {
                let p = &m.parameters;
                (
                    m.name.as_str(),
                    p.lifetime,
                    p.decay_speed,
                    p.threshold,
                    p.default_base_score,
                )
            })
            .collect();
        assert_eq!(
            numbers,
            [
                ("NIDS Simple Decaying Model", 120.0, 2.0, 30.0, 80.0),
                ("Phishing model", 3.0, 2.3, 30.0, 80.0),
                ("Vishing model", 10.0, 2.3, 30.0, 80.0),
            ]
        );
        for model in &models {
            assert_eq!(model.formula, Formula::Polynomial);
            let total: f64 = model.parameters.base_score_config.values().sum();
            assert!(
                (total - 1.0).abs() < 0.001,
                "{}: ratios add up to {total}",
                model.name
            );
        }
        assert_eq!(models[2].attribute_types, ["phone-number", "prtn"]);
    }

    #[test]
    fn the_default_feeds_are_the_specified_ones() {
        let feeds = default_feeds().unwrap();
        assert_eq!(feeds.len(), 84);
        assert_eq!(
            feeds.iter().map(|feed| &feed.url).collect::<BTreeSet<_>>().len(),
            84
        );
        let named = |name: &str| feeds.iter().find(|feed| feed.name == name).unwrap();
        assert_eq!(
            named("The Botvrij.eu Data").url,
            "https://www.botvrij.eu/data/feed-osint"
        );
        let rules = named("blockrules of rules.emergingthreats.net");
        assert_eq!(
            (rules.source_format, rules.settings.columns().unwrap()),
            (SourceFormat::Csv, vec![0])
        );
        assert_eq!(named("Panels Tracker").settings.delimiter().unwrap(), ';');
        for feed in &feeds {
            assert!(
                feed.settings.columns().is_ok() && feed.settings.delimiter().is_ok(),
                "{}",
                feed.name
            );
            assert!(
                feed.settings.exclude().is_ok() && !feed.provider.is_empty(),
                "{}",
                feed.name
            );
        }
    }

    #[test]
    fn the_rest_is_as_specified() {
        let blocked = org_blocklist().unwrap();
        assert_eq!(
            blocked
                .iter()
                .map(|org| org.org_name.as_str())
                .collect::<Vec<_>>(),
            ["Setec Astrononomy", "Acme Finance"]
        );
        let vetted = communities()
            .unwrap()
            .into_iter()
            .find(|community| community.misp_project_vetted)
            .unwrap();
        assert_eq!(
            vetted.name,
            "CIRCL Private Sector Information Sharing Community - aka MISPPRIV"
        );
    }
}
