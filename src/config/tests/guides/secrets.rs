//! What a guide must not hold.

use super::{SECRET, markdown, of_preset, with_secret};
use crate::config::Preset;

#[test]
fn a_guide_does_not_depend_on_the_secrets_and_holds_none() {
    for preset in Preset::all() {
        let guides = [SECRET, "fedcba9876543210"].map(|secret| {
            let guide = of_preset(preset, secret).guide("n").expect("the network");
            let (markdown, html) = (guide.markdown(), guide.html());
            assert!(!markdown.contains(secret), "{}", preset.name);
            assert!(!html.contains(secret), "{}", preset.name);
            guide
        });
        assert_eq!(
            guides[0], guides[1],
            "{}: it tells one secret from another",
            preset.name
        );
    }
}

#[test]
fn campaigns_of_others_are_not_named() {
    let campaign = |name: &str, rest: &str| {
        format!("[campaigns.{name}]\ndestination = \"https://shop.example/?c={{click_id}}\"\n{rest}\n")
    };
    let text = [
        "[networks.n]\nsecrets = [{ env = \"S\" }]\n[networks.other]\nsecrets = [{ value = \"o\" }]\n".to_owned(),
        campaign("confidential", "networks = [\"other\"]\nwindow = \"3d\""),
        campaign("shared", "networks = [\"n\", \"other\"]\nwindow = \"7d\""),
    ];
    let page = markdown(&with_secret(&text.concat(), SECRET));
    assert!(page.contains("`shared`: 7 days"), "{page}");
    assert!(!page.contains("confidential") && !page.contains("3 days"), "{page}");
}

#[test]
fn what_campaigns_pay_is_not_told() {
    let text =
        "[networks.n]\nsecrets = [{ env = \"S\" }]\n[campaigns.spring]\ndestination = \"https://shop.example/\"\n";
    let guide = |rest: &str| markdown(&with_secret(&format!("{text}{rest}"), SECRET));
    for window in ["", "window = \"7d\"\n"] {
        let paying = format!("{window}payout = \"73.19 GBP\"\npayouts = {{ secret_event = \"8.41 GBP\" }}\n");
        assert_eq!(guide(&paying), guide(window));
    }
}

#[test]
fn a_required_credential_is_in_no_guide() {
    for keys in [
        r#"algorithm = "hmac-sha256", content = "{body}", from = "header.x-sign""#,
        r#"algorithm = "token", from = "query.token""#,
    ] {
        let text = format!(
            "[networks.n]\nsecrets = [{{ env = \"S\" }}]\n\
             signature = {{ {keys}, require = {{ \"header.authorization\" = \"Basic Zm9vOmJhcg\" }} }}\n"
        );
        let page = markdown(&with_secret(&text, SECRET));
        assert!(!page.contains("Zm9vOmJhcg"), "{page}");
        assert!(page.contains("YOUR-CREDENTIAL"), "{page}");
    }
}
