//! entente-policy
