//! What a batch reads grows with the batch, not with the table.

use crate::harness::{ACME, Cluster, Site, eventually, rows};

/// Postbacks of one batch, each about a click of its own.
const POSTBACKS: usize = 30;
/// Clicks of others between two of those.
const CLICKS_BETWEEN: usize = 400;

#[test]
fn of_all_clicks_a_batch_reads_those_that_it_names() {
    let cluster = Cluster::start();
    let site = Site::on_url(&cluster.url());
    let service = site.serve();
    let named: Vec<String> = (0..POSTBACKS)
        .map(|_| {
            cluster.execute(&format!(
                "insert into clicks (id, received_at, flags, campaign, ip) \
                 select overlay(gen_random_uuid()::text placing \
                     regexp_replace(lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0'), \
                     '(.{{8}})(.{{4}})', '\\1-\\2-7') from 1 for 15)::uuid, now(), 0, 'spring', '127.0.0.1' \
                 from generate_series(1, {CLICKS_BETWEEN})"
            ));
            service.click("/click/spring")
        })
        .collect();

    // What waits in the spool is replayed in one batch.
    let (cluster, ()) = cluster.stop_while(|| {
        for (index, click) in named.iter().enumerate() {
            let postback = ACME.get(&format!("transaction_id=T{index}&click_id={click}"));
            assert_eq!(service.answer(&postback).status, 202);
        }
    });
    service.wait_for_postgres();
    service.wait_for_replay();
    drop(service);

    let read = |sql: &str| rows(&cluster.url(), sql)[0]["number"].as_i64();
    eventually("PostgreSQL counts what was inserted", || {
        let inserted = "select n_tup_ins as number from pg_stat_user_tables where relname = 'conversions'";
        (read(inserted) == i64::try_from(POSTBACKS).ok()).then_some(())
    });
    let entries = "select sum(idx_tup_read)::bigint as number from pg_stat_user_indexes where relname like 'clicks%'";
    let entries = read(entries).expect("a number");
    let all = i64::try_from(POSTBACKS * CLICKS_BETWEEN).expect("a small number");
    assert!(entries < all / 10, "{entries} entries were read of {all} clicks");
    cluster.stop();
}
