//! Durable settings: with one of them off, PostgreSQL says "committed" before it is, and every 200 may be a lie.

use crate::store::{Link, Setting};

use super::finding::Finding;
use super::question::{deadline, unanswered};

const CHECK: &str = "durable commits";

pub(super) async fn check(link: &mut Link) -> Vec<Finding> {
    match link.durability_settings(deadline()).await {
        Ok(settings) => judge(&settings),
        Err(failure) => vec![unanswered(CHECK, &failure)],
    }
}

fn judge(settings: &[Setting]) -> Vec<Finding> {
    // Whatever else synchronous_commit may say waits at least for the local disk.
    let off: Vec<Finding> = settings.iter().filter(|it| it.value == "off").map(refused).collect();
    if !off.is_empty() {
        return off;
    }
    let said: Vec<String> = settings
        .iter()
        .map(|it| format!("{} = {}", it.name, it.value))
        .collect();
    vec![Finding::ok(CHECK, said.join(", "))]
}

fn refused(setting: &Setting) -> Finding {
    let Setting { name, source, .. } = setting;
    let remedy = match source.as_str() {
        "database" => format!("alter database … reset {name}; then restart postbackd"),
        "user" | "database user" => format!("alter role … reset {name}; then restart postbackd"),
        "client" => format!("take {name} out of the options of database.url, then restart postbackd"),
        "command line" => format!("take {name} off PostgreSQL's command line and restart it"),
        _ => format!("alter system set {name} = on; select pg_reload_conf();"),
    };
    Finding::fail(
        CHECK,
        format!("{name} is off (set by: {source}): what was answered 200 may be lost by a power cut"),
        remedy,
    )
}

#[cfg(test)]
mod tests {
    use super::super::finding::Outcome;
    use super::*;

    fn settings(fsync: &str, synchronous_commit: &str) -> Vec<Setting> {
        [
            ("fsync", fsync),
            ("full_page_writes", "on"),
            ("synchronous_commit", synchronous_commit),
        ]
        .map(|(name, value)| Setting {
            name: name.to_owned(),
            value: value.to_owned(),
            source: "configuration file".to_owned(),
        })
        .into()
    }

    #[test]
    fn each_setting_that_is_off_fails_with_the_words_that_mend_it() {
        let found = judge(&settings("off", "off"));
        let outcomes: Vec<Outcome> = found.iter().map(Finding::outcome).collect();
        assert_eq!(outcomes, [Outcome::Fail, Outcome::Fail]);
        let said = found[0].to_string();
        assert!(said.contains("alter system set fsync = on"), "{said}");
    }

    #[test]
    fn every_other_value_is_durable() {
        for value in ["on", "local", "remote_write", "remote_apply"] {
            let found = judge(&settings("on", value));
            assert_eq!(found.len(), 1, "{value}");
            assert_eq!(found[0].outcome(), Outcome::Ok, "{value}");
        }
    }
}
