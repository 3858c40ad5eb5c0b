//! Row 10: requests that are too large in every part.

use crate::harness::{ACME, Connection, Request, get, post, rows};
use crate::round::Round;

#[test]
#[ignore = "takes its time: make faults"]
fn oversized_requests_are_refused_at_once_and_leave_nothing() {
    let mut round = Round::begin("10 oversized requests");
    round.set_strangers();
    round.begin_fault("oversized");
    let address = round.replicas[0].service().public;
    let long = "x".repeat(70_000);
    let chunked = |body: &str| {
        let mut request = ACME.form(format!("transaction_id=TOO-LARGE&sub={body}"));
        let bytes = std::mem::take(&mut request.body);
        let mut framed = format!("{:x}\r\n", bytes.len()).into_bytes();
        framed.extend_from_slice(&bytes);
        framed.extend_from_slice(b"\r\n0\r\n\r\n");
        request.body = framed;
        request.header("Transfer-Encoding", "chunked")
    };
    let announced = post(
        "/postback/acme",
        "application/x-www-form-urlencoded",
        "transaction_id=TOO-LARGE",
    )
    .header("Content-Length", "10000000");
    let compressed = ACME.form("transaction_id=TOO-LARGE").header("Content-Encoding", "gzip");
    let cases: [(&str, Request, &[u16]); 8] = [
        (
            "query of a postback",
            ACME.get(&format!("transaction_id=TOO-LARGE&sub={}", &long[..9000])),
            &[414],
        ),
        (
            "query of a click",
            get(format!("/click/spring?sub1={}", &long[..9000])),
            &[414],
        ),
        (
            "a huge target",
            get(format!("/click/spring?sub1={long}{long}")),
            &[414, 431],
        ),
        (
            "headers",
            ACME.get("transaction_id=TOO-LARGE").header("X-Long", &long[..40_000]),
            &[431],
        ),
        (
            "body",
            ACME.form(format!("transaction_id=TOO-LARGE&sub={long}")),
            &[413],
        ),
        ("chunked body", chunked(&long), &[413]),
        ("announced body", announced, &[413]),
        ("compressed body", compressed, &[400, 415]),
    ];
    for (what, request, expected) in cases {
        let mut connection = Connection::open(address);
        let status = connection.try_exchange(&request).map(|answer| answer.status);
        let fits = status.as_ref().is_ok_and(|status| expected.contains(status));
        round.findings.expect("size", fits, || {
            format!("{what}: expected {expected:?}, got {status:?}")
        });
    }
    let stored = rows(
        &round.server.url(),
        "select transaction_id from conversions where transaction_id = 'TOO-LARGE'",
    );
    round
        .findings
        .expect("size", stored.is_empty(), || format!("stored: {stored:?}"));
    round.end_fault();
    round.judge();
}
