//! Signed bytes as parts, so that another key's secret can stand in them.

use super::super::MacScheme;
use super::super::content::{Feed, Piece};
use super::super::key::{Algorithm, Key};
use super::super::source::Seen;

/// A part of signed bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// The secret of whatever key is tried.
    Secret,
    /// These.
    Bytes(Vec<u8>),
}

impl Part {
    pub(super) fn bytes<'a>(&'a self, key: &'a Key) -> &'a [u8] {
        match self {
            Self::Secret => key.secret().expose(),
            Self::Bytes(bytes) => bytes,
        }
    }
}

/// What the scheme signs; `None` where a part of it is missing.
pub(super) fn configured(mac: &MacScheme, seen: &Seen<'_>) -> Option<Vec<Part>> {
    parts(mac, seen, mac.content.pieces(), |_| None)
}

/// The same content under another hash, which may want the secret elsewhere.
pub(super) fn for_hash(content: &[Part], algorithm: Algorithm) -> Vec<(Vec<Part>, &'static str)> {
    let plain: Vec<Part> = content.iter().filter(|part| **part != Part::Secret).cloned().collect();
    if algorithm.is_keyed() {
        return vec![(plain, "")];
    }
    let first = [&[Part::Secret], &plain[..]].concat();
    let last = [&plain[..], &[Part::Secret]].concat();
    let mut contents = vec![(first, " with the secret first"), (last, " with the secret last")];
    if content.contains(&Part::Secret) {
        contents.push((content.to_vec(), ""));
    }
    contents
}

/// The parts without the seams between bytes.
pub(super) fn joined(parts: &[Part]) -> Vec<Part> {
    let mut joined: Vec<Part> = Vec::new();
    for part in parts {
        match (joined.last_mut(), part) {
            (Some(Part::Bytes(before)), Part::Bytes(bytes)) => before.extend_from_slice(bytes),
            (_, part) => joined.push(part.clone()),
        }
    }
    joined
}

/// The parts of a content, some of them replaced.
pub(super) fn parts(
    mac: &MacScheme,
    seen: &Seen<'_>,
    pieces: &[Piece],
    other: impl Fn(&Piece) -> Option<Vec<u8>>,
) -> Option<Vec<Part>> {
    let part = |piece: &Piece| {
        if *piece == Piece::Secret {
            return Some(Part::Secret);
        }
        other(piece).or_else(|| fed(mac, seen, piece)).map(Part::Bytes)
    };
    pieces.iter().map(part).collect()
}

/// The bytes that a piece stands for; `None` when they are missing.
pub(super) fn fed(mac: &MacScheme, seen: &Seen<'_>, piece: &Piece) -> Option<Vec<u8>> {
    let feed = Feed {
        seen,
        signature_at: &mac.placement.from,
        timestamp: mac.timestamp_text(seen),
        base_url: &mac.base_url,
        // A piece that is the secret is no bytes here.
        secret: mac.keys.first()?.secret(),
    };
    let mut bytes = Vec::new();
    piece.feed(&feed, &mut |fed| bytes.extend_from_slice(fed)).ok()?;
    Some(bytes)
}
