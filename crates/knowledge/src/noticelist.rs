//! noticelist
