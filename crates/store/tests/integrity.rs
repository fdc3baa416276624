//! References that lead nowhere are counted on both engines.
use entente_db::{Db, DbError, params};
use entente_store::integrity::{Dangling, dangling_unscoped};
use entente_testkit::db_test;

db_test! {
    migrations = entente_store::MIGRATIONS;

    fn an_attachment_without_its_attribute_is_found(db: Db) {
        assert_eq!(db.read(dangling_unscoped).await.unwrap(), []);
        db.write(|tx| {
            tx.execute(
                "INSERT INTO attachment (element_id, sha256, size) VALUES ($1, $2, $3)",
                params![17, &[0_u8; 32], 4],
            )?;
            Ok::<_, DbError>(())
        })
        .await
        .unwrap();
        let found = db.read(dangling_unscoped).await.unwrap();
        let expected = Dangling { what: "attachments of missing attributes", count: 1 };
        assert_eq!(found, [expected]);
    }
}
