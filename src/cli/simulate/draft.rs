//! One attempt at a network's postback: its parameters under the network's names, written down one way.

use std::borrow::Cow;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Uri};
use percent_encoding::utf8_percent_encode;

use crate::domain::id::ClickId;
use crate::domain::mapping::{Field, is_pointer};
use crate::domain::network::Network;
use crate::domain::signature::{Reference, Scheme, Unsigned};
use crate::domain::template::RESERVED;
use crate::domain::time::Timestamp;

use super::way::Way;
use super::wish::{NOBODY, Wish};

/// What a signed value that means nothing to us holds.
const FILLER: &str = "1";

/// What the attempt is made of.
pub(super) struct Draft<'a> {
    pub(super) network: &'a Network,
    pub(super) way: Way,
    pub(super) click: ClickId,
    pub(super) transaction_id: &'a str,
    pub(super) wish: &'a Wish,
    pub(super) now: Timestamp,
}

impl Draft<'_> {
    /// The request, as far as it can be written before it is signed.
    ///
    /// # Errors
    ///
    /// Why it cannot.
    pub(super) fn unsigned(&self, scheme: &Scheme) -> Result<Unsigned, String> {
        let mut params = self.usual_params();
        let mut headers = HeaderMap::new();
        for (place, is_number) in scheme.signed_places() {
            match (place, self.way) {
                (Reference::Header(name), _) => {
                    headers.insert(name.clone(), HeaderValue::from_static(FILLER));
                }
                (Reference::Query(name), Way::Query)
                | (Reference::Form(name), Way::Form)
                | (Reference::Json(name), Way::Json) => {
                    if params.iter().all(|(known, _)| !is_same_place(known, name)) {
                        params.push((name, self.signed_value(name, is_number)));
                    }
                }
                // It is signed, and cannot stand there this way: signing will say so.
                (Reference::Query(_) | Reference::Form(_) | Reference::Json(_), _) => {}
            }
        }
        let path = format!("/postback/{}", utf8_percent_encode(&self.network.name, RESERVED));
        let (target, body) = self.way.write(&path, &params)?;
        if let Some(content_type) = self.way.content_type() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        let uri: Uri = target
            .parse()
            .map_err(|_| "its parameters fit into no address".to_owned())?;
        Ok(Unsigned::new(
            self.way.method(),
            uri,
            headers,
            Bytes::from(body),
            self.now,
        ))
    }

    /// The parameters that every postback has. Of two fields under one name the first is heard.
    fn usual_params(&self) -> Vec<(&str, Cow<'_, str>)> {
        let mut params: Vec<(&str, Cow<'_, str>)> = Vec::new();
        for field in Field::ALL {
            if let Some((name, text)) = self.name(field).zip(self.usual(field))
                && params.iter().all(|(known, _)| *known != name)
            {
                params.push((name, text));
            }
        }
        params
    }

    /// The network's first name for a field that can be used this way.
    fn name(&self, field: Field) -> Option<&str> {
        let mut names = self.network.mapping.names(field).iter();
        let name = names.find(|name| self.way == Way::Json || !is_pointer(name));
        name.map(String::as_str)
    }

    /// What every postback says about a field; nothing where that is constant, or may be left out.
    fn usual(&self, field: Field) -> Option<Cow<'_, str>> {
        if self.network.constants.text(field).is_some() {
            return None;
        }
        match field {
            Field::ClickId => Some(Cow::Owned(self.click.to_string())),
            Field::TransactionId => Some(Cow::Borrowed(self.transaction_id)),
            Field::Payout => self.wish.payout.as_deref().map(Cow::Borrowed),
            Field::Currency => self
                .wish
                .currency
                .as_ref()
                .map(|currency| Cow::Borrowed(currency.code())),
            Field::Status => self.wish.status.as_deref().map(Cow::Borrowed),
            Field::Event | Field::EventTime | Field::UserId | Field::DeviceId => None,
        }
    }

    /// What a postback says about a field that it would leave out if that were not signed.
    fn unusual(&self, field: Field) -> Cow<'_, str> {
        match field {
            Field::Event => Cow::Borrowed(&self.network.default_event),
            Field::EventTime => Cow::Owned(self.now.unix_seconds().to_string()),
            Field::UserId | Field::DeviceId => Cow::Borrowed(NOBODY),
            Field::ClickId | Field::TransactionId | Field::Payout | Field::Currency | Field::Status => {
                self.usual(field).unwrap_or(Cow::Borrowed(FILLER))
            }
        }
    }
    /// What stands at a place because it is signed.
    fn signed_value(&self, name: &str, is_number: bool) -> Cow<'_, str> {
        let is_its_name = |field: &Field| {
            self.network
                .mapping
                .names(*field)
                .iter()
                .any(|own| is_same_place(own, name))
        };
        let field = Field::ALL.into_iter().find(is_its_name).filter(|_| !is_number);
        field.map_or(Cow::Borrowed(FILLER), |field| self.unusual(field))
    }
}

/// Whether a parameter's name is what a scheme calls so; `/a` is also what the mapping calls `a`.
fn is_same_place(known: &str, signed: &str) -> bool {
    known == signed || signed.strip_prefix('/') == Some(known)
}
