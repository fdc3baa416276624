//! entente-indicator
