//! What of a request may be stored: secrets, tokens and credentials are cut out before anything is kept.

use std::borrow::Cow;
use std::collections::HashMap;
use std::net::IpAddr;
use std::ops::Range;
use std::sync::Arc;

use http::{HeaderMap, HeaderName};
use serde::Serializer as _;

use super::form::{decode_bytes, raw_pairs};
use super::id::PostbackId;
use super::json;
use super::postback::RawPostback;
use super::secret::Secret;
use super::secrets::Secrets;
use super::signature::Reference;
use super::time::Timestamp;

/// What stands in place of what was cut out.
pub const REDACTED: &str = "[redacted]";

/// What stands in place of a secret in what is shown.
pub const MASKED: &[u8] = b"***";

/// Bytes from which on a secret is looked for everywhere in what is shown: a shorter one is part of other words by chance.
const TELLING_BYTES_MIN: usize = 6;

/// Parameters and JSON members whose values are credentials by their name, in lower case.
const CREDENTIAL_NAMES: &[&str] = &[
    "access_token",
    "api_key",
    "api_token",
    "apikey",
    "auth",
    "auth_token",
    "authorization",
    "client_secret",
    "key",
    "pass",
    "passwd",
    "password",
    "postback_key",
    "private_key",
    "pwd",
    "secret",
    "secret_key",
    "secretkey",
    "secure",
    "security_token",
    "token",
    "upd_key",
    "verification_token",
];

/// Header fields that carry credentials.
const CREDENTIAL_HEADERS: &[&str] = &[
    "authorization",
    "cookie",
    "proxy-authorization",
    "set-cookie",
    "x-api-key",
    "x-auth-token",
    "x-gitlab-token",
];

/// Cuts secrets out of what is stored.
///
/// It knows every secret of the configuration, so that one that is sent by mistake, in whatever place and encoding a
/// query, a form or a JSON string allows, is not kept either.
#[derive(Debug, Clone, Default)]
pub struct Redactor {
    secrets: Secrets,
    /// Where networks put their tokens: a mistyped or an older one is cut out too.
    tokens: HashMap<Arc<str>, TokenPlaces>,
}

/// The parameters, JSON members and header fields that hold a network's token.
#[derive(Debug, Clone, Default)]
struct TokenPlaces {
    names: Vec<String>,
    headers: Vec<HeaderName>,
}

/// A request as it may be kept. Only [`Redactor::redact`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedactedRequest {
    /// Our id of it.
    pub id: PostbackId,
    /// When it was received.
    pub received_at: Timestamp,
    /// The client's address.
    pub remote_ip: IpAddr,
    /// The configured network that it names.
    pub network: Option<Arc<str>>,
    /// The method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// The header fields as a JSON object; a field that was sent several times is one text, joined by commas.
    pub headers: String,
    /// The body.
    pub body: Vec<u8>,
}

impl RedactedRequest {
    /// What it takes in memory, about.
    pub const fn bytes(&self) -> usize {
        size_of::<Self>() + self.method.len() + self.target.len() + self.headers.len() + self.body.len()
    }
}

impl Redactor {
    /// What of a request may be kept.
    pub fn redact(&self, raw: &RawPostback, network: Option<&Arc<str>>) -> RedactedRequest {
        let nowhere = TokenPlaces::default();
        let places = network.and_then(|network| self.tokens.get(network)).unwrap_or(&nowhere);
        RedactedRequest {
            id: raw.id,
            received_at: raw.received_at,
            remote_ip: raw.remote_ip,
            network: network.cloned(),
            method: raw.method.to_string(),
            target: self.target(raw.uri.path(), raw.uri.query(), places),
            headers: self.headers(&raw.headers, places),
            body: self.body(&raw.body, places).into_owned(),
        }
    }

    /// A redactor of the configuration's secrets.
    pub fn new(secrets: impl IntoIterator<Item = Secret>) -> Self {
        Self {
            secrets: Secrets::of(secrets.into_iter().collect()),
            tokens: HashMap::new(),
        }
    }

    /// The same, knowing where a network puts its token.
    #[must_use]
    pub fn with_token_at(mut self, network: &Arc<str>, at: &[Reference]) -> Self {
        let places = self.tokens.entry(network.clone()).or_default();
        for place in at {
            match place {
                Reference::Header(name) => places.headers.push(name.clone()),
                Reference::Query(name) | Reference::Form(name) => places.names.push(name.clone()),
                Reference::Json(pointer) => places.names.push(last_member(pointer)),
            }
        }
        self
    }

    /// The same, knowing further texts that are as secret.
    #[must_use]
    pub fn with_secrets(mut self, secrets: impl IntoIterator<Item = Secret>) -> Self {
        self.secrets = self.secrets.and(secrets);
        self
    }

    /// A request's target: path and query.
    fn target(&self, path: &str, query: Option<&str>, places: &TokenPlaces) -> String {
        let path = if self.cuts_path(path) { REDACTED } else { path };
        match query {
            None => path.to_owned(),
            Some(query) => {
                let query = self.pairs(query.as_bytes(), places);
                [path, "?", &String::from_utf8_lossy(&query)].concat()
            }
        }
    }

    /// Whether a path is cut out as a whole, because a secret stands in it.
    pub fn cuts_path(&self, path: &str) -> bool {
        self.secrets.stand_in(&decode_bytes(path.as_bytes()))
    }

    /// Header fields as a JSON object, by their names. Values that are not UTF-8 are kept as far as they are readable.
    fn headers(&self, headers: &HeaderMap, places: &TokenPlaces) -> String {
        let kept = headers.iter().map(|(name, value)| {
            let is_credential = CREDENTIAL_HEADERS.contains(&name.as_str()) || places.headers.contains(name);
            let kept = if is_credential || self.secrets.stand_in(value.as_bytes()) {
                Cow::Borrowed(REDACTED)
            } else {
                String::from_utf8_lossy(value.as_bytes())
            };
            (name.as_str(), kept)
        });
        let mut fields: Vec<(&str, Cow<'_, str>)> = kept.collect();
        // Fields of one name stay in their order.
        fields.sort_by_key(|(name, _)| *name);
        let mut json = Vec::new();
        serde_json::Serializer::new(&mut json)
            .collect_map(fields.chunk_by(|one, other| one.0 == other.0).map(joined))
            .expect("texts are JSON");
        String::from_utf8(json).expect("JSON is UTF-8")
    }

    /// A body of whatever type.
    fn body<'b>(&self, body: &'b [u8], places: &TokenPlaces) -> Cow<'b, [u8]> {
        let kept = match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
            None => return Cow::Borrowed(body),
            Some(b'{' | b'[') => self.json(body, places),
            Some(_) => self.pairs(body, places),
        };
        if self.secrets.stand_in(&kept) {
            Cow::Borrowed(REDACTED.as_bytes())
        } else {
            kept
        }
    }

    fn pairs<'b>(&self, text: &'b [u8], places: &TokenPlaces) -> Cow<'b, [u8]> {
        let cut = |name: &[u8], value: &[u8]| {
            let name = decode_bytes(name);
            let is_credential =
                std::str::from_utf8(&name).is_ok_and(|name| places.is_credential(name)) && !value.is_empty();
            is_credential || self.secrets.stand_in(&name) || self.secrets.stand_in(&decode_bytes(value))
        };
        if !raw_pairs(text).any(|(_, name, value)| cut(name, value)) {
            return Cow::Borrowed(text);
        }
        let pairs = text.split(|byte| *byte == b'&').map(|raw| match raw_pairs(raw).next() {
            Some((_, name, value)) if cut(name, value) => {
                let name = if self.secrets.stand_in(&decode_bytes(name)) {
                    REDACTED.as_bytes()
                } else {
                    name
                };
                [name, b"=", REDACTED.as_bytes()].concat()
            }
            Some(_) | None => raw.to_vec(),
        });
        Cow::Owned(pairs.collect::<Vec<_>>().join(&b'&'))
    }

    /// Walks a JSON text token by token, whether it is well-formed or not: the value behind a credential's name, and every
    /// string that holds a secret, is replaced.
    fn json<'b>(&self, text: &'b [u8], places: &TokenPlaces) -> Cow<'b, [u8]> {
        let mut kept: Vec<u8> = Vec::with_capacity(text.len());
        let mut changed = false;
        let mut at = 0;
        let mut cut_next = false;
        while at < text.len() {
            let end = token_end(text, at);
            let token = &text[at..end];
            let is_value =
                !matches!(token[0], b'{' | b'}' | b'[' | b']' | b',' | b':') && !token[0].is_ascii_whitespace();
            let is_text = token[0] == b'"';
            let unescaped = if is_text { json::unescaped(token) } else { None };
            let next = text[end..].iter().find(|byte| !byte.is_ascii_whitespace());
            let is_name = is_text && next == Some(&b':');
            let held = unescaped.as_ref().map_or(token, |text| text.as_bytes());
            if is_value && !is_name && cut_next || is_value && self.secrets.stand_in(held) {
                kept.extend_from_slice(format!("\"{REDACTED}\"").as_bytes());
                changed = true;
            } else {
                kept.extend_from_slice(token);
            }
            if is_name {
                cut_next = unescaped.as_deref().is_some_and(|name| places.is_credential(name));
            } else if is_value || token == b"," || token == b"}" {
                cut_next = false;
            }
            at = end;
        }
        if changed { Cow::Owned(kept) } else { Cow::Borrowed(text) }
    }

    /// A text with [`MASKED`] in place of every secret in it, for what is shown and not stored.
    ///
    /// A secret of fewer than six bytes is one only where it stands by itself, without a letter or digit before or behind it: as
    /// a value, or between the marks around one. Within a longer word nobody can tell it from the word, and masking it there
    /// would make other values unreadable and so give it away.
    pub fn mask(&self, text: &[u8]) -> Vec<u8> {
        self.secrets.replaced(text, MASKED, |part| {
            part.len() >= TELLING_BYTES_MIN || stands_alone(text, part)
        })
    }
}

/// The fields of one name, at least one, as one field.
fn joined<'f>(fields: &'f [(&'f str, Cow<'_, str>)]) -> (&'f str, Cow<'f, str>) {
    match fields {
        [(name, value)] => (name, Cow::Borrowed(value)),
        several => {
            let values: Vec<&str> = several.iter().map(|(_, value)| &**value).collect();
            (several[0].0, Cow::Owned(values.join(", ")))
        }
    }
}

/// Whether neither a letter nor a digit touches a part of a text. A byte that is not ASCII counts as a letter's.
fn stands_alone(text: &[u8], part: Range<usize>) -> bool {
    let is_of_word = |byte: &u8| byte.is_ascii_alphanumeric() || !byte.is_ascii();
    let before = text[..part.start].last();
    let behind = text.get(part.end);
    !before.is_some_and(is_of_word) && !behind.is_some_and(is_of_word)
}

impl TokenPlaces {
    fn is_credential(&self, name: &str) -> bool {
        names_credential(name) || self.names.iter().any(|token| token == name)
    }
}

/// Whether a place is known, by its name alone, to hold credentials: nothing that stands there is shown to anybody.
pub fn is_credential_place(place: &Reference) -> bool {
    match place {
        Reference::Header(name) => CREDENTIAL_HEADERS.contains(&name.as_str()),
        Reference::Query(name) | Reference::Form(name) => names_credential(name),
        Reference::Json(pointer) => names_credential(&last_member(pointer)),
    }
}

fn names_credential(name: &str) -> bool {
    let mut known = CREDENTIAL_NAMES.iter();
    known.any(|credential| credential.eq_ignore_ascii_case(name))
}

/// The name of the member that a JSON pointer ends at.
fn last_member(pointer: &str) -> String {
    let member = pointer.rsplit('/').next().unwrap_or_default();
    member.replace("~1", "/").replace("~0", "~")
}

/// Where the JSON token at `start` ends: a string with its quotes, a structural character, or a run of anything else.
fn token_end(text: &[u8], start: usize) -> usize {
    let ends_run =
        |byte: &u8| matches!(byte, b'{' | b'}' | b'[' | b']' | b',' | b':' | b'"') || byte.is_ascii_whitespace();
    match text[start] {
        b'"' => {
            let mut at = start + 1;
            while at < text.len() {
                match text[at] {
                    b'\\' => at += 2,
                    b'"' => return at + 1,
                    _ => at += 1,
                }
            }
            text.len()
        }
        first if ends_run(&first) => start + 1,
        _ => text[start..]
            .iter()
            .position(ends_run)
            .map_or(text.len(), |length| start + length),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redactor() -> Redactor {
        Redactor::new([Secret::new(b"s3cr&t".as_slice())])
    }

    #[test]
    fn secrets_and_credentials_are_cut_out_of_a_target() {
        for (query, kept) in [
            ("a=1&b=2", "a=1&b=2"),
            ("a=1&token=abc&b=%20", "a=1&token=[redacted]&b=%20"),
            ("Api_Key=abc", "Api_Key=[redacted]"),
            ("%74oken=abc", "%74oken=[redacted]"),
            ("token=", "token="),
            ("x=s3cr%26t", "x=[redacted]"),
            ("x=as3cr%26tb&y=1", "x=[redacted]&y=1"),
            ("x=%73%33%63r%26t", "x=[redacted]"),
            ("&&a=1", "&&a=1"),
        ] {
            assert_eq!(
                redactor().target("/postback", Some(query), &TokenPlaces::default()),
                format!("/postback?{kept}"),
                "{query}"
            );
        }
        assert_eq!(redactor().target("/s3cr&t/x", None, &TokenPlaces::default()), REDACTED);
    }

    #[test]
    fn secrets_and_credentials_are_cut_out_of_a_json_body() {
        for (body, kept) in [
            (r#"{"a":1}"#, r#"{"a":1}"#),
            (r#"{"token": "abc", "a":1}"#, r#"{"token": "[redacted]", "a":1}"#),
            (r#"{"\u0074oken":12.5}"#, r#"{"\u0074oken":"[redacted]"}"#),
            (
                r#"{"a":{"password":null,"b":"token"}}"#,
                r#"{"a":{"password":"[redacted]","b":"token"}}"#,
            ),
            (r#"{"a":"x s3cr\u0026t"}"#, r#"{"a":"[redacted]"}"#),
            (r#"{"token":"abc"#, r#"{"token":"[redacted]""#),
            (r#"{"s3cr&t":1}"#, r#"{"[redacted]":1}"#),
        ] {
            assert_eq!(
                String::from_utf8_lossy(&redactor().body(body.as_bytes(), &TokenPlaces::default())),
                kept,
                "{body}"
            );
        }
    }

    #[test]
    fn secrets_and_credentials_are_cut_out_of_headers() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("x-b", "has s3cr&t in it"),
            ("x-c", "3"),
            ("authorization", "Bearer x"),
            ("x-a", "\"1\""),
            ("cookie", "a=b"),
            ("x-c", "1"),
            ("x-c", "s3cr&t"),
            ("x-c", "2"),
        ] {
            headers.append(HeaderName::from_static(name), value.parse().expect("a value"));
        }
        assert_eq!(
            redactor().headers(&headers, &TokenPlaces::default()),
            r#"{"authorization":"[redacted]","cookie":"[redacted]","x-a":"\"1\"","x-b":"[redacted]","x-c":"3, 1, [redacted], 2"}"#
        );
    }

    #[test]
    fn a_body_of_any_other_kind_is_kept_unless_it_holds_a_secret() {
        assert_eq!(
            &*redactor().body(b"\xff\x00<xml/>", &TokenPlaces::default()),
            b"\xff\x00<xml/>"
        );
        assert_eq!(
            &*redactor().body(b"<x>s3cr&t</x>", &TokenPlaces::default()),
            REDACTED.as_bytes()
        );
    }

    #[test]
    fn no_part_of_a_secret_is_shown() {
        let secrets = ["abcdef", "abcdefghi", "cdefgh"].map(|secret| Secret::new(secret.as_bytes()));
        let redactor = Redactor::new(secrets);
        for (text, shown) in [
            ("xabcdefghix", "x***x"),
            ("abcdefabcdefg", "******g"),
            ("abcde", "abcde"),
            ("", ""),
        ] {
            assert_eq!(String::from_utf8_lossy(&redactor.mask(text.as_bytes())), shown);
        }
    }

    #[test]
    fn a_short_secret_is_masked_where_it_is_a_value_and_not_within_a_word() {
        let redactor = Redactor::new(["ab", "ab!"].map(|secret| Secret::new(secret.as_bytes())));
        for (text, shown) in [
            ("ab", "***"),
            ("pass=ab&a=1", "pass=***&a=1"),
            ("1700000000.ab", "1700000000.***"),
            ("{\"a\":\"ab\"}", "{\"a\":\"***\"}"),
            ("ab!", "***"),
            ("v1,ab ab", "v1,*** ***"),
            ("cab", "cab"),
            ("abc", "abc"),
            ("T1-crab-7", "T1-crab-7"),
            ("ab\u{e9}", "ab\u{e9}"),
        ] {
            assert_eq!(
                String::from_utf8_lossy(&redactor.mask(text.as_bytes())),
                shown,
                "{text}"
            );
        }
    }

    #[test]
    fn a_networks_token_is_cut_out_even_when_it_is_wrong() {
        let network: Arc<str> = Arc::from("acme");
        let at =
            ["query.sid", "header.x-key", "json./auth/code"].map(|place| Reference::parse(place).expect("a place"));
        let redactor = redactor().with_token_at(&network, &at);
        let kept = |name: &Arc<str>| {
            let raw = RawPostback {
                id: PostbackId::new(Timestamp::from_unix_seconds(0), [0; 10]),
                received_at: Timestamp::from_unix_seconds(0),
                remote_ip: IpAddr::from([127, 0, 0, 1]),
                method: http::Method::POST,
                uri: "/postback/acme?sid=older&a=1".parse().expect("a target"),
                headers: HeaderMap::from_iter([(HeaderName::from_static("x-key"), "old".parse().expect("a value"))]),
                body: br#"{"auth":{"code":"old"},"sid":1}"#.as_slice().into(),
            };
            let kept = redactor.redact(&raw, Some(name));
            let body = String::from_utf8(kept.body).expect("a text");
            [kept.target, kept.headers, body]
        };
        assert_eq!(
            kept(&network),
            [
                "/postback/acme?sid=[redacted]&a=1",
                r#"{"x-key":"[redacted]"}"#,
                r#"{"auth":{"code":"[redacted]"},"sid":"[redacted]"}"#,
            ]
        );
        assert_eq!(kept(&Arc::from("other"))[0], "/postback/acme?sid=older&a=1");
    }
}
