//! What all formats that are written attribute by attribute have in common.
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::object::Object;

/// An attribute and what a format may show beside it.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// The attribute.
    pub attribute: &'a Attribute,
    /// Its event.
    pub event: &'a Event,
    /// Its object, where its columns are filled.
    pub object: Option<&'a Object>,
    /// Names of its tags.
    pub tags: &'a [&'a str],
    /// Names of the tags of its event.
    pub event_tags: &'a [&'a str],
    /// Name of the owner of the event.
    pub owner: &'a str,
    /// Name of the creator of the event.
    pub creator: &'a str,
    /// The mean of its decay scores and whether any model calls it decayed, where asked for.
    pub decay: Option<(f64, bool)>,
}

/// Where an export is written: one or more parts that follow each other in the finished document, so that
/// a format with sections need not hold them. The caller empties the parts as they grow.
#[derive(Debug)]
pub struct Parts {
    earlier: Vec<Vec<u8>>,
    last: Vec<u8>,
}

impl Parts {
    /// As many empty parts as the export has.
    #[must_use]
    pub fn of(export: &dyn Export) -> Self {
        Self {
            earlier: vec![Vec::new(); export.parts().saturating_sub(1)],
            last: Vec::new(),
        }
    }

    /// A part by number, from 0; a number that is too large means the last.
    pub fn part(&mut self, number: usize) -> &mut Vec<u8> {
        self.earlier.get_mut(number).unwrap_or(&mut self.last)
    }

    /// All parts in their order.
    pub fn each(&mut self) -> impl Iterator<Item = &mut Vec<u8>> {
        self.earlier.iter_mut().chain([&mut self.last])
    }

    /// The document, where nothing was taken out.
    #[must_use]
    pub fn concat(self) -> Vec<u8> {
        let mut document = self.earlier.concat();
        document.extend(self.last);
        document
    }
}

/// A format that is written attribute by attribute. The attributes of an event come one after the other:
/// those outside objects first, then each object with its members.
pub trait Export: Send {
    /// How many parts the document has.
    fn parts(&self) -> usize {
        1
    }

    /// What stands before the first attribute.
    fn begin(&mut self, out: &mut Parts) {
        let _ = out;
    }

    /// One attribute.
    fn attribute(&mut self, out: &mut Parts, row: &Row<'_>);

    /// An object whose members have been written; only in searches of events.
    fn object(&mut self, out: &mut Parts, object: &Object, members: &[Row<'_>]) {
        let _ = (out, object, members);
    }

    /// All of an event has been written; only in searches of events.
    fn event(&mut self, out: &mut Parts, event: &Event) {
        let _ = (out, event);
    }

    /// What stands after the last attribute.
    fn end(&mut self, out: &mut Parts) {
        let _ = out;
    }
}
