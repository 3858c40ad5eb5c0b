//! The load of a round: visitors and networks that send until they are told to stop.

use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::dice::Dice;

use super::fleet::Fleet;
use super::journal::{Journal, Outcome, What};
use super::sender::Sender;

/// Visitors and networks that send at once. Networks wait longer for their answers in an outage, so there are more.
const VISITORS: usize = 3;
const NETWORKS: usize = 6;

/// Between two requests of the same sender: a load that leaves this machine some room, since a deadline is only worth
/// something where the machine is not the reason.
const PAUSE: Duration = Duration::from_millis(10);

/// How long what is unknown at the end is repeated without any of it being promised.
const REPEAT_MAX: Duration = Duration::from_mins(1);

/// Senders at work. Dropping it stops them too.
#[derive(Debug)]
pub(crate) struct Load {
    stop: Arc<Stop>,
    senders: Vec<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Stop {
    is_over: Mutex<bool>,
    news: Condvar,
}

impl Stop {
    fn stop(&self) {
        *self.is_over.lock().expect("no panic with the lock") = true;
        self.news.notify_all();
    }

    /// Pauses, and says whether it is over.
    fn comes_within(&self, pause: Duration) -> bool {
        let is_over = self.is_over.lock().expect("no panic with the lock");
        let waited = self.news.wait_timeout_while(is_over, pause, |is_over| !*is_over);
        *waited.expect("no panic with the lock").0
    }
}

impl Load {
    pub(crate) fn start(fleet: &Arc<Fleet>, journal: &Arc<Journal>, dice: &mut Dice) -> Self {
        let stop = Arc::new(Stop::default());
        let works = [vec![visit as fn(&mut Sender, usize); VISITORS], vec![report; NETWORKS]].concat();
        let senders = works
            .into_iter()
            .map(|work| {
                let mut sender = Sender::new(fleet.clone(), journal.clone(), dice.fork());
                let stop = stop.clone();
                thread::spawn(move || {
                    while !stop.comes_within(PAUSE) {
                        if let Some(replica) = sender.fleet.any(&mut sender.dice) {
                            work(&mut sender, replica);
                        }
                    }
                })
            })
            .collect();
        Self { stop, senders }
    }

    /// Ends it when everything under way is answered.
    pub(crate) fn stop(mut self) {
        self.stop.stop();
        for sender in self.senders.drain(..) {
            sender.join().expect("a sender does not panic");
        }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.stop.stop();
    }
}

/// What a visitor does.
fn visit(sender: &mut Sender, replica: usize) {
    sender.click(replica);
}

/// What a network does: mostly a conversion of a click, sometimes an old one again, sometimes nonsense.
fn report(sender: &mut Sender, replica: usize) {
    let throw = sender.dice.below(100);
    if throw < 3 {
        sender.forged(replica);
    } else if throw < 10 {
        repeat_any(sender, replica);
    } else if throw < 30 {
        repeat_unknown(sender, replica);
    } else {
        let click = if throw < 35 { None } else { sender.some_click() };
        sender.postback(replica, click);
    }
}

fn repeat_any(sender: &mut Sender, replica: usize) {
    let number = sender.dice.below(sender.journal.keys().max(1)) + 1;
    match sender.journal.key(number) {
        Some((key, What::Postback { .. })) => {
            sender.repeat(key, replica);
        }
        Some((_, What::Click | What::Forged)) | None => {}
    }
}

fn repeat_unknown(sender: &mut Sender, replica: usize) -> Option<Outcome> {
    let key = sender.journal.take_to_repeat()?;
    let outcome = sender.repeat(key, replica);
    if !outcome.is_promise() {
        sender.journal.repeat_later(key);
    }
    Some(outcome)
}

/// Repeats what is to be repeated until all of it is promised; says whether it is.
pub(super) fn repeat_all(sender: &mut Sender) -> bool {
    let mut deadline = Instant::now() + REPEAT_MAX;
    while Instant::now() < deadline {
        let Some(replica) = sender.fleet.any(&mut sender.dice) else {
            return false;
        };
        match repeat_unknown(sender, replica) {
            None => return true,
            Some(outcome) if outcome.is_promise() => deadline = Instant::now() + REPEAT_MAX,
            Some(_) => {}
        }
    }
    false
}
