//! entente-api-native
