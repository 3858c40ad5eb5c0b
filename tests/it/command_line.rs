//! The command line: what each command prints and how it exits.

use crate::harness::{
    ACME, Database, Ended, RULES, Request, Service, Site, Stage, get, new_folder, post, postbackd, request, run,
};

fn plain(arguments: &[&str]) -> Ended {
    let folder = new_folder("nowhere-");
    let mut command = postbackd();
    command.args(arguments).current_dir(folder.path());
    run(&mut command)
}

#[test]
fn a_wrong_command_line_exits_with_2() {
    for arguments in [
        &[][..],
        &["start"],
        &["serve", "--port", "1"],
        &["sign"],
        &["serve", "extra"],
        &["--config"],
    ] {
        let ended = plain(arguments);
        assert_eq!(ended.code, Some(2), "{arguments:?}: {}", ended.stderr);
        assert_eq!(ended.stdout, "", "{arguments:?}");
    }
    for arguments in [&["--help"], &["--version"]] {
        assert_eq!(plain(arguments).code, Some(0), "{arguments:?}");
    }
}

/// A configuration with a fault of every kind that a line can have, with its key.
const FAULTY: [(&str, &str); 5] = [
    ("windw = \"30d\"", "networks.acme.windw"),
    ("allow_ips = [\"203.0.113.300\"]", "networks.acme.allow_ips"),
    ("default_status = \"maybe\"", "networks.acme.default_status"),
    (
        "destination = \"https://shop.example/?x={clickid}\"",
        "campaigns.spring.destination",
    ),
    ("networks = [\"nobody\"]", "campaigns.spring.networks"),
];

fn faulty_site() -> Site {
    let [windw, allow_ips, status, destination, networks] = FAULTY.map(|(line, _)| line);
    Site::private().with_rules(&format!(
        "[networks.acme]\n{windw}\n{allow_ips}\n{status}\nsecrets = [{{ value = \"hush\" }}]\n[campaigns.spring]\n{destination}\n{networks}\n"
    ))
}

#[test]
fn check_config_says_that_a_good_file_is_valid() {
    let ended = Site::private().run(&["check-config"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stdout);
    assert!(ended.stdout.contains("valid"), "{}", ended.stdout);
}

#[test]
fn check_config_names_every_fault_with_file_line_and_key() {
    let site = faulty_site();
    let ended = site.run(&["check-config"]);
    assert_eq!(ended.code, Some(1));
    let config = site.config();
    for (line, key) in FAULTY {
        let number = config
            .lines()
            .position(|text| text == line)
            .expect("a line of the file")
            + 1;
        let place = format!("{}:{number}:", site.config_file().display());
        let is_named = |said: &str| said.starts_with(&place) && said.contains(key);
        assert!(ended.stdout.lines().any(is_named), "{place} {key} in\n{}", ended.stdout);
    }
    assert!(!ended.stdout.contains("hush"), "never a secret");
}

#[test]
fn every_other_command_exits_with_2_on_a_faulty_file() {
    let site = faulty_site();
    let url = "http://127.0.0.1:8080/postback/acme?transaction_id=T1";
    for arguments in [
        &["serve"][..],
        &["migrate"],
        &["sign", "--network", "acme", url],
        &["explain", "--network", "acme", url],
        &["healthcheck"],
        &["spool", "list"],
        &["doctor"],
    ] {
        let ended = site.run(arguments);
        assert_eq!(ended.code, Some(2), "{arguments:?}: {}", ended.stderr);
        for (_, key) in FAULTY {
            assert!(ended.stderr.contains(key), "{key} in {}", ended.stderr);
        }
    }
}

#[test]
fn a_missing_file_exits_with_2_and_with_1_for_check_config() {
    assert_eq!(plain(&["serve", "--config", "missing.toml"]).code, Some(2));
    assert_eq!(plain(&["migrate"]).code, Some(2), "the default file is missing too");
    let checked = plain(&["check-config", "--config", "missing.toml"]);
    assert_eq!(checked.code, Some(1));
    assert!(checked.stdout.contains("missing.toml"), "{}", checked.stdout);
}

#[test]
fn the_shipped_configuration_is_valid_but_not_for_other_machines() {
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/config/postbackd.toml");
    let checked = plain(&["check-config", "--config", shipped]);
    assert_eq!(checked.code, Some(0), "{}", checked.stdout);
    let folder = new_folder("shipped-");
    for variable in ["POSTBACKD_LISTEN", "POSTBACKD_ADMIN_LISTEN"] {
        let mut serve = postbackd();
        serve
            .args(["serve", "--config", shipped])
            .env(variable, "0.0.0.0:0")
            .current_dir(folder.path());
        let ended = run(&mut serve);
        assert_eq!(ended.code, Some(2), "{variable}: {}", ended.stderr);
    }
}

/// The request that a printed curl line would send.
fn parse_curl(line: &str) -> Request {
    let mut words = split_shell(line).into_iter();
    assert_eq!(words.next().as_deref(), Some("curl"), "{line}");
    let mut parsed = request("GET", "");
    while let Some(word) = words.next() {
        let mut value = || words.next().unwrap_or_else(|| panic!("a value behind {word}: {line}"));
        match word.as_str() {
            "-i" | "-g" | "-ig" => {}
            "-X" => parsed.method = value(),
            "-H" => {
                let (name, value) = value()
                    .split_once(": ")
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .expect("a header");
                parsed.headers.push((name, value));
            }
            "--data-binary" | "--data-raw" => {
                parsed.body = value().into_bytes();
                "POST".clone_into(&mut parsed.method);
            }
            url => {
                let (_, target) = url
                    .strip_prefix("http://")
                    .and_then(|rest| rest.split_once('/'))
                    .expect("a URL");
                parsed.target = format!("/{target}");
            }
        }
    }
    parsed
}

/// Words as a POSIX shell reads them: in single quotes or without any.
fn split_shell(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut characters = line.trim().chars();
    let mut is_quoted = false;
    while let Some(character) = characters.next() {
        let word = words.last_mut().expect("there is always one");
        match character {
            '\'' => is_quoted = !is_quoted,
            '\\' if !is_quoted => word.extend(characters.next()),
            ' ' if !is_quoted => words.push(String::new()),
            other => word.push(other),
        }
    }
    words
}

/// Signs with the command, and sends what it printed.
fn sign_and_send(stage: &Stage, arguments: &[&str], path: &str) -> serde_json::Value {
    let Stage {
        service: Service { public, .. },
        site,
        ..
    } = stage;
    let url = format!("http://{public}{path}");
    let arguments = [&["sign", "--network"], arguments, &[url.as_str()]].concat();
    let signed = site.run(&arguments);
    assert_eq!(signed.code, Some(0), "{}", signed.stderr);
    assert!(!signed.stdout.contains("secret"), "never a secret: {}", signed.stdout);
    stage.service.verdict(&parse_curl(&signed.stdout))
}

#[test]
fn what_sign_prints_is_accepted_when_it_is_sent() {
    let rules = format!(
        "{RULES}\n[networks.other]\nsecrets = [{{ value = \"secret two\" }}]\n[networks.other.signature]\n\
         algorithm = \"hmac-sha512\"\ncontent = \"{{timestamp}}{{method}}{{body}}{{header.x-id}}\"\nfrom = \"header.x-sign\"\n\
         encoding = \"base64\"\ntimestamp = {{ from = \"header.x-time\", unit = \"ms\", tolerance = \"5m\" }}\n"
    );
    let stage = Stage::with(&rules);
    let get = sign_and_send(&stage, &["acme"], "/postback/acme?transaction_id=T1&note=it%27s");
    assert_eq!(get["transaction_id"], "T1");
    let form = sign_and_send(
        &stage,
        &["acme", "--body", "transaction_id=T2&note=it's $HOME"],
        "/postback/acme",
    );
    assert_eq!(form["transaction_id"], "T2");
    let json = sign_and_send(
        &stage,
        &["acme", "--body", r#"{"transaction_id":"T3"}"#],
        "/postback/acme",
    );
    assert_eq!(json["transaction_id"], "T3");
    let other = [
        "other",
        "--header",
        "X-Id: 7",
        "--method",
        "POST",
        "--body",
        "transaction_id=T4",
    ];
    assert_eq!(sign_and_send(&stage, &other, "/postback/other")["transaction_id"], "T4");
}

#[test]
fn sign_says_which_networks_there_are() {
    let ended = Site::private().run(&["sign", "--network", "nobody", "http://127.0.0.1/postback/nobody"]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("acme"), "{}", ended.stderr);
}

#[test]
fn after_migrate_a_service_runs_that_may_not_migrate() {
    let database = Database::without_schema();
    let mut site = Site::on(&database);
    let migrated = site.run(&["migrate"]);
    assert_eq!(migrated.code, Some(0), "{}", migrated.stderr);
    assert_eq!(site.run(&["migrate"]).code, Some(0), "again, with nothing to do");

    site.database.push_str("\nmigrate = false");
    let service = site.serve();
    let click = service.click("/click/spring");
    let verdict = service.verdict(&ACME.get(&format!("transaction_id=T1&click_id={click}")));
    assert_eq!(verdict["attributed"], true);
    let weeks = database.count("pg_inherits where inhparent = 'clicks'::regclass");
    assert!(weeks * 7 >= 90, "partitions for 90 days: {weeks} weeks");
}

#[test]
fn after_migrate_a_role_that_may_not_make_tables_serves() {
    let database = Database::without_schema();
    let migrated = Site::on(&database).run(&["migrate"]);
    assert_eq!(migrated.code, Some(0), "{}", migrated.stderr);
    for statement in [
        "create role writes_only login",
        "revoke create on schema public from public",
        "grant select, insert, update on all tables in schema public to writes_only",
    ] {
        database.execute(statement);
    }

    let site = Site::on_url(&database.url().replacen("postbackd@", "writes_only@", 1));
    let service = site.serve();
    let click = service.click("/click/spring");
    let verdict = service.verdict(&ACME.get(&format!("transaction_id=T1&click_id={click}")));
    assert_eq!(verdict["attributed"], true);
}

#[test]
fn a_service_that_may_not_migrate_spools_until_somebody_did() {
    let database = Database::without_schema();
    let mut site = Site::on(&database);
    site.database.push_str("\nmigrate = false");
    let service = site.serve_unready();
    let state = service.answer(&get("/readyz")).json();
    assert_eq!(state["postgres"], "migrations are missing", "{state}");
    assert_eq!(service.answer(&ACME.get("transaction_id=T1")).status, 202);
    assert_ne!(service.answer(&get("/click/spring")).click_id(), "");

    site.run(&["migrate"]);
    service.wait_for_postgres();
    service.wait_for_replay();
    assert_eq!(service.verdict(&ACME.get("transaction_id=T1"))["verdict"], "duplicate");
}

#[test]
fn migrate_without_its_database_exits_with_1() {
    let site = Site::on_url("postgres://nobody@127.0.0.1:1/nothing");
    let ended = site.run(&["migrate"]);
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
}

#[test]
fn healthcheck_says_whether_the_service_lives() {
    let mut stage = Stage::new();
    let address = stage.service.public.to_string();
    let check = |stage: &Stage| {
        stage
            .site
            .run_under(&[("POSTBACKD_LISTEN", &address)], &["healthcheck"])
            .code
    };
    assert_eq!(check(&stage), Some(0));
    stage.service.process.kill();
    assert_eq!(check(&stage), Some(1));
}

#[test]
fn database_url_wins_over_the_file() {
    let database = Database::without_schema();
    let site = Site::on_url("postgres://nobody@127.0.0.1:1/nothing");
    let migrated = site.run_under(&[("DATABASE_URL", database.url())], &["migrate"]);
    assert_eq!(migrated.code, Some(0), "{}", migrated.stderr);
    assert_eq!(database.count("conversions"), 0);
}

#[test]
fn an_address_that_is_taken_ends_the_service_with_1() {
    let stage = Stage::new();
    let taken = stage.service.public.to_string();
    let ended = stage.site.run_under(&[("POSTBACKD_LISTEN", &taken)], &["serve"]);
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert!(ended.stderr.contains(&taken), "{}", ended.stderr);
}

#[test]
fn accepted_requests_write_no_line_and_refusals_few() {
    let stage = Stage::new();
    let lines_before = stage.service.process.log().len();
    for number in 0..20 {
        stage.service.click("/click/spring");
        stage.service.verdict(&ACME.get(&format!("transaction_id=T{number}")));
    }
    assert_eq!(stage.service.process.log().len(), lines_before);
    let forged = post("/postback/acme", "application/json", "{}");
    assert_eq!(stage.service.answer(&forged).status, 401);
    stage.service.process.log_line_with("signature_missing");
}
