//! The disk by itself: how long a bare `fdatasync` takes where the cluster lies. No durable answer can be faster.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;

use crate::interrupt;

/// What is written before each sync: a page of the write-ahead log.
const PAGE: [u8; 8192] = [0x5a; 8192];

/// The file is as large as a segment of the write-ahead log, written before, and then written over page by page.
const PAGES: u64 = 2048;

/// How long the disk is asked.
const SPAN: Duration = Duration::from_secs(1);

/// Every `fdatasync` of a second, in milliseconds, the shortest first.
pub(crate) fn fdatasyncs_ms(folder: &Path) -> anyhow::Result<Vec<f64>> {
    let path = folder.join("fdatasync");
    let file = File::create(&path).context("a file beside the cluster")?;
    for page in 0..PAGES {
        file.write_all_at(&PAGE, page * PAGE.len() as u64)?;
    }
    file.sync_all()?;
    let mut took_ms = Vec::new();
    let begin = Instant::now();
    let mut page = 0;
    while begin.elapsed() < SPAN {
        interrupt::check()?;
        let started = Instant::now();
        file.write_all_at(&PAGE, page % PAGES * PAGE.len() as u64)?;
        file.sync_data()?;
        took_ms.push(started.elapsed().as_secs_f64() * 1e3);
        page += 1;
    }
    std::fs::remove_file(&path)?;
    took_ms.sort_unstable_by(f64::total_cmp);
    Ok(took_ms)
}
