//! Looking into the segments without the lock and without changing anything, while a service may be writing them.

use std::io::{self, ErrorKind, Read};
use std::path::Path;
use std::{fmt, vec};

use super::disk::Disk;
use super::frame::Frame;
use super::names;
use super::real::RealFolder;
use super::scan::{Scan, Sight};
use super::segment::Segment;

/// What is in the segments of a folder, in the order of replay.
///
/// It sees what is in the files: also records that are taken already but whose segment is not yet deleted, and such that
/// are written but not yet acknowledged. The incomplete end of a file ends that file.
pub struct Offline {
    disk: RealFolder,
    segments: vec::IntoIter<String>,
    current: Option<(String, Scan<Box<dyn Read>>)>,
}

/// Something in a segment.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// A record.
    Record {
        /// The segment's file.
        segment: String,
        /// The record.
        frame: Frame,
    },
    /// Bytes that do not verify.
    Damage {
        /// The segment's file.
        segment: String,
        /// Where in it they begin.
        offset: u64,
        /// How many they are.
        bytes: u64,
    },
    /// A file of a newer format, which only a newer program reads.
    Newer {
        /// The segment's file.
        segment: String,
    },
}

impl Offline {
    /// Lists the segments of a folder.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let disk = RealFolder::shared(folder);
        let listed = disk.list(names::ROOT)?.into_iter();
        let segments = listed.filter(|file| file.is_file && names::is_segment(&file.name));
        let mut segments: Vec<String> = segments.map(|file| file.name).collect();
        segments.sort();
        Ok(Self {
            disk,
            segments: segments.into_iter(),
            current: None,
        })
    }

    /// The next thing in the segment at hand, or in the one after it; `None` when all are read.
    fn find(&mut self) -> io::Result<Option<Found>> {
        loop {
            if let Some((segment, scan)) = &mut self.current {
                match scan.next()? {
                    Some(Sight::Record(frame)) => {
                        return Ok(Some(Found::Record {
                            segment: segment.clone(),
                            frame,
                        }));
                    }
                    Some(Sight::Damage(range)) => {
                        return Ok(Some(Found::Damage {
                            segment: segment.clone(),
                            offset: range.start,
                            bytes: range.end - range.start,
                        }));
                    }
                    Some(Sight::Reason(_)) => {}
                    Some(Sight::Torn(_)) | None => self.current = None,
                }
                continue;
            }
            let Some(segment) = self.segments.next() else {
                return Ok(None);
            };
            match Segment::open(&self.disk, &segment) {
                Ok(None) => return Ok(Some(Found::Newer { segment })),
                Ok(Some(scan)) => self.current = Some((segment, scan)),
                // Replayed and deleted in the meantime.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Iterator for Offline {
    type Item = io::Result<Found>;

    fn next(&mut self) -> Option<Self::Item> {
        let found = self.find();
        if found.is_err() {
            // The rest of this segment cannot be read; the others may.
            self.current = None;
        }
        found.transpose()
    }
}

impl fmt::Debug for Offline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Offline")
            .field("disk", &self.disk)
            .finish_non_exhaustive()
    }
}
