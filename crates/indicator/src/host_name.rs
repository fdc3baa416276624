//! Domains above a host name.

use std::net::IpAddr;

/// The domains that a host name lies in, the nearest first, down to two labels. An address has none.
pub fn parent_domains(name: &str) -> impl Iterator<Item = &str> {
    let name = if name.parse::<IpAddr>().is_ok() { "" } else { name };
    std::iter::successors(above(name), |parent| above(parent))
}

/// What follows the first label, where that still has two.
fn above(name: &str) -> Option<&str> {
    let (_, parent) = name.split_once('.')?;
    parent
        .split_once('.')
        .is_some_and(|(label, rest)| !label.is_empty() && !rest.is_empty())
        .then_some(parent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parents_are_named_from_the_nearest_to_the_widest() {
        let of = |name| parent_domains(name).collect::<Vec<_>>();
        assert_eq!(of("a.b.evil.example"), ["b.evil.example", "evil.example"]);
        assert_eq!(of("evil.example"), Vec::<&str>::new());
        assert_eq!(of("example"), Vec::<&str>::new());
        assert_eq!(of("192.0.2.1"), Vec::<&str>::new(), "an address");
        assert_eq!(of("a..example"), Vec::<&str>::new());
    }
}
