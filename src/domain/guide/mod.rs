//! What an operator sends to a partner: how to call us, computed from the network's finished rules, so that it never says
//! anything else than what the service does.
//!
//! [`Guide::of`] is the model, blocks of [`text`] without a layout; [`Guide::markdown`] and [`Guide::html`] lay it out. A
//! section is a file. No secret is in a guide: examples are signed with a key that everybody may know, and a token's place is
//! shown with a placeholder.

mod address;
mod body;
mod codes;
mod example;
mod example_request;
mod example_values;
mod html;
mod limits;
mod markdown;
mod parameters;
mod place;
mod recipe;
mod replies;
mod request;
mod sameness;
mod signed_parts;
mod snippet;
mod text;
mod way;
mod words;

pub use address::{Pair, placed_macros, postback_address};
pub use html::STYLE;
pub use text::{Block, Span, Text};

use super::network::Network;
use way::Way;

/// What is known of a network's system beside its rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// Its own name.
    pub title: String,
    /// Its placeholders: by one of our fields, or by the name of a parameter that is none.
    pub macros: Vec<(String, String)>,
    /// What it does with a refusal.
    pub retries: Option<String>,
}

/// How a network sends its postbacks, for the people who set that up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guide {
    /// What stands above it.
    pub title: Text,
    /// Its text.
    pub blocks: Vec<Block>,
}

impl Guide {
    /// The guide of a network. `public_url` is how the world reaches us, `sender` what is known of its system.
    pub fn of(network: &Network, sender: Option<&Sender>, public_url: &str) -> Self {
        let ways = Way::shown(network);
        let mut blocks = vec![Block::Paragraph(introduction(sender))];
        blocks.push(Block::Section("Where to send"));
        for way in &ways {
            if ways.len() > 1 {
                blocks.push(Block::Part(Text::say("By ").code(way.method().as_str())));
            }
            blocks.extend(request::blocks(*way, sender, public_url));
        }
        blocks.extend(limits::addresses(network));
        blocks.extend(parameters::blocks(network, &ways));
        blocks.extend(words::blocks(network, &ways));
        blocks.extend(recipe::blocks(&ways, sender, public_url));
        blocks.extend(sameness::blocks(network));
        blocks.extend(replies::blocks(network, sender));
        blocks.extend(limits::blocks());
        Self {
            title: Text::say("How to send postbacks: ").code(&*network.name),
            blocks,
        }
    }
}

fn introduction(sender: Option<&Sender>) -> Text {
    let text = Text::say(
        "This page says how to report conversions to us by server-to-server postback. It is made from the settings by which \
         our service reads your postbacks, and contains no secret: that is exchanged separately.",
    );
    match sender {
        None => text,
        Some(sender) => text.and(format!(" It is written for {}.", sender.title)),
    }
}
