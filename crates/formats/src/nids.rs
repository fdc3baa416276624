//! Rules for intrusion detection systems. spec: 04#6.7, 11#SR-IN-7
//!
//! One line is one rule, whatever stands in a value: [`encode`] writes what has a meaning in rules by its
//! number, and what no rule can hold is left out and counted in a comment at the end. Rules that
//! members stored as text are taken apart and put together again ([`stored`]).
mod batch;
mod encode;
mod mail;
mod names;
mod network;
mod object;
#[cfg(test)]
mod property;
#[cfg(test)]
mod reader;
mod sid;
mod stored;
#[cfg(test)]
mod tests;
mod web;

use crate::export::{Export, Parts, Row};
use batch::{About, Batch};
use entente_indicator::AttributeType as Type;
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::id::ElementId;
use entente_model::object::Object;
use sid::Sids;

/// Which program reads the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Snort 2.
    Snort,
    /// Suricata 5 and later.
    Suricata,
}

/// Rules of one dialect as an export.
#[derive(Debug)]
pub struct Rules {
    /// Which program reads them.
    pub dialect: Dialect,
    /// Where this instance is found; every rule refers to its event there.
    pub base_url: String,
    /// The number from which the reader's rules are counted (`nids_sid` of the account).
    pub sid_base: i64,
    /// Whether whole events were searched for: then tags of events are named too, and an object of addresses
    /// that talk to each other is one rule.
    pub whole_events: bool,
    sids: Sids,
    /// Rules of the event's objects, which follow those of all its attributes.
    of_objects: Vec<u8>,
    left_out: u64,
}

impl Rules {
    /// An export with these settings.
    #[must_use]
    pub fn new(dialect: Dialect, base_url: String, sid_base: i64, whole_events: bool) -> Self {
        Self {
            dialect,
            base_url,
            sid_base,
            whole_events,
            sids: Sids::default(),
            of_objects: Vec::new(),
            left_out: 0,
        }
    }

    /// Lets `write` append the rules of an element, and counts what it could not.
    fn element(
        &mut self,
        out: &mut Vec<u8>,
        id: ElementId,
        row: &Row<'_>,
        write: impl FnOnce(&mut Batch<'_>),
    ) {
        let about = About {
            event: row.event,
            tags: row.tags,
            event_tags: if self.whole_events { row.event_tags } else { &[] },
            base_url: &self.base_url,
        };
        let Some(sid) = self.sids.before_first(self.sid_base, id) else {
            self.left_out += 1;
            return;
        };
        let mut batch = Batch::new(out, self.dialect, about, sid);
        write(&mut batch);
        self.left_out += u64::from(batch.is_incomplete());
    }
}

impl Export for Rules {
    fn begin(&mut self, out: &mut Parts) {
        let out = out.part(0);
        out.extend_from_slice(match self.dialect {
            Dialect::Snort => b"# Rules for Snort, written by Entente from shared indicators\n",
            Dialect::Suricata => b"# Rules for Suricata, written by Entente from shared indicators\n",
        });
        out.extend_from_slice(VARIABLES);
        if self.dialect == Dialect::Suricata {
            out.extend_from_slice(b"# $SSH_PORTS     ports of SSH\n");
        }
        out.extend_from_slice(b"# ");
    }

    fn attribute(&mut self, out: &mut Parts, row: &Row<'_>) {
        let Some(kind) = Type::from_id(row.attribute.kind).filter(|&kind| has_rules(kind, self.dialect))
        else {
            return;
        };
        let attribute = row.attribute;
        let in_object =
            self.whole_events && row.object.is_some_and(|object| object::covers(object, attribute));
        if !in_object {
            self.element(out.part(0), attribute.id, row, |batch| {
                of_attribute(batch, kind, attribute);
            });
        }
    }

    fn object(&mut self, _: &mut Parts, object: &Object, members: &[Row<'_>]) {
        let (Some(first), Some(link)) = (members.first(), object::Link::of(object, members)) else {
            return;
        };
        // the object's own rule carries no tags but those of the event
        let row = Row { tags: &[], ..*first };
        let mut out = std::mem::take(&mut self.of_objects);
        self.element(&mut out, object.id, &row, |batch| link.rule(batch));
        self.of_objects = out;
    }

    fn event(&mut self, out: &mut Parts, _: &Event) {
        out.part(0).append(&mut self.of_objects);
    }

    fn end(&mut self, out: &mut Parts) {
        if self.left_out > 0 {
            let out = out.part(0);
            out.extend_from_slice(b"\n# left out, because no rule can hold their values: ");
            batch::number(out, self.left_out);
        }
    }
}

const VARIABLES: &[u8] = b"#\n\
    # Where they are loaded, these variables must be set:\n\
    # $HOME_NET      networks to protect\n\
    # $EXTERNAL_NET  networks outside\n\
    # $SMTP_SERVERS  mail servers inside\n\
    # $HTTP_PORTS    ports of web traffic\n";

/// Whether there are rules for attributes of this type.
fn has_rules(kind: Type, dialect: Dialect) -> bool {
    match kind {
        Type::JA3_FINGERPRINT_MD5 | Type::SURICATA => dialect == Dialect::Suricata,
        Type::IP_DST
        | Type::IP_DST_PORT
        | Type::IP_SRC
        | Type::IP_SRC_PORT
        | Type::DOMAIN_IP
        | Type::EMAIL
        | Type::EMAIL_SRC
        | Type::EMAIL_DST
        | Type::EMAIL_SUBJECT
        | Type::EMAIL_ATTACHMENT
        | Type::HOSTNAME
        | Type::DOMAIN
        | Type::URL
        | Type::USER_AGENT
        | Type::SNORT => true,
        _ => false,
    }
}

fn of_attribute(batch: &mut Batch<'_>, kind: Type, attribute: &Attribute) {
    let (first, second) = (attribute.value1.as_str(), attribute.value2.as_deref());
    match kind {
        Type::IP_DST | Type::IP_DST_PORT => network::outgoing(batch, first, second),
        Type::IP_SRC | Type::IP_SRC_PORT => network::incoming(batch, first, second),
        Type::DOMAIN_IP => {
            names::rules(batch, names::Kind::Domain, first);
            let address = second.unwrap_or_default();
            network::outgoing(batch, address, None);
            network::incoming(batch, address, None);
        }
        Type::EMAIL => {
            mail::from(batch, first);
            mail::to(batch, first);
        }
        Type::EMAIL_SRC => mail::from(batch, first),
        Type::EMAIL_DST => mail::to(batch, first),
        Type::EMAIL_SUBJECT => mail::subject(batch, first),
        Type::EMAIL_ATTACHMENT => mail::attachment(batch, first),
        Type::HOSTNAME => names::rules(batch, names::Kind::Hostname, first),
        Type::DOMAIN => names::rules(batch, names::Kind::Domain, first),
        Type::URL => web::url(batch, first),
        Type::USER_AGENT => web::user_agent(batch, first),
        Type::JA3_FINGERPRINT_MD5 => web::ja3(batch, first),
        Type::SNORT => stored::rule(batch, "snort-rule", first),
        Type::SURICATA => stored::rule(batch, "suricata-rule", first),
        _ => {}
    }
}
