//! Dashboards: which widgets a user sees, templates of them, and the figures in each widget. spec: 08#9
//!
//! A widget shows what its reader may see, computed anew for each reader; a template holds widgets, never figures.
mod figures;
mod people;
mod template;
mod widget;

pub use template::{Draft, Template, delete as delete_template, list as templates, save as save_template};
pub use widget::{Figures, Point, Renderer, Widget};

use crate::ctx::Ctx;
use crate::error::{Error, Result};
use entente_model::organisation::Organisation;
use entente_model::time::Seconds;
use serde_json::{Map, Value, json};

/// The setting that holds a user's dashboard.
pub(crate) const SETTING: &str = "dashboard";
/// Most widgets on a dashboard.
const MAX_WIDGETS: usize = 100;

/// The caller's dashboard: its own, else the default template's, else the one that comes with the program.
///
/// # Errors
/// Of the database.
pub fn own(ctx: &mut Ctx<'_, '_>) -> Result<Value> {
    let user = ctx.actor.user_id();
    if let Some(row) = entente_store::user_setting::get(ctx.tx, user, SETTING)? {
        return Ok(serde_json::from_str(&row.value).unwrap_or_default());
    }
    let default = templates(ctx)?.into_iter().find(|template| template.default);
    Ok(default.map_or_else(shipped, |template| {
        serde_json::from_str(&template.value).unwrap_or_default()
    }))
}

/// What somebody sees who has set nothing.
fn shipped() -> Value {
    let widget = |name: &str, x: i64, y: i64| {
        json!({
            "widget": name, "config": {}, "position": {"x": x, "y": y, "width": 3, "height": 4},
        })
    };
    json!([
        widget("MispStatusWidget", 0, 0),
        widget("EventStreamWidget", 3, 0),
        widget("TrendingTagsWidget", 6, 0)
    ])
}

/// A list of widgets, checked.
///
/// # Errors
/// `Fields`.
pub(crate) fn checked(value: &Value) -> Result<Value> {
    let decoded = match value {
        Value::String(text) => serde_json::from_str(text).unwrap_or_default(),
        other => other.clone(),
    };
    let wrong = |why: String| Error::field("value", why);
    let Value::Array(list) = decoded else {
        return Err(wrong("A dashboard is a list of widgets.".to_owned()));
    };
    if list.len() > MAX_WIDGETS {
        return Err(wrong(format!("A dashboard has at most {MAX_WIDGETS} widgets.")));
    }
    for widget in &list {
        let name = widget.get("widget").and_then(Value::as_str).unwrap_or_default();
        if Widget::from_name(name).is_none() {
            return Err(wrong(format!("There is no widget {name}.")));
        }
    }
    Ok(Value::Array(list))
}

/// Keeps the caller's dashboard.
///
/// # Errors
/// `Denied` with a read-only key; `Fields`.
pub fn set(ctx: &mut Ctx<'_, '_>, value: &Value) -> Result<()> {
    let value = checked(value)?;
    let user = ctx.actor.user_id();
    crate::user_setting::set(ctx, user, SETTING, &value).map(|_| ())
}

/// The figures of a widget, as the caller may see them.
///
/// # Errors
/// `NotFound` for a widget that does not exist; `Denied` for one that is not for the caller; `Invalid` for a
/// configuration that makes no sense.
pub fn render(ctx: &mut Ctx<'_, '_>, widget: &str, config: &Map<String, Value>) -> Result<(Widget, Figures)> {
    let widget = Widget::from_name(widget).ok_or_else(|| Error::not_found("Invalid widget."))?;
    if widget.for_administrators() && !ctx.actor.is_site_admin() {
        return Err(Error::denied("This widget is for site administrators."));
    }
    let config = Config(config);
    let figures = match widget {
        Widget::Status => figures::status(ctx)?,
        Widget::Whoami => people::whoami(ctx),
        Widget::EventStream => figures::event_stream(ctx, &config)?,
        Widget::TrendingTags => figures::trending_tags(ctx, &config)?,
        Widget::TrendingAttributes => figures::trending_attributes(ctx, &config)?,
        Widget::RecentSightings => figures::recent_sightings(ctx, &config)?,
        Widget::Attack => figures::attack(ctx, &config)?,
        Widget::EventEvolution => figures::event_evolution(ctx, &config)?,
        Widget::UsageData => figures::usage(ctx)?,
        Widget::OrgToplist => people::org_toplist(ctx, &config)?,
        Widget::ContributorsLastMonth => people::contributors(ctx, &config)?,
        Widget::UserToplist => people::user_toplist(ctx, &config)?,
        Widget::OrgEvolution => people::org_evolution(ctx, &config)?,
        Widget::UserEvolution => people::user_evolution(ctx, &config)?,
        Widget::NewOrgs => people::new_orgs(ctx, &config)?,
        Widget::NewUsers => people::new_users(ctx, &config)?,
        Widget::OrgMap => people::org_map(ctx, &config)?,
        Widget::OrgList => people::org_list(ctx, &config)?,
        Widget::Logins => people::logins(ctx, &config)?,
        Widget::Button => figures::button(&config)?,
    };
    Ok((widget, figures))
}

/// What a user has configured of a widget.
struct Config<'c>(&'c Map<String, Value>);

impl Config<'_> {
    fn text(&self, key: &str) -> Option<String> {
        match self.0.get(key)? {
            Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(u8::from(*flag).to_string()),
            _ => None,
        }
    }

    /// A list, also from a text with commas.
    fn texts(&self, key: &str) -> Vec<String> {
        match self.0.get(key) {
            Some(Value::Array(list)) => list
                .iter()
                .filter_map(|item| match item {
                    Value::String(text) => Some(text.trim().to_owned()),
                    Value::Number(number) => Some(number.to_string()),
                    _ => None,
                })
                .filter(|text| !text.is_empty())
                .collect(),
            _ => {
                let text = self.text(key).unwrap_or_default();
                let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
                parts.map(str::to_owned).collect()
            }
        }
    }

    /// A number of rows.
    fn limit(&self, key: &str, default: usize) -> usize {
        let given = self.text(key).and_then(|text| text.parse::<usize>().ok());
        given.filter(|limit| *limit > 0).unwrap_or(default).min(1_000)
    }

    fn flag(&self, key: &str) -> Option<bool> {
        self.text(key).map(|text| !matches!(text.as_str(), "0" | "false"))
    }

    /// The moment at which a span of time begins: `7d`, seconds, or -1 for always.
    fn since(&self, key: &str, default: Seconds, now: Seconds) -> Result<Seconds> {
        let Some(text) = self.text(key) else {
            return Ok(now.saturating_sub(default));
        };
        if text == "-1" {
            return Ok(0);
        }
        let (digits, unit) = match text.char_indices().last() {
            Some((at, c)) if c.is_ascii_alphabetic() => (text.get(..at).unwrap_or_default(), c),
            _ => (text.as_str(), 's'),
        };
        let scale = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            'w' => 604_800,
            _ => 0,
        };
        let span = digits.parse::<i64>().ok().filter(|span| *span >= 0 && scale > 0);
        match span {
            Some(span) => Ok(now.saturating_sub(span.saturating_mul(scale))),
            None => Err(Error::invalid(format!(
                "{key} is a span of time such as 7d or 12h, a number of seconds, or -1."
            ))),
        }
    }

    /// The filter of organisations: properties with a value or a list; a value that begins with `!` excludes.
    fn keeps(&self, org: &Organisation) -> bool {
        let Some(Value::Object(filter)) = self.0.get("filter") else {
            return true;
        };
        filter.iter().all(|(key, wanted)| {
            let value = match key.as_str() {
                "id" => org.id.to_string(),
                "uuid" => org.uuid.to_string(),
                "local" => u8::from(org.local).to_string(),
                "sector" => org.sector.clone(),
                "type" => org.kind.clone(),
                "nationality" => org.nationality.clone(),
                _ => return true,
            };
            fits(&value, &Self(filter).texts_of(wanted))
        })
    }

    fn texts_of(&self, value: &Value) -> Vec<String> {
        let mut map = Map::new();
        map.insert(String::new(), value.clone());
        Config(&map).texts("")
    }
}

/// Whether a value is among those wanted, and none of those excluded.
fn fits(value: &str, wanted: &[String]) -> bool {
    let same = |other: &str| entente_indicator::fold(value) == entente_indicator::fold(other);
    let (excluded, included): (Vec<&String>, Vec<&String>) =
        wanted.iter().partition(|text| text.starts_with('!'));
    !excluded.iter().any(|text| same(text.trim_start_matches('!')))
        && (included.is_empty() || included.iter().any(|text| same(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn spans_of_time_are_read() {
        let at = |text: Value| {
            Config(&config(&json!({"w": text})))
                .since("w", 10, 1_000_000)
                .ok()
        };
        assert_eq!(at(json!("1d")), Some(1_000_000 - 86_400));
        assert_eq!(at(json!(60)), Some(1_000_000 - 60));
        assert_eq!(at(json!(-1)), Some(0));
        assert_eq!(at(json!("")), Some(999_990));
        assert_eq!(at(json!("7x")), None);
        assert_eq!(at(json!("d")), None);
        assert_eq!(
            at(json!("9223372036854775807w")),
            Some(1_000_000_i64.saturating_sub(i64::MAX))
        );
    }

    #[test]
    fn values_are_wanted_or_excluded() {
        let wanted = |list: &[&str]| -> Vec<String> { list.iter().map(|text| (*text).to_owned()).collect() };
        assert!(fits("Finance", &wanted(&["finance", "Energy"])));
        assert!(!fits("Finance", &wanted(&["!finance"])));
        assert!(fits("Energy", &wanted(&["!finance"])));
        assert!(!fits("", &wanted(&["finance"])) && fits("x", &[]));
    }

    #[test]
    fn dashboards_are_lists_of_known_widgets() {
        assert!(checked(&shipped()).is_ok());
        assert!(checked(&Value::from(shipped().to_string())).is_ok());
        for bad in [json!({}), json!([{"widget": "Odd"}]), json!("no"), json!([1])] {
            assert!(checked(&bad).is_err(), "{bad}");
        }
    }
}
