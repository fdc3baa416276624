//! entente-model
