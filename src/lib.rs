//! postbackd

pub mod domain;
pub mod http;
pub mod ingest;
pub mod store;
