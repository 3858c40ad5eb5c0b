//! Row 14: clients that leave at a random moment of their request.

use crate::round::Round;

/// Clients that leave, and requests that have to be clean afterwards.
const VANISHING: usize = 300;
const CLEAN: usize = 500;

#[test]
#[ignore = "takes its time: make faults"]
fn clients_that_vanish_leave_nothing_half_done() {
    let mut round = Round::begin("14 vanishing clients");
    round.begin_fault("vanishing");
    let mut sender = round.sender();
    for number in 0..VANISHING {
        let click = sender.some_click();
        sender.vanish(number % 2, click.as_deref());
    }
    round.end_fault();
    let mut sender = round.sender();
    for number in 0..CLEAN {
        let click = sender.click(number % 2);
        sender.postback((number + 1) % 2, click);
    }
    round.judge();
}
