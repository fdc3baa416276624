//! Object templates as clients read them. spec: 01#7.13, 03#5.6
use entente_model::library::{ObjectTemplate, TemplateElement};
use entente_model::organisation::Organisation;
use serde_json::{Map, Value, json};

/// The columns of a template.
#[must_use]
pub fn columns(template: &ObjectTemplate) -> Value {
    json!({
        "id": template.id.to_string(),
        "user_id": template.user.to_string(),
        "org_id": template.org.to_string(),
        "uuid": template.uuid.to_string(),
        "name": template.name,
        "meta-category": template.meta_category,
        "description": template.description,
        "version": template.version.to_string(),
        "requirements": requirements(template),
        "fixed": template.fixed,
        "active": template.active,
    })
}

/// Only the rules that exist; none at all is an empty list.
fn requirements(template: &ObjectTemplate) -> Value {
    let mut rules = Map::new();
    for (key, relations) in [
        ("required", &template.required),
        ("requiredOneOf", &template.required_one_of),
    ] {
        if !relations.is_empty() {
            rules.insert(key.to_owned(), json!(relations));
        }
    }
    if rules.is_empty() {
        json!([])
    } else {
        Value::Object(rules)
    }
}

/// An element.
#[must_use]
pub fn element(element: &TemplateElement) -> Value {
    json!({
        "id": element.id.to_string(),
        "object_template_id": element.template.to_string(),
        "object_relation": element.object_relation,
        "type": element.attribute_type,
        "ui-priority": element.ui_priority.to_string(),
        "categories": element.categories,
        "sane_default": element.sane_default,
        "values_list": element.values_list,
        "description": element.description,
        // Clients know this column as null unless it is set.
        "disable_correlation": element.disable_correlation.then_some(true),
        "multiple": element.multiple,
    })
}

/// An item of the index.
#[must_use]
pub fn listed(template: &ObjectTemplate) -> Value {
    json!({ "ObjectTemplate": columns(template) })
}

/// A template with its elements; `user` is its author's id and address for those who may know them.
#[must_use]
pub fn view(
    template: &ObjectTemplate,
    elements: &[TemplateElement],
    org: Option<&Organisation>,
    user: Option<(Option<String>, Option<String>)>,
) -> Value {
    let mut view = Map::new();
    view.insert("ObjectTemplate".to_owned(), columns(template));
    if let Some((id, email)) = user {
        view.insert("User".to_owned(), json!({ "id": id, "email": email }));
    }
    view.insert(
        "Organisation".to_owned(),
        json!({
            "id": org.map(|org| org.id.to_string()),
            "name": org.map(|org| &org.name),
            "uuid": org.map(|org| org.uuid.to_string()),
        }),
    );
    view.insert(
        "ObjectTemplateElement".to_owned(),
        elements.iter().map(element).collect(),
    );
    Value::Object(view)
}

/// A template as a choice for a set of attributes.
#[must_use]
pub fn choice(template: &ObjectTemplate) -> Value {
    json!({
        "id": template.id.to_string(),
        "name": template.name,
        "description": template.description,
        "meta-category": template.meta_category,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use entente_model::id::{OrgId, UserId};

    #[test]
    fn rules_that_do_not_exist_are_left_out() {
        let mut template = ObjectTemplate {
            id: 5,
            user: UserId::NONE,
            org: OrgId::NONE,
            uuid: uuid::Uuid::from_u128(7),
            name: "file".to_owned(),
            meta_category: "file".to_owned(),
            description: String::new(),
            version: 25,
            required: vec![],
            required_one_of: vec!["filename".to_owned()],
            fixed: true,
            active: true,
        };
        assert_eq!(
            columns(&template)["requirements"],
            json!({"requiredOneOf": ["filename"]})
        );
        template.required_one_of.clear();
        assert_eq!(columns(&template)["requirements"], json!([]));
        let view = view(&template, &[], None, None);
        assert_eq!(
            view["Organisation"],
            json!({"id": null, "name": null, "uuid": null})
        );
        assert!(view.get("User").is_none());
    }
}
