//! Schemes that would prove nothing.

use http::Method;

use super::{assert_faults, faults, read, signature};

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
fn an_algorithm_that_cannot_be_used_is_refused_by_name() {
    let rest = "content = \"{query}\"\nfrom = \"query.sig\"\n";
    for (algorithm, expected) in [
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
}

#[test]
fn a_content_that_cannot_prove_anything_is_refused_with_what_to_write() {
    let no_label = "is an item of a list, and there is no list = { item = \",\", pair = \"=\", name = \"v1\" }";
    for (algorithm, content, more, expected) in [
        (
            "hmac-sha1",
            "{body}{secret}",
            "",
            "{secret} cannot stand in what an HMAC signs: the secret is its key; leave {secret} out, or write the \
             algorithm without hmac-"
                .to_owned(),
        ),
        (
            "sha1",
            "{body}",
            "",
            "lacks {secret}, so anybody could make this sha1; write {secret} where the network puts it, or hmac-sha1 \
             as the algorithm"
                .to_owned(),
        ),
        ("hmac-sha1", "{sig.t}.{body}", "", format!("sig.t {no_label}")),
        (
            "hmac-sha1",
            "{sig.v1}.{body}",
            "list = { item = \",\", pair = \"=\", name = \"v1\" }",
            "sig.v1 is the signature itself, as list.name says; name another item".to_owned(),
        ),
        (
            "hmac-sha1",
            "{params}",
            "",
            "signs {params}, but there is no key params that says what it stands for".to_owned(),
        ),
        (
            "hmac-sha1",
            "{body}",
            "values = { of = [\"query.a\"] }",
            "does not sign {values}, so the key values has no meaning; write {values} where it belongs, or remove the key"
                .to_owned(),
        ),
        (
            "hmac-sha1",
            "{query.a?!}",
            "",
            "{query.a?!}: \"?!\" leaves a value and its separator out, which only values = { of = […] } does; write \"?\" \
             here"
                .to_owned(),
        ),
    ] {
        let told = faults(&signature(&format!(
            "algorithm = \"{algorithm}\"\ncontent = \"{content}\"\nfrom = \"header.x\"\n{more}"
        )));
        assert_eq!(told, format!("f:5:11: networks.acme.signature.content: {expected}"));
    }
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
            "f:3:35: networks.acme.signature.from: has no meaning under algorithm \"none\"; remove it",
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
