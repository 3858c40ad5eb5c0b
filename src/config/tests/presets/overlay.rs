use super::super::{assert_faults, read};
use crate::domain::conversion::Status;
use crate::domain::dedupe::DedupeRule;
use crate::domain::mapping::{Field, StatusWord};
use crate::domain::network::Network;
use crate::domain::refusal::Code;
use crate::domain::reply::{Body, Template};

/// A network of the preset `keitaro` with these lines.
fn keitaro(lines: &str) -> Network {
    let text = format!("[networks.n]\npreset = \"keitaro\"\nsecrets = [{{ value = \"s3cret\" }}]\n{lines}");
    let config = read(&text).unwrap_or_else(|faults| panic!("{faults}\n{text}"));
    Network::clone(&config.networks["n"])
}

fn token_places(network: &Network) -> Vec<String> {
    let [scheme, _] = network.schemes.each();
    scheme.token_places().iter().map(ToString::to_string).collect()
}

#[test]
fn a_preset_counts_where_the_operator_is_silent() {
    let network = keitaro("");
    assert_eq!(network.mapping.names(Field::ClickId), ["subid"]);
    assert_eq!(network.mapping.names(Field::TransactionId), ["tid"]);
    assert_eq!(network.dedupe, DedupeRule::ClickTransaction);
    assert_eq!(
        network.statuses.meaning("rebill"),
        Some(StatusWord::Status(Status::Approved))
    );
    assert_eq!(token_places(&network), ["query.token"]);
}

#[test]
fn what_the_operator_writes_wins_key_by_key() {
    let network = keitaro(
        "dedupe = \"click_event\"\nparams = { transaction_id = [\"oid\"] }\nstatuses = { rejected = [\"fraud\"] }\n\
         signature = { from = \"header.x-token\" }",
    );
    assert_eq!(network.dedupe, DedupeRule::ClickEvent);
    assert_eq!(
        network.mapping.names(Field::TransactionId),
        ["oid"],
        "not beside the preset's"
    );
    assert_eq!(
        network.mapping.names(Field::ClickId),
        ["subid"],
        "the preset's other names stay"
    );
    assert_eq!(
        network.statuses.meaning("fraud"),
        Some(StatusWord::Status(Status::Rejected))
    );
    assert_eq!(
        network.statuses.meaning("rebill"),
        Some(StatusWord::Status(Status::Approved))
    );
    assert_eq!(
        token_places(&network),
        ["header.x-token"],
        "the algorithm is the preset's"
    );
}

#[test]
fn a_word_of_the_preset_that_the_operator_uses_otherwise_is_the_operators() {
    let network = keitaro("statuses = { approved = [\"Lead\"] }");
    assert_eq!(
        network.statuses.meaning("lead"),
        Some(StatusWord::Status(Status::Approved))
    );
}

#[test]
fn a_signature_that_names_its_algorithm_stands_alone() {
    // The preset's `from` would be a key without a meaning here, and a place of the signature there.
    let text = "[networks.n]\npreset = \"keitaro\"\nallow_ips = [\"192.0.2.1\"]\nsignature = { algorithm = \"none\" }";
    let config = read(text).unwrap_or_else(|faults| panic!("{faults}"));
    assert_eq!(config.networks["n"].mapping.names(Field::ClickId), ["subid"]);

    let text = "[networks.n]\npreset = \"keitaro\"\nsecrets = [{ value = \"x\" }]\n\
                [networks.n.signature]\nalgorithm = \"hmac-sha256\"\ncontent = \"{query}\"\n";
    assert_faults(&[(
        text,
        "f:4:13: networks.n.signature.from: is required, as \"header.x-signature\"",
    )]);
}

#[test]
fn a_reply_is_laid_over_the_presets_key_by_key_whichever_of_them_is_a_status_alone() {
    let of_tune = "success=false; err_msg={detail};";
    for (preset, reply, status, body) in [
        ("mailgun", "", 406, None),
        ("mailgun", "refused = { body = \"no\" }", 406, Some("no")),
        ("mailgun", "refused = { status = 400, body = \"no\" }", 400, Some("no")),
        ("mailgun", "refused = 400", 400, None),
        ("tune", "", 200, Some(of_tune)),
        ("tune", "refused = 403", 403, Some(of_tune)),
        ("tune", "refused = { status = 403 }", 403, Some(of_tune)),
        ("tune", "refused = { body = \"no\" }", 200, Some("no")),
    ] {
        let text = format!(
            "[networks.n]\npreset = \"{preset}\"\nsecrets = [{{ value = \"s3cret\" }}]\nreply = {{ {reply} }}\n"
        );
        let config = read(&text).unwrap_or_else(|faults| panic!("{faults}\n{text}"));
        let told = config.networks["n"]
            .reply
            .refusals
            .of(Code::MissingId)
            .expect("a reply");
        let expected = body.map(|body| Template::parse(body).expect("a template"));
        assert_eq!(told.status().as_u16(), status, "{preset}: {reply}");
        assert_eq!(told.body().map(Body::template), expected.as_ref(), "{preset}: {reply}");
    }
}

#[test]
fn what_is_wrong_with_a_presets_entry_is_told_where_the_preset_is_named() {
    assert_faults(&[
        (
            "[networks.n]\npreset = \"keitaro\"\nsecrets = [{ value = \"x\" }]\nparams = { event = \"subid\" }",
            "f:4:20: networks.n.params.event: \"subid\" is already a name of click_id: a parameter has one meaning",
        ),
        (
            "[networks.n]\npreset = \"prosper202\"\nsecrets = [{ value = \"x\" }]\nreply = { recorded = 204 }\ndedupe = \"x\"",
            "f:4:22: networks.n.reply.recorded: a 204 or 205 has no body, but there is a body for it; leave one of them \
             out; found 204\n\
             f:5:10: networks.n.dedupe: expected one of transaction, click_transaction, click_event; found \"x\"",
        ),
        (
            "[networks.n]\npreset = \"keitaro\"\nsecrets = [{ value = \"x\" }]\nsignature = { prefix = 1 }",
            "f:4:24: networks.n.signature.prefix: expected a string, found an integer",
        ),
        (
            "[networks.n]\npreset = \"everflow\"\nsecrets = [{ value = \"x\" }]\nparams = { user_id = \"order_id\" }",
            "f:4:22: networks.n.params.user_id: \"order_id\" is already a name of transaction_id: a parameter has one meaning",
        ),
        (
            "[networks.n]\npreset = \"keitaro\"\nsecrets = [{ value = \"x\" }]\nparams = { click_id = \"tid\" }",
            "f:2:10: networks.n.params.transaction_id: \"tid\" is already a name of click_id: a parameter has one meaning \
             (from the preset keitaro)",
        ),
        (
            "[networks.n]\npreset = \"keitaro\"\nsecrets = [{ value = \"x\" }]\nparams = 1",
            "f:4:10: networks.n.params: expected a table, found an integer",
        ),
        (
            "[networks.n]\npreset = \"keitaro\"",
            "f:1:11: networks.n.secrets: expected at least one secret, as [{ env = \"ACME_SECRET\" }]",
        ),
    ]);
}

#[test]
fn an_unknown_preset_is_told_with_the_one_that_may_be_meant() {
    let of = |preset: &str| format!("[networks.n]\nsecrets = [{{ value = \"x\" }}]\npreset = {preset}");
    assert_faults(&[
        (
            &of("\"keitaroo\""),
            "f:3:10: networks.n.preset: no preset is called \"keitaroo\"; did you mean keitaro? `postbackd presets` lists them",
        ),
        (
            &of("\"nobody-at-all\""),
            "f:3:10: networks.n.preset: no preset is called \"nobody-at-all\"; `postbackd presets` lists them",
        ),
        (
            &of("1"),
            "f:3:10: networks.n.preset: expected a string, found an integer",
        ),
    ]);
}
