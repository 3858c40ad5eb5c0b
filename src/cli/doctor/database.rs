//! PostgreSQL: where it is, whether it answers, and then every check that needs it.

use crate::config::{Config, DatabaseSource};
use crate::ingest::now;
use crate::store::private::running_url;
use crate::store::{DatabaseUrl, Link, ServerFacts, causes};

use super::finding::Finding;
use super::question::deadline;
use super::{attribution, clock, connections, durability, partitions, rights, schema, server};

const CHECK: &str = "postgres";

pub(super) async fn check(config: &Config) -> Vec<Finding> {
    let url = match url(config) {
        Ok(url) => url,
        Err(finding) => return vec![finding],
    };
    let mut link = Link::new(url.clone());
    let facts = match reach(&mut link).await {
        Ok(facts) => facts,
        Err(finding) => return vec![finding],
    };
    let mut findings = vec![server::version(&facts), server::writes(&facts)];
    findings.extend(durability::check(&mut link).await);
    findings.push(clock::check(&mut link).await);
    findings.extend(connections::check(&mut link).await);
    match schema::check(&url).await {
        Ok(current) => {
            findings.push(current);
            findings.push(rights::check(&mut link).await);
            findings.extend(partitions::check(&mut link, now()).await);
            findings.push(attribution::check(&mut link, now()).await);
        }
        // What its tables would say means nothing yet.
        Err(other) => findings.push(other),
    }
    findings
}

/// The address of the database: the configured one, or that of the PostgreSQL that the running service has of its own.
fn url(config: &Config) -> Result<DatabaseUrl, Finding> {
    let text = match &config.database.source {
        DatabaseSource::Url(url) => url.expose().to_owned(),
        DatabaseSource::Private => match running_url(&config.storage.data_dir) {
            Ok(Some(url)) => url,
            Ok(None) => {
                return Err(Finding::fail(
                    CHECK,
                    format!(
                        "no database is configured, and no PostgreSQL of postbackd's own runs in {}",
                        config.storage.data_dir.display()
                    ),
                    "it runs as long as postbackd serve does; relative paths are relative to the working directory",
                ));
            }
            Err(failure) => {
                return Err(Finding::fail(
                    CHECK,
                    format!("{failure}: {}", causes(&failure)),
                    "ask as the user who runs the service, or as root",
                ));
            }
        },
    };
    DatabaseUrl::parse(&text).map_err(|error| Finding::fail(CHECK, error.to_string(), "correct database.url"))
}

async fn reach(link: &mut Link) -> Result<ServerFacts, Finding> {
    link.server_facts(deadline()).await.map_err(|failure| {
        Finding::fail(
            CHECK,
            format!("no answer: {failure}: {}", causes(&failure)),
            "start it, or correct database.url or DATABASE_URL; what depends on it was not checked",
        )
    })
}
