//! Ad networks, offerwalls and attribution: mostly plain digests and sorted parameters in a query.
//!
//! The secret is `s3cret` unless an entry says otherwise; the text above each entry is what was signed.

use super::Sender;

pub(super) const SENDERS: &[Sender] = &[
    // Signed: oid=o-1,productid=1234,sid=u é
    Sender {
        name: "unity",
        secret: "s3cret",
        lines: r#"
            algorithm = "hmac-md5"
            content = "{params}"
            from = "query.hmac"
            params = { separator = "," }
        "#,
        method: "GET",
        target: "/postback/n?sid=u+%C3%A9&hmac=2ee2ef34ce845dd47b59761fd68911ee&productid=1234&oid=o-1",
        headers: &[],
        body: "",
        change: ("1234", "1235"),
    },
    // Signed: 202311142213e-1u 112.5s3cret
    Sender {
        name: "levelplay",
        secret: "s3cret",
        lines: r#"
            algorithm = "md5"
            content = "{timestamp}{query.eventId}{query.userId}{query.rewards}{secret}"
            from = "query.signature"
            timestamp = { from = "query.timestamp", unit = "YYYYMMDDHHMM", tolerance = "5m" }
        "#,
        method: "GET",
        target: "/postback/n?userId=u%201&eventId=e-1&rewards=12.5&timestamp=202311142213&signature=f9f4d44d94c8ceaa579ccf6b014c535f",
        headers: &[],
        body: "",
        change: ("rewards=12.5", "rewards=12.6"),
    },
    // Signed: t-1:u1:50:s3cret
    Sender {
        name: "tapjoy",
        secret: "s3cret",
        lines: r#"
            algorithm = "md5"
            content = "{query.id}:{query.snuid}:{query.currency}:{secret}"
            from = "query.verifier"
        "#,
        method: "GET",
        target: "/postback/n?id=t-1&snuid=u1&currency=50&verifier=e9f2aef72840927e8544cb8ed392750a",
        headers: &[],
        body: "",
        change: ("50", "51"),
    },
    // Signed: ev-1s3cret
    Sender {
        name: "applovin",
        secret: "s3cret",
        lines: r#"
            algorithm = "sha1"
            content = "{query.event_id}{secret}"
            from = "query.event_token"
        "#,
        method: "GET",
        target: "/postback/n?event_id=ev-1&event_token=08f0bfbf91dc958e35808b87e98beef722e2e255",
        headers: &[],
        body: "",
        change: ("ev-1", "ev-2"),
    },
    // Signed: s3cretu120tx-9a b
    Sender {
        name: "fyber",
        secret: "s3cret",
        lines: r#"
            algorithm = "sha1"
            content = "{secret}{query.uid}{query.amount}{query._trans_id_}{query.pub0?}{query.pub1?}"
            from = "query.sid"
        "#,
        method: "GET",
        target: "/postback/n?amount=20&uid=u1&sid=cf4d61f763428294831f9a42c237c1c9a5e56580&_trans_id_=tx-9&pub0=a+b",
        headers: &[],
        body: "",
        change: ("amount=20", "amount=21"),
    },
    // Signed: c1:50:d-1::tx-7
    Sender {
        name: "pollfish",
        secret: "s3cret",
        lines: r#"
            algorithm = "hmac-sha1"
            content = "{values}"
            from = "query.signature"
            encoding = "base64"
            values = { separator = ":", of = ["query.click_id?", "query.cpa", "query.device_id", "query.request_uuid?!", "query.term_reason?", "query.tx_id"] }
        "#,
        method: "GET",
        target: "/postback/n?cpa=50&device_id=d-1&click_id=c1&request_uuid=&term_reason=&tx_id=tx-7&signature=99KV0S6xET9uaw56EFXBBVTfeto%3D&debug=false",
        headers: &[],
        body: "",
        change: ("cpa=50", "cpa=51"),
    },
    // Signed: https://us.example/postback/n?uid=u%201&val=7
    Sender {
        name: "bitlabs",
        secret: "s3cret",
        lines: r#"
            algorithm = "hmac-sha1"
            content = "{url}"
            from = "query.hash"
        "#,
        method: "GET",
        target: "/postback/n?uid=u%201&val=7&hash=2998edd21e3d8e762463320c3557a2e54740b3f0",
        headers: &[],
        body: "",
        change: ("val=7", "val=8"),
    },
    // Signed: https://us.example/postback/n?uid=u%201&val=7
    Sender {
        name: "theoremreach",
        secret: "s3cret",
        lines: r#"
            algorithm = "hmac-sha1"
            content = "{url}"
            from = "query.hash"
            encoding = "base64url"
        "#,
        method: "GET",
        target: "/postback/n?uid=u%201&val=7&hash=KZjt0h49jnYkYzIMNVei5UdAs_A",
        headers: &[],
        body: "",
        change: ("val=7", "val=8"),
    },
    // Signed: a=1%7E2&b=x+y%2A&c=%C3%A9
    Sender {
        name: "ayet",
        secret: "s3cret",
        lines: r#"
            algorithm = "hmac-sha256"
            content = "{params}"
            from = "header.x-ayetstudios-security-hash"
            params = { encoding = "form" }
        "#,
        method: "GET",
        target: "/postback/n?c=%c3%a9&b=x%20y*&a=1~2",
        headers: &[(
            "x-ayetstudios-security-hash",
            "d0092acb02f0d99270a68be084a19c09325321349edd0b7f8d22c021f1c55197",
        )],
        body: "",
        change: ("a=1", "a=2"),
    },
    // Signed: t-5-s3cret
    Sender {
        name: "cpx",
        secret: "s3cret",
        lines: r#"
            algorithm = "md5"
            content = "{query.trans_id}-{secret}"
            from = "query.hash"
        "#,
        method: "GET",
        target: "/postback/n?trans_id=t-5&hash=99b014f80b33adfc5d04a15652de8307",
        headers: &[],
        body: "",
        change: ("t-5", "t-6"),
    },
    // Signed: u11.2.3.40.5050s3cret
    Sender {
        name: "lootably",
        secret: "s3cret",
        lines: r#"
            algorithm = "sha256"
            content = "{query.userID}{query.ip}{query.revenue}{query.currencyReward}{secret}"
            from = "query.hash"
        "#,
        method: "GET",
        target: "/postback/n?userID=u1&ip=1.2.3.4&revenue=0.50&currencyReward=50&hash=5e0210c2a6026e4febb9d3292576a1e7693363523ba5fd09ceeb8f9b6ba04a22",
        headers: &[],
        body: "",
        change: ("0.50", "0.51"),
    },
    // Signed: s3cret.u1.12.tok
    Sender {
        name: "pubscale",
        secret: "s3cret",
        lines: r#"
            algorithm = "md5"
            content = "{secret}.{query.user_id}.{query.value|int}.{query.token}"
            from = "query.signature"
        "#,
        method: "GET",
        target: "/postback/n?user_id=u1&value=12.75&token=tok&signature=9e2a3b26640aaf37fe6cf1270dd8fe2b",
        headers: &[],
        body: "",
        change: ("12.75", "13.75"),
    },
    // Signed: a=1b=2sign_version=2s3cret
    Sender {
        name: "paymentwall",
        secret: "s3cret",
        lines: r#"
            algorithm = "md5"
            content = "{params}{secret}"
            from = "query.sig"
            params = { separator = "" }
            require = { "query.sign_version" = "2" }
        "#,
        method: "GET",
        target: "/postback/n?sign_version=2&b=2&a=1&sig=1fb1899f42863fca3b71294dae074d2f",
        headers: &[],
        body: "",
        change: ("a=1", "a=2"),
    },
    // The token itself.
    Sender {
        name: "monlix",
        secret: "s3cret",
        lines: r#"
            algorithm = "token"
            from = "query.secretKey"
        "#,
        method: "GET",
        target: "/postback/n?tx=1&secretKey=s3cret",
        headers: &[],
        body: "",
        change: ("s3cret", "s3crets"),
    },
];
