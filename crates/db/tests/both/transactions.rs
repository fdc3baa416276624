use entente_db::{Db, DbError, Tx, params};

use crate::MIGRATIONS;

fn put(tx: &mut Tx<'_>, a: i64) -> Result<u64, DbError> {
    tx.execute("INSERT INTO pair (a, b) VALUES ($1, 0)", params![a])
}

fn all(db: &Db) -> Vec<i64> {
    db.read_blocking(|tx| tx.all("SELECT a FROM pair ORDER BY a", &[], |row| row.get_int(0)))
        .unwrap()
}

#[derive(Debug, PartialEq, thiserror::Error)]
enum Refused {
    #[error("no")]
    No,
    #[error(transparent)]
    Db(#[from] DbError),
}

crate::db_test! {
    migrations = MIGRATIONS;

    fn an_error_undoes_the_closure(db: Db) {
        let result = db.write(|tx| {
            put(tx, 1)?;
            Err::<(), _>(Refused::No)
        }).await;
        assert_eq!(result, Err(Refused::No));
        assert!(all(&db).is_empty());
    }

    fn a_panic_undoes_the_closure(db: Db) {
        let result = db.write(|tx| -> Result<(), DbError> {
            put(tx, 1)?;
            panic!("on purpose");
        }).await;
        assert_eq!(result, Err(DbError::Panicked { message: "on purpose".to_owned() }));
        let result = db.read(|_| -> Result<(), DbError> { panic!("while reading") }).await;
        assert!(matches!(result, Err(DbError::Panicked { .. })));
        db.write(|tx| put(tx, 2)).await.unwrap();
        assert_eq!(all(&db), [2]);
    }

    fn an_ignored_failure_is_not_committed(db: Db) {
        let result = db.write(|tx| {
            put(tx, 1)?;
            assert!(put(tx, 1).unwrap_err().is_unique());
            assert_eq!(put(tx, 2), Err(DbError::Aborted));
            Ok::<_, DbError>(())
        }).await;
        assert_eq!(result, Err(DbError::Aborted));
        assert!(all(&db).is_empty());
    }

    fn a_savepoint_undoes_only_itself(db: Db) {
        db.write(|tx| {
            put(tx, 1)?;
            let inner = tx.savepoint(|tx| {
                put(tx, 2)?;
                tx.savepoint(|tx| put(tx, 3))?;
                put(tx, 1)
            });
            assert!(inner.unwrap_err().is_unique());
            let ignored = tx.savepoint(|tx| {
                drop(put(tx, 1));
                Ok::<_, DbError>(())
            });
            assert_eq!(ignored, Err(DbError::Aborted));
            tx.savepoint(|tx| put(tx, 4))?;
            put(tx, 5)
        }).await.unwrap();
        assert_eq!(all(&db), [1, 4, 5]);
    }

    fn a_read_sees_one_instant(db: Db) {
        db.write(|tx| put(tx, 1)).await.unwrap();
        let other = db.clone();
        let counts = db.read(move |tx| {
            let count = |tx: &mut Tx<'_>| tx.first("SELECT COUNT(*) FROM pair", &[], |row| row.get_int(0));
            let before = count(tx)?;
            other.write_blocking(|tx| put(tx, 2))?;
            Ok::<_, DbError>((before, count(tx)?))
        }).await.unwrap();
        assert_eq!(counts, (Some(1), Some(1)));
        assert_eq!(all(&db), [1, 2]);
    }

    fn a_closed_database_says_so(db: Db) {
        let other = db.clone();
        db.close().await;
        assert!(matches!(other.write(|tx| put(tx, 1)).await, Err(DbError::Unavailable { .. })));
        assert!(matches!(other.read_blocking(|tx| put(tx, 1)), Err(DbError::Unavailable { .. })));
    }
}
