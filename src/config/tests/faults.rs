use super::{SOUND, assert_faults, environment, faults, read};
use crate::config::{Fault, Position, parse};

#[test]
fn every_fault_of_a_file_is_told_at_once() {
    let text = r#"lisen = "127.0.0.1:80"
[server]
listen = "localhost:8080"
public_url = "https://postback.example/"
trusted_proxies = ["10.0.0.0/8", "10.0.0.0/33", 7]
shutdown_grace = "5"
[database]
url = "mysql://db.example"
migrate = "yes"
[storage]
data_dir = ""
spool_max = "1GB"
[networks.acme]
secret = [{ value = "x" }]
currency = "USDT"
[networks."a/b"]
secrets = [{ value = "x" }]
window = "0d"
preset = "keitar"
dedupe = "click"
[campaigns.spring]
destination = "https://shop.example/{clickid}"
networks = ["acmee", "a/b"]
[campaigns.autumn]
window = 7
"#;
    let expected = r#"f:1:1: lisen: unknown key; known here: server, admin, database, storage, networks, sources, campaigns
f:3:10: server.listen: expected an IP address and a port, as 127.0.0.1:8080 or [::]:8080, found "localhost:8080"
f:4:14: server.public_url: expected an address that starts with https:// or http://, as https://postback.example, without user name, query, fragment or a slash at its end
f:5:34: server.trusted_proxies: expected a network such as 203.0.113.0/24 or 2001:db8::/32, found "10.0.0.0/33"
f:5:49: server.trusted_proxies: expected a string, found an integer
f:6:18: server.shutdown_grace: expected a duration such as "30d", "12h", "5m", "5s" or "250ms", found "5"
f:8:7: database.url: expected an address that starts with postgres:// or postgresql://, without spaces
f:9:11: database.migrate: expected true or false, found a string
f:11:12: storage.data_dir: expected the path of a folder
f:12:13: storage.spool_max: expected a size such as "1GiB", "512MiB", "64KiB" or "1048576B", found "1GB"
f:13:11: networks.acme.secrets: expected at least one secret, as [{ env = "ACME_SECRET" }]
f:14:1: networks.acme.secret: unknown key; did you mean secrets?
f:15:12: networks.acme.currency: expected a currency code of ISO 4217, as "USD", found "USDT"
f:16:11: networks."a/b": expected a name of at most 64 letters, digits, _, . and -, the first a letter or digit; found "a/b"
f:18:10: networks."a/b".window: expected a duration above zero, found "0d"
f:19:10: networks."a/b".preset: no preset is called "keitar"; did you mean keitaro? `postbackd presets` lists them
f:20:10: networks."a/b".dedupe: expected one of transaction, click_transaction, click_event; found "click"
f:22:15: campaigns.spring.destination: unknown placeholder {clickid}; known are click_id, campaign, affiliate, sub1 to sub10, external_id, cost, currency, user_id, device_id
f:23:13: campaigns.spring.networks: no network "acmee" is configured; did you mean acme?
f:24:12: campaigns.autumn.destination: is required, as "https://shop.example/?cid={click_id}"
f:25:10: campaigns.autumn.window: expected a string, found an integer"#;
    assert_eq!(faults(text), expected);
}

#[test]
fn no_section_takes_an_unknown_key() {
    for section in [
        "server",
        "admin",
        "database",
        "storage",
        "networks.acme",
        "networks.acme.signature",
        "networks.acme.params",
        "networks.acme.statuses",
        "networks.acme.constants",
        "networks.acme.inline_statuses",
        "networks.acme.reply",
        "sources.own",
        "sources.own.params",
        "campaigns.spring",
    ] {
        let told = faults(&format!("[{section}]\nxyzzy = 1\n"));
        assert!(
            told.contains(&format!("f:2:1: {section}.xyzzy: unknown key; ")),
            "{told}"
        );
    }
    let told = faults("[networks.acme]\nsecrets = [{ value = \"x\", xyzzy = 1 }]");
    assert_eq!(
        told,
        "f:2:27: networks.acme.secrets.xyzzy: unknown key; known here: env, file, value"
    );
}

#[test]
fn the_two_listeners_need_an_address_each() {
    for (listen, admin_listen) in [
        ("127.0.0.1:8080", "127.0.0.1:8080"),
        ("0.0.0.0:8080", "127.0.0.1:8080"),
        ("127.0.0.1:8080", "[::ffff:127.0.0.1]:8080"),
    ] {
        let told = faults(&format!(
            "[server]\nlisten = \"{listen}\"\nadmin_listen = \"{admin_listen}\""
        ));
        let expected = format!(
            "f:3:16: server.admin_listen: expected an address and port of its own: server.listen listens on {listen} and \
             server.admin_listen on {admin_listen}"
        );
        assert_eq!(told, expected);
    }
    // A free port each, which the system chooses.
    read("[server]\nlisten = \"127.0.0.1:0\"\nadmin_listen = \"127.0.0.1:0\"").expect("no collision");
}

#[test]
fn a_faulty_variable_is_named() {
    let environment = environment(&[
        ("POSTBACKD_LISTEN", "8080"),
        ("POSTBACKD_ADMIN_LISTEN", "localhost:1"),
        ("DATABASE_URL", "hunter2"),
    ]);
    let told = parse("f", "", &environment).expect_err("faults").to_string();
    assert_eq!(
        told,
        "f: POSTBACKD_LISTEN: in the environment: expected an IP address and a port, as 127.0.0.1:8080 or [::]:8080, found \"8080\"\n\
         f: POSTBACKD_ADMIN_LISTEN: in the environment: expected an IP address and a port, as 127.0.0.1:8080 or [::]:8080, found \"localhost:1\"\n\
         f: DATABASE_URL: in the environment: expected an address that starts with postgres:// or postgresql://, without spaces"
    );
}

#[test]
fn words_and_names_have_one_meaning() {
    let of_acme = |lines: &str| format!("{SOUND}{lines}");
    let params = of_acme("params = { click_id = [\"cid\", \"\"], event = \"cid\", payout = [], status = [1] }");
    let statuses =
        of_acme("statuses = { approved = [\"Sale\", \"1\"], rejected = [\"sale\"], paid = [\"2\"], ignored = \"1\" }");
    assert_faults(&[
        (
            &params,
            "f:4:31: networks.acme.params.click_id: the name is empty\n\
             f:4:44: networks.acme.params.event: \"cid\" is already a name of click_id: a parameter has one meaning\n\
             f:4:60: networks.acme.params.payout: expected at least one name\n\
             f:4:74: networks.acme.params.status: expected a string, found an integer",
        ),
        (
            &statuses,
            "f:4:52: networks.acme.statuses.rejected: \"sale\" already means approved; case does not matter\n\
             f:4:61: networks.acme.statuses.paid: unknown key; known here: approved, pending, rejected, reversed, ignored\n\
             f:4:85: networks.acme.statuses.ignored: \"1\" already means approved; case does not matter",
        ),
    ]);
}

#[test]
fn a_fault_serialises_for_the_answer_to_a_reload() {
    let at = Some(Position { line: 12, column: 5 });
    let mut fault = Fault {
        position: at,
        key: "server.listen".to_owned(),
        message: "is odd".to_owned(),
    };
    let json = |fault: &Fault| serde_json::to_string(fault).expect("JSON");
    assert_eq!(
        json(&fault),
        r#"{"line":12,"column":5,"key":"server.listen","message":"is odd"}"#
    );
    fault.position = None;
    assert_eq!(json(&fault), r#"{"key":"server.listen","message":"is odd"}"#);
}

#[test]
fn a_message_stays_on_its_line() {
    let told = faults("[storage]\nspool_max = \"\\n\\u001b[31m\"\n\"a\\nb\" = 1");
    assert_eq!(told.lines().count(), 2, "{told}");
    assert!(!told.contains('\u{1b}'), "{told}");
}
