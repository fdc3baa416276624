//! entente-db
