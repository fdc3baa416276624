//! entente-engine
