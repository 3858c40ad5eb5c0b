//! What may have been signed in place of what the scheme says.

use std::borrow::Cow;

use super::super::MacScheme;
use super::super::content::Piece;
use super::super::params::{ParamEncoding, Params};
use super::super::source::Seen;
use super::super::values::Values;
use super::Change;
use super::content::{Part, configured, fed, joined, parts};
use super::spelling::{OF_BODY, OF_QUERY};

/// Values that are tried in every order: four have 24.
const PERMUTED_MAX: usize = 4;

/// A content and what is different about it.
type Variant = (Vec<Part>, Change);

/// Other contents, the likeliest first.
pub(super) fn variants(mac: &MacScheme, seen: &Seen<'_>) -> Vec<Variant> {
    let mut variants = Variants {
        mac,
        seen,
        found: Vec::new(),
    };
    variants.add_queries();
    variants.add_bodies();
    variants.add_urls();
    variants.add_layouts();
    variants.add_orders();
    variants.add_cases();
    // What makes no difference here explains nothing.
    let own = configured(mac, seen).unwrap_or_default();
    variants.found.retain(|(parts, _)| joined(parts) != joined(&own));
    variants.found
}

struct Variants<'a> {
    mac: &'a MacScheme,
    seen: &'a Seen<'a>,
    found: Vec<Variant>,
}

impl Variants<'_> {
    fn add(&mut self, difference: impl Into<Cow<'static, str>>, other: impl Fn(&Piece) -> Option<Vec<u8>>) {
        let pieces = self.mac.content.pieces();
        if !pieces.iter().any(|piece| other(piece).is_some()) {
            return;
        }
        let parts = parts(self.mac, self.seen, pieces, other);
        self.add_parts(difference, parts);
    }

    fn add_parts(&mut self, difference: impl Into<Cow<'static, str>>, parts: Option<Vec<Part>>) {
        let advice = format!("sign {}, with the bytes as they are sent", self.mac.content);
        let change = Change::of_sender(difference, advice);
        self.found.extend(parts.map(|parts| (parts, change)));
    }

    /// The query, and the parameters of `{params}`, written in another way.
    fn add_queries(&mut self) {
        let raw = self.seen.raw;
        let own = fed(self.mac, self.seen, &Piece::Query).unwrap_or_default();
        let whole = raw.query().as_bytes();
        let mut queries: Vec<(String, Vec<u8>)> = OF_QUERY
            .iter()
            .map(|(how, spell)| (format!("over the query {how}"), spell(&own)))
            .collect();
        queries.push((
            "over the query with the signature's own pair".to_owned(),
            whole.to_vec(),
        ));
        queries.push(("over the query behind a \"?\"".to_owned(), [b"?", &own[..]].concat()));
        queries.push(("over the body in place of the query".to_owned(), raw.body.to_vec()));
        for (how, query) in queries {
            let path = [self.mac.base_url.as_bytes(), raw.uri.path().as_bytes()].concat();
            self.add(how, |piece| {
                let is_url = *piece == Piece::Url;
                let url = is_url.then(|| [&path, &b"?"[..], &query].concat());
                url.or_else(|| (*piece == Piece::Query).then(|| query.clone()))
            });
        }
        self.add("over the parameters in the order in which they are sent", |piece| {
            matches!(piece, Piece::Params(_)).then(|| own.clone())
        });
        for (encoding, name) in [
            (ParamEncoding::Decoded, "decoded"),
            (ParamEncoding::Form, "form"),
            (ParamEncoding::FormWhatwg, "form-whatwg"),
            (ParamEncoding::Rfc3986, "rfc3986"),
            (ParamEncoding::UriComponent, "uricomponent"),
        ] {
            self.add(format!("over the parameters in the encoding {name:?}"), |piece| {
                let Piece::Params(params) = piece else { return None };
                let params = Params {
                    encoding,
                    ..params.clone()
                };
                fed(self.mac, self.seen, &Piece::Params(params))
            });
        }
    }

    fn add_bodies(&mut self) {
        let raw = self.seen.raw;
        for (how, spell) in OF_BODY {
            self.add(format!("over the body {how}"), |piece| {
                (*piece == Piece::Body).then(|| spell(&raw.body))
            });
        }
        self.add("over the query in place of the body", |piece| {
            (*piece == Piece::Body).then(|| raw.query().as_bytes().to_vec())
        });
        let body = (!raw.body.is_empty()).then(|| vec![Part::Bytes(raw.body.to_vec())]);
        self.add_parts("over the body alone", body);
        let query = fed(self.mac, self.seen, &Piece::Query).filter(|query| !query.is_empty());
        self.add_parts("over the query alone", query.map(|query| vec![Part::Bytes(query)]));
    }

    /// Another scheme, host or path before the query.
    fn add_urls(&mut self) {
        let raw = self.seen.raw;
        let base = &self.mac.base_url;
        let host = raw.headers.get(http::header::HOST).and_then(|host| host.to_str().ok());
        let mut bases = vec![
            base.replacen("https://", "http://", 1),
            base.replacen("http://", "https://", 1),
            String::new(),
        ];
        bases.extend(
            host.into_iter()
                .flat_map(|host| [format!("https://{host}"), format!("http://{host}")]),
        );
        let path = raw.uri.path();
        let paths = [
            path.to_owned(),
            format!("/v1{path}"),
            path.strip_prefix("/v1").unwrap_or(path).to_owned(),
            format!("{}/", path.trim_end_matches('/')),
            path.trim_end_matches('/').to_owned(),
        ];
        let query = fed(self.mac, self.seen, &Piece::Query).unwrap_or_default();
        for base in std::iter::once(base).chain(&bases) {
            for path in &paths {
                let mut url = format!("{base}{path}").into_bytes();
                if !query.is_empty() {
                    url.push(b'?');
                    url.extend_from_slice(&query);
                }
                self.add(format!("over the path \"{path}\" of \"{base}\""), |piece| {
                    let path = (*piece == Piece::Path).then(|| path.clone().into_bytes());
                    let base = (*piece == Piece::BaseUrl).then(|| base.clone().into_bytes());
                    let url = (*piece == Piece::Url).then(|| url.clone());
                    path.or(base).or(url)
                });
            }
        }
    }

    /// Other marks between the parts, and the timestamp in another unit.
    fn add_layouts(&mut self) {
        for mark in ["", ".", ":", "\n", "|", "&", "-", "_", ","] {
            self.add(format!("with {mark:?} between the signed parts"), |piece| {
                let literal = matches!(piece, Piece::Literal(_)).then(|| mark.as_bytes().to_vec());
                let Piece::Values(values) = piece else { return literal };
                let values = Values {
                    separator: mark.to_owned(),
                    ..values.clone()
                };
                fed(self.mac, self.seen, &Piece::Values(values))
            });
        }
        let Some(timestamp) = self.mac.timestamp_text(self.seen).map(<[u8]>::to_vec) else {
            return;
        };
        self.add("over the timestamp in milliseconds", |piece| {
            (*piece == Piece::Timestamp).then(|| [&timestamp, &b"000"[..]].concat())
        });
        self.add("over the timestamp in seconds", |piece| {
            let seconds = timestamp.len().checked_sub(3).map(|len| timestamp[..len].to_vec());
            seconds.filter(|_| *piece == Piece::Timestamp)
        });
    }

    /// The parts, or the values of a row, in another order.
    fn add_orders(&mut self) {
        let pieces = self.mac.content.pieces();
        let is_open = |piece: &Piece| !matches!(piece, Piece::Literal(_));
        let open: Vec<&Piece> = pieces.iter().filter(|piece| is_open(piece)).collect();
        for order in permutations(open.len()) {
            let mut next = order.iter().map(|index| open[*index].clone());
            let reordered: Vec<Piece> = pieces
                .iter()
                .map(|piece| if is_open(piece) { next.next() } else { None }.unwrap_or_else(|| piece.clone()))
                .collect();
            let named: String = reordered.iter().map(ToString::to_string).collect();
            let parts = parts(self.mac, self.seen, &reordered, |_| None);
            self.add_parts(format!("over {named}"), parts);
        }
        for row in pieces {
            let Piece::Values(values) = row else { continue };
            for order in permutations(values.of.len()) {
                let values = Values {
                    of: order.iter().map(|index| values.of[*index].clone()).collect(),
                    ..values.clone()
                };
                let named: Vec<String> = values.of.iter().map(ToString::to_string).collect();
                let difference = format!("over the values {}", named.join(", "));
                let bytes = fed(self.mac, self.seen, &Piece::Values(values));
                self.add(difference, |piece| if piece == row { bytes.clone() } else { None });
            }
        }
    }

    /// Everything in one case.
    fn add_cases(&mut self) {
        let Some(own) = configured(self.mac, self.seen) else {
            return;
        };
        let cased = |case: fn(&[u8]) -> Vec<u8>| {
            let part = |part: &Part| match part {
                Part::Secret => Part::Secret,
                Part::Bytes(bytes) => Part::Bytes(case(bytes)),
            };
            own.iter().map(part).collect()
        };
        self.add_parts("over everything in lower case", Some(cased(<[u8]>::to_ascii_lowercase)));
        self.add_parts("over everything in upper case", Some(cased(<[u8]>::to_ascii_uppercase)));
    }
}

/// Every order of a few things but their own, as indices; none of more than a few.
fn permutations(count: usize) -> Vec<Vec<usize>> {
    if count > PERMUTED_MAX {
        return vec![(0..count).rev().collect()];
    }
    let mut orders: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..count {
        let longer = |order: Vec<usize>| {
            let free = (0..count).filter(|index| !order.contains(index)).collect::<Vec<_>>();
            free.into_iter().map(move |index| [&order[..], &[index]].concat())
        };
        orders = orders.into_iter().flat_map(longer).collect();
    }
    orders.retain(|order| !order.is_sorted());
    orders
}
