//! Names of actions. spec: 10#1.3
use crate::problem::Problem;
use crate::query::wrong;
use entente_policy::{Action, ExportFormat, UseClass};
use std::borrow::Cow;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

const NAMES: &[(&str, Action)] = &[
    ("see", Action::See),
    ("use.passive", Action::Use(UseClass::Passive)),
    ("use.block", Action::Use(UseClass::Block)),
    ("use.lookup", Action::Use(UseClass::Lookup)),
    ("use.active", Action::Use(UseClass::Active)),
    ("export.data", Action::Export(ExportFormat::Data)),
    ("export.siem", Action::Export(ExportFormat::Siem)),
    ("export.yara", Action::Export(ExportFormat::Yara)),
    ("export.sigma", Action::Export(ExportFormat::Sigma)),
    ("export.list", Action::Export(ExportFormat::SearchList)),
    ("export.ids-alert", Action::Export(ExportFormat::IdsAlert)),
    ("export.ids-drop", Action::Export(ExportFormat::IdsDrop)),
    ("export.rpz", Action::Export(ExportFormat::Rpz)),
    ("export.netfilter", Action::Export(ExportFormat::Netfilter)),
    ("export.blocklist", Action::Export(ExportFormat::Blocklist)),
    ("export.enrichment", Action::Export(ExportFormat::Enrichment)),
    ("export.probe", Action::Export(ExportFormat::Probe)),
    ("publish", Action::Publish),
    ("edit", Action::Edit),
    ("edit-as-peer", Action::EditAsPeer),
    ("delete", Action::Delete),
    ("tag", Action::Tag { local: false }),
    ("tag.local", Action::Tag { local: true }),
    ("propose", Action::Propose),
    ("sight", Action::Sight),
    ("annotate", Action::Annotate),
    ("notify", Action::Notify),
    ("resell", Action::Resell),
    ("grant", Action::Grant),
    ("recall", Action::Recall),
    ("explain", Action::Explain),
];

/// The action with this name; without a name it is seeing.
///
/// # Errors
/// 400 that lists the names.
pub fn named(name: Option<&str>) -> Result<(&'static str, Action), Problem> {
    let wanted = name.unwrap_or("see");
    NAMES
        .iter()
        .find(|(name, _)| *name == wanted)
        .copied()
        .ok_or_else(|| {
            let known: Vec<_> = NAMES.iter().map(|(name, _)| *name).collect();
            wrong("action", format!("Choose one of {}.", known.join(", ")))
        })
}

/// The name of an action, as the OpenAPI document describes it.
pub struct ActionName;

impl PartialSchema for ActionName {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("Something that may be done with an item."))
            .enum_values(Some(NAMES.iter().map(|(name, _)| *name)))
            .into()
    }
}

impl ToSchema for ActionName {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Action")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_and_actions_are_unique() {
        let names: BTreeSet<_> = NAMES.iter().map(|(name, _)| name).collect();
        let actions: BTreeSet<_> = NAMES.iter().map(|(_, action)| action).collect();
        assert_eq!((names.len(), actions.len()), (NAMES.len(), NAMES.len()));
        assert_eq!(named(None).unwrap(), ("see", Action::See));
        assert!(named(Some("destroy")).is_err());
    }
}
