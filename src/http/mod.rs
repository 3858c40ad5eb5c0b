//! Everything that speaks HTTP.

pub mod listener;
