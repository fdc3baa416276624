//! Taking in the attributes and objects of an event body one by one, before the writer is asked for.
use crate::app::App;
use crate::content::dropped::Dropped;
use crate::content::insert::{Content, MAX_ATTRIBUTES};
use crate::content::prepare::{self, Defaults};
use crate::error::{Error, Result};
use crate::settings::Settings;
use entente_model::draft::{AttributeDraft, ObjectDraft};
use entente_model::finding::FieldErrors;
use entente_model::level::Distribution;
use std::sync::Arc;

/// Prepares elements as they are parsed; elements that fail validation are left out and named.
pub struct Intake {
    app: App,
    distribution: Distribution,
    now: i64,
    count: usize,
    /// What will be stored.
    pub content: Content,
    /// What was left out and why.
    pub dropped: Dropped,
}

/// The distribution of attributes, objects and reports that name none. spec: 01#5.1
#[must_use]
pub fn default_distribution(settings: &Settings) -> Distribution {
    match settings.text("MISP.default_attribute_distribution").trim() {
        "event" | "" => Distribution::Inherit,
        level => level
            .parse()
            .ok()
            .and_then(Distribution::from_number)
            .unwrap_or(Distribution::Inherit),
    }
}

impl Intake {
    /// An empty intake.
    #[must_use]
    pub fn new(app: &App) -> Self {
        Self {
            distribution: default_distribution(&app.settings()),
            now: app.now(),
            app: app.clone(),
            count: 0,
            content: Content::default(),
            dropped: Dropped::default(),
        }
    }

    fn defaults(&self) -> Defaults {
        Defaults {
            distribution: self.distribution,
            rules: self.app.import_rules(),
            now: self.now,
        }
    }

    fn counted(&mut self, more: usize) -> Result<()> {
        self.count += more;
        if self.count > MAX_ATTRIBUTES {
            return Err(Error::TooLarge(
                format!("An event holds at most {MAX_ATTRIBUTES} attributes; split it, for example with extends_uuid.")
                    .into(),
            ));
        }
        Ok(())
    }

    fn drop_it(&mut self, what: &str, errors: &FieldErrors) {
        self.dropped.add(|| format!("{what}: {errors}"));
    }

    /// Takes an attribute outside objects.
    ///
    /// # Errors
    /// `TooLarge` beyond the limit; of the file store.
    pub fn attribute(&mut self, draft: AttributeDraft) -> Result<()> {
        for draft in prepare::split_values(draft) {
            self.counted(1)?;
            match prepare::attribute(draft, &self.defaults()) {
                Ok(mut attribute) => {
                    // Kept at once, so that a body full of files does not pile up in memory.
                    attribute.keep_file(&self.app)?;
                    self.content.attributes.push(attribute);
                }
                Err(errors) => self.drop_it("attribute", &errors),
            }
        }
        Ok(())
    }

    /// Takes an object with its members.
    ///
    /// # Errors
    /// As [`Intake::attribute`].
    pub fn object(&mut self, draft: ObjectDraft) -> Result<()> {
        self.counted(draft.attributes.len())?;
        match prepare::object(draft, &self.defaults()) {
            Ok((mut object, failed)) => {
                for (_, errors) in &failed {
                    self.drop_it(&format!("attribute of object {}", object.row.name), errors);
                }
                for attribute in &mut object.attributes {
                    attribute.keep_file(&self.app)?;
                }
                self.content.objects.push(object);
            }
            Err(errors) => self.drop_it("object", &errors),
        }
        Ok(())
    }

    /// The finished content, with a uuid for everything.
    ///
    /// # Errors
    /// Without randomness.
    pub fn finish(mut self) -> Result<(Arc<parking_lot::Mutex<Content>>, Dropped)> {
        self.content.settle(&self.app)?;
        Ok((Arc::new(parking_lot::Mutex::new(self.content)), self.dropped))
    }
}
