//! A newcomer's way with a preset: what `presets` prints, copied into a configuration, takes the sender's postbacks.

use serde_json::Value;

use crate::harness::{Ended, Site, Stage, get, new_folder, postbackd, run};

const CAMPAIGN: &str = "[campaigns.spring]\ndestination = \"https://shop.example/?cid={click_id}\"\n";

fn presets(arguments: &[&str]) -> Ended {
    let folder = new_folder("nowhere-");
    let mut command = postbackd();
    command.arg("presets").args(arguments).current_dir(folder.path());
    run(&mut command)
}

#[test]
fn the_list_names_each_preset_with_what_is_known_of_it() {
    let listed = presets(&[]);
    assert_eq!(listed.code, Some(0), "{}", listed.stderr);
    let keitaro = listed.stdout.lines().find(|line| line.starts_with("keitaro "));
    let words: Vec<&str> = keitaro.expect("a line").split_whitespace().collect();
    assert_eq!(
        words,
        [
            "keitaro",
            "Keitaro",
            "tracker",
            "documentation",
            "token",
            "in",
            "query.token"
        ]
    );

    let listed_json = presets(&["--json"]);
    let list: Vec<Value> = serde_json::from_str(&listed_json.stdout).expect("a JSON list");
    assert_eq!(list.len() + 1, listed.stdout.lines().count(), "and a line of headings");
    let keitaro = list.iter().find(|preset| preset["name"] == "keitaro").expect("keitaro");
    assert_eq!(keitaro["evidence"], "documentation");
    assert_eq!(keitaro["kind"], "tracker");
}

#[test]
fn an_unknown_preset_exits_with_2_and_names_the_one_that_may_be_meant() {
    let ended = presets(&["show", "kietaro"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    assert!(ended.stderr.contains("did you mean keitaro?"), "{}", ended.stderr);
    assert_eq!(presets(&["show"]).code, Some(2));
    assert_eq!(presets(&["--json", "show", "keitaro"]).code, Some(2));
}

#[test]
fn what_is_shown_takes_the_postbacks_of_its_sender() {
    let shown = presets(&["show", "keitaro"]);
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    assert!(
        shown
            .stdout
            .contains("https://YOUR-HOST/postback/keitaro?subid={external_id}&tid={tid}&"),
        "{}",
        shown.stdout
    );
    let rules = format!("{}{CAMPAIGN}", shown.stdout);
    let checked = Site::private()
        .with_rules(&rules)
        .run_under(&[("KEITARO_SECRET", "hush")], &["check-config"]);
    assert_eq!(checked.code, Some(0), "{}", checked.stdout);

    let stage = Stage::with(&rules.replace("{ env = \"KEITARO_SECRET\" }", "{ value = \"hush\" }"));
    let click = stage.service.click("/click/spring");
    let postback = |token: &str| {
        get(format!(
            "/postback/keitaro?subid={click}&tid=1&status=reg&lead_status=reg&payout=2.50&currency=usd&return=OK&token={token}"
        ))
    };
    for _ in ["recorded", "duplicate"] {
        let answer = stage.service.answer(&postback("hush"));
        assert_eq!((answer.status, answer.text()), (200, "OK"));
    }
    let conversions = stage.service.api("/api/v1/conversions?network=keitaro");
    let conversion = &conversions["items"][0];
    assert_eq!(conversion["attributed"], true);
    assert_eq!(conversion["status"], "pending");
    assert_eq!(conversion["payout"], "2.50");
    assert_eq!(conversion["dedupe"], "click_transaction");
    assert_eq!(stage.service.answer(&postback("wrong")).status, 401);
}
