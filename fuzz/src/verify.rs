//! `verify`: a sender signs a request, and somebody who has it changes it.
//!
//! An input names a sender, the request that he signs, and the changes. What was changed may still be authentic, where the
//! change lies outside of what is signed. But then what is read of it is what was signed, and it did not outlive its
//! tolerance.

mod changes;
mod covered;

use http::Method;
use postbackd::domain::network::Network;
use postbackd::domain::postback::{Form, RawPostback};
use postbackd::domain::signature::Unsigned;
use postbackd::domain::time::Timestamp;

use super::senders::{self, Sender};
use super::wire;
use changes::change;
use covered::Covered;

/// Seconds after which no sender's timestamp is fresh any more: his clock and ours may both be a tolerance apart from what
/// he wrote.
const FRESH_S_MAX: i64 = 2 * 600;

/// Plays the story of an input: the first line is the sender and how many seconds later the changed request arrives; then
/// the request that is signed, or nothing for the sender's sample; then a change in each line.
pub fn run(data: &[u8]) {
    let (head, rest) = wire::split(data);
    let Ok(head) = std::str::from_utf8(head) else { return };
    let (name, later_s) = head.split_once(' ').unwrap_or((head, "0"));
    let (Some((sender, network)), Ok(later_s)) = (senders::named(name), later_s.parse::<i32>()) else {
        return;
    };
    let (request, changes) = wire::split(rest);
    let Some(genuine) = signed(sender, network, request) else {
        return;
    };
    let Some(received) = wire::read(&change(&wire::write(&genuine), changes, &sender.change)) else {
        return;
    };
    let now = Timestamp::from_unix_seconds(wire::NOW.unix_seconds() + i64::from(later_s));
    let Ok(form) = Form::read(&received) else { return };
    if network.verify(&received, &form, now).is_err() {
        return;
    }
    let scheme = network.schemes.of(&received.method);
    if !scheme.token_places().is_empty() {
        // A token proves who sends, and nothing about what is sent.
        return;
    }
    let signature = sender.signature();
    let is_timed = if signature.is_empty() {
        received.method == Method::POST
    } else {
        signature.contains("timestamp =")
    };
    assert!(
        !is_timed || i64::from(later_s).abs() <= FRESH_S_MAX,
        "{name} is fresh after {later_s} s"
    );
    let genuine_form = Form::read(&genuine).expect("what was verified can be read again");
    let signed = Covered::of(scheme.coverage(), &genuine, &genuine_form, &signature);
    let read = Covered::of(scheme.coverage(), &received, &form, &signature);
    let differences = signed.differences(&read);
    if !scheme.joins_values() && signed.is_plain() && read.is_plain() {
        assert_eq!(differences, 0, "{name}\nsigned {signed:?}\nread   {read:?}");
    } else if !signature.contains("substitute") {
        // Values that are joined can exchange characters. But none can change while all others stay.
        assert_ne!(differences, 1, "{name}\nsigned {signed:?}\nread   {read:?}");
    }
}

/// The request of an input as the sender signs it; `None` when that is not possible, or nothing authentic comes of it.
fn signed(sender: &Sender, network: &Network, request: &[u8]) -> Option<RawPostback> {
    let sample = sender.request();
    let raw = wire::read(if request.is_empty() { sample.as_bytes() } else { request })?;
    let scheme = network.schemes.of(&raw.method);
    let signed = Unsigned(raw.clone()).sign(scheme, wire::NOW).ok()?;
    let mut headers = raw.headers.clone();
    for (name, value) in signed.headers {
        headers.insert(name, value);
    }
    let signed = RawPostback {
        uri: signed.uri,
        headers,
        body: signed.body,
        ..raw
    };
    let form = Form::read(&signed).ok()?;
    network.verify(&signed, &form, wire::NOW).ok()?;
    Some(signed)
}
