//! Which conversions are listed, and where a list goes on.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::domain::time::Timestamp;

/// Which conversions are listed. What is absent does not restrict.
#[derive(Debug, Default, Clone)]
pub struct ConversionFilter {
    /// Of this network.
    pub network: Option<String>,
    /// Of this transaction.
    pub transaction_id: Option<String>,
    /// Of this click, as an id of ours or as it was sent.
    pub click_id: Option<String>,
    /// Of this campaign.
    pub campaign: Option<String>,
    /// Received at or after this.
    pub from: Option<Timestamp>,
    /// Received before this.
    pub to: Option<Timestamp>,
    /// Whether tests are among them.
    pub tests: Tests,
    /// Behind this place in the list.
    pub after: Option<Cursor>,
}

/// Whether a list of conversions holds those of test clicks.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Tests {
    /// It holds none: what is counted is real.
    #[default]
    LeftOut,
    /// It holds both.
    Included,
    /// It holds nothing else.
    Alone,
}

impl Tests {
    /// The listed conversions' column; nothing where it does not matter.
    pub(super) const fn is_test(self) -> Option<bool> {
        match self {
            Self::LeftOut => Some(false),
            Self::Included => None,
            Self::Alone => Some(true),
        }
    }
}

/// A place in a list of conversions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    pub(super) received_at: Timestamp,
    pub(super) id: Uuid,
}

impl Cursor {
    /// The cursor as clients hand it back.
    pub fn encode(self) -> String {
        let mut bytes = [0u8; 24];
        bytes[..8].copy_from_slice(&self.received_at.unix_micros().to_be_bytes());
        bytes[8..].copy_from_slice(self.id.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// A cursor that a client handed back.
    pub fn decode(text: &str) -> Option<Self> {
        let bytes: [u8; 24] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let (micros, id) = bytes.split_at(8);
        Some(Self {
            received_at: Timestamp::from_unix_micros(i64::from_be_bytes(micros.try_into().ok()?)),
            id: Uuid::from_slice(id).ok()?,
        })
    }
}
