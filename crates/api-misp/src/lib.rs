//! entente-api-misp
