//! The names of the spool's files and folders.

/// The folder itself, for calls that take the name of a folder in it.
pub(super) const ROOT: &str = "";
pub(super) const LOCK: &str = "lock";
pub(super) const ASIDE: &str = "aside";
pub(super) const QUARANTINE: &str = "quarantine";

/// The end of a segment's name, whoever put it there.
const SEGMENT_END: &str = ".spool";
const RETRY_BEGIN: &str = "retry-";
/// As many digits as a `u64` can have, so that names sort as their numbers do.
const NUMBER_LEN: usize = 20;
/// Numbers beyond this were not given by us, and would leave none to give after them.
const NUMBER_MAX: u64 = u64::MAX / 2;
/// Characters of a segment's name that go into the names of what is kept of it, which must stay below 255 bytes.
const STEM_CHARS_MAX: usize = 40;

pub(super) fn segment(number: u64) -> String {
    format!("{number:020}{SEGMENT_END}")
}

pub(super) fn retry(id: uuid::Uuid, unique: u64) -> String {
    format!("{RETRY_BEGIN}{id}-{unique:016x}{SEGMENT_END}")
}

pub(super) fn aside(id: uuid::Uuid) -> String {
    format!("{ASIDE}/{id}{SEGMENT_END}")
}

/// The name under which a file of `folder` is written before it is complete.
pub(super) fn unfinished(folder: &str) -> String {
    format!("{folder}/new")
}

/// The name of what is kept of a segment that is damaged.
pub(super) fn damaged(segment: &str, offset: u64, len: u64, checksum: u32) -> String {
    let stem: String = stem(segment).chars().take(STEM_CHARS_MAX).collect();
    format!("{QUARANTINE}/{stem}-{offset}-{len}-{checksum:08x}.damaged")
}

pub(super) fn is_segment(name: &str) -> bool {
    name.ends_with(SEGMENT_END)
}

pub(super) fn is_retry(name: &str) -> bool {
    name.starts_with(RETRY_BEGIN) && is_segment(name)
}

/// Whether the name belongs to the spool without being a segment's.
pub(super) fn is_ours(name: &str) -> bool {
    [LOCK, ASIDE, QUARANTINE].contains(&name)
}

/// The id of a record that was set aside, from the name of its file in [`ASIDE`].
pub(super) fn aside_id(name: &str) -> Option<uuid::Uuid> {
    let id = stem(name).parse().ok()?;
    // A uuid has several spellings, and only one of them is the file's name.
    (aside(id) == format!("{ASIDE}/{name}")).then_some(id)
}

/// The number that a file's name begins with: a segment's own, or that of the segment that it was damaged in.
pub(super) fn number(name: &str) -> Option<u64> {
    let digits = name.get(..NUMBER_LEN)?;
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = is_number.then(|| digits.parse().ok()).flatten()?;
    (number <= NUMBER_MAX).then_some(number)
}

fn stem(name: &str) -> &str {
    name.strip_suffix(SEGMENT_END).unwrap_or(name)
}
