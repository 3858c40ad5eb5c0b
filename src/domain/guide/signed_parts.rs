//! The string that is signed, part by part, in words.

use crate::domain::signature::{
    Absence, MacScheme, ParamEncoding, Params, ParamsFrom, Piece, Reference, Source, Term, Values,
};

use super::place;
use super::text::Text;

/// The steps that make the string.
pub(super) fn steps(mac: &MacScheme) -> Vec<Text> {
    let pieces = mac.content.pieces();
    let parts = pieces.iter().map(|piece| part(piece, mac));
    let joined = Text::say("Make the string to sign from, in this order and with nothing else between: ");
    let mut steps = vec![joined.then(Text::joined(parts, "; then ")).and(".")];
    if pieces.len() == 1 {
        let only = Text::say("The string to sign is ");
        steps = pieces
            .iter()
            .map(|piece| only.clone().then(part(piece, mac)).and("."))
            .collect();
    }
    steps.extend(pieces.iter().filter_map(|piece| match piece {
        Piece::Params(params) => Some(layout(params)),
        Piece::Values(values) => Some(row(values)),
        Piece::Literal(_)
        | Piece::Body
        | Piece::Query
        | Piece::Url
        | Piece::BaseUrl
        | Piece::Path
        | Piece::Method
        | Piece::Secret
        | Piece::Timestamp
        | Piece::Value(_) => None,
    }));
    steps
}

fn part(piece: &Piece, mac: &MacScheme) -> Text {
    match piece {
        Piece::Literal(text) => place::separator(text),
        Piece::Body => Text::say("the body, byte by byte"),
        Piece::Query => Text::say("the query as it is sent, encoded, without the signature's own pair"),
        Piece::Url => Text::say("the whole address as it is sent, from ")
            .code(&mac.base_url)
            .and(" on, with its query but without the signature's own pair"),
        Piece::BaseUrl => Text::say("the text ").code(&mac.base_url),
        Piece::Path => Text::say("the path of the address"),
        Piece::Method => Text::say("the method in capitals"),
        Piece::Secret => Text::say("the secret"),
        Piece::Timestamp => Text::say("the timestamp as it is sent"),
        Piece::Params(_) => Text::say("all parameters, laid out as below"),
        Piece::Values(_) => Text::say("the values below"),
        Piece::Value(term) => value(term),
    }
}

fn value(term: &Term) -> Text {
    let text = if term.is_integer {
        Text::say("the integer part of ")
    } else {
        Text::default()
    };
    let text = text.then(place::of_source(&term.source)).and(match &term.source {
        Source::Place(Reference::Query(_) | Reference::Form(_)) => ", decoded",
        Source::Place(Reference::Header(_) | Reference::Json(_)) | Source::Label(_) => "",
    });
    match term.absence {
        Absence::Refused => text,
        Absence::Nothing => text.and(" (nothing where it is absent)"),
        Absence::NothingIfEmpty => text.and(" (nothing where it is absent or empty)"),
    }
}

fn row(values: &Values) -> Text {
    let text = Text::say("The values, with ")
        .then(place::separator(&values.separator))
        .and(" between them: ");
    let row = text.then(Text::joined(values.of.iter().map(value), "; ")).and(".");
    row.and(" One that is left out leaves no separator behind.")
}

fn layout(params: &Params) -> Text {
    let from = match params.from {
        ParamsFrom::Query => "The parameters are those of the query but for the signature's own",
        ParamsFrom::Form => "The parameters are those of the form but for the signature's own",
    };
    let mut text = Text::say(from);
    if !params.without.is_empty() {
        text = text.and(" and ").then(Text::codes(&params.without));
    }
    text = text.and(", sorted by name, byte by byte. ");
    text = text
        .and("Write ")
        .then(place::separator(&params.pair))
        .and(" between a name and its value, ");
    text = text
        .then(place::separator(&params.separator))
        .and(" between parameters");
    if !params.lead.is_empty() {
        text = text.and(", ").code(&params.lead).and(" before the first");
    }
    text = text.and(match params.encoding {
        ParamEncoding::Decoded => "; names and values are decoded.",
        ParamEncoding::Form => {
            "; names and values are percent-encoded as PHP's http_build_query does: a space is a plus sign, all but \
             letters, digits and - _ . is encoded."
        }
        ParamEncoding::FormWhatwg => {
            "; names and values are percent-encoded as the URL standard's forms: a space is a plus sign, all but letters, \
             digits and * - . _ is encoded."
        }
        ParamEncoding::Rfc3986 => {
            "; names and values are percent-encoded as RFC 3986 says: all but letters, digits and - . _ ~ is encoded."
        }
        ParamEncoding::UriComponent => {
            "; names and values are percent-encoded as JavaScript's encodeURIComponent does: all but letters, digits and \
             - _ . ! ~ * ' ( ) is encoded."
        }
    });
    let substitutes = params
        .substitute
        .iter()
        .map(|(from, to)| Text::of_code(from.to_string()).and(" by ").code(to));
    let substitutes = Text::joined(substitutes, ", ");
    if substitutes.0.is_empty() {
        text
    } else {
        text.and(" Before that, these characters of values are replaced: ")
            .then(substitutes)
            .and(".")
    }
}
