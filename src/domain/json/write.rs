//! Writing what was read: a body gets a member more, and everything else in it keeps its text.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use super::{Json, tokens};

/// Members that are written as one object.
#[derive(Debug)]
pub struct Object<'j, 'a>(pub &'j [(Cow<'a, str>, Json<'a>)]);

impl fmt::Display for Json<'_> {
    /// The value without blanks; numbers as they were written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Literal(text) => f.write_str(text),
            Self::Text(text) => write_text(f, text),
            Self::Array(items) => {
                f.write_char('[')?;
                for (index, item) in items.iter().enumerate() {
                    let separator = if index == 0 { "" } else { "," };
                    write!(f, "{separator}{item}")?;
                }
                f.write_char(']')
            }
            Self::Object(members) => Object(members).fmt(f),
        }
    }
}

impl fmt::Display for Object<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('{')?;
        for (index, (name, value)) in self.0.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { "," })?;
            write_text(f, name)?;
            write!(f, ":{value}")?;
        }
        f.write_char('}')
    }
}

fn write_text(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str(&serde_json::to_string(text).map_err(|_| fmt::Error)?)
}

/// Puts a string where an RFC 6901 pointer points, in place of what is there, making the objects on its way. Returns
/// whether there is such a place: nothing is put into a scalar or behind the end of an array.
pub fn put_at_pointer<'a>(members: &mut Vec<(Cow<'a, str>, Json<'a>)>, pointer: &str, text: &str) -> bool {
    let Some(mut tokens) = tokens(pointer) else {
        return false;
    };
    let Some(first) = tokens.next() else { return false };
    put(member_of(members, first), tokens, text)
}

fn put(value: &mut Json<'_>, mut tokens: impl Iterator<Item = String>, text: &str) -> bool {
    let mut value = value;
    loop {
        let Some(token) = tokens.next() else {
            *value = Json::Text(Cow::Owned(text.to_owned()));
            return true;
        };
        if *value == Json::Null {
            *value = Json::Object(Vec::new());
        }
        value = match value {
            Json::Object(members) => member_of(members, token),
            Json::Array(items) => match token.parse().ok().and_then(|index: usize| items.get_mut(index)) {
                Some(item) => item,
                None => return false,
            },
            Json::Null | Json::Literal(_) | Json::Text(_) => return false,
        };
    }
}

/// The member of a name, a `null` of its own where there was none.
fn member_of<'j, 'a>(members: &'j mut Vec<(Cow<'a, str>, Json<'a>)>, name: String) -> &'j mut Json<'a> {
    let index = members.iter().position(|(known, _)| *known == *name);
    let index = index.unwrap_or_else(|| {
        members.push((Cow::Owned(name), Json::Null));
        members.len() - 1
    });
    &mut members[index].1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(body: &str, pointer: &str) -> Option<String> {
        let mut members = Json::parse_object(body).expect("an object");
        put_at_pointer(&mut members, pointer, "s\"1").then(|| Object(&members).to_string())
    }

    #[test]
    fn a_text_is_put_where_the_pointer_points_and_the_rest_keeps_its_own() {
        for (body, pointer, expected) in [
            ("{}", "/sig", Some(r#"{"sig":"s\"1"}"#)),
            (
                r#"{ "b" : 1.50, "sig": "old", "a": [1E5, null, true, "é"] }"#,
                "/sig",
                Some(r#"{"b":1.50,"sig":"s\"1","a":[1E5,null,true,"é"]}"#),
            ),
            (r#"{"a":1}"#, "/data/x~1y", Some(r#"{"a":1,"data":{"x/y":"s\"1"}}"#)),
            (
                r#"{"data":{"a":1}}"#,
                "/data/sig",
                Some(r#"{"data":{"a":1,"sig":"s\"1"}}"#),
            ),
            (r#"{"data":null}"#, "/data/sig", Some(r#"{"data":{"sig":"s\"1"}}"#)),
            (
                r#"{"data":[{"a":1},2]}"#,
                "/data/0/sig",
                Some(r#"{"data":[{"a":1,"sig":"s\"1"},2]}"#),
            ),
            (r#"{"data":[1]}"#, "/data/1", None),
            (r#"{"data":1}"#, "/data/sig", None),
            ("{}", "sig", None),
        ] {
            assert_eq!(with(body, pointer).as_deref(), expected, "{body} {pointer}");
        }
    }
}
