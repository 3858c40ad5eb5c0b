//! The signature that was sent, read in every way in which it could have been written.

use base64::Engine as _;

use crate::domain::postback::{Form, RawPostback};

use super::super::encoding::{BASE64_UNPADDED, Tag};
use super::super::placement::Placement;
use super::super::reference::Found;
use super::super::{Encoding, MacScheme};
use super::Change;

/// Longest signature that is decoded: SHA-512's.
const TAG_BYTES_MAX: usize = 64;

/// A signature as it may be meant, and what is different about it; nothing where it is written as the scheme says.
pub(super) struct Candidate {
    pub(super) tag: Tag,
    pub(super) changes: Vec<Change>,
}

/// Every signature that what stands at the scheme's places could be.
pub(super) fn candidates(mac: &MacScheme, raw: &RawPostback, form: &Form<'_>) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    let written = mac.placement.read(raw, form).unwrap_or_default();
    for text in written.candidates() {
        add(mac, text, None, &mut candidates);
    }
    if candidates.is_empty() {
        let bare = Placement::at(mac.placement.from.clone(), String::new());
        for place in &bare.from {
            let Found::One(text) = place.find(raw, form) else {
                continue;
            };
            let change = Change::of_sender(
                format!("but without its prefix {:?}", mac.placement.prefix),
                "put the prefix before it",
            );
            add(
                mac,
                text,
                (!mac.placement.prefix.is_empty()).then_some(&change),
                &mut candidates,
            );
            // As `sha256=…` or `v1,…`: what stands behind the first mark.
            if let Some(mark) = text.iter().position(|byte| matches!(byte, b'=' | b',' | b':' | b' ')) {
                let (prefix, rest) = text.split_at(mark + 1);
                // Not escaped: whoever shows this looks in it for secrets as they are.
                let prefix = String::from_utf8_lossy(prefix);
                let change = Change::of_operator(
                    format!("behind \"{prefix}\""),
                    format!("set signature.prefix to \"{prefix}\", or let the sender leave it off"),
                );
                add(mac, rest, Some(&change), &mut candidates);
            }
        }
    }
    candidates
}

fn add(mac: &MacScheme, text: &[u8], change: Option<&Change>, candidates: &mut Vec<Candidate>) {
    let text = text.trim_ascii();
    for encoding in Encoding::ALL {
        let Some(tag) = decode(encoding, text) else { continue };
        let rewritten = (mac
            .encoding
            .decode(text)
            .is_none_or(|own| !bool::from(own.is_same(&tag))))
        .then(|| {
            let (found, expected) = (encoding.as_str(), mac.encoding.as_str());
            Change::of_operator(
                format!("when it is read as {found}, however it is padded"),
                format!("set signature.encoding to {found:?}, or let the sender write {expected:?}"),
            )
        });
        candidates.push(Candidate {
            tag,
            changes: change.cloned().into_iter().chain(rewritten).collect(),
        });
    }
}

fn decode(encoding: Encoding, text: &[u8]) -> Option<Tag> {
    match encoding {
        Encoding::Hex | Encoding::Base64Url => encoding.decode(text),
        Encoding::Base64 => {
            let decoded = BASE64_UNPADDED.decode(text).ok()?;
            (decoded.len() <= TAG_BYTES_MAX).then(|| Tag::of(&decoded))
        }
    }
}
