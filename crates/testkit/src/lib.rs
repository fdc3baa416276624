//! entente-testkit
