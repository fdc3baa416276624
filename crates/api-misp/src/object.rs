//! Objects and references. spec: 03#5
pub mod change;
pub mod view;

use crate::routes::routes;

routes! {
    "objects": {
        "add" => change::add,
        "edit" => change::edit,
        "delete" => change::delete,
        "view" => view::view,
    }
    "objectreferences": {
        "add" => change::add_reference,
        "delete" => change::delete_reference,
        "view" => view::reference,
    }
}
