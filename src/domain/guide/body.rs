//! A JSON body that has given texts at names and pointers.

use serde_json::{Map, Value};

use super::address::Pair;

/// Items that an array of an example may have: an index beyond is no example's.
const ITEMS_MAX: usize = 8;

/// An object with values at names and pointers. A token of digits is an index of an array, as senders' bodies have them.
pub(super) fn json(pairs: &[Pair]) -> Value {
    let mut root = Value::Object(Map::new());
    for (name, text) in pairs {
        match name.strip_prefix('/') {
            None => put(&mut root, std::slice::from_ref(name), text),
            Some(pointer) => {
                let tokens: Vec<String> = pointer
                    .split('/')
                    .map(|token| token.replace("~1", "/").replace("~0", "~"))
                    .collect();
                put(&mut root, &tokens, text);
            }
        }
    }
    root
}

/// Puts a text below a value. Where something else stands in the way it stays.
fn put(value: &mut Value, tokens: &[String], text: &str) {
    let Some((token, rest)) = tokens.split_first() else {
        if value.is_null() {
            *value = Value::String(text.to_owned());
        }
        return;
    };
    let index = token.parse::<usize>().ok().filter(|index| *index < ITEMS_MAX);
    if value.is_null() {
        *value = index.map_or_else(|| Value::Object(Map::new()), |_| Value::Array(Vec::new()));
    }
    match (value, index) {
        (Value::Array(items), Some(index)) => {
            if items.len() <= index {
                items.resize(index + 1, Value::Null);
            }
            put(&mut items[index], rest, text);
        }
        (Value::Object(members), _) => put(members.entry(token.clone()).or_insert(Value::Null), rest, text),
        (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_), _) => {}
    }
}
