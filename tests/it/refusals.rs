//! Every refusal of `/postback`: its status, its code and where it points; one row of the raw log, and no conversion.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::harness::{ACME, Answer, Connection, Request, Stage, get, post, request};

/// `open` takes what the address proves, so that a request can be as malformed as it likes; `acme` signs.
const RULES: &str = r#"
[networks.open]
allow_ips = ["127.0.0.0/8"]
signature = { algorithm = "none" }

[networks.acme]
secrets = [{ value = "secret-of-acme" }]

[networks.words]
allow_ips = ["127.0.0.0/8"]
signature = { algorithm = "none" }
negative_payouts = true
dedupe = "click_transaction"
statuses = { approved = ["1"], ignored = ["test"] }
params = { click_id = ["cid", "clickid"], payout = ["sum", "/order/amount"], transaction_id = "txid" }

[networks.far]
secrets = [{ value = "secret-of-far" }]
allow_ips = ["203.0.113.0/24"]

[campaigns.spring]
destination = "https://shop.example/?cid={click_id}"
"#;

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// What a request is refused with.
struct Refusal {
    request: Request,
    status: u16,
    code: &'static str,
    param: Option<&'static str>,
    field: Option<&'static str>,
}

impl Refusal {
    fn new(request: Request, status: u16, code: &'static str) -> Self {
        Self {
            request,
            status,
            code,
            param: None,
            field: None,
        }
    }

    fn at(mut self, param: &'static str) -> Self {
        self.param = Some(param);
        self
    }

    fn of(mut self, field: &'static str) -> Self {
        self.field = Some(field);
        self
    }

    /// Everything that is wrong with an answer to it.
    fn faults_of(&self, answer: &Answer) -> String {
        let mut faults = String::new();
        let mut expect = |what: &str, got: Value, expected: Value| {
            if got != expected {
                write!(faults, "{what} is {got} instead of {expected}; ").expect("memory");
            }
        };
        expect("status", json!(answer.status), json!(self.status));
        let content_type = answer.header("content-type");
        expect("content type", json!(content_type), json!("application/problem+json"));
        if self.request.method != "HEAD" {
            let problem = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
            expect("code", problem["code"].clone(), json!(self.code));
            expect("status member", problem["status"].clone(), json!(self.status));
            expect("param", problem["param"].clone(), json!(self.param));
            expect("field", problem["field"].clone(), json!(self.field));
            for member in ["type", "title", "detail", "postback_id"] {
                expect(member, json!(problem[member].is_string()), json!(true));
            }
        }
        faults
    }
}

/// Sends each, and checks all that a refusal promises.
fn expect_refusals(refusals: &[Refusal]) {
    let stage = Stage::with(RULES);
    let Stage { service, database, .. } = &stage;
    let mut faults = String::new();
    let mut rows = 0;
    for refusal in refusals {
        let shown = String::from_utf8_lossy(&refusal.request.bytes())
            .chars()
            .take(200)
            .collect::<String>();
        let mut connection = Connection::open(service.public);
        let answer = connection.exchange(&refusal.request);
        let mut fault = refusal.faults_of(&answer);

        if answer.header("connection") == Some("close") {
            connection.expect_end();
        } else if connection.exchange(&get("/healthz")).status != 200 {
            fault.push_str("the connection is of no use any more; ");
        }
        let rows_before = std::mem::replace(&mut rows, database.count("postbacks where verdict = 'refused'"));
        if rows != rows_before + 1 {
            write!(fault, "{} rows in the raw log instead of one; ", rows - rows_before).expect("memory");
        }
        if !fault.is_empty() {
            writeln!(faults, "{shown:?}\n    {fault}").expect("memory");
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
    assert_eq!(database.count("conversions"), 0);
    assert_eq!(database.count("conversion_changes"), 0);
    let received = service.metric("postbackd_postbacks_received_total", &[]);
    let refused = service.metric("postbackd_refused_total", &[]);
    assert_eq!(received, refused, "all are counted as refused");
}

fn query(query: impl Into<String>) -> Request {
    get(format!("/postback/open?{}", query.into()))
}

fn form(body: impl Into<Vec<u8>>) -> Request {
    post("/postback/open", FORM, body)
}

fn json_body(body: impl Into<Vec<u8>>) -> Request {
    post("/postback/open", JSON, body)
}

#[test]
fn malformed_queries_are_a_400() {
    let duplicate = "duplicate_parameter";
    let malformed = "malformed_request";
    let many = |count: usize| {
        (0..count)
            .map(|number| format!("p{number}=1"))
            .collect::<Vec<_>>()
            .join("&")
    };
    expect_refusals(&[
        Refusal::new(query("transaction_id=T1&transaction_id=T1"), 400, duplicate).at("transaction_id"),
        Refusal::new(query("transaction_id=T1&transaction_id=T2"), 400, duplicate).at("transaction_id"),
        Refusal::new(query("transaction_id=T1&transaction%5fid=T1"), 400, duplicate).at("transaction_id"),
        Refusal::new(query("payout=1&%70%61%79%6f%75%74=1&transaction_id=T1"), 400, duplicate).at("payout"),
        Refusal::new(query("transaction_id=T1&a+b=1&a%20b=1"), 400, duplicate).at("a b"),
        Refusal::new(query("transaction_id=T1&x&x="), 400, duplicate).at("x"),
        Refusal::new(query("transaction_id=T1&payout=%"), 400, malformed).at("payout"),
        Refusal::new(query("transaction_id=T1&payout=%1"), 400, malformed).at("payout"),
        Refusal::new(query("transaction_id=T1&payout=%zz"), 400, malformed).at("payout"),
        Refusal::new(query("transaction_id=%e9"), 400, malformed).at("transaction_id"),
        Refusal::new(query("transaction_id=%c0%80"), 400, malformed).at("transaction_id"),
        Refusal::new(query("transaction_id=%ed%a0%80"), 400, malformed).at("transaction_id"),
        Refusal::new(query("transaction_id=a%00b"), 400, malformed).at("transaction_id"),
        Refusal::new(query("transaction_id=T1&note=%00"), 400, malformed).at("note"),
        Refusal::new(query(many(101)), 400, "too_many_parameters"),
        Refusal::new(
            query(format!("transaction_id=T1&{}", many(100))),
            400,
            "too_many_parameters",
        ),
        Refusal::new(get("/postback?transaction_id=T1"), 400, "missing_network").at("network"),
        Refusal::new(get("/postback"), 400, "missing_network").at("network"),
        Refusal::new(get("/v1/postback?network="), 400, "missing_network").at("network"),
    ]);
}

#[test]
fn malformed_forms_are_a_400() {
    let duplicate = "duplicate_parameter";
    let malformed = "malformed_request";
    let in_both = |of_query: &str, body: &str| post(format!("/postback/open?{of_query}"), FORM, body);
    let many = (0..60)
        .map(|number| format!("p{number}=1"))
        .collect::<Vec<_>>()
        .join("&");
    let many_more = many.replace('p', "q");
    expect_refusals(&[
        Refusal::new(form("transaction_id=T1&transaction_id=T2"), 400, duplicate).at("transaction_id"),
        Refusal::new(form("transaction_id=T1&t%72ansaction_id=T1"), 400, duplicate).at("transaction_id"),
        Refusal::new(form("transaction_id=T1&payout=%q1"), 400, malformed).at("payout"),
        Refusal::new(form("transaction_id=%ff%fe"), 400, malformed).at("transaction_id"),
        Refusal::new(form(b"transaction_id=\xff".as_slice()), 400, malformed).at("transaction_id"),
        Refusal::new(form("transaction_id=T1&x=%00"), 400, malformed).at("x"),
        Refusal::new(form(b"transaction_id=T1&x=\0".as_slice()), 400, malformed).at("x"),
        // What was signed as JSON must not be read as something else.
        Refusal::new(form(r#"{"transaction_id":"a&transaction_id=T1&x="}"#), 400, malformed),
        Refusal::new(in_both("payout=1", "transaction_id=T1&payout=1"), 400, duplicate)
            .at("payout")
            .of("payout"),
        Refusal::new(
            in_both(&many, &format!("transaction_id=T1&{many_more}")),
            400,
            "too_many_parameters",
        ),
        Refusal::new(
            query("transaction_id=T1").with_body("transaction_id=T1"),
            400,
            malformed,
        ),
    ]);
}

#[test]
fn malformed_json_is_a_400() {
    let duplicate = "duplicate_parameter";
    let malformed = "malformed_request";
    let deep = format!(
        r#"{{"transaction_id":"T1","x":{}{}}}"#,
        "[".repeat(500),
        "]".repeat(500)
    );
    let many = (0..101)
        .map(|number| format!("\"p{number}\":1"))
        .collect::<Vec<_>>()
        .join(",");
    expect_refusals(&[
        Refusal::new(json_body("{"), 400, malformed),
        Refusal::new(json_body("nonsense"), 400, malformed),
        Refusal::new(json_body("[]"), 400, malformed),
        Refusal::new(json_body("\"T1\""), 400, malformed),
        Refusal::new(json_body("null"), 400, malformed),
        Refusal::new(json_body(r#"{"transaction_id":"T1"}{}"#), 400, malformed),
        Refusal::new(json_body(r#"{"transaction_id":"T1"} x"#), 400, malformed),
        Refusal::new(json_body(r#"{"transaction_id":"T1",}"#), 400, malformed),
        Refusal::new(json_body(r"{'transaction_id':'T1'}"), 400, malformed),
        Refusal::new(json_body(r#"{"transaction_id":"T1","payout":NaN}"#), 400, malformed),
        Refusal::new(json_body(r#"{"transaction_id":"T1","payout":01}"#), 400, malformed),
        Refusal::new(json_body(r#"{"transaction_id":"T1","payout":.5}"#), 400, malformed),
        Refusal::new(json_body(b"{\"transaction_id\":\"\xff\"}".as_slice()), 400, malformed),
        Refusal::new(json_body("{\"transaction_id\":\"T\n1\"}"), 400, malformed),
        Refusal::new(json_body(r#"{"transaction_id":"a\u0000"}"#), 400, malformed).at("transaction_id"),
        Refusal::new(json_body(r#"{"transaction_id":"\ud800"}"#), 400, malformed).at("transaction_id"),
        Refusal::new(
            json_body(r#"{"transaction_id":"T1","transaction_id":"T2"}"#),
            400,
            duplicate,
        )
        .at("transaction_id"),
        Refusal::new(
            json_body(r#"{"payout":1,"transaction_id":"T1","\u0070ayout":1}"#),
            400,
            duplicate,
        )
        .at("payout"),
        Refusal::new(
            json_body(r#"{"transaction_id":"T1","x":{"y":1,"y":2}}"#),
            400,
            duplicate,
        )
        .at("x"),
        Refusal::new(json_body(deep), 400, malformed).at("x"),
        Refusal::new(json_body(format!("{{{many}}}")), 400, "too_many_parameters"),
    ]);
}

/// A 422 that points at a field under its own name.
fn at_field(request: Request, code: &'static str, field: &'static str) -> Refusal {
    Refusal::new(request, 422, code).at(field).of(field)
}

/// Sends each value as a field beside a good id.
fn expect_unreadable(field: &'static str, code: &'static str, values: &[&str]) {
    let refusals = values.iter().map(|value| {
        at_field(
            query(format!("user_id=U1&transaction_id=T1&{field}={value}")),
            code,
            field,
        )
    });
    expect_refusals(&refusals.collect::<Vec<_>>());
}

#[test]
fn a_postback_that_names_no_conversion_is_a_422() {
    let missing = "missing_id";
    expect_refusals(&[
        Refusal::new(query("payout=1&event=sale"), 422, missing),
        Refusal::new(query("transaction_id=&click_id="), 422, missing),
        Refusal::new(form("event=sale"), 422, missing),
        Refusal::new(json_body("{}"), 422, missing),
        Refusal::new(json_body(r#"{"transaction_id":null,"click_id":""}"#), 422, missing),
        Refusal::new(get("/postback/words?txid=T1"), 422, missing),
    ]);
}

#[test]
fn a_value_that_is_too_long_is_a_422_that_names_it() {
    let long = |field: &'static str, value: &str| {
        let id = if field == "transaction_id" {
            "click_id"
        } else {
            "transaction_id"
        };
        at_field(query(format!("{id}=T1&{field}={value}")), "too_long", field)
    };
    let text = "x".repeat(1025);
    expect_refusals(&[
        long("transaction_id", &text[..256]),
        long("transaction_id", &"%C3%A9".repeat(128)),
        long("event", &text[..65]),
        long("click_id", &text),
        long("status", &text),
        long("payout", &text),
        long("currency", &text),
        long("event_time", &text),
        long("user_id", &text),
        long("device_id", &text),
    ]);
}

#[test]
fn json_values_of_the_wrong_kind_are_a_422() {
    let value = "invalid_value";
    expect_refusals(&[
        at_field(json_body(r#"{"transaction_id":{"a":1}}"#), value, "transaction_id"),
        at_field(json_body(r#"{"transaction_id":["T1"]}"#), value, "transaction_id"),
        at_field(json_body(r#"{"transaction_id":"T1","payout":[1]}"#), value, "payout"),
        at_field(
            json_body(r#"{"transaction_id":"T1","payout":1E5}"#),
            "invalid_payout",
            "payout",
        ),
        at_field(
            json_body(r#"{"transaction_id":"T1","payout":-0.5}"#),
            "invalid_payout",
            "payout",
        ),
        at_field(
            json_body(r#"{"transaction_id":"T1","payout":true}"#),
            "invalid_payout",
            "payout",
        ),
        at_field(
            json_body(r#"{"transaction_id":"T1","status":7}"#),
            "unknown_status",
            "status",
        ),
        at_field(
            json_body(r#"{"transaction_id":"T1","event_time":1.5}"#),
            "invalid_event_time",
            "event_time",
        ),
    ]);
}

#[test]
fn a_mapped_parameter_is_named_as_its_sender_wrote_it() {
    let pointed = post(
        "/postback/words",
        JSON,
        r#"{"cid":"c","txid":"T1","order":{"amount":"x"}}"#,
    );
    let two_clicks = get("/postback/words?cid=a&clickid=b&txid=T1");
    expect_refusals(&[
        Refusal::new(get("/postback/words?cid=c&txid=T1&sum=1.x"), 422, "invalid_payout")
            .at("sum")
            .of("payout"),
        Refusal::new(pointed, 422, "invalid_payout")
            .at("/order/amount")
            .of("payout"),
        Refusal::new(two_clicks, 400, "duplicate_parameter")
            .at("clickid")
            .of("click_id"),
    ]);
}

#[test]
fn what_is_no_decimal_amount_is_a_422() {
    let values = [
        "12,50",
        "abc",
        "1e3",
        "NaN",
        "Infinity",
        "-1",
        "-0.01",
        "%2B1",
        ".",
        "-",
        "1.",
        "1.1234567",
        "1234567890123",
        "%201",
        "1%20",
        "0x10",
        "1_000",
        "%E2%82%AC1",
        "1.5USD",
        "%D9%A1",
        "1.2.3",
        "--1",
    ];
    expect_unreadable("payout", "invalid_payout", &values);
}

#[test]
fn what_is_no_currency_is_a_422() {
    expect_unreadable(
        "currency",
        "invalid_currency",
        &["US", "USDX", "XYZ", "1.0", "%24", "USD%20", "dollar"],
    );
}

#[test]
fn an_unknown_status_is_a_422() {
    let values = ["maybe", "1", "approved%20", "pend", "test", "ignored", "recorded"];
    expect_unreadable("status", "unknown_status", &values);
}

#[test]
fn what_is_no_time_is_a_422() {
    let values = [
        "yesterday",
        "2026-13-01T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-03-01",
        "2026-03-01T12:00:00",
        "-1",
        "1.5",
        "99999999999999999999",
        "12:00",
    ];
    expect_unreadable("event_time", "invalid_event_time", &values);
}

/// A value with every byte percent-encoded.
fn encoded(value: &str) -> String {
    value.bytes().fold(String::new(), |mut text, byte| {
        write!(text, "%{byte:02x}").expect("memory");
        text
    })
}

#[test]
fn a_literal_macro_of_any_style_is_a_422() {
    let styles = ["{payout}", "${x}", "[CLICKID]", "<x>", "(x)", "#x#", "%x%"];
    let refusals = styles.map(|style| {
        let request = query(format!("transaction_id={}", encoded(style)));
        at_field(request, "unreplaced_macro", "transaction_id")
    });
    expect_refusals(&refusals);
}

#[test]
fn a_literal_macro_is_a_422_in_every_field_that_counts() {
    let fields = [
        "click_id",
        "transaction_id",
        "event",
        "status",
        "payout",
        "currency",
        "event_time",
    ];
    let refusals = fields.into_iter().flat_map(|field| {
        let id = if field == "transaction_id" {
            "click_id"
        } else {
            "transaction_id"
        };
        let in_form = form(format!("{id}=T1&{field}={}", encoded("{macro}")));
        let in_json = json_body(format!(r#"{{"{id}":"T1","{field}":"{{{{macro}}}}"}}"#));
        [in_form, in_json].map(|request| at_field(request, "unreplaced_macro", field))
    });
    expect_refusals(&refusals.collect::<Vec<_>>());
}

#[test]
fn requests_of_the_wrong_kind_are_refused_as_such() {
    let gzip = form("transaction_id=T1").header("Content-Encoding", "gzip");
    let chunked = |body_bytes: usize| {
        let mut request = form(format!("{body_bytes:x}\r\n{}\r\n0\r\n\r\n", "x".repeat(body_bytes)));
        request
            .headers
            .push(("Transfer-Encoding".to_owned(), "chunked".to_owned()));
        request
    };
    let of_type = |content_type: &str| post("/postback/open", content_type, "transaction_id=T1");
    let mut untyped = form("transaction_id=T1");
    untyped.headers.clear();
    let many_headers = (0..40).fold(query("transaction_id=T1"), |request, number| {
        request.header(&format!("X-Filler-{number}"), "x".repeat(1000))
    });
    expect_refusals(&[
        Refusal::new(
            request("HEAD", "/postback/open?transaction_id=T1"),
            405,
            "method_not_allowed",
        ),
        Refusal::new(
            request("PUT", "/postback/open?transaction_id=T1"),
            405,
            "method_not_allowed",
        ),
        Refusal::new(request("DELETE", "/v1/postback/open"), 405, "method_not_allowed"),
        Refusal::new(request("OPTIONS", "/postback?network=open"), 405, "method_not_allowed"),
        Refusal::new(gzip, 415, "unsupported_media_type"),
        Refusal::new(of_type("text/plain"), 415, "unsupported_media_type"),
        Refusal::new(
            of_type("multipart/form-data; boundary=x"),
            415,
            "unsupported_media_type",
        ),
        Refusal::new(of_type("application/xml"), 415, "unsupported_media_type"),
        Refusal::new(
            of_type("application/x-www-form-urlencoded; charset=iso-8859-1"),
            415,
            "unsupported_media_type",
        ),
        Refusal::new(untyped, 415, "unsupported_media_type"),
        Refusal::new(form("x".repeat(64 * 1024 + 1)), 413, "body_too_large"),
        Refusal::new(json_body("x".repeat(200 * 1024)), 413, "body_too_large"),
        Refusal::new(chunked(64 * 1024 + 1), 413, "body_too_large"),
        Refusal::new(
            query(format!("transaction_id=T1&x={}", "x".repeat(8 * 1024))),
            414,
            "uri_too_long",
        ),
        Refusal::new(many_headers, 431, "headers_too_large"),
        Refusal::new(
            query("transaction_id=T1").to("/postback/far"),
            403,
            "address_not_allowed",
        ),
        Refusal::new(query("transaction_id=T1").to("/postback/acme"), 401, "unauthorized"),
        Refusal::new(query("transaction_id=T1").to("/postback/nobody"), 401, "unauthorized"),
    ]);
}

#[test]
fn a_refused_method_is_told_the_right_ones() {
    let stage = Stage::with(RULES);
    for method in ["HEAD", "PUT", "PATCH"] {
        let answer = stage.service.answer(&request(method, "/postback/open"));
        assert_eq!(answer.header("allow"), Some("GET, POST"), "{method}");
    }
}

#[test]
fn checks_come_in_the_order_address_form_signature_fields() {
    let stage = Stage::with(RULES);
    let code = |request: Request| stage.service.answer(&request).json()["code"].clone();
    assert_eq!(code(get("/postback/far?a=%zz")), "address_not_allowed");
    assert_eq!(code(get("/postback/acme?a=%zz&payout=x")), "malformed_request");
    assert_eq!(code(get("/postback/acme?transaction_id=T1&payout=x")), "unauthorized");
    assert_eq!(code(ACME.get("transaction_id=T1&payout=x")), "invalid_payout");
}

#[test]
fn values_at_their_limits_are_accepted() {
    let stage = Stage::with(RULES);
    let hundred = (1..100).fold(String::new(), |query, number| format!("{query}&p{number}={number}"));
    let big = format!(
        "transaction_id=big&note={}",
        "x".repeat(64 * 1024 - "transaction_id=big&note=".len())
    );
    for (request, field, value) in [
        (
            query(format!("transaction_id={}", "x".repeat(255))),
            "status",
            json!("approved"),
        ),
        (
            query(format!("transaction_id=T1&event={}", "e".repeat(64))),
            "event",
            json!("e".repeat(64)),
        ),
        (
            query(format!("transaction_id=T2{hundred}")),
            "transaction_id",
            json!("T2"),
        ),
        (form(big), "transaction_id", json!("big")),
        (
            query("transaction_id=T3&payout=999999999999.123456"),
            "payout",
            json!("999999999999.123456"),
        ),
        (query("transaction_id=T4&payout=.5"), "payout", json!("0.5")),
        (query("transaction_id=T5&payout=0"), "payout", json!("0")),
        (
            query("transaction_id=T6&payout=&status=&currency=&event="),
            "event",
            json!("conversion"),
        ),
        (query("transaction_id=T7&currency=eUr"), "currency", json!("EUR")),
        (query("transaction_id=T8&status=PaId"), "status", json!("approved")),
        (query("transaction_id=T+9"), "transaction_id", json!("T 9")),
        (
            json_body(r#"{"transaction_id":12345678901234567890,"payout":1.50}"#),
            "payout",
            json!("1.50"),
        ),
        (json_body(r#"{"transaction_id":10.0}"#), "transaction_id", json!("10.0")),
        (
            json_body(r#"{"transaction_id":true,"payout":null}"#),
            "transaction_id",
            json!("true"),
        ),
        (
            post(
                "/postback/open",
                "Application/JSON; Charset=UTF-8",
                "{\"transaction_id\":\"T10\"}",
            ),
            "transaction_id",
            json!("T10"),
        ),
        (get("/postback/words?cid=c&txid=T1&sum=-3.5"), "payout", json!("-3.5")),
        (
            get("/postback/words?cid=c&clickid=c&txid=T2&status=1"),
            "status",
            json!("approved"),
        ),
        // Clients send the type with every request.
        (
            query("transaction_id=T13").header("content-type", "application/json"),
            "transaction_id",
            json!("T13"),
        ),
        (
            query("transaction_id=T11&event_time=2026-03-01T12:00:00+02:00"),
            "transaction_id",
            json!("T11"),
        ),
        (
            query("transaction_id=T12&event_time=1790000000123"),
            "transaction_id",
            json!("T12"),
        ),
    ] {
        let verdict = stage.service.verdict(&request);
        assert_eq!(verdict["verdict"], "recorded", "{request:?}");
        assert_eq!(verdict[field], value, "{request:?}");
    }
    let times = stage
        .database
        .rows("select event_time from conversions where transaction_id in ('T11', 'T12') order by 1");
    let expected = [
        json!({"event_time": "2026-03-01T10:00:00+00:00"}),
        json!({"event_time": "2026-09-21T14:13:20.123+00:00"}),
    ];
    assert_eq!(times, expected);
}

#[test]
fn macros_where_no_money_depends_on_them_are_kept_and_counted() {
    let stage = Stage::with(RULES);
    let verdict = stage
        .service
        .verdict(&query("transaction_id=T1&user_id={user}&sub=[sub]"));
    assert_eq!(verdict["verdict"], "recorded");
    let stored = stage.database.row("select user_id from conversions");
    assert_eq!(stored, json!({ "user_id": "{user}" }));
    assert_eq!(
        stage
            .service
            .metric("postbackd_unreplaced_macros_total", &["network=\"open\""]),
        2
    );
}

#[test]
fn an_unknown_path_is_a_404_problem() {
    let stage = Stage::with(RULES);
    for target in [
        "/",
        "/postbacks",
        "/postback/open/more",
        "/v2/postback/open",
        "/metrics",
        "/api/v1/conversions",
    ] {
        let answer = stage.service.answer(&get(target));
        assert_eq!(answer.status, 404, "{target}");
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json"),
            "{target}"
        );
        assert_eq!(answer.json()["code"], "not_found", "{target}");
    }
    // What was meant for a network leaves a trace.
    let stray = stage.service.answer(&get("/v1/postback/open/?transaction_id=T1"));
    assert_eq!((stray.status, &stray.json()["code"]), (404, &json!("not_found")));
    let id = stray.json()["postback_id"].as_str().expect("an id").to_owned();
    let logged = stage.service.api(&format!("/api/v1/postbacks/{id}"));
    assert_eq!(logged["code"], "not_found", "{logged:#}");
    assert_eq!(logged["target"], "/v1/postback/open/?transaction_id=T1");
}

#[test]
fn what_is_not_http_ends_the_connection_and_nothing_else() {
    let stage = Stage::with(RULES);
    for bytes in [
        b"GET /postback/open?transaction_id=<x> HTTP/1.1\r\nHost: x\r\n\r\n".as_slice(),
        b"nonsense\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /postback/open HTTP/1.1\r\nHost: x\r\nBroken Header\r\n\r\n",
        b"POST /postback/open HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
        b"POST /postback/open HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
    ] {
        let mut connection = Connection::open(stage.service.public);
        connection.write(bytes);
        connection.end_writing();
        let said = connection.read_to_end();
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 4"), "{said}");
    }
    let mut half = Connection::open(stage.service.public);
    half.write(b"POST /postback/open HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"tra");
    half.end_writing();
    half.read_to_end();

    assert_eq!(
        stage.service.verdict(&query("transaction_id=T1"))["verdict"],
        "recorded"
    );
    assert_eq!(stage.database.count("conversions"), 1);
}

#[test]
fn more_headers_than_100_are_a_431_of_the_parser() {
    let stage = Stage::with(RULES);
    let crowded = (0..110).fold(query("transaction_id=T1"), |request, number| {
        request.header(&format!("X-{number}"), "1")
    });
    assert_eq!(stage.service.answer(&crowded).status, 431);
    assert_eq!(stage.database.count("postbacks"), 0);
}

#[test]
fn a_body_in_chunks_is_read_like_any_other() {
    let stage = Stage::with(RULES);
    let chunks = "e\r\ntransaction_id\r\n3\r\n=T1\r\n0\r\n\r\n";
    let chunked = form(chunks).header("Transfer-Encoding", "chunked");
    assert_eq!(stage.service.verdict(&chunked)["transaction_id"], "T1");
}

#[test]
fn one_connection_carries_good_and_bad_postbacks() {
    let stage = Stage::with(RULES);
    let mut connection = Connection::open(stage.service.public);
    for (request, status) in [
        (query("transaction_id=T1"), 200),
        (query("transaction_id=%"), 400),
        (form("transaction_id=T2"), 200),
        (json_body("{"), 400),
        (query("transaction_id=T1").to("/postback/acme"), 401),
        (json_body(r#"{"transaction_id":"T3"}"#), 200),
    ] {
        assert_eq!(connection.exchange(&request).status, status, "{request:?}");
    }
    assert_eq!(stage.database.count("conversions"), 3);
}

#[test]
fn a_client_that_half_closes_still_gets_its_answer() {
    let stage = Stage::with(RULES);
    let mut connection = Connection::open(stage.service.public);
    connection.write(&query("transaction_id=T1").header("Connection", "close").bytes());
    connection.end_writing();
    assert_eq!(connection.read_answer("GET").status, 200);
    connection.expect_end();
}
