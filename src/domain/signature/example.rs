//! A scheme under a secret that everybody may know, for worked examples. It is the only scheme whose signed bytes and whose
//! signature are given out, because no configured secret is left in it.

use crate::domain::postback::{Form, RawPostback};
use crate::domain::secret::Secret;

use super::inspect::read_or_nothing;
use super::source::Seen;
use super::{Key, MacScheme, Proof, Requirement, Scheme, Schemes, Token, TokenScheme};

/// The key of every worked example.
const EXAMPLE_KEY: &str = "example-secret";
/// Stands for the token in every example.
pub const EXAMPLE_TOKEN: &str = "YOUR-TOKEN";

/// A scheme whose secrets were all replaced by the example's.
#[derive(Debug, Clone)]
pub struct ExampleScheme(Scheme);

impl Scheme {
    /// The same scheme under the example's secret.
    pub fn with_example_key(&self) -> ExampleScheme {
        ExampleScheme(match &self.proof {
            Proof::Address => self.clone(),
            Proof::Token(token) => Self::token(TokenScheme {
                tokens: vec![Token::new(&Secret::new(EXAMPLE_TOKEN.as_bytes()))],
                require: token.require.iter().map(Requirement::of_example).collect(),
                ..token.clone()
            }),
            Proof::Mac(mac) => {
                let secret = Secret::new(EXAMPLE_KEY.as_bytes());
                let key = mac.keys.first().map(|key| Key::new(key.algorithm(), &secret));
                Self::mac(MacScheme {
                    keys: key.into_iter().collect(),
                    require: mac.require.iter().map(Requirement::of_example).collect(),
                    ..MacScheme::clone(mac)
                })
            }
        })
    }
}

impl Schemes {
    /// The same schemes under the example's secret.
    #[must_use]
    pub fn with_example_keys(&self) -> Self {
        Self {
            get: self.get.with_example_key().0,
            post: self.post.with_example_key().0,
        }
    }
}

impl ExampleScheme {
    /// The scheme.
    pub const fn scheme(&self) -> &Scheme {
        &self.0
    }

    /// The example's secret as it would be handed over, where requests are signed.
    pub fn secret(&self) -> Option<String> {
        match &self.0.proof {
            Proof::Address | Proof::Token(_) => None,
            Proof::Mac(mac) => Some(mac.key_format.written(EXAMPLE_KEY)),
        }
    }

    /// The bytes that are signed, with the example's secret where they hold it. `None` where nothing is signed, or a part
    /// of it is missing.
    pub fn signed_bytes(&self, raw: &RawPostback, form: &Form<'_>) -> Option<Vec<u8>> {
        let mac = self.mac()?;
        mac.signed_bytes(raw, form, mac.keys.first()?.secret())
    }

    /// The signature of a request as the scheme writes it, without its prefix and its list.
    pub fn signature(&self, raw: &RawPostback, form: &Form<'_>) -> Option<String> {
        let mac = self.mac()?;
        let written = read_or_nothing(&mac.placement, raw, form);
        let seen = Seen {
            raw,
            form,
            labels: &written.labels,
        };
        let signature = mac.signature(mac.keys.first()?, &seen, mac.timestamp_text(&seen));
        signature.ok().map(|signature| mac.encoding.encode(&signature))
    }

    fn mac(&self) -> Option<&MacScheme> {
        match &self.0.proof {
            Proof::Address | Proof::Token(_) => None,
            Proof::Mac(mac) => Some(mac),
        }
    }
}
