use std::ops::ControlFlow;

use entente_db::{Db, DbError, Engine, Tx, Type, params, prepare_all};
use uuid::Uuid;

use crate::MIGRATIONS;

const UUID: Uuid = Uuid::from_u128(0x0123_4567_89ab_cdef);

fn insert(tx: &mut Tx<'_>, id: i64, name: Option<&str>) -> Result<u64, DbError> {
    let uuid = Uuid::from_u128(id.unsigned_abs().into());
    tx.execute(
        "INSERT INTO item (id, uuid, name) VALUES ($1, $2, $3)",
        params![id, uuid, name],
    )
}

fn ids(tx: &mut Tx<'_>, sql: &str, params: &[entente_db::Value<'_>]) -> Result<Vec<i64>, DbError> {
    tx.all(sql, params, |row| row.get_int(0))
}

entente_db::statements! {
    /// Good.
    BY_UUID (uuid: Uuid, done: Bool) -> (id, name) = "SELECT id, name FROM item WHERE uuid = $1 AND done = $2";
    /// Good, undeclared.
    FORGET = "DELETE FROM item WHERE id = ANY($1)";
}

mod drifted {
    entente_db::statements! {
        NO_TABLE = "SELECT 1 FROM nothing";
        COLUMNS -> (id, nome) = "SELECT id, name FROM item";
        COUNT (a: Int) = "SELECT id FROM item WHERE id = $1 AND name = $2";
    }
}

const ENDLESS: &str = "WITH RECURSIVE n (i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n) \
    SELECT COUNT(*) FROM n";

crate::db_test! {
    migrations = MIGRATIONS;

    fn values_come_back(db: Db) {
        db.write(|tx| {
            tx.execute(
                "INSERT INTO item (id, uuid, name, data, done) VALUES ($1, $2, $3, $4, $5)",
                params![1, UUID, "Zürich", &b"\0\xff"[..], true],
            )?;
            insert(tx, 2, None)
        }).await.unwrap();
        db.read(|tx| {
            tx.first("SELECT id, uuid, name, data, done, owner_id FROM item WHERE uuid = $1", params![UUID], |row| {
                assert_eq!(row.columns(), 6);
                assert_eq!((row.get_int(0)?, row.get_uuid(1)?, row.get_str(2)?), (1, UUID, "Zürich"));
                assert_eq!((row.get_bytes(3)?, row.get_bool(4)?, row.get_opt_int(5)?), (&b"\0\xff"[..], true, None));
                assert_eq!(row.get_int(2), Err(DbError::Decode { column: 2, expected: "an integer" }));
                assert!(row.get_int(5).is_err() && row.get_int(6).is_err() && row.get_str(0).is_err());
                Ok::<_, DbError>(())
            })?.unwrap();
            tx.first("SELECT name, data FROM item WHERE id = 2", &[], |row| {
                assert_eq!((row.get_opt_str(0)?, row.get_opt_bytes(1)?), (None, None));
                Ok::<_, DbError>(())
            })?.unwrap();
            assert_eq!(tx.first("SELECT 1 FROM item WHERE id = 3", &[], |_| Ok::<_, DbError>(()))?, None);
            Ok::<_, DbError>(())
        }).await.unwrap();
    }

    fn arrays(db: Db) {
        db.write_blocking(|tx| {
            for (id, name) in [(1, "a"), (2, "b"), (3, "c")] {
                insert(tx, id, Some(name))?;
            }
            Ok::<_, DbError>(())
        }).unwrap();
        db.read_blocking(|tx| {
            let some = [1_i64, 3, 9];
            assert_eq!(ids(tx, "SELECT id FROM item WHERE id = ANY($1) ORDER BY id", params![&some[..]])?, [1, 3]);
            assert_eq!(ids(tx, "SELECT id FROM item WHERE id <> ALL($1)", params![&some[..]])?, [2]);
            let names = ["b", "c"];
            assert_eq!(ids(tx, "SELECT id FROM item WHERE name = ANY($1) ORDER BY id", params![&names[..]])?, [2, 3]);
            let names = vec!["a".to_owned()];
            assert_eq!(ids(tx, "SELECT id FROM item WHERE name = ANY($1)", params![&names])?, [1]);
            let uuids = [Uuid::from_u128(2)];
            assert_eq!(ids(tx, "SELECT id FROM item WHERE uuid = ANY($1)", params![&uuids[..]])?, [2]);
            let none: [i64; 0] = [];
            assert!(ids(tx, "SELECT id FROM item WHERE id = ANY($1)", params![&none[..]])?.is_empty());
            Ok::<_, DbError>(())
        }).unwrap();
    }

    fn like_folds_letters_alike(db: Db) {
        db.write_blocking(|tx| {
            for (id, name) in [(1, "ÄPFEL 100%"), (2, "äpfel 1000"), (3, "Σίσυφος"), (4, "a_b"), (5, "axb"), (6, "a\\b")] {
                insert(tx, id, Some(name))?;
            }
            insert(tx, 7, None)
        }).unwrap();
        db.read_blocking(|tx| {
            let ilike = "SELECT id FROM item WHERE name @ilike@ $1 ESCAPE '!' ORDER BY id";
            let like = "SELECT id FROM item WHERE name LIKE $1 ESCAPE '!' ORDER BY id";
            let plain = "SELECT id FROM item WHERE name LIKE $1 ORDER BY id";
            for (sql, pattern, found) in [
                (ilike, "äPF%", &[1, 2][..]),
                (ilike, "%100!%", &[1]),
                (ilike, "σΊΣ%", &[3]),
                (like, "äpf%", &[2]),
                (like, "a!_b", &[4]),
                (like, "a_b", &[4, 5, 6]),
                (plain, "a\\_b", &[4]),
                (plain, "a\\\\b", &[6]),
            ] {
                assert_eq!(ids(tx, sql, params![pattern])?, found, "{pattern}");
            }
            assert_eq!(ids(tx, "SELECT id FROM item WHERE lower(name) = $1", params!["äpfel 100%"])?, [1]);
            assert_eq!(ids(tx, "SELECT id FROM item WHERE name NOT LIKE '%' ", &[])?, [0_i64; 0]);
            Ok::<_, DbError>(())
        }).unwrap();
    }

    fn rows_are_streamed_until_a_break(db: Db) {
        let seen = db.read(|tx| {
            let mut seen = 0_i64;
            let numbers = "WITH RECURSIVE n (i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < 200000) SELECT i FROM n";
            tx.for_each(numbers, &[], |row| {
                seen = row.get_int(0)?;
                Ok::<_, DbError>(if seen == 1000 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
            })?;
            let mut all = 0_i64;
            tx.for_each(numbers, &[], |_| {
                all += 1;
                Ok::<_, DbError>(ControlFlow::Continue(()))
            })?;
            assert_eq!(all, 200_000);
            Ok::<_, DbError>(seen)
        }).await.unwrap();
        assert_eq!(seen, 1000);
    }

    fn the_statement_cache_is_bounded_and_reused(db: Db) {
        db.read_blocking(|tx| {
            for round in 0..1000 {
                let sql = format!("SELECT CAST({} AS BIGINT) + $1", round % 600);
                assert_eq!(ids(tx, &sql, params![1])?, [round % 600 + 1]);
            }
            Ok::<_, DbError>(())
        }).unwrap();
    }

    fn constraint_errors_are_told_apart(db: Db) {
        db.write_blocking(|tx| insert(tx, 1, None)).unwrap();
        let unique = db.write_blocking(|tx| {
            tx.execute("INSERT INTO item (id, uuid) VALUES (9, $1)", params![Uuid::from_u128(1)])
        }).unwrap_err();
        match &unique {
            DbError::Unique { table, columns, .. } => assert_eq!((table.as_str(), &columns[..]), ("item", &["uuid".to_owned()][..])),
            other => panic!("{other}"),
        }
        assert!(unique.is_unique() && !unique.is_transient());
        let missing = db.write_blocking(|tx| tx.execute("INSERT INTO item (id) VALUES (9)", &[])).unwrap_err();
        assert_eq!(missing, DbError::Constraint { name: "item.uuid".to_owned() });
        let check = db.write_blocking(|tx| insert(tx, -1, None)).unwrap_err();
        assert!(matches!(check, DbError::Constraint { .. }), "{check}");
        let owner = db.write_blocking(|tx| {
            tx.execute("INSERT INTO item (id, uuid, owner_id) VALUES (9, $1, 77)", params![UUID])
        }).unwrap_err();
        assert!(matches!(owner, DbError::ForeignKey { .. }), "{owner}");
        let wrong = db.write_blocking(|tx| tx.execute("SELEC 1", &[])).unwrap_err();
        assert!(matches!(wrong, DbError::Sql { .. }));
        let count = db.write_blocking(|tx| tx.execute("DELETE FROM item WHERE id = $1", &[])).unwrap_err();
        assert!(matches!(count, DbError::Sql { .. }));
    }

    fn text_with_nul_is_refused_alike(db: Db) {
        for name in ["\0", "a\0b"] {
            let stored = db.write(move |tx| insert(tx, 1, Some(name))).await;
            assert_eq!(stored, Err(DbError::Nul));
            let found = db.read(move |tx| ids(tx, "SELECT id FROM item WHERE name = ANY($1)", params![&["x", name][..]])).await;
            assert_eq!(found, Err(DbError::Nul));
            let copied = db.write(move |tx| {
                let mut bulk = tx.bulk("item", &[("id", Type::Int), ("uuid", Type::Uuid), ("name", Type::Text)])?;
                bulk.row(&[1.into(), UUID.into(), name.into()])?;
                bulk.finish()
            });
            assert_eq!(copied.await, Err(DbError::Nul));
        }
    }

    fn errors_show_no_values(db: Db) {
        let secret = "hunter2";
        let error = db.write_blocking(move |tx| {
            insert(tx, 1, Some(secret))?;
            tx.execute("CREATE UNIQUE INDEX item_unique ON item (name)", &[])?;
            insert(tx, 2, Some(secret))
        }).unwrap_err();
        assert!(!format!("{error} {error:?} {:?}", params![secret]).contains(secret));
    }

    fn a_read_cannot_write(db: Db) {
        assert!(db.read_blocking(|tx| insert(tx, 1, None)).is_err());
        assert_eq!(db.read_blocking(|tx| ids(tx, "SELECT id FROM item", &[])).unwrap(), [0_i64; 0]);
    }

    fn declared_statements_fit_the_schema(db: Db) {
        assert_eq!(prepare_all(&db, STATEMENTS).await.unwrap(), []);
        let found: Vec<_> = prepare_all(&db, drifted::STATEMENTS).await.unwrap().into_iter().map(|d| d.name).collect();
        assert_eq!(found, ["NO_TABLE", "COLUMNS", "COUNT"]);
        let done = db.read(|tx| tx.first(&BY_UUID, params![UUID, false], |row| row.get_int(0))).await.unwrap();
        assert_eq!(done, None);
        db.write(|tx| tx.execute(&FORGET, params![&[1_i64][..]])).await.unwrap();
    }

    fn bi_s12_a_read_nobody_waits_for_stops(db: Db) {
        let (started, mut running) = tokio::sync::mpsc::unbounded_channel();
        let (ended, mut stopped) = tokio::sync::mpsc::unbounded_channel();
        let read = db.read(move |tx| {
            started.send(()).unwrap();
            ended.send((ids(tx, ENDLESS, &[]), ids(tx, "SELECT CAST(1 AS BIGINT)", &[]))).unwrap();
            Ok::<_, DbError>(())
        });
        tokio::select! {
            _ = read => panic!("it cannot end"),
            _ = running.recv() => {}
        }
        let (interrupted, after) = stopped.recv().await.unwrap();
        // if it left before the first statement began, not even that one ran
        assert!(matches!(interrupted, Err(DbError::Timeout | DbError::Abandoned)), "{interrupted:?}");
        assert!(matches!(after, Err(DbError::Aborted | DbError::Abandoned)), "{after:?}");
        // nothing of it hits those who use the connection next
        for _ in 0..20 {
            assert_eq!(db.read(|tx| ids(tx, "SELECT CAST(1 AS BIGINT)", &[])).await.unwrap(), [1]);
        }
    }

    fn statements_have_a_time_limit(db: Db) {
        // the engine-specific way to be slow; the limit itself is set per database
        let directory = tempfile::tempdir().unwrap();
        let short = match db.engine() {
            Engine::Sqlite => {
                let url = format!("sqlite:{}", directory.path().join("short.db").display());
                Db::open(entente_db::Options { url, statement_timeout_ms: 50, ..Default::default() }).await.unwrap()
            }
            Engine::Postgres => {
                let url = std::env::var(crate::database::POSTGRES).unwrap();
                Db::open(entente_db::Options { url, statement_timeout_ms: 50, ..Default::default() }).await.unwrap()
            }
        };
        let error = short.read(move |tx| ids(tx, ENDLESS, &[])).await.unwrap_err();
        assert_eq!(error, DbError::Timeout);
        assert_eq!(short.read(|tx| ids(tx, "SELECT CAST(1 AS BIGINT)", &[])).await.unwrap(), [1]);
        short.close().await;
    }
}
