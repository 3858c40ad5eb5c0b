//! postbackd

pub mod store;
