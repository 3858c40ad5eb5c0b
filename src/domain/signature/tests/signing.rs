//! Requests that we sign ourselves, as `sign` and the guides do.

use super::*;

#[test]
fn what_is_signed_by_itself_has_to_be_there_and_another_secret_fits_nothing() {
    let rule = TimestampRule {
        from: Source::parse("query.at").expect("a place"),
        unit: TimestampUnit::Seconds,
        tolerance: Duration::from_mins(5),
    };
    let content = "{query.at}{query.id}{query.note?}{header.x-a}{query.sum|int}";
    let key = Key::new(Algorithm::HmacSha256, &Secret::new(*b"ours"));
    let scheme = Scheme::mac(MacScheme {
        content: Content::parse(content, &Rows::default()).expect("a content"),
        placement: Placement::at(vec![Reference::parse("query.sig").expect("a place")], String::new()),
        encoding: Encoding::Hex,
        timestamp: Some(rule),
        require: Vec::new(),
        base_url: String::new(),
        key_format: KeyFormat::default(),
        keys: vec![key],
    });
    let places = scheme.signed_places();
    let places: Vec<(String, bool)> = places
        .iter()
        .map(|(place, number)| (place.to_string(), *number))
        .collect();
    let expected = [("query.id", false), ("header.x-a", false), ("query.sum", true)];
    assert_eq!(places, expected.map(|(place, number)| (place.to_owned(), number)));

    let now = Timestamp::from_unix_seconds(1_700_000_000);
    let sent = |scheme: &Scheme| {
        let uri = "/postback/acme?id=1&sum=2.5".parse().expect("a target");
        let mut headers = HeaderMap::new();
        headers.insert("x-a", HeaderValue::from_static("1"));
        let unsigned = Unsigned::new(Method::GET, uri, headers, Bytes::new(), now);
        let signed = unsigned.clone().sign(scheme, now).expect("signed");
        RawPostback {
            uri: signed.uri,
            ..unsigned.0
        }
    };
    let verified = |raw: &RawPostback| scheme.verify(raw, &Form::read(raw).expect("a query"), now);
    assert_eq!(verified(&sent(&scheme)), Ok(()));
    let forger = scheme
        .with_secret_of_another(&Secret::new(*b"theirs"))
        .expect("it has a secret");
    assert_eq!(verified(&sent(&forger)), Err(AuthFailure::SignatureWrong));
    assert!(
        Scheme::address_only()
            .with_secret_of_another(&Secret::new(*b"x"))
            .is_none()
    );
}

#[test]
fn what_is_signed_for_a_url_is_what_is_verified() {
    let schemes = scheme("hmac-sha256", "s3cret", "{url}", "query.sig", Encoding::Hex);
    for target in ["/postback/acme", "/postback/acme?a=1", "/postback/acme?a=1&sig=old&b=2"] {
        let raw = request("GET", target, &[], "");
        let now = Timestamp::from_unix_seconds(NOW);
        let signed = Unsigned(raw.clone())
            .sign(schemes.of(&Method::GET), now)
            .expect("signed");
        assert_eq!(
            verify(&schemes, &RawPostback { uri: signed.uri, ..raw }),
            Ok(()),
            "{target}"
        );
    }
}

#[test]
fn what_a_request_lacks_to_be_signed_is_named() {
    let schemes = scheme(
        "hmac-sha256",
        "s3cret",
        "{header.x-id}.{query.value|int}",
        "header.x-sig",
        Encoding::Hex,
    );
    let sign = |headers: &[(&str, &str)], target: &str| {
        let unsigned = Unsigned(request("GET", target, headers, ""));
        let signed = unsigned.sign(schemes.of(&Method::GET), Timestamp::from_unix_seconds(NOW));
        signed.map(|_| ()).map_err(|error| error.to_string())
    };
    for (headers, target, missing) in [
        (
            &[][..],
            "/p?value=1",
            "the network signs header.x-id, and the request has none or several",
        ),
        (
            &[("x-id", "1"), ("x-id", "2")],
            "/p?value=1",
            "the network signs header.x-id, and the request has none or several",
        ),
        (
            &[("x-id", "1")],
            "/p",
            "the network signs query.value|int, and the request has none or several",
        ),
        (
            &[("x-id", "1")],
            "/p?value=much",
            "the network signs query.value|int, and what the request has there is no decimal number",
        ),
    ] {
        assert_eq!(sign(headers, target), Err(missing.to_owned()), "{target}");
    }
    assert_eq!(sign(&[("x-id", "1")], "/p?value=1.5"), Ok(()));
}
