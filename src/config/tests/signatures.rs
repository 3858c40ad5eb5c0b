use http::Method;

use super::{assert_faults, faults, read};

fn signature(lines: &str) -> String {
    format!("[networks.acme]\nsecrets = [{{ value = \"correct horse\" }}]\n[networks.acme.signature]\n{lines}")
}

/// The texts of the warnings about a network that is otherwise sound.
fn warnings(text: &str) -> Vec<String> {
    let config = read(text).expect(text);
    config.warnings.iter().map(|warning| warning.line_of("f")).collect()
}

#[test]
fn a_scheme_lacks_nothing_that_it_needs() {
    let key = "networks.acme.signature";
    for (lines, expected) in [
        (
            "",
            format!(
                "f:3:16: {key}.algorithm: is required, as \"hmac-sha256\"\n\
                 f:3:16: {key}.content: is required, as \"{{timestamp}}.{{body}}\"\n\
                 f:3:16: {key}.from: is required, as \"header.x-signature\""
            ),
        ),
        (
            "algorithm = \"hmac-sha265\"\ncontent = \"{bdy}\"\nfrom = \"x-sig\"\nencoding = \"hexa\"\nprefix = 1",
            format!(
                "f:4:13: {key}.algorithm: unknown algorithm \"hmac-sha265\"; did you mean hmac-sha256?\n\
                 f:5:11: {key}.content: unknown {{bdy}}; known are {{body}}, {{query}}, {{url}}, {{path}}, {{method}}, \
                 {{timestamp}}, {{header.NAME}}, {{query.NAME}}, {{form.NAME}} and {{json./POINTER}}\n\
                 f:6:8: {key}.from: \"x-sig\" names no place in a request; expected header.NAME, query.NAME, form.NAME or \
                 json./POINTER\n\
                 f:7:12: {key}.encoding: expected one of hex, base64, base64url; found \"hexa\"\n\
                 f:8:10: {key}.prefix: expected a string, found an integer"
            ),
        ),
        (
            "algorithm = \"hmac-md5\"\ncontent = \"{body}\"\nfrom = \"header.x\"\ntimestamp = { unit = \"h\" }",
            format!(
                "f:7:1: {key}.timestamp.from: is required, as \"header.x-timestamp\"\n\
                 f:7:1: {key}.timestamp.tolerance: is required, as \"5m\"\n\
                 f:7:22: {key}.timestamp.unit: expected s or ms, found \"h\""
            ),
        ),
    ] {
        assert_eq!(faults(&signature(lines)), expected);
    }
}

#[test]
fn a_timestamp_is_signed_and_a_signature_does_not_sign_itself() {
    let base = "algorithm = \"hmac-sha256\"\n";
    let at = |place: &str| format!("timestamp = {{ from = \"{place}\", tolerance = \"5m\" }}");
    let unsigned = "f:7:13: networks.acme.signature.timestamp: is not signed, so anybody could renew it: content names \
                    neither {timestamp} nor what it stands in";
    for (content, from, timestamp, expected) in [
        (
            "{timestamp}.{body}",
            "header.sig",
            String::new(),
            "f:5:11: networks.acme.signature.content: signs {timestamp}, but there is no timestamp = { from = …, tolerance = … }",
        ),
        ("{body}", "header.sig", at("header.ts"), unsigned),
        ("{body}", "header.sig", at("query.ts"), unsigned),
        ("{query}", "header.sig", at("json./ts"), unsigned),
        (
            "{body}",
            "json./sig",
            String::new(),
            "f:5:11: networks.acme.signature.content: signs what contains the signature itself, which stands at json./sig",
        ),
        (
            "{path}{body}",
            "form.sig",
            String::new(),
            "f:5:11: networks.acme.signature.content: signs what contains the signature itself, which stands at form.sig",
        ),
        (
            "{query.sig}{query.id}",
            "query.sig",
            String::new(),
            "f:5:11: networks.acme.signature.content: signs what contains the signature itself, which stands at query.sig",
        ),
        (
            "{query}",
            "query.sig",
            at("query.sig"),
            "f:7:13: networks.acme.signature.timestamp: stands where the signature stands, at query.sig",
        ),
    ] {
        let text = signature(&format!(
            "{base}content = \"{content}\"\nfrom = \"{from}\"\n{timestamp}\n"
        ));
        assert_eq!(faults(&text), expected, "{text}");
    }
    for (content, from, place) in [
        ("{timestamp}.{body}", "header.sig", "header.ts"),
        ("{body}", "header.sig", "json./ts"),
        ("{query}", "query.sig", "query.ts"),
        ("{url}", "query.sig", "query.ts"),
        ("{header.ts}{body}", "header.sig", "header.ts"),
        ("{query.ts}{query.id}", "query.sig", "query.ts"),
    ] {
        let text = signature(&format!(
            "{base}content = \"{content}\"\nfrom = \"{from}\"\n{}\n",
            at(place)
        ));
        read(&text).unwrap_or_else(|faults| panic!("{faults}"));
    }
}

#[test]
fn what_this_version_does_not_do_is_refused_by_name() {
    let rest = "content = \"{query}\"\nfrom = \"query.sig\"\n";
    for (algorithm, expected) in [
        (
            "sha256",
            "sha256 is not supported by this version; expected one of hmac-sha256, ",
        ),
        ("token", "token is not supported by this version; "),
        ("rsa-sha256", "\"rsa-sha256\" is not expressible here: "),
        ("ECDSA", "\"ECDSA\" is not expressible here: "),
        ("hmac-sha3", "unknown algorithm \"hmac-sha3\"; did you mean hmac-sha1?"),
    ] {
        let told = faults(&signature(&format!("algorithm = \"{algorithm}\"\n{rest}")));
        assert!(
            told.starts_with(&format!("f:4:13: networks.acme.signature.algorithm: {expected}")),
            "{told}"
        );
        assert_eq!(told.lines().count(), 1, "{told}");
    }
    for (content, expected) in [
        ("{query.a?}", "{query.a?} is not supported by this version"),
        ("{query.a|int}", "{query.a|int} is not supported by this version"),
        ("{sig.t}.{body}", "{sig.t} is not supported by this version"),
        ("{params}", "{params} is not supported by this version"),
        (
            "{body}{secret}",
            "{secret} cannot stand in what an HMAC signs: the secret is its key",
        ),
    ] {
        let told = faults(&signature(&format!(
            "algorithm = \"hmac-sha1\"\ncontent = \"{content}\"\nfrom = \"header.x\""
        )));
        assert_eq!(told, format!("f:5:11: networks.acme.signature.content: {expected}"));
    }
    let lines = "algorithm = \"hmac-sha1\"\ncontent = \"{body}\"\nfrom = [\"header.x\"]\nlist = { item = \",\" }\n\
                 key = { encoding = \"hex\" }\ntimestamp = { from = \"sig.t\", unit = \"us\", tolerance = \"5m\" }";
    assert_eq!(
        faults(&signature(lines)),
        "f:6:8: networks.acme.signature.from: a list of places is not supported by this version\n\
         f:7:1: networks.acme.signature.list: not supported by this version\n\
         f:8:1: networks.acme.signature.key: not supported by this version\n\
         f:9:22: networks.acme.signature.timestamp.from: \"sig.t\" is not supported by this version: it needs a list\n\
         f:9:38: networks.acme.signature.timestamp.unit: us is not supported by this version; expected s or ms"
    );
}

#[test]
fn without_a_signature_only_listed_addresses_may_call() {
    let none = "signature = { algorithm = \"none\" }";
    assert_faults(&[
        (
            &format!("[networks.acme]\n{none}"),
            "f:1:11: networks.acme.allow_ips: expected at least one network: under algorithm \"none\" the address is the only proof",
        ),
        (
            &format!("[networks.acme]\n{none}\nallow_ips = [\"203.0.113.5/24\"]"),
            "f:3:14: networks.acme.allow_ips: expected a network, found the address 203.0.113.5 with a prefix; write \
             203.0.113.0/24 or the address alone",
        ),
        (
            "[networks.acme]\nallow_ips = [\"203.0.113.5\"]\nsignature = { algorithm = \"none\", from = \"query.sig\" }",
            "f:3:35: networks.acme.signature.from: has no meaning under algorithm \"none\"",
        ),
        (
            "[networks.acme]\nallow_ips = [\"203.0.113.5\"]\nsecrets = []",
            "f:1:11: networks.acme.secrets: expected at least one secret, as [{ env = \"ACME_SECRET\" }]",
        ),
    ]);
    let config =
        read(&format!("[networks.acme]\n{none}\nallow_ips = [\"203.0.113.5\"]")).expect("addresses are a proof");
    let network = &config.networks["acme"];
    assert!(network.schemes.of(&Method::GET).coverage().covers("payout"));
    assert_eq!(network.allow_ips, ["203.0.113.5/32".parse().expect("a network")]);
}

#[test]
fn a_parameter_that_the_signature_does_not_cover_is_a_warning() {
    let text = signature(
        "algorithm = \"hmac-sha256\"\ncontent = \"{query.txid}:{query.payout}:{form.a}\"\nfrom = \"query.sig\"\n\
         [networks.acme.params]\ntransaction_id = \"txid\"\nclick_id = [\"cid\", \"a\"]\nuser_id = \"uid\"\n",
    );
    assert_eq!(
        warnings(&text),
        [
            "f:3:16: networks.acme.signature: does not cover status, so status is never read; if it has another name, list it \
             in params",
            "f:9:13: networks.acme.params.click_id: the signature does not cover cid, so click_id is never read from it",
            "f:10:11: networks.acme.params.user_id: the signature does not cover uid, so user_id is never read from it",
        ]
    );
    let all = "algorithm = \"hmac-sha256\"\nfrom = \"header.sig\"\ncontent = ";
    for content in ["{body}", "{query}", "{url}"] {
        assert!(
            warnings(&signature(&format!("{all}\"{content}\""))).is_empty(),
            "{content}"
        );
    }
    assert!(warnings(super::SOUND).is_empty());
}

#[test]
fn a_name_that_another_field_has_by_default_is_a_warning() {
    let text = |params: &str| format!("{}params = {{ {params} }}", super::SOUND);
    assert_eq!(
        warnings(&text("status = \"event\"")),
        [
            "f:4:21: networks.acme.params.status: event is read as status and, by default, as event too; list the names of \
          event if that is not meant"
        ]
    );
    assert!(warnings(&text("status = \"event\", event = \"goal\"")).is_empty());
    assert!(warnings(&text("status = [\"status\", \"state\"]")).is_empty());
}
