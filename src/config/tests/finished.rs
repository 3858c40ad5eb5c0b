use std::net::Ipv4Addr;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};

use super::{SOUND, environment, parse, read};
use crate::config::DatabaseSource;
use crate::domain::campaign::Openness;
use crate::domain::conversion::Status;
use crate::domain::dedupe::DedupeRule;
use crate::domain::id::PostbackId;
use crate::domain::mapping::{Field, StatusWord};
use crate::domain::postback::{Form, RawPostback};
use crate::domain::reply::{ReplyRules, VerdictReply};
use crate::domain::signature::{AuthFailure, Unsigned};
use crate::domain::time::Timestamp;
use crate::domain::verdict::Verdict;

const DAY: Duration = Duration::from_hours(24);

#[test]
fn an_empty_file_is_a_configuration_of_defaults() {
    let config = read("").expect("defaults");
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.server.admin_listen.to_string(), "127.0.0.1:8081");
    assert_eq!(config.server.public_url, "http://127.0.0.1:8080");
    assert_eq!(config.server.shutdown_grace, Duration::from_secs(5));
    assert!(config.server.trusted_proxies.is_empty() && config.admin.tokens.is_empty());
    assert_eq!(config.database.source, DatabaseSource::Private);
    assert!(config.database.migrate);
    assert_eq!(config.storage.data_dir, Path::new("data"));
    assert_eq!(config.storage.spool_max, 1 << 30);
    assert!(config.networks.is_empty() && config.campaigns.iter().next().is_none() && config.warnings.is_empty());
}

#[test]
fn a_network_of_a_secret_alone_has_the_defaults() {
    let config = read(SOUND).expect("defaults");
    let network = &config.networks["acme"];
    assert_eq!(&*network.name, "acme");
    assert_eq!(network.default_event, "conversion");
    assert_eq!(network.default_status, Status::Approved);
    assert_eq!(network.currency, None);
    assert_eq!(network.dedupe, DedupeRule::Transaction);
    assert_eq!(network.terms.window, DAY * 30);
    assert!(!network.negative_payouts);
    assert_eq!(network.reply, ReplyRules::default());
    assert_eq!(network.mapping.names(Field::Payout), ["payout"]);
}

#[test]
fn what_the_file_says_is_what_the_service_gets() {
    let text = format!(
        r#"
        [server]
        public_url = "https://postback.example/in"
        trusted_proxies = ["10.0.0.0/8", "2001:db8::1"]
        [storage]
        data_dir = "/var/lib/postbackd"
        spool_max = "64KiB"
        [database]
        migrate = false
        {SOUND}
        params = {{ click_id = ["cid"], payout = ["payout", "/order/sum"] }}
        statuses = {{ approved = ["1", "Kauf"], reversed = "4", ignored = ["test"] }}
        default_event = "sale"
        default_status = "pending"
        currency = "eur"
        dedupe = "click_event"
        window = "7d"
        negative_payouts = true
        reply = {{ body = "OK", duplicate = 409, unmatched = 404, accepted = 200 }}
        [campaigns.spring]
        destination = "https://shop.example/?cid={{click_id}}"
        networks = ["acme"]
        window = "12h"
        [campaigns.shut]
        destination = "https://shop.example/"
        enabled = false
        [campaigns.moved]
        destination = "https://shop.example/"
        enabled = false
        fallback_url = "https://shop.example/gone"
        "#
    );
    let config = read(&text).expect("a configuration");
    assert_eq!(config.server.public_url, "https://postback.example/in");
    assert_eq!(
        format!("{:?}", config.server.trusted_proxies),
        "[10.0.0.0/8, 2001:db8::1/128]"
    );
    assert_eq!(config.storage.spool_max, 64 * 1024);
    assert!(!config.database.migrate);
    let network = &config.networks["acme"];
    assert_eq!(network.mapping.names(Field::ClickId), ["cid"]);
    assert_eq!(network.mapping.names(Field::Payout), ["payout", "/order/sum"]);
    assert_eq!(network.mapping.names(Field::Event), ["event"]);
    assert_eq!(
        network.statuses.meaning("kAUF"),
        Some(StatusWord::Status(Status::Approved))
    );
    assert_eq!(
        network.statuses.meaning("4"),
        Some(StatusWord::Status(Status::Reversed))
    );
    assert_eq!(network.statuses.meaning("TEST"), Some(StatusWord::Ignored));
    assert_eq!(
        (network.default_event.as_str(), network.default_status),
        ("sale", Status::Pending)
    );
    assert_eq!(
        network.currency.map(|currency| currency.to_string()).as_deref(),
        Some("EUR")
    );
    assert_eq!(
        (network.dedupe, network.terms.window),
        (DedupeRule::ClickEvent, DAY * 7)
    );
    assert!(network.negative_payouts);
    let verdicts = &network.reply.verdicts;
    assert_eq!(verdicts.verdicts[Verdict::Duplicate as usize].status(), 409);
    assert_eq!(verdicts.verdicts[Verdict::Recorded as usize].status(), 200);
    assert_eq!(
        verdicts.unmatched.as_ref().map(VerdictReply::status),
        Some(StatusCode::NOT_FOUND)
    );
    assert_eq!(verdicts.accepted.status(), 200);
    let campaign = |name: &str| config.campaigns.get(name).expect(name);
    assert!(matches!(campaign("spring").open, Openness::Enabled));
    assert!(campaign("spring").allows("acme") && !campaign("spring").allows("other"));
    assert_eq!(campaign("spring").window, Some(DAY / 2));
    assert!(matches!(campaign("shut").open, Openness::Disabled));
    assert!(matches!(campaign("moved").open, Openness::FallsBack(_)));
}

#[test]
fn each_secret_of_a_network_is_accepted() {
    let of_secrets = |secrets: &str| {
        let config = read(&format!("[networks.acme]\nsecrets = [{secrets}]")).expect("a network");
        config.networks["acme"].schemes.of(&Method::GET).clone()
    };
    let [old, new, other] = ["old", "new", "other"].map(|secret| format!("{{ value = \"{secret}\" }}"));
    let rotating = of_secrets(&format!("{new}, {old}"));
    let now = Timestamp::from_unix_seconds(1_800_000_000);
    let unsigned = RawPostback {
        id: PostbackId::new(now, [0; 10]),
        received_at: now,
        remote_ip: Ipv4Addr::LOCALHOST.into(),
        method: Method::GET,
        uri: "/postback/acme?click_id=c&payout=1".parse().expect("a target"),
        headers: HeaderMap::new(),
        body: Bytes::new(),
    };
    for (secret, expected) in [(old, Ok(())), (new, Ok(())), (other, Err(AuthFailure::SignatureWrong))] {
        let signed = Unsigned(unsigned.clone())
            .sign(&of_secrets(&secret), now)
            .expect("signed");
        let raw = RawPostback {
            uri: signed.uri,
            ..unsigned.clone()
        };
        let form = Form::read(&raw).expect("a form");
        assert_eq!(rotating.verify(&raw, &form, now), expected, "{secret}");
    }
}

#[test]
fn the_environment_moves_the_listeners() {
    let text = "[server]\nlisten = \"127.0.0.1:1\"\nadmin_listen = \"127.0.0.1:2\"";
    let moved = environment(&[
        ("POSTBACKD_LISTEN", "0.0.0.0:80"),
        ("POSTBACKD_ADMIN_LISTEN", "[::1]:81"),
    ]);
    let config = parse("f", text, &moved).expect("listeners");
    assert_eq!(config.server.listen.to_string(), "0.0.0.0:80");
    assert_eq!(config.server.admin_listen.to_string(), "[::1]:81");
    let config = parse("f", text, &environment(&[("POSTBACKD_LISTEN", "")])).expect("listeners");
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:1");
}
