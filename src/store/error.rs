//! What a failed statement means to its caller.

/// Why PostgreSQL did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached, is stuck, read-only or half migrated. The outcome of a write is unknown; repeating is safe.
    #[error("postgres is unavailable")]
    Unavailable(#[source] sqlx::Error),
    /// It answers but takes no writes: a read-only standby, or a database without our tables.
    #[error("postgres takes no writes: it is a standby, or the migrations are missing")]
    NotWritable,
    /// It did not answer before the deadline of its caller. The outcome of a write is unknown; repeating is safe.
    #[error("postgres did not answer in time")]
    TimedOut,
    /// It gave up a transaction so that another could go on. The same again may succeed.
    #[error("postgres asks to repeat the transaction")]
    Repeat(#[source] sqlx::Error),
    /// A row of the statement is there already: another writer was faster, or an earlier attempt whose outcome nobody heard
    /// of. Whoever looks again sees it.
    #[error("postgres has a row of the statement already")]
    Taken(#[source] sqlx::Error),
    /// It refused a row of the statement. Repeating will not help; bisecting the batch finds the row.
    #[error("postgres refused a row")]
    Refused(#[source] sqlx::Error),
    /// Rows kept changing under the batch, more often than its bound.
    #[error("other writers changed the same conversions again and again")]
    Contended,
}

impl From<sqlx::Error> for StoreError {
    /// SQLSTATE 23505 (unique violation) says that the row is there; classes 22 (data exception), 23 (integrity constraint)
    /// and 54 (program limit) blame it; 40001 and 40P01 ask to repeat; everything else is the database's own trouble.
    /// <https://www.postgresql.org/docs/current/errcodes-appendix.html>
    fn from(error: sqlx::Error) -> Self {
        // A value that cannot even be sent is the row's fault as well.
        if matches!(error, sqlx::Error::Encode(_)) {
            return Self::Refused(error);
        }
        let code = error
            .as_database_error()
            .and_then(|database| database.code().map(std::borrow::Cow::into_owned));
        match code.as_deref() {
            Some("40001" | "40P01") => Self::Repeat(error),
            Some("23505") => Self::Taken(error),
            Some(code) if ["22", "23", "54"].iter().any(|class| code.starts_with(class)) => Self::Refused(error),
            Some(_) | None => Self::Unavailable(error),
        }
    }
}

/// What an error stems from, down to its first cause, for the one line in the log where it stops. What a cause says is left out
/// where the one above it says it already, as sqlx's errors do.
pub fn causes(error: &dyn std::error::Error) -> String {
    let chain = std::iter::successors(error.source(), |cause| cause.source());
    let mut said: Vec<String> = Vec::new();
    for cause in chain.map(ToString::to_string) {
        if said.last().is_none_or(|above| !above.ends_with(&cause)) {
            said.push(cause);
        }
    }
    said.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    enum Layer {
        #[error("the batch failed")]
        Batch(#[source] Box<Self>),
        #[error("from the database: {0}")]
        Repeating(#[source] Box<Self>),
        #[error("the disk is full")]
        Disk,
    }

    #[test]
    fn no_cause_is_said_twice() {
        let disk = || Box::new(Layer::Disk);
        let batch = Layer::Batch(Box::new(Layer::Repeating(disk())));
        assert_eq!(causes(&batch), "from the database: the disk is full");
        assert_eq!(
            causes(&Layer::Batch(Box::new(Layer::Batch(disk())))),
            "the batch failed: the disk is full"
        );
        assert_eq!(causes(&Layer::Disk), "");
    }
}
