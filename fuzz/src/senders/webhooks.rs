//! Senders of webhooks: mostly headers over bodies, with lists and timestamps.
//!
//! The secret is `s3cret` unless an entry says otherwise; the text above each entry is what was signed.

use super::Sender;

pub(super) const SENDERS: &[Sender] = &[
    // Signed: a=1%7E2&b=x+y*
    Sender {
        name: "whatwg",
        secret: "s3cret",
        lines: r#"
            algorithm = "hmac-sha256"
            content = "{params}"
            from = "header.x-sign"
            params = { encoding = "form-whatwg" }
        "#,
        method: "GET",
        target: "/postback/n?b=x%20y*&a=1~2",
        headers: &[(
            "x-sign",
            "22c2fc954e6856b2e67916cad772b7e00e61abe7814429584d7523f90dd8d9d4",
        )],
        body: "",
        change: ("a=1", "a=2"),
    },
    // Signed: a=1~2&b=x%20y%2A%28%21
    Sender {
        name: "rfc3986",
        secret: "s3cret",
        lines: r#"
            algorithm = "hmac-sha256"
            content = "{params}"
            from = "header.x-sign"
            params = { encoding = "rfc3986" }
        "#,
        method: "GET",
        target: "/postback/n?b=x%20y*(!&a=1~2",
        headers: &[(
            "x-sign",
            "b309ad3f6941fd699065cb89b625e2b5b9f4117b0145c760862ce47db3fb3e74",
        )],
        body: "",
        change: ("a=1", "a=2"),
    },
    // Signed: a=1~2&b=x%20y*(!%2F
    Sender {
        name: "uricomponent",
        secret: "s3cret",
        lines: r#"
            algorithm = "hmac-sha256"
            content = "{params}"
            from = "header.x-sign"
            params = { encoding = "uricomponent" }
        "#,
        method: "GET",
        target: "/postback/n?b=x%20y*(!/&a=1~2",
        headers: &[(
            "x-sign",
            "b8c5bb0476747918baded9a10a074ca0dd8a5f7e8a8622518b0363f2cfa0cacd",
        )],
        body: "",
        change: ("a=1", "a=2"),
    },
    // Signed: msg_1.1700000000.{"type":"sale"}
    Sender {
        name: "standardwebhooks",
        secret: "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3",
        lines: r#"
            algorithm = "hmac-sha256"
            key = { encoding = "base64", strip_prefix = "whsec_" }
            content = "{header.webhook-id}.{timestamp}.{body}"
            from = "header.webhook-signature"
            encoding = "base64"
            list = { item = " ", pair = ",", name = "v1" }
            timestamp = { from = "header.webhook-timestamp", tolerance = "5m" }
        "#,
        method: "POST",
        target: "/postback/n",
        headers: &[
            ("content-type", "application/json"),
            ("webhook-id", "msg_1"),
            ("webhook-timestamp", "1700000000"),
            (
                "webhook-signature",
                "v1a,bm90IG91cnM= v1,c2hvcnQ= v1,rJbNFT3PnnyYPzNE8pVDGZKHlJ+/kyaHgw5glajOz+Q=",
            ),
        ],
        body: r#"{"type":"sale"}"#,
        change: ("msg_1", "msg_2"),
    },
    // Signed: 1700000000.{"type":"sale"}
    Sender {
        name: "stripe",
        secret: "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3",
        lines: r#"
            algorithm = "hmac-sha256"
            content = "{sig.t}.{body}"
            from = "header.stripe-signature"
            list = { item = ",", pair = "=", name = "v1" }
            timestamp = { from = "sig.t", tolerance = "5m" }
        "#,
        method: "POST",
        target: "/postback/n",
        headers: &[
            ("content-type", "application/json"),
            (
                "stripe-signature",
                "t=1700000000, v1=0000000000000000000000000000000000000000000000000000000000000000,v1=3baee3b0b23a67882b5aa4ec2139818a1c741c7e043d461c661089a366f26e3d,v0=abc",
            ),
        ],
        body: r#"{"type":"sale"}"#,
        change: ("t=1700000000", "t=1700000001"),
    },
    // Signed: v0:1700000000:{"type":"sale"}
    Sender {
        name: "slack",
        secret: "s3cret",
        lines: r#"
            algorithm = "hmac-sha256"
            content = "v0:{timestamp}:{body}"
            from = "header.x-slack-signature"
            prefix = "v0="
            timestamp = { from = "header.x-slack-request-timestamp", unit = "s", tolerance = "5m" }
        "#,
        method: "POST",
        target: "/postback/n",
        headers: &[
            ("content-type", "application/json"),
            ("x-slack-request-timestamp", "1700000000"),
            (
                "x-slack-signature",
                "v0=4be7fe9252ffbd390d9df756a353b482bb5de9ecd40bb42b1df0b2e585988492",
            ),
        ],
        body: r#"{"type":"sale"}"#,
        change: ("sale", "Sale"),
    },
    // Signed: https://us.example/postback/n?x=1Aa bB2a3
    Sender {
        name: "twilio",
        secret: "s3cret",
        lines: r#"
            algorithm = "hmac-sha1"
            content = "{url}{params}"
            from = "header.x-twilio-signature"
            encoding = "base64"
            params = { from = "form", pair = "", separator = "" }
        "#,
        method: "POST",
        target: "/postback/n?x=1",
        headers: &[
            ("content-type", "application/x-www-form-urlencoded"),
            ("x-twilio-signature", "8NjCJsOI36G2js/ignEo5Z9rv+E="),
        ],
        body: "a=3&B=2&A=a+b",
        change: ("B=2", "B=3"),
    },
    // Signed: {"type":"sale"}2023-11-14T14:13:20-08:00
    Sender {
        name: "box",
        secret: "s3cret",
        lines: r#"
            algorithm = "hmac-sha256"
            content = "{body}{timestamp}"
            from = ["header.box-signature-primary", "header.box-signature-secondary"]
            encoding = "base64"
            timestamp = { from = "header.box-delivery-timestamp", unit = "rfc3339", tolerance = "10m" }
        "#,
        method: "POST",
        target: "/postback/n",
        headers: &[
            ("content-type", "application/json"),
            ("box-delivery-timestamp", "2023-11-14T14:13:20-08:00"),
            ("box-signature-primary", "c2hvcnQ="),
            (
                "box-signature-secondary",
                "0lGjE2H1kYt67RIEnSQHhSWShAAimd5FsZgk9B5ajMo=",
            ),
        ],
        body: r#"{"type":"sale"}"#,
        change: ("14:13:20", "14:13:21"),
    },
    // Signed: p-1::100
    Sender {
        name: "adyen",
        secret: "44782DEF",
        lines: r#"
            algorithm = "hmac-sha256"
            key = { encoding = "hex" }
            content = "{values}"
            from = "json./additionalData/hmacSignature"
            encoding = "base64"
            values = { separator = ":", of = ["json./pspReference", "json./originalReference?", "json./amount/value"] }
        "#,
        method: "POST",
        target: "/postback/n",
        headers: &[("content-type", "application/json")],
        body: r#"{"pspReference":"p-1","originalReference":"","amount":{"value":100},"additionalData":{"hmacSignature":"QeqEtCfvhT+ZwBSKHU2YWqwnClOLH2l09N0XOSNgDBw="}}"#,
        change: ("100", "101"),
    },
    // Signed: https://us.example/postback/n?a=1&b=2.n-1
    Sender {
        name: "plivo",
        secret: "s3cret",
        lines: r#"
            algorithm = "hmac-sha256"
            content = "{base_url}{path}{params}.{header.x-plivo-signature-v3-nonce}"
            from = "header.x-plivo-signature-v3"
            encoding = "base64"
            list = { item = "," }
            params = { lead = "?" }
        "#,
        method: "GET",
        target: "/postback/n?b=2&a=1",
        headers: &[
            ("x-plivo-signature-v3-nonce", "n-1"),
            (
                "x-plivo-signature-v3",
                "c2hvcnQ=,nl9km4hnMD1+Z/0SGCxIRo6UZnZCUpHaoJG5YY8Ppck=",
            ),
        ],
        body: "",
        change: ("n-1", "n-2"),
    },
    // Signed: s3cretPOSThttps://us.example/postback/n?x=1{"type":"sale"}
    Sender {
        name: "hubspot_v2",
        secret: "s3cret",
        lines: r#"
            algorithm = "sha256"
            content = "{secret}{method}{url}{body}"
            from = "header.x-hubspot-signature"
            require = { "header.x-hubspot-signature-version" = "v2" }
        "#,
        method: "POST",
        target: "/postback/n?x=1",
        headers: &[
            ("content-type", "application/json"),
            ("x-hubspot-signature-version", "v2"),
            (
                "x-hubspot-signature",
                "0c3925179cdec4078474d037d106be24f3b3aae890d4b77af4921f0f125e7829",
            ),
        ],
        body: r#"{"type":"sale"}"#,
        change: ("sale", "Sale"),
    },
    // Signed: POSThttps://us.example/postback/n{"type":"sale"}1700000000123
    Sender {
        name: "hubspot_v3",
        secret: "s3cret",
        lines: r#"
            algorithm = "hmac-sha256"
            content = "{method}{url}{body}{timestamp}"
            from = "header.x-hubspot-signature-v3"
            encoding = "base64"
            timestamp = { from = "header.x-hubspot-request-timestamp", unit = "ms", tolerance = "5m" }
        "#,
        method: "POST",
        target: "/postback/n",
        headers: &[
            ("content-type", "application/json"),
            ("x-hubspot-request-timestamp", "1700000000123"),
            ("x-hubspot-signature-v3", "o9ULkpw6qqcOhilM8HmIEaR/ZTVybk/R8ZQc+ZkFIxs="),
        ],
        body: r#"{"type":"sale"}"#,
        change: ("sale", "Sale"),
    },
    // Signed: 1700000000123456.{"type":"sale"}
    Sender {
        name: "micros",
        secret: "s3cret",
        lines: r#"
            algorithm = "hmac-sha512"
            content = "{sig.t}.{body}"
            from = "header.x-sign"
            encoding = "base64url"
            list = { item = ";", pair = "=", name = "s" }
            timestamp = { from = "sig.t", unit = "us", tolerance = "1s" }
        "#,
        method: "POST",
        target: "/postback/n",
        headers: &[
            ("content-type", "application/json"),
            (
                "x-sign",
                "t=1700000000123456;s=y-vGbdJQq_8Sw7qpEhg5kDq9uDAGPt3shywc0eUv_vNsaL8cr4qQdOjw4Gj01bIcBbi7a3hTMQei6J6F3NhdZQ",
            ),
        ],
        body: r#"{"type":"sale"}"#,
        change: ("123456", "123457"),
    },
    // Signed: &amount=5_6_7&timestamp=1700000000&to=4s3cret
    Sender {
        name: "vonage",
        secret: "s3cret",
        lines: r#"
            algorithm = "md5"
            content = "{params}{secret}"
            from = "query.sig"
            params = { lead = "&", substitute = { "&" = "_", "=" = "_" } }
            timestamp = { from = "query.timestamp", tolerance = "5m" }
        "#,
        method: "GET",
        target: "/postback/n?to=4&timestamp=1700000000&amount=5%266%3D7&sig=3077761FC0F8F56572EADD476B369B45",
        headers: &[],
        body: "",
        change: ("to=4", "to=5"),
    },
    // Signed: 1700000000:{"type":"sale"}s3cret
    Sender {
        name: "paddle",
        secret: "s3cret",
        lines: r#"
            algorithm = "sha512"
            content = "{timestamp}:{body}{secret}"
            from = "header.paddle-signature"
            list = { item = ";", pair = "=", name = "h1" }
            timestamp = { from = "sig.ts", tolerance = "5s" }
        "#,
        method: "POST",
        target: "/postback/n",
        headers: &[
            ("content-type", "application/json"),
            (
                "paddle-signature",
                "ts=1700000000;h1=2dcbdf132b8fe88443e9864ead460639cf72a602c38ceeac3507417bd622d8d135950a46b6f5a1ec99b0f8709d7d440e330635328ead283ed6433fd487f82e68",
            ),
        ],
        body: r#"{"type":"sale"}"#,
        change: ("sale", "Sale"),
    },
    // The token itself.
    Sender {
        name: "gitlab",
        secret: "s3cret",
        lines: r#"
            algorithm = "token"
            from = "header.x-gitlab-token"
            prefix = "Bearer "
        "#,
        method: "POST",
        target: "/postback/n",
        headers: &[
            ("content-type", "application/json"),
            ("x-gitlab-token", "Bearer s3cret"),
        ],
        body: r#"{"type":"sale"}"#,
        change: ("s3cret", "s3cre"),
    },
];
