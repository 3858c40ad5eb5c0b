//! Ids as the contract writes them, read by another implementation than the program's.

/// The UUID that 26 characters of Crockford base32 stand for, as PostgreSQL prints it.
pub(crate) fn uuid_of(id: &str) -> String {
    const DIGITS: &str = "0123456789abcdefghjkmnpqrstvwxyz";
    assert_eq!(id.len(), 26, "{id} is an id");
    let number = id.chars().fold(0u128, |number, character| {
        let digit = DIGITS.find(character).expect("a lower-case digit of Crockford base32");
        (number << 5) | digit as u128
    });
    uuid::Uuid::from_u128(number).to_string()
}
