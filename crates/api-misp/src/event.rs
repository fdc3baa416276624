//! Events. spec: 03#3
pub mod change;
pub(crate) mod free_text;
pub mod graph;
pub mod group;
mod lock;
pub mod options;
pub mod publish;
mod related;
pub mod render;
mod stix;
pub mod view;

use crate::routes::routes;

routes! {
    "events": {
        "view" => view::view,
        "add" (event) => change::add,
        "edit" (event) => change::edit,
        "delete" => change::delete,
        "publish" => publish::publish,
        "alert" => publish::alert,
        "unpublish" => publish::unpublish,
        "publishsightings" => publish::publish_sightings,
        "contact" => publish::contact,
        "geteventinfobyid" => view::info,
        "updategraph" => graph::update,
        "geteventgraphreferences" => graph::references,
        "geteventgraphtags" => graph::tags,
        "geteventgraphgeneric" => graph::generic,
        "getdistributiongraph" => graph::distribution,
        "geteventtimeline" => graph::timeline,
        "togglecorrelation" => change::toggle_correlation,
        "protect" => change::protect,
        "unprotect" => change::unprotect,
        "pusheventtozmq" => publish::push_to_zmq,
        "pusheventtokafka" => publish::push_to_kafka,
        "upload_sample" => change::upload_sample,
        "upload_stix" (event) => stix::upload,
        "freetextimport" => free_text::import,
        "addeventlock" => lock::add,
        "removeeventlock" => lock::remove,
        "checklocks" => lock::check,
    }
}
