//! What a campaign pays of its own, as the file says it.

use super::{SOUND, assert_faults, read};

fn campaign(lines: &str) -> String {
    format!("[campaigns.spring]\ndestination = \"https://shop.example/\"\n{lines}\n")
}

#[test]
fn the_payout_of_an_event_counts_before_the_campaigns() {
    for (lines, of_sale, of_lead) in [
        ("", None, None),
        ("payouts = {}", None, None),
        ("payout = \"12.50 USD\"", Some("12.50 USD"), Some("12.50 USD")),
        ("payout = \"0 usd\"", Some("0 USD"), Some("0 USD")),
        ("payouts = { sale = \".5 EUR\" }", Some("0.5 EUR"), None),
        (
            "payout = \"12.50 USD\"\npayouts = { sale = \"999999999999.999999 JPY\" }",
            Some("999999999999.999999 JPY"),
            Some("12.50 USD"),
        ),
    ] {
        let config = read(&format!("{SOUND}{}", campaign(lines))).expect(lines);
        let payouts = &config.campaigns.get("spring").expect("a campaign").payouts;
        let of = |event: &str| payouts.of(event).map(|payout| payout.to_string());
        assert_eq!(
            (of("sale").as_deref(), of("lead").as_deref()),
            (of_sale, of_lead),
            "{lines}"
        );
        // Terms hold a campaign only where it differs.
        let terms = &config.networks["acme"].terms;
        assert_eq!(
            terms.exceptions.is_empty(),
            (of_sale, of_lead) == (None, None),
            "{lines}"
        );
    }
}

#[test]
fn what_is_no_amount_with_its_currency_is_refused() {
    let digits = "expected a decimal number, as 12.50, with at most 12 digits before and 6 behind the point";
    let currency = "expected a currency code of ISO 4217, as \"USD\"";
    let pair = "expected an amount and its currency, as \"12.50 USD\"";
    for (value, message) in [
        ("\"12.50\"", format!("{pair}, found \"12.50\"")),
        ("\"USD\"", format!("{pair}, found \"USD\"")),
        ("\"\"", format!("{pair}, found \"\"")),
        ("\"USD 12.50\"", format!("{digits}; found \"USD\"")),
        ("\"12,50 USD\"", format!("{digits}; found \"12,50\"")),
        ("\"1e3 USD\"", format!("{digits}; found \"1e3\"")),
        ("\" USD\"", format!("{digits}; found \"\"")),
        ("\"0.0000001 USD\"", format!("{digits}; found \"0.0000001\"")),
        ("\"1234567890123 USD\"", format!("{digits}; found \"1234567890123\"")),
        (
            "\"-1 USD\"",
            "expected an amount that is not below zero, found \"-1 USD\"".to_owned(),
        ),
        ("\"12.50 \"", format!("{currency}, found \"\"")),
        ("\"12.50 USDT\"", format!("{currency}, found \"USDT\"")),
        ("\"12.50  USD\"", format!("{currency}, found \" USD\"")),
        ("12.50", "expected a string, found a float".to_owned()),
    ] {
        assert_faults(&[
            (
                &campaign(&format!("payout = {value}")),
                &format!("f:3:10: campaigns.spring.payout: {message}"),
            ),
            (
                &campaign(&format!("payouts = {{ sale = {value} }}")),
                &format!("f:3:20: campaigns.spring.payouts.sale: {message}"),
            ),
        ]);
    }
}

#[test]
fn payouts_stand_under_names_of_events() {
    assert_faults(&[
        (
            &campaign("payouts = { \"\" = \"1 USD\" }"),
            "f:3:13: campaigns.spring.payouts.\"\": expected a name of 1 to 64 bytes, found \"\"",
        ),
        (
            &campaign("payouts = \"1 USD\""),
            "f:3:11: campaigns.spring.payouts: expected a table, found a string",
        ),
    ]);
}

#[test]
fn campaigns_that_make_waiting_postbacks_heavy_are_warned_about() {
    let campaigns = |count: usize, lines: &str| -> String {
        let campaign = |number| format!("[campaigns.c{number:04}]\ndestination = \"https://shop.example/\"\n{lines}\n");
        (0..count).map(campaign).collect()
    };
    for (count, lines, kib) in [
        (5000, "", None),
        (2000, "payout = \"12.50 USD\"", None),
        (3000, "payout = \"12.50 USD\"", Some(73)),
        (3000, "payouts = { sale = \"12.50 USD\" }\nwindow = \"7d\"", Some(123)),
        (5000, "networks = [\"other\"]", Some(83)),
    ] {
        let other = "[networks.other]\nsecrets = [{ value = \"s3cret\" }]\n";
        let config = read(&format!("{SOUND}{other}{}", campaigns(count, lines))).expect(lines);
        let of_acme = config.warnings.iter().find(|warning| warning.key == "networks.acme");
        let carried = of_acme.map(|warning| {
            warning
                .message
                .contains(&format!("about {} KiB", kib.unwrap_or_default()))
        });
        assert_eq!(carried, kib.map(|_| true), "{count} of {lines}: {of_acme:?}");
    }
}
