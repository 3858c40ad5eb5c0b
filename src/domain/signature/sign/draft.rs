//! A request that is being made: values are put at the places that a scheme names.

use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use percent_encoding::utf8_percent_encode;

use crate::domain::form::{decode_bytes, raw_pairs};
use crate::domain::json::{Object, put_at_pointer};
use crate::domain::postback::{Body, Form, RawPostback};
use crate::domain::template::RESERVED;

use super::super::reference::{Found, Reference};
use super::SignError;

/// A request, and the headers that it got on the way.
pub(super) struct Draft {
    pub(super) raw: RawPostback,
    pub(super) added: Vec<(HeaderName, HeaderValue)>,
}

impl Draft {
    pub(super) fn form(&self) -> Result<Form<'_>, SignError> {
        Form::read(&self.raw).map_err(|refusal| SignError::Malformed(refusal.detail.into_owned()))
    }

    /// Whether something stands at a place.
    pub(super) fn has(&self, place: &Reference) -> Result<bool, SignError> {
        let form = self.form()?;
        Ok(match place.find(&self.raw, &form) {
            Found::One(text) => !text.is_empty(),
            Found::Several => true,
            Found::None => false,
        })
    }

    /// Takes out what stands at a place. A member of a JSON body stays until something else is put there.
    pub(super) fn clear(&mut self, place: &Reference) -> Result<(), SignError> {
        match place {
            Reference::Header(name) => {
                self.raw.headers.remove(name);
            }
            Reference::Query(name) => {
                let query = without_pair(self.raw.query(), name);
                self.set_query(&query)?;
            }
            Reference::Form(name) => {
                if let Body::Form(_) = self.form()?.body {
                    self.raw.body = Bytes::from(without_pair(self.body_text()?, name));
                }
            }
            Reference::Json(_) => {}
        }
        Ok(())
    }

    /// Puts a text at a place, in place of what stands there.
    pub(super) fn put(&mut self, place: &Reference, text: &str) -> Result<(), SignError> {
        self.clear(place)?;
        match place {
            Reference::Header(name) => {
                let value = HeaderValue::from_str(text).map_err(|error| SignError::Malformed(error.to_string()))?;
                self.raw.headers.insert(name.clone(), value.clone());
                self.added.push((name.clone(), value));
            }
            Reference::Query(name) => {
                let query = with_pair(self.raw.query(), name, text);
                self.set_query(&query)?;
            }
            Reference::Form(name) => {
                let Body::Form(_) = self.form()?.body else {
                    return Err(SignError::NoPlace(place.clone()));
                };
                self.raw.body = Bytes::from(with_pair(self.body_text()?, name, text));
            }
            Reference::Json(pointer) => {
                let Body::Json(mut members) = self.form()?.body else {
                    return Err(SignError::NoPlace(place.clone()));
                };
                if !put_at_pointer(&mut members, pointer, text) {
                    return Err(SignError::NoPlace(place.clone()));
                }
                let body = Object(&members).to_string();
                self.raw.body = Bytes::from(body);
            }
        }
        Ok(())
    }

    fn set_query(&mut self, query: &str) -> Result<(), SignError> {
        let path = self.raw.uri.path();
        let target = if query.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{query}")
        };
        let uri = target.parse();
        self.raw.uri = uri.map_err(|error: http::uri::InvalidUri| SignError::Malformed(error.to_string()))?;
        Ok(())
    }

    fn body_text(&self) -> Result<&str, SignError> {
        std::str::from_utf8(&self.raw.body).map_err(|error| SignError::Malformed(error.to_string()))
    }
}

/// A query or a form without the pairs of a name; the others stay as they are.
fn without_pair(text: &str, name: &str) -> String {
    let is_it = |pair: &str| raw_pairs(pair.as_bytes()).any(|(_, found, _)| *decode_bytes(found) == *name.as_bytes());
    let kept: Vec<&str> = text.split('&').filter(|pair| !is_it(pair)).collect();
    kept.join("&")
}

/// The same with a pair more at its end.
fn with_pair(text: &str, name: &str, value: &str) -> String {
    let separator = if text.is_empty() { "" } else { "&" };
    let name = utf8_percent_encode(name, RESERVED);
    let value = utf8_percent_encode(value, RESERVED);
    format!("{text}{separator}{name}={value}")
}
