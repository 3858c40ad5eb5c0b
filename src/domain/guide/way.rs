//! In which part of a request a network sends its parameters, as far as its signature lets them be read there.

use http::Method;

use crate::domain::mapping::{Field, Part, is_pointer};
use crate::domain::network::Network;
use crate::domain::signature::{Cover, MacScheme, ParamsFrom, Piece, Proof, Reference, Scheme, Source};

/// One part of a request that a network's parameters stand in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way<'n> {
    pub(super) network: &'n Network,
    pub(super) part: Part,
}

impl<'n> Way<'n> {
    /// The ways that a guide shows: where every method has the same scheme the one in which most can be read, else one for
    /// each method.
    pub(super) fn shown(network: &'n Network) -> Vec<Self> {
        let schemes = &network.schemes;
        if schemes.of(&Method::GET).outline() == schemes.of(&Method::POST).outline() {
            Self::best(network, [Part::Query, Part::Json, Part::Form])
        } else {
            let get = Self::best(network, [Part::Query]);
            get.into_iter()
                .chain(Self::best(network, [Part::Json, Part::Form]))
                .collect()
        }
    }

    /// The way in which most can be read; of equal ones that which the scheme names, then the first.
    fn best<const N: usize>(network: &'n Network, parts: [Part; N]) -> Vec<Self> {
        let ways = parts.into_iter().rev().map(|part| Self { network, part });
        ways.max_by_key(|way| (way.fields().count(), way.scheme().names_part(way.part)))
            .into_iter()
            .collect()
    }

    /// The other parts in which the same parameters would be read by the same method.
    pub(super) fn others(self) -> Vec<Part> {
        let is_same = |part: &Part| {
            let other = Self {
                network: self.network,
                part: *part,
            };
            let has_same_names = Field::ALL
                .into_iter()
                .all(|field| self.names(field) == other.names(field));
            let has_same_scheme = self.scheme().outline() == other.scheme().outline();
            *part != self.part && has_same_names && has_same_scheme
        };
        [Part::Query, Part::Json, Part::Form]
            .into_iter()
            .filter(is_same)
            .collect()
    }

    /// The method that goes with the part.
    pub(super) const fn method(self) -> Method {
        match self.part {
            Part::Query => Method::GET,
            Part::Form | Part::Json => Method::POST,
        }
    }

    pub(super) fn scheme(self) -> &'n Scheme {
        self.network.schemes.of(&self.method())
    }

    /// The names under which a field is read here; none of a constant one.
    pub(super) fn names(self, field: Field) -> Vec<&'n str> {
        if self.network.constants.text(field).is_some() {
            return Vec::new();
        }
        let names = self.network.mapping.names(field).iter().map(String::as_str);
        names.filter(|name| self.reads(name)).collect()
    }

    /// Whether a parameter of this name is read here.
    pub(super) fn reads(self, name: &str) -> bool {
        let is_writable = self.part == Part::Json || !is_pointer(name);
        is_writable && (self.covers(name) || self.network.trust_unsigned.iter().any(|trusted| trusted == name))
    }

    /// Whether the signature covers a parameter of this name here.
    pub(super) fn covers(self, name: &str) -> bool {
        let coverage = self.scheme().coverage();
        let cover: &Cover = match self.part {
            Part::Query => &coverage.query,
            Part::Form => &coverage.form,
            Part::Json => &coverage.json,
        };
        cover.covers(name)
    }

    /// The fields that are read here.
    pub(super) fn fields(self) -> impl Iterator<Item = Field> {
        Field::ALL
            .into_iter()
            .filter(move |field| !self.names(*field).is_empty())
    }

    /// The parameter that stands at a place, where it is in this part.
    pub(super) fn name_at(self, place: &Reference) -> Option<&str> {
        match (place, self.part) {
            (Reference::Query(name), Part::Query)
            | (Reference::Form(name), Part::Form)
            | (Reference::Json(name), Part::Json) => Some(name),
            (Reference::Header(_) | Reference::Query(_) | Reference::Form(_) | Reference::Json(_), _) => None,
        }
    }
}

impl Scheme {
    /// Whether something that is signed, or the signature itself, is taken from a part of the request by name.
    fn names_part(&self, part: Part) -> bool {
        let is_in = |place: &Reference| {
            matches!(
                (place, part),
                (Reference::Query(_), Part::Query)
                    | (Reference::Form(_), Part::Form)
                    | (Reference::Json(_), Part::Json)
            )
        };
        match self.proof() {
            Proof::Address => false,
            Proof::Token(token) => token.placement.from.iter().any(is_in),
            Proof::Mac(mac) => mac.placement.from.iter().any(is_in) || mac.signs_from(part, &is_in),
        }
    }
}

impl MacScheme {
    fn signs_from(&self, part: Part, is_in: &impl Fn(&Reference) -> bool) -> bool {
        let has_terms = self.content.terms().any(|term| match &term.source {
            Source::Place(place) => is_in(place),
            Source::Label(_) => false,
        });
        let has_params = self.content.pieces().iter().any(|piece| match piece {
            Piece::Params(params) => match params.from {
                ParamsFrom::Query => part == Part::Query,
                ParamsFrom::Form => part == Part::Form,
            },
            Piece::Literal(_)
            | Piece::Body
            | Piece::Query
            | Piece::Url
            | Piece::BaseUrl
            | Piece::Path
            | Piece::Method
            | Piece::Secret
            | Piece::Timestamp
            | Piece::Values(_)
            | Piece::Value(_) => false,
        });
        has_terms || has_params
    }
}
