//! What decides which values correlate, read once for many attributes.
use super::apart::ApartRules;
use super::exclusions::Exclusions;
use crate::ctx::Ctx;
use crate::error::Result;
use entente_store::hash::ValueHasher;
use entente_store::posting::Poster;

/// The highest limit: lists up to it are held in memory, value by value.
const HIGHEST_LIMIT: i64 = 10_000;
/// Where nobody says when fuzzy hashes are alike. spec: 05#1.3
const THRESHOLD: u32 = 40;

/// The rules at one moment.
pub(super) struct Rules {
    hasher: ValueHasher,
    pub(super) exclusions: Exclusions,
    pub(super) apart: ApartRules,
    /// Others that may share a value before it says nothing.
    pub(super) limit: usize,
    /// How alike fuzzy hashes must be, where they and networks correlate.
    pub(super) advanced: Option<u32>,
    pub(super) subdomains: bool,
}

impl Rules {
    /// `None` where correlation is switched off altogether.
    pub(super) fn load(ctx: &mut Ctx<'_, '_>) -> Result<Option<Self>> {
        if ctx.settings.bool("MISP.completely_disable_correlation") {
            return Ok(None);
        }
        Self::even_if_off(ctx).map(Some)
    }

    /// The same whether correlation is switched on or off, for those who look after it.
    pub(super) fn even_if_off(ctx: &mut Ctx<'_, '_>) -> Result<Self> {
        let limit = ctx
            .settings
            .number("MISP.correlation_limit")
            .unwrap_or(HIGHEST_LIMIT)
            .clamp(0, HIGHEST_LIMIT);
        let threshold = ctx
            .settings
            .number("MISP.ssdeep_correlation_threshold")
            .and_then(|number| u32::try_from(number).ok())
            .unwrap_or(THRESHOLD);
        Ok(Self {
            hasher: ctx.app.hasher().clone(),
            exclusions: Exclusions::load(ctx)?,
            apart: ApartRules::new(&entente_store::correlation_rule::all(ctx.tx)?),
            limit: usize::try_from(limit).unwrap_or_default(),
            advanced: ctx
                .settings
                .bool("MISP.enable_advanced_correlations")
                .then_some(threshold),
            subdomains: ctx.settings.bool("Entente.correlate_subdomains"),
        })
    }

    /// How values are posted.
    pub(super) fn poster(&self) -> Poster<'_> {
        Poster {
            hasher: &self.hasher,
            subdomains: self.subdomains,
        }
    }

    /// The limit as the store counts.
    pub(super) fn limit_number(&self) -> i64 {
        i64::try_from(self.limit).unwrap_or(HIGHEST_LIMIT)
    }
}
