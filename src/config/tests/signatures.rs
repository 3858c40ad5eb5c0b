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
                 f:5:11: {key}.content: unknown {{bdy}}; known are {{body}}, {{query}}, {{url}}, {{base_url}}, \
                 {{path}}, {{method}}, {{timestamp}}, {{secret}}, {{params}}, {{values}}, {{header.NAME}}, {{query.NAME}}, \
                 {{form.NAME}}, {{json./POINTER}} and {{sig.NAME}}\n\
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
                 f:7:22: {key}.timestamp.unit: expected one of s, ms, us, rfc3339, YYYYMMDDHHMM; found \"h\""
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
fn each_part_of_a_scheme_is_refused_where_it_stands() {
    let key = "networks.acme.signature";
    let base = "algorithm = \"hmac-sha1\"\ncontent = \"{body}\"\n";
    for (lines, expected) in [
        (
            "from = []",
            format!("f:6:8: {key}.from: expected at least one place, as \"header.x-signature\""),
        ),
        (
            "from = [\"header.x\", \"header.X\"]",
            format!("f:6:21: {key}.from: header.x is listed twice"),
        ),
        (
            "from = \"sig.v1\"",
            format!(
                "f:6:8: {key}.from: sig.NAME is an item beside the signature; the signature itself stands at header.NAME, \
                 query.NAME, form.NAME or json./POINTER"
            ),
        ),
        (
            "from = \"header.x\"\nlist = { pair = \"=\" }",
            format!(
                "f:7:1: {key}.list.item: is required, as \",\"\n\
                 f:7:1: {key}.list.name: is required beside pair: which items are signatures, as \"v1\""
            ),
        ),
        (
            "from = \"header.x\"\nrequire = { version = \"2\" }",
            format!(
                "f:7:13: {key}.require.version: \"version\" names no place in a request; expected header.NAME, query.NAME, \
                 form.NAME or json./POINTER"
            ),
        ),
        (
            "from = \"header.x\"\nkey = { encoding = \"hex\" }",
            "f:2:22: networks.acme.secrets.value: the secret is not hex, which signature.key.encoding says it is"
                .to_owned(),
        ),
        (
            "from = \"header.x\"\nkey = { strip_prefix = \"correct horse\" }",
            "f:2:22: networks.acme.secrets.value: the secret is empty behind the prefix that signature.key strips off"
                .to_owned(),
        ),
        (
            "from = \"header.x\"\ntimestamp = { from = \"sig.t\", tolerance = \"5m\" }",
            format!(
                "f:7:13: {key}.timestamp: is not signed, so anybody could renew it: content names neither {{timestamp}} nor \
                 what it stands in\n\
                 f:7:13: {key}.timestamp: sig.t is an item of a list, and there is no list = {{ item = \",\", pair = \"=\", \
                 name = \"v1\" }}"
            ),
        ),
    ] {
        assert_eq!(faults(&signature(&format!("{base}{lines}"))), expected);
    }
}

#[test]
fn rows_are_refused_where_they_stand() {
    let key = "networks.acme.signature";
    let base = "algorithm = \"hmac-sha1\"\nfrom = \"header.x\"\n";
    for (lines, expected) in [
        (
            "content = \"{params}\"\nparams = { from = \"json\", encoding = \"raw\", substitute = { \"ab\" = \"c\" } }",
            format!(
                "f:7:19: {key}.params.from: expected one of query, form; found \"json\"\n\
                 f:7:38: {key}.params.encoding: expected one of decoded, form, form-whatwg, rfc3986, uricomponent; found \
                 \"raw\"\n\
                 f:7:60: {key}.params.substitute.ab: expected one character, as {{ \"&\" = \"_\" }}"
            ),
        ),
        (
            "content = \"{values}\"\nvalues = { of = [] }",
            format!("f:7:17: {key}.values.of: expected at least one place, as \"query.tx_id\""),
        ),
        (
            "content = \"{values}\"\nvalues = { separator = \":\" }",
            format!("f:7:1: {key}.values.of: is required, as [\"query.click_id?\", \"query.tx_id\"]"),
        ),
    ] {
        assert_eq!(faults(&signature(&format!("{base}{lines}"))), expected);
    }
}

#[test]
fn a_token_has_a_place_and_signs_nothing() {
    assert_eq!(
        faults(&signature(
            "algorithm = \"token\"\ncontent = \"{body}\"\nencoding = \"hex\""
        )),
        "f:3:16: networks.acme.signature.from: is required, as \"header.x-signature\"\n\
         f:5:1: networks.acme.signature.content: has no meaning under algorithm \"token\"; remove it\n\
         f:6:1: networks.acme.signature.encoding: has no meaning under algorithm \"token\"; remove it"
    );
    assert_eq!(
        faults("[networks.acme]\nsignature = { algorithm = \"token\", from = \"query.key\" }"),
        "f:1:11: networks.acme.secrets: expected at least one secret, as [{ env = \"ACME_SECRET\" }]"
    );
    assert!(warnings(&signature("algorithm = \"token\"\nfrom = \"query.key\"")).is_empty());
}

#[test]
fn values_that_can_be_shifted_need_patterns() {
    let text = |content: &str, patterns: &str| {
        format!(
            "[networks.acme]\nsecrets = [{{ value = \"correct horse\" }}]\npatterns = {{ {patterns} }}\n\
             signature = {{ algorithm = \"hmac-md5\", from = \"header.x\", content = \"{content}\" }}\n\
             params = {{ click_id = \"cid\" }}"
        )
    };
    let told = |content: &str, patterns: &str| {
        let mut warnings = warnings(&text(content, patterns));
        warnings.retain(|warning| warning.contains("can be moved"));
        warnings
    };
    let all = "{query.transaction_id}{query.payout}{query.status}";
    assert_eq!(
        told(all, ""),
        [
            "f:4:1: networks.acme.signature: joins values so that characters can be moved from one into the next under the \
          same signature; say in patterns what values of transaction_id and payout look like"
        ]
    );
    assert_eq!(told(all, r"transaction_id = 'T\d+'").len(), 1);
    assert!(told(all, r"transaction_id = 'T\d+', payout = '^-?\d+\.\d{2}$'").is_empty());
    assert!(told("{query.transaction_id}:{query.payout}", "").is_empty());
    let row = |of: &str| {
        text(
            "{values}\", values = { separator = \":\", of = [OF] }, encoding = \"hex",
            "",
        )
        .replace("OF", of)
    };
    let warns = |of: &str| {
        warnings(&row(of))
            .iter()
            .any(|warning| warning.contains("can be moved"))
    };
    assert!(!warns("\"query.transaction_id\", \"query.payout\""));
    assert!(warns("\"query.transaction_id?\", \"query.payout\""));
    assert_eq!(
        faults(&text(all, "payout = '('")),
        "f:3:23: networks.acme.patterns.payout: expected a regular expression, as '\\d+\\.\\d{2}', found \"(\": unclosed group"
    );
}

#[test]
fn what_is_trusted_unsigned_is_named() {
    let text = |trusted: &str| {
        format!(
            "[networks.acme]\nsecrets = [{{ value = \"correct horse\" }}]\ntrust_unsigned = {trusted}\n\
             params = {{ payout = [\"sum\", \"amount\"], transaction_id = \"txid\" }}\n\
             signature = {{ algorithm = \"hmac-md5\", from = \"query.sig\", content = \"{{query.txid}}{{query.click_id}}\" }}\n\
             patterns = {{ transaction_id = 'T\\d', click_id = '[a-z]*' }}"
        )
    };
    assert_eq!(
        warnings(&text("[\"sum\", \"status\"]")),
        [
            "f:4:22: networks.acme.params.payout: the signature does not cover sum; payout is read from it because \
             trust_unsigned says so",
            "f:4:29: networks.acme.params.payout: the signature does not cover amount, so payout is never read from it",
            "f:5:1: networks.acme.signature: does not cover status, which is read because trust_unsigned says so",
        ]
    );
    assert_eq!(
        read(&text("[\"payout\"]")).expect("sound").networks["acme"].trust_unsigned,
        ["sum", "amount"]
    );
    assert_eq!(
        faults(&text("[\"txd\"]")),
        "f:3:19: networks.acme.trust_unsigned: expected a field (click_id, transaction_id, event, status, payout, currency, \
         event_time, user_id, device_id) or a name that params or inline_statuses lists, found \"txd\""
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
