//! Rules that keep events from correlating with each other. spec: 05#1.7
use entente_model::event::Event;
use entente_model::search::Pattern;
use entente_store::correlation::Apart as Conditions;
use entente_store::correlation_rule::{CorrelationRule, Selector};

pub(super) use entente_store::correlation::Apart;

/// One list of a rule.
struct Rule {
    selector: Selector,
    numbers: Vec<i64>,
    infos: Vec<Pattern>,
}

/// All rules.
#[derive(Default)]
pub(super) struct ApartRules(Vec<Rule>);

impl ApartRules {
    pub(super) fn new(rules: &[CorrelationRule]) -> Self {
        Self(rules.iter().map(Rule::new).collect())
    }

    /// The events that do not correlate with this one: the other members of every list it is in.
    pub(super) fn of(&self, event: &Event) -> Conditions {
        let mut apart = Conditions::default();
        for rule in self.0.iter().filter(|rule| rule.holds(event)) {
            let numbers = || rule.numbers.iter().copied();
            match rule.selector {
                Selector::Creator => apart.creators.extend(numbers()),
                Selector::Owner => apart.owners.extend(numbers()),
                Selector::Event => apart.events.extend(numbers()),
                Selector::Info => apart.infos.extend(rule.infos.iter().cloned()),
            }
        }
        apart
    }
}

impl Rule {
    fn new(rule: &CorrelationRule) -> Self {
        let is_text = rule.selector == Selector::Info;
        let list = |wanted: bool| rule.list.iter().filter(move |_| wanted);
        Self {
            selector: rule.selector,
            numbers: list(!is_text).filter_map(|text| text.parse().ok()).collect(),
            infos: list(is_text).map(|text| Pattern::from_wildcards(text)).collect(),
        }
    }

    fn holds(&self, event: &Event) -> bool {
        let number = match self.selector {
            Selector::Creator => event.orgc.0,
            Selector::Owner => event.org.0,
            Selector::Event => event.id.0,
            Selector::Info => return self.infos.iter().any(|info| info.matches(&event.info)),
        };
        self.numbers.contains(&number)
    }
}
