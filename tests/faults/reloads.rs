//! Row 13: faulty files under load change nothing, and a secret is rotated under load.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::json;

use crate::harness::{ACME, RULES, Stage, eventually, get, request};
use crate::replica::Replica;
use crate::round::Round;

/// The secret that follows the first one.
const NEW_SECRET: &str = "the next secret";

/// How long a request may be under way.
const UNDER_WAY_MAX: Duration = Duration::from_secs(10);

/// How often the rules are swapped in the hunt for a mixture, and who hunts.
const SWAPS: usize = 60;
const HUNTERS: usize = 4;

/// Writes a configuration file and has the service read it.
fn reload(replica: &Replica, config: &str, result: &str) {
    let label = format!("result=\"{result}\"");
    let count = || replica.service().metric("postbackd_config_reloads_total", &[&label]);
    let before = count();
    std::fs::write(replica.site.config_file(), config).expect("a file of our own");
    replica.service().process.signal(Signal::HUP);
    eventually(&format!("a reload is {result}"), || (count() > before).then_some(()));
}

#[test]
#[ignore = "takes its time: make faults"]
fn a_faulty_file_under_load_changes_nothing() {
    let mut round = Round::begin("13 faulty files under load");
    round.begin_fault("faulty files");
    for replica in &round.replicas {
        let config = replica.site.config();
        let in_a_secret = config.find("secret-of-acme").expect("the secret") + 3;
        for faulty in [
            &config[..in_a_secret],
            "",
            "\0\0\0\0",
            "not TOML at all",
            &config.replace("[campaigns.spring]", "[campaigns.spring]\nunknown = 1"),
            &config.replace("destination", "destiny"),
        ] {
            reload(replica, faulty, "refused");
        }
        std::fs::remove_file(replica.site.config_file()).expect("a file of our own");
        replica.site.write();
    }
    round.end_fault();
    round.judge();
}

#[test]
#[ignore = "takes its time: make faults"]
fn a_secret_is_rotated_under_load_without_a_refusal() {
    let mut round = Round::begin("13 a secret rotated under load");
    let rotated = |secrets: &str, replica: &Replica| {
        let config = replica.site.config();
        config.replace("{ value = \"secret-of-acme\" }", secrets)
    };
    let new = format!("{{ value = \"{NEW_SECRET}\" }}");
    let both = format!("{new}, {{ value = \"{}\" }}", ACME.secret);
    round.begin_fault("both secrets");
    for replica in &round.replicas {
        reload(replica, &rotated(&both, replica), "applied");
    }
    round.begin_fault("new secret");
    round.fleet.sign_with(NEW_SECRET);
    round.journal.wait_for_those_under_way(UNDER_WAY_MAX);
    for replica in &round.replicas {
        reload(replica, &rotated(&new, replica), "applied");
    }
    round.end_fault();
    round.judge();
}

#[test]
#[ignore = "takes its time: make faults"]
fn no_request_sees_half_of_a_configuration() {
    println!("\n13 rules swapped under load");
    let rules = |event: &str, currency: &str, status: &str| {
        let rules = RULES.replace(
            "[networks.acme]",
            &format!(
                "[networks.acme]\ndefault_event = \"{event}\"\ncurrency = \"{currency}\"\ndefault_status = \"{status}\""
            ),
        );
        rules.replace("shop.example", &format!("{event}.example"))
    };
    let both = [rules("a", "USD", "pending"), rules("b", "EUR", "approved")];
    let mut stage = Stage::with(&both[0]);
    let is_over = AtomicBool::new(false);
    let answers: Vec<_> = thread::scope(|scope| {
        let (service, is_over) = (&stage.service, &is_over);
        let hunters: Vec<_> = (0..HUNTERS)
            .map(|hunter| {
                scope.spawn(move || {
                    let mut answers = Vec::new();
                    while !is_over.load(Ordering::Relaxed) {
                        let verdict = service.verdict(&ACME.get(&format!("transaction_id={hunter}-{}", answers.len())));
                        answers.push(json!([verdict["event"], verdict["currency"], verdict["status"]]));
                        let click = service.answer(&get("/click/spring"));
                        let to = click.header("location").expect("a redirect");
                        assert!(
                            to.starts_with("https://a.example/") || to.starts_with("https://b.example/"),
                            "{to}"
                        );
                    }
                    answers
                })
            })
            .collect();
        for swap in 0..SWAPS {
            both[(swap + 1) % 2].clone_into(&mut stage.site.rules);
            stage.site.write();
            assert_eq!(service.api_answer(request("POST", "/api/v1/reload")).status, 200);
        }
        is_over.store(true, Ordering::Relaxed);
        hunters
            .into_iter()
            .flat_map(|hunter| hunter.join().expect("every answer is a verdict"))
            .collect()
    });
    let whole = [json!(["a", "USD", "pending"]), json!(["b", "EUR", "approved"])];
    for answer in &answers {
        assert!(
            whole.contains(answer),
            "half of one configuration and half of another: {answer}"
        );
    }
    let of_first = answers.iter().filter(|answer| **answer == whole[0]).count();
    println!(
        "  {} answers, {of_first} of them under the first rules; every promise held",
        answers.len()
    );
}
