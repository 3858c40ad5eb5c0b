//! The pure parts of the benchmark suite: a benchmark has no harness that would run tests beside them.

#[path = "../benches/suite/load/answer.rs"]
mod answer;
#[path = "../benches/suite/load/latencies.rs"]
mod latencies;
#[path = "../benches/suite/statistics.rs"]
mod statistics;

use std::time::Duration;

use answer::{Kind, Outcome, read};
use latencies::Latencies;
use statistics::Sample;

const REDIRECT: &str = "HTTP/1.1 302 Found\r\nlocation: https://shop.example/?cid=01m815qnmd0000000000000000\r\n\r\n";
const VERDICT: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

#[test]
fn only_what_is_durable_is_acknowledged() {
    for (answer, kind, outcome) in [
        (REDIRECT, Kind::Click, Outcome::Acknowledged),
        (
            "HTTP/1.1 302 Found\r\nlocation: https://shop.example/?cid=\r\n\r\n",
            Kind::Click,
            Outcome::Refused,
        ),
        (
            "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n",
            Kind::Click,
            Outcome::Refused,
        ),
        (VERDICT, Kind::Postback, Outcome::Acknowledged),
        (
            &VERDICT.replace("200 OK", "202 Accepted"),
            Kind::Postback,
            Outcome::Acknowledged,
        ),
        (
            &VERDICT.replace("200 OK", "503 Service Unavailable"),
            Kind::Postback,
            Outcome::Refused,
        ),
    ] {
        assert_eq!(
            read(answer.as_bytes(), kind).expect("an answer"),
            Some(outcome),
            "{answer}"
        );
    }
}

#[test]
fn an_answer_is_read_when_all_of_it_is_there() {
    for length in 0..VERDICT.len() {
        assert_eq!(
            read(&VERDICT.as_bytes()[..length], Kind::Postback).expect("a part"),
            None,
            "{length}"
        );
    }
}

#[test]
fn more_than_one_answer_is_a_fault() {
    let two = [VERDICT, VERDICT].concat();
    assert!(read(two.as_bytes(), Kind::Postback).is_err());
}

#[test]
fn a_percentile_is_the_latency_that_so_many_did_not_exceed() {
    let mut latencies = Latencies::with_capacity(1000);
    for millis in (1..=1000).rev() {
        latencies.note(Duration::from_millis(millis));
    }
    for (share, millis) in [(0.5, 500), (0.99, 990), (0.999, 999), (1.0, 1000)] {
        assert_eq!(
            latencies.percentile(share),
            Some(Duration::from_millis(millis)),
            "{share}"
        );
    }
}

#[test]
fn of_no_requests_there_is_none() {
    assert_eq!(Latencies::default().percentile(0.5), None);
}

#[test]
fn the_median_lies_in_the_middle_whatever_the_order() {
    for (of_each_round, expected) in [
        (vec![3.0], (3.0, (3.0, 3.0))),
        (vec![4.0, 2.0], (3.0, (2.0, 4.0))),
        (vec![9.0, 1.0, 2.0], (2.0, (1.0, 9.0))),
        (vec![4.0, 1.0, 3.0, 100.0], (3.5, (1.0, 100.0))),
    ] {
        let sample = Sample::of(of_each_round);
        assert_eq!((sample.median(), sample.range()), expected, "{sample:?}");
    }
}
