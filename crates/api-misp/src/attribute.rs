//! Attributes. spec: 03#4
pub mod change;
pub mod file;
pub mod view;

use crate::routes::routes;

routes! {
    "attributes": {
        "add" (event) => change::add,
        "edit" => change::edit,
        "delete" => change::delete,
        "restore" => change::restore,
        "deleteselected" => change::delete_selected,
        "editfield" => change::edit_field,
        "toggletoids" => change::toggle_to_ids,
        "togglecorrelation" => change::toggle_correlation,
        "view" => view::view,
        "describetypes" => view::describe_types,
        "download" => file::download,
        "downloadattachment" => file::download,
        "viewpicture" => file::picture,
        "downloadsample" => file::samples,
        "add_attachment" => file::add,
    }
}
