//! What a postback would be decided with, for whoever asks what would be decided.

use crate::domain::attribution::ClickFacts;
use crate::domain::conversion::Conversion;
use crate::domain::id::{ClickId, ConversionId};

use super::error::StoreError;
use super::read::Reader;
use super::{conversions, known};

/// What is stored of the conversion that a postback is about, and of the click that it names.
#[derive(Debug)]
pub struct StoredFacts {
    /// The conversion with its history.
    pub conversion: Option<Conversion>,
    /// The click.
    pub click: Option<ClickFacts>,
}

impl Reader {
    /// The facts of one postback, by the statements that ingest reads them with, in one view of the database. Nothing is
    /// written: PostgreSQL itself would refuse it.
    ///
    /// # Errors
    ///
    /// When PostgreSQL does not answer.
    pub async fn facts(&self, conversion: ConversionId, click: Option<ClickId>) -> Result<StoredFacts, StoreError> {
        let begin = "begin isolation level repeatable read, read only";
        let mut transaction = self.pool.begin_with(begin).await?;
        let conversion = conversions::load(&mut transaction, &[conversion]).await?.pop();
        let click = known::clicks(&mut transaction, click.as_slice()).await?.pop();
        transaction.rollback().await?;
        Ok(StoredFacts { conversion, click })
    }
}
