//! What a network has to be answered, by its own `reply` rules or, where it has none, in the contract's JSON.

use http::StatusCode;
use serde_json::Value;

use crate::domain::network::Network;
use crate::domain::refusal::Code;
use crate::domain::reply::{OfAcceptance, OfRefusal, OfVerdict, RefusalReply};
use crate::domain::verdict::Verdict;

use super::super::wire::Answer;

/// What is wrong with the answer to a postback of this verdict, whose click got the conversion.
pub(super) fn fault_of_verdict(network: &Network, verdict: Verdict, answer: &Answer) -> Option<String> {
    let reply = &network.reply.verdicts.verdicts[verdict as usize];
    let text = String::from_utf8_lossy(&answer.body);
    let is_said = match reply.body() {
        Some(body) => body.fits(&text, |own| match own {
            OfVerdict::Known(OfAcceptance::Verdict) => Some(verdict.as_str()),
            OfVerdict::Known(OfAcceptance::Network) => Some(&network.name),
            OfVerdict::Known(OfAcceptance::ConversionId | OfAcceptance::PostbackId | OfAcceptance::TransactionId)
            | OfVerdict::Event
            | OfVerdict::Status
            | OfVerdict::Payout
            | OfVerdict::Currency
            | OfVerdict::ClickId
            | OfVerdict::Campaign
            | OfVerdict::Affiliate
            | OfVerdict::Attributed
            | OfVerdict::Reason => None,
        }),
        None if reply.is_bodiless() => text.is_empty(),
        None => json(answer)["verdict"] == verdict.as_str(),
    };
    fault(
        reply.status(),
        is_said,
        answer,
        &format!("to a postback that is {verdict}"),
    )
}

/// What is wrong with the answer to a postback that is not the network's.
pub(super) fn fault_of_forgery(network: &Network, answer: &Answer) -> Option<String> {
    let code = Code::Unauthorized;
    let rule = network.reply.refusals.of(code);
    let is_said = match rule.and_then(|rule| rule.body()) {
        Some(body) => body.fits(&String::from_utf8_lossy(&answer.body), |own| match own {
            OfRefusal::Code => Some(code.as_str()),
            OfRefusal::Network => Some(&network.name),
            OfRefusal::Detail | OfRefusal::Param | OfRefusal::Field | OfRefusal::Title | OfRefusal::PostbackId => None,
        }),
        None => json(answer)["code"] == code.as_str(),
    };
    let status = rule.map_or(StatusCode::UNAUTHORIZED, RefusalReply::status);
    fault(status, is_said, answer, "to a postback that is not the network's")
}

fn fault(expected: StatusCode, is_said: bool, answer: &Answer, to: &str) -> Option<String> {
    if answer.status != expected {
        return Some(format!("expected the status {} in answer {to}", expected.as_str()));
    }
    (!is_said)
        .then(|| format!("the status is right; expected another body in answer {to}, as the network's reply says it"))
}

/// The code of a problem; nothing where the answer is none.
pub(super) fn problem_code(answer: &Answer) -> Option<String> {
    json(answer)["code"].as_str().map(str::to_owned)
}

fn json(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use crate::config::{Environment, parse};

    use super::*;

    #[test]
    fn an_answer_is_right_when_the_networks_reply_says_so() {
        let config = |reply: &str| {
            let text = format!("[networks.acme]\nsecrets = [{{ value = \"hush\" }}]\n{reply}\n");
            parse("test.toml", &text, &Environment::default()).expect("a configuration")
        };
        let answer = |status: u16, body: &'static str| Answer {
            status: StatusCode::from_u16(status).expect("a status"),
            headers: HeaderMap::new(),
            body: body.into(),
        };
        let ok = "reply = { body = \"OK\", duplicate = 409 }";
        let forgery = "reply = { refused = { status = 200, body = \"no: {code}\" } }";
        for (reply, verdict, status, body, is_right) in [
            ("", Some(Verdict::Recorded), 200, r#"{"verdict":"recorded"}"#, true),
            ("", Some(Verdict::Recorded), 200, r#"{"verdict":"duplicate"}"#, false),
            ("", Some(Verdict::Recorded), 202, r#"{"verdict":"accepted"}"#, false),
            ("", Some(Verdict::Recorded), 200, "OK", false),
            (ok, Some(Verdict::Recorded), 200, "OK", true),
            (ok, Some(Verdict::Recorded), 200, r#"{"verdict":"recorded"}"#, false),
            (ok, Some(Verdict::Duplicate), 409, "{}", false),
            ("", None, 401, r#"{"code":"unauthorized"}"#, true),
            ("", None, 403, r#"{"code":"address_not_allowed"}"#, false),
            ("", None, 200, r#"{"verdict":"recorded"}"#, false),
            (forgery, None, 200, "no: unauthorized", true),
            (forgery, None, 200, "no: too_long", false),
            (forgery, None, 401, "no: unauthorized", false),
        ] {
            let config = config(reply);
            let network = &config.networks["acme"];
            let answer = answer(status, body);
            let fault = match verdict {
                Some(verdict) => fault_of_verdict(network, verdict, &answer),
                None => fault_of_forgery(network, &answer),
            };
            assert_eq!(fault.is_none(), is_right, "{reply} {status} {body}: {fault:?}");
        }
    }
}
