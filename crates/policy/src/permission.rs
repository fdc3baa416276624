//! Role flags, and the set of them that a role or key carries.

use std::fmt;

macro_rules! permissions {
    ($($variant:ident = $bit:literal, $name:literal, $doc:literal;)*) => {
        /// One role flag. The discriminant is its bit in [`Permissions`] and is stored,
        /// so it never changes. spec: 02#3.1, 10#1.1
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Permission {
            $(#[doc = $doc] $variant = $bit,)*
        }

        impl Permission {
            /// Every permission, in the order of its bit.
            pub const ALL: &'static [Permission] = &[$(Permission::$variant,)*];

            /// The name of the flag in MISP's JSON, such as `perm_add`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Permission::$variant => $name,)* }
            }
        }
    };
}

permissions! {
    Add = 0, "perm_add", "Create events, content and proposals.";
    Modify = 1, "perm_modify", "Edit the events one has created oneself.";
    ModifyOrg = 2, "perm_modify_org", "Edit every event created by one's own organisation.";
    Publish = 3, "perm_publish", "Publish events of one's own organisation.";
    PublishZmq = 4, "perm_publish_zmq", "Push an event to the ZMQ stream.";
    PublishKafka = 5, "perm_publish_kafka", "Push an event to the Kafka stream.";
    Delegate = 6, "perm_delegate", "Ask another organisation to publish an event.";
    Sync = 7, "perm_sync", "Act as a remote instance.";
    Admin = 8, "perm_admin", "Manage the users of one's own organisation.";
    SiteAdmin = 9, "perm_site_admin", "Administer the whole instance.";
    Audit = 10, "perm_audit", "Read the logs.";
    Auth = 11, "perm_auth", "Use API keys.";
    Tagger = 12, "perm_tagger", "Attach and detach tags and clusters.";
    TagEditor = 13, "perm_tag_editor", "Create tags and tag collections.";
    Template = 14, "perm_template", "Edit the legacy event templates.";
    SharingGroup = 15, "perm_sharing_group", "Create and edit sharing groups.";
    Sighting = 16, "perm_sighting", "Add sightings.";
    GalaxyEditor = 17, "perm_galaxy_editor", "Create and edit galaxy clusters.";
    Decaying = 18, "perm_decaying", "Edit decaying models.";
    AnalystData = 19, "perm_analyst_data", "Write notes, opinions and relationships.";
    ObjectTemplate = 20, "perm_object_template", "Edit object templates.";
    RegexpAccess = 21, "perm_regexp_access", "Edit import expressions and the allow list.";
    Warninglist = 22, "perm_warninglist", "Edit and toggle warninglists.";
    ViewFeedCorrelations = 23, "perm_view_feed_correlations", "See feed hits on all events.";
    SkipOtp = 24, "perm_skip_otp", "Exempt from a forced second factor.";
    ServerSign = 25, "perm_server_sign", "Let the instance key sign data.";
    Release = 26, "perm_release", "Work the quarantine, the hold queue and bundle releases.";
    BreakGlass = 27, "perm_break_glass", "Pass the marks for a stated, logged reason.";
    Rfi = 28, "perm_rfi", "Handle requests for information.";
    Exercise = 29, "perm_exercise", "Run exercises.";
}

impl Permission {
    /// Position of the flag in the stored bit set, 0–63.
    #[must_use]
    pub const fn bit(self) -> u32 {
        self as u32
    }

    /// The permission with this exact flag name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|p| p.name() == name)
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of role flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Permissions(u64);

impl Permissions {
    /// No flag at all.
    pub const NONE: Self = Self(0);

    /// Every flag.
    #[must_use]
    pub const fn all() -> Self {
        Self::of(Permission::ALL)
    }

    /// Exactly the listed flags.
    #[must_use]
    pub const fn of(list: &[Permission]) -> Self {
        let mut bits = 0;
        let mut rest = list;
        while let [first, tail @ ..] = rest {
            bits |= 1 << first.bit();
            rest = tail;
        }
        Self(bits)
    }

    /// Whether the flag is set.
    #[must_use]
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & (1 << permission.bit()) != 0
    }

    /// Whether every flag of `other` is set.
    #[must_use]
    pub const fn contains_all(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether at least one flag of `other` is set.
    #[must_use]
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The set with this flag added.
    #[must_use]
    pub const fn with(self, permission: Permission) -> Self {
        Self(self.0 | 1 << permission.bit())
    }

    /// The set with this flag removed.
    #[must_use]
    pub const fn without(self, permission: Permission) -> Self {
        Self(self.0 & !(1 << permission.bit()))
    }

    /// The set as stored.
    #[must_use]
    pub const fn to_bits(self) -> u64 {
        self.0
    }

    /// The set from its stored form; bits that no flag owns are dropped.
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits & Self::all().0)
    }

    /// What a read-only key leaves of a role: API use and log reading. spec: 02#2.2
    #[must_use]
    pub const fn read_only(self) -> Self {
        Self(self.0 & Self::of(&[Permission::Auth, Permission::Audit]).0)
    }

    /// The flags of the set, in bit order.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |p| self.contains(*p))
    }

    /// The level MISP derives from the four writing flags. spec: 02#3.2
    #[must_use]
    pub const fn level(self) -> PermissionLevel {
        use Permission::{Add, Modify, ModifyOrg, Publish};
        if self.contains_all(Self::of(&[Add, Modify, Publish])) {
            PermissionLevel::Publish
        } else if self.contains_all(Self::of(&[Add, ModifyOrg])) {
            PermissionLevel::ManageOrg
        } else if self.contains(Add) {
            PermissionLevel::ManageOwn
        } else {
            PermissionLevel::ReadOnly
        }
    }

    /// The set with its four writing flags decided by a level. spec: 02#3.2
    #[must_use]
    pub const fn with_level(self, level: PermissionLevel) -> Self {
        use Permission::{Add, Modify, ModifyOrg, Publish};
        let cleared = Self(self.0 & !Self::of(&[Add, Modify, ModifyOrg, Publish]).0);
        match level {
            PermissionLevel::ReadOnly => cleared,
            PermissionLevel::ManageOwn => cleared.with(Add).with(Modify),
            PermissionLevel::ManageOrg => cleared.with(Add).with(Modify).with(ModifyOrg),
            PermissionLevel::Publish => cleared.with(Add).with(Modify).with(ModifyOrg).with(Publish),
        }
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(iter: I) -> Self {
        iter.into_iter().fold(Self::NONE, Self::with)
    }
}

/// MISP's summary of what a role may write. spec: 02#3.2
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PermissionLevel {
    /// Reads only (`"0"`).
    ReadOnly,
    /// Manages the user's own events (`"1"`).
    ManageOwn,
    /// Manages the organisation's events (`"2"`).
    ManageOrg,
    /// Manages and publishes the organisation's events (`"3"`).
    Publish,
}

impl PermissionLevel {
    const ALL: [Self; 4] = [Self::ReadOnly, Self::ManageOwn, Self::ManageOrg, Self::Publish];

    /// The digit in a role's `permission` field.
    #[must_use]
    pub const fn digit(self) -> &'static str {
        match self {
            Self::ReadOnly => "0",
            Self::ManageOwn => "1",
            Self::ManageOrg => "2",
            Self::Publish => "3",
        }
    }

    /// The word in a role's `permission_description` field.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ReadOnly => "read_only",
            Self::ManageOwn => "manage_own",
            Self::ManageOrg => "manage_org",
            Self::Publish => "publish",
        }
    }

    /// The level with this digit or name, as clients send either.
    #[must_use]
    pub fn from_digit_or_name(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|level| level.digit() == text || level.name() == text)
    }
}

/// A role that a new instance starts with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DefaultRole {
    /// Id that clients rely on.
    pub id: u32,
    /// Name shown to users.
    pub name: &'static str,
    /// Its flags.
    pub permissions: Permissions,
}

/// The six roles of a new instance; role 3 is the one given to new users. spec: 02#3.1
pub const DEFAULT_ROLES: [DefaultRole; 6] = {
    use Permission as P;
    const USER: Permissions = Permissions::of(&[
        P::Add,
        P::Modify,
        P::ModifyOrg,
        P::Audit,
        P::Auth,
        P::Tagger,
        P::Sighting,
        P::GalaxyEditor,
        P::Decaying,
        P::AnalystData,
    ]);
    const PUBLISHER: Permissions = USER
        .with(P::Publish)
        .with(P::PublishZmq)
        .with(P::PublishKafka)
        .with(P::Delegate);
    const SYNC: Permissions = PUBLISHER.with(P::Sync).with(P::TagEditor).with(P::SharingGroup);
    const ORG_ADMIN: Permissions = PUBLISHER
        .with(P::Admin)
        .with(P::TagEditor)
        .with(P::Template)
        .with(P::SharingGroup);
    const SITE_ADMIN: Permissions = ORG_ADMIN
        .with(P::Sync)
        .with(P::SiteAdmin)
        .with(P::ObjectTemplate)
        .with(P::RegexpAccess)
        .with(P::Warninglist)
        .with(P::ViewFeedCorrelations)
        .with(P::ServerSign);
    [
        DefaultRole {
            id: 1,
            name: "admin",
            permissions: SITE_ADMIN,
        },
        DefaultRole {
            id: 2,
            name: "Org Admin",
            permissions: ORG_ADMIN,
        },
        DefaultRole {
            id: 3,
            name: "User",
            permissions: USER,
        },
        DefaultRole {
            id: 4,
            name: "Publisher",
            permissions: PUBLISHER,
        },
        DefaultRole {
            id: 5,
            name: "Sync user",
            permissions: SYNC,
        },
        DefaultRole {
            id: 6,
            name: "Read Only",
            permissions: Permissions::of(&[P::Audit, P::Auth]),
        },
    ]
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_unique_and_in_order() {
        for (i, p) in Permission::ALL.iter().enumerate() {
            assert_eq!(usize::try_from(p.bit()).unwrap(), i);
            assert_eq!(Permission::from_name(p.name()), Some(*p));
        }
        assert_eq!(Permission::from_name("perm_full"), None);
    }

    #[test]
    fn unknown_bits_are_dropped() {
        assert_eq!(Permissions::from_bits(u64::MAX), Permissions::all());
    }

    #[test]
    fn a_read_only_key_loses_site_admin() {
        let left = Permissions::all().read_only();
        assert_eq!(left, Permissions::of(&[Permission::Auth, Permission::Audit]));
    }

    #[test]
    fn level_decides_the_four_flags() {
        for level in PermissionLevel::ALL {
            assert_eq!(Permissions::all().with_level(level).level(), level);
            assert_eq!(PermissionLevel::from_digit_or_name(level.digit()), Some(level));
            assert_eq!(PermissionLevel::from_digit_or_name(level.name()), Some(level));
        }
        let odd = Permissions::of(&[Permission::Add, Permission::Modify, Permission::Publish]);
        assert_eq!(odd.level(), PermissionLevel::Publish);
    }

    #[test]
    fn default_roles_have_their_levels() {
        let levels: Vec<_> = DEFAULT_ROLES
            .iter()
            .map(|r| r.permissions.level().digit())
            .collect();
        assert_eq!(levels, ["3", "3", "2", "3", "3", "0"]);
    }
}
