//! entente-http
