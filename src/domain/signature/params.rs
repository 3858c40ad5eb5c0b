//! `{params}`: all parameters of the query or of a form, sorted by name and laid out anew.

use crate::domain::form::Pair;
use crate::domain::postback::{Body, Form};

use super::reference::Reference;

/// How all parameters are laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Params {
    /// Which parameters.
    pub from: ParamsFrom,
    /// The names that are left out, beside the signature's own.
    pub without: Vec<String>,
    /// What stands between a name and its value.
    pub pair: String,
    /// What stands between pairs.
    pub separator: String,
    /// What stands before the first pair, where there is one.
    pub lead: String,
    /// How names and values are encoded.
    pub encoding: ParamEncoding,
    /// Characters of values that are written as other texts, before they are encoded.
    pub substitute: Vec<(char, String)>,
}

/// Where parameters stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamsFrom {
    /// In the query.
    Query,
    /// In a form body.
    Form,
}

/// How a name or a value is encoded before it is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamEncoding {
    /// Not at all.
    Decoded,
    /// As PHP's `http_build_query`: a space is `+`, and `~` and `*` are encoded.
    Form,
    /// As the URL standard's forms: a space is `+`, `~` is encoded, `*` is not.
    FormWhatwg,
    /// As RFC 3986: all but letters, digits and `-._~`.
    Rfc3986,
    /// As JavaScript's `encodeURIComponent`: all but letters, digits and `-_.!~*'()`.
    UriComponent,
}

impl Default for Params {
    /// The query's parameters as `a=1&b=2`, decoded.
    fn default() -> Self {
        Self {
            from: ParamsFrom::Query,
            without: Vec::new(),
            pair: "=".to_owned(),
            separator: "&".to_owned(),
            lead: String::new(),
            encoding: ParamEncoding::Decoded,
            substitute: Vec::new(),
        }
    }
}

impl Params {
    /// The names that are not signed: those of `without` and the signature's own.
    pub(super) fn unsigned_names<'p>(&'p self, signature_at: &'p [Reference]) -> impl Iterator<Item = &'p str> {
        let own = signature_at.iter().filter_map(|place| self.name_at(place));
        self.without.iter().map(|name| &**name).chain(own)
    }

    /// Whether what stands at a place is among the parameters that are signed.
    pub(super) fn signs(&self, place: &Reference) -> bool {
        let is_left_out = |name: &str| self.without.iter().any(|without| without == name);
        self.name_at(place).is_some_and(|name| !is_left_out(name))
    }

    /// The signed parameter that hides another one: laid out, its name or its value reads as if `name` had been sent beside it, as
    /// `a=1,b=2` does where `a` is `1,b=2`. The signature is the same for both, so that it does not tell which was sent.
    ///
    /// Where nothing stands between a name and its value, this cannot be told: nearly every text would hold one. `name` is looked
    /// for in any case, as it is read in any.
    pub(super) fn hider<'p>(
        &'p self,
        form: &'p Form<'_>,
        signature_at: &'p [Reference],
        name: &str,
    ) -> Option<&'p str> {
        if self.encoding != ParamEncoding::Decoded || self.pair.is_empty() {
            return None;
        }
        let is_hiding = |pair: &&Pair<'_>| {
            let holds_separator = |text: &str| !self.separator.is_empty() && text.contains(&self.separator);
            let mut laid_out = Vec::new();
            if pair.name.contains(&self.pair) || holds_separator(&pair.name) {
                laid_out.extend_from_slice(self.separator.as_bytes());
                self.feed_pair(pair, &mut |bytes| laid_out.extend_from_slice(bytes));
            } else if self.separator.is_empty() || holds_separator(&pair.value) {
                // Its own name is no hidden one, though it may end like one.
                self.feed_value(&pair.value, &mut |bytes| laid_out.extend_from_slice(bytes));
            } else {
                return false;
            }
            let hidden = format!("{}{name}{}", self.separator, self.pair).to_ascii_lowercase();
            String::from_utf8_lossy(&laid_out)
                .to_ascii_lowercase()
                .contains(&hidden)
        };
        self.signed(form, signature_at)
            .find(is_hiding)
            .map(|hider| &*hider.name)
    }

    /// The name of a place that is one of these parameters.
    fn name_at<'p>(&self, place: &'p Reference) -> Option<&'p str> {
        match (place, self.from) {
            (Reference::Query(name), ParamsFrom::Query) | (Reference::Form(name), ParamsFrom::Form) => Some(name),
            (Reference::Query(_), ParamsFrom::Form)
            | (Reference::Form(_), ParamsFrom::Query)
            | (Reference::Header(_) | Reference::Json(_), ParamsFrom::Query | ParamsFrom::Form) => None,
        }
    }

    /// Whether it is unclear where a name or a value ends: nothing marks it, or values may hold the mark themselves.
    pub(super) const fn joins_values(&self) -> bool {
        let is_decoded = match self.encoding {
            ParamEncoding::Decoded => true,
            ParamEncoding::Form | ParamEncoding::FormWhatwg | ParamEncoding::Rfc3986 | ParamEncoding::UriComponent => {
                false
            }
        };
        is_decoded || self.pair.is_empty() || self.separator.is_empty()
    }

    /// The parameters of a request that are signed, as they were sent.
    fn signed<'p, 'a>(
        &'p self,
        form: &'p Form<'a>,
        signature_at: &'p [Reference],
    ) -> impl Iterator<Item = &'p Pair<'a>> {
        let pairs: &[Pair<'a>] = match (self.from, &form.body) {
            (ParamsFrom::Query, Body::Empty | Body::Form(_) | Body::Json(_)) => &form.query,
            (ParamsFrom::Form, Body::Form(pairs)) => pairs,
            (ParamsFrom::Form, Body::Empty | Body::Json(_)) => &[],
        };
        let is_signed = |pair: &&Pair<'a>| self.unsigned_names(signature_at).all(|name| name != pair.name);
        pairs.iter().filter(is_signed)
    }

    pub(super) fn feed(&self, form: &Form<'_>, signature_at: &[Reference], sink: &mut impl FnMut(&[u8])) {
        let mut pairs: Vec<&Pair<'_>> = self.signed(form, signature_at).collect();
        // No name stands there twice, so that this is an order of the pairs too. Strings compare by their bytes.
        pairs.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        let mut before = &self.lead;
        for pair in pairs {
            sink(before.as_bytes());
            self.feed_pair(pair, sink);
            before = &self.separator;
        }
    }

    fn feed_pair(&self, pair: &Pair<'_>, sink: &mut impl FnMut(&[u8])) {
        self.encoding.feed(&pair.name, sink);
        sink(self.pair.as_bytes());
        self.feed_value(&pair.value, sink);
    }

    fn feed_value(&self, value: &str, sink: &mut impl FnMut(&[u8])) {
        let is_substituted = |character: char| self.substitute.iter().any(|(from, _)| *from == character);
        for piece in value.split_inclusive(is_substituted) {
            let last = piece.chars().next_back();
            let found = self.substitute.iter().find(|(from, _)| Some(*from) == last);
            match found {
                None => self.encoding.feed(piece, sink),
                Some((from, to)) => {
                    self.encoding.feed(&piece[..piece.len() - from.len_utf8()], sink);
                    self.encoding.feed(to, sink);
                }
            }
        }
    }
}

impl ParamEncoding {
    fn feed(self, text: &str, sink: &mut impl FnMut(&[u8])) {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        if self == Self::Decoded {
            return sink(text.as_bytes());
        }
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            let kept = rest.iter().position(|byte| !self.keeps(*byte)).unwrap_or(rest.len());
            let (plain, encoded) = rest.split_at(kept);
            sink(plain);
            let Some((byte, behind)) = encoded.split_first() else {
                return;
            };
            if *byte == b' ' && self.writes_plus() {
                sink(b"+");
            } else {
                sink(&[b'%', DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
            }
            rest = behind;
        }
    }

    const fn writes_plus(self) -> bool {
        match self {
            Self::Form | Self::FormWhatwg => true,
            Self::Decoded | Self::Rfc3986 | Self::UriComponent => false,
        }
    }

    fn keeps(self, byte: u8) -> bool {
        let others: &[u8] = match self {
            Self::Decoded => return true,
            Self::Form => b"-_.",
            Self::FormWhatwg => b"-_.*",
            Self::Rfc3986 => b"-_.~",
            Self::UriComponent => b"-_.!~*'()",
        };
        byte.is_ascii_alphanumeric() || others.contains(&byte)
    }
}
