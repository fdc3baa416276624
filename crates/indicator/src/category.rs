//! The 16 categories, in their published order. spec: 01#10.1

use std::fmt;

use crate::AttributeType;

macro_rules! categories {
    ($($id:literal $variant:ident = $name:literal;)*) => {
        /// What an attribute is evidence of. The order is the published one. spec: 01#10.1
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Category {
            $(#[doc = concat!("The category `", $name, "`.")] $variant = $id,)*
        }

        impl Category {
            const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name as it stands in every API and format.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The category with this exact name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }

            /// The category with this storage number.
            #[must_use]
            pub const fn from_id(id: u8) -> Option<Self> {
                match id { $($id => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

// Stored numbers: never change or reuse one.
categories! {
    1 InternalReference = "Internal reference";
    2 TargetingData = "Targeting data";
    3 AntivirusDetection = "Antivirus detection";
    4 PayloadDelivery = "Payload delivery";
    5 ArtifactsDropped = "Artifacts dropped";
    6 PayloadInstallation = "Payload installation";
    7 PersistenceMechanism = "Persistence mechanism";
    8 NetworkActivity = "Network activity";
    9 PayloadType = "Payload type";
    10 Attribution = "Attribution";
    11 ExternalAnalysis = "External analysis";
    12 FinancialFraud = "Financial fraud";
    13 SupportTool = "Support Tool";
    14 SocialNetwork = "Social network";
    15 Person = "Person";
    16 Other = "Other";
}

impl Category {
    /// All categories in the published order.
    pub fn all() -> impl ExactSizeIterator<Item = Self> + DoubleEndedIterator + Clone {
        Self::ALL.iter().copied()
    }

    /// The number under which the category is stored.
    #[must_use]
    pub const fn id(self) -> u8 {
        self as u8
    }

    /// Whether an attribute of this type may be filed here. spec: 01#10.2
    #[must_use]
    pub fn allows(self, ty: AttributeType) -> bool {
        ty.category_bits() & self.bit() != 0
    }

    /// The types that may be filed here, in the published order of types. spec: 01#10.2
    pub fn types(self) -> impl Iterator<Item = AttributeType> {
        AttributeType::all().filter(move |ty| self.allows(*ty))
    }

    /// This category as a member of a row's set of categories.
    pub(crate) const fn bit(self) -> u16 {
        1 << (self as u8 - 1)
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_sixteen_in_published_order() {
        assert_eq!(Category::all().len(), 16);
        assert!(Category::all().zip(1..).all(|(category, id)| category.id() == id));
    }

    #[test]
    fn names_and_ids_lead_back() {
        for category in Category::all() {
            assert_eq!(Category::from_name(category.name()), Some(category));
            assert_eq!(Category::from_id(category.id()), Some(category));
        }
        assert_eq!(Category::from_name("payload delivery"), None);
        assert_eq!(Category::from_id(0), None);
    }

    #[test]
    fn number_of_types_per_category_is_the_published_one() {
        let expected = [7, 8, 7, 99, 70, 67, 8, 50, 4, 18, 59, 16, 7, 16, 33, 17];
        let counted: Vec<usize> = Category::all().map(|category| category.types().count()).collect();
        assert_eq!(counted, expected);
    }
}
