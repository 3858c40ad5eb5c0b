//! Somebody who sends clicks and postbacks and writes down what came of each.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use crate::dice::Dice;
use crate::harness::{Answer, Connection, Network, Request};

use super::fleet::Fleet;
use super::journal::{Journal, Key, Outcome, Run, What};
use super::load;
use super::payload::{self, Form, POSTBACK_FORMS};

/// How long an answer is waited for: longer than any promise, so that a late answer is told from none.
const ANSWER_WAIT_MAX: Duration = Duration::from_secs(10);

/// A sender with a kept-alive connection to each replica.
#[derive(Debug)]
pub(crate) struct Sender {
    pub(super) fleet: Arc<Fleet>,
    pub(super) journal: Arc<Journal>,
    pub(super) dice: Dice,
    connections: BTreeMap<usize, (Run, Connection)>,
}

impl Sender {
    pub(crate) const fn new(fleet: Arc<Fleet>, journal: Arc<Journal>, dice: Dice) -> Self {
        Self {
            fleet,
            journal,
            dice,
            connections: BTreeMap::new(),
        }
    }

    /// Sends a click; its id if it got one.
    pub(crate) fn click(&mut self, replica: usize) -> Option<String> {
        let key = self.journal.begin(What::Click);
        self.visit(key, replica)
    }

    /// Sends the click of a key; its id if it got one.
    pub(crate) fn visit(&mut self, key: Key, replica: usize) -> Option<String> {
        self.send(key, replica, |_| payload::click(key))
            .click()
            .map(str::to_owned)
    }

    /// Sends a new postback; half of those with an unknown outcome are repeated later.
    pub(crate) fn postback(&mut self, replica: usize, click: Option<String>) -> Outcome {
        let key = self.journal.begin(What::Postback { click });
        let outcome = self.repeat(key, replica);
        if !outcome.is_promise() && self.dice.chance(50) {
            self.journal.repeat_later(key);
        }
        outcome
    }

    /// Sends a transaction again, in whatever form.
    pub(crate) fn repeat(&mut self, key: Key, replica: usize) -> Outcome {
        let form = self.form();
        let What::Postback { click } = self.journal.what(key) else {
            panic!("{key} is a postback");
        };
        self.send(key, replica, |network| {
            payload::postback(key, click.as_deref(), form, network)
        })
    }

    /// Sends a postback that nobody may accept.
    pub(crate) fn forged(&mut self, replica: usize) {
        let key = self.journal.begin(What::Forged);
        let form = self.form();
        self.send(key, replica, |network| payload::forged(key, form, network));
    }

    /// Sends only the first part of a new postback, or all of it without waiting for the answer, and leaves.
    pub(crate) fn vanish(&mut self, replica: usize, click: Option<&str>) {
        let key = self.journal.begin(What::Postback {
            click: click.map(str::to_owned),
        });
        let (address, run) = self.fleet.run(replica);
        let ticket = self.journal.sending(key, run);
        let request = payload::postback(key, click, self.form(), &self.fleet.network());
        let bytes = request.bytes();
        let length = u64::try_from(bytes.len()).expect("a length");
        // A third of them leave after the last byte.
        let sent = usize::try_from(self.dice.below(length * 3 / 2).min(length)).expect("a length");
        let outcome = match Connection::try_open(address, ANSWER_WAIT_MAX) {
            Ok(mut connection) => {
                connection.write(&bytes[..sent]);
                if sent < bytes.len() {
                    Outcome::NeverWhole
                } else {
                    Outcome::Lost {
                        why: "its sender left".to_owned(),
                    }
                }
            }
            Err(error) => lost(&error),
        };
        self.journal.ended(&ticket, &outcome);
        if self.dice.chance(50) {
            self.journal.repeat_later(key);
        }
    }

    /// One of the promised clicks, the newer the likelier.
    pub(crate) fn some_click(&mut self) -> Option<String> {
        let dice = &mut self.dice;
        self.journal.with_clicks(|clicks| {
            let recent = &clicks[clicks.len().saturating_sub(200)..];
            let among = if dice.chance(80) { recent } else { clicks };
            dice.pick(among).cloned()
        })
    }

    /// Repeats what is to be repeated until all of it is promised; says whether it is.
    pub(crate) fn repeat_all(&mut self) -> bool {
        load::repeat_all(self)
    }

    fn form(&mut self) -> Form {
        if self.fleet.is_get_only() {
            return Form::Get;
        }
        *self.dice.pick(&POSTBACK_FORMS).expect("there are some")
    }

    /// Sends a request under an id. It is made after the id was written down, with the secret of that moment.
    pub(crate) fn send(&mut self, key: Key, replica: usize, request: impl FnOnce(&Network) -> Request) -> Outcome {
        let (address, run) = self.fleet.run(replica);
        let ticket = self.journal.sending(key, run);
        let request = request(&self.fleet.network());
        let kept = self.connections.remove(&replica).filter(|(of, _)| *of == run);
        let connection = kept.map_or_else(|| Connection::try_open(address, ANSWER_WAIT_MAX), |(_, kept)| Ok(kept));
        let exchanged = connection.and_then(|mut connection| {
            let answer = connection.try_exchange(&request)?;
            Ok((connection, answer))
        });
        let outcome = match exchanged {
            Ok((connection, answer)) => {
                if answer.header("connection") != Some("close") {
                    self.connections.insert(replica, (run, connection));
                }
                outcome_of(&answer)
            }
            Err(error) => lost(&error),
        };
        self.journal.ended(&ticket, &outcome);
        outcome
    }
}

fn lost(error: &io::Error) -> Outcome {
    Outcome::Lost { why: error.to_string() }
}

fn outcome_of(answer: &Answer) -> Outcome {
    match answer.status {
        302 => match answer.click_id() {
            "" => Outcome::ClickWithoutId,
            id => Outcome::Click { id: id.to_owned() },
        },
        200 | 202 => {
            let body = answer.json();
            let text = |field: &str| body[field].as_str().unwrap_or_default().to_owned();
            Outcome::Verdict {
                verdict: text("verdict"),
                postback_id: text("postback_id"),
            }
        }
        status @ 400..500 if status != 429 => Outcome::Refused {
            status,
            said: answer.text().to_owned(),
        },
        status => Outcome::Unavailable { status },
    }
}
