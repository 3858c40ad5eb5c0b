//! What is counted, and `/metrics`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::IntoResponse;
use http::header::CONTENT_TYPE;
use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

use super::app::App;

const BATCH_BUCKETS: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];
const SECONDS_BUCKETS: &[f64] = &[
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
];

/// Installs the process's recorder and describes what it will count.
///
/// # Errors
///
/// When the process already has one.
pub fn install_recorder() -> Result<PrometheusHandle, BuildError> {
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full("postbackd_ingest_batch_items".to_owned()), BATCH_BUCKETS)?
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS_BUCKETS)?
        .install_recorder()?;
    describe_traffic();
    describe_places();

    gauge!("postbackd_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    // What has no labels is there from the start, so that a rate can be computed over its first step.
    for name in [
        "postbackd_postbacks_received_total",
        "postbackd_unavailable_total",
        "postbackd_clicks_lost_total",
        "postbackd_panics_total",
        "postbackd_spool_quarantined_total",
        "postbackd_spool_torn_total",
        "postbackd_spooled_total",
        "postbackd_spool_set_aside_total",
        "postbackd_spool_failures_total",
        "postbackd_postgres_outages_total",
        "postbackd_postgres_recoveries_total",
    ] {
        counter!(name).absolute(0);
    }
    counter!("postbackd_config_reloads_total", "result" => "applied").absolute(0);
    counter!("postbackd_config_reloads_total", "result" => "refused").absolute(0);
    gauge!("postbackd_spool_records").set(0.0);
    gauge!("postbackd_spool_bytes").set(0.0);
    gauge!("postbackd_spool_oldest_seconds").set(0.0);
    Ok(handle)
}

/// What comes in and what becomes of it.
fn describe_traffic() {
    describe_counter!(
        "postbackd_postbacks_received_total",
        "Requests to /postback that were answered"
    );
    describe_counter!("postbackd_postbacks_total", "Postbacks by network and verdict");
    describe_counter!(
        "postbackd_refused_total",
        "Refused requests to /postback by network and code"
    );
    describe_counter!(
        "postbackd_unavailable_total",
        "Requests to /postback that nothing could take (503, 429)"
    );
    describe_counter!(
        "postbackd_unreplaced_macros_total",
        "Values that are literal macros and were kept, by network"
    );
    describe_counter!(
        "postbackd_param_case_total",
        "Fields that were sent under a name of the network's in another case, by network and field"
    );
    describe_counter!("postbackd_clicks_total", "Redirects with a durable click, by campaign");
    describe_counter!(
        "postbackd_clicks_lost_total",
        "Visitors that were redirected without a stored click"
    );
    describe_counter!("postbackd_clicks_refused_total", "Refused requests to /click by code");
    describe_counter!(
        "postbackd_config_reloads_total",
        "Reloads of the configuration by result"
    );
    describe_gauge!("postbackd_build_info", "1, with the version of the program");
    describe_counter!("postbackd_panics_total", "Requests whose handler panicked");
}

/// PostgreSQL and the spool: what they take, and whether they do.
fn describe_places() {
    describe_gauge!(
        "postbackd_spool_records",
        "Records on disk that are not yet in PostgreSQL"
    );
    describe_gauge!(
        "postbackd_spool_bytes",
        Unit::Bytes,
        "Bytes that the spool takes on disk"
    );
    describe_counter!(
        "postbackd_spool_quarantined_total",
        "Damaged records of the spool that were set aside"
    );
    describe_counter!(
        "postbackd_spool_torn_total",
        "Unacknowledged tails of the spool that were cut"
    );
    describe_gauge!(
        "postbackd_spool_oldest_seconds",
        Unit::Seconds,
        "How long the oldest record of the spool has waited"
    );
    describe_counter!("postbackd_spooled_total", "Records that the spool took");
    describe_counter!(
        "postbackd_spool_set_aside_total",
        "Records that PostgreSQL refused and that wait for an operator"
    );
    describe_counter!(
        "postbackd_spool_failures_total",
        "How often the spool stopped taking records"
    );
    describe_counter!(
        "postbackd_replayed_total",
        "Accepted postbacks by the verdict that they got at their replay"
    );
    describe_counter!(
        "postbackd_postgres_outages_total",
        "How often PostgreSQL stopped taking writes"
    );
    describe_counter!(
        "postbackd_postgres_recoveries_total",
        "How often PostgreSQL took writes again, its first time included"
    );
    describe_gauge!(
        "postbackd_postgres_up",
        "Whether PostgreSQL took the last write or probe"
    );
    describe_histogram!(
        "postbackd_ingest_batch_items",
        "Items that one transaction took, by kind"
    );
    describe_histogram!(
        "postbackd_ingest_commit_seconds",
        Unit::Seconds,
        "How long one transaction took, by kind"
    );
}

/// `GET /metrics`, in Prometheus's text format.
pub(super) async fn metrics(State(app): State<Arc<App>>) -> impl IntoResponse {
    (
        [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        app.metrics.render(),
    )
}
