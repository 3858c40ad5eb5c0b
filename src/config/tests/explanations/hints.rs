//! What would make a failed signature fit.

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::json;
use sha1::Sha1;

use super::{BODY, Request, explanation, get, post, sha256};

fn sha1(secret: &str, signed: &str) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).expect("any key will do");
    mac.update(signed.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

#[test]
fn a_hint_says_what_was_done_in_another_way() {
    let query = "txid=T1&b=%2Fx+y&a=1";
    let default = |signature: String| get("acme", format!("/?{query}&sig={signature}"));
    let acme = |signed: &str| default(sha256("secret-new", signed));
    let at_header = |url: &str| Request {
        headers: vec![("x-signature", sha256("secret-of-url", url))],
        ..get("url", "/postback/url?transaction_id=1")
    };
    let at_url = get("acme", format!("/?{query}&signature={}", sha256("secret-new", query)));
    for (request, party, hint) in [
        (
            default(sha256("secret-of-beta", query)),
            "sender",
            "the secret of the network \"beta\"",
        ),
        (acme("txid=T1&b=/x y&a=1"), "sender", "the query decoded"),
        (acme("txid=T1&b=/x+y&a=1"), "sender", "the query percent-decoded"),
        (acme("txid=T1&b=%2fx+y&a=1"), "sender", "lower-case percent-encoding"),
        (acme("txid=T1&b=%2Fx%20y&a=1"), "sender", "%20 for each +"),
        (acme("a=1&b=%2Fx+y&txid=T1"), "sender", "sorted"),
        (default(sha1("secret-new", query)), "operator", "under hmac-sha1"),
        (at_url, "operator", "at query.signature"),
        (
            at_header("http://track.example/postback/url?transaction_id=1"),
            "sender",
            "http://track.example",
        ),
        (
            at_header("https://track.example/v1/postback/url?transaction_id=1"),
            "sender",
            "/v1/postback/url",
        ),
        (
            post(BODY, "1700000000", &format!("1700000000.{BODY}\n")),
            "sender",
            "a line end behind it",
        ),
        (post(BODY, "1700000000", BODY), "sender", "the body alone"),
        (
            post(BODY, "1699999000", &format!("1699999000.{BODY}")),
            "sender",
            "1000 s behind ours",
        ),
        (
            post(BODY, "1700001000", &format!("1700001000.{BODY}")),
            "sender",
            "1000 s ahead of ours",
        ),
        (
            post(BODY, "1700000000000", &format!("1700000000000.{BODY}")),
            "operator",
            "a timestamp in the unit \"ms\"",
        ),
    ] {
        let seen = explanation(&request);
        let hints = seen["hints"].as_array().expect("hints");
        let [found] = hints.as_slice() else {
            panic!("one hint of {hint:?}: {seen:#}");
        };
        assert!(
            found["text"].as_str().is_some_and(|text| text.contains(hint)),
            "{hint}: {found}"
        );
        assert_eq!(found["for"], party, "{hint}");
    }
    assert_eq!(explanation(&acme("something else"))["hints"], json!([]));
}
