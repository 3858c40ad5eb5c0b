//! Everything that knows PostgreSQL: the only importer of sqlx.

pub mod private;
