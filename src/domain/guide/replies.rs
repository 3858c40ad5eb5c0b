//! What is answered, and which answers want a repeat.

use http::Method;

use crate::domain::network::Network;
use crate::domain::refusal::Code;
use crate::domain::reply::{Rule, VerdictReply};
use crate::domain::signature::Proof;
use crate::domain::verdict::{Acceptance, Verdict};

use super::text::{Block, Text};
use super::{Sender, codes};

/// A success as everybody gets it who wants nothing else.
const SUCCESS: &str = r#"{"verdict":"recorded","conversion_id":"…","postback_id":"…","network":"…","transaction_id":"T1001",
 "event":"conversion","status":"approved","payout":"12.50","currency":"USD","click_id":"…",
 "campaign":"…","affiliate":"…","attributed":true,"dedupe":"…"}"#;
/// A refusal likewise.
const PROBLEM: &str = r#"{"type":"urn:postbackd:problem:invalid_payout","title":"The payout cannot be read","status":422,
 "detail":"…","code":"invalid_payout","param":"payout","field":"payout","postback_id":"…"}"#;

/// The headings of a table of refusals.
const REFUSAL_HEAD: &[&str] = &["HTTP", "Code", "Body", "Meaning", "What to do"];

const fn meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Recorded => "A new conversion is stored.",
        Verdict::Duplicate => "We have it already; nothing was counted twice.",
        Verdict::Updated => "The conversion was changed as you say.",
        Verdict::Conflict => "A change that is not taken by itself; we keep it and look at it.",
        Verdict::Ignored => "A status that does not count.",
    }
}

pub(super) fn blocks(network: &Network, sender: Option<&Sender>) -> Vec<Block> {
    let rules = &network.reply.verdicts;
    let row = |name: &'static str, reply: &VerdictReply, says: &'static str| {
        vec![status(reply), Text::of_code(name), body(reply), Text::say(says)]
    };
    let mut rows = Vec::new();
    for verdict in Verdict::ALL {
        rows.push(row(
            verdict.as_str(),
            &rules.verdicts[verdict as usize],
            meaning(verdict),
        ));
        if let (Verdict::Recorded, Some(unmatched)) = (verdict, &rules.unmatched) {
            rows.push(row("recorded", unmatched, "Stored, but credited to no click."));
        }
    }
    let accepted = "Safely kept; what became of it is decided later.";
    rows.push(row(Acceptance::VERDICT, &rules.accepted, accepted));
    let mut replies = rules.verdicts.iter().chain(&rules.unmatched).chain([&rules.accepted]);
    let has_json = replies.any(|reply| reply.body().is_none() && !reply.is_bodiless());
    let refused = refusals(network, Rule::Refused);
    let has_problem = refused.iter().any(|row| row.contains(&problem()));
    let mut blocks = vec![
        Block::Section("Answers"),
        Block::Paragraph(Text::say("Everything in this table is done. Do not repeat it:")),
        Block::Table {
            head: &["HTTP", "Verdict", "Body", "Meaning"],
            rows,
        },
    ];
    if has_json {
        let json = Text::say("JSON looks like this; absent values are ").code("null");
        blocks.push(Block::Paragraph(json.and(":")));
        blocks.push(Block::Code(SUCCESS.to_owned()));
    }
    blocks.push(Block::Paragraph(Text::say(
        "These refuse the request: nothing was counted. A repeat is refused again; correct it first:",
    )));
    blocks.push(Block::Table {
        head: REFUSAL_HEAD,
        rows: refused,
    });
    if has_problem {
        let problem = Text::say("A problem looks like this; its ").code("detail");
        blocks.push(Block::Paragraph(problem.and(" says what was expected:")));
        blocks.push(Block::Code(PROBLEM.to_owned()));
    }
    blocks.extend(repeats(network, sender));
    blocks
}

fn repeats(network: &Network, sender: Option<&Sender>) -> Vec<Block> {
    let mut blocks = vec![
        Block::Section("When to repeat"),
        Block::Paragraph(
            Text::say("After one of these answers, after a ")
                .code("500")
                .and(", and when no answer came, nothing is promised: send the same request again, after the seconds that ")
                .code("Retry-After")
                .and(" names, until it is answered."),
        ),
        Block::Table {
            head: REFUSAL_HEAD,
            rows: refusals(network, Rule::NotTaken),
        },
        Block::Paragraph(Text::say(
            "Repeating is always safe: a conversion is counted once, however often it is sent. Keep its ids the same; where a \
             timestamp is signed, sign the repeat anew.",
        )),
    ];
    if let Some(sender) = sender
        && let Some(retries) = &sender.retries
    {
        let known = format!("What we know of {}'s own repeats: {retries}", sender.title);
        blocks.push(Block::Paragraph(Text::say(known)));
    }
    blocks
}

fn status(reply: &VerdictReply) -> Text {
    Text::of_code(reply.status().as_str())
}

fn body(reply: &VerdictReply) -> Text {
    match reply.body() {
        None if reply.is_bodiless() => Text::say("none"),
        None => Text::say("JSON"),
        Some(body) => filled(&body.template().to_string()),
    }
}

fn filled(template: &str) -> Text {
    if template.is_empty() {
        Text::say("empty")
    } else {
        Text::of_code(template)
    }
}

fn problem() -> Text {
    Text::say("problem")
}

/// Whether a request to this network can meet a code at all.
fn is_possible(network: &Network, code: Code) -> bool {
    match code {
        Code::AddressNotAllowed => !network.allow_ips.is_empty(),
        Code::Unauthorized => !matches!(network.schemes.of(&Method::GET).proof(), Proof::Address),
        Code::MalformedRequest
        | Code::DuplicateParameter
        | Code::TooManyParameters
        | Code::MissingNetwork
        | Code::ApiDisabled
        | Code::NotFound
        | Code::UnknownCampaign
        | Code::MethodNotAllowed
        | Code::BodyTooLarge
        | Code::UriTooLong
        | Code::UnsupportedMediaType
        | Code::MissingId
        | Code::InvalidPayout
        | Code::InvalidCurrency
        | Code::UnknownStatus
        | Code::InvalidEventTime
        | Code::InvalidValue
        | Code::UnreplacedMacro
        | Code::TooLong
        | Code::NotStorable
        | Code::HeadersTooLarge
        | Code::Overloaded
        | Code::ConfigurationRefused
        | Code::Internal
        | Code::Unavailable => true,
    }
}

fn refusals(network: &Network, rule: Rule) -> Vec<Vec<Text>> {
    let codes = Code::ALL
        .iter()
        .filter(|code| Rule::of(**code) == Some(rule) && is_possible(network, **code));
    let row = |code: &Code| {
        let advice = codes::advice(*code)?;
        let reply = network.reply.refusals.of(*code);
        let status = reply.map_or(code.status(), |reply| reply.status().as_u16());
        let body = match reply.and_then(|reply| reply.body()) {
            None => problem(),
            Some(body) => filled(&body.template().to_string()),
        };
        Some(vec![
            Text::of_code(status.to_string()),
            Text::of_code(code.as_str()),
            body,
            Text::say(code.title()),
            Text::say(advice),
        ])
    };
    codes.filter_map(row).collect()
}
