//! What each preset's sender is told, byte by byte: its network learned it from another system, and hears when it changes.

use super::super::schemes::request;
use super::golden::network_of;
use crate::config::Preset;
use crate::domain::network::Network;
use crate::domain::postback::RawPostback;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::reply::{OfRefusal, OfVerdict, RefusalFacts, ReplyRules};
use crate::domain::verdict::{Answer, Verdict};

/// A status, and a body in place of the contract's JSON.
type Told = (u16, Option<&'static str>);

/// What a preset's sender is told after each outcome.
struct Replies {
    preset: &'static str,
    recorded: Told,
    unmatched: Told,
    duplicate: Told,
    /// After an update, a conflict and an ignored status alike.
    others: Told,
    accepted: Told,
    unauthorized: Told,
    missing_id: Told,
    unavailable: Told,
    overloaded: Told,
}

/// What everybody is told.
const USUAL: Replies = Replies {
    preset: "",
    recorded: (200, None),
    unmatched: (200, None),
    duplicate: (200, None),
    others: (200, None),
    accepted: (202, None),
    unauthorized: (401, None),
    missing_id: (422, None),
    unavailable: (503, None),
    overloaded: (429, None),
};

/// Those of a preset that has one body for every success.
const fn with_body(preset: &'static str, body: &'static str) -> Replies {
    Replies {
        preset,
        recorded: (200, Some(body)),
        unmatched: (200, Some(body)),
        duplicate: (200, Some(body)),
        others: (200, Some(body)),
        accepted: (202, Some(body)),
        ..USUAL
    }
}

const PROSPER202: Option<&str> = Some(r#"{"error":false,"code":202,"msg":"Postback successful"}"#);

const TABLE: &[Replies] = &[
    with_body("adgem_v3", ""),
    with_body("adyen", "[accepted]"),
    Replies {
        preset: "ayet",
        accepted: (200, None),
        ..USUAL
    },
    Replies {
        preset: "fyber",
        unauthorized: (400, None),
        ..USUAL
    },
    Replies {
        preset: "gocardless",
        unauthorized: (498, None),
        ..USUAL
    },
    Replies {
        accepted: (200, Some("e-1.7:OK")),
        ..with_body("ironsource", "e-1.7:OK")
    },
    with_body("keitaro", "OK"),
    Replies {
        unauthorized: (401, Some("0")),
        missing_id: (422, Some("0")),
        unavailable: (503, Some("0")),
        overloaded: (429, Some("0")),
        ..with_body("lootably", "1")
    },
    Replies {
        preset: "mailgun",
        accepted: (200, None),
        missing_id: (406, None),
        ..USUAL
    },
    Replies {
        unmatched: (404, Some("Click ID not found in database.")),
        missing_id: (400, Some("Missing subid.")),
        ..with_body("orbitra", "Postback recorded successfully")
    },
    with_body("paymentwall_v1", "OK"),
    with_body("paymentwall_v2", "OK"),
    with_body("paymentwall_v3", "OK"),
    Replies {
        preset: "prosper202",
        recorded: (202, PROSPER202),
        unmatched: (404, Some(r#"{"error":true,"code":404,"msg":"SubID not found"}"#)),
        duplicate: (202, PROSPER202),
        others: (202, PROSPER202),
        accepted: (202, PROSPER202),
        ..USUAL
    },
    Replies {
        preset: "shopify",
        accepted: (200, None),
        ..USUAL
    },
    Replies {
        unavailable: (503, Some("0")),
        overloaded: (429, Some("0")),
        ..with_body("superrewards", "1")
    },
    Replies {
        preset: "tapjoy",
        accepted: (200, None),
        missing_id: (403, None),
        ..USUAL
    },
    with_body("torox", "1"),
    Replies {
        preset: "trcker",
        duplicate: (200, Some("duplicate")),
        ..USUAL
    },
    Replies {
        unauthorized: (200, Some("success=false; err_msg=what is wrong;")),
        missing_id: (200, Some("success=false; err_msg=what is wrong;")),
        ..with_body("tune", "success=true;")
    },
    Replies {
        accepted: (200, Some("1")),
        ..with_body("unity_ads", "1")
    },
];

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
