//! Amounts in PostgreSQL's `numeric`, with the scale that they were sent with.
//!
//! sqlx forgets the scale of a zero on the way there and on the way back, so "0.00" would come back as "0".

use rust_decimal::Decimal;
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgHasArrayType, PgTypeInfo, PgValueFormat, PgValueRef};
use sqlx::{Decode, Encode, Postgres, Type};

use crate::domain::money::Amount;

/// An amount as PostgreSQL keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Numeric(pub(super) Amount);

/// The binary form of a zero but for its scale: no digits, no weight, a positive sign. `numeric_recv` in PostgreSQL's `numeric.c` reads
/// four 16-bit numbers, the fourth of them the scale.
const ZERO_HEAD: [u8; 6] = [0; 6];

impl Type<Postgres> for Numeric {
    fn type_info() -> PgTypeInfo {
        <Decimal as Type<Postgres>>::type_info()
    }
}

impl PgHasArrayType for Numeric {
    fn array_type_info() -> PgTypeInfo {
        Decimal::array_type_info()
    }
}

impl Encode<'_, Postgres> for Numeric {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        let amount = self.0.decimal();
        if !amount.is_zero() {
            return <Decimal as Encode<'_, Postgres>>::encode_by_ref(&amount, buffer);
        }
        buffer.extend(&ZERO_HEAD);
        buffer.extend(&u16::try_from(amount.scale())?.to_be_bytes());
        Ok(IsNull::No)
    }
}

impl Decode<'_, Postgres> for Numeric {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        let zero_scale = match value.format() {
            PgValueFormat::Binary => value.as_bytes()?.strip_prefix(&ZERO_HEAD).map(<[u8; 2]>::try_from),
            PgValueFormat::Text => None,
        };
        let amount = match zero_scale {
            Some(scale) => Decimal::new(0, u32::from(u16::from_be_bytes(scale?))),
            None => <Decimal as Decode<'_, Postgres>>::decode(value)?,
        };
        Ok(Self(Amount::from_stored(amount)))
    }
}
