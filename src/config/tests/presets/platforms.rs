//! The inbound dialects of affiliate platforms and ad networks, each as its users' addresses have it.

use super::golden::{Golden, WRONG_TOKEN, assert_read, assert_refused, get};

const PLATFORMS: &[Golden] = &[
    get!(
        "everflow",
        "nid=1234&transaction_id=01kar5yj3ghs6wcz2r7jmbe2qv&amount=20&event_id=5&order_id=ord-1&adv1=x&verification_token=0123456789abcdef",
        "01kar5yj3ghs6wcz2r7jmbe2qv ord-1 5 approved* 20 - click_event",
        &[
            WRONG_TOKEN,
            ("01kar5yj3ghs6wcz2r7jmbe2qv", "{transaction_id}", "unreplaced_macro"),
            ("verification_token", "token", "signature_missing"),
        ]
    ),
    get!(
        "tune",
        "offer_id=26&transaction_id=01kar5yj3ghs6wcz2r7jmbe2qv&amount=20.00&goal_id=3&conversion_unique_id=u-1&security_token=0123456789abcdef",
        "01kar5yj3ghs6wcz2r7jmbe2qv u-1 3 approved* 20.00 - transaction",
        &[WRONG_TOKEN, ("amount=20.00", "amount=AMOUNT", "invalid_payout")]
    ),
    get!(
        "tune",
        "offer_id=26&transaction_id=01kar5yj3ghs6wcz2r7jmbe2qv&security_token=0123456789abcdef",
        "01kar5yj3ghs6wcz2r7jmbe2qv - conversion approved* - - click_event",
        &[("transaction_id=", "adv_sub=", "missing_id")]
    ),
    get!(
        "affise",
        "clickid=01kar5yj3ghs6wcz2r7jmbe2qv&action_id=a9&goal=1&sum=3.5&status=5&custom_field1=x&secure=0123456789abcdef",
        "01kar5yj3ghs6wcz2r7jmbe2qv a9 1 pending 3.5 - transaction",
        &[WRONG_TOKEN, ("status=5", "status=4", "unknown_status")]
    ),
    get!(
        "affise",
        "click_id=01kar5yj3ghs6wcz2r7jmbe2qv&goal=2&sum=3.5&status=3&secure=0123456789abcdef",
        "01kar5yj3ghs6wcz2r7jmbe2qv - 2 rejected 3.5 - click_event",
        &[("sum=3.5", "sum={sum}", "unreplaced_macro")]
    ),
    get!(
        "rs_traffic",
        "clickid=01kar5yj3ghs6wcz2r7jmbe2qv&event=ftd&status=approved&amount=50.00&currency=USD&sign=157e774aa2459444217a28ac750571e0e51b9f6a51ef471e55a3c7ebb40148f9",
        "01kar5yj3ghs6wcz2r7jmbe2qv - ftd approved 50.00 USD click_event",
        &[
            ("amount=50.00", "amount=51.00", "signature_wrong"),
            ("&sign=", "&sig=", "signature_missing")
        ]
    ),
    get!(
        "taboola",
        "click-id=01kar5yj3ghs6wcz2r7jmbe2qv&name=make_purchase&revenue=9.99&currency=USD&orderid=o-77&quantity=1&token=0123456789abcdef",
        "01kar5yj3ghs6wcz2r7jmbe2qv o-77 make_purchase approved* 9.99 USD transaction",
        &[
            WRONG_TOKEN,
            (
                "click-id=01kar5yj3ghs6wcz2r7jmbe2qv&name=make_purchase&revenue=9.99&currency=USD&orderid=o-77",
                "click_id=1",
                "missing_id"
            )
        ]
    ),
    get!(
        "appsflyer",
        "click_id=01kar5yj3ghs6wcz2r7jmbe2qv&event=af_purchase&revenue=1.99&currency=USD&idfa=&token=0123456789abcdef",
        "01kar5yj3ghs6wcz2r7jmbe2qv - af_purchase approved* 1.99 USD click_event",
        &[
            WRONG_TOKEN,
            ("01kar5yj3ghs6wcz2r7jmbe2qv", "(clickid)", "unreplaced_macro")
        ]
    ),
    get!(
        "appsflyer",
        "click_id=01kar5yj3ghs6wcz2r7jmbe2qv&event=&revenue=&currency=&token=0123456789abcdef",
        "01kar5yj3ghs6wcz2r7jmbe2qv - install approved* - - click_event",
        &[("revenue=", "revenue=(event_revenue)", "unreplaced_macro")]
    ),
    Golden {
        preset: "tapfiliate",
        method: "GET",
        target: "/postback/n?click_id=01kar5yj3ghs6wcz2r7jmbe2qv&amount=100&external_id=ORD005&currency=EUR&customer_id=c1",
        headers: &[("X-Api-Key", "0123456789abcdef")],
        body: "",
        fields: "01kar5yj3ghs6wcz2r7jmbe2qv ORD005 conversion approved* 100 EUR transaction",
        refused: &[
            WRONG_TOKEN,
            ("external_id=ORD005", "external_id=%3Cid%3E", "unreplaced_macro"),
        ],
    },
    Golden {
        preset: "impact",
        method: "POST",
        target: "/postback/n",
        headers: &[
            ("Authorization", "Basic 0123456789abcdef"),
            ("Content-Type", "application/json"),
        ],
        body: r#"{"CampaignId":1000,"EventTypeCode":"SALE","EventDate":"2023-11-14T20:00:00Z","ClickId":"01kar5yj3ghs6wcz2r7jmbe2qv","OrderId":"O-1","CustomerId":"c9","CurrencyCode":"USD","ItemSubTotal1":30.00}"#,
        fields: "01kar5yj3ghs6wcz2r7jmbe2qv O-1 SALE approved* - USD transaction",
        refused: &[
            WRONG_TOKEN,
            ("Basic ", "Bearer ", "signature_malformed"),
            ("2023-11-14T20:00:00Z", "NOW", "invalid_event_time"),
            (
                r#""CampaignId":1000"#,
                r#""DispositionCode":"RETURNED""#,
                "unknown_status",
            ),
        ],
    },
    Golden {
        preset: "dub_conversions",
        method: "POST",
        target: "/postback/n",
        headers: &[
            ("Authorization", "Bearer 0123456789abcdef"),
            ("Content-Type", "application/json"),
        ],
        body: r#"{"clickId":"01kar5yj3ghs6wcz2r7jmbe2qv","customerExternalId":"u1","eventName":"Invoice paid","amount":1437,"currency":"usd","invoiceId":"in_1","paymentProcessor":"stripe","metadata":{"a":1}}"#,
        fields: "01kar5yj3ghs6wcz2r7jmbe2qv in_1 Invoice paid approved* 14.37 USD transaction",
        refused: &[
            WRONG_TOKEN,
            ("Bearer ", "", "signature_malformed"),
            ("1437", "14.37", "invalid_payout"),
        ],
    },
    Golden {
        preset: "dub_conversions",
        method: "POST",
        target: "/postback/n",
        headers: &[
            ("Authorization", "Bearer 0123456789abcdef"),
            ("Content-Type", "application/json"),
        ],
        body: r#"{"clickId":"01kar5yj3ghs6wcz2r7jmbe2qv","customerExternalId":"u1","amount":900,"currency":"jpy"}"#,
        fields: "01kar5yj3ghs6wcz2r7jmbe2qv - Purchase approved* 900 JPY click_event",
        refused: &[(
            "\"clickId\":\"01kar5yj3ghs6wcz2r7jmbe2qv\"",
            "\"clickId\":null",
            "missing_id",
        )],
    },
];

#[test]
fn what_a_platforms_users_send_is_read_as_they_mean_it() {
    assert_read(PLATFORMS);
}

#[test]
fn what_only_looks_like_a_platforms_postback_is_refused() {
    assert_refused(PLATFORMS);
}
