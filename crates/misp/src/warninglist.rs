//! Warninglists as clients read them. spec: 05#2.3, 05#2.4
use entente_model::library::Warninglist;
use serde_json::{Value, json};
use std::io::{self, Write};

/// An item of the index.
#[must_use]
pub fn listed(list: &Warninglist) -> Value {
    json!({ "Warninglist": {
        "id": list.id.to_string(),
        "name": list.name,
        "type": list.kind,
        "description": list.description,
        "version": list.version.to_string(),
        "enabled": list.enabled,
        "default": list.default,
        "category": list.category,
        "warninglist_entry_count": list.entry_count.to_string(),
        "valid_attributes": list.matching_attributes.join(", "),
    }})
}

/// Writes the view of a list, whose entries may be millions, piece by piece.
///
/// Entries are numbered by their place in the list, for nothing refers to them.
pub struct ViewWriter<'o, W> {
    out: &'o mut W,
    list: String,
    entries: u64,
}

impl<'o, W: Write> ViewWriter<'o, W> {
    /// Writes all that comes before the entries.
    ///
    /// # Errors
    /// Of the writer.
    pub fn begin(out: &'o mut W, list: &Warninglist) -> io::Result<Self> {
        let head = json!({
            "id": list.id.to_string(),
            "name": list.name,
            "type": list.kind,
            "description": list.description,
            "version": list.version.to_string(),
            "enabled": list.enabled,
            "default": list.default,
            "category": list.category,
        })
        .to_string();
        let open = head.strip_suffix('}').unwrap_or(&head);
        write!(out, "{{\"Warninglist\":{open},\"WarninglistEntry\":[")?;
        Ok(Self {
            out,
            list: list.id.to_string(),
            entries: 0,
        })
    }

    /// Writes an entry.
    ///
    /// # Errors
    /// Of the writer.
    pub fn entry(&mut self, value: &str, comment: Option<&str>) -> io::Result<()> {
        if self.entries > 0 {
            self.out.write_all(b",")?;
        }
        self.entries += 1;
        write!(self.out, "{{\"id\":\"{}\",\"value\":", self.entries)?;
        serde_json::to_writer(&mut *self.out, value)?;
        write!(self.out, ",\"warninglist_id\":\"{}\",\"comment\":", self.list)?;
        serde_json::to_writer(&mut *self.out, &comment)?;
        self.out.write_all(b"}")
    }

    /// Writes what comes after the entries.
    ///
    /// # Errors
    /// Of the writer.
    pub fn end(self, types: &[String]) -> io::Result<()> {
        let types: Vec<Value> = (1..)
            .zip(types)
            .map(|(id, name): (u64, _)| {
                json!({"id": id.to_string(), "type": name, "warninglist_id": self.list})
            })
            .collect();
        write!(self.out, "],\"WarninglistType\":{}}}}}", Value::from(types))
    }
}

/// Writes a list in its published layout, piece by piece. spec: 05#2.1
pub struct FileWriter<'o, W> {
    out: &'o mut W,
    entries: u64,
}

impl<'o, W: Write> FileWriter<'o, W> {
    /// Writes all that comes before the entries.
    ///
    /// # Errors
    /// Of the writer.
    pub fn begin(out: &'o mut W, list: &Warninglist) -> io::Result<Self> {
        let head = json!({
            "name": list.name,
            "type": list.kind,
            "version": list.version,
            "description": list.description,
            "category": list.category,
            "matching_attributes": list.matching_attributes,
        })
        .to_string();
        write!(out, "{},\"list\":[", head.strip_suffix('}').unwrap_or(&head))?;
        Ok(Self { out, entries: 0 })
    }

    /// Writes an entry; one with a comment as an object.
    ///
    /// # Errors
    /// Of the writer.
    pub fn entry(&mut self, value: &str, comment: Option<&str>) -> io::Result<()> {
        if self.entries > 0 {
            self.out.write_all(b",")?;
        }
        self.entries += 1;
        match comment {
            None => serde_json::to_writer(&mut *self.out, value)?,
            Some(comment) => {
                serde_json::to_writer(&mut *self.out, &json!({"value": value, "comment": comment}))?;
            }
        }
        Ok(())
    }

    /// Writes what comes after the entries.
    ///
    /// # Errors
    /// Of the writer.
    pub fn end(self) -> io::Result<()> {
        self.out.write_all(b"]}")
    }
}

/// A hit as it stands in an attribute's `warnings`.
#[derive(Debug, Clone, Copy)]
pub struct Warning<'a> {
    /// The entry.
    pub matched: &'a str,
    /// The half of the value that it matches.
    pub value: &'a str,
    /// The list's id.
    pub list: i64,
    /// The list's name.
    pub name: &'a str,
    /// What the hit says.
    pub category: &'a str,
    /// The remark on the entry.
    pub comment: Option<&'a str>,
}

/// A member of an attribute's `warnings`.
#[must_use]
pub fn warning(warning: &Warning<'_>) -> Value {
    let mut shown = json!({
        "match": warning.matched,
        "value": warning.value,
        "warninglist_id": warning.list.to_string(),
        "warninglist_name": warning.name,
        "warninglist_category": warning.category,
    });
    if let (Some(comment), Some(map)) = (warning.comment, shown.as_object_mut()) {
        map.insert("comment".to_owned(), comment.into());
    }
    shown
}

/// A hit of a value that was asked for by itself.
#[must_use]
pub fn checked(warning: &Warning<'_>) -> Value {
    json!({
        "id": warning.list.to_string(),
        "name": warning.name,
        "matched": warning.matched,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_written_in_pieces_is_one_document() {
        let list = Warninglist {
            id: 3,
            name: "n \"q\"".to_owned(),
            kind: "string".to_owned(),
            description: String::new(),
            version: 7,
            enabled: false,
            default: true,
            category: "known".to_owned(),
            entry_count: 2,
            matching_attributes: vec!["md5".to_owned()],
        };
        let mut out = Vec::new();
        let mut writer = ViewWriter::begin(&mut out, &list).unwrap();
        writer.entry("a\"b", None).unwrap();
        writer.entry("c", Some("why")).unwrap();
        writer.end(&list.matching_attributes).unwrap();
        let view: Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(view["Warninglist"]["name"], "n \"q\"");
        assert_eq!(view["Warninglist"]["WarninglistEntry"][0]["value"], "a\"b");
        assert_eq!(
            view["Warninglist"]["WarninglistEntry"][1],
            json!({"id": "2", "value": "c", "warninglist_id": "3", "comment": "why"})
        );
        assert_eq!(view["Warninglist"]["WarninglistType"][0]["type"], "md5");
    }
}
