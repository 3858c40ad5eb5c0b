//! Our fields of a postback: their names, their bounds, and which of them take no literal macro.

use std::fmt;

/// Our fields of a postback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// The click's id.
    ClickId,
    /// The network's transaction id.
    TransactionId,
    /// What happened.
    Event,
    /// How it stands.
    Status,
    /// What is paid.
    Payout,
    /// In which currency.
    Currency,
    /// When it happened.
    EventTime,
    /// The network's user id.
    UserId,
    /// The device's id.
    DeviceId,
}

impl Field {
    /// Every field, in the order in which the documentation lists them.
    pub const ALL: [Self; 9] = [
        Self::ClickId,
        Self::TransactionId,
        Self::Event,
        Self::Status,
        Self::Payout,
        Self::Currency,
        Self::EventTime,
        Self::UserId,
        Self::DeviceId,
    ];

    /// The field's name in configurations, requests and problems.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClickId => "click_id",
            Self::TransactionId => "transaction_id",
            Self::Event => "event",
            Self::Status => "status",
            Self::Payout => "payout",
            Self::Currency => "currency",
            Self::EventTime => "event_time",
            Self::UserId => "user_id",
            Self::DeviceId => "device_id",
        }
    }

    /// The field of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.as_str() == name)
    }

    /// Bytes that a value may be long. A transaction id is indexed, so its bound is PostgreSQL's business too.
    pub const fn bytes_max(self) -> usize {
        match self {
            Self::TransactionId => 255,
            Self::Event => 64,
            Self::ClickId
            | Self::Status
            | Self::Payout
            | Self::Currency
            | Self::EventTime
            | Self::UserId
            | Self::DeviceId => 1024,
        }
    }

    /// Whether a literal macro as its value refuses the postback; in the others it is kept and counted.
    pub(super) const fn refuses_macros(self) -> bool {
        match self {
            Self::ClickId
            | Self::TransactionId
            | Self::Event
            | Self::Status
            | Self::Payout
            | Self::Currency
            | Self::EventTime => true,
            Self::UserId | Self::DeviceId => false,
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
