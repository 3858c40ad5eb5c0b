//! Places of a request in words.

use crate::domain::mapping::Part;
use crate::domain::signature::{Reference, Source};

use super::text::Text;

/// A place, as in `the header x-signature`.
pub(super) fn of(place: &Reference) -> Text {
    match place {
        Reference::Header(name) => Text::say("the header ").code(name.as_str()),
        Reference::Query(name) => Text::say("the query parameter ").code(name),
        Reference::Form(name) => Text::say("the form parameter ").code(name),
        Reference::Json(pointer) => Text::say("the JSON value at ").code(pointer),
    }
}

/// Several of them, any of which will do.
pub(super) fn any_of(places: &[Reference]) -> Text {
    Text::joined(places.iter().map(of), " or ")
}

/// Where a signed value comes from.
pub(super) fn of_source(source: &Source) -> Text {
    match source {
        Source::Place(place) => of(place),
        Source::Label(label) => Text::say("the item ").code(label).and(" beside the signature"),
    }
}

/// What stands between two things: blanks and control characters cannot be seen in code.
pub(super) fn separator(text: &str) -> Text {
    match text {
        "" => Text::say("nothing"),
        " " => Text::say("a space"),
        text => Text::of_code(text.escape_debug().to_string()),
    }
}

/// A part of a request and the method that goes with it.
pub(super) const fn of_part(part: Part) -> &'static str {
    match part {
        Part::Query => "in the query of a GET",
        Part::Form => "as a form (application/x-www-form-urlencoded) by POST",
        Part::Json => "as a JSON object (application/json) by POST",
    }
}
