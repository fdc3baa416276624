//! entente-formats
