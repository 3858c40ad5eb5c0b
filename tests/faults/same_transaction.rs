//! Row 7: one transaction sent by everybody at once, and many transactions in opposite orders.

use std::sync::Barrier;
use std::thread;

use crate::oracle::What;
use crate::round::Round;

/// Senders of the one transaction, and how often each sends it.
const SENDERS: usize = 250;
const TIMES: usize = 4;

/// Senders on each replica, and how many transactions each sends.
const SENDERS_IN_ORDER: usize = 25;
const STEPS: usize = 20;

#[test]
#[ignore = "takes its time: make faults"]
fn a_transaction_sent_a_thousand_times_at_once_is_one_conversion() {
    let mut round = Round::begin("7 the same transaction 1,000 times at once");
    round.begin_fault("at once");
    let click = round.sender().some_click();
    let key = round.journal.begin(What::Postback { click });
    let start = Barrier::new(SENDERS);
    thread::scope(|scope| {
        for number in 0..SENDERS {
            let mut sender = round.sender();
            let start = &start;
            scope.spawn(move || {
                start.wait();
                for time in 0..TIMES {
                    sender.repeat(key, (number + time) % 2);
                }
            });
        }
    });
    round.end_fault();
    round.judge();
}

#[test]
#[ignore = "takes its time: make faults"]
fn transactions_in_opposite_orders_do_not_deadlock() {
    let mut round = Round::begin("7 batches in opposite orders");
    round.begin_fault("opposite");
    let keys: Vec<_> = (0..SENDERS_IN_ORDER * STEPS)
        .map(|_| round.journal.begin(What::Postback { click: None }))
        .collect();
    let start = Barrier::new(2 * SENDERS_IN_ORDER);
    thread::scope(|scope| {
        for number in 0..SENDERS_IN_ORDER {
            for replica in 0..2 {
                let mut sender = round.sender();
                let (start, keys) = (&start, &keys);
                scope.spawn(move || {
                    for step in keys.chunks(SENDERS_IN_ORDER) {
                        let place = if replica == 0 {
                            number
                        } else {
                            SENDERS_IN_ORDER - 1 - number
                        };
                        start.wait();
                        sender.repeat(step[place], replica);
                    }
                });
            }
        }
    });
    round.end_fault();
    round.judge();
}
