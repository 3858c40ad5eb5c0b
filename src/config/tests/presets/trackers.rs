//! The inbound dialects of trackers, each as its users' addresses have it.

use crate::config::{Kind, Preset};

use super::golden::{Golden, WRONG_TOKEN, assert_read, assert_refused, get};

const TRACKERS: &[Golden] = &[
    get!(
        "voluum",
        "cid=01kar5yj3ghs6wcz2r7jmbe2qv&payout=12.50&txid=T-9&currency=usd&et=deposit&param1=x&token=0123456789abcdef",
        "01kar5yj3ghs6wcz2r7jmbe2qv T-9 deposit approved* 12.50 USD click_transaction",
        &[
            WRONG_TOKEN,
            ("txid=T-9", "txid={txid}", "unreplaced_macro"),
            ("cid=01kar5yj3ghs6wcz2r7jmbe2qv", "cid=", "missing_id"),
            ("param1=x", "c=other", "duplicate_parameter"),
        ]
    ),
    get!(
        "voluum",
        "c=01kar5yj3ghs6wcz2r7jmbe2qv&p=3&token=0123456789abcdef",
        "01kar5yj3ghs6wcz2r7jmbe2qv - conversion approved* 3 - click_event",
        &[("p=3", "p=3,5", "invalid_payout")]
    ),
    get!(
        "redtrack",
        "clickid=01kar5yj3ghs6wcz2r7jmbe2qv&sum=4.20&type=Deposit&status=Declined&token=0123456789abcdef",
        "01kar5yj3ghs6wcz2r7jmbe2qv - Deposit rejected 4.20 - click_event",
        &[WRONG_TOKEN, ("status=Declined", "status=Other", "unknown_status")]
    ),
    get!(
        "redtrack",
        "clickid=01kar5yj3ghs6wcz2r7jmbe2qv&rdtk_event_id=ev7&sum=4.20&type=deposit&status=Approved&token=0123456789abcdef",
        "01kar5yj3ghs6wcz2r7jmbe2qv ev7 deposit approved 4.20 - transaction",
        &[("rdtk_event_id=ev7", "rdtk_event_id=%5Bev%5D", "unreplaced_macro")]
    ),
    get!(
        "binom",
        "cnv_id=01kar5yj3ghs6wcz2r7jmbe2qv&payout=5&cnv_status=hold&cnv_status2=x&cnv_currency=EUR&to_offer=1&token=0123456789abcdef",
        "01kar5yj3ghs6wcz2r7jmbe2qv - conversion pending 5 EUR click_event",
        &[WRONG_TOKEN, ("cnv_status=hold", "cnv_status=deposit", "unknown_status")]
    ),
    get!(
        "binom",
        "clickid=01kar5yj3ghs6wcz2r7jmbe2qv&payout=5&token=0123456789abcdef",
        "01kar5yj3ghs6wcz2r7jmbe2qv - conversion approved* 5 - click_event",
        &[("payout=5", "payout={payout}", "unreplaced_macro")]
    ),
    get!(
        "keitaro",
        "subid=01kar5yj3ghs6wcz2r7jmbe2qv&status=lead&payout=10&currency=eur&tid=2&sub_id_1=a&return=OK&from=acme&token=0123456789abcdef",
        "01kar5yj3ghs6wcz2r7jmbe2qv 2 conversion pending 10 EUR click_transaction",
        &[
            WRONG_TOKEN,
            ("status=lead", "status=reg", "unknown_status"),
            ("subid=01kar5yj3ghs6wcz2r7jmbe2qv", "subid={subid}", "unreplaced_macro"),
            ("&from=acme", "&revenue=11", "duplicate_parameter"),
        ]
    ),
    get!(
        "keitaro",
        "subid=01kar5yj3ghs6wcz2r7jmbe2qv&revenue=7.1&token=0123456789abcdef",
        "01kar5yj3ghs6wcz2r7jmbe2qv - conversion approved* 7.1 - click_event",
        &[("subid=01kar5yj3ghs6wcz2r7jmbe2qv", "sub_id=1", "missing_id")]
    ),
    get!(
        "keitaro",
        "subid=01kar5yj3ghs6wcz2r7jmbe2qv&status=rebill&payout=3&tid=3&token=0123456789abcdef",
        "01kar5yj3ghs6wcz2r7jmbe2qv 3 conversion approved 3 - click_transaction",
        &[("token=0123456789abcdef", "t=0123456789abcdef", "signature_missing")]
    ),
    get!(
        "keitaro",
        "subid=01kar5yj3ghs6wcz2r7jmbe2qv&status=FTD&sale_status=ftd,deal&lead_status=reg&tid=4&payout=9&token=0123456789abcdef",
        "01kar5yj3ghs6wcz2r7jmbe2qv 4 conversion approved 9 - click_transaction",
        &[
            ("&lead_status=reg", "&lead_status=ftd", "invalid_value"),
            ("=ftd,deal", "=ftd,%3Cscript%3E", "invalid_value"),
            ("=ftd,deal", "=ftd,%0d%0aX:1", "invalid_value"),
            ("=ftd,deal", "=*", "invalid_value"),
            ("=ftd,deal", "=", "unknown_status"),
        ]
    ),
    get!(
        "keitaro",
        "subid=01kar5yj3ghs6wcz2r7jmbe2qv&status=trash&tid=5&sale_status=sale&rejected_status=trash,sale2&token=0123456789abcdef",
        "01kar5yj3ghs6wcz2r7jmbe2qv 5 conversion rejected - - click_transaction",
        &[("&rejected_status=trash,sale2", "", "unknown_status")]
    ),
    get!(
        "keitaro",
        "subid=01kar5yj3ghs6wcz2r7jmbe2qv&status=sale&tid=6&lead_status=sale&token=0123456789abcdef",
        "01kar5yj3ghs6wcz2r7jmbe2qv 6 conversion pending - - click_transaction",
        &[(
            "&lead_status=sale",
            "&lead_status=sale&lead_status=sale",
            "duplicate_parameter"
        )]
    ),
    get!(
        "keitaro",
        "subid=01kar5yj3ghs6wcz2r7jmbe2qv&status=test&tid=7&ignore_status=test&token=0123456789abcdef",
        "01kar5yj3ghs6wcz2r7jmbe2qv 7 conversion ignored - - click_transaction",
        &[("ignore_status=test", "ignore_status=%7Btest%7D", "invalid_value")]
    ),
    get!(
        "keitaro",
        "subid=01kar5yj3ghs6wcz2r7jmbe2qv&status=test&tid=8&ignore=other,test&token=0123456789abcdef",
        "01kar5yj3ghs6wcz2r7jmbe2qv 8 conversion ignored - - click_transaction",
        &[("ignore=", "ignored=", "unknown_status")]
    ),
    get!(
        "orbitra",
        "sub_id=01kar5yj3ghs6wcz2r7jmbe2qv&type=sale&profit=8.00&tid=o1&reason=x&token=0123456789abcdef",
        "01kar5yj3ghs6wcz2r7jmbe2qv o1 conversion approved 8.00 USD click_transaction",
        &[WRONG_TOKEN, ("type=sale", "type=ping", "unknown_status")]
    ),
    get!(
        "prosper202",
        "amount=2.75&subid=01kar5yj3ghs6wcz2r7jmbe2qv&oid=A1&token=0123456789abcdef",
        "01kar5yj3ghs6wcz2r7jmbe2qv A1 conversion approved* 2.75 - click_transaction",
        &[WRONG_TOKEN, ("oid=A1", "txid=A1&orderid=A2", "duplicate_parameter")]
    ),
    get!(
        "prosper202",
        "amount=2.75&sid=12345&token=0123456789abcdef",
        "12345 - conversion approved* 2.75 - click_event",
        &[("amount=2.75", "amount=-2.75", "invalid_payout")]
    ),
    get!(
        "peerclick",
        "cid=01kar5yj3ghs6wcz2r7jmbe2qv&payout=1.5&txid=p1&status=approved&currency=USD&conversion_id=c&event1=5&token=0123456789abcdef",
        "01kar5yj3ghs6wcz2r7jmbe2qv p1 conversion approved 1.5 USD click_transaction",
        &[WRONG_TOKEN, ("currency=USD", "currency=Dollar", "invalid_currency")]
    ),
    get!(
        "trcker",
        "secret=0123456789abcdef&click_id=01kar5yj3ghs6wcz2r7jmbe2qv&amount=49.99&payout=7.50&txn_id=order-12345",
        "01kar5yj3ghs6wcz2r7jmbe2qv order-12345 sale approved* 7.50 USD transaction",
        &[WRONG_TOKEN, ("order-12345", "%7Btxn_id%7D", "unreplaced_macro")]
    ),
];

#[test]
fn every_tracker_has_a_request_here() {
    let trackers = Preset::all().iter().filter(|preset| preset.about.kind == Kind::Tracker);
    for tracker in trackers {
        assert!(
            TRACKERS.iter().any(|golden| golden.preset == tracker.name),
            "{}",
            tracker.name
        );
    }
}

#[test]
fn what_a_trackers_users_send_is_read_as_they_mean_it() {
    assert_read(TRACKERS);
}

#[test]
fn what_only_looks_like_a_trackers_postback_is_refused() {
    assert_refused(TRACKERS);
}
