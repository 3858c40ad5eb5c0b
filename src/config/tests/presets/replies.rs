//! What each preset's sender is told, byte by byte: its network learned it from another system, and hears when it changes.

use super::super::schemes::request;
use super::golden::network_of;
use super::told::TABLE;
use crate::config::Preset;
use crate::domain::network::Network;
use crate::domain::postback::RawPostback;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::reply::{Body, ContentType, OfRefusal, OfVerdict, RefusalFacts, ReplyRules};
use crate::domain::verdict::{Answer, Verdict};

/// A network of a preset, answering one request.
struct Line {
    network: Network,
    raw: RawPostback,
}

impl Line {
    fn new(preset: &str, query: &str) -> Self {
        Self {
            network: network_of(preset),
            raw: request("GET", &format!("/postback/n?{query}"), &[], ""),
        }
    }

    fn after(&self, verdict: Verdict, attributed: bool) -> (u16, Option<String>) {
        let answer = answer(verdict, attributed);
        let reply = self.network.reply.verdicts.of(&answer);
        let coverage = self.network.schemes.of(&self.raw.method).coverage();
        let value = |own: OfVerdict| own.of(&answer);
        let body = reply.body();
        let body = body.map(|body| body.render(value, &self.raw, Some(coverage)));
        (reply.status().as_u16(), body)
    }

    fn accepted(&self) -> (u16, Option<String>) {
        let reply = &self.network.reply.verdicts.accepted;
        let coverage = self.network.schemes.of(&self.raw.method).coverage();
        let body = reply.body();
        let body = body.map(|body| body.render(|_| None, &self.raw, Some(coverage)));
        (reply.status().as_u16(), body)
    }

    fn refused(&self, code: Code) -> (u16, Option<String>) {
        let Some(reply) = self.network.reply.refusals.of(code) else {
            return (code.status(), None);
        };
        let refusal = Refusal::new(code, "what is wrong");
        let facts = RefusalFacts {
            refusal: &refusal,
            network: "n",
            postback_id: None,
        };
        let value = |own: OfRefusal| own.of(&facts);
        let body = reply.body().map(|body| body.render(value, &self.raw, None));
        (reply.status().as_u16(), body)
    }
}

fn answer(verdict: Verdict, attributed: bool) -> Answer {
    Answer {
        verdict,
        conversion_id: None,
        postback_id: "p1".to_owned(),
        network: "n".into(),
        transaction_id: None,
        event: "conversion".to_owned(),
        status: Some("approved"),
        payout: None,
        currency: None,
        click_id: None,
        campaign: None,
        affiliate: None,
        attributed,
        reason: None,
        dedupe: "transaction",
    }
}

#[test]
fn each_sender_is_told_what_it_knows() {
    for replies in TABLE {
        let line = Line::new(replies.preset, "eventId=e-1.7&return=OK");
        let told = [
            ("recorded", replies.recorded, line.after(Verdict::Recorded, true)),
            ("unmatched", replies.unmatched, line.after(Verdict::Recorded, false)),
            ("duplicate", replies.duplicate, line.after(Verdict::Duplicate, true)),
            ("updated", replies.others, line.after(Verdict::Updated, true)),
            ("conflict", replies.others, line.after(Verdict::Conflict, true)),
            ("ignored", replies.others, line.after(Verdict::Ignored, false)),
            ("accepted", replies.accepted, line.accepted()),
            ("unauthorized", replies.unauthorized, line.refused(Code::Unauthorized)),
            ("missing_id", replies.missing_id, line.refused(Code::MissingId)),
            ("unavailable", replies.unavailable, line.refused(Code::Unavailable)),
            ("overloaded", replies.overloaded, line.refused(Code::Overloaded)),
        ];
        for (outcome, (status, body), told) in told {
            assert_eq!(told, (status, body.map(str::to_owned)), "{} {outcome}", replies.preset);
        }
    }
}

#[test]
fn a_body_that_is_json_says_so() {
    for replies in TABLE {
        let network = network_of(replies.preset);
        let reply = network.reply.verdicts.of(&answer(Verdict::Recorded, true));
        let expected = replies.recorded.1.map(|body| {
            if body.starts_with('{') {
                ContentType::Json
            } else {
                ContentType::Plain
            }
        });
        assert_eq!(reply.body().map(Body::content_type), expected, "{}", replies.preset);
    }
}

#[test]
fn every_preset_with_a_reply_of_its_own_stands_in_the_table() {
    for preset in Preset::all() {
        let is_usual = network_of(preset.name).reply == ReplyRules::default();
        let is_listed = TABLE.iter().any(|replies| replies.preset == preset.name);
        assert_eq!(is_listed, !is_usual, "{}", preset.name);
    }
}

#[test]
fn keitaros_return_is_a_short_word_or_nothing() {
    let too_long = format!("return={}", "x".repeat(256));
    for (query, body) in [
        ("return=OK", "OK"),
        ("return=status%3A1", "status:1"),
        ("subid=1", ""),
        ("return=", ""),
        ("return=%3Cscript%3Ealert(1)%3C/script%3E", ""),
        ("return=OK%0d%0aSet-Cookie:%20a", ""),
        ("return=%7Bconversion_id%7D", ""),
        ("return=%7Bheader.authorization%7D", ""),
        (&too_long, ""),
    ] {
        let told = Line::new("keitaro", query).after(Verdict::Recorded, true);
        assert_eq!(told, (200, Some(body.to_owned())), "{query}");
    }
}
