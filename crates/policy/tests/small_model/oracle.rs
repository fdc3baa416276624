//! The oracle: the same rules written as set algebra over three organisations, without a look at
//! the crate. Start from the addressed set, intersect the restrictions, add the exempt.

/// Organisation A as a bit.
pub const A: u8 = 1;
/// Organisation B as a bit.
pub const B: u8 = 2;
/// Organisation C as a bit.
pub const C: u8 = 4;
const EVERYBODY: u8 = A | B | C;
const AMBER_STRICT: u8 = 4;

/// Whom one level of the chain addresses.
#[derive(Debug, Clone, Copy)]
pub enum Level {
    /// Its owner alone.
    Nobody,
    /// Anybody here.
    Everybody,
    /// A sharing group.
    Group {
        /// Its members.
        listed: u8,
        /// Whether it admits all organisations of this instance.
        all: bool,
    },
}

/// An object; sets of organisations are bit masks.
pub struct Model {
    /// Event, object, item.
    pub levels: [Level; 3],
    /// Owner.
    pub owner: u8,
    /// Creator.
    pub creator: u8,
    /// Whether published; unpublished is private in this world.
    pub published: bool,
    /// Traffic light level, 0 (none) to 5 (red).
    pub tlp: u8,
    /// Organisations that pass every list.
    pub rel: u8,
    /// Organisations excluded.
    pub not_rel: u8,
    /// Originator control.
    pub orcon: bool,
    /// Organisations that serve a permitted purpose.
    pub serves: u8,
    /// Organisations with a grant.
    pub grants: u8,
    /// The host organisation.
    pub host: u8,
}

impl Model {
    /// For See, Edit, Tag locally: who may as a user with the rights of an author, who as site admin.
    pub fn answer(&self) -> [[u8; 2]; 3] {
        let admins = self.unrestricted();
        let users = self.addressed() & admins;
        let authors = users & self.creator;
        let taggers = users & (self.creator | self.host);
        [[users, admins], [authors, admins], [taggers, admins]]
    }

    fn addressed(&self) -> u8 {
        let reach = self.levels.iter().fold(EVERYBODY, |set, level| {
            set & match *level {
                Level::Nobody => 0,
                Level::Everybody => EVERYBODY,
                Level::Group { all: true, .. } => EVERYBODY,
                Level::Group { listed, all: false } => listed | self.grants,
            }
        });
        self.owner | if self.published { reach } else { 0 }
    }

    fn unrestricted(&self) -> u8 {
        let mut set = self.rel & !self.not_rel & self.serves;
        if self.orcon || self.tlp >= AMBER_STRICT {
            set &= self.named();
        }
        set | self.creator
    }

    fn named(&self) -> u8 {
        let lists = self.levels.iter().filter_map(|level| match *level {
            Level::Group { listed, .. } => Some(listed),
            Level::Nobody | Level::Everybody => None,
        });
        lists.reduce(|a, b| a & b).unwrap_or(0) | self.grants | self.owner | self.creator
    }
}
