//! Postbacks as a network's server would send them under the default schemes.

use std::time::{SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::{Request, get, post};

/// An ad network that signs what it sends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Network {
    pub(crate) name: &'static str,
    pub(crate) secret: &'static str,
}

/// The network of [`RULES`](super::RULES).
pub(crate) const ACME: Network = Network {
    name: "acme",
    secret: "secret-of-acme",
};

/// Seconds since 1970.
pub(crate) fn now_s() -> i64 {
    let since_1970 = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a clock that is set");
    i64::try_from(since_1970.as_secs()).expect("a time of this age")
}

pub(crate) fn hmac_sha256_hex(secret: &str, signed: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key will do");
    mac.update(signed);
    hex::encode(mac.finalize().into_bytes())
}

impl Network {
    /// A GET with `sig` over its query.
    pub(crate) fn get(&self, query: &str) -> Request {
        let signature = hmac_sha256_hex(self.secret, query.as_bytes());
        get(format!("/postback/{}?{query}&sig={signature}", self.name))
    }

    pub(crate) fn form(&self, body: impl Into<Vec<u8>>) -> Request {
        self.post("application/x-www-form-urlencoded", body)
    }

    pub(crate) fn json(&self, body: impl Into<Vec<u8>>) -> Request {
        self.post("application/json", body)
    }

    /// A POST signed now, with timestamp and signature in its headers.
    pub(crate) fn post(&self, content_type: &str, body: impl Into<Vec<u8>>) -> Request {
        self.signed_at(now_s(), post(format!("/postback/{}", self.name), content_type, body))
    }

    pub(crate) fn signed_at(&self, timestamp: i64, unsigned: Request) -> Request {
        let content = [timestamp.to_string().as_bytes(), b".", &unsigned.body].concat();
        let signature = hmac_sha256_hex(self.secret, &content);
        unsigned
            .header("X-Postback-Timestamp", timestamp.to_string())
            .header("X-Postback-Signature", format!("sha256={signature}"))
    }
}
