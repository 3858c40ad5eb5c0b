//! Giving way: a thread that serves connections lets PostgreSQL's process have the processor.
//!
//! With many connections such a thread has hundreds of postbacks to read and to answer in a row. On a small machine PostgreSQL's
//! process is often woken on the same processor and waits for milliseconds until the thread's time slice is over, while
//! nobody uses the other processor: Linux moves nobody there for so short a time. So all wait for the batch, and it for them.
//! Measured with 256 connections on two cores: a fifth to a third more postbacks a second, and half of the idle time. Where nobody
//! waits for the processor it costs a system call now and then.
//!
//! Clicks are not asked to: their batches are so cheap that PostgreSQL has to be asked less often, not sooner.

use std::cell::Cell;
use std::thread;

/// How often a thread comes by before it gives way: twice for each postback. Measured: a quarter as many are no better, and beside
/// programs that never rest each turn given away is long, so that they halve the rate; these cost it less than a tenth.
const TURNS: u32 = 64;

thread_local! {
    static TURN: Cell<u32> = const { Cell::new(0) };
}

/// Says that this thread has done a part of a postback, and may let others have the processor now.
pub(super) fn give_way() {
    let turn = TURN.get() + 1;
    if turn < TURNS {
        TURN.set(turn);
    } else {
        TURN.set(0);
        thread::yield_now();
    }
}
