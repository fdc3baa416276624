//! Embedded SQLite and PostgreSQL behind one small, synchronous interface.
//!
//! One SQL text is written for both engines (PostgreSQL spelling) and rewritten once for SQLite. A closure
//! receives a [`Tx`] and runs on a blocking thread; SQLite writes go through one thread which commits all
//! waiting closures together (group commit), PostgreSQL writes run in parallel and are repeated after a
//! serialisation failure or a deadlock. This crate knows nothing of the domain.
//!
//! Invariants:
//! - a closure's effects are all durable or all absent, whatever happens to the closures committed with it;
//! - a read whose future is dropped stops at its next statement, and the running statement is interrupted;
//! - a statement that fails poisons its transaction on both engines, unless it ran inside [`Tx::savepoint`];
//! - no error and no log line carries a bound value.
//!
//! ```
//! use entente_db::{Db, DbError, Options, params};
//!
//! # let dir = std::env::temp_dir().join(format!("entente-db-doc-{}", std::process::id()));
//! # std::fs::create_dir_all(&dir).unwrap();
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let url = format!("sqlite:{}", dir.join("example.db").display());
//! let db = Db::open(Options { url, ..Options::default() }).await?;
//! db.write(|tx| {
//!     tx.execute("CREATE TABLE note (id @id@, text TEXT NOT NULL)", &[])?;
//!     tx.execute("INSERT INTO note (id, text) VALUES ($1, $2)", params![1, "hello"])
//! })
//! .await?;
//! let text = db
//!     .read(|tx| {
//!         tx.first("SELECT text FROM note WHERE id = ANY($1)", params![&[1_i64, 2][..]], |row| {
//!             Ok::<_, DbError>(row.get_str(0)?.to_owned())
//!         })
//!     })
//!     .await?;
//! assert_eq!(text.as_deref(), Some("hello"));
//! # db.close().await;
//! # Ok::<(), DbError>(())
//! # }).unwrap();
//! # std::fs::remove_dir_all(dir).unwrap();
//! ```

mod attention;
mod bulk;
mod database;
mod error;
mod migrate;
mod options;
mod postgres;
mod rewrite;
mod row;
mod sqlite;
mod statements;
mod tx;
mod value;
mod wait;

pub use bulk::Bulk;
pub use database::Db;
pub use error::DbError;
pub use migrate::{Applied, Migration, checksum};
pub use options::{Engine, Options};
pub use row::Row;
pub use statements::{Drift, Statement, prepare_all};
pub use tx::Tx;
pub use value::{Type, Value};
