//! `migrate`: schema and partitions, for a role that may make tables; `serve` then runs without that right.

use std::path::PathBuf;

use anyhow::Context as _;

use crate::config::Environment;
use crate::ingest::now;
use crate::store::{self, PARTITIONS_AHEAD_MIGRATE};

use super::serve::Postgres;
use super::{Failure, load_config, print};

pub(super) async fn migrate(file: PathBuf, environment: Environment) -> Result<(), Failure> {
    let config = load_config(&file, &environment)?;
    let postgres = Postgres::open(&config).await?;
    let outcome = bring_up_to_date(&postgres).await;
    postgres.close().await;
    let made = outcome?;
    print(format_args!("the schema is up to date; {made} partitions were made"));
    Ok(())
}

async fn bring_up_to_date(postgres: &Postgres) -> anyhow::Result<usize> {
    store::migrate(&postgres.url)
        .await
        .context("the migrations could not be applied")?;
    let made = store::make_partitions(&postgres.url, now(), PARTITIONS_AHEAD_MIGRATE).await;
    made.context("partitions could not be made")
}
