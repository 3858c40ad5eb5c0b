//! One whole guide, to be read in reviews.

use std::fs;
use std::path::Path;

use super::{SECRET, markdown, with_secret};

const NETWORK: &str = r#"
[server]
public_url = "https://track.example"
[networks.n]
secrets = [{ env = "S" }]
allow_ips = ["203.0.113.0/24"]
params = { click_id = "cid", transaction_id = "txid", payout = ["payout", "/order/sum"], event = "goal" }
constants = { currency = "EUR" }
statuses = { approved = ["1"], ignored = ["test"] }
events = { ftd = ["first_deposit"] }
patterns = { transaction_id = 'T\d+' }
window = "14d"
negative_payouts = true
reply = { body = "OK", duplicate = 409, unmatched = { status = 404, body = "no click" }, unauthorized = { status = 403 } }
"#;

#[test]
fn the_guide_of_a_network_is_the_one_that_was_reviewed() {
    let guide = markdown(&with_secret(NETWORK, SECRET));
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/config/tests/guides/golden.md");
    let reviewed = fs::read_to_string(file).expect("the reviewed guide");
    assert!(
        guide == reviewed,
        "src/config/tests/guides/golden.md differs from:\n{guide}"
    );
}
