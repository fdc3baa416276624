//! What writers of all versions have in common, so that a caller can stream any of them.
use crate::write::{EventView, Item, ObjectView, Party};

/// A document being written into sections. In the finished document the sections follow each other, first the
/// frame, then those of each event in turn: when an event or the frame is done, the caller takes the sections one
/// after the other; until then it may move the front of each away as they grow.
pub trait Document: Send {
    /// The sections in their order.
    fn sections(&mut self) -> Vec<&mut Vec<u8>>;
    /// The beginning of the document.
    fn begin(&mut self);
    /// The beginning of an event.
    fn begin_event(&mut self, event: &EventView<'_>);
    /// An attribute outside objects.
    fn attribute(&mut self, item: &Item<'_>);
    /// An object with its members.
    fn object(&mut self, object: &ObjectView<'_>);
    /// The end of an event.
    fn end_event(&mut self, event: &EventView<'_>);
    /// An attribute of a search for attributes, by its creator; the sections are taken after the last.
    fn row(&mut self, creator: Party<'_>, item: &Item<'_>);
    /// The end of the attributes of a search for attributes.
    fn end_rows(&mut self) {}
    /// The end of the document, behind all sections.
    fn end(&mut self, out: &mut Vec<u8>);
}
