//! Why a request is not proven to be its network's.

/// Why a request is not proven to be its network's. The sender gets one answer for all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthFailure {
    /// No network of this name is configured.
    UnknownNetwork,
    /// Something that the scheme requires to have a certain value has another, or is missing.
    RequirementUnmet,
    /// There is no signature where it should be: nothing, nothing behind its prefix, or a list whose items have other names.
    SignatureMissing,
    /// There is more than one.
    SignatureDoubled,
    /// What is there lacks its prefix or its label in a list, is not encoded as it should be, or is a list of too many items.
    SignatureMalformed,
    /// No key of the network makes this signature over these bytes.
    SignatureWrong,
    /// Something that the signature covers is missing.
    SignedPartMissing,
    /// Something that the signature covers is no decimal number, and the scheme signs its integer part.
    SignedPartMalformed,
    /// There is no timestamp where it should be.
    TimestampMissing,
    /// There is more than one.
    TimestampDoubled,
    /// It is not written in the expected unit.
    TimestampMalformed,
    /// It is further from now than the tolerance, in either direction.
    TimestampStale,
}

impl AuthFailure {
    /// The reason as the operator sees it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnknownNetwork => "unknown_network",
            Self::RequirementUnmet => "requirement_unmet",
            Self::SignatureMissing => "signature_missing",
            Self::SignatureDoubled => "signature_doubled",
            Self::SignatureMalformed => "signature_malformed",
            Self::SignatureWrong => "signature_wrong",
            Self::SignedPartMissing => "signed_part_missing",
            Self::SignedPartMalformed => "signed_part_malformed",
            Self::TimestampMissing => "timestamp_missing",
            Self::TimestampDoubled => "timestamp_doubled",
            Self::TimestampMalformed => "timestamp_malformed",
            Self::TimestampStale => "timestamp_stale",
        }
    }
}
