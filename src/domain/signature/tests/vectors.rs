//! Signatures that other implementations made.

use super::*;

/// RFC 4231 test case 2 and RFC 2202 test case 2: key "Jefe", data "what do ya want for nothing?".
#[test]
fn the_vectors_of_the_rfcs_are_accepted() {
    const DATA: &str = "what do ya want for nothing?";
    for (algorithm, signature) in [
        ("hmac-md5", "750c783e6ab0b503eaa86e310a5db738"),
        ("hmac-sha1", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        (
            "hmac-sha256",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (
            "hmac-sha512",
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
        ),
    ] {
        let schemes = scheme(
            algorithm,
            "Jefe",
            "{header.x-data}",
            "header.x-signature",
            Encoding::Hex,
        );
        let signed = |signature: &str| {
            request(
                "GET",
                "/postback/acme",
                &[("x-data", DATA), ("x-signature", signature)],
                "",
            )
        };
        assert_eq!(verify(&schemes, &signed(signature)), Ok(()), "{algorithm}");
        assert_eq!(
            verify(&schemes, &signed(&signature.to_uppercase())),
            Ok(()),
            "{algorithm}"
        );
        let mut wrong = signature.to_owned();
        wrong.replace_range(..1, if signature.starts_with('0') { "1" } else { "0" });
        assert_eq!(
            verify(&schemes, &signed(&wrong)),
            Err(AuthFailure::SignatureWrong),
            "{algorithm}"
        );
        assert_eq!(
            verify(&schemes, &signed(&signature[..signature.len() - 2])),
            Err(AuthFailure::SignatureWrong),
            "{algorithm}"
        );
    }
}

#[test]
fn a_url_is_signed_as_configured_and_not_as_the_host_header_says() {
    // printf '%s' 'https://track.example/postback/acme?a=1&b=%20' | openssl dgst -sha1 -hmac s3cret -binary | basenc --base64url
    let schemes = scheme("hmac-sha1", "s3cret", "{url}", "query.hash", Encoding::Base64Url);
    let raw = request(
        "GET",
        "/postback/acme?a=1&b=%20&hash=2jOSlSrnbof5-oihudI7L4_xk-4=",
        &[("host", "evil.example")],
        "",
    );
    assert_eq!(verify(&schemes, &raw), Ok(()));
}

#[test]
fn base64url_may_be_padded_and_not_more_than_that() {
    let schemes = scheme("hmac-sha1", "s3cret", "{url}", "query.hash", Encoding::Base64Url);
    for (padding, expected) in [
        ("", Ok(())),
        ("=", Ok(())),
        ("==", Err(AuthFailure::SignatureMalformed)),
        ("A", Err(AuthFailure::SignatureWrong)),
    ] {
        let target = format!("/postback/acme?a=1&b=%20&hash=2jOSlSrnbof5-oihudI7L4_xk-4{padding}");
        let raw = request("GET", &target, &[], "");
        assert_eq!(verify(&schemes, &raw), expected, "{padding:?}");
    }
}
