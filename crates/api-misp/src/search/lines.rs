//! Formats that have a line per attribute.
use super::output::Form;
use entente_formats::csv::{Columns, Row};
use entente_formats::lines::{Digest, Distinct, file_hash};
use entente_misp::filter::Params;

/// Writes attributes in such a format.
pub(super) enum Lines {
    Csv(Columns),
    Text(Distinct),
    Cache { digest: Digest, event_uuid: bool },
    Hashes { any: bool },
}

impl Lines {
    /// The writer for a form; `None` when the form has no lines.
    pub(super) fn of(form: Form, params: &Params) -> Option<Self> {
        Some(match form {
            Form::Csv => Self::Csv(Columns::of_request(
                params.list("requested_attributes"),
                &params.list("requested_obj_attributes"),
                params.flag("includeContext"),
            )),
            Form::Text => Self::Text(Distinct::default()),
            Form::Cache => Self::Cache {
                digest: params
                    .text("hash_type")
                    .and_then(|name| Digest::from_name(&name))
                    .unwrap_or_default(),
                event_uuid: params.flag("includeEventUuid"),
            },
            Form::Hashes => Self::Hashes { any: false },
            Form::Json | Form::Count => return None,
        })
    }

    /// What stands before the first attribute.
    pub(super) fn begin(&self, out: &mut Vec<u8>, params: &Params) {
        if let Self::Csv(columns) = self
            && !params.flag("headerless")
        {
            columns.header(out);
        }
    }

    /// One attribute.
    pub(super) fn push(&mut self, out: &mut Vec<u8>, row: &Row<'_>) {
        match self {
            Self::Csv(columns) => columns.row(out, row),
            Self::Text(distinct) => distinct.push(out, &row.attribute.value()),
            Self::Cache { digest, event_uuid } => {
                out.extend_from_slice(digest.of(&row.attribute.value()).as_bytes());
                if *event_uuid {
                    out.push(b',');
                    out.extend_from_slice(row.event.uuid.to_string().as_bytes());
                }
                out.push(b'\n');
            }
            Self::Hashes { any } => {
                if let Some(hash) = file_hash(row.attribute) {
                    out.extend_from_slice(hash.as_bytes());
                    out.push(b'\n');
                    *any = true;
                }
            }
        }
    }

    /// What stands after the last attribute.
    pub(super) fn end(&self, out: &mut Vec<u8>) {
        let empty = match self {
            Self::Csv(_) => true,
            Self::Text(distinct) => distinct.is_empty(),
            Self::Hashes { any } => !any,
            Self::Cache { .. } => false,
        };
        if empty {
            out.push(b'\n');
        }
    }
}
