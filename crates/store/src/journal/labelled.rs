//! Rows of the log about things that carry a label: shown to whom sees the thing. spec: 10#1.9, 11#SR-AD-4
use crate::filter::Conditions;
use entente_policy::Scope;

/// What an event holds, as the log calls it.
pub(super) const ELEMENTS: &str =
    "('Attribute', 'EventReport', 'Object', 'ObjectReference', 'ShadowAttribute')";

/// Whether a row of `log` is about an element, here with its event `e`, that the scope does not see.
fn hidden_element<'a>(conditions: &mut Conditions<'a>, scope: &'a Scope) -> String {
    let mut hides = |label: &str| conditions.is_visible(scope, &format!("COALESCE({label}, e.label)"));
    format!(
        "(EXISTS (SELECT 1 FROM attribute a WHERE a.id = log.model_id AND NOT ({})) \
         OR EXISTS (SELECT 1 FROM object o WHERE o.id = log.model_id AND NOT ({})) \
         OR EXISTS (SELECT 1 FROM event_report r WHERE r.id = log.model_id AND NOT ({})) \
         OR EXISTS (SELECT 1 FROM object_reference x JOIN object o ON o.id = x.object_id \
            WHERE x.id = log.model_id AND NOT ({})) \
         OR EXISTS (SELECT 1 FROM proposal p JOIN attribute a ON a.id = p.old_id \
            WHERE p.id = log.model_id AND NOT ({})))",
        hides("a.label"),
        hides("o.label"),
        hides("r.label"),
        hides("o.label"),
        hides("a.label"),
    )
}

/// Leaves rows out that are about something which is here and which the scope does not see, except those that
/// users of the organisation `own` have written: what they did they know.
pub(super) fn obey<'a>(conditions: &mut Conditions<'a>, scope: &'a Scope, own: &'a str) {
    let event = conditions.is_visible(scope, "e.label");
    let element = hidden_element(conditions, scope);
    let of_event = conditions.is_visible(scope, "e.label");
    let sighted = conditions.is_visible(scope, "COALESCE(a.label, e.label)");
    let sighted_in = conditions.is_visible(scope, "e.label");
    let annotation = conditions.is_visible(scope, "n.label");
    let cluster = conditions.is_visible(scope, "c.label");
    let graph = conditions.is_visible(scope, "e.label");
    let collection = conditions.is_visible(scope, "c.label");
    let post = conditions.is_visible(scope, "COALESCE(e.label, t.label)");
    let own = conditions.bind(own);
    conditions.add(&format!(
        "(org = ${own} OR NOT (\
         (model = 'Event' AND EXISTS (SELECT 1 FROM event e WHERE e.no = log.model_id AND NOT ({event}))) \
         OR (model IN {ELEMENTS} AND EXISTS (SELECT 1 FROM event e WHERE e.no = (log.model_id >> 24) \
             AND (NOT ({of_event}) OR {element}))) \
         OR (model = 'Sighting' AND EXISTS (SELECT 1 FROM sighting s JOIN attribute a ON a.id = s.attribute_id \
             JOIN event e ON e.no = (s.attribute_id >> 24) WHERE s.id = log.model_id \
             AND NOT (({sighted_in}) AND ({sighted})))) \
         OR (model IN ('Note', 'Opinion', 'Relationship') AND EXISTS (SELECT 1 FROM analyst_data n \
             WHERE n.id = log.model_id AND NOT ({annotation}))) \
         OR (model = 'GalaxyCluster' AND EXISTS (SELECT 1 FROM galaxy_cluster c WHERE c.id = log.model_id \
             AND NOT c.is_default AND NOT ({cluster}))) \
         OR (model = 'EventGraph' AND EXISTS (SELECT 1 FROM event_graph g JOIN event e ON e.no = g.event_no \
             WHERE g.id = log.model_id AND NOT ({graph}))) \
         OR (model = 'Collection' AND EXISTS (SELECT 1 FROM collection c WHERE c.id = log.model_id \
             AND NOT ({collection}))) \
         OR (model = 'Post' AND EXISTS (SELECT 1 FROM post p JOIN thread t ON t.id = p.thread_id \
             LEFT JOIN event e ON e.no = t.event_no WHERE p.id = log.model_id AND NOT ({post})))))"
    ));
}

/// Of the rows about one event, those about the event and, where `elements` are asked for, about elements that
/// the scope sees. Elements that are gone say no longer who may see them; `gone` asks for those, too.
pub(super) fn of_event<'a>(
    conditions: &mut Conditions<'a>,
    scope: &'a Scope,
    own: &'a str,
    event: entente_model::id::EventId,
    (elements, gone): (bool, bool),
) {
    let (low, high) = event.element_range();
    let number = conditions.bind(event.0);
    let about_event = format!("model = 'Event' AND model_id = ${number}");
    if !elements {
        conditions.add(&about_event);
        return;
    }
    let (low, high) = (conditions.bind(low), conditions.bind(high));
    let hidden = hidden_element(conditions, scope);
    let own = conditions.bind(own);
    let here = if gone {
        "TRUE"
    } else {
        "(EXISTS (SELECT 1 FROM attribute a WHERE a.id = log.model_id) \
         OR EXISTS (SELECT 1 FROM object o WHERE o.id = log.model_id) \
         OR EXISTS (SELECT 1 FROM event_report r WHERE r.id = log.model_id) \
         OR EXISTS (SELECT 1 FROM object_reference x WHERE x.id = log.model_id) \
         OR EXISTS (SELECT 1 FROM proposal p WHERE p.id = log.model_id))"
    };
    // Both halves find their rows by model and id; joined by OR the whole log would be walked.
    conditions.add(&format!(
        "id IN (SELECT id FROM log WHERE {about_event} UNION ALL \
         SELECT id FROM log WHERE model IN {ELEMENTS} AND model_id BETWEEN ${low} AND ${high} \
         AND (org = ${own} OR ({here} AND NOT EXISTS \
         (SELECT 1 FROM event e WHERE e.no = (log.model_id >> 24) AND {hidden}))))"
    ));
}
