//! postbackd
