//! What only the embedded engine does.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, also in its helpers"
)]

use std::future::Future;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::mpsc::channel;

use entente_db::{Db, DbError, Migration, Options, params};

const MIGRATIONS: &[Migration] = &[Migration {
    number: 1,
    name: "t",
    sql: "CREATE TABLE t (id @id@, text TEXT NOT NULL)",
}];

async fn open(path: &Path) -> Db {
    open_with(Options {
        url: format!("sqlite:{}", path.display()),
        ..Options::default()
    })
    .await
}

async fn open_with(options: Options) -> Db {
    let db = Db::open(options).await.unwrap();
    db.migrate(MIGRATIONS).await.unwrap();
    db
}

async fn count(db: &Db) -> i64 {
    db.read(|tx| tx.first("SELECT COUNT(*) FROM t", &[], |row| row.get_int(0)))
        .await
        .unwrap()
        .unwrap()
}

fn put(tx: &mut entente_db::Tx<'_>, text: &str) -> Result<u64, DbError> {
    tx.execute("INSERT INTO t (text) VALUES ($1)", params![text])
}

#[tokio::test]
async fn waiting_writes_share_a_commit() {
    let directory = tempfile::tempdir().unwrap();
    let db = open(&directory.path().join("a.db")).await;
    let before = db.commits();
    let (release, gate) = channel::<()>();
    let gate = parking_lot::Mutex::new(gate);
    let first = tokio::spawn({
        let db = db.clone();
        async move {
            db.write(move |tx| {
                gate.lock().recv().unwrap();
                put(tx, "first")
            })
            .await
        }
    });
    let others: Vec<_> = (0..200)
        .map(|_| {
            let db = db.clone();
            tokio::spawn(async move { db.write(|tx| put(tx, "other")).await })
        })
        .collect();
    while db.waiting() < 200 {
        tokio::task::yield_now().await;
    }
    release.send(()).unwrap();
    first.await.unwrap().unwrap();
    for other in others {
        other.await.unwrap().unwrap();
    }
    assert_eq!(count(&db).await, 201);
    assert!(db.commits() - before <= 20, "{} commits", db.commits() - before);
    db.close().await;
}

#[tokio::test]
async fn a_full_queue_refuses() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", directory.path().join("a.db").display());
    let db = open_with(Options {
        url,
        write_queue: 2,
        ..Options::default()
    })
    .await;
    let (release, gate) = channel::<()>();
    let gate = parking_lot::Mutex::new(gate);
    let blocked = tokio::spawn({
        let db = db.clone();
        async move {
            db.write(move |_| {
                gate.lock().recv().unwrap();
                Ok::<_, DbError>(())
            })
            .await
        }
    });
    tokio::task::yield_now().await;
    let mut refused = false;
    let mut queued = Vec::new();
    for _ in 0..4 {
        let db = db.clone();
        let mut write = Box::pin(async move { db.write(|tx| put(tx, "x")).await });
        match std::future::poll_fn(|context| std::task::Poll::Ready(write.as_mut().poll(context))).await {
            std::task::Poll::Ready(Err(DbError::Busy)) => refused = true,
            std::task::Poll::Ready(other) => panic!("{other:?}"),
            std::task::Poll::Pending => queued.push(write),
        }
    }
    assert!(refused);
    release.send(()).unwrap();
    blocked.await.unwrap().unwrap();
    for write in queued {
        write.await.unwrap();
    }
    db.close().await;
}

#[tokio::test]
async fn a_backup_is_a_whole_database() {
    let directory = tempfile::tempdir().unwrap();
    let (path, copy) = (directory.path().join("a.db"), directory.path().join("copy.db"));
    let db = open(&path).await;
    db.write(|tx| put(tx, "kept")).await.unwrap();
    let size = db.backup(&copy).await.unwrap();
    assert_eq!(size, std::fs::metadata(&copy).unwrap().len());
    db.write(|tx| put(tx, "later")).await.unwrap();
    // again, over the first one
    db.backup(&copy).await.unwrap();
    db.close().await;
    let restored = open(&copy).await;
    assert_eq!(count(&restored).await, 2);
    assert_eq!(restored.integrity_check().await.unwrap(), [""; 0]);
    restored.close().await;
}

#[tokio::test]
async fn files_are_private_and_the_log_is_emptied() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.db");
    let db = open(&path).await;
    assert!(!db.unclean_stop());
    db.write(|tx| put(tx, "x")).await.unwrap();
    for name in ["a.db", "a.db-wal", "a.db-shm"] {
        let mode = std::fs::metadata(directory.path().join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    db.close().await;
    assert!(!directory.path().join("a.db-wal").exists());
    let again = open(&path).await;
    assert_eq!(count(&again).await, 1);
    again.close().await;
}

#[tokio::test]
async fn the_log_stays_bounded_under_steady_readers() {
    const LIMIT: u64 = 1 << 20;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.db");
    let url = format!("sqlite:{}", path.display());
    let db = open_with(Options {
        url,
        sqlite_wal_bytes: LIMIT,
        sqlite_durable: false,
        ..Options::default()
    })
    .await;
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    // overlapping reads: at every instant at least one is open
    let readers: Vec<_> = (0..3_u64)
        .map(|offset| {
            let (db, stop) = (db.clone(), std::sync::Arc::clone(&stop));
            std::thread::spawn(move || {
                std::thread::sleep(std::time::Duration::from_millis(offset * 7));
                while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                    db.read_blocking(|tx| {
                        tx.first("SELECT COUNT(*) FROM t", &[], |row| row.get_int(0))?;
                        std::thread::sleep(std::time::Duration::from_millis(20));
                        Ok::<_, DbError>(())
                    })
                    .unwrap();
                }
            })
        })
        .collect();
    let text = "x".repeat(64 << 10);
    let mut largest = 0;
    for _ in 0..400 {
        let text = text.clone();
        db.write(move |tx| put(tx, &text)).await.unwrap();
        // the pace of durable commits: without fsync all would be over before a checkpoint can begin
        tokio::time::sleep(std::time::Duration::from_millis(3)).await;
        largest = largest.max(
            std::fs::metadata(directory.path().join("a.db-wal"))
                .unwrap()
                .len(),
        );
    }
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    for reader in readers {
        reader.join().unwrap();
    }
    // 26 MB were written; what is written while a checkpoint gets going comes on top of the limit
    assert!(largest < 16 * LIMIT, "{largest}");
    db.close().await;
}

#[tokio::test]
async fn unusable_urls_are_refused() {
    for url in [
        "sqlite:",
        "sqlite::memory:",
        "mysql://x",
        "postgres://u@127.0.0.1/x?sslmode=require",
        "postgres://h?sslmode=verify-full",
    ] {
        let error = Db::open(Options {
            url: url.to_owned(),
            ..Options::default()
        })
        .await
        .err()
        .unwrap();
        assert!(matches!(error, DbError::Unsupported { .. }), "{url}: {error}");
    }
}

#[tokio::test]
async fn a_write_out_of_time_does_not_touch_its_neighbours() {
    // interrupting a statement makes SQLite undo the whole transaction, not only a savepoint
    const ENDLESS: &str = "INSERT INTO t (text) WITH RECURSIVE n (i) AS \
        (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT 'x' FROM n WHERE i < 0";
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", directory.path().join("a.db").display());
    let db = open_with(Options {
        url,
        statement_timeout_ms: 50,
        ..Options::default()
    })
    .await;
    let (release, gate) = channel::<()>();
    let gate = parking_lot::Mutex::new((gate, false));
    let mut writes = Vec::new();
    let blocked = db.clone();
    writes.push(tokio::spawn(async move {
        blocked
            .write(move |tx| {
                let mut gate = gate.lock();
                // this closure runs again, since its first effects are undone with its neighbour's
                if !gate.1 {
                    gate.0.recv().unwrap();
                    gate.1 = true;
                }
                put(tx, "first")
            })
            .await
    }));
    for index in 0..3 {
        let db = db.clone();
        writes.push(tokio::spawn(async move {
            db.write(move |tx| {
                if index == 1 {
                    tx.execute(ENDLESS, &[])
                } else {
                    put(tx, "other")
                }
            })
            .await
        }));
    }
    while db.waiting() < 3 {
        tokio::task::yield_now().await;
    }
    release.send(()).unwrap();
    let mut results = Vec::new();
    for write in writes {
        results.push(write.await.unwrap());
    }
    assert_eq!(results, [Ok(1), Ok(1), Err(DbError::Timeout), Ok(1)]);
    assert_eq!(count(&db).await, 3);
    db.close().await;
}
