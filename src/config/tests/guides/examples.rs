//! The example of a guide, taken from its page and sent to the network that the page is about.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

use super::{Config, SECRET, markdown, of_preset, with_secret};
use crate::config::Preset;
use crate::domain::postback::{Form, RawPostback};
use crate::domain::signature::{AuthFailure, Unsigned};
use crate::domain::time::Timestamp;

/// When every example is sent: 2026-03-01T12:00:00Z.
const SENT_AT: Timestamp = Timestamp::from_unix_seconds(1_772_366_400);

/// The words of a line that a POSIX shell would make of it.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut rest = line;
    while let Some(next) = rest.chars().next() {
        let word = words.last_mut().expect("a word");
        rest = match next {
            '\'' => {
                let (quoted, behind) = rest[1..].split_once('\'').expect("the end of a quotation");
                word.push_str(quoted);
                behind
            }
            '\\' => {
                word.push_str(&rest[1..2]);
                &rest[2..]
            }
            ' ' => {
                words.push(String::new());
                &rest[1..]
            }
            other => {
                word.push(other);
                &rest[other.len_utf8()..]
            }
        };
    }
    words
}

/// The request that a line sends.
fn request(line: &str) -> RawPostback {
    let words = words(line);
    let behind = |option: &str| {
        words
            .iter()
            .position(|word| word == option)
            .map(|at| words[at + 1].clone())
    };
    let body = behind("--data-raw").unwrap_or_default();
    let usual = if body.is_empty() { Method::GET } else { Method::POST };
    let method = behind("-X").map_or(usual, |method| method.parse().expect("a method"));
    let mut headers = HeaderMap::new();
    for (at, _) in words.iter().enumerate().filter(|(_, word)| *word == "-H") {
        let (name, value) = words[at + 1].split_once(": ").expect("a header");
        let name: HeaderName = name.parse().expect("a name");
        headers.append(name, HeaderValue::from_str(value).expect("a value"));
    }
    let url: Uri = words.last().expect("an address").parse().expect("an address");
    let target = url
        .path_and_query()
        .expect("a target")
        .as_str()
        .parse()
        .expect("a target");
    Unsigned::new(method, target, headers, Bytes::from(body), SENT_AT).0
}

/// The lines that send a guide's examples.
fn lines(page: &str) -> Vec<&str> {
    // A line of a script goes on behind its end.
    let is_whole = |line: &&str| line.starts_with("curl ") && !line.ends_with('\\');
    page.lines().filter(is_whole).collect()
}

/// The secret of a guide's examples, as the page names it.
fn example_secret(page: &str) -> &str {
    match page.split_once("Under the secret `") {
        None => "YOUR-TOKEN",
        Some((_, behind)) => behind.split_once('`').expect("its end").0,
    }
}

/// What a network makes of each example of a guide.
fn outcomes(page: &str, config: &Config) -> Vec<Result<(), &'static str>> {
    let network = &config.networks["n"];
    let outcome = |line: &&str| {
        let raw = request(line);
        let form = Form::read(&raw).map_err(|refusal| refusal.code.as_str())?;
        let verified = network.verify(&raw, &form, SENT_AT).map_err(AuthFailure::as_str)?;
        verified.read().map(|_| ()).map_err(|refusal| refusal.code.as_str())
    };
    lines(page).iter().map(outcome).collect()
}

#[test]
fn the_example_of_every_preset_is_accepted_under_the_secret_that_it_names() {
    let mut others = Vec::new();
    for preset in Preset::all() {
        let page = markdown(&of_preset(preset, SECRET));
        let outcomes = outcomes(&page, &of_preset(preset, example_secret(&page)));
        if outcomes.is_empty() || outcomes.iter().any(Result::is_err) {
            others.push((preset.name, outcomes, lines(&page).join("\n")));
        }
    }
    assert!(others.is_empty(), "{others:#?}");
}

#[test]
fn the_example_of_a_scheme_without_a_preset_is_accepted_too() {
    for (name, text, examples) in [
        ("the default pair", "secrets = [{ env = \"S\" }]", 2),
        (
            "minor units and words of its own",
            "secrets = [{ env = \"S\" }]\npayout_unit = \"minor\"\ncurrency = \"EUR\"\nstatuses = { approved = [\"7\"] }",
            2,
        ),
        (
            "a form with a signature in it",
            r#"secrets = [{ env = "S" }]
            signature = { algorithm = "hmac-sha1", content = "{params}", from = "form.sig", params = { from = "form" } }"#,
            1,
        ),
        (
            "a list with its time and a version",
            r#"secrets = [{ env = "S" }]
            [networks.n.signature]
            algorithm = "hmac-sha512"
            key = { encoding = "base64", strip_prefix = "whsec_" }
            content = "{method}\n{path}\n{header.x-id}\n{sig.t}.{body}"
            from = "header.x-signature"
            encoding = "base64url"
            list = { item = ",", pair = "=", name = "v1" }
            timestamp = { from = "sig.t", unit = "ms", tolerance = "5m" }
            require = { "header.x-version" = "2" }"#,
            1,
        ),
        (
            "an integer part and a value that may be absent",
            r#"secrets = [{ env = "S" }]
            signature = { algorithm = "md5", content = "{query.transaction_id}:{query.amount|int}:{query.ref?}{secret}", from = "query.h" }"#,
            1,
        ),
        (
            "a token in a header",
            r#"secrets = [{ env = "S" }]
            signature = { algorithm = "token", from = "header.authorization", prefix = "Bearer " }"#,
            1,
        ),
        (
            "addresses alone",
            "allow_ips = [\"192.0.2.0/24\"]\nsignature = { algorithm = \"none\" }",
            1,
        ),
    ] {
        let text = format!("[networks.n]\n{text}\n");
        let page = markdown(&with_secret(&text, "MDEyMzQ1"));
        let outcomes = outcomes(&page, &with_secret(&text, example_secret(&page)));
        assert_eq!(outcomes, vec![Ok(()); examples], "{name}\n{page}");
    }
}

#[test]
fn an_example_is_refused_under_another_secret() {
    for name in ["ironsource", "stripe", "keitaro"] {
        let preset = Preset::find(name).expect("a preset");
        let config = of_preset(preset, SECRET);
        assert_eq!(
            outcomes(&markdown(&config), &config),
            [Err("signature_wrong")],
            "{name}"
        );
    }
}

#[test]
fn an_example_that_does_not_fit_says_how_it_would_be_refused() {
    let text = "[networks.n]\nsecrets = [{ env = \"S\" }]\npatterns = { transaction_id = 'never-[x]{40}' }\n";
    let page = markdown(&with_secret(text, "example-secret"));
    let outcomes = outcomes(&page, &with_secret(text, "example-secret"));
    assert_eq!(outcomes, [Err("invalid_value"), Err("invalid_value")]);
    assert_eq!(
        page.matches("would be answered with `invalid_value`").count(),
        2,
        "{page}"
    );
}
