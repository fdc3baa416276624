//! The binary from outside: start and stop, limits of the listener, commands on the store.
#[cfg(test)]
mod commands;
#[cfg(test)]
mod lifecycle;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod node;
