//! `[storage]`: the data directory and the spool's bound.

use std::path::PathBuf;

use super::section::Section;
use super::units;

pub(super) const KEYS: &[&str] = &["data_dir", "spool_max"];

const DEFAULT_DATA_DIR: &str = "data";
const DEFAULT_SPOOL_BYTES_MAX: u64 = 1 << 30;

/// Where the service keeps files of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Storage {
    /// The spool and the private PostgreSQL live below it.
    pub data_dir: PathBuf,
    /// Bytes that the spool may take.
    pub spool_max: u64,
}

impl Storage {
    pub(super) fn read(section: &Section<'_>) -> Self {
        let data_dir = section.entry("data_dir").and_then(|entry| entry.parse(folder));
        let spool_max = section
            .entry("spool_max")
            .and_then(|entry| entry.parse(units::size_bytes));
        Self {
            data_dir: data_dir.unwrap_or_else(|| PathBuf::from(DEFAULT_DATA_DIR)),
            spool_max: spool_max.unwrap_or(DEFAULT_SPOOL_BYTES_MAX),
        }
    }
}

fn folder(text: &str) -> Result<PathBuf, &'static str> {
    if text.is_empty() || text.contains('\0') {
        Err("expected the path of a folder")
    } else {
        Ok(PathBuf::from(text))
    }
}
