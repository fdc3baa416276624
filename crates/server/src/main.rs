//! The `entente` binary.
fn main() {}
