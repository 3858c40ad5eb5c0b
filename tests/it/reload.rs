//! Rotation and reload: a new configuration is taken whole, a faulty one not at all.

use rustix::process::Signal;
use serde_json::json;

use crate::harness::{Network, RULES, Service, Stage, eventually, get, new_folder, request};

const OLD: Network = Network {
    name: "acme",
    secret: "old secret",
};
const NEW: Network = Network {
    name: "acme",
    secret: "new secret",
};

/// The rules with these secrets, in the order listed.
fn rules_with(secrets: &[&str]) -> String {
    let secrets: Vec<String> = secrets
        .iter()
        .map(|secret| format!("{{ value = \"{secret}\" }}"))
        .collect();
    RULES.replace("{ value = \"secret-of-acme\" }", &secrets.join(", "))
}

/// Whether postbacks of the old and of the new secret are accepted.
fn accepts(service: &Service) -> [bool; 2] {
    [OLD, NEW].map(|network| service.answer(&network.get("transaction_id=T1")).status == 200)
}

fn reloads(service: &Service, result: &str) -> u64 {
    service.metric("postbackd_config_reloads_total", &[&format!("result=\"{result}\"")])
}

#[test]
fn every_listed_secret_is_accepted_and_no_other() {
    let stage = Stage::with(&rules_with(&[NEW.secret, OLD.secret]));
    assert_eq!(accepts(&stage.service), [true, true]);
    let third = Network { secret: "third", ..OLD };
    assert_eq!(stage.service.answer(&third.get("transaction_id=T1")).status, 401);
    assert_eq!(stage.service.answer(&NEW.form("transaction_id=T1")).status, 200);
}

#[test]
fn a_secret_is_rotated_by_two_reloads_without_a_gap() {
    let mut stage = Stage::with(&rules_with(&[OLD.secret]));
    assert_eq!(accepts(&stage.service), [true, false]);

    stage.site.rules = rules_with(&[NEW.secret, OLD.secret]);
    stage.site.write();
    let answer = stage.service.api_answer(request("POST", "/api/v1/reload"));
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(accepts(&stage.service), [true, true]);

    stage.site.rules = rules_with(&[NEW.secret]);
    stage.site.write();
    stage.service.process.signal(Signal::HUP);
    eventually("SIGHUP is followed", || {
        (reloads(&stage.service, "applied") == 2).then_some(())
    });
    assert_eq!(accepts(&stage.service), [false, true]);
    assert_eq!(reloads(&stage.service, "refused"), 0);
}

#[test]
fn a_secrets_file_is_read_again_without_the_line_break_at_its_end() {
    let folder = new_folder("secrets-");
    let file = folder.path().join("acme");
    std::fs::write(&file, format!("{}\n", OLD.secret)).expect("a folder of our own");
    let secrets = format!("{{ file = \"{}\" }}", file.display());
    let stage = Stage::with(&RULES.replace("{ value = \"secret-of-acme\" }", &secrets));
    assert_eq!(accepts(&stage.service), [true, false]);

    std::fs::write(&file, format!("{}\r\n", NEW.secret)).expect("a folder of our own");
    let answer = stage.service.api_answer(request("POST", "/api/v1/reload"));
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(accepts(&stage.service), [false, true]);
}

#[test]
fn a_reload_adds_and_removes_campaigns() {
    let mut stage = Stage::new();
    let spring = "/click/spring";
    let status = |service: &Service, target: &str| service.answer(&get(target)).status;
    assert_eq!(status(&stage.service, spring), 302);
    stage.site.rules = RULES.replace("campaigns.spring", "campaigns.autumn");
    stage.site.write();
    stage.service.api_answer(request("POST", "/api/v1/reload"));
    assert_eq!(status(&stage.service, spring), 404);
    assert_eq!(status(&stage.service, "/click/autumn"), 302);
}

#[test]
fn a_faulty_file_changes_nothing_and_every_fault_is_listed() {
    let mut stage = Stage::with(&rules_with(&[OLD.secret]));
    stage.site.rules = format!(
        "{}\nunknown = 1\n[networks.other]\nwindow = \"soon\"\n",
        rules_with(&[NEW.secret])
    );
    stage.site.write();

    let answer = stage.service.api_answer(request("POST", "/api/v1/reload"));

    assert_eq!(answer.status, 422);
    let problem = answer.json();
    let faults = problem["faults"].as_array().expect("faults");
    let config = stage.site.config();
    for (key, line) in [
        ("campaigns.spring.unknown", "unknown = 1"),
        ("networks.other.window", "window = \"soon\""),
        ("networks.other", "[networks.other]"),
    ] {
        let line = config
            .lines()
            .position(|text| text == line)
            .expect("a line of the file")
            + 1;
        let fault = faults
            .iter()
            .find(|fault| fault["key"].as_str().is_some_and(|said| said.starts_with(key)));
        let fault = fault.unwrap_or_else(|| panic!("{key} in {problem}"));
        assert_eq!(fault["line"], line, "{problem}");
    }
    assert_eq!(accepts(&stage.service), [true, false]);
    assert_eq!(reloads(&stage.service, "refused"), 1);
    assert_eq!(reloads(&stage.service, "applied"), 0);
    stage.service.process.log_line_with("networks.other.window");
}

#[test]
fn a_faulty_file_changes_nothing_on_sighup_either() {
    let mut stage = Stage::with(&rules_with(&[OLD.secret]));
    stage.site.rules = "[networks".to_owned();
    stage.site.write();
    stage.service.process.signal(Signal::HUP);
    eventually("the reload is refused", || {
        (reloads(&stage.service, "refused") == 1).then_some(())
    });
    assert_eq!(accepts(&stage.service), [true, false]);
}

#[test]
fn a_file_without_networks_changes_nothing() {
    let mut stage = Stage::with(&rules_with(&[OLD.secret]));
    stage.site.rules = String::new();
    stage.site.write();
    let answer = stage.service.api_answer(request("POST", "/api/v1/reload"));
    assert_eq!(answer.status, 422);
    assert_eq!(answer.json()["faults"].as_array().map(Vec::len), Some(1));
    assert_eq!(accepts(&stage.service), [true, false]);
    assert_eq!(reloads(&stage.service, "refused"), 1);
}

#[test]
fn a_missing_file_changes_nothing() {
    let stage = Stage::with(&rules_with(&[OLD.secret]));
    std::fs::remove_file(stage.site.config_file()).expect("the file is there");
    assert_eq!(stage.service.api_answer(request("POST", "/api/v1/reload")).status, 422);
    assert_eq!(accepts(&stage.service), [true, false]);
}

#[test]
fn changed_listeners_need_a_restart() {
    let stage = Stage::new();
    let config = stage.site.config();
    let moved = config.replacen("127.0.0.1:0", "127.0.0.1:9", 1);
    std::fs::write(stage.site.config_file(), moved).expect("a file of our own");
    let answer = stage.service.api_answer(request("POST", "/api/v1/reload"));
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["restart_needed"], json!(["server.listen"]));
    assert_eq!(stage.service.answer(&get("/healthz")).status, 200);
}
