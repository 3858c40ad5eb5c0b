use super::{SOUND, assert_faults, faults, read};
use crate::config::Config;
use crate::domain::refusal::Code;
use crate::domain::verdict::Verdict;

fn with_reply(keys: &str) -> String {
    format!("{SOUND}[networks.acme.reply]\n{keys}")
}

fn warnings(text: &str) -> Vec<String> {
    let config = read(text).unwrap_or_else(|faults| panic!("{faults}"));
    config.warnings.iter().map(|warning| warning.line_of("f")).collect()
}

#[test]
fn a_verdict_says_done_or_no_and_nothing_else() {
    let expected = "expected a status from 200 to 299, or from 400 to 499 but none of [401, 407, 408, 425, 429], which would \
                    tell the sender that its signature is wrong or that it should repeat; found";
    for status in ["100", "199", "300", "302", "401", "429", "500", "503", "0x1ff"] {
        let told = faults(&format!("{SOUND}reply = {{ duplicate = {status} }}"));
        assert!(
            told.starts_with(&format!("f:4:23: networks.acme.reply.duplicate: {expected}")),
            "{told}"
        );
        let in_table = faults(&format!("{SOUND}reply = {{ duplicate = {{ status = {status} }} }}"));
        assert!(
            in_table.starts_with(&format!("f:4:34: networks.acme.reply.duplicate.status: {expected}")),
            "{in_table}"
        );
    }
    for status in ["70000", "-1"] {
        assert_eq!(
            faults(&format!("{SOUND}reply = {{ duplicate = {status} }}")),
            format!("f:4:23: networks.acme.reply.duplicate: expected a status, as 200; found {status}")
        );
    }
    let bodiless = "a 204 or 205 has no body, but there is a body for it; leave one of them out; found 204";
    assert_faults(&[
        (
            &format!("{SOUND}reply = {{ body = \"OK\", recorded = 204, ignored = 204 }}"),
            &format!(
                "f:4:35: networks.acme.reply.recorded: {bodiless}\n\
                 f:4:50: networks.acme.reply.ignored: {bodiless}"
            ),
        ),
        (
            &format!(
                "{SOUND}reply = {{ body = \"{}\", accepted = \"202\" }}",
                "x".repeat(4097)
            ),
            "f:4:18: networks.acme.reply.body: expected at most 4096 bytes, found 4097\n\
             f:4:4130: networks.acme.reply.accepted: expected a whole number, found a string",
        ),
    ]);
    read(&format!("{SOUND}reply = {{ body = \"\", recorded = 204 }}")).expect("an empty body is none");
}

#[test]
fn a_refusal_says_no_or_explains_itself() {
    let silent = "a success for a refusal needs a body that says what is wrong; write a body beside it; found 200";
    let repeat =
        "expected 429 or a status from 500 to 599: nothing kept the postback, so its sender has to repeat it; found";
    let signature = "401 says that the signature is wrong; only unauthorized may be answered so; found 401";
    let odd = "expected a status from 400 to 599, or one from 200 to 299 that has a body (not 204 and 205) beside a body that \
               says what is wrong; found";
    for (keys, expected) in [
        (
            "refused = 200",
            format!("f:5:11: networks.acme.reply.refused: {silent}"),
        ),
        (
            "too_long = 200",
            format!("f:5:12: networks.acme.reply.too_long: {silent}"),
        ),
        (
            "refused = { status = 200, body = \"\" }",
            format!("f:5:22: networks.acme.reply.refused.status: {silent}"),
        ),
        (
            "refused = 401",
            format!("f:5:11: networks.acme.reply.refused: {signature}"),
        ),
        (
            "missing_id = 401",
            format!("f:5:14: networks.acme.reply.missing_id: {signature}"),
        ),
        (
            "refused = 302",
            format!("f:5:11: networks.acme.reply.refused: {odd} 302"),
        ),
        (
            "refused = 100",
            format!("f:5:11: networks.acme.reply.refused: {odd} 100"),
        ),
        (
            "refused = { status = 204, body = \"x\" }",
            format!("f:5:22: networks.acme.reply.refused.status: {odd} 204"),
        ),
        (
            "unauthorized = 600",
            format!("f:5:16: networks.acme.reply.unauthorized: {odd} 600"),
        ),
        (
            "unavailable = 200",
            format!("f:5:15: networks.acme.reply.unavailable: {repeat} 200"),
        ),
        (
            "overloaded = 404",
            format!("f:5:14: networks.acme.reply.overloaded: {repeat} 404"),
        ),
    ] {
        assert_eq!(faults(&with_reply(keys)), expected, "{keys}");
    }
    for keys in [
        "refused = 500",
        "unauthorized = 401",
        "unauthorized = 403",
        "unavailable = 500",
        "overloaded = 503",
        "unavailable = { body = \"0\" }",
    ] {
        read(&with_reply(keys)).expect(keys);
    }
    assert!(faults(&with_reply("not_found = 404")).starts_with("f:5:1: networks.acme.reply.not_found: unknown key"));
}

#[test]
fn a_template_names_what_is_known_where_it_stands() {
    let places = "query.NAME, form.NAME, json./POINTER, header.NAME";
    let of_acceptance = "verdict, conversion_id, postback_id, network, transaction_id";
    let of_refusal = "code, detail, param, field, title, postback_id, network";
    for (keys, expected) in [
        (
            r#"body = "{code}""#,
            format!(
                "f:5:8: networks.acme.reply.body: nothing fills {{code}} here; known here: {of_acceptance}, event, status, \
                 payout, currency, click_id, campaign, affiliate, attributed, reason, {places}"
            ),
        ),
        (
            r#"body = "{conversionid}""#,
            "f:5:8: networks.acme.reply.body: nothing fills {conversionid} here; did you mean conversion_id?".to_owned(),
        ),
        (
            r#"refused = { body = "{verdict}" }"#,
            format!(
                "f:5:20: networks.acme.reply.refused.body: nothing fills {{verdict}} here; known here: {of_refusal}, {places}"
            ),
        ),
        (
            r#"accepted = { body = "{payout}" }"#,
            format!(
                "f:5:21: networks.acme.reply.accepted.body: nothing fills {{payout}} here; known here: {of_acceptance}, {places}"
            ),
        ),
        (
            r#"refused = { status = 200, body = "{titel}", content_type = "text/html" }"#,
            "f:5:34: networks.acme.reply.refused.body: nothing fills {titel} here; did you mean title?".to_owned(),
        ),
        (
            r#"body = "{verdict""#,
            "f:5:8: networks.acme.reply.body: {verdict has no closing brace; a brace with a letter behind it \
             begins a placeholder".to_owned(),
        ),
        (
            r#"body = "{cookie.x}""#,
            "f:5:8: networks.acme.reply.body: \"cookie.x\" names no place in a request; expected header.NAME, query.NAME, \
             form.NAME or json./POINTER"
                .to_owned(),
        ),
    ] {
        assert_eq!(faults(&with_reply(keys)), expected, "{keys}");
    }
}

#[test]
fn no_reply_repeats_a_secret() {
    let token = "[networks.acme]\nsecrets = [{ value = \"x\" }]\nsignature = { algorithm = \"token\", from = \"query.sid\" }\n\
                 [networks.acme.reply]\n";
    let hash = "[networks.acme]\nsecrets = [{ value = \"x\" }]\n\
                signature = { algorithm = \"hmac-md5\", content = \"{query}\", from = \"header.x-sign\" }\n\
                [networks.acme.reply]\n";
    for (network, place) in [
        (token, "query.sid"),
        (token, "header.authorization"),
        (hash, "header.x-sign"),
        (hash, "header.cookie"),
        (hash, "query.Token"),
        (hash, "json./a/password"),
        (
            "[networks.acme]\nsecrets = [{ value = \"x\" }]\n# The default pair.\n[networks.acme.reply]\n",
            "query.sig",
        ),
    ] {
        for (keys, key) in [
            (format!("body = \"{{{place}}}\""), "5:8: networks.acme.reply.body"),
            (
                format!("refused = {{ body = \"{{{place}}}\" }}"),
                "5:20: networks.acme.reply.refused.body",
            ),
        ] {
            assert_eq!(
                faults(&format!("{network}{keys}")),
                format!("f:{key}: {{{place}}} may hold a secret or a signature, which no reply repeats")
            );
        }
    }
}

#[test]
fn what_a_sender_may_misread_is_warned_about() {
    let explained = "refused = { status = 200, body = \"success=false;err_msg={detail}\" }";
    let told = warnings(&with_reply(explained));
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with("f:5:22: networks.acme.reply.refused.status: tells the sender that all is well"),
        "{told:?}"
    );
    assert_eq!(
        warnings(&with_reply("body = \"{header.x-id}:{query.eventId}\"")),
        [
            "f:5:8: networks.acme.reply.body: the signature does not cover header.x-id, so {header.x-id} is filled with nothing"
        ]
    );
    let none = "[networks.acme]\nallow_ips = [\"192.0.2.1\"]\nsignature = { algorithm = \"none\" }\n\
                reply = { body = \"{header.x-id}{query.x}\", refused = { body = \"{query.y}\" } }";
    assert_eq!(warnings(none), [] as [String; 0]);
}

#[test]
fn a_json_body_is_json_whatever_is_filled_in() {
    let fault = "is not JSON as application/json has to be; every placeholder stands within a string";
    for (body, is_sound) in [
        (r#"{"id":"{conversion_id}","to":"{query.x}"}"#, true),
        (r#""{verdict}""#, true),
        (r#"{"payout":{payout}}"#, false),
        (r#"{"attributed":{attributed}}"#, false),
        (r#"{"a":"\\{verdict}"}"#, true),
        (r#"{"a":"\{verdict}"}"#, false),
        (r#"{"a":"\u00{verdict}"}"#, false),
        ("OK", false),
    ] {
        let text = with_reply(&format!("content_type = \"application/json\"\nbody = '{body}'"));
        match read(&text) {
            Ok(_) => assert!(is_sound, "{body}"),
            Err(told) => {
                assert!(!is_sound, "{told}");
                assert_eq!(told.to_string(), format!("f:6:8: networks.acme.reply.body: {fault}"));
            }
        }
    }
    let typed = "is the type of a body, and there is no body; write body = … or remove it";
    assert_faults(&[
        (
            &with_reply("content_type = \"text/html\""),
            &format!("f:5:1: networks.acme.reply.content_type: {typed}"),
        ),
        (
            &with_reply("refused = { content_type = \"text/html\" }"),
            &format!("f:5:28: networks.acme.reply.refused.content_type: {typed}"),
        ),
        (
            &with_reply("body = \"x\"\ncontent_type = \"text/csv\""),
            "f:6:16: networks.acme.reply.content_type: expected one of text/plain, application/json, text/html, \
             application/xml; found \"text/csv\"",
        ),
    ]);
}

/// Status and content type of a verdict; the type of JSON is its own.
fn of_verdict(config: &Config, verdict: Verdict) -> (u16, Option<&'static str>) {
    let reply = &config.networks["acme"].reply.verdicts.verdicts[verdict as usize];
    let content_type = reply.body().map(|body| body.content_type().as_str());
    (reply.status().as_u16(), content_type)
}

#[test]
fn what_an_entry_leaves_out_is_as_the_section_says() {
    let config = read(&with_reply(
        "body = \"{query.x}\"\n\
         content_type = \"text/html\"\n\
         duplicate = 409\n\
         updated = { content_type = \"text/plain\" }\n\
         conflict = { status = 409, body = \"no\" }\n\
         unmatched = { status = 404, body = \"Click ID not found\" }\n\
         refused = { status = 500, body = \"{detail}\", content_type = \"application/xml\" }\n\
         unauthorized = 403\n\
         too_long = { body = \"{code}\" }\n\
         unavailable = { body = \"0\" }",
    ))
    .unwrap_or_else(|faults| panic!("{faults}"));
    for (verdict, expected) in [
        (Verdict::Recorded, (200, Some("text/html"))),
        (Verdict::Duplicate, (409, None)),
        (Verdict::Updated, (200, Some("text/plain"))),
        (Verdict::Conflict, (409, Some("text/html"))),
        (Verdict::Ignored, (200, Some("text/html"))),
    ] {
        assert_eq!(of_verdict(&config, verdict), expected, "{verdict}");
    }
    let reply = &config.networks["acme"].reply;
    assert!(reply.verdicts.accepted.body().is_some(), "a 202 is a success too");
    assert_eq!(
        reply.verdicts.unmatched.as_ref().map(|it| it.status().as_u16()),
        Some(404)
    );
    for (code, expected) in [
        (Code::MissingId, Some((500, Some("application/xml")))),
        (Code::Unauthorized, Some((403, Some("application/xml")))),
        (Code::TooLong, Some((500, Some("application/xml")))),
        (Code::Unavailable, Some((503, Some("text/html")))),
        (Code::Overloaded, None),
        (Code::MissingNetwork, None),
    ] {
        let of = reply.refusals.of(code);
        let told = of.map(|it| (it.status().as_u16(), it.body().map(|body| body.content_type().as_str())));
        assert_eq!(told, expected, "{code}");
    }
}
