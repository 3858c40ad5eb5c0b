//! What the simulated postback is to say.

use crate::domain::conversion::Status;
use crate::domain::mapping::{Field, StatusWord};
use crate::domain::money::{Amount, Currency};
use crate::domain::network::Network;

use super::super::Failure;
use super::Options;

/// Who clicks and buys here.
pub(super) const NOBODY: &str = "simulated";

/// The currency of a network that has none of its own.
const USUAL_CURRENCY: &str = "USD";

/// What the postback says, in the network's words and unit.
#[derive(Debug)]
pub(super) struct Wish {
    /// The transaction ids to be tried: some networks' are numbers.
    pub(super) transaction_ids: Vec<String>,
    /// Nothing where the network never says it.
    pub(super) payout: Option<String>,
    /// Nothing where the network never says it, or has no word for it.
    pub(super) status: Option<String>,
    pub(super) currency: Option<Currency>,
}

impl Wish {
    /// Reads the options for a network.
    ///
    /// # Errors
    ///
    /// When the network cannot say what is asked for.
    pub(super) fn of(options: &Options, network: &Network) -> Result<Self, Failure> {
        for (option, field, is_given) in [
            ("--payout", Field::Payout, options.payout.is_some()),
            ("--status", Field::Status, options.status.is_some()),
        ] {
            if is_given && network.constants.text(field).is_some() {
                let message = format!("{option}: the network's {field} is a constant, so its postbacks never say it");
                return Err(Failure::Usage(message));
            }
        }
        let currency = network
            .constants
            .currency
            .or(network.currency)
            .or_else(|| Currency::parse(USUAL_CURRENCY));
        let payout = match (network.constants.payout, options.payout) {
            (Some(_), _) => None,
            (None, asked) => Some(payout(network, asked, currency)?),
        };
        Ok(Self {
            transaction_ids: match &options.transaction_id {
                Some(id) => vec![id.clone()],
                None => unheard_of(),
            },
            payout,
            status: status(network, options.status.as_deref())?,
            currency,
        })
    }
}

/// One unit of the currency unless another amount is asked for.
fn payout(network: &Network, asked: Option<Amount>, currency: Option<Currency>) -> Result<String, Failure> {
    let amount = asked.or_else(|| Amount::parse("1.00", 2)).expect("one is an amount");
    let written = network.payout_unit.write(amount, currency);
    written.map_err(|fault| Failure::Usage(format!("--payout {amount}: {fault}")))
}

fn status(network: &Network, asked: Option<&str>) -> Result<Option<String>, Failure> {
    if network.constants.status.is_some() {
        return Ok(None);
    }
    let Some(asked) = asked else {
        return Ok(network.statuses.word_for(Status::Approved));
    };
    let word = match Status::parse(asked) {
        Some(status) => network.statuses.word_for(status),
        None => Some(asked.to_owned()),
    };
    match word.as_deref().and_then(|word| network.statuses.meaning(word)) {
        Some(StatusWord::Status(_)) => Ok(word),
        Some(StatusWord::Ignored) => Err(Failure::Usage(format!(
            "--status {asked}: the network's postbacks of this status are ignored, so there is no conversion to see"
        ))),
        None => Err(Failure::Usage(format!(
            "--status {asked}: expected pending, approved, rejected, reversed or a word of the network's"
        ))),
    }
}

/// Ids that no earlier run had: one that says what it is, and one of digits.
fn unheard_of() -> Vec<String> {
    let bytes: [u8; 8] = rand::random();
    vec![
        format!("{NOBODY}-{}", hex::encode(bytes)),
        u64::from_be_bytes(bytes).to_string(),
    ]
}
