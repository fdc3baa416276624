//! Tags on events and attributes. spec: 01#7.5
use super::JsonWriter;
use entente_model::tag::{Tag, TagLink};

/// A tag with what its link to an item says.
#[derive(Debug, Clone, Copy)]
pub struct TagOnItem<'a> {
    /// The tag.
    pub tag: &'a Tag,
    /// Stays on this instance.
    pub local: bool,
    /// How it relates.
    pub relationship_type: Option<&'a str>,
    /// Comes from the event of the attribute.
    pub inherited: bool,
}

/// How much of a tag is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagForm {
    /// Inside events and their attributes.
    Long,
    /// In attribute views and searches. Inherited tags show `inherited` instead of the link. spec: 04#4.1
    Short,
    /// In the event of an attribute search with context. spec: 04#4.2
    Context,
    /// In links.
    Bare,
}

/// Writes one tag.
pub fn tag(out: &mut Vec<u8>, item: &TagOnItem<'_>, form: TagForm) {
    let tag = item.tag;
    let mut json = JsonWriter::new(out);
    json.begin_map();
    json.key("id").id(tag.id.0);
    json.key("name").text(&tag.name);
    json.key("colour").text(&tag.colour);
    if form == TagForm::Long {
        json.key("exportable").flag(tag.exportable);
        json.key("user_id").id(tag.user.0);
        json.key("hide_tag").flag(tag.hidden);
    }
    match tag.numerical_value {
        Some(number) => json.key("numerical_value").id(number),
        None => json.key("numerical_value").null(),
    }
    match form {
        TagForm::Long => {
            json.key("is_galaxy").flag(tag.is_galaxy);
            json.key("is_custom_galaxy").flag(tag.is_custom_galaxy);
            json.key("local_only").flag(tag.local_only);
            json.key("local").flag(item.local);
            json.key("relationship_type")
                .optional_text(item.relationship_type);
        }
        TagForm::Short if item.inherited => json.key("inherited").number(1),
        TagForm::Short => {
            json.key("is_galaxy").flag(tag.is_galaxy);
            json.key("local").flag(item.local);
        }
        TagForm::Context => json.key("local").flag(item.local),
        TagForm::Bare => {}
    }
    json.end_map();
}

/// Writes the list of tags under `Tag`, or nothing when there are none.
pub(super) fn tags(json: &mut JsonWriter<'_>, tags: &[TagOnItem<'_>], form: TagForm) {
    if tags.is_empty() {
        return;
    }
    json.key("Tag").begin_list();
    for item in tags {
        tag(json.value(), item, form);
    }
    json.end_list();
}

/// What a link hangs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkView {
    /// An event: `EventTag`.
    Event,
    /// An attribute: `AttributeTag`.
    Attribute,
}

/// Writes a link with its tag, as in index rows of events and after adding an attribute. spec: 03#4.1, 04#5.1
pub fn tag_link(out: &mut Vec<u8>, link: &TagLink, tag_of_link: &Tag, view: LinkView) {
    let mut json = JsonWriter::new(out);
    json.begin_map();
    json.key("id").id(link.id);
    match view {
        LinkView::Event => json.key("event_id").id(link.target),
        LinkView::Attribute => {
            json.key("attribute_id").id(link.target);
            json.key("event_id")
                .id(entente_model::id::ElementId(link.target).event().0);
        }
    }
    json.key("tag_id").id(link.tag.0);
    json.key("local").flag(link.local);
    json.key("relationship_type")
        .text(link.relationship_type.as_deref().unwrap_or_default());
    json.key("Tag");
    match view {
        // Index rows colour galaxy tags differently, so they carry the mark.
        LinkView::Event => {
            json.begin_map();
            json.key("id").id(tag_of_link.id.0);
            json.key("name").text(&tag_of_link.name);
            json.key("colour").text(&tag_of_link.colour);
            json.key("is_galaxy").flag(tag_of_link.is_galaxy);
            json.end_map();
        }
        LinkView::Attribute => {
            let item = TagOnItem {
                tag: tag_of_link,
                local: link.local,
                relationship_type: None,
                inherited: false,
            };
            tag(json.value(), &item, TagForm::Bare);
        }
    }
    json.end_map();
}
