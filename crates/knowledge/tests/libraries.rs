//! Whatever bytes come, the readers answer with a value or an error, and what they read obeys
//! their own rules.
use entente_knowledge::{archive::Archive, galaxy, library, taxonomy, template};
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Map, Value};
use std::io::Cursor;

/// Keys of all library files, so that made-up files reach deep into the readers.
const KEYS: [&str; 30] = [
    "name",
    "uuid",
    "version",
    "description",
    "meta-category",
    "required",
    "requiredOneOf",
    "attributes",
    "misp-attribute",
    "multiple",
    "categories",
    "namespace",
    "predicates",
    "predicate",
    "values",
    "entry",
    "value",
    "colour",
    "numerical_value",
    "exclusive",
    "type",
    "icon",
    "kill_chain_order",
    "authors",
    "meta",
    "related",
    "dest-uuid",
    "tags",
    "revoked",
    "format",
];

fn scalars() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        select(vec![
            "p",
            "text",
            "#00aa00",
            "7f1c7a52-1a40-4f3e-9d38-5a3c1f2b6e01",
            "3",
            ""
        ])
        .prop_map(Value::from),
    ]
}

fn trees() -> impl Strategy<Value = Value> {
    scalars().prop_recursive(5, 60, 6, |inner| {
        let object = vec((select(KEYS.to_vec()), inner.clone()), 0..8).prop_map(|pairs| {
            Value::Object(
                pairs
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value))
                    .collect::<Map<_, _>>(),
            )
        });
        prop_oneof![vec(inner, 0..5).prop_map(Value::from), object]
    })
}

/// A tree with what each reader requires, so that it goes on past the first check.
fn files() -> impl Strategy<Value = Value> {
    (
        vec((select(KEYS.to_vec()), trees()), 0..10),
        vec(trees(), 0..4),
        trees(),
    )
        .prop_map(|(pairs, list, attributes)| {
            let mut map: Map<String, Value> = pairs
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect();
            for key in ["name", "type", "namespace", "description"] {
                map.entry(key).or_insert_with(|| "p".into());
            }
            map.entry("values").or_insert_with(|| list.clone().into());
            map.entry("predicates").or_insert_with(|| list.into());
            map.entry("attributes").or_insert(attributes);
            Value::Object(map)
        })
}

fn read_all(bytes: &[u8]) {
    library::sniff(bytes);
    let _ = template::parse(bytes);
    let _ = template::parse_relationships(bytes);
    if let Ok((taxonomy, _)) = taxonomy::parse(bytes) {
        assert_eq!(taxonomy.colours().len(), taxonomy.expand().len());
        taxonomy.exclusivity();
    }
    let _ = galaxy::parse_galaxy(bytes);
    let _ = galaxy::parse_clusters(bytes);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in vec(any::<u8>(), 0..512)) {
        read_all(&bytes);
        if let Ok(archive) = Archive::open(Cursor::new(&bytes)) {
            archive.for_each(drop);
        }
    }

    #[test]
    fn arbitrary_json_never_panics(tree in trees()) {
        read_all(tree.to_string().as_bytes());
    }

    #[test]
    fn made_up_files_never_panic_and_read_the_same_twice(file in files()) {
        let bytes = file.to_string();
        read_all(bytes.as_bytes());
        prop_assert_eq!(galaxy::parse_clusters(bytes.as_bytes()), galaxy::parse_clusters(bytes.as_bytes()));
    }

    #[test]
    fn damaged_archives_never_panic(at in 0_usize..4096, byte in any::<u8>(), cut in 0_usize..4096) {
        let mut bytes = archive().unwrap();
        let at = at % bytes.len();
        bytes[at] = byte;
        let short = &bytes[..bytes.len() - cut % bytes.len()];
        for bytes in [&bytes, short] {
            if let Ok(archive) = Archive::open(Cursor::new(bytes)) {
                archive.for_each(drop);
            }
        }
    }

    #[test]
    fn any_name_can_be_asked_about(name in "\\PC{0,40}", path in "[a-z./]{0,40}") {
        library::classify(&path);
        library::needs_content(&name);
        taxonomy::stored_name(&name);
        if let Some(tag) = taxonomy::MachineTag::parse(&name) {
            prop_assert_eq!(tag.to_string(), name.clone());
        }
        prop_assert!(taxonomy::is_colour(&taxonomy::default_colour(&name)));
        galaxy::is_galaxy_tag(&name);
    }

    #[test]
    fn machine_tags_survive_a_round_trip(ns in "[^:=\"]{1,9}", p in "[^:=\"]{1,9}", v in proptest::option::of("[^\"]{1,9}")) {
        let tag = taxonomy::MachineTag { namespace: &ns, predicate: &p, value: v.as_deref() };
        let name = tag.to_string();
        prop_assert_eq!(taxonomy::MachineTag::parse(&name), Some(tag));
    }

    #[test]
    fn palette_colours_are_colours(name in "\\PC{0,20}", count in 0_usize..300) {
        let colours = taxonomy::palette(&name, count);
        prop_assert_eq!(colours.len(), count);
        for colour in colours {
            prop_assert!(taxonomy::is_colour(&colour));
        }
    }
}

fn archive() -> zip::result::ZipResult<Vec<u8>> {
    use std::io::Write as _;
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in [
        ("galaxies/a.json", "{\"a\":1}"),
        ("clusters/a.json", "{\"b\":[1,1,1,1,1,1,1,1,1]}"),
    ] {
        writer.start_file(name, zip::write::SimpleFileOptions::default())?;
        writer.write_all(text.as_bytes())?;
    }
    Ok(writer.finish()?.into_inner())
}
