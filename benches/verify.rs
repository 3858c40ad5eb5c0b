//! What one request costs between socket and queue: verifying, reading and deciding a postback, filling a redirect.
//!
//! Verifying a body-signed postback is measured beside the bare HMAC-SHA256 over the same bytes, and shall cost at most 1.3
//! times as much. There are two such baselines: the HMAC with its key schedule, which who only has the secret pays each time,
//! and the HMAC whose key was prepared once, as ours is. Verifying and both baselines are also timed in turns, which tells
//! their ratios on a noisy machine too.
#![expect(clippy::print_stdout, reason = "the ratios are the result")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use bytes::Bytes;
use criterion::{BenchmarkId, Criterion, Throughput};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use postbackd::config::{Environment, parse};
use postbackd::domain::decide::{Facts, decide};
use postbackd::domain::id::PostbackId;
use postbackd::domain::network::Network;
use postbackd::domain::postback::{Form, RawPostback};
use postbackd::domain::signature::Unsigned;
use postbackd::domain::template::Destination;
use postbackd::domain::time::Timestamp;
use sha2::Sha256;

const NOW: Timestamp = Timestamp::from_unix_seconds(1_700_000_000);
const SECRET: &str = "a secret of thirty-two characters";
/// Bytes of the bodies.
const SIZES: [usize; 3] = [200, 1024, 8192];
/// Rounds of which the median counts, and calls in each.
const ROUNDS: usize = 401;
const CALLS: u32 = 200;

/// A network of the default schemes.
fn network() -> Network {
    let text = format!("[networks.acme]\nsecrets = [{{ value = \"{SECRET}\" }}]");
    let config = parse("bench", &text, &Environment::default()).expect("a sound configuration");
    Network::clone(&config.networks["acme"])
}

/// A postback with a body of a size, signed as the default scheme of a POST has it.
fn signed(network: &Network, size: usize) -> RawPostback {
    let fields =
        r#"{"click_id":"01fwhe4ydgfk1shh6w1g60eecf","transaction_id":"T1","payout":"12.50","currency":"USD","x":""}"#;
    let filler = "x".repeat(size - fields.len());
    let body = fields.replace(r#""x":"""#, &format!(r#""x":"{filler}""#));
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("host", "track.example"),
        ("user-agent", "acme-postbacks/1.0"),
        ("accept", "*/*"),
        ("content-type", "application/json"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    let unsigned = RawPostback {
        id: PostbackId::new(NOW, [0; 10]),
        received_at: NOW,
        remote_ip: [203, 0, 113, 7].into(),
        method: Method::POST,
        uri: "/postback/acme".parse().expect("a target"),
        headers,
        body: Bytes::from(body),
    };
    let scheme = network.schemes.of(&unsigned.method);
    let signed = Unsigned(unsigned.clone()).sign(scheme, NOW).expect("signed");
    let mut raw = unsigned;
    raw.headers.extend(signed.headers);
    raw
}

/// The bytes that its signature covers.
fn signed_bytes(raw: &RawPostback) -> Vec<u8> {
    let timestamp = raw.headers["x-postback-timestamp"].as_bytes();
    [timestamp, b".", &raw.body].concat()
}

fn prepared_key() -> Hmac<Sha256> {
    Hmac::new_from_slice(SECRET.as_bytes()).expect("an HMAC takes a key of any length")
}

fn bare_hmac(key: &Hmac<Sha256>, bytes: &[u8]) -> [u8; 32] {
    let mut mac = key.clone();
    mac.update(bytes);
    mac.finalize().into_bytes().into()
}

fn verification(criterion: &mut Criterion) {
    let network = network();
    let mut group = criterion.benchmark_group("verify");
    for size in SIZES {
        let raw = signed(&network, size);
        let form = Form::read(&raw).expect("a readable request");
        let bytes = signed_bytes(&raw);
        let key = prepared_key();
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function(BenchmarkId::new("postback", size), |bencher| {
            bencher.iter(|| network.verify(black_box(&raw), &form, NOW).is_ok());
        });
        group.bench_function(BenchmarkId::new("bare_hmac_with_prepared_key", size), |bencher| {
            bencher.iter(|| bare_hmac(&key, black_box(&bytes)));
        });
        group.bench_function(BenchmarkId::new("bare_hmac_with_key_schedule", size), |bencher| {
            bencher.iter(|| bare_hmac(&prepared_key(), black_box(&bytes)));
        });
    }
    group.finish();
}

fn reading(criterion: &mut Criterion) {
    let network = network();
    let raw = signed(&network, SIZES[0]);
    let form = Form::read(&raw).expect("a readable request");
    let verified = network.verify(&raw, &form, NOW).expect("authentic");
    let postback = verified.read().expect("a postback").postback;
    let facts = Facts {
        conversion: None,
        click: None,
    };
    criterion.bench_function("read/form", |bencher| {
        bencher.iter(|| Form::read(black_box(&raw)).is_ok());
    });
    criterion.bench_function("read/fields", |bencher| {
        bencher.iter(|| black_box(&verified).read());
    });
    criterion.bench_function("decide/new", |bencher| {
        bencher.iter(|| decide(black_box(&postback), &facts));
    });
}

fn redirecting(criterion: &mut Criterion) {
    let template = "https://shop.example/landing?cid={click_id}&src={affiliate}&s1={sub1}&s2={sub2}";
    let destination = Destination::parse(template).expect("a destination");
    criterion.bench_function("redirect/fill", |bencher| {
        bencher.iter(|| destination.fill(|_| Some(black_box("banner 7 & more"))));
    });
}

fn timed(call: impl Fn()) -> Duration {
    let begin = Instant::now();
    for _ in 0..CALLS {
        call();
    }
    begin.elapsed()
}

/// Times verifying and both baselines in turns and prints the medians of the rounds' ratios.
fn print_ratios() {
    println!("verifying : bare HMAC-SHA256 over the same bytes, median of {ROUNDS} rounds");
    println!("{:>8}  {:>21}  {:>12}", "body", "key schedule included", "key prepared");
    let network = network();
    for size in SIZES {
        let raw = signed(&network, size);
        let form = Form::read(&raw).expect("a readable request");
        let bytes = signed_bytes(&raw);
        let key = prepared_key();
        let mut with_schedule = Vec::with_capacity(ROUNDS);
        let mut with_prepared_key = Vec::with_capacity(ROUNDS);
        for _ in 0..ROUNDS {
            let scheduled = timed(|| {
                black_box(bare_hmac(&prepared_key(), black_box(&bytes)));
            });
            let verified = timed(|| {
                black_box(network.verify(black_box(&raw), &form, NOW).is_ok());
            });
            let prepared = timed(|| {
                black_box(bare_hmac(&key, black_box(&bytes)));
            });
            with_schedule.push(verified.as_secs_f64() / scheduled.as_secs_f64());
            with_prepared_key.push(verified.as_secs_f64() / prepared.as_secs_f64());
        }
        println!(
            "{size:>6} B  {:>21.2}  {:>12.2}",
            median(with_schedule),
            median(with_prepared_key)
        );
    }
}

fn median(mut ratios: Vec<f64>) -> f64 {
    ratios.sort_by(f64::total_cmp);
    ratios[ratios.len() / 2]
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    verification(&mut criterion);
    reading(&mut criterion);
    redirecting(&mut criterion);
    criterion.final_summary();
    print_ratios();
}
