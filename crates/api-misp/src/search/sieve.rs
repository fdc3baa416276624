//! What a search leaves out though it was found: values on warninglists, where they are enforced, and values that
//! leave this instance in no export. spec: 04#3.13, 08#16
use crate::event::options::Shown;
use crate::warnings::Warnings;
use entente_engine::{Ctx, Result, value_rule};
use entente_indicator::AllowedValues;
use entente_model::attribute::Attribute;
use entente_model::search::Options;
use std::sync::Arc;

/// What is left out of one answer.
pub(super) struct Sieve {
    lists: Option<Warnings>,
    /// Also what hits a list without a warning being shown for it.
    unwarned: bool,
    allowed: Arc<AllowedValues>,
}

impl Sieve {
    /// For attributes inside events.
    ///
    /// # Errors
    /// Of the database.
    pub(super) fn of_event(ctx: &mut Ctx<'_, '_>, shown: &Shown) -> Result<Self> {
        Self::new(ctx, shown.enforce_warninglist, false)
    }

    /// For attributes that are found themselves, and members of such objects.
    ///
    /// # Errors
    /// Of the database.
    pub(super) fn of_search(ctx: &mut Ctx<'_, '_>, options: &Options) -> Result<Self> {
        Self::new(ctx, options.enforce_warninglist, true)
    }

    fn new(ctx: &mut Ctx<'_, '_>, enforce: bool, unwarned: bool) -> Result<Self> {
        let lists = if enforce { Warnings::of(ctx)? } else { None };
        Ok(Self {
            lists,
            unwarned,
            allowed: ctx.app.allowed_values(),
        })
    }

    /// Whether an attribute goes out.
    pub(super) fn keeps(&self, attribute: &Attribute) -> bool {
        if value_rule::stays(&self.allowed, attribute) {
            return false;
        }
        self.lists.as_ref().is_none_or(|lists| {
            if self.unwarned {
                !lists.listed(attribute)
            } else {
                !lists.warned(attribute)
            }
        })
    }
}
