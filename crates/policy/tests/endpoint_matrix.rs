//! The access table against the default roles, as a text that shows every change of a right.
//! Columns: admin, Org Admin, User, Publisher, Sync user, Read Only.
//! `UPDATE_GOLDEN=1 cargo test -p entente-policy` rewrites it.

use std::path::Path;

#[test]
fn endpoint_matrix_is_as_reviewed() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/endpoint_matrix.txt");
    let matrix = entente_policy::endpoint::matrix();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &matrix).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap();
    for (line, (ours, theirs)) in matrix.lines().zip(golden.lines()).enumerate() {
        assert_eq!(ours, theirs, "line {} of {}", line + 1, path.display());
    }
    assert_eq!(matrix.lines().count(), golden.lines().count());
}
