//! Refusals: the stable codes, and what a sender is told.

use std::borrow::Cow;
use std::fmt;

use super::mapping::Field;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $status:literal, $title:literal;)*) => {
        /// Why a request was refused, as a stable word. `docs/problems.md` explains each.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The code as answers, logs and metrics write it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The HTTP status that goes with it.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            /// A short title, the same for every occurrence.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

codes! {
    /// The request cannot be read as what it says it is.
    MalformedRequest = "malformed_request", 400, "The request cannot be read";
    /// A parameter was given twice, or two names of one field differ.
    DuplicateParameter = "duplicate_parameter", 400, "A parameter is given twice";
    /// More parameters than a postback may have.
    TooManyParameters = "too_many_parameters", 400, "Too many parameters";
    /// A postback that names no network.
    MissingNetwork = "missing_network", 400, "No network is named";
    /// The request is not proven to come from the network that it names.
    Unauthorized = "unauthorized", 401, "The signature does not prove the sender";
    /// The network is only called from other addresses.
    AddressNotAllowed = "address_not_allowed", 403, "The address is not allowed";
    /// The private API has no tokens, so nobody may use it.
    ApiDisabled = "api_disabled", 403, "The private API has no tokens";
    /// There is nothing at this path.
    NotFound = "not_found", 404, "Not found";
    /// No campaign of this name takes clicks.
    UnknownCampaign = "unknown_campaign", 404, "Unknown campaign";
    /// The path does not answer this method.
    MethodNotAllowed = "method_not_allowed", 405, "Method not allowed";
    /// The body is longer than a postback may be.
    BodyTooLarge = "body_too_large", 413, "The body is too large";
    /// The query is longer than it may be.
    UriTooLong = "uri_too_long", 414, "The address is too long";
    /// The body is neither a form nor JSON.
    UnsupportedMediaType = "unsupported_media_type", 415, "Unsupported media type";
    /// Nothing identifies the conversion.
    MissingId = "missing_id", 422, "Nothing identifies the conversion";
    /// The payout is no amount.
    InvalidPayout = "invalid_payout", 422, "The payout cannot be read";
    /// The currency is no code of ISO 4217.
    InvalidCurrency = "invalid_currency", 422, "The currency is unknown";
    /// The status is neither built in nor in the network's table.
    UnknownStatus = "unknown_status", 422, "The status is unknown";
    /// The event time is no time.
    InvalidEventTime = "invalid_event_time", 422, "The event time cannot be read";
    /// A field holds something that it cannot hold.
    InvalidValue = "invalid_value", 422, "A value cannot be read";
    /// The sender's system left a macro in place of a value.
    UnreplacedMacro = "unreplaced_macro", 422, "A macro was not replaced";
    /// A field is longer than it may be.
    TooLong = "too_long", 422, "A value is too long";
    /// PostgreSQL refused the row although every check passed.
    NotStorable = "not_storable", 422, "The database refused the values";
    /// The header fields are larger than they may be.
    HeadersTooLarge = "headers_too_large", 431, "The header fields are too large";
    /// More requests than the service takes at once.
    Overloaded = "overloaded", 429, "Too many requests at once";
    /// The configuration file cannot be applied.
    ConfigurationRefused = "configuration_refused", 422, "The configuration was refused";
    /// A fault of the service itself.
    Internal = "internal", 500, "A fault of the service";
    /// Nothing that could keep the request takes writes now.
    Unavailable = "unavailable", 503, "Nothing can be stored right now";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A refused request: the code, what was wrong in words that the sender can act on, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The stable code.
    pub code: Code,
    /// What was found and what was expected.
    pub detail: Cow<'static, str>,
    /// The parameter at fault, as the sender wrote it. What is kept and told of it is for the redactor to say.
    pub param: Option<String>,
    /// Our field that the parameter was read for.
    pub field: Option<Field>,
    /// The true reason where the sender must not learn it (a 401); the operator finds it in the raw log.
    pub reason: Option<&'static str>,
}

impl Refusal {
    /// A refusal that no single parameter is to blame for.
    pub fn new(code: Code, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            detail: detail.into(),
            param: None,
            field: None,
            reason: None,
        }
    }

    /// The same, naming the parameter at fault.
    #[must_use]
    pub fn at_param(mut self, param: impl Into<String>) -> Self {
        let param = param.into();
        // A NUL can be named by a JSON key, but neither be stored nor be shown.
        self.param = Some(if param.contains('\0') {
            param.replace('\0', "\u{fffd}")
        } else {
            param
        });
        self
    }

    /// The same, naming our field.
    #[must_use]
    pub fn for_field(mut self, field: Field) -> Self {
        self.field = Some(field);
        self
    }

    /// The refusal in words for the operator, with the parameter at fault.
    pub fn logged_detail(&self) -> String {
        match &self.param {
            Some(param) => format!("{param}: {}", self.detail),
            None => self.detail.clone().into_owned(),
        }
    }

    /// The code that the operator sees: the true reason where there is one.
    pub fn logged_code(&self) -> &'static str {
        self.reason.unwrap_or(self.code.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_named_without_its_nul() {
        let refusal = Refusal::new(Code::MalformedRequest, "a text contains a NUL character").at_param("a\0b");
        assert_eq!(refusal.logged_detail(), "a\u{fffd}b: a text contains a NUL character");
    }
}
