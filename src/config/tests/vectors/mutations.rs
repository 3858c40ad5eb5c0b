//! Golden requests with something changed: what was signed is refused, whatever part of it is another.

use super::case::{Parts, cases, signed_cases};
use super::golden::{Outcome, outcome_at};
use crate::domain::signature::AuthFailure;

const TEN_YEARS_S: i64 = 10 * 365 * 24 * 60 * 60;

/// Each text in which one byte is another one; what is no text then is left out.
fn with_one_byte_changed(text: &str) -> impl Iterator<Item = String> + '_ {
    (0..text.len()).filter_map(|at| {
        let mut bytes = text.as_bytes().to_vec();
        bytes[at] ^= 1;
        String::from_utf8(bytes).ok()
    })
}

/// A secret of the same kind, be it a text, base64 or hex, whose last character is another one.
fn another(secret: &str) -> String {
    let (last, before) = secret.as_bytes().split_last().expect("a secret");
    let changed = match last {
        b'0'..=b'8' | b'a' | b'A' => last + 1,
        _ => last - 1,
    };
    String::from_utf8([before, &[changed]].concat()).expect("a text")
}

#[test]
fn no_byte_of_what_is_signed_can_be_another() {
    for case in cases() {
        let golden = &case.golden;
        for pair in case.pairs().iter().filter(|pair| case.is_signed(pair)) {
            for changed in with_one_byte_changed(pair) {
                case.assert_refused(&case.with_target(golden.target.replacen(pair, &changed, 1)));
            }
        }
        if golden.unsigned.iter().all(|place| place != "body") {
            for changed in with_one_byte_changed(&golden.body) {
                case.assert_refused(&(golden.target.clone(), golden.headers.clone(), changed));
            }
        }
        for (from, to) in &golden.changes {
            case.assert_refused(&case.replaced(from, to));
        }
    }
}

#[test]
fn no_byte_of_a_signature_can_be_another() {
    for (case, signature) in signed_cases() {
        for changed in with_one_byte_changed(&signature) {
            case.assert_refused(&case.replaced(&signature, &changed));
        }
    }
}

#[test]
fn what_is_not_signed_is_not_read() {
    for (case, _) in signed_cases() {
        if case
            .network
            .schemes
            .each()
            .iter()
            .any(|scheme| !scheme.token_places().is_empty())
        {
            // A token covers nothing and everything.
            continue;
        }
        let golden = &case.golden;
        for pair in case
            .pairs()
            .iter()
            .filter(|pair| !case.is_signed(pair) && !pair.ends_with('='))
        {
            let target = golden.target.replacen(pair, &format!("{pair}1"), 1);
            let raw = golden.request_with(&target, &golden.headers, &golden.body);
            assert_eq!(
                golden.fields(&case.network, &raw),
                golden.expect,
                "{}: {pair}",
                golden.label()
            );
        }
    }
}

#[test]
fn no_other_secret_and_no_other_address_of_ours_fits() {
    for (case, _) in signed_cases() {
        let golden = &case.golden;
        let raw = golden.request();
        let wrong = Outcome::NotAuthentic(AuthFailure::SignatureWrong);
        let secrets: Vec<String> = golden.secrets.iter().map(|secret| another(secret)).collect();
        let network = golden.network_with(&secrets, golden.base_url.as_deref());
        assert_eq!(golden.outcome(&network, &raw), wrong, "{}", golden.label());
        if golden.base_url.is_some() {
            let network = golden.network_with(&golden.secrets, Some("https://other.example"));
            assert_eq!(golden.outcome(&network, &raw), wrong, "{}", golden.label());
        }
    }
}

#[test]
fn a_request_is_fresh_as_long_as_its_sender_says_and_no_longer() {
    for case in cases() {
        let golden = &case.golden;
        let outcome = |now_s| outcome_at(&case.network, &golden.request(), now_s);
        match (golden.signed_at, golden.tolerance) {
            (Some(signed_at), Some(tolerance)) => {
                let stale = Outcome::NotAuthentic(AuthFailure::TimestampStale);
                for (now_s, expected) in [
                    (signed_at - tolerance - 1, &stale),
                    (signed_at - tolerance, &Outcome::Authentic),
                    (signed_at + tolerance, &Outcome::Authentic),
                    (signed_at + tolerance + 1, &stale),
                ] {
                    assert_eq!(outcome(now_s), *expected, "{} at {now_s}", golden.label());
                }
            }
            (None, None) => assert_eq!(
                outcome(golden.now + TEN_YEARS_S),
                Outcome::Authentic,
                "{}",
                golden.label()
            ),
            (Some(_), None) | (None, Some(_)) => panic!("{}: signed_at without tolerance", golden.label()),
        }
    }
}

#[test]
fn a_missing_and_a_doubled_signature_are_named() {
    for (case, signature) in signed_cases() {
        let golden = &case.golden;
        let holds_signature = |(_, value): &&(String, String)| value.contains(&signature);
        let refused = |parts: &Parts, reason| {
            let expected = Some(Outcome::NotAuthentic(reason));
            assert_eq!(case.outcome(parts), expected, "{}: {parts:?}", golden.label());
        };
        if let Some(header) = golden.headers.iter().find(holds_signature) {
            let others = golden
                .headers
                .iter()
                .filter(|header| !holds_signature(header))
                .cloned()
                .collect();
            refused(
                &(golden.target.clone(), others, golden.body.clone()),
                AuthFailure::SignatureMissing,
            );
            let twice = [golden.headers.as_slice(), std::slice::from_ref(header)].concat();
            refused(
                &(golden.target.clone(), twice, golden.body.clone()),
                AuthFailure::SignatureDoubled,
            );
        } else if let Some(pair) = case
            .pairs()
            .iter()
            .find(|pair| pair.ends_with(&format!("={signature}")))
        {
            let without = golden.target.replace(&format!("&{pair}"), "");
            refused(&case.with_target(without), AuthFailure::SignatureMissing);
            let twice = case.with_target(format!("{}&{pair}", golden.target));
            assert_eq!(case.outcome(&twice), Some(Outcome::Unreadable), "{}", golden.label());
        } else {
            refused(&case.replaced(&signature, ""), AuthFailure::SignatureMissing);
        }
    }
}
