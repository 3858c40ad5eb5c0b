use std::net::Ipv4Addr;

use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use proptest::prelude::*;

use super::*;
use crate::domain::id::PostbackId;
use crate::domain::postback::RawPostback;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::signature::Coverage;
use crate::domain::time::Timestamp;

fn request(query: &str) -> RawPostback {
    let now = Timestamp::from_unix_seconds(1_800_000_000);
    RawPostback {
        id: PostbackId::new(now, [0; 10]),
        received_at: now,
        remote_ip: Ipv4Addr::LOCALHOST.into(),
        method: Method::GET,
        uri: format!("/postback/acme?{query}").parse::<Uri>().expect("a target"),
        headers: HeaderMap::new(),
        body: Bytes::new(),
    }
}

fn body(template: &str, content_type: ContentType) -> Body<OfVerdict> {
    Body::new(Template::parse(template).expect(template), content_type).expect(template)
}

/// A template in which every value of ours is `value`.
fn filled(template: &str, content_type: ContentType, value: &str) -> String {
    body(template, content_type).render(|_| Some(value), &request(""), None)
}

#[test]
fn a_brace_with_a_letter_behind_it_begins_a_placeholder() {
    for (template, expected) in [
        ("OK", "OK"),
        ("", ""),
        ("{}", "{}"),
        ("{{verdict}}", "{v}"),
        (r#"{"a":{"b":"{verdict}"}}"#, r#"{"a":{"b":"v"}}"#),
        ("} { } 1}", "} { } 1}"),
        ("{verdict}:{payout}", "v:v"),
        ("ü{verdict}ü", "üvü"),
    ] {
        assert_eq!(filled(template, ContentType::Plain, "v"), expected, "{template}");
    }
    for template in ["{verdict", "{ver{dict}", "{v", "{{verdict", "{Verdict}", "{b}"] {
        assert!(Template::<OfVerdict>::parse(template).is_err(), "{template}");
    }
}

#[test]
fn our_values_are_escaped_for_their_content_type() {
    let value = "a\"b\\c<d>&'\n\u{0}\u{85}\u{fffe}é";
    for (content_type, expected) in [
        (ContentType::Plain, "[a\"b\\c<d>&'\u{fffe}é]"),
        (ContentType::Html, "[a&quot;b\\c&lt;d&gt;&amp;&#39;é]"),
        (ContentType::Xml, "[a&quot;b\\c&lt;d&gt;&amp;&#39;é]"),
    ] {
        assert_eq!(filled("[{event}]", content_type, value), expected, "{content_type:?}");
    }
    assert_eq!(
        filled("\"{event}\"", ContentType::Json, value),
        "\"a\\\"b\\\\c<d>&'\\u000a\\u0000\\u0085\u{fffe}é\""
    );
}

#[test]
fn a_text_fits_its_template_whatever_was_filled_in() {
    for (template, text, fits) in [
        ("OK", "OK", true),
        ("OK", "OK ", false),
        ("OK", "", false),
        ("", "", true),
        ("{query.id}:OK", "E1:OK", true),
        ("{query.id}:OK", ":OK", true),
        ("{query.id}:OK", "a:OK:OK", true),
        ("{query.id}:OK", "E1:NO", false),
        ("id={click_id}&v={verdict}", "id=x&v=recorded", true),
        ("id={click_id}&v={verdict}", "id=x&v=duplicate", false),
        ("{click_id}{affiliate}", "", true),
        ("{verdict}{click_id}", "recordedx", true),
        ("{verdict}{click_id}", "x", false),
    ] {
        let known = |own: OfVerdict| (own == OfVerdict::Known(OfAcceptance::Verdict)).then_some("recorded");
        assert_eq!(
            body(template, ContentType::Plain).fits(text, known),
            fits,
            "{template} {text}"
        );
    }
}

#[test]
fn a_value_that_does_not_fit_is_left_out() {
    let long = "x".repeat(10_000);
    assert_eq!(
        filled("{event}|{event}|", ContentType::Plain, &long),
        format!("{long}||")
    );
    let escaped = "\"".repeat(10_000);
    assert_eq!(filled("\"{event}\"", ContentType::Json, &escaped), "\"\"");
}

#[test]
fn only_what_is_covered_is_repeated_to_a_sender_that_is_believed() {
    let template = body("{query.return}:{query.other}", ContentType::Plain);
    let raw = request("return=OK&other=x");
    let told = |coverage: Option<&Coverage>| template.render(|_| None, &raw, coverage);
    let mut partly = Coverage::EVERYTHING;
    partly.query = crate::domain::signature::Cover::Only(vec!["other".to_owned()]);
    assert_eq!(told(Some(&Coverage::EVERYTHING)), "OK:x");
    assert_eq!(told(Some(&partly)), ":x");
    assert_eq!(told(None), "OK:x");
}

#[test]
fn a_malformed_request_is_not_quoted() {
    let template = body("[{query.return}]", ContentType::Plain);
    for (query, expected) in [
        ("return=OK", "[OK]"),
        ("return=OK&return=OK", "[]"),
        ("return=OK&x=%", "[]"),
    ] {
        assert_eq!(template.render(|_| None, &request(query), None), expected, "{query}");
    }
}

#[test]
fn a_refusal_says_what_its_sender_may_know() {
    let mut refusal = Refusal::new(Code::Unauthorized, "no signature").at_param("sig");
    refusal.reason = Some("signature_wrong");
    let facts = RefusalFacts {
        refusal: &refusal,
        network: "acme",
        postback_id: None,
    };
    let every = OfRefusal::named().into_iter().map(|(name, _)| format!("{{{name}}}"));
    let template = Template::parse(&every.collect::<Vec<_>>().join("|")).expect("a template");
    let body = Body::new(template, ContentType::Plain).expect("a body");
    assert_eq!(
        body.render(|own: OfRefusal| own.of(&facts), &request(""), None),
        "unauthorized|no signature|sig||The signature does not prove the sender||acme"
    );
}

#[test]
fn only_a_success_without_a_word_is_silent() {
    for (status, text, is_silent) in [
        (200, "", true),
        (299, " \r\n", true),
        (200, "0", false),
        (403, "", false),
    ] {
        let template = Template::parse("{param}").expect("a template");
        let body = Body::new(template, ContentType::Plain).expect("a body");
        let reply = RefusalReply::new(Code::Unauthorized, Some(status), Some(body)).expect("a reply");
        assert_eq!(reply.is_silent_success(text), is_silent, "{status} {text:?}");
    }
}

#[test]
fn every_code_that_has_a_rule_keeps_its_own_status() {
    for code in Code::ALL.iter().filter(|code| Rule::of(**code).is_some()) {
        let reply = RefusalReply::new(*code, None, None).expect("its own status");
        assert_eq!(reply.status().as_u16(), code.status(), "{code}");
    }
}

proptest! {
    #[test]
    fn no_request_value_brings_a_character_outside_the_set(value in "\\PC{0,300}|[A-Za-z0-9._~:-]{0,300}") {
        let encoded = percent_encoding::percent_encode(value.as_bytes(), percent_encoding::NON_ALPHANUMERIC).to_string();
        let told = body("{query.return}", ContentType::Html).render(|_| None, &request(&format!("return={encoded}")), None);
        prop_assert!(told == value || told.is_empty());
        prop_assert!(told.len() <= 255 && told.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._~:-".contains(&byte)));
    }

    #[test]
    fn a_json_template_stays_json_and_says_the_value(value in any::<String>()) {
        let told = filled(r#"{"a":"{event}","b":["{query.x}"]}"#, ContentType::Json, &value);
        let parsed: serde_json::Value = serde_json::from_str(&told).expect("JSON");
        prop_assert_eq!(parsed["a"].as_str(), Some(value.as_str()));
    }

    #[test]
    fn no_value_leaves_its_place_in_markup(value in any::<String>()) {
        let told = filled("{event}", ContentType::Xml, &value);
        prop_assert!(!told.contains(['<', '>', '"', '\'']) && !told.contains(char::is_control));
    }
}
