//! postbackd

pub mod http;
