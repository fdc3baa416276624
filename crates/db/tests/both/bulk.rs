use entente_db::{Db, DbError, Type, Value, params};
use uuid::Uuid;

use crate::MIGRATIONS;

const COLUMNS: &[(&str, Type)] = &[
    ("id", Type::Int),
    ("uuid", Type::Uuid),
    ("name", Type::Text),
    ("data", Type::Bytes),
    ("done", Type::Bool),
];

fn row<'a>(id: i64, name: &'a str) -> [Value<'a>; 5] {
    let uuid = Uuid::from_u128(id.unsigned_abs().into());
    [
        id.into(),
        uuid.into(),
        name.into(),
        Value::Null,
        (id % 2 == 0).into(),
    ]
}

crate::db_test! {
    migrations = MIGRATIONS;

    fn many_rows(db: Db) {
        const ROWS: i64 = 20_000;
        let written = db.write(|tx| {
            let mut bulk = tx.bulk("item", COLUMNS)?;
            for id in 1..=ROWS {
                bulk.row(&row(id, "a name that is neither long nor short, as names are"))?;
            }
            let written = bulk.finish()?;
            let first = tx.first("SELECT name, done, data FROM item WHERE id = $1", params![2], |row| {
                Ok::<_, DbError>((row.get_string(0)?, row.get_bool(1)?, row.get_opt_bytes(2)?.is_none()))
            })?;
            assert!(matches!(first, Some((_, true, true))));
            Ok::<_, DbError>(written)
        }).await.unwrap();
        assert_eq!(written, 20_000);
        let counted = db.read(|tx| tx.first("SELECT COUNT(*) FROM item", &[], |row| row.get_int(0))).await.unwrap();
        assert_eq!(counted, Some(ROWS));
    }

    fn a_violation_undoes_all(db: Db) {
        let result = db.write(|tx| {
            let mut bulk = tx.bulk("item", COLUMNS)?;
            bulk.row(&row(1, "a"))?;
            bulk.row(&row(1, "b"))?;
            bulk.finish()
        }).await;
        assert!(result.unwrap_err().is_unique());
        let recovered = db.write(|tx| {
            let failed = tx.savepoint(|tx| {
                let mut bulk = tx.bulk("item", COLUMNS)?;
                bulk.row(&row(2, "a"))?;
                bulk.row(&row(2, "a"))?;
                bulk.finish()
            });
            assert!(failed.unwrap_err().is_unique());
            let mut bulk = tx.bulk("item", COLUMNS)?;
            bulk.row(&row(3, "c"))?;
            bulk.finish()
        }).await;
        assert_eq!(recovered, Ok(1));
    }

    fn misuse_is_refused(db: Db) {
        let short = db.write(|tx| tx.bulk("item", COLUMNS)?.row(&[Value::Int(1)])).await;
        assert!(matches!(short, Err(DbError::Parameter { .. })));
        let kind = db.write(|tx| {
            let mut values = row(1, "a");
            values[2] = Value::Int(1);
            tx.bulk("item", COLUMNS)?.row(&values)
        }).await;
        assert!(matches!(kind, Err(DbError::Parameter { number: 3, .. })));
        let unfinished = db.write(|tx| tx.bulk("item", COLUMNS)?.row(&row(1, "a"))).await;
        assert_eq!(unfinished, Err(DbError::Aborted));
        let missing = db.write(|tx| {
            let mut bulk = tx.bulk("nothing", COLUMNS)?;
            bulk.row(&row(1, "a"))?;
            bulk.finish()
        }).await;
        assert!(matches!(missing, Err(DbError::Sql { .. })));
    }
}
