//! decay
