//! A JSON object as a postback's body, read strictly.
//!
//! `serde_json` alone would let the last of two equal keys win and turn `1E5` into another text, also with arbitrary
//! precision. Money is paid on both, so objects are read here by a visitor over the raw text: a key twice is a fault at
//! any depth, and a number is the text it was written as.

mod write;

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

pub use write::{Object, put_at_pointer};

/// How deep objects and arrays may be nested.
const DEPTH_MAX: usize = 32;

/// A JSON value whose numbers are still text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json<'a> {
    /// `null`, which counts as absent.
    Null,
    /// A boolean or a number, as its own text.
    Literal(&'a str),
    /// A string, unescaped.
    Text(Cow<'a, str>),
    /// An array.
    Array(Vec<Json<'a>>),
    /// An object, in the order of its keys.
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

/// Why a text is no JSON object that could be a postback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonFault {
    /// The member at fault, where it can be named.
    pub param: Option<String>,
    /// What is wrong.
    pub kind: JsonFaultKind,
}

/// The kinds of [`JsonFault`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JsonFaultKind {
    /// Not JSON; what the parser says.
    Syntax(String),
    /// JSON, but not an object.
    NotAnObject,
    /// A key stands twice in one object.
    DuplicateKey,
    /// Nested deeper than 32.
    TooDeep,
    /// A NUL in a string, which PostgreSQL cannot store.
    Nul,
}

impl<'a> Json<'a> {
    /// Reads a whole text that is one object, with nothing behind it.
    ///
    /// # Errors
    ///
    /// Says what is wrong and in which member.
    pub fn parse_object(text: &'a str) -> Result<Vec<(Cow<'a, str>, Self)>, JsonFault> {
        let raw: &RawValue = serde_json::from_str(text).map_err(|error| syntax(&error))?;
        match parse_value(raw, 0)? {
            Self::Object(members) => Ok(members),
            Self::Null | Self::Literal(_) | Self::Text(_) | Self::Array(_) => Err(JsonFault {
                param: None,
                kind: JsonFaultKind::NotAnObject,
            }),
        }
    }

    /// Whether a text is a JSON object, also one that [`Self::parse_object`] refuses for what is in it.
    pub fn is_object(text: &[u8]) -> bool {
        // Most texts are none, and one byte tells.
        text.trim_ascii_start().starts_with(b"{") && serde_json::from_slice::<&RawValue>(text).is_ok()
    }

    /// The text of a scalar; `None` for `null`, objects and arrays.
    pub fn scalar(&self) -> Option<&str> {
        match self {
            Self::Literal(text) => Some(text),
            Self::Text(text) => Some(text),
            Self::Null | Self::Array(_) | Self::Object(_) => None,
        }
    }
}

/// Follows an RFC 6901 pointer (`/a/0/b`) from an object's members.
pub fn at_pointer<'j, 'a>(members: &'j [(Cow<'a, str>, Json<'a>)], pointer: &str) -> Option<&'j Json<'a>> {
    let mut tokens = tokens(pointer)?;
    let mut value = member(members, &tokens.next()?)?;
    for token in tokens {
        value = match value {
            Json::Object(members) => member(members, &token)?,
            Json::Array(items) => items.get(index(&token)?)?,
            Json::Null | Json::Literal(_) | Json::Text(_) => return None,
        };
    }
    Some(value)
}

/// Whether a text is an RFC 6901 pointer into an object: behind a `~` stands `0` or `1`.
pub fn is_valid_pointer(text: &str) -> bool {
    let mut behind_tilde = text.split('~').skip(1);
    text.starts_with('/') && behind_tilde.all(|rest| rest.starts_with(['0', '1']))
}

/// The names on a pointer's way, unescaped; `None` for what is no pointer into an object.
fn tokens(pointer: &str) -> Option<impl Iterator<Item = String>> {
    let tokens = pointer.strip_prefix('/')?.split('/');
    Some(tokens.map(|token| token.replace("~1", "/").replace("~0", "~")))
}

/// The place in an array that a name on a pointer's way stands for: digits without a sign or a leading zero (RFC 6901, section 4).
fn index(token: &str) -> Option<usize> {
    let is_canonical = token == "0" || token.starts_with(|first: char| matches!(first, '1'..='9'));
    token.parse().ok().filter(|_| is_canonical)
}

/// The member of a name.
pub fn member<'j, 'a>(members: &'j [(Cow<'a, str>, Json<'a>)], name: &str) -> Option<&'j Json<'a>> {
    members.iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

fn parse_value(raw: &RawValue, depth: usize) -> Result<Json<'_>, JsonFault> {
    let text = raw.get();
    if depth > DEPTH_MAX {
        return Err(JsonFault {
            param: None,
            kind: JsonFaultKind::TooDeep,
        });
    }
    match text.as_bytes().first() {
        Some(b'{') => {
            let Members(raw_members) = serde_json::from_str(text).map_err(|error| syntax(&error))?;
            let mut seen = HashSet::with_capacity(raw_members.len());
            if let Some((key, _)) = raw_members.iter().find(|(key, _)| !seen.insert(key)) {
                return Err(JsonFault {
                    param: Some(key.clone().into_owned()),
                    kind: JsonFaultKind::DuplicateKey,
                });
            }
            let mut members = Vec::with_capacity(raw_members.len());
            for (key, raw_value) in raw_members {
                // The outermost name is the parameter that a sender would look for.
                let named = |mut fault: JsonFault| {
                    if depth == 0 || fault.param.is_none() {
                        fault.param = Some(key.clone().into_owned());
                    }
                    fault
                };
                refuse_nul(&key).map_err(named)?;
                let value = parse_value(raw_value, depth + 1).map_err(named)?;
                members.push((key, value));
            }
            Ok(Json::Object(members))
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(text).map_err(|error| syntax(&error))?;
            items
                .into_iter()
                .map(|item| parse_value(item, depth + 1))
                .collect::<Result<_, _>>()
                .map(Json::Array)
        }
        Some(b'"') => {
            let Text(text) = serde_json::from_str(text).map_err(|error| syntax(&error))?;
            refuse_nul(&text)?;
            Ok(Json::Text(text))
        }
        Some(b'n') => Ok(Json::Null),
        _ => Ok(Json::Literal(text)),
    }
}

fn refuse_nul(text: &str) -> Result<(), JsonFault> {
    if text.contains('\0') {
        Err(JsonFault {
            param: None,
            kind: JsonFaultKind::Nul,
        })
    } else {
        Ok(())
    }
}

fn syntax(error: &serde_json::Error) -> JsonFault {
    JsonFault {
        param: None,
        kind: JsonFaultKind::Syntax(error.to_string()),
    }
}

/// The text of a JSON string with its quotes, borrowed where nothing in it is escaped; `None` where it is none.
pub(super) fn unescaped(string: &[u8]) -> Option<Cow<'_, str>> {
    let Text(text) = serde_json::from_slice(string).ok()?;
    Some(text)
}

/// The members of one object in their order, values unread.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

/// A string that is borrowed where nothing in it was escaped.
struct Text<'a>(Cow<'a, str>);

impl<'de> serde::Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((Text(key), value)) = map.next_entry::<Text<'de>, &'de RawValue>()? {
                    members.push((key, value));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

impl<'de> serde::Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
                Err(serde::de::Error::custom("expected a string"))
            }
        }
        deserializer.deserialize_str(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_are_their_own_text() {
        let members =
            Json::parse_object(r#" {"a":1E5,"b":12.50,"c":true,"d":null,"e":"\u00e9\"","f":{"g":[10,"x"]}} "#);
        let members = members.expect("an object");
        let text = |pointer: &str| at_pointer(&members, pointer).and_then(Json::scalar).map(str::to_owned);
        assert_eq!(text("/a").as_deref(), Some("1E5"));
        assert_eq!(text("/b").as_deref(), Some("12.50"));
        assert_eq!(text("/c").as_deref(), Some("true"));
        assert_eq!(text("/d"), None);
        assert_eq!(text("/e").as_deref(), Some("é\""));
        assert_eq!(text("/f"), None);
        assert_eq!(text("/f/g/0").as_deref(), Some("10"));
        assert_eq!(text("/f/g/1").as_deref(), Some("x"));
        assert_eq!(text("/f/g/2"), None);
        for not_a_place in ["/f/g/00", "/f/g/01", "/f/g/+1", "/f/g/-0", "/f/g/", "/f/g/x"] {
            assert_eq!(text(not_a_place), None, "{not_a_place}");
        }
    }

    #[test]
    fn what_is_not_one_clean_object_is_refused() {
        use JsonFaultKind as K;
        type Case<'c> = (&'c str, Option<&'c str>, fn(&K) -> bool);
        let deep = format!(r#"{{"a":{}1{}}}"#, "[".repeat(200), "]".repeat(200));
        let kinds: &[Case<'_>] = &[
            ("", None, |kind| matches!(kind, K::Syntax(_))),
            ("{", None, |kind| matches!(kind, K::Syntax(_))),
            (r#"{"a":1} x"#, None, |kind| matches!(kind, K::Syntax(_))),
            (r#"{"a":1}{"#, None, |kind| matches!(kind, K::Syntax(_))),
            (r#"{"a":01}"#, None, |kind| matches!(kind, K::Syntax(_))),
            (r#"{"a":NaN}"#, None, |kind| matches!(kind, K::Syntax(_))),
            (r#"{"a":"\ud800"}"#, Some("a"), |kind| matches!(kind, K::Syntax(_))),
            ("[1]", None, |kind| *kind == K::NotAnObject),
            ("\"a\"", None, |kind| *kind == K::NotAnObject),
            (r#"{"a":1,"b":2,"\u0061":1}"#, Some("a"), |kind| {
                *kind == K::DuplicateKey
            }),
            (r#"{"a":{"b":1,"b":1}}"#, Some("a"), |kind| *kind == K::DuplicateKey),
            (r#"{"a":"x\u0000"}"#, Some("a"), |kind| *kind == K::Nul),
            (r#"{"a\u0000":1}"#, Some("a\0"), |kind| *kind == K::Nul),
            (&deep, Some("a"), |kind| *kind == K::TooDeep),
        ];
        for (text, param, expected) in kinds {
            let fault = Json::parse_object(text).expect_err(text);
            assert!(expected(&fault.kind), "{text}: {fault:?}");
            assert_eq!(fault.param.as_deref(), *param, "{text}");
        }
    }
}
