//! Each part of a scheme: what it lacks, and where it stands.

use super::{faults, signature, warnings};

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
