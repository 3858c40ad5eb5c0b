//! Rows that PostgreSQL itself refuses, floods, and partitions: what is stored when storing is not plain.

use std::thread;

use serde_json::{Value, json};

use crate::harness::{ACME, Connection, Database, RULES, Site, Stage, get, now_s, uuid_of};

#[test]
fn a_row_that_postgres_refuses_is_set_aside_and_its_neighbours_go_on() {
    let stage = Stage::new();
    let Stage { service, database, .. } = &stage;
    database.execute("alter table conversions add check (transaction_id <> 'poison')");
    let ids = ["T1", "poison", "T2", "T3", "poison", "T4"];

    let statuses: Vec<u16> = thread::scope(|scope| {
        let senders = ids.map(|id| scope.spawn(move || service.answer(&ACME.get(&format!("transaction_id={id}")))));
        let answers = senders.map(|sender| sender.join().expect("an answer"));
        for (id, answer) in ids.iter().zip(&answers) {
            if *id == "poison" {
                assert_eq!(answer.header("content-type"), Some("application/problem+json"));
                assert_eq!(answer.json()["code"], "not_storable");
                assert_eq!(service.logged_code(&answer.json()), "not_storable");
            }
        }
        answers.map(|answer| answer.status).to_vec()
    });

    assert_eq!(statuses, [200, 422, 200, 200, 422, 200]);
    assert_eq!(database.count("conversions"), 4);
    assert_eq!(database.count("postbacks"), 6);
    assert_eq!(service.metric("postbackd_refused_total", &["code=\"not_storable\""]), 2);
    service.process.log_line("an error for the operator", |line| {
        (line["level"] == "ERROR").then_some(())
    });
}

#[test]
fn a_click_that_postgres_refuses_is_redirected_without_an_id_and_counted_as_lost() {
    let stage = Stage::new();
    stage
        .database
        .execute("alter table clicks add check (sub1 <> 'poison')");
    let refused = stage.service.answer(&get("/click/spring?sub1=poison"));
    assert_eq!(refused.status, 302);
    assert_eq!(refused.click_id(), "");
    stage.service.click("/click/spring?sub1=fine");
    assert_eq!(stage.service.metric("postbackd_clicks_lost_total", &[]), 1);
    assert_eq!(stage.service.metric("postbackd_clicks_total", &[]), 1);
    assert_eq!(stage.database.count("clicks"), 1);
}

#[test]
fn a_flood_of_refusals_is_counted_whole_and_kept_in_part() {
    const SENDERS: usize = 16;
    const EACH: usize = 250;
    let stage = Stage::new();
    let Stage { service, database, .. } = &stage;
    let forged = get("/postback/acme?transaction_id=T1&sig=00");

    let with_id: usize = thread::scope(|scope| {
        let senders: [_; SENDERS] = std::array::from_fn(|_| {
            scope.spawn(|| {
                let mut connection = Connection::open(service.public);
                let answers = (0..EACH).map(|_| connection.exchange(&forged));
                answers
                    .inspect(|answer| assert_eq!(answer.status, 401))
                    .filter(|answer| answer.json()["postback_id"].is_string())
                    .count()
            })
        });
        senders.into_iter().map(|sender| sender.join().expect("answers")).sum()
    });

    let sent = SENDERS * EACH;
    assert_eq!(service.metric("postbackd_refused_total", &[]), sent as u64);
    assert!(with_id < sent, "a bound is reached");
    let rows = database.count("postbacks");
    assert_eq!(
        rows,
        i64::try_from(with_id).expect("a few"),
        "an id is the promise of a row"
    );
    let genuine = service.verdict(&ACME.get("transaction_id=T1"));
    assert_eq!(genuine["verdict"], "recorded", "the flood hides nobody");
    assert!(database.count("postbacks") > rows);
}

#[test]
fn a_click_older_than_every_partition_still_gets_its_conversion() {
    let rules = RULES.replace("networks = [\"acme\"]", "networks = [\"acme\"]\nwindow = \"3650d\"");
    let stage = Stage::with(&rules);
    // A UUIDv7 of 2022-02-22, as RFC 9562 prints it in its example.
    let id = "01fwhe4ydgfk1shh6w1g60eecf";
    assert_eq!(uuid_of(id), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
    stage.database.execute(
        "insert into clicks (id, received_at, flags, campaign, affiliate, ip) values \
         ('017f22e2-79b0-7cc3-98c4-dc0c0c07398f', '2022-02-22T19:22:22Z', 0, 'spring', '42', '127.0.0.1')",
    );
    let in_default = stage
        .database
        .row("select tableoid::regclass::text as partition from clicks");
    assert_eq!(in_default, json!({ "partition": "clicks_default" }));

    let verdict = stage
        .service
        .verdict(&ACME.get(&format!("transaction_id=T1&click_id={id}")));

    assert_eq!(verdict["attributed"], true);
    assert_eq!(verdict["affiliate"], "42");
}

#[test]
fn what_is_stored_today_lies_in_this_weeks_partition() {
    let stage = Stage::new();
    stage.service.click("/click/spring");
    stage.service.verdict(&ACME.get("transaction_id=T1"));
    // Weeks begin on Monday, and the first day of 1970 was a Thursday.
    let monday_s = now_s() - (now_s() - 4 * 86400).rem_euclid(7 * 86400);
    for table in ["clicks", "postbacks"] {
        let partition = stage
            .database
            .row(&format!("select tableoid::regclass::text as name from {table}"));
        let expected =
            format!("select '{table}_' || to_char(to_timestamp({monday_s}) at time zone 'UTC', 'YYYYMMDD') as name");
        assert_eq!(partition, stage.database.row(&expected));
    }
}

#[test]
fn two_services_that_start_together_on_an_empty_database_both_come_up() {
    let database = Database::without_schema();
    let site = Site::on(&database);
    let services = thread::scope(|scope| {
        [(); 2]
            .map(|()| scope.spawn(|| site.serve()))
            .map(|starting| starting.join().expect("a service"))
    });
    assert_eq!(
        services[0].verdict(&ACME.get("transaction_id=T1"))["verdict"],
        "recorded"
    );
    assert_eq!(
        services[1].verdict(&ACME.get("transaction_id=T1"))["verdict"],
        "duplicate"
    );
}

#[test]
fn an_answer_and_its_rows_say_the_same() {
    let stage = Stage::new();
    let Stage { service, database, .. } = &stage;
    for query in [
        "transaction_id=T1&status=pending&payout=1.10&currency=EUR&event=sale&user_id=u&device_id=d&event_time=1772359200",
        "transaction_id=T1&status=approved&payout=1.2&event=sale",
        "transaction_id=T1&status=pending&payout=9&event=sale",
        "click_id=odd&event=lead",
        "transaction_id=T%C3%A9%20%27%22%5C",
    ] {
        let answer = service.verdict(&ACME.get(query));
        let id = uuid_of(answer["conversion_id"].as_str().expect("an id"));
        let row = database.row(&format!(
            "select network, transaction_id, event, status, payout::text, currency, click_id_sent, campaign, affiliate, \
             attributed, reason, dedupe from conversions where id = '{id}'"
        ));
        for (column, value) in row.as_object().expect("a row") {
            let said = if column == "click_id_sent" {
                &answer["click_id"]
            } else {
                &answer[column]
            };
            assert_eq!(said, value, "{column} after {query}");
        }
        let postback = uuid_of(answer["postback_id"].as_str().expect("an id"));
        let logged = database.row(&format!(
            "select verdict, conversion_id from postbacks where id = '{postback}'"
        ));
        assert_eq!(
            logged,
            json!({ "verdict": answer["verdict"], "conversion_id": id }),
            "{query}"
        );
    }
    let kept = database.row("select user_id, device_id, event_time from conversions where transaction_id = 'T1'");
    assert_eq!(
        kept,
        json!({ "user_id": "u", "device_id": "d", "event_time": "2026-03-01T10:00:00+00:00" })
    );
    assert_eq!(Value::from(database.count("conversions")), 3);
}
