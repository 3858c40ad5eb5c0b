//! What somebody does to a request on its way, a line for each change.

/// Bytes that a changed request may have.
const BYTES_MAX: usize = 1 << 16;

/// A text with the changes of `lines` made, one after the other. `AT LENGTH TEXT` puts a text in the place of `LENGTH`
/// bytes, `AT LENGTH >TO` moves them, and `change` makes the sender's own change. Other lines are nothing.
pub(super) fn change(text: &[u8], lines: &[u8], (from, to): &(String, String)) -> Vec<u8> {
    let mut text = text.to_vec();
    for line in lines.split(|byte| *byte == b'\n') {
        let changed = if line == b"change" {
            replace(&text, from.as_bytes(), to.as_bytes())
        } else {
            edit(&text, line).unwrap_or(text)
        };
        text = changed;
        text.truncate(BYTES_MAX);
    }
    text
}

fn edit(text: &[u8], line: &[u8]) -> Option<Vec<u8>> {
    let mut words = line.splitn(3, |byte| *byte == b' ');
    let at = number(words.next()?)?.min(text.len());
    let end = at.saturating_add(number(words.next()?)?).min(text.len());
    let insertion = words.next().unwrap_or_default();
    let (before, behind) = (&text[..at], &text[end..]);
    match insertion.strip_prefix(b">").and_then(number) {
        None => Some([before, insertion, behind].concat()),
        Some(to) => {
            let rest = [before, behind].concat();
            let (before, behind) = rest.split_at(to.min(rest.len()));
            Some([before, &text[at..end], behind].concat())
        }
    }
}

fn number(digits: &[u8]) -> Option<usize> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn replace(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    match text.windows(from.len()).position(|window| window == from) {
        Some(at) => [&text[..at], to, &text[at + from.len()..]].concat(),
        None => text.to_vec(),
    }
}
