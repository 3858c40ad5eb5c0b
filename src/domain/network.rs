//! An ad network: who calls `/postback`, how it proves itself and how its words are read.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;

use super::address;
use super::campaign::Campaigns;
use super::conversion::Status;
use super::dedupe::DedupeRule;
use super::mapping::{Constants, EventTable, Field, InlineStatuses, Mapping, PayoutUnit, StatusTable};
use super::money::Currency;
use super::pattern::Pattern;
use super::postback::{Form, RawPostback, VerifiedPostback};
use super::refusal::{Code, Refusal};
use super::reply::ReplyRules;
use super::signature::{AuthFailure, Schemes};
use super::terms::Terms;
use super::time::Timestamp;

/// A configured network. Everything in it was validated when the configuration was read.
#[derive(Debug, Clone)]
pub struct Network {
    /// Its name in the configuration, in paths and in labels.
    pub name: Arc<str>,
    /// The addresses that may call for it; empty: every address.
    pub allow_ips: Vec<IpNet>,
    /// How it proves itself, keys included.
    pub schemes: Schemes,
    /// Its names for our fields.
    pub mapping: Mapping,
    /// What its postbacks never say because it is always the same.
    pub constants: Constants,
    /// Parameters that are read although its signature does not cover them.
    pub trust_unsigned: Vec<String>,
    /// What its values of some fields look like.
    pub patterns: Vec<(Field, Pattern)>,
    /// Its words for our statuses.
    pub statuses: StatusTable,
    /// The parameters by which its requests say what their status words mean; they win over its own words.
    pub inline_statuses: InlineStatuses,
    /// Our names of its events.
    pub events: EventTable,
    /// The event of a postback that names none.
    pub default_event: String,
    /// The status of a new conversion whose postback names none.
    pub default_status: Status,
    /// The currency of a new conversion whose postback names none.
    pub currency: Option<Currency>,
    /// What makes two of its postbacks the same.
    pub dedupe: DedupeRule,
    /// On which terms its conversions get their clicks.
    pub terms: Arc<Terms>,
    /// In which unit it counts payouts.
    pub payout_unit: PayoutUnit,
    /// Whether a payout may be below zero.
    pub negative_payouts: bool,
    /// How it is answered.
    pub reply: ReplyRules,
}

impl Network {
    /// Refuses a request from an address that may not call for this network.
    ///
    /// # Errors
    ///
    /// `address_not_allowed`.
    pub fn check_address(&self, remote_ip: IpAddr) -> Result<(), Refusal> {
        if self.allow_ips.is_empty() || address::contains(&self.allow_ips, remote_ip) {
            return Ok(());
        }
        Err(Refusal::new(
            Code::AddressNotAllowed,
            "this network is only called from the addresses that it registered",
        ))
    }

    /// Proves that a request comes from this network. The only way to a [`VerifiedPostback`].
    ///
    /// # Errors
    ///
    /// Why it is not proven; the sender gets the same 401 for every reason.
    pub fn verify<'a>(
        &'a self,
        raw: &'a RawPostback,
        form: &'a Form<'a>,
        now: Timestamp,
    ) -> Result<VerifiedPostback<'a>, AuthFailure> {
        self.schemes.of(&raw.method).verify(raw, form, now)?;
        Ok(VerifiedPostback {
            raw,
            form,
            network: self,
        })
    }
}

/// The rules of one configuration: what a request is read and decided under. It is replaced whole, so that a request sees
/// one configuration.
#[derive(Debug, Clone, Default)]
pub struct RuleBook {
    /// The networks by their names.
    pub networks: HashMap<Arc<str>, Arc<Network>>,
    /// The campaigns.
    pub campaigns: Arc<Campaigns>,
}

impl RuleBook {
    /// On which terms a network's conversions get clicks that arrive after them.
    pub fn terms_of(&self, network: &str) -> Arc<Terms> {
        match self.networks.get(network) {
            Some(network) => network.terms.clone(),
            None => Arc::new(Terms::of_unknown(network, &self.campaigns)),
        }
    }
}
