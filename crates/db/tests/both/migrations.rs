use entente_db::{Applied, Db, DbError, Migration};

use crate::MIGRATIONS;

crate::db_test! {
    migrations = MIGRATIONS;

    fn migrating_again_changes_nothing(db: Db) {
        let applied = db.migrate(MIGRATIONS).await.unwrap();
        assert_eq!(applied, Applied { known: vec![1], ..Applied::default() });
    }

    fn a_changed_text_is_refused(db: Db) {
        let changed = [Migration { sql: "SELECT 1", ..MIGRATIONS[0] }];
        assert!(matches!(db.migrate(&changed).await, Err(DbError::Migration { number: 1, .. })));
    }

    fn order_is_kept(db: Db) {
        let third = Migration { number: 3, name: "third", sql: "CREATE TABLE third (id @id@); CREATE TABLE more (x TEXT)" };
        let second = Migration { number: 2, name: "second", sql: "CREATE TABLE second (id @id@)" };
        let applied = db.migrate(&[MIGRATIONS[0], third]).await.unwrap();
        assert_eq!((applied.new, applied.known), (vec![3], vec![1]));
        assert!(matches!(db.migrate(&[MIGRATIONS[0], second, third]).await, Err(DbError::Migration { number: 2, .. })));
        assert!(matches!(db.migrate(&[third, second]).await, Err(DbError::Migration { number: 2, .. })));
        // an older program beside a newer schema
        assert_eq!(db.migrate(MIGRATIONS).await.unwrap().unknown, [3]);
    }

    fn a_failing_migration_leaves_nothing(db: Db) {
        let bad = Migration { number: 2, name: "bad", sql: "CREATE TABLE good (id @id@); CREATE TABLE bad (" };
        assert!(matches!(db.migrate(&[MIGRATIONS[0], bad]).await, Err(DbError::Migration { number: 2, .. })));
        let good = Migration { sql: "CREATE TABLE good (id @id@)", ..bad };
        assert_eq!(db.migrate(&[MIGRATIONS[0], good]).await.unwrap().new, [2]);
    }
}
