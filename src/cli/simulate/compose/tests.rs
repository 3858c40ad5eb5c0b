//! Every shipped preset's postback, composed and read by the preset's own rules.

use crate::config::{Environment, Preset, parse};
use crate::domain::conversion::Status;
use crate::domain::postback::NamedStatus;

use super::super::Options;
use super::*;

const CLICK: &str = "01fwhe4ydgfk1shh6w1g60eecf";

/// Presets of which no click's postback can be made up, and why.
const EXCEPTIONS: [(&str, &str); 4] = [
    // Until the operator trusts it.
    ("applovin_max", "the signature does not cover query."),
    ("cpx", "the signature does not cover query."),
    // Their ids have a form of their own.
    ("mailgun", "the network's values of transaction_id"),
    ("twilio", "the network's values of transaction_id"),
];

fn composed(preset: &'static Preset) -> Result<Composed, String> {
    let secret = "0123456789abcdef";
    let environment = Environment::new([(preset.secret_variable().into(), secret.into())]);
    let config = parse("f", &preset.block(), &environment).map_err(|faults| faults.to_string())?;
    let network = &config.networks[preset.name];
    let options = Options {
        network: preset.name.to_owned(),
        campaign: "spring".to_owned(),
        url: None,
        admin_url: None,
        payout: None,
        status: None,
        transaction_id: None,
        json: false,
    };
    let wish = Wish::of(&options, network).map_err(|failure| format!("{failure:?}"))?;
    let click = CLICK.parse().map_err(|_| "no click id".to_owned())?;
    let composed = Composed::of(click, &wish, network, &config)?;
    let raw = composed.signed(network.schemes.of(composed.method()));
    let raw = raw.map_err(|error| error.to_string())?;
    assert!(raw.uri.path().starts_with("/postback/"), "{}", preset.name);
    Ok(composed)
}

#[test]
fn the_postback_of_every_preset_is_one_that_it_takes_for_the_clicks() {
    for preset in Preset::all() {
        let exception = EXCEPTIONS.iter().find(|(name, _)| *name == preset.name);
        let why_not = exception.map(|(_, why)| *why);
        let refused = match composed(preset) {
            Ok(composed) => {
                let status = composed.postback.status;
                let is_approved = matches!(status, NamedStatus::Named(Status::Approved) | NamedStatus::Default(_));
                assert!(is_approved, "{}: {status:?}", preset.name);
                None
            }
            Err(why) => Some(why),
        };
        let is_as_known = match (&refused, why_not) {
            (None, None) => true,
            (Some(refused), Some(why)) => refused.contains(why),
            (None, Some(_)) | (Some(_), None) => false,
        };
        assert!(is_as_known, "{}: {refused:?}", preset.name);
    }
}
