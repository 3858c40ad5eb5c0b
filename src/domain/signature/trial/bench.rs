//! The trials themselves: contents, keys and hashes, one difference at a time, then two.

use std::convert::Infallible;

use crate::domain::postback::{Form, RawPostback};

use super::super::MacScheme;
use super::super::inspect::read_or_nothing;
use super::super::key::{Algorithm, Key};
use super::super::source::Seen;
use super::content::{self, Part};
use super::written::{self, Candidate};
use super::{Change, Other, keys, variants};

/// Signatures that are computed for one explanation.
const TRIALS_MAX: usize = 1_000;
/// Bytes that are hashed for one explanation.
const BYTES_MAX: usize = 32 * 1024 * 1024;

/// A scheme, a request, and what is left to be spent on trials.
pub(super) struct Bench<'a> {
    mac: &'a MacScheme,
    raw: &'a RawPostback,
    form: &'a Form<'a>,
    candidates: Vec<Candidate>,
    trials_left: usize,
    bytes_left: usize,
}

impl<'a> Bench<'a> {
    pub(super) fn new(mac: &'a MacScheme, raw: &'a RawPostback, form: &'a Form<'a>) -> Self {
        Self {
            mac,
            raw,
            form,
            candidates: written::candidates(mac, raw, form),
            trials_left: TRIALS_MAX,
            bytes_left: BYTES_MAX,
        }
    }

    /// The first difference, or pair of them, under which a signature fits.
    pub(super) fn try_all(mut self, others: &[Other<'_>]) -> Vec<Change> {
        let written = read_or_nothing(&self.mac.placement, self.raw, self.form);
        let seen = Seen {
            raw: self.raw,
            form: self.form,
            labels: &written.labels,
        };
        let contents = variants::variants(self.mac, &seen);
        let configured = content::configured(self.mac, &seen);
        let own = &self.mac.keys;
        let foreign: Vec<(Key, Change)> = own
            .iter()
            .flat_map(|key| {
                let tried = keys::misread(key).into_iter().chain(keys::of_others(others));
                tried.map(|(secret, change)| (Key::new(key.algorithm(), &secret), change))
            })
            .collect();

        if let Some(written) = self.try_own(own, configured.as_deref()) {
            // Without a difference something else is wrong than the signature.
            return written
                .into_iter()
                .reduce(|one, other| one.and(&other))
                .into_iter()
                .collect();
        }
        let found = self
            .try_keys(&foreign, configured.as_deref())
            .or_else(|| self.try_contents(own, &contents))
            .or_else(|| self.try_hashes(own, configured.as_deref(), None))
            .or_else(|| {
                let mut each = contents.iter();
                each.find_map(|(parts, change)| self.try_hashes(own, Some(parts), Some(change)))
            })
            .or_else(|| {
                let mut each = foreign.iter();
                each.find_map(|(key, change)| {
                    let found = self.try_contents(std::slice::from_ref(key), &contents)?;
                    Some(change.clone().and(&found))
                })
            });
        found.into_iter().collect()
    }

    /// The network's own keys and content: at most the signature is written in another way.
    fn try_own(&mut self, keys: &[Key], content: Option<&[Part]>) -> Option<Vec<Change>> {
        let content = content?;
        keys.iter().find_map(|key| self.fits(key, content))
    }

    fn try_keys(&mut self, keys: &[(Key, Change)], content: Option<&[Part]>) -> Option<Change> {
        let content = content?;
        let mut each = keys.iter();
        each.find_map(|(key, change)| Some(with(change.clone(), &self.fits(key, content)?)))
    }

    fn try_contents(&mut self, keys: &[Key], contents: &[(Vec<Part>, Change)]) -> Option<Change> {
        let mut each = contents.iter();
        each.find_map(|(parts, change)| {
            let fits = keys.iter().find_map(|key| self.fits(key, parts))?;
            Some(with(change.clone(), &fits))
        })
    }

    fn try_hashes(&mut self, keys: &[Key], content: Option<&[Part]>, change: Option<&Change>) -> Option<Change> {
        let content = content?;
        for key in keys {
            for algorithm in Algorithm::ALL.into_iter().filter(|other| *other != key.algorithm()) {
                for (parts, place) in content::for_hash(content, algorithm) {
                    let Some(written) = self.fits(&Key::new(algorithm, key.secret()), &parts) else {
                        continue;
                    };
                    let name = algorithm.as_str();
                    let hashed = Change::of_operator(
                        format!("under {name}{place}"),
                        format!(
                            "set signature.algorithm to {name:?} with such a content, or let the sender follow yours"
                        ),
                    );
                    let hashed = change.map_or(hashed.clone(), |change| change.clone().and(&hashed));
                    return Some(with(hashed, &written));
                }
            }
        }
        None
    }

    /// Whether a key makes one of the candidates over a content, and what is different about that one.
    fn fits(&mut self, key: &Key, content: &[Part]) -> Option<Vec<Change>> {
        let bytes = content.iter().map(|part| part.bytes(key).len()).sum::<usize>();
        self.trials_left = self.trials_left.checked_sub(1)?;
        self.bytes_left = self.bytes_left.checked_sub(bytes)?;
        let signature = key.sign(|sink| {
            for part in content {
                sink(part.bytes(key));
            }
            Ok::<_, Infallible>(())
        });
        let signature = signature.unwrap_or_else(|never| match never {});
        let fitting = self
            .candidates
            .iter()
            .find(|candidate| signature.is_same(&candidate.tag).into());
        fitting.map(|candidate| candidate.changes.clone())
    }
}

fn with(change: Change, written: &[Change]) -> Change {
    written.iter().fold(change, Change::and)
}
