//! entente-misp
