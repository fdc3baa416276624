//! The mapping between MISP and STIX 2, as tables that both directions read. spec: 12#6, 12#8
//!
//! * [`place`] – where in an object a value stands, in one notation;
//! * [`form`] – how a value is written there, and how it is read back;
//! * [`shape`] – a list of places that together are an attribute or an object;
//! * [`attribute`] – the shapes of attribute types;
//! * [`template`] – the shapes of object templates;
//! * [`hash`] – names of hash algorithms;
//! * [`galaxy`] – which object a galaxy's clusters are;
//! * [`marking`] – marks and their definitions;
//! * [`old`] – what STIX 2.0 names differently.
//!
//! What no table knows is carried whole by custom objects, so nothing is lost between two servers of MISP's kind.
pub mod attribute;
pub mod form;
pub mod galaxy;
pub mod hash;
pub mod marking;
pub mod old;
pub mod place;
pub mod shape;
pub mod template;
