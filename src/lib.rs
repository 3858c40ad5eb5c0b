//! postbackd

pub mod domain;
