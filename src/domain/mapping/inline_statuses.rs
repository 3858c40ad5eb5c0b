//! Status words that a request explains itself, as Keitaro's do: `status=ftd&sale_status=ftd,rebill`.

use super::{Field, StatusWord};
use crate::domain::postback::VerifiedPostback;
use crate::domain::refusal::{Code, Refusal};

/// Words that one parameter may list.
const WORDS_MAX: usize = 16;
/// Bytes of such a word.
const WORD_BYTES_MAX: usize = 64;

/// The parameters of a network that list words, and what these mean in the same request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InlineStatuses(Vec<(StatusWord, String)>);

impl InlineStatuses {
    /// Pairs of a meaning and the name of the parameter that lists its words.
    pub const fn new(names: Vec<(StatusWord, String)>) -> Self {
        Self(names)
    }

    /// Each parameter with what the words that it lists mean.
    pub fn params(&self) -> impl Iterator<Item = (&str, StatusWord)> {
        self.0.iter().map(|(means, name)| (&**name, *means))
    }
}

/// The words that one request explains.
#[derive(Debug, Default)]
pub(super) struct RequestWords<'a>(Vec<(&'a str, StatusWord)>);

impl RequestWords<'_> {
    /// What a word means in this request, if it says so. Case does not matter, as it does not for any status.
    pub(super) fn meaning(&self, word: &str) -> Option<StatusWord> {
        let mut words = self.0.iter();
        words
            .find(|(known, _)| known.eq_ignore_ascii_case(word))
            .map(|(_, means)| *means)
    }
}

impl<'a> VerifiedPostback<'a> {
    /// The words that this request explains, where its signature covers them.
    ///
    /// # Errors
    ///
    /// `invalid_value` for what is no list of words, and for a word that two parameters give two meanings.
    pub(super) fn request_words(&self) -> Result<RequestWords<'a>, Refusal> {
        let mut words = RequestWords::default();
        for (means, name) in &self.network.inline_statuses.0 {
            let invalid = |detail: String| {
                Refusal::new(Code::InvalidValue, detail)
                    .at_param(name)
                    .for_field(Field::Status)
            };
            let sent = self.param(name).map_err(|refusal| refusal.for_field(Field::Status))?;
            let Some((_, list)) = sent.filter(|(_, list)| !list.is_empty()) else {
                continue;
            };
            for (index, word) in list.split(',').enumerate() {
                if index == WORDS_MAX || !is_word(word) {
                    return Err(invalid(format!(
                        "expected at most {WORDS_MAX} words of letters, digits, _ and -, each of at most {WORD_BYTES_MAX} \
                         bytes, with commas between them"
                    )));
                }
                match words.meaning(word) {
                    None => words.0.push((word, *means)),
                    Some(known) if known == *means => {}
                    Some(_) => return Err(invalid(format!("the request gives {word} another meaning, too"))),
                }
            }
        }
        Ok(words)
    }
}

fn is_word(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    (1..=WORD_BYTES_MAX).contains(&text.len()) && text.bytes().all(is_allowed)
}
