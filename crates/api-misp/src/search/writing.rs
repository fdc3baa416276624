//! Results in formats that are written attribute by attribute.
use super::output::Form;
use entente_engine::{Ctx, Result};
use entente_formats::csv::{Columns, Table};
use entente_formats::export::{Export, Parts, Row};
use entente_formats::hosts::Hosts;
use entente_formats::kunai::Kunai;
use entente_formats::lines::{Cache, Digest, Hashes, Text};
use entente_formats::netfilter::{Netfilter, Verdict};
use entente_formats::nids::{Dialect, Rules};
use entente_formats::openioc::OpenIoc;
use entente_formats::rpz::{self, Rpz};
use entente_formats::yara::{self, Yara};
use entente_formats::zeek::Intel;
use entente_http::Spool;
use entente_http::spool::Spooled;
use entente_misp::filter::Params;
use entente_model::event::Event;
use entente_model::object::Object;
use entente_model::search::Subject;
use std::io::Write;

/// Bytes of a part that are kept before they go to its spool.
const PART: usize = 64 << 10;

/// The export for a form; `None` for forms that are rendered otherwise.
fn export(
    ctx: &mut Ctx<'_, '_>,
    subject: Subject,
    form: Form,
    params: &Params,
) -> Result<Option<Box<dyn Export>>> {
    let events = subject == Subject::Event;
    let rules = |dialect| {
        let base_url = ctx.app.base_url().to_owned();
        Box::new(Rules::new(dialect, base_url, ctx.actor.user.nids_sid, events))
    };
    let yara = |notation| {
        let scope = if events {
            yara::Scope::Event
        } else {
            yara::Scope::Attribute
        };
        Box::new(Yara::new(scope, notation))
    };
    Ok(Some(match form {
        Form::Csv => Box::new(Table {
            columns: Columns::of_request(
                params.list("requested_attributes"),
                &params.list("requested_obj_attributes"),
                !events && entente_misp::filter::decay_of(params).is_some(),
                params.flag("includeContext"),
            ),
            headed: !params.flag("headerless"),
        }),
        Form::Text => Box::new(Text::default()),
        Form::Cache => Box::new(Cache {
            digest: params
                .text("hash_type")
                .and_then(|name| Digest::from_name(&name))
                .unwrap_or_default(),
            event_uuid: params.flag("includeEventUuid"),
        }),
        Form::Hashes => Box::new(Hashes::default()),
        Form::Hosts => Box::new(Hosts::new(ctx.now(), params.text("ip_address").as_deref())),
        Form::Netfilter => Box::new(Netfilter::new(
            params
                .text("netfilter_action")
                .and_then(|action| Verdict::parse(&action))
                .unwrap_or_default(),
        )),
        Form::Rpz => Box::new(Rpz::new(zone(ctx, params), ctx.now())),
        Form::Kunai => Box::new(Kunai::new(
            ctx.settings.text("MISP.org"),
            ctx.app.uuid().to_string(),
        )),
        Form::Snort => rules(Dialect::Snort),
        Form::Suricata => rules(Dialect::Suricata),
        Form::Zeek(group) => Box::new(Intel::new(
            group,
            ctx.settings.text("MISP.org"),
            ctx.app.base_url().to_owned(),
        )),
        Form::Yara => yara(yara::Notation::Text),
        Form::YaraJson => yara(yara::Notation::Json),
        Form::OpenIoc => {
            let (id, indicator) = (ctx.new_uuid()?, ctx.new_uuid()?);
            let author = ctx.actor.org.name.clone();
            Box::new(OpenIoc::new(id, indicator, ctx.now(), author))
        }
        Form::Json
        | Form::Xml
        | Form::Count
        | Form::Attack(_)
        | Form::AttackSightings
        | Form::Context(_)
        | Form::ContextMarkdown(_)
        | Form::Stix(_)
        | Form::Stix2 => return Ok(None),
    }))
}

/// What a zone says of itself: the request, else the server's settings, else the usual.
fn zone(ctx: &Ctx<'_, '_>, params: &Params) -> rpz::Settings {
    let mut settings = rpz::Settings::default();
    for name in rpz::Settings::NAMES {
        settings.set(name, &ctx.settings.text(&format!("Plugin.RPZ_{name}")));
        if let Some(asked) = params.text(name) {
            settings.set(name, &asked);
        }
    }
    settings
}

/// An export and the parts of its document.
pub(super) struct Writing {
    export: Box<dyn Export>,
    parts: Parts,
    spools: Vec<Spool>,
}

impl Writing {
    /// The beginning of a document in this form; `None` for forms that are rendered otherwise.
    ///
    /// # Errors
    /// Without randomness.
    pub(super) fn of(
        ctx: &mut Ctx<'_, '_>,
        subject: Subject,
        form: Form,
        params: &Params,
    ) -> Result<Option<Self>> {
        let Some(mut export) = export(ctx, subject, form, params)? else {
            return Ok(None);
        };
        let mut parts = Parts::of(&*export);
        export.begin(&mut parts);
        let spools = parts.each().map(|_| Spool::default()).collect();
        Ok(Some(Self {
            export,
            parts,
            spools,
        }))
    }

    /// One attribute.
    pub(super) fn attribute(&mut self, row: &Row<'_>) -> std::io::Result<()> {
        self.export.attribute(&mut self.parts, row);
        self.settle(PART)
    }

    /// An object whose members were written.
    pub(super) fn object(&mut self, object: &Object, members: &[Row<'_>]) -> std::io::Result<()> {
        self.export.object(&mut self.parts, object, members);
        self.settle(PART)
    }

    /// The end of an event.
    pub(super) fn event(&mut self, event: &Event) -> std::io::Result<()> {
        self.export.event(&mut self.parts, event);
        self.settle(PART)
    }

    /// The whole document.
    pub(super) fn finish(mut self) -> std::io::Result<Spooled> {
        self.export.end(&mut self.parts);
        self.settle(1)?;
        let mut spools = self.spools.into_iter();
        let mut document = spools.next().unwrap_or_default();
        for spool in spools {
            let mut written = Ok(());
            spool.finish()?.for_each_chunk(|chunk| {
                if written.is_ok() {
                    written = document.write_all(chunk);
                }
            })?;
            written?;
        }
        document.finish()
    }

    /// Moves parts of at least so many bytes to their spools.
    fn settle(&mut self, from: usize) -> std::io::Result<()> {
        for (part, spool) in self.parts.each().zip(&mut self.spools) {
            if part.len() >= from {
                spool.buffer().append(part);
                spool.settle()?;
            }
        }
        Ok(())
    }
}
