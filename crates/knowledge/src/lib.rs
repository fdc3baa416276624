//! entente-knowledge
