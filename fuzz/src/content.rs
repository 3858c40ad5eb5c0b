//! `content`: lines of a `[networks.n.signature]` as an operator may write them.
//!
//! Whatever stands there is read or refused; a fault says where it is, in one line, without the secret; what was read can
//! be asked what it covers.

use postbackd::config::{Environment, Fault, parse};
use postbackd::domain::network::Network;
use postbackd::domain::postback::Form;
use postbackd::domain::signature::{Content, Coverage, Rows};

use super::wire;

const SECRET: &str = "correct horse battery";

/// Reads the section of an input.
pub fn run(data: &[u8]) {
    let Ok(lines) = std::str::from_utf8(data) else { return };
    if let Err(error) = Content::parse(lines, &Rows::default()) {
        assert!(!error.to_string().is_empty());
    }
    // A secret in a file is a question to the machine, which gives no two machines the same answer.
    if lines.contains("file") {
        return;
    }
    let text = format!(
        "[networks.n]\nsecrets = [{{ value = \"{SECRET}\" }}]\nallow_ips = [\"203.0.113.0/24\"]\n\
         [networks.n.signature]\n{lines}"
    );
    match parse("f", &text, &Environment::default()) {
        Err(faults) => {
            let shown = faults.to_string();
            assert_eq!(shown.split('\n').count(), faults.list().len(), "{shown}");
            assert!(!shown.contains(SECRET), "{shown}");
            check(faults.list(), &text);
        }
        Ok(config) => {
            check(&config.warnings, &text);
            assert!(!format!("{config:?}").contains(SECRET));
            for network in config.networks.values() {
                check_unsigned(network);
            }
        }
    }
}

/// A request without any signature proves nothing, except where an address alone is the proof.
fn check_unsigned(network: &Network) {
    let raw = wire::read(b"GET /postback/n?transaction_id=T1\n\n").expect("a request");
    let form = Form::read(&raw).expect("a readable request");
    let scheme = network.schemes.of(&raw.method);
    let is_address_only = *scheme.coverage() == Coverage::EVERYTHING && scheme.token_places().is_empty();
    assert!(is_address_only || network.verify(&raw, &form, wire::NOW).is_err());
}

/// Each fault stands somewhere in the text, and they are in the order of the text.
fn check(faults: &[Fault], text: &str) {
    for fault in faults {
        let at = fault.position.unwrap_or_else(|| panic!("{fault:?} stands nowhere"));
        let line = text.split('\n').nth(at.line - 1);
        let line = line.unwrap_or_else(|| panic!("{fault:?} stands behind the end"));
        assert!((1..=line.chars().count() + 1).contains(&at.column), "{fault:?}");
        assert!(!fault.message.is_empty(), "{fault:?}");
    }
    assert!(faults.is_sorted_by_key(|fault| fault.position));
}
