use super::{environment, parse, read};
use crate::config::{
    SHIPPED_SECRETS, admin, campaign, constants, database, network, reply, server, signature, source, storage, wording,
};
use crate::domain::reply::ReplyRules;

const SHIPPED: &str = include_str!("../../../config/postbackd.toml");

/// The shipped file with its commented keys switched on, but for those that `exclude`, which stands beside another.
fn uncommented(exclude: &str) -> String {
    let is_commented_key = |rest: &str| rest.starts_with(|first: char| first.is_ascii_lowercase() || first == '[');
    let lines = SHIPPED.lines().map(|line| match line.strip_prefix('#') {
        Some(rest) if is_commented_key(rest) && !rest.starts_with(exclude) => rest,
        Some(_) | None => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_shipped_configuration_is_sound_as_it_is() {
    let config = read(SHIPPED).unwrap_or_else(|faults| panic!("{faults}"));
    assert!(config.networks.contains_key("acme") && config.campaigns.get("spring").is_some());
    assert!(config.warnings.is_empty(), "{:?}", config.warnings);
    assert!(config.server.reachable().is_none());
    assert_eq!(
        config.example_secrets,
        ["admin.tokens.value", "networks.acme.secrets.value"],
        "on loopback they are only told about"
    );
}

#[test]
fn the_shipped_configuration_is_sound_with_every_example_in_use() {
    let database = environment(&[("DATABASE_URL", "postgres://db.example/x")]);
    for exclude in ["url =", "url_file ="] {
        let text = uncommented(exclude);
        let config = parse("f", &text, &database).unwrap_or_else(|faults| panic!("{faults}"));
        assert_ne!(config.networks["acme"].reply, ReplyRules::default());
        assert!(config.warnings.is_empty(), "{:?}", config.warnings);
    }
}

#[test]
fn the_shipped_configuration_shows_the_defaults_as_they_are() {
    let text = uncommented("url");
    let (shown, defaults) = (read(&text).expect("examples"), read("").expect("defaults"));
    assert_eq!(shown.server.public_url, defaults.server.public_url);
    assert_eq!(shown.server.shutdown_grace, defaults.server.shutdown_grace);
    assert_eq!(shown.server.listen, defaults.server.listen);
    assert_eq!(shown.server.admin_listen, defaults.server.admin_listen);
    assert_eq!(shown.storage, defaults.storage);
    assert_eq!(shown.database, defaults.database);
}

#[test]
fn the_shipped_configuration_names_every_key() {
    let sections: [&[&str]; 16] = [
        server::KEYS,
        admin::KEYS,
        database::KEYS,
        storage::KEYS,
        network::KEYS,
        &wording::PARAMS_KEYS,
        wording::STATUSES_KEYS,
        &reply::RULE_KEYS,
        constants::KEYS,
        signature::KEYS,
        signature::key::KEYS,
        signature::placement::LIST_KEYS,
        signature::rows::PARAMS_KEYS,
        signature::rows::VALUES_KEYS,
        signature::timestamp::KEYS,
        campaign::KEYS,
    ];
    for key in sections.concat() {
        let as_key = format!("{key} = ");
        let as_section = format!(".{key}]");
        let is_named = SHIPPED.contains(&as_key) || SHIPPED.contains(&as_section);
        assert!(is_named, "{key}");
    }
    for key in reply::KEYS {
        assert!(SHIPPED.contains(key), "{key}");
    }
    for (source, _) in source::SHIPPED {
        assert!(SHIPPED.contains(source), "{source}");
    }
}

#[test]
fn the_shipped_secrets_never_leave_the_loopback() {
    for secret in SHIPPED_SECRETS {
        assert!(SHIPPED.contains(&format!("value = \"{secret}\"")), "{secret}");
    }
    assert_eq!(
        SHIPPED.matches("value = \"").count(),
        SHIPPED_SECRETS.len() + 1,
        "and the explanation of `value`"
    );

    for (variable, address) in [
        ("POSTBACKD_LISTEN", "0.0.0.0:8080"),
        ("POSTBACKD_LISTEN", "[::]:8080"),
        ("POSTBACKD_ADMIN_LISTEN", "192.0.2.1:8081"),
    ] {
        let told = parse("f", SHIPPED, &environment(&[(variable, address)]))
            .expect_err("refused")
            .to_string();
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(lines.len(), SHIPPED_SECRETS.len(), "{told}");
        for line in lines {
            assert!(
                line.contains("is the example secret of the shipped configuration"),
                "{line}"
            );
            assert!(
                line.contains(address) && line.contains("put a secret of your own here"),
                "{line}"
            );
            assert!(!SHIPPED_SECRETS.iter().any(|secret| line.contains(secret)), "{line}");
        }
    }
    for address in ["127.0.0.1:9", "127.8.8.8:9", "[::1]:9", "[::ffff:127.0.0.1]:9"] {
        parse("f", SHIPPED, &environment(&[("POSTBACKD_LISTEN", address)])).expect(address);
    }
    let own = SHIPPED
        .replace(SHIPPED_SECRETS[0], "own-secret")
        .replace(SHIPPED_SECRETS[1], "own-token");
    parse("f", &own, &environment(&[("POSTBACKD_LISTEN", "0.0.0.0:8080")])).expect("secrets of one's own");
}
