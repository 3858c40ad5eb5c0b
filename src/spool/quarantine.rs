//! The quarantine: copies of what could not be verified, for somebody who wants to look at it.

use std::io::{self, ErrorKind, Read};
use std::ops::Range;

use super::disk::{Disk, write_whole};
use super::names;

/// Bytes that are held at once.
const PIECE_BYTES: usize = 64 << 10;

/// Keeps a range of a segment. Returns whether it was not kept already, by this start or an earlier one.
pub(super) fn keep(disk: &dyn Disk, segment: &str, range: &Range<u64>) -> io::Result<bool> {
    let checksum = checksum(read(disk, segment, range)?)?;
    let name = names::damaged(segment, range.start, range.end - range.start, checksum);
    // A name in the quarantine is given to whole files only, so what has it has the content as well.
    match disk.read(&name, 0) {
        Ok(_) => return Ok(false),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    write_whole(disk, names::QUARANTINE, &name, &mut read(disk, segment, range)?)?;
    Ok(true)
}

fn read(disk: &dyn Disk, segment: &str, range: &Range<u64>) -> io::Result<impl Read + use<>> {
    Ok(disk.read(segment, range.start)?.take(range.end - range.start))
}

fn checksum(mut content: impl Read) -> io::Result<u32> {
    let mut piece = vec![0; PIECE_BYTES];
    let mut checksum = 0;
    loop {
        match content.read(&mut piece) {
            Ok(0) => return Ok(checksum),
            Ok(len) => checksum = crc32c::crc32c_append(checksum, &piece[..len]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
