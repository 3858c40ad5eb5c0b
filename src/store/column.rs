//! Columns of statements over many rows: each is sent as one array, and `unnest` makes rows of them again.
//!
//! `unnest` fills arrays that are shorter than others up with nulls
//! (<https://www.postgresql.org/docs/current/queries-table-expressions.html#QUERIES-TABLEFUNCTIONS>), so the nulls at the end of
//! an optional column are not sent. Most optional columns of most batches hold nothing else.

/// What a column holds for each row.
pub(super) fn column<'r, R, T>(rows: &'r [R], value: impl Fn(&'r R) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
}

/// What an optional column holds for each row, without the nulls at its end. Another column of the statement has to have a
/// value for every row.
pub(super) fn optional<'r, R, T>(rows: &'r [R], value: impl Fn(&'r R) -> Option<T>) -> Vec<Option<T>> {
    let mut values = column(rows, value);
    let sent = values.iter().rposition(Option::is_some).map_or(0, |last| last + 1);
    values.truncate(sent);
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nulls_at_the_end_are_left_out_and_those_in_between_stay() {
        for (rows, sent) in [
            (&[Some(1), None, Some(3)][..], &[Some(1), None, Some(3)][..]),
            (&[None, Some(2), None, None], &[None, Some(2)]),
            (&[None, None], &[]),
            (&[], &[]),
        ] {
            assert_eq!(optional(rows, |row| *row), sent);
            assert_eq!(column(rows, |row| *row), rows);
        }
    }
}
