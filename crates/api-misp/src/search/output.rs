//! Output formats and the headers that describe a result. spec: 04#1.2, 04#6
use crate::answer::Answer;
use crate::failure::Failure;
use entente_formats::markup::PAGE_POLICY;
use entente_formats::zeek::Group;
use entente_http::spool::Spooled;
use entente_indicator::AttributeType;
use entente_model::search::Subject;
use entente_stix::one::write::Notation;
use http::HeaderName;

/// A format that searches are rendered in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// MISP JSON.
    Json,
    /// MISP XML.
    Xml,
    /// A table.
    Csv,
    /// Distinct values.
    Text,
    /// Digests of values.
    Cache,
    /// How many there are.
    Count,
    /// File hashes.
    Hashes,
    /// A hosts file.
    Hosts,
    /// Commands of a packet filter.
    Netfilter,
    /// A response policy zone.
    Rpz,
    /// Indicators for Kunai.
    Kunai,
    /// Rules for Snort.
    Snort,
    /// Rules for Suricata.
    Suricata,
    /// OpenIOC 1.0.
    OpenIoc,
    /// YARA rules.
    Yara,
    /// YARA rules in JSON.
    YaraJson,
    /// An intelligence file of Zeek; only at an address of its own.
    Zeek(Group),
    /// STIX 1.
    Stix(Notation),
    /// STIX 2.
    Stix2,
    /// The matrix of a galaxy with the number of events of each technique.
    Attack(Look),
    /// Techniques with the times at which they were seen.
    AttackSightings,
    /// What the tags of the result mean.
    Context(Look),
    /// The same as Markdown.
    ContextMarkdown(Look),
}

/// How a rendered format is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Look {
    /// To programs.
    #[default]
    Json,
    /// To people in a browser.
    Page,
}

impl Form {
    /// The form with the name that `returnFormat` gives.
    ///
    /// # Errors
    /// 404 for formats that are unknown to this kind of search.
    pub(super) fn parse(subject: Subject, name: &str) -> Result<Self, Failure> {
        let form = match name {
            "json" => Self::Json,
            "xml" => Self::Xml,
            "csv" => Self::Csv,
            "text" => Self::Text,
            "cache" => Self::Cache,
            "count" => Self::Count,
            "hashes" => Self::Hashes,
            "hosts" => Self::Hosts,
            "netfilter" => Self::Netfilter,
            "rpz" => Self::Rpz,
            "kunai" => Self::Kunai,
            "snort" => Self::Snort,
            "suricata" => Self::Suricata,
            "openioc" => Self::OpenIoc,
            "yara" => Self::Yara,
            "yara-json" => Self::YaraJson,
            "stix" | "stix-xml" => Self::Stix(Notation::Xml),
            "stix-json" => Self::Stix(Notation::Json),
            "stix2" => Self::Stix2,
            "attack-sightings" => Self::AttackSightings,
            "attack" if subject == Subject::Event => Self::Attack(Look::default()),
            "context" if subject == Subject::Event => Self::Context(Look::default()),
            "context-markdown" if subject == Subject::Event => Self::ContextMarkdown(Look::default()),
            _ => return Err(Failure::not_found("Invalid output format.")),
        };
        if subject == Subject::Object && form != Self::Json {
            return Err(Failure::not_found("Invalid output format."));
        }
        Ok(form)
    }

    /// The form for a client that asks for JSON: of STIX 1 its notation in JSON. spec: 04#1
    pub(super) fn for_json(self) -> Self {
        match self {
            Self::Stix(_) => Self::Stix(Notation::Json),
            other => other,
        }
    }

    /// As it is shown to a program, or to a person.
    pub(super) fn with_look(self, look: Look) -> Self {
        match self {
            Self::Attack(_) => Self::Attack(look),
            Self::Context(_) => Self::Context(look),
            Self::ContextMarkdown(_) => Self::ContextMarkdown(look),
            other => other,
        }
    }

    /// Whether this is STIX, which is rendered event by event.
    pub(super) fn is_stix(self) -> bool {
        matches!(self, Self::Stix(_) | Self::Stix2)
    }

    /// Whether the answer is one rendered document, which has none of the headers of results. spec: 04#1.2
    pub(super) fn is_rendered(self) -> bool {
        matches!(
            self,
            Self::Attack(_) | Self::Context(_) | Self::ContextMarkdown(_)
        )
    }

    fn content_type(self) -> &'static str {
        match self {
            Self::Attack(Look::Page) | Self::Context(Look::Page) => "text/html; charset=UTF-8",
            // also of Markdown, for whoever asks for JSON (spec: 04#6.13)
            Self::Json
            | Self::Stix2
            | Self::Stix(Notation::Json)
            | Self::Kunai
            | Self::YaraJson
            | Self::AttackSightings
            | Self::Attack(Look::Json)
            | Self::Context(Look::Json)
            | Self::ContextMarkdown(Look::Json) => "application/json; charset=UTF-8",
            Self::Xml | Self::OpenIoc | Self::Stix(Notation::Xml) => "application/xml; charset=UTF-8",
            Self::Csv => "text/csv; charset=UTF-8",
            _ => "text/plain; charset=UTF-8",
        }
    }

    /// The name of the format.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Xml => "xml",
            Self::Csv => "csv",
            Self::Text => "text",
            Self::Cache => "cache",
            Self::Count => "count",
            Self::Hashes => "hashes",
            Self::Hosts => "hosts",
            Self::Netfilter => "netfilter",
            Self::Rpz => "rpz",
            Self::Kunai => "kunai",
            Self::Snort => "snort",
            Self::Suricata => "suricata",
            Self::OpenIoc => "openioc",
            Self::Yara => "yara",
            Self::YaraJson => "yara-json",
            Self::Zeek(_) => "bro",
            Self::Stix(Notation::Xml) => "stix",
            Self::Stix(Notation::Json) => "stix-json",
            Self::Stix2 => "stix2",
            Self::Attack(_) => "attack",
            Self::AttackSightings => "attack-sightings",
            Self::Context(_) => "context",
            Self::ContextMarkdown(_) => "context-markdown",
        }
    }

    /// The types of attributes that the format shows, where the count of results means only those. spec: 04#1.2
    pub(super) fn kinds(self) -> Option<&'static [AttributeType]> {
        match self {
            Self::Hosts => Some(&[AttributeType::DOMAIN]),
            Self::Netfilter => Some(&[
                AttributeType::IP_DST,
                AttributeType::IP_SRC,
                AttributeType::DOMAIN_IP,
                AttributeType::IP_DST_PORT,
                AttributeType::IP_SRC_PORT,
            ]),
            _ => None,
        }
    }

    /// The extension of a file in this format.
    pub(super) fn extension(self, subject: Subject) -> &'static str {
        match self {
            Self::Json
            | Self::Kunai
            | Self::YaraJson
            | Self::AttackSightings
            | Self::Stix2
            | Self::Stix(Notation::Json) => "json",
            Self::Attack(_) | Self::Context(_) => "html",
            Self::ContextMarkdown(_) => "md",
            Self::Xml | Self::OpenIoc | Self::Stix(Notation::Xml) => "xml",
            Self::Csv => "csv",
            Self::Text if subject == Subject::Event => "text",
            Self::Zeek(_) => "intel",
            _ => "txt",
        }
    }
}

/// A rendered result.
#[derive(Debug)]
pub(super) struct Output {
    /// The body.
    pub(super) body: Spooled,
    /// `X-Result-Count`.
    pub(super) count: i64,
    /// `X-Skipped-Elements-Count`.
    pub(super) skipped: i64,
}

/// The answer with its headers; `event` is the single event that was asked for.
pub(super) fn answer(subject: Subject, form: Form, output: Output, event: Option<&str>) -> Answer {
    if form.is_rendered() {
        let answer = Answer::spooled(form.content_type(), output.body);
        return answer.with_header(http::header::CONTENT_SECURITY_POLICY, PAGE_POLICY);
    }
    let extension = form.extension(subject);
    let answer = Answer::spooled(form.content_type(), output.body);
    if matches!(form, Form::Zeek(_)) {
        // Zeek's files have an address of their own and are no search to its clients. spec: 04#7
        return answer;
    }
    let answer = answer
        .with_header(
            HeaderName::from_static("x-result-count"),
            &output.count.to_string(),
        )
        .with_header(HeaderName::from_static("x-export-module-used"), form.name())
        .with_header(HeaderName::from_static("x-response-format"), extension)
        .with_header(
            HeaderName::from_static("x-skipped-elements-count"),
            &output.skipped.to_string(),
        );
    if subject != Subject::Event {
        return answer;
    }
    // nothing of the client stands in the header unless it reads as an id
    let name = event
        .filter(|text| entente_model::id::Ref::parse(text).is_some())
        .map_or_else(|| "list".to_owned(), |text| text.trim().to_owned());
    answer.with_header(
        http::header::CONTENT_DISPOSITION,
        &format!("attachment; filename=\"misp.event.{name}.{extension}\""),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bi_s5_unknown_formats_are_not_found() {
        for name in ["../../x", "", "JSON ", "values", "bro", "opendata"] {
            let failure = Form::parse(Subject::Event, name).unwrap_err();
            assert_eq!(failure.message, "Invalid output format.", "{name}");
        }
        assert!(Form::parse(Subject::Object, "csv").is_err());
        for name in ["attack", "context", "context-markdown"] {
            let failure = Form::parse(Subject::Attribute, name).unwrap_err();
            assert_eq!(failure.message, "Invalid output format.", "{name}");
        }
    }
}
