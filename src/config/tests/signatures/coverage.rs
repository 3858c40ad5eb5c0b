//! What a signature does not cover, and what is read all the same.

use super::{SOUND, faults, read, signature, warnings};

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
    assert!(warnings(SOUND).is_empty());
}

#[test]
fn a_name_that_another_field_has_by_default_is_a_warning() {
    let text = |params: &str| format!("{SOUND}params = {{ {params} }}");
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
