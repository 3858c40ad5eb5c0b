//! What of a request is read under a configured scheme, and what a scheme makes of the odd request.

use super::read;
use super::schemes::{network, request, verify};
use crate::domain::mapping::{Field, Origin};
use crate::domain::network::Network;
use crate::domain::postback::{Form, RawPostback};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::signature::{AuthFailure, Unsigned};
use crate::domain::time::Timestamp;

const NOW: Timestamp = Timestamp::from_unix_seconds(1_700_000_000);

/// The network of a configuration's lines, which may hold tables of their own.
fn of(lines: &str) -> Network {
    let text = format!("[networks.n]\nsecrets = [{{ value = \"s3cret\" }}]\n{lines}");
    let config = read(&text).unwrap_or_else(|faults| panic!("{faults}\n{text}"));
    Network::clone(&config.networks["n"])
}

/// The request with the signature that the network's own scheme makes.
pub(super) fn signed(network: &Network, raw: RawPostback) -> RawPostback {
    let signed = Unsigned(raw.clone())
        .sign(network.schemes.of(&raw.method), NOW)
        .expect("signed");
    let mut raw = RawPostback { uri: signed.uri, ..raw };
    for (name, value) in signed.headers {
        raw.headers.insert(name, value);
    }
    raw
}

/// Whether an authentic request can be read; if not, the code and the parameter.
fn reading(network: &Network, raw: &RawPostback) -> Result<(), (Code, Option<String>)> {
    let form = Form::read(raw).expect("a readable request");
    let verified = network
        .verify(raw, &form, NOW)
        .expect("authentic, as the signed text is the same");
    verified
        .read()
        .map(|_| ())
        .map_err(|refusal| (refusal.code, refusal.param))
}

/// What the request itself says about a field.
fn value(network: &Network, raw: &RawPostback, field: Field) -> Result<Option<String>, Refusal> {
    let form = Form::read(raw).expect("a readable request");
    let verified = network.verify(raw, &form, NOW).expect("authentic");
    let found = verified.value(field)?;
    let sent = found.filter(|found| matches!(found.origin, Origin::Param { .. }));
    Ok(sent.map(|sent| sent.value.into_owned()))
}

fn json(target: &str, body: &str) -> RawPostback {
    request("POST", target, &[("content-type", "application/json")], body)
}

#[test]
fn only_what_is_signed_is_read() {
    let scheme = |content: &str, more: &str| {
        of(&format!(
            "signature = {{ algorithm = \"hmac-sha256\", from = \"query.sig\", content = \"{content}\"{more} }}"
        ))
    };
    let get = |query: &str| request("GET", &format!("/postback/n?{query}"), &[], "");
    let params = scheme("{params}", ", params = { without = [\"status\"] }");
    let by_int = scheme("{query.transaction_id}.{query.payout|int}", "");
    let optional = scheme("{query.transaction_id}.{form.payout?}", "");
    let of_form = scheme("{query.transaction_id}{params}", ", params = { from = \"form\" }");
    let whole = scheme("{query}", "");
    for (network, raw, field, expected) in [
        (&params, get("payout=5&status=paid"), Field::Payout, Some("5")),
        (&params, get("payout=5&status=paid"), Field::Status, None),
        (
            &by_int,
            get("transaction_id=T&payout=5.99"),
            Field::TransactionId,
            Some("T"),
        ),
        // Anybody could change the cents.
        (&by_int, get("transaction_id=T&payout=5.99"), Field::Payout, None),
        // A JSON body has no form parameters, so that its members were not signed.
        (
            &optional,
            json("/postback/n?transaction_id=T", r#"{"payout":5}"#),
            Field::Payout,
            None,
        ),
        (
            &of_form,
            json("/postback/n?transaction_id=T", r#"{"payout":5}"#),
            Field::Payout,
            None,
        ),
        (
            &whole,
            json("/postback/n?transaction_id=T", r#"{"payout":5}"#),
            Field::Payout,
            None,
        ),
        (&whole, get("payout=5"), Field::Payout, Some("5")),
    ] {
        let raw = signed(network, raw);
        let found = value(network, &raw, field).expect("a value or none");
        assert_eq!(found.as_deref(), expected, "{} {field}", raw.uri);
    }
}

#[test]
fn a_signature_is_no_value_of_its_own() {
    // The case of a hex signature is free: as an id it would make two conversions of one postback.
    let network = of("params = { transaction_id = \"sig\" }");
    let raw = signed(&network, request("GET", "/postback/n?click_id=c", &[], ""));
    assert_eq!(value(&network, &raw, Field::TransactionId), Ok(None));
}

#[test]
fn what_is_trusted_is_read_unsigned() {
    let network = of("trust_unsigned = [\"payout\"]\nparams = { payout = \"sum\" }\n\
         signature = { algorithm = \"hmac-sha256\", from = \"query.sig\", content = \"{query.transaction_id}\" }");
    let raw = signed(
        &network,
        request("GET", "/postback/n?transaction_id=T&sum=5&status=paid", &[], ""),
    );
    assert_eq!(value(&network, &raw, Field::Payout), Ok(Some("5".to_owned())));
    assert_eq!(value(&network, &raw, Field::Status), Ok(None));
}

#[test]
fn values_cannot_be_shifted_past_their_patterns() {
    let network = of("patterns = { payout = '^-?\\d+\\.\\d{2}$' }\n\
         signature = { algorithm = \"hmac-sha256\", from = \"query.sig\", content = \"{query.payout}{query.transaction_id}\" }");
    let read = |target: &str, signature_of: &str| {
        let genuine = signed(&network, request("GET", signature_of, &[], ""));
        let query = genuine.uri.query().expect("a query");
        let signature = &query[query.find("sig=").expect("a signature")..];
        let raw = request("GET", &format!("{target}&{signature}"), &[], "");
        let form = Form::read(&raw).expect("a readable request");
        let verified = network.verify(&raw, &form, NOW).expect("the same bytes are signed");
        verified
            .read()
            .map(|reading| reading.postback.transaction_id)
            .map_err(|refusal| refusal.code)
    };
    let genuine = "/postback/n?payout=1.50&transaction_id=9T";
    assert_eq!(read(genuine, genuine), Ok(Some("9T".to_owned())));
    for shifted in [
        "/postback/n?payout=1.509&transaction_id=T",
        "/postback/n?payout=1.5&transaction_id=09T",
        "/postback/n?payout=&transaction_id=1.509T",
    ] {
        assert_eq!(read(shifted, genuine), Err(Code::InvalidValue), "{shifted}");
    }
}

#[test]
fn each_failure_has_its_reason() {
    use AuthFailure as F;
    let list = "algorithm = \"hmac-sha256\"\ncontent = \"{timestamp}{body}\"\nfrom = [\"header.x-a\", \"header.x-b\"]\n\
                list = { item = \",\", pair = \"=\", name = \"v1\" }\nrequire = { \"header.x-v\" = \"2\" }\n\
                timestamp = { from = \"sig.t\", unit = \"us\", tolerance = \"1s\" }";
    let zeros = "00".repeat(32);
    let many = "v1=00,".repeat(100);
    for (header, expected) in [
        ("", F::SignatureMissing),
        (" , ", F::SignatureMissing),
        ("t=1700000000000000", F::SignatureMissing),
        ("t=1700000000000000,v0=00", F::SignatureMissing),
        ("t=1700000000000000,v1=", F::SignatureMissing),
        (zeros.as_str(), F::SignatureMalformed),
        (&format!("t=1700000000000000,{zeros}"), F::SignatureMalformed),
        ("v1=zz,t=1700000000000000", F::SignatureMalformed),
        (many.as_str(), F::SignatureMalformed),
        (&format!("v1={}", "00".repeat(500)), F::SignatureMalformed),
        (&format!("v1={zeros}"), F::TimestampMissing),
        (
            &format!("v1={zeros},t=1700000000000000,t=1700000000000000"),
            F::TimestampDoubled,
        ),
        (&format!("v1={zeros},t=1700000000.0"), F::TimestampMalformed),
        (&format!("v1={zeros},t=1700000001000001"), F::TimestampStale),
        (&format!("v1={zeros},t=1699999998999999"), F::TimestampStale),
        (&format!("v1={zeros},t=1699999999000000"), F::SignatureWrong),
        (&format!("v1={},t=1700000000000000", &zeros[2..]), F::SignatureWrong),
    ] {
        let raw = request("GET", "/postback/n", &[("x-v", "2"), ("x-b", header)], "");
        assert_eq!(verify(&network("s3cret", list), &raw), Err(expected), "{header}");
    }
    let doubled = request(
        "GET",
        "/postback/n",
        &[("x-v", "2"), ("x-a", "v1=00"), ("x-a", "v1=00")],
        "",
    );
    assert_eq!(verify(&network("s3cret", list), &doubled), Err(F::SignatureDoubled));
    let unversioned = request("GET", "/postback/n", &[("x-v", "3"), ("x-a", "v1=00")], "");
    assert_eq!(verify(&network("s3cret", list), &unversioned), Err(F::RequirementUnmet));

    let minute = "algorithm = \"hmac-sha256\"\ncontent = \"{query.n|int}{timestamp}\"\nfrom = \"query.sig\"\n\
                  timestamp = { from = \"query.t\", unit = \"YYYYMMDDHHMM\", tolerance = \"1m\" }";
    for (query, expected) in [
        ("n=1&t=202311142213", F::SignatureWrong),
        ("n=1&t=202311142215", F::TimestampStale),
        ("n=1&t=202313142213", F::TimestampMalformed),
        ("n=1&t=2023111422135", F::TimestampMalformed),
        ("n=1&t=%2B02311142213", F::TimestampMalformed),
        ("n=1e3&t=202311142213", F::SignedPartMalformed),
        ("n=.5&t=202311142213", F::SignedPartMalformed),
        ("n=1.&t=202311142213", F::SignedPartMalformed),
        ("n=&t=202311142213", F::SignedPartMalformed),
        ("t=202311142213", F::SignedPartMissing),
    ] {
        let raw = request("GET", &format!("/postback/n?{query}&sig={zeros}"), &[], "");
        assert_eq!(verify(&network("s3cret", minute), &raw), Err(expected), "{query}");
    }
}

#[test]
fn a_token_is_the_whole_of_a_value() {
    use AuthFailure as F;
    let token = "algorithm = \"token\"\nfrom = [\"query.key\", \"header.x-key\"]";
    for (query, header, expected) in [
        ("key=s3cret", "", Ok(())),
        ("key=01d501d5", "", Ok(())),
        ("a=1", "s3cret", Ok(())),
        ("key=s3cre", "", Err(F::SignatureWrong)),
        ("key=s3cret%20", "", Err(F::SignatureWrong)),
        ("key=", "", Err(F::SignatureMissing)),
        ("a=1", "", Err(F::SignatureMissing)),
    ] {
        let raw = request("GET", &format!("/postback/n?{query}"), &[("x-key", header)], "");
        assert_eq!(verify(&network("s3cret", token), &raw), expected, "{query} {header}");
    }
}

#[test]
fn what_stands_hidden_in_another_parameter_is_not_taken_for_absent() {
    let network = of("params = { transaction_id = \"oid\" }\n\
         signature = { algorithm = \"hmac-md5\", content = \"{params}\", from = \"query.hmac\", params = { separator = \",\" } }");
    let genuine = signed(
        &network,
        request(
            "GET",
            "/postback/n?country=US&oid=T1&productid=gold&status=rejected",
            &[],
            "",
        ),
    );
    assert_eq!(reading(&network, &genuine), Ok(()));
    let target = genuine.uri.to_string();
    for (from, to, param) in [
        ("US&oid=T1&", "US%2Coid%3DT1&", "country"),
        ("oid=T1&productid=", "oid%3DT1%2Cproductid=", "oid=T1,productid"),
        (
            "productid=gold&status=",
            "productid%3Dgold%2Cstatus=",
            "productid=gold,status",
        ),
        (
            "T1&productid=gold&status=rejected",
            "T1&productid=gold%2Cstatus%3Drejected",
            "productid",
        ),
    ] {
        let forged = RawPostback {
            uri: target.replace(from, to).parse().expect("a target"),
            ..genuine.clone()
        };
        assert_ne!(forged.uri, genuine.uri);
        let expected = (Code::InvalidValue, Some(param.to_owned()));
        assert_eq!(reading(&network, &forged), Err(expected), "{to}");
    }
    // A mark within a value hides nothing by itself.
    let marked = request("GET", "/postback/n?country=US%2CCA&oid=T1&note=a%3Db", &[], "");
    assert_eq!(reading(&network, &signed(&network, marked)), Ok(()));
}

#[test]
fn a_pointer_points_into_a_json_body_and_nowhere_else() {
    let network = of("params = { transaction_id = [\"/order/id\", \"tx\"] }\n\
         signature = { algorithm = \"token\", from = \"header.x-key\" }");
    let key = ("x-key", "s3cret");
    let in_query = request("GET", "/postback/n?/order/id=q&tx=t", &[key], "");
    let form = [key, ("content-type", "application/x-www-form-urlencoded")];
    let in_form = request("POST", "/postback/n", &form, "/order/id=f&tx=t");
    let json = [key, ("content-type", "application/json")];
    let in_json = request("POST", "/postback/n", &json, r#"{"order":{"id":"j"}}"#);
    for (raw, expected) in [(in_query, "t"), (in_form, "t"), (in_json, "j")] {
        let read = value(&network, &raw, Field::TransactionId);
        assert_eq!(read, Ok(Some(expected.to_owned())));
    }
}

#[test]
fn what_stands_hidden_in_a_joined_row_is_not_taken_for_absent() {
    let of_scheme = |scheme: &str| {
        of(&format!(
            "params = {{ transaction_id = \"ref\" }}\nsignature = {{ algorithm = \"md5\", from = \"query.sig\", {scheme} }}"
        ))
    };
    let rows = of_scheme(
        "content = \"{values}{secret}\", values = { separator = \":\", of = [\"query.gold?\", \"query.status?\", \"query.ref\"] }",
    );
    let without_separator = of_scheme("content = \"{params}{secret}\", params = { separator = \"\" }");
    for (network, query, from, to, param) in [
        (
            &rows,
            "gold=7&status=rejected&ref=T1",
            "gold=7&status=",
            "gold=7%3A",
            "gold",
        ),
        (&without_separator, "a=1&ref=T1&z=2", "a=1&ref=T1", "a=1ref%3DT1", "a"),
        (&without_separator, "a=1&ref=T1&z=2", "a=1&ref=", "a%3D1ref=", "a=1ref"),
    ] {
        let genuine = signed(network, request("GET", &format!("/postback/n?{query}"), &[], ""));
        assert_eq!(reading(network, &genuine), Ok(()), "{query}");
        let forged = RawPostback {
            uri: genuine.uri.to_string().replace(from, to).parse().expect("a target"),
            ..genuine.clone()
        };
        let expected = (Code::InvalidValue, Some(param.to_owned()));
        assert_eq!(reading(network, &forged), Err(expected), "{to}");
    }
    // A name that ends like another one hides nothing.
    let alike = request("GET", "/postback/n?a=1&b_status=5&ref=T1", &[], "");
    assert_eq!(reading(&without_separator, &signed(&without_separator, alike)), Ok(()));
}
