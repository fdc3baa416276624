use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Barrier};

use entente_db::{Db, DbError, Engine, Tx, params};

use crate::MIGRATIONS;

fn bump(tx: &mut Tx<'_>, a: i64) -> Result<u64, DbError> {
    tx.execute("UPDATE pair SET b = b + 1 WHERE a = $1", params![a])
}

crate::db_test! {
    migrations = MIGRATIONS;

    fn ids_are_handed_out_once(db: Db) {
        let threads: Vec<_> = (0..6).map(|thread| {
            let db = db.clone();
            std::thread::spawn(move || {
                let mut ids = Vec::new();
                for round in 0..20 {
                    let n = 1 + (thread + round) % 5;
                    let first = db.write_blocking(move |tx| tx.next_ids("item", n)).unwrap();
                    ids.extend(first..first + n);
                }
                ids
            })
        }).collect();
        let ids: Vec<i64> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
        assert_eq!(ids.iter().min(), Some(&1));
        assert!(matches!(db.write(|tx| tx.next_ids("item", 0)).await, Err(DbError::Sql { .. })));
    }

    fn taking_ids_does_not_wait_for_another_commit(db: Db) {
        if db.engine() == Engine::Postgres {
            let other = db.clone();
            let (first, second) = db.write(move |tx| {
                let first = tx.next_ids("item", 3)?;
                let second = other.write_blocking(|tx| tx.next_ids("item", 1))?;
                Ok::<_, DbError>((first, second))
            }).await.unwrap();
            assert_eq!((first, second), (1, 4));
        }
    }

    fn transactions_that_lock_each_other_out_are_repeated(db: Db) {
        db.write(|tx| tx.execute("INSERT INTO pair (a, b) VALUES (1, 0), (2, 0)", &[])).await.unwrap();
        let meeting = Arc::new(Barrier::new(2));
        let runs = Arc::new(AtomicU32::new(0));
        let threads: Vec<_> = [(1, 2), (2, 1)].into_iter().map(|(first, second)| {
            let (db, meeting, runs) = (db.clone(), Arc::clone(&meeting), Arc::clone(&runs));
            std::thread::spawn(move || {
                let attempts = AtomicU32::new(0);
                db.write_blocking(move |tx| {
                    runs.fetch_add(1, Ordering::Relaxed);
                    bump(tx, first)?;
                    // SQLite runs one after the other, so only PostgreSQL's can meet
                    if tx.engine() == Engine::Postgres && attempts.fetch_add(1, Ordering::Relaxed) == 0 {
                        meeting.wait();
                    }
                    bump(tx, second)
                })
            })
        }).collect();
        for thread in threads {
            assert_eq!(thread.join().unwrap(), Ok(1));
        }
        let sums = db.read(|tx| tx.all("SELECT b FROM pair", &[], |row| row.get_int(0))).await.unwrap();
        assert_eq!(sums, [2, 2]);
        let expected = if db.engine() == Engine::Postgres { 3 } else { 2 };
        assert_eq!(runs.load(Ordering::Relaxed), expected);
    }

    fn of_two_that_add_the_same_row_the_later_one_finds_it(db: Db) {
        let meeting = Arc::new(Barrier::new(2));
        let threads: Vec<_> = (0..2).map(|_| {
            let (db, meeting) = (db.clone(), Arc::clone(&meeting));
            std::thread::spawn(move || {
                let attempts = AtomicU32::new(0);
                db.write_blocking(move |tx| {
                    let found = tx.first("SELECT a FROM pair WHERE a = $1", params![7], |row| row.get_int(0))?;
                    // SQLite runs one after the other, so only PostgreSQL's can meet
                    if tx.engine() == Engine::Postgres && attempts.fetch_add(1, Ordering::Relaxed) == 0 {
                        meeting.wait();
                    }
                    match found {
                        Some(_) => Ok(false),
                        None => tx.execute("INSERT INTO pair (a, b) VALUES (7, 0)", &[]).map(|_| true),
                    }
                })
            })
        }).collect();
        let added: Vec<bool> = threads.into_iter().map(|thread| thread.join().unwrap().unwrap()).collect();
        assert_eq!(added.iter().filter(|added| **added).count(), 1);
    }

    fn stripes_are_locked_in_any_order(db: Db) {
        db.write(|tx| tx.execute("INSERT INTO pair (a, b) VALUES (1, 0)", &[])).await.unwrap();
        let threads: Vec<_> = [[3, 1, 2], [2, 3, 1], [1, 2, 3]].into_iter().map(|stripes| {
            let db = db.clone();
            std::thread::spawn(move || {
                for _ in 0..10 {
                    db.write_blocking(move |tx| {
                        tx.lock_stripes(7, &stripes)?;
                        let b = tx.first("SELECT b FROM pair WHERE a = 1", &[], |row| row.get_int(0))?.unwrap();
                        tx.execute("UPDATE pair SET b = $1 WHERE a = 1", params![b + 1])
                    }).unwrap();
                }
            })
        }).collect();
        for thread in threads {
            thread.join().unwrap();
        }
        let sum = db.read(|tx| tx.first("SELECT b FROM pair", &[], |row| row.get_int(0))).await.unwrap();
        assert_eq!(sum, Some(30));
    }

    fn a_failure_does_not_touch_its_neighbours(db: Db) {
        let mut waiting = Vec::new();
        for a in 0..60_i64 {
            let db = db.clone();
            waiting.push(tokio::spawn(async move {
                db.write(move |tx| {
                    tx.execute("INSERT INTO pair (a, b) VALUES ($1, 0)", params![a])?;
                    match a % 4 {
                        1 => Err(DbError::Busy),
                        2 => panic!("on purpose"),
                        // violates a constraint that is checked at commit
                        3 => {
                            tx.execute("INSERT INTO item (id, uuid, owner_id) VALUES ($1, $2, 99)", params![a, uuid::Uuid::from_u128(a.unsigned_abs().into())])?;
                            Ok(())
                        }
                        _ => Ok(()),
                    }
                }).await
            }));
        }
        for (a, task) in waiting.into_iter().enumerate() {
            match (a % 4, task.await.unwrap()) {
                (0, Ok(())) | (1, Err(DbError::Busy)) | (2, Err(DbError::Panicked { .. })) | (3, Err(DbError::ForeignKey { .. })) => {}
                (_, other) => panic!("{a}: {other:?}"),
            }
        }
        let kept = db.read(|tx| tx.all("SELECT a FROM pair ORDER BY a", &[], |row| row.get_int(0))).await.unwrap();
        assert_eq!(kept, (0..60).step_by(4).collect::<Vec<_>>());
    }
}
