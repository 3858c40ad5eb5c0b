//! How a request proves itself: numbered steps from the scheme, and a worked example.

use crate::domain::signature::{
    Algorithm, EXAMPLE_TOKEN, Encoding, Key, KeyEncoding, KeyFormat, MacScheme, Placement, Proof, Requirement,
    TimestampUnit,
};

use super::example::{self, Example};
use super::sameness::in_words;
use super::text::{Block, Text};
use super::way::Way;
use super::{Sender, place, signed_parts, snippet};

pub(super) fn blocks(ways: &[Way<'_>], sender: Option<&Sender>, public_url: &str) -> Vec<Block> {
    let mut blocks = vec![Block::Section("How a request proves itself")];
    for way in ways {
        if ways.len() > 1 {
            blocks.push(Block::Part(Text::say("A request by ").code(way.method().as_str())));
        }
        match way.scheme().proof() {
            Proof::Address => blocks.push(Block::Paragraph(Text::say(
                "Nothing is signed: requests prove themselves by the addresses that they come from.",
            ))),
            Proof::Token(token) => {
                blocks.push(Block::Paragraph(Text::say(
                    "Every request carries the token that you share with us. It is a secret like a password: send it by HTTPS only.",
                )));
                let put = Text::say("Put ")
                    .code(format!("{}{EXAMPLE_TOKEN}", token.placement.prefix))
                    .and(", with that token in its place, into ");
                let mut points = vec![put.then(place::any_of(&token.placement.from)).and(".")];
                points.extend(requirements(&token.require));
                blocks.push(Block::Points(points));
            }
            Proof::Mac(mac) => {
                if sender.is_some() {
                    blocks.push(Block::Paragraph(Text::say(
                        "Your system signs by itself once it knows the secret. This is how its signature is checked:",
                    )));
                }
                blocks.push(Block::Steps(steps(mac)));
                blocks.push(Block::Paragraph(Text::say(
                    "Only what is signed is read, unless the table of parameters says otherwise, and the bytes count as they arrive: sign after encoding, and let nothing \
                     change the request on its way. A request without a right signature gets one answer, whatever the reason.",
                )));
            }
        }
        blocks.push(Block::Part(Text::say("Example")));
        blocks.extend(worked(Example::of(*way, sender, public_url)));
        blocks.extend(snippet::blocks(*way, sender, public_url));
    }
    blocks
}

fn steps(mac: &MacScheme) -> Vec<Text> {
    let algorithm = mac.keys.first().map(Key::algorithm);
    let mut steps = vec![key(&mac.key_format, algorithm)];
    if let Some(rule) = &mac.timestamp {
        let unit = Text::say("Take the time now ")
            .then(unit(rule.unit))
            .and(" and put it into ");
        steps.push(unit.then(place::of_source(&rule.from)).and(format!(
            ". A request that is more than {} from our clock, before or after, is refused.",
            in_words(rule.tolerance)
        )));
    }
    steps.extend(requirements(&mac.require));
    steps.extend(signed_parts::steps(mac));
    if let Some(algorithm) = algorithm {
        steps.push(hash(algorithm));
    }
    steps.push(match mac.encoding {
        Encoding::Hex => Text::say("Write the result in hexadecimal, in either case."),
        Encoding::Base64 => Text::say("Write the result in standard base64 with its padding."),
        Encoding::Base64Url => Text::say("Write the result in URL-safe base64; the padding may be left out."),
    });
    steps.push(put(&mac.placement));
    steps
}

fn key(format: &KeyFormat, algorithm: Option<Algorithm>) -> Text {
    let secret = if format.strip_prefix.is_empty() {
        Text::say("Take the secret that you share with us.")
    } else {
        Text::say("Take the secret that you share with us and cut off its ")
            .code(&format.strip_prefix)
            .and(".")
    };
    let what = if algorithm.is_some_and(Algorithm::is_keyed) {
        "key"
    } else {
        "secret that is hashed"
    };
    secret.and(match format.encoding {
        KeyEncoding::Raw => {
            format!(" Its text in UTF-8 is the {what}, even where it looks like hexadecimal or base64.")
        }
        KeyEncoding::Base64 => format!(" It is base64: the bytes that it decodes to are the {what}."),
        KeyEncoding::Hex => format!(" It is hexadecimal: the bytes that it decodes to are the {what}."),
    })
}

fn unit(unit: TimestampUnit) -> Text {
    match unit {
        TimestampUnit::Seconds => Text::say("as Unix seconds"),
        TimestampUnit::Millis => Text::say("as Unix milliseconds"),
        TimestampUnit::Micros => Text::say("as Unix microseconds"),
        TimestampUnit::Rfc3339 => Text::say("in RFC 3339, as ").code("2026-03-01T12:00:00Z"),
        TimestampUnit::Minute => Text::say("in UTC to the minute, as ").code("YYYYMMDDHHMM"),
    }
}

fn requirements(require: &[Requirement]) -> Vec<Text> {
    let step = |requirement: &Requirement| {
        Text::say("Put ")
            .code(requirement.shown())
            .and(", exactly, into ")
            .then(place::of(&requirement.at))
            .and(".")
    };
    require.iter().map(step).collect()
}

fn hash(algorithm: Algorithm) -> Text {
    let name = match algorithm {
        Algorithm::HmacMd5 | Algorithm::Md5 => "MD5",
        Algorithm::HmacSha1 | Algorithm::Sha1 => "SHA-1",
        Algorithm::HmacSha256 | Algorithm::Sha256 => "SHA-256",
        Algorithm::HmacSha512 | Algorithm::Sha512 => "SHA-512",
    };
    if algorithm.is_keyed() {
        Text::say(format!(
            "Compute the HMAC (RFC 2104) with {name} of that string under the key."
        ))
    } else {
        Text::say(format!(
            "Compute the plain {name} of that string, which holds the secret."
        ))
    }
}

fn put(placement: &Placement) -> Text {
    let text = match (&placement.list, placement.prefix.as_str()) {
        (None, "") => Text::say("Put it into "),
        (None, prefix) => Text::say("Put ").code(prefix).and(" before it, and both into "),
        (Some(list), prefix) => {
            let begin = if prefix.is_empty() {
                Text::say("It is an item of a list")
            } else {
                Text::say("It is an item of a list that begins with ").code(prefix)
            };
            let between = begin
                .and(" with ")
                .then(place::separator(&list.item))
                .and(" between items");
            let item = match &list.labels {
                None => between,
                Some(labels) => between
                    .and(", written as ")
                    .code(format!("{}{}SIGNATURE", labels.signature, labels.pair)),
            };
            item.and("; more than one signature may stand there, of which one has to be right. The list stands in ")
        }
    };
    text.then(place::any_of(&placement.from)).and(".")
}

fn worked(example: Result<Example, example::NoExample>) -> Vec<Block> {
    let example = match example {
        Ok(example) => example,
        Err(reason) => {
            let text = Text::say("No example can be made of these settings: ").code(reason.to_string());
            return vec![Block::Paragraph(text.and("."))];
        }
    };
    let mut blocks = Vec::new();
    if let Some(secret) = &example.secret {
        let text = Text::say("Under the secret ")
            .code(secret)
            .and(", which is an example and not yours,");
        blocks.push(Block::Paragraph(text.and(" this string is signed:")));
    }
    if let Some(signed) = &example.signed {
        blocks.push(Block::Code(signed.escaped.clone()));
        if signed.is_escaped {
            let escapes = Text::say("There ")
                .code("\\n")
                .and(" stands for a line break, ")
                .code("\\\\")
                .and(" for a backslash and ");
            blocks.push(Block::Paragraph(
                escapes.code("\\x..").and(" for a byte in hexadecimal."),
            ));
        }
        let signature = Text::say("The signature is ").code(&signed.signature).and(".");
        blocks.push(Block::Paragraph(signature));
        blocks.push(Block::Paragraph(Text::say("The whole request, as a line for a shell:")));
    } else {
        blocks.push(Block::Paragraph(Text::say("As a line for a shell:")));
    }
    blocks.push(Block::Code(example.curl));
    if let Some(code) = example.refused {
        let text = Text::say(
            "These values are made up. They do not fit everything that this page says of yours, and would be answered with ",
        );
        blocks.push(Block::Paragraph(text.code(code).and(" although the proof is right.")));
    }
    blocks
}
