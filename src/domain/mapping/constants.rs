//! Fields whose value a network's configuration fixes, because its requests say nothing about them.

use std::borrow::Cow;

use super::Field;
use crate::domain::conversion::Status;
use crate::domain::money::{Amount, Currency};

/// Values that every postback of a network has. They are never read from a request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Constants {
    /// What happened, in our words.
    pub event: Option<String>,
    /// The status.
    pub status: Option<Status>,
    /// What is paid, in major units whatever the network's unit is.
    pub payout: Option<Amount>,
    /// In which currency.
    pub currency: Option<Currency>,
}

impl Constants {
    /// The value of a field as text, where it is constant.
    pub fn text(&self, field: Field) -> Option<Cow<'_, str>> {
        match field {
            Field::Event => self.event.as_deref().map(Cow::Borrowed),
            Field::Status => self.status.map(|status| Cow::Borrowed(status.as_str())),
            Field::Payout => self.payout.map(|payout| Cow::Owned(payout.to_string())),
            Field::Currency => self.currency.as_ref().map(|currency| Cow::Borrowed(currency.code())),
            Field::ClickId | Field::TransactionId | Field::EventTime | Field::UserId | Field::DeviceId => None,
        }
    }
}
