//! The widgets there are, and what they show. spec: 08#9
use crate::galaxy::Matrix;
use std::collections::BTreeMap;

/// How a widget is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renderer {
    /// Names and values.
    SimpleList,
    /// A table.
    Index,
    /// Bars.
    BarChart,
    /// Lines over time.
    MultiLineChart,
    /// Countries.
    WorldMap,
    /// A matrix with scores.
    Attack,
    /// Something to press.
    Button,
}

impl Renderer {
    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SimpleList => "SimpleList",
            Self::Index => "Index",
            Self::BarChart => "BarChart",
            Self::MultiLineChart => "MultiLineChart",
            Self::WorldMap => "WorldMap",
            Self::Attack => "Attack",
            Self::Button => "Button",
        }
    }
}

/// Values at one moment, by the name of their line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// Day or month.
    pub date: String,
    /// One value of each line.
    pub values: Vec<(String, i64)>,
}

/// What a widget shows.
#[derive(Debug, Clone)]
pub enum Figures {
    /// Names and values.
    List(Vec<(String, String)>),
    /// A table: its columns and rows of texts.
    Table(Vec<&'static str>, Vec<Vec<String>>),
    /// Names and numbers.
    Bars(Vec<(String, i64)>),
    /// Values over time.
    Lines(Vec<Point>),
    /// Numbers by country, three letters.
    Map(Vec<(String, i64)>),
    /// A matrix with the score of each tag; nothing without ATT&CK.
    Matrix(Option<Box<Matrix>>, BTreeMap<String, i64>),
    /// A link with its label.
    Link(String, String),
}

macro_rules! widgets {
    ($($variant:ident $name:literal $renderer:ident $title:literal [$($parameter:literal),*] $description:literal),+ $(,)?) => {
        /// A widget.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Widget {
            $(#[doc = $description] $variant),+
        }
        impl Widget {
            /// Every widget.
            pub const ALL: &[Self] = &[$(Self::$variant),+];
            /// The name on the wire.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
            /// How it is drawn.
            #[must_use]
            pub fn renderer(self) -> Renderer {
                match self { $(Self::$variant => Renderer::$renderer),+ }
            }
            /// What stands above it.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }
            /// What it shows, in a sentence.
            #[must_use]
            pub fn description(self) -> &'static str {
                match self { $(Self::$variant => $description),+ }
            }
            /// What can be configured.
            #[must_use]
            pub fn parameters(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($parameter),*]),+ }
            }
        }
    };
}

widgets! {
    Status "MispStatusWidget" SimpleList "Status" [] "What has happened since the reader was here last.",
    Whoami "WhoamiWidget" SimpleList "Whoami" [] "The account, its role and organisation.",
    EventStream "EventStreamWidget" Index "Event stream" ["tags", "orgs", "published", "limit", "fields"]
        "The events changed last.",
    TrendingTags "TrendingTagsWidget" BarChart "Trending tags"
        ["time_window", "exclude", "include", "threshold", "filter_event_tags"] "The tags in use most in a span of time.",
    TrendingAttributes "TrendingAttributesWidget" BarChart "Trending values"
        ["time_window", "exclude", "type", "category", "to_ids", "org_filter", "threshold"]
        "The values seen most in a span of time.",
    RecentSightings "RecentSightingsWidget" Index "Recent sightings" ["limit", "last"] "The sightings made last.",
    Attack "AttackWidget" Attack "ATT&CK" ["time_window", "orgs", "published"] "How often techniques are attached.",
    EventEvolution "EventEvolutionLineWidget" MultiLineChart "Events over time" ["start", "cumulative"]
        "Events by month.",
    UsageData "UsageDataWidget" SimpleList "Usage" [] "Totals of what the reader may see.",
    OrgToplist "OrgContributionToplistWidget" BarChart "Contributing organisations"
        ["days", "month", "year", "filter", "limit"] "The organisations with the most events.",
    ContributorsLastMonth "OrgsContributorLastMonthWidget" BarChart "Contributors of the last month" ["filter", "limit"]
        "The organisations with events of the last thirty days.",
    UserToplist "UserContributionToplistWidget" BarChart "Contributing users"
        ["days", "month", "year", "filter", "limit"] "The accounts with the most events.",
    OrgEvolution "OrgEvolutionLineWidget" MultiLineChart "Organisations over time" ["start", "cumulative", "filter"]
        "Organisations by the month in which they came.",
    UserEvolution "UsersEvolutionWidget" MultiLineChart "Users over time" ["start", "cumulative", "filter"]
        "Accounts by the month in which they were made.",
    NewOrgs "NewOrgsWidget" Index "New organisations" ["limit", "filter", "days"] "The organisations that came last.",
    NewUsers "NewUsersWidget" Index "New users" ["limit", "filter", "days"] "The accounts made last.",
    OrgMap "OrganisationMapWidget" WorldMap "Organisations by country" ["filter"] "Organisations by nationality.",
    OrgList "OrganisationListWidget" Index "Organisations by country" ["filter", "limit"] "Organisations by nationality, as a list.",
    Logins "LoginsWidget" BarChart "Logins" ["days", "limit"] "The accounts that log in most.",
    Button "ButtonWidget" Button "Button" ["url", "text"] "A link to a page of this instance.",
}

impl Widget {
    /// The widget with this name, also without `Widget` at its end.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let plain = |name: &str| name.strip_suffix("Widget").unwrap_or(name).to_ascii_lowercase();
        let wanted = plain(name);
        Self::ALL
            .iter()
            .copied()
            .find(|widget| plain(widget.name()) == wanted)
    }

    /// Whether only site administrators may see it, since it tells about people of all organisations.
    #[must_use]
    pub fn for_administrators(self) -> bool {
        matches!(
            self,
            Self::UserToplist | Self::UserEvolution | Self::NewUsers | Self::Logins
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widgets_are_found_by_name() {
        for widget in Widget::ALL {
            assert_eq!(Widget::from_name(widget.name()), Some(*widget));
        }
        assert_eq!(Widget::from_name("eventstream"), Some(Widget::EventStream));
        assert_eq!(Widget::from_name("Widget"), None);
    }
}
