//! PostgreSQL's own log: a file beside the cluster, bounded by being emptied when it has grown.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::PrivateError;

/// Beyond this the log is emptied.
const BYTES_MAX: u64 = 8 << 20;

/// How much of the end is read for an error.
const TAIL_BYTES_MAX: u64 = 4096;

/// How many lines an error repeats.
const TAIL_LINES_MAX: usize = 5;

/// Opens the log for a server to append to. Only we read it, so it stays ours and not the server's.
pub(super) fn open(path: &Path) -> Result<File, PrivateError> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .map_err(PrivateError::file("open", path))
}

/// How long the log is.
pub(super) fn len(log: &File, path: &Path) -> Result<u64, PrivateError> {
    Ok(log.metadata().map_err(PrivateError::file("look at", path))?.len())
}

/// Empties a log that has grown too long. A server that has it open goes on at its new end, since it appends.
pub(super) fn bound(path: &Path) -> Result<(), PrivateError> {
    let log = open(path)?;
    if len(&log, path)? > BYTES_MAX {
        log.set_len(0).map_err(PrivateError::file("empty", path))?;
    }
    Ok(())
}

/// The last lines written since the log was `from` bytes long, in one line. Never fails: it only decorates an error.
pub(super) fn tail(path: &Path, from: u64) -> String {
    let read = || -> std::io::Result<String> {
        let mut log = File::open(path)?;
        let from = from.max(log.metadata()?.len().saturating_sub(TAIL_BYTES_MAX));
        log.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        log.take(TAIL_BYTES_MAX).read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    match read() {
        Ok(text) => last_lines(&text),
        Err(error) => format!("(could not be read: {error})"),
    }
}

/// The last lines of `text`, in one line.
pub(super) fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines[lines.len().saturating_sub(TAIL_LINES_MAX)..].join(" / ")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{BYTES_MAX, bound, last_lines, tail};

    #[test]
    fn only_the_last_lines_since_the_start_are_repeated() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("postgres.log");
        fs::write(&path, "an old failure\nFATAL: no\n\nHINT: yes\n").expect("a log");

        assert_eq!(tail(&path, 15), "FATAL: no / HINT: yes");
        assert_eq!(tail(&path, 99), "");
        assert_eq!(last_lines("1\n2\n3\n4\n5\n6\n"), "2 / 3 / 4 / 5 / 6");
    }

    #[test]
    fn a_log_is_emptied_only_when_it_has_grown() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("postgres.log");
        for (bytes, left) in [(BYTES_MAX, BYTES_MAX), (BYTES_MAX + 1, 0)] {
            fs::File::create(&path)
                .and_then(|log| log.set_len(bytes))
                .expect("a log");
            bound(&path).expect("bounded");
            assert_eq!(fs::metadata(&path).expect("still there").len(), left);
        }
    }
}
