//! What the keys of a scheme have to say to each other: that what it needs is there, that what is proven is signed, and
//! that no signature would have to sign itself.

use crate::domain::signature::{Algorithm, Content, Placement, Reference, Source, TimestampRule};

use super::super::section::Entry;

/// The parts of a scheme that could be read, each with the entry that it stands in.
pub(super) struct Parts<'s, 'c> {
    pub(super) algorithm: Option<Algorithm>,
    pub(super) content: Option<(&'s Content, &'s Entry<'c>)>,
    pub(super) placement: Option<&'s Placement>,
    pub(super) timestamp: Option<(&'s TimestampRule, &'s Entry<'c>)>,
    /// Whether the file has a timestamp, readable or not.
    pub(super) has_timestamp: bool,
}

impl Parts<'_, '_> {
    pub(super) fn check(&self) {
        self.check_secret();
        self.check_signed_timestamp();
        self.check_signature_of_itself();
        self.check_labels();
    }

    fn check_secret(&self) {
        let (Some(algorithm), Some((content, entry))) = (self.algorithm, self.content) else {
            return;
        };
        if algorithm.is_keyed() && content.holds_secret() {
            entry.refuse(
                "{secret} cannot stand in what an HMAC signs: the secret is its key; leave {secret} out, or write the \
                 algorithm without hmac-",
            );
        }
        if !algorithm.is_keyed() && !content.holds_secret() {
            let name = algorithm.as_str();
            entry.refuse_without(format!(
                "lacks {{secret}}, so anybody could make this {name}; write {{secret}} where the network puts it, or hmac-{name} \
                 as the algorithm"
            ));
        }
    }

    fn check_signed_timestamp(&self) {
        if let Some((content, entry)) = self.content
            && content.signs_timestamp()
            && !self.has_timestamp
        {
            entry.refuse_without("signs {timestamp}, but there is no timestamp = { from = …, tolerance = … }");
        }
        let Some((rule, entry)) = self.timestamp else {
            return;
        };
        if let Some((content, _)) = self.content
            && !content.signs_timestamp()
            && !content.signs(&rule.from)
        {
            entry.refuse(
                "is not signed, so anybody could renew it: content names neither {timestamp} nor what it stands in",
            );
        }
        if let (Source::Place(place), Some(placement)) = (&rule.from, self.placement)
            && placement.from.contains(place)
        {
            entry.refuse(format!("stands where the signature stands, at {place}"));
        }
    }

    /// A body cannot hold a signature of itself. Query and parameters can: the signature's own pair is left out of them.
    fn check_signature_of_itself(&self) {
        let (Some((content, entry)), Some(placement)) = (self.content, self.placement) else {
            return;
        };
        for place in &placement.from {
            let in_body = match place {
                Reference::Form(_) | Reference::Json(_) => content.signs_body(),
                Reference::Header(_) | Reference::Query(_) => false,
            };
            if in_body || content.names(place) {
                entry.refuse(format!(
                    "signs what contains the signature itself, which stands at {place}"
                ));
            }
        }
    }

    /// A label is an item of a list beside the signature.
    fn check_labels(&self) {
        let Some(placement) = self.placement else { return };
        let labels = placement.list.as_ref().and_then(|list| list.labels.as_ref());
        let fault = |source: &Source| match (source, labels) {
            (Source::Place(_), _) => None,
            (Source::Label(_), None) => Some(format!(
                "{source} is an item of a list, and there is no list = {{ item = \",\", pair = \"=\", name = \"v1\" }}"
            )),
            (Source::Label(label), Some(labels)) => (*label == labels.signature)
                .then(|| format!("{source} is the signature itself, as list.name says; name another item")),
        };
        if let Some((content, entry)) = self.content {
            for message in content.terms().filter_map(|term| fault(&term.source)) {
                entry.refuse(message);
            }
        }
        if let Some((rule, entry)) = self.timestamp
            && let Some(message) = fault(&rule.from)
        {
            entry.refuse(message);
        }
    }
}
