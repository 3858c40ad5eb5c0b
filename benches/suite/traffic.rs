//! What is sent: the bytes of every request are made before anything is measured.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::clicks::Clicks;
use crate::load::Kind;

/// The network of the postbacks, and its secret.
pub(crate) const NETWORK: &str = "acme";
pub(crate) const SECRET: &str = "a secret of thirty-two characters";

/// The campaign of the clicks; the click id follows its destination.
pub(crate) const CAMPAIGN: &str = "spring";
pub(crate) const DESTINATION: &str = "https://shop.example/landing?cid=";

/// What a click carries.
pub(crate) const AFFILIATE: &str = "4217";
pub(crate) const SUBS: [&str; 5] = ["banner-728", "news-de", "creative-17", "lp-b", "mobile"];
pub(crate) const USER_AGENT: &str =
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36";
pub(crate) const REFERRER: &str = "https://blog.example/";

/// What a postback says besides its click and its transaction.
pub(crate) const EVENT: &str = "sale";
pub(crate) const PAYOUT: &str = "12.50";
pub(crate) const CURRENCY: &str = "USD";
pub(crate) const SENDER: &str = "acme-postbacks/1.0";

/// Of so many requests of the mix one is a postback.
pub(crate) const MIX: usize = 10;

/// What is sent one after the other.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Traffic<'b> {
    /// The same click again and again: each is stored under an id of its own.
    Clicks(&'b [u8]),
    /// Each postback once.
    Unique(&'b Postbacks),
    /// The same postbacks again and again.
    Repeated(&'b Postbacks),
    /// Nine clicks for each unique postback.
    Mix(&'b [u8], &'b Postbacks),
}

/// Signed postbacks of unique transactions, all of one length.
#[derive(Debug)]
pub(crate) struct Postbacks {
    bytes: Vec<u8>,
    length: usize,
}

impl<'b> Traffic<'b> {
    /// The request of a number; none when all are used up.
    pub(crate) fn request(self, number: usize) -> Option<(Kind, &'b [u8])> {
        let postback = |request| (Kind::Postback, request);
        match self {
            Self::Unique(postbacks) => postbacks.get(number).map(postback),
            Self::Repeated(postbacks) => postbacks.get(number % postbacks.len()).map(postback),
            Self::Mix(_, postbacks) if number % MIX == MIX - 1 => postbacks.get(number / MIX).map(postback),
            Self::Clicks(click) | Self::Mix(click, _) => Some((Kind::Click, click)),
        }
    }
}

/// The request of a visitor who clicks.
pub(crate) fn click() -> Vec<u8> {
    let mut target = format!("/click/{CAMPAIGN}?affiliate={AFFILIATE}");
    for (index, sub) in SUBS.iter().enumerate() {
        write!(target, "&sub{}={sub}", index + 1).expect("memory");
    }
    format!(
        "GET {target} HTTP/1.1\r\nHost: track.example\r\nUser-Agent: {USER_AGENT}\r\nAccept: text/html\r\nReferer: {REFERRER}\r\n\r\n"
    )
    .into_bytes()
}

impl Postbacks {
    /// So many, spread over the clicks, signed as the default scheme of a GET has it.
    pub(crate) fn signed(count: usize, clicks: &Clicks) -> Self {
        let key = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("an HMAC takes a key of any length");
        let mut bytes = Vec::new();
        let mut length = 0;
        for number in 0..count {
            let click = clicks.of(number);
            let query = format!(
                "click_id={click}&transaction_id=T{number:09}&event={EVENT}&status=approved&payout={PAYOUT}&currency={CURRENCY}"
            );
            let mut mac = key.clone();
            mac.update(query.as_bytes());
            let signature = hex::encode(mac.finalize().into_bytes());
            let request = format!(
                "GET /postback/{NETWORK}?{query}&sig={signature} HTTP/1.1\r\nHost: track.example\r\nUser-Agent: {SENDER}\r\nAccept: */*\r\n\r\n"
            );
            length = request.len();
            bytes.reserve(count.saturating_sub(number) * length * usize::from(number == 0));
            bytes.extend_from_slice(request.as_bytes());
        }
        Self { bytes, length }
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes.len() / self.length
    }

    fn get(&self, number: usize) -> Option<&[u8]> {
        let from = number.checked_mul(self.length)?;
        self.bytes.get(from..from + self.length)
    }
}
