//! The postback that a network would send, composed from the network's own rules.
//!
//! There is no rule here of which scheme wants what where. Each [`Way`] that a postback can go is written down with the network's
//! names, signed, and put before the service's own checks; the first that they read as meant is the one.

use http::Method;

use crate::config::Config;
use crate::domain::examine::Named;
use crate::domain::explain::{Asked, Context, explain};
use crate::domain::id::ClickId;
use crate::domain::mapping::{Field, is_pointer};
use crate::domain::network::Network;
use crate::domain::postback::{Postback, RawPostback};
use crate::domain::signature::{Scheme, SignError, Unsigned};
use crate::domain::time::Timestamp;
use crate::ingest::now;

use super::draft::Draft;
use super::way::Way;
use super::wish::Wish;

/// A postback as its network would send it, not signed yet, and what it was read as.
#[derive(Debug)]
pub(super) struct Composed {
    unsigned: Unsigned,
    pub(super) postback: Postback,
}

impl Composed {
    /// Composes the postback of a click.
    ///
    /// # Errors
    ///
    /// Why the configuration itself would not take any for one.
    pub(super) fn of(click: ClickId, wish: &Wish, network: &Network, config: &Config) -> Result<Self, String> {
        let ways = if has_pointers(network) {
            [Way::Json, Way::Query, Way::Form]
        } else {
            [Way::Query, Way::Form, Way::Json]
        };
        let mut refused = Vec::new();
        for way in ways {
            for transaction_id in &wish.transaction_ids {
                let draft = Draft {
                    network,
                    way,
                    click,
                    transaction_id,
                    wish,
                    now: now(),
                };
                match Self::read(&draft, config) {
                    Ok(composed) => return Ok(composed),
                    Err(why) => refused.push(format!("as {}: {why}", way.as_str())),
                }
            }
        }
        refused.dedup();
        Err(format!(
            "no postback can be made that this configuration itself takes for one of the click's: {}; where only the transaction \
             id is at fault, give one with --transaction-id",
            refused.join("; ")
        ))
    }

    /// What the service's own checks make of an attempt.
    fn read(draft: &Draft<'_>, config: &Config) -> Result<Self, String> {
        let method = draft.way.method();
        let scheme = draft.network.schemes.of(&method);
        let unsigned = draft.unsigned(scheme)?;
        let raw = sign(&unsigned, scheme, draft.now).map_err(|error| error.to_string())?;
        let asked = Asked {
            method,
            uri: raw.uri,
            headers: raw.headers,
            body: raw.body,
            remote_ip: None,
            now: draft.now,
        };
        let context = Context {
            named: Named::Known(draft.network),
            networks: &config.networks,
            redactor: &config.redactor,
        };
        let explained = explain(&asked, context);
        let Some(postback) = explained.postback else {
            let why = explained.explanation.detail;
            return Err(why.unwrap_or_else(|| "it would be refused".to_owned()));
        };
        if postback.click.id() != Some(draft.click) {
            let mut unread = explained.explanation.unread.iter();
            let uncovered = unread.find(|unread| unread.field == Field::ClickId.as_str());
            return Err(match uncovered {
                Some(unread) => format!(
                    "the signature does not cover {}, so the click id is not read; trust_unsigned would trust it",
                    unread.param
                ),
                None => "the click id would not be read from there".to_owned(),
            });
        }
        Ok(Self { unsigned, postback })
    }

    /// The request as it is sent by whoever signs by this scheme.
    pub(super) fn signed(&self, scheme: &Scheme) -> Result<RawPostback, SignError> {
        sign(&self.unsigned, scheme, self.postback.received_at)
    }

    /// Its method.
    pub(super) const fn method(&self) -> &Method {
        &self.unsigned.0.method
    }
}

fn sign(unsigned: &Unsigned, scheme: &Scheme, now: Timestamp) -> Result<RawPostback, SignError> {
    let signed = unsigned.clone().sign(scheme, now)?;
    let mut raw = unsigned.0.clone();
    raw.headers.extend(signed.headers);
    Ok(RawPostback {
        uri: signed.uri,
        body: signed.body,
        ..raw
    })
}

/// Whether some of the network's names point into a JSON body.
fn has_pointers(network: &Network) -> bool {
    let mut first_names = Field::ALL
        .iter()
        .filter_map(|field| network.mapping.names(*field).first());
    first_names.any(|name| is_pointer(name))
}

#[cfg(test)]
mod tests;
