//! The true reason of a 401 in words, for the operator: the sender is told the same for all of them.

use crate::domain::network::Network;
use crate::domain::signature::{AuthFailure, Inspection, Outline};

use super::check::Scene;

/// Why a request is not proven to be its network's.
pub(super) fn of(scene: &Scene<'_>) -> String {
    let (Some(network), Some(form)) = (scene.named.known(), scene.form) else {
        return "no network of this name is configured".to_owned();
    };
    let failure = network.verify(scene.raw, form, scene.raw.received_at).err();
    let inspection = scene.inspection().unwrap_or_default();
    failure.map_or_else(String::new, |failure| words(failure, network, scene, &inspection))
}

fn words(failure: AuthFailure, network: &Network, scene: &Scene<'_>, inspection: &Inspection) -> String {
    let Outline {
        algorithm,
        from,
        prefix,
        encoding,
        timestamp,
        secrets,
        list,
        ..
    } = network.schemes.of(&scene.raw.method).outline();
    let from = from.join(", ");
    let time_place = timestamp.as_ref().map_or("", |rule| rule.from.as_str());
    match failure {
        AuthFailure::UnknownNetwork => "no network of this name is configured".to_owned(),
        AuthFailure::RequirementUnmet => {
            let named = inspection.requirements.iter().find(|seen| !seen.is_met);
            let (at, expected) = named.map_or(("", ""), |seen| (&seen.at, &seen.expected));
            let expected = scene.shown.text(expected);
            format!("{at}: expected {expected:?}, as signature.require says")
        }
        AuthFailure::SignatureMissing => match list {
            None => format!("there is nothing at {from}, where the signature is expected"),
            Some(list) => format!("there is no signature at {from}, where {list} are expected"),
        },
        AuthFailure::SignatureDoubled => format!("{from} is there more than once; expected it once"),
        AuthFailure::SignatureMalformed => {
            let behind = if prefix.is_empty() {
                String::new()
            } else {
                format!(" behind {prefix:?}")
            };
            let written = encoding.unwrap_or("the secret");
            format!("what stands at {from} is no signature; expected {written}{behind}")
        }
        AuthFailure::SignatureWrong if algorithm == "token" => {
            format!("what stands at {from} is none of the network's {secrets} secrets")
        }
        AuthFailure::SignatureWrong => {
            format!("no secret of the network (of {secrets}) makes the signature at {from} over the signed bytes")
        }
        AuthFailure::SignedPartMissing => {
            let part = inspection.missing_part.as_deref().unwrap_or("a value");
            format!("{part} is signed and is not there exactly once")
        }
        AuthFailure::SignedPartMalformed => {
            let part = inspection.missing_part.as_deref().unwrap_or("a value");
            format!("{part}: expected a decimal number, whose integer part is signed")
        }
        AuthFailure::TimestampMissing => format!("there is no timestamp at {time_place}"),
        AuthFailure::TimestampDoubled => format!("{time_place} is there more than once; expected it once"),
        AuthFailure::TimestampMalformed => {
            let unit = timestamp.as_ref().map_or("", |rule| rule.unit.as_str());
            format!("{time_place}: expected a timestamp in the unit {unit:?}")
        }
        AuthFailure::TimestampStale => {
            let tolerance = timestamp.as_ref().map_or(0, |rule| rule.tolerance.as_secs());
            let signed_at = inspection.timestamp.as_ref().and_then(|seen| seen.at);
            let age = signed_at.map_or(0, |at| scene.raw.received_at.seconds_since(at));
            let direction = if age < 0 { "after" } else { "before" };
            format!(
                "{time_place} lies {} s {direction} now; expected at most {tolerance} s",
                age.abs()
            )
        }
    }
}
