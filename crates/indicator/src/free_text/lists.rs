//! Names that decide what a name or link is. spec: 04#8 step 3f

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

use crate::normalise::Normal;

/// Longest name that is looked up, dots included (RFC 1035).
pub(super) const MAX_NAME_BYTES: usize = 253;

/// Which endings make a name a domain, and whose links are reports rather than threats.
#[derive(Debug, Clone)]
pub struct Lists {
    top_level: HashSet<Box<str>>,
    vendors: HashSet<Box<str>>,
}

impl Lists {
    /// From the entries of two warninglists, `TLDs as known by IANA` and `List of known domains used by
    /// automated malware analysis services & security vendors`. A list without entries (not imported, or
    /// switched off) is replaced by the small one of [`Self::built_in`]; `onion` is always an ending.
    #[must_use]
    pub fn new<'a>(
        top_level: impl IntoIterator<Item = &'a str>,
        vendors: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let or_built_in = |mut given: HashSet<Box<str>>, built_in: &[&str]| {
            if given.is_empty() {
                given = names(built_in.iter().flat_map(|line| line.split(' ')));
            }
            given
        };
        let mut top_level = or_built_in(names(top_level), &[GENERIC, COUNTRIES]);
        top_level.insert("onion".into());
        Self {
            top_level,
            vendors: or_built_in(names(vendors), &[VENDORS]),
        }
    }

    /// Enough to work without any warninglist: country codes, common endings, and two services.
    #[must_use]
    pub fn built_in() -> &'static Self {
        static BUILT_IN: LazyLock<Lists> = LazyLock::new(|| Lists::new([], []));
        &BUILT_IN
    }

    /// Whether names may end with this label.
    pub(super) fn is_top_level(&self, label: &str) -> bool {
        label.len() <= MAX_NAME_BYTES && self.top_level.contains(ascii(label).as_ref())
    }

    /// Whether this host is, or is below, the domain of a vendor.
    pub(super) fn is_vendor(&self, host: &str) -> bool {
        // Longer names do not exist, and looking at each of their parents would be quadratic.
        if host.len() > MAX_NAME_BYTES {
            return false;
        }
        let lower = host.to_ascii_lowercase();
        let mut name = lower.as_str();
        loop {
            if self.vendors.contains(name) {
                return true;
            }
            match name.split_once('.') {
                Some((_, parent)) => name = parent,
                None => return false,
            }
        }
    }
}

/// Entries as they are compared: without `*.`, blanks and a path.
fn names<'a>(entries: impl IntoIterator<Item = &'a str>) -> HashSet<Box<str>> {
    entries
        .into_iter()
        .filter_map(|entry| entry.trim().trim_start_matches('*').split('/').next())
        .map(|entry| ascii(entry.trim_matches('.')))
        .filter(|entry| !entry.is_empty())
        .map(Box::from)
        .collect()
}

/// Lower case, in the ASCII form of names.
fn ascii(name: &str) -> Cow<'_, str> {
    if name.is_ascii() {
        Normal::Lower.apply(name, None)
    } else {
        Normal::Domain.apply(name, None)
    }
}

const GENERIC: &str = "com net org edu gov mil int arpa info biz name pro mobi asia jobs travel cat tel coop aero \
    museum post xxx app dev page web xyz top site online shop store club icu vip win bid loan men date review \
    trade party science work space fun live life link click website tech host press rest buzz cyou monster quest \
    sbs cfd bond bar cloud email network systems digital media news blog agency center company group solutions \
    services support software technology world today guru zone global finance money bank academy expert zip mov";

/// The codes of countries and territories.
const COUNTRIES: &str = "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo \
    br bs bt bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et \
    eu fi fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in \
    io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh \
    mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm \
    pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg \
    th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw";

const VENDORS: &str = "virustotal.com hybrid-analysis.com";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn given_lists_replace_the_built_in_ones() {
        let lists = Lists::new(
            ["COM", ".Example", "中国", ""],
            ["*.vendor.example", " Sandbox.Test/x "],
        );
        for label in ["com", "CoM", "example", "onion", "中国", "xn--fiqs8s"] {
            assert!(lists.is_top_level(label), "{label}");
        }
        assert!(!lists.is_top_level("org") && !lists.is_top_level(""));
        for host in ["vendor.example", "A.b.Vendor.Example", "sandbox.test"] {
            assert!(lists.is_vendor(host), "{host}");
        }
        for host in ["virustotal.com", "notvendor.example", "example", ""] {
            assert!(!lists.is_vendor(host), "{host}");
        }
    }

    #[test]
    fn without_lists_the_common_names_are_known() {
        let lists = Lists::built_in();
        for label in ["com", "onion", "ch", "zip", "arpa"] {
            assert!(lists.is_top_level(label), "{label}");
        }
        assert!(!lists.is_top_level("exe") && !lists.is_top_level("zzz"));
        assert!(lists.is_vendor("www.virustotal.com") && lists.is_vendor("hybrid-analysis.com"));
        assert!(!lists.is_vendor(&"a.".repeat(30_000)));
    }
}
