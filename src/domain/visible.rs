//! Bytes in one line of visible characters, for explanations and worked examples.

/// Bytes as a text in which every byte can be told: printable characters as they are, a backslash doubled, line ends as
/// `\n` and `\r`, a tab as `\t`, everything else as `\xNN` for each of its bytes.
pub fn visible(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\\' => text.push_str("\\\\"),
                '\n' => text.push_str("\\n"),
                '\r' => text.push_str("\\r"),
                '\t' => text.push_str("\\t"),
                other if other.is_control() => escape(&mut text, other.encode_utf8(&mut [0; 4]).as_bytes()),
                other => text.push(other),
            }
        }
        escape(&mut text, chunk.invalid());
    }
    text
}

fn escape(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        text.push_str("\\x");
        text.push_str(&hex::encode([*byte]));
    }
}
