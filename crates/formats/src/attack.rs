//! Techniques counted in the matrix of a galaxy, such as ATT&CK. spec: 04#6.13
//!
//! A galaxy with a matrix has tabs, each with columns in their order; a cluster stands in the columns that its
//! kill chain names. The matrix is as large as the galaxy, however many events were counted.
use crate::markup;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

/// A galaxy as far as it is named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GalaxyName {
    /// Its id here.
    pub id: String,
    /// Its title.
    pub name: String,
    /// The word in its tags.
    pub kind: String,
}

/// A cluster in the matrix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Its id here.
    pub id: String,
    /// Its identity.
    pub uuid: String,
    /// Its name.
    pub value: String,
    /// The tag that stands for it.
    pub tag_name: String,
    /// The id it is known under, such as `T1059`.
    pub external_id: String,
}

#[derive(Debug, Clone)]
struct Column {
    name: String,
    cells: Vec<usize>,
}

/// A matrix with counts.
#[derive(Debug, Clone, Default)]
pub struct Matrix {
    galaxy: GalaxyName,
    others: Vec<GalaxyName>,
    tabs: Vec<(String, Vec<Column>)>,
    places: HashMap<(String, String), (usize, usize)>,
    cells: Vec<Cell>,
    scores: BTreeMap<String, u64>,
}

/// Colours of counts, from the lowest to the highest.
const COLOURS: [&str; 5] = ["#fee5d9", "#fcae91", "#fb6a4a", "#de2d26", "#a50f15"];

impl Matrix {
    /// An empty matrix; `order` holds tabs and their columns, `others` the galaxies that have a matrix too.
    #[must_use]
    pub fn new(galaxy: GalaxyName, others: Vec<GalaxyName>, order: Vec<(String, Vec<String>)>) -> Self {
        let mut matrix = Self {
            galaxy,
            others,
            ..Self::default()
        };
        for (tab, columns) in order {
            let number = matrix.tabs.len();
            let columns = columns.into_iter().enumerate().map(|(place, name)| {
                matrix.places.insert((tab.clone(), name.clone()), (number, place));
                Column {
                    name,
                    cells: Vec::new(),
                }
            });
            let columns = columns.collect();
            matrix.tabs.push((tab, columns));
        }
        matrix
    }

    /// Puts a cluster into the columns that its kill chain names, each as `tab:column`.
    pub fn place(&mut self, cell: Cell, kill_chain: &[String]) {
        let number = self.cells.len();
        let places = kill_chain.iter().filter_map(|name| {
            let (tab, column) = name.split_once(':')?;
            self.places.get(&(tab.to_owned(), column.to_owned())).copied()
        });
        for (tab, column) in places {
            if let Some(column) = self
                .tabs
                .get_mut(tab)
                .and_then(|(_, columns)| columns.get_mut(column))
            {
                column.cells.push(number);
            }
        }
        self.cells.push(cell);
    }

    /// Takes the number of events of each tag; tags that no cluster here has do not count.
    pub fn count(&mut self, events: &HashMap<String, u64>) {
        self.scores = self
            .cells
            .iter()
            .filter_map(|cell| Some((cell.tag_name.clone(), *events.get(&cell.tag_name)?)))
            .collect();
    }

    fn highest(&self) -> u64 {
        self.scores.values().copied().max().unwrap_or_default()
    }

    fn colour(&self, score: u64) -> &'static str {
        let last = COLOURS.len() - 1;
        let steps = u64::try_from(last).unwrap_or_default();
        let step = (score.saturating_mul(steps)).div_ceil(self.highest().max(1));
        let step = usize::try_from(step).unwrap_or(last).min(last);
        COLOURS.get(step).copied().unwrap_or("#ffffff")
    }

    /// As JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        let mut orders = Map::new();
        let mut tabs = Map::new();
        for (tab, columns) in &self.tabs {
            let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
            orders.insert(tab.clone(), json!(names));
            let columns: Map<String, Value> = columns
                .iter()
                .map(|column| {
                    let cells = column.cells.iter().filter_map(|cell| self.cells.get(*cell));
                    (column.name.clone(), cells.map(cell_json).collect())
                })
                .collect();
            tabs.insert(tab.clone(), columns.into());
        }
        let colours: Map<String, Value> = self
            .scores
            .iter()
            .map(|(tag, score)| (tag.clone(), Value::from(self.colour(*score))))
            .collect();
        let others: Vec<Value> = self.others.iter().map(galaxy_json).collect();
        json!({
            "target_type": "event",
            "columnOrders": orders,
            "tabs": tabs,
            "scores": self.scores,
            "maxScore": self.highest(),
            "colours": colours,
            "interpolation": COLOURS,
            "galaxyName": self.galaxy.name,
            "galaxyId": self.galaxy.id,
            "matrixGalaxies": others,
        })
    }

    /// Appends a table per tab in which a technique occurs.
    pub fn html(&self, out: &mut String) {
        out.push_str("<h2>");
        markup::html(out, &self.galaxy.name);
        out.push_str("</h2>\n");
        let counted = |column: &Column| {
            let cells = column.cells.iter().filter_map(|cell| self.cells.get(*cell));
            let scored = cells.filter_map(|cell| Some((cell, *self.scores.get(&cell.tag_name)?)));
            let mut scored: Vec<(&Cell, u64)> = scored.collect();
            scored.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.value.cmp(&b.0.value)));
            scored
        };
        let mut any = false;
        for (tab, columns) in &self.tabs {
            let columns: Vec<(&str, Vec<(&Cell, u64)>)> = columns
                .iter()
                .map(|column| (column.name.as_str(), counted(column)))
                .collect();
            if columns.iter().all(|(_, cells)| cells.is_empty()) {
                continue;
            }
            any = true;
            self.table(out, tab, &columns);
        }
        if !any {
            out.push_str("<p>No technique of this galaxy is attached to these events.</p>\n");
        }
    }

    fn table(&self, out: &mut String, tab: &str, columns: &[(&str, Vec<(&Cell, u64)>)]) {
        out.push_str("<h3>");
        markup::html(out, tab);
        out.push_str("</h3>\n<table><tr>");
        for (name, _) in columns {
            out.push_str("<th>");
            markup::html(out, name);
            out.push_str("</th>");
        }
        out.push_str("</tr>\n<tr>");
        for (_, cells) in columns {
            out.push_str("<td>");
            for (cell, score) in cells {
                // Writing to a string cannot fail.
                let _ = write!(
                    out,
                    "<div class=\"tag\" style=\"background:{}\">",
                    self.colour(*score)
                );
                markup::html(out, &cell.value);
                let _ = write!(out, " ({score})</div>");
            }
            out.push_str("</td>");
        }
        out.push_str("</tr></table>\n");
    }
}

fn cell_json(cell: &Cell) -> Value {
    json!({
        "id": cell.id,
        "uuid": cell.uuid,
        "value": cell.value,
        "tag_name": cell.tag_name,
        "external_id": cell.external_id,
    })
}

fn galaxy_json(galaxy: &GalaxyName) -> Value {
    json!({"id": galaxy.id, "name": galaxy.name, "type": galaxy.kind})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(value: &str) -> Cell {
        Cell {
            id: "1".to_owned(),
            uuid: "u".to_owned(),
            value: value.to_owned(),
            tag_name: format!("misp-galaxy:x=\"{value}\""),
            external_id: String::new(),
        }
    }

    fn matrix() -> Matrix {
        let order = vec![
            (
                "windows".to_owned(),
                vec!["execution".to_owned(), "impact".to_owned()],
            ),
            ("linux".to_owned(), vec!["execution".to_owned()]),
        ];
        let galaxy = GalaxyName {
            id: "7".to_owned(),
            name: "Attack <Pattern>".to_owned(),
            kind: "x".to_owned(),
        };
        let mut matrix = Matrix::new(galaxy.clone(), vec![galaxy], order);
        let chain = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        matrix.place(cell("Shell"), &chain(&["windows:execution", "linux:execution"]));
        matrix.place(cell("Wipe"), &chain(&["windows:impact", "amiga:impact", "odd"]));
        let counts = [
            ("misp-galaxy:x=\"Shell\"".to_owned(), 4),
            ("tlp:red".to_owned(), 9),
        ];
        matrix.count(&counts.into_iter().collect());
        matrix
    }

    #[test]
    fn clusters_stand_where_their_kill_chain_says() {
        let json = matrix().json();
        assert_eq!(
            json["columnOrders"],
            json!({"windows": ["execution", "impact"], "linux": ["execution"]})
        );
        assert_eq!(json["tabs"]["linux"]["execution"][0]["value"], "Shell");
        assert_eq!(json["tabs"]["windows"]["impact"][0]["value"], "Wipe");
        assert_eq!(json["scores"], json!({"misp-galaxy:x=\"Shell\"": 4}));
        assert_eq!((&json["maxScore"], &json["galaxyId"]), (&json!(4), &json!("7")));
        assert_eq!(json["colours"]["misp-galaxy:x=\"Shell\""], COLOURS[4]);
    }

    #[test]
    fn a_page_shows_what_was_counted() {
        let mut page = String::new();
        matrix().html(&mut page);
        assert!(page.contains("Attack &lt;Pattern&gt;") && page.contains("Shell (4)"));
        assert!(!page.contains("Wipe"));
        let mut empty = String::new();
        Matrix::default().html(&mut empty);
        assert!(empty.contains("No technique"));
    }
}
