//! Which role flags an endpoint asks for: MISP's access table as data. spec: 02#6
//!
//! The table is consulted on every request and published by `queryACL`, so there is
//! one source for both.

mod table;

use uuid::Uuid;

use crate::permission::{DEFAULT_ROLES, Permission, Permissions};
use crate::viewer::Viewer;

/// The flags a role must carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Any authenticated user.
    Any,
    /// Site admins only.
    SiteAdmin,
    /// Each of these flags.
    All(Permissions),
    /// At least one of these flags.
    AnyOf(Permissions),
}

/// A further condition, each with its own refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Condition {
    /// Not with a read-only key.
    ReadWriteKey,
    /// Users may manage their own account (org admins always may).
    SelfManagement,
    /// Passwords may be changed.
    PasswordChange,
    /// Users may be added (site admins always may).
    AddingUsers,
    /// Delegation is enabled.
    Delegation,
    /// Discussion is enabled.
    Discussion,
    /// Members of the host organisation only.
    HostOrg,
    /// Needs `perm_sharing_group` while the organisation index is hidden from users.
    OrganisationIndex,
}

/// What an endpoint asks of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Role flags.
    pub needs: Needs,
    /// Conditions that must hold besides.
    pub conditions: &'static [Condition],
}

/// Settings behind the conditions. The default is MISP's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndpointConfig {
    /// Negation of `MISP.disableUserSelfManagement`.
    pub self_management: bool,
    /// Negation of `MISP.disable_user_password_change`.
    pub password_change: bool,
    /// Negation of `MISP.disable_user_add`.
    pub adding_users: bool,
    /// `MISP.delegation`.
    pub delegation: bool,
    /// Negation of `MISP.discussion_disable`.
    pub discussion: bool,
    /// `Security.hide_organisation_index_from_users`.
    pub organisation_index_hidden: bool,
}

impl Default for EndpointConfig {
    fn default() -> Self {
        Self {
            self_management: true,
            password_change: true,
            adding_users: true,
            delegation: true,
            discussion: true,
            organisation_index_hidden: false,
        }
    }
}

/// Why an endpoint refuses its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The role lacks a flag.
    #[error("You do not have permission to use this functionality.")]
    Permission,
    /// A condition does not hold.
    #[error("a condition of this functionality does not hold: {0:?}")]
    Condition(Condition),
}

impl Rule {
    /// Whether the caller passes. Site admins pass every flag, not a disabled feature.
    ///
    /// # Errors
    /// The first thing that refuses.
    pub fn check(&self, viewer: &Viewer, host_org: Uuid, config: &EndpointConfig) -> Result<(), Refusal> {
        if !self.needs_met_by(viewer.permissions()) {
            return Err(Refusal::Permission);
        }
        for condition in self.conditions {
            if !condition.holds(viewer, host_org, config) {
                return Err(Refusal::Condition(*condition));
            }
        }
        Ok(())
    }

    /// Whether a role carries the flags, conditions aside.
    #[must_use]
    pub const fn needs_met_by(&self, role: Permissions) -> bool {
        role.contains(Permission::SiteAdmin)
            || match self.needs {
                Needs::Any => true,
                Needs::SiteAdmin => false,
                Needs::All(flags) => role.contains_all(flags),
                Needs::AnyOf(flags) => role.intersects(flags),
            }
    }
}

impl Condition {
    fn holds(self, viewer: &Viewer, host_org: Uuid, config: &EndpointConfig) -> bool {
        let site_admin = viewer.is_site_admin();
        match self {
            Self::ReadWriteKey => !viewer.read_only,
            Self::SelfManagement => config.self_management || site_admin || viewer.has(Permission::Admin),
            Self::PasswordChange => config.password_change,
            Self::AddingUsers => config.adding_users || site_admin,
            Self::Delegation => config.delegation,
            Self::Discussion => config.discussion,
            Self::HostOrg => site_admin || viewer.org == Some(host_org),
            Self::OrganisationIndex => {
                !config.organisation_index_hidden || site_admin || viewer.has(Permission::SharingGroup)
            }
        }
    }
}

/// A controller and its actions.
#[derive(Debug, Clone, Copy)]
struct Controller {
    name: &'static str,
    rows: &'static [Row],
}

/// Actions that share a rule.
#[derive(Debug, Clone, Copy)]
struct Row {
    rule: Rule,
    actions: &'static [&'static str],
}

/// The rule of an action; names compare ignoring case, controllers also ignoring underscores.
/// `None` is an action or controller that does not exist: nobody passes.
#[must_use]
pub fn endpoint_rule(controller: &str, action: &str) -> Option<Rule> {
    let known = controller_named(controller)?;
    let in_table = known
        .rows
        .iter()
        .find(|row| row.actions.iter().any(|name| name.eq_ignore_ascii_case(action)))
        .map(|row| row.rule);
    in_table.or_else(|| {
        table::EVERYWHERE
            .iter()
            .any(|name| name.eq_ignore_ascii_case(action))
            .then_some(table::SITE_ADMIN)
    })
}

/// Whether there is such a controller. Under one that exists, an unknown action is refused
/// to users and not found for site admins; without a controller it is not found for anybody.
#[must_use]
pub fn controller_exists(controller: &str) -> bool {
    controller_named(controller).is_some()
}

/// Every controller with its actions and their rules, in the order of the table: the answer
/// of `queryACL/printAllFunctionNames`.
pub fn controllers() -> impl Iterator<Item = (&'static str, impl Iterator<Item = (&'static str, Rule)>)> {
    table::TABLE.iter().map(|controller| {
        let actions = controller
            .rows
            .iter()
            .flat_map(|row| row.actions.iter().map(move |action| (*action, row.rule)));
        (controller.name, actions)
    })
}

/// The paths whose flags a role meets, as `/controller/action`: the answer of
/// `queryACL/printRoleAccess`.
pub fn urls_of_role(role: Permissions) -> impl Iterator<Item = String> {
    controllers().flat_map(move |(controller, actions)| {
        actions
            .filter(move |(_, rule)| rule.needs_met_by(role))
            .map(move |(action, _)| format!("/{controller}/{action}"))
    })
}

fn controller_named(name: &str) -> Option<&'static Controller> {
    let plain = |b: &u8| *b != b'_';
    table::TABLE.iter().find(|controller| {
        controller
            .name
            .bytes()
            .map(|b| b.to_ascii_lowercase())
            .eq(name.bytes().filter(plain).map(|b| b.to_ascii_lowercase()))
    })
}

/// The table against the default roles as text, one line per action: kept as a golden file,
/// so that every change of a right is seen in review.
#[must_use]
pub fn matrix() -> String {
    let mut text = String::new();
    for (controller, actions) in controllers() {
        for (action, rule) in actions {
            let roles: String = DEFAULT_ROLES
                .iter()
                .map(|role| {
                    if rule.needs_met_by(role.permissions) {
                        'x'
                    } else {
                        '.'
                    }
                })
                .collect();
            text.push_str(&roles);
            text.push(' ');
            text.push_str(controller);
            text.push('/');
            text.push_str(action);
            for condition in rule.conditions {
                text.push_str(&format!(" {condition:?}"));
            }
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn viewer(flags: &[Permission]) -> Viewer {
        Viewer {
            org: Some(Uuid::from_u128(2)),
            role: Permissions::of(flags),
            ..Viewer::default()
        }
    }

    fn check(path: (&str, &str), viewer: &Viewer, config: EndpointConfig) -> Result<(), Refusal> {
        endpoint_rule(path.0, path.1)
            .unwrap()
            .check(viewer, Uuid::from_u128(1), &config)
    }

    #[test]
    fn no_action_stands_twice() {
        let mut seen = HashSet::new();
        for (controller, actions) in controllers() {
            for (action, _) in actions {
                let path = format!("{controller}/{action}").to_lowercase();
                assert!(seen.insert(path.clone()), "{path}");
                assert!(endpoint_rule(controller, action).is_some());
            }
        }
    }

    #[test]
    fn names_ignore_case_and_underscores() {
        let rule = endpoint_rule("authKeys", "add");
        assert_eq!(endpoint_rule("auth_keys", "ADD"), rule);
        assert_eq!(endpoint_rule("Events", "restsearch").unwrap().needs, Needs::Any);
        assert_eq!(
            endpoint_rule("events", "queryacl").unwrap().needs,
            Needs::SiteAdmin
        );
        assert_eq!(endpoint_rule("events", "explode"), None);
        assert_eq!(endpoint_rule("nonsense", "queryACL"), None);
        assert!(controller_exists("sharing_groups") && !controller_exists("nonsense"));
    }

    #[test]
    fn conditions_refuse_by_name() {
        let config = EndpointConfig::default();
        let key = Viewer {
            read_only: true,
            ..viewer(&[Permission::Auth])
        };
        let refused = Err(Refusal::Condition(Condition::ReadWriteKey));
        assert_eq!(check(("authKeys", "add"), &key, config), refused);
        assert_eq!(check(("authKeys", "index"), &key, config), Ok(()));

        let off = EndpointConfig {
            self_management: false,
            adding_users: false,
            ..config
        };
        let refused = Err(Refusal::Condition(Condition::SelfManagement));
        assert_eq!(check(("users", "edit"), &viewer(&[]), off), refused);
        assert_eq!(
            check(("users", "edit"), &viewer(&[Permission::Admin]), off),
            Ok(())
        );
        let refused = Err(Refusal::Condition(Condition::AddingUsers));
        assert_eq!(
            check(("users", "admin_add"), &viewer(&[Permission::Admin]), off),
            refused
        );
        assert_eq!(
            check(("users", "admin_add"), &viewer(&[Permission::SiteAdmin]), off),
            Ok(())
        );

        let refused = Err(Refusal::Condition(Condition::HostOrg));
        let adder = viewer(&[Permission::Add]);
        assert_eq!(check(("eventBlocklists", "add"), &adder, config), refused);
        let host = Viewer {
            org: Some(Uuid::from_u128(1)),
            ..adder
        };
        assert_eq!(check(("eventBlocklists", "add"), &host, config), Ok(()));
        let member = Viewer {
            role: Permissions::NONE,
            ..host
        };
        assert_eq!(
            check(("eventBlocklists", "add"), &member, config),
            Err(Refusal::Permission)
        );
    }

    #[test]
    fn a_disabled_feature_is_disabled_for_site_admins() {
        let config = EndpointConfig {
            delegation: false,
            password_change: false,
            ..Default::default()
        };
        let admin = viewer(&[Permission::SiteAdmin]);
        for path in [("eventDelegations", "index"), ("users", "change_pw")] {
            assert!(
                matches!(check(path, &admin, config), Err(Refusal::Condition(_))),
                "{path:?}"
            );
        }
        let hidden = EndpointConfig {
            organisation_index_hidden: true,
            ..Default::default()
        };
        assert!(check(("organisations", "index"), &viewer(&[]), hidden).is_err());
        assert!(
            check(
                ("organisations", "index"),
                &viewer(&[Permission::SharingGroup]),
                hidden
            )
            .is_ok()
        );
        assert!(check(("organisations", "index"), &admin, hidden).is_ok());
    }

    #[test]
    fn a_read_only_key_of_a_site_admin_is_no_site_admin() {
        let key = Viewer {
            read_only: true,
            ..viewer(&[Permission::SiteAdmin])
        };
        let config = EndpointConfig::default();
        assert_eq!(check(("tags", "delete"), &key, config), Err(Refusal::Permission));
        assert_eq!(check(("tags", "index"), &key, config), Ok(()));
    }
}
