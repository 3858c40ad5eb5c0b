//! What a sender does about each refusal, in a line. `docs/problems.md` says it at length.

use crate::domain::refusal::Code;

/// What to do about a refusal; `None` for what no postback to a known network can get.
pub(super) const fn advice(code: Code) -> Option<&'static str> {
    Some(match code {
        Code::MalformedRequest => "Percent-encode every value in UTF-8; send JSON as one object.",
        Code::DuplicateParameter => "Send each parameter once, and one name of each field.",
        Code::TooManyParameters => "Send what this page lists.",
        Code::Unauthorized => "Compare the secret, and what exactly is signed, with this page; check the clock.",
        Code::AddressNotAllowed => "Tell us the addresses that you call from.",
        Code::MethodNotAllowed => "Use GET or POST.",
        Code::BodyTooLarge => "Send the fields of the conversion, not the whole order.",
        Code::UriTooLong => "Shorten the query, or send it by POST.",
        Code::UnsupportedMediaType => "Send a form or JSON, uncompressed, with its content type.",
        Code::MissingId => "Send the ids that this page requires. Empty values count as missing.",
        Code::InvalidPayout => "Write the payout as this page says.",
        Code::InvalidCurrency => "Send a code of ISO 4217.",
        Code::UnknownStatus => "Send a word of the table of statuses, or tell us yours.",
        Code::InvalidEventTime => "Send RFC 3339, Unix seconds or milliseconds.",
        Code::InvalidValue => "Send the value itself, as this page says it looks.",
        Code::UnreplacedMacro => "Correct the placeholder's name in your template.",
        Code::TooLong => "Send the id itself rather than a whole record.",
        Code::NotStorable => "Tell us the postback's id from the answer.",
        Code::HeadersTooLarge => "Leave out cookies and other fields that a postback does not need.",
        Code::Overloaded | Code::Unavailable => "Send the same request again, after Retry-After.",
        Code::MissingNetwork
        | Code::ApiDisabled
        | Code::NotFound
        | Code::UnknownCampaign
        | Code::ConfigurationRefused
        | Code::Internal => return None,
    })
}
