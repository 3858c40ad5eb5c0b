//! The plain service: axum and sqlx, and a transaction for each request. It verifies the signature and stores the same rows.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Context as _;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::StatusCode;
use postbackd::domain::id::{ClickId, PostbackId};
use postbackd::ingest::now;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use sqlx::postgres::{PgPool, PgPoolOptions};
use uuid::Uuid;

use crate::traffic::{NETWORK, SECRET};

#[derive(Debug)]
struct Plain {
    pool: PgPool,
    key: Hmac<Sha256>,
}

/// A postback that is the network's own.
struct Postback {
    click: ClickId,
    transaction: String,
    event: String,
    status: String,
    payout: Decimal,
    currency: String,
    /// As the raw log keeps it.
    target: String,
    headers: Value,
}

pub(super) async fn router(url: &str, connections: u32) -> anyhow::Result<Router> {
    let pool = PgPoolOptions::new()
        .min_connections(connections)
        .max_connections(connections)
        .connect(url);
    let plain = Plain {
        pool: pool.await.context("the pool")?,
        key: Hmac::new_from_slice(SECRET.as_bytes()).expect("an HMAC takes a key of any length"),
    };
    Ok(Router::new()
        .route("/postback/{network}", get(postback))
        .with_state(Arc::new(plain)))
}

async fn postback(State(plain): State<Arc<Plain>>, request: Request) -> Response {
    let Some(postback) = plain.read(&request) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    match plain.store(&postback).await {
        Ok(answer) => Json(answer).into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

impl Plain {
    /// Verifies and reads; nothing of what is not the network's own.
    fn read(&self, request: &Request) -> Option<Postback> {
        let query = request.uri().query()?;
        let (signed, signature) = query.rsplit_once("&sig=")?;
        let mut mac = self.key.clone();
        mac.update(signed.as_bytes());
        mac.verify_slice(&hex::decode(signature).ok()?).ok()?;

        let fields: HashMap<&str, &str> = signed.split('&').filter_map(|pair| pair.split_once('=')).collect();
        let text = |name: &str| fields.get(name).map(|value| (*value).to_owned());
        let headers = request.headers().iter();
        let headers = headers.map(|(name, value)| {
            (
                name.as_str().to_owned(),
                String::from_utf8_lossy(value.as_bytes()).into(),
            )
        });
        Some(Postback {
            click: text("click_id")?.parse().ok()?,
            transaction: text("transaction_id")?,
            event: text("event")?,
            status: text("status")?,
            payout: text("payout")?.parse().ok()?,
            currency: text("currency")?,
            target: request.uri().to_string(),
            headers: Value::Object(headers.collect()),
        })
    }

    async fn store(&self, postback: &Postback) -> sqlx::Result<Value> {
        let conversion = conversion_id(postback);
        let id = PostbackId::new(now(), rand::random());
        let mut transaction = self.pool.begin().await?;
        let click: Option<(DateTime<Utc>, String, Option<String>)> =
            sqlx::query_as("select received_at, campaign, affiliate from clicks where id = $1")
                .bind(postback.click.uuid())
                .fetch_optional(&mut *transaction)
                .await?;
        let (click_time, campaign, affiliate) = click.ok_or(sqlx::Error::RowNotFound)?;
        let recorded = sqlx::query(
            "insert into conversions (id, received_at, updated_at, click_time, click_id, revision, attributed, test,
                network, event, status, dedupe, transaction_id, payout, currency, campaign, affiliate)
             values ($1, now(), now(), $2, $3, 1, true, false, $4, $5, $6, 'transaction', $7, $8, $9, $10, $11)
             on conflict (id) do nothing",
        )
        .bind(conversion)
        .bind(click_time)
        .bind(postback.click.uuid())
        .bind(NETWORK)
        .bind(&postback.event)
        .bind(&postback.status)
        .bind(&postback.transaction)
        .bind(postback.payout)
        .bind(&postback.currency)
        .bind(&campaign)
        .bind(&affiliate)
        .execute(&mut *transaction)
        .await?;
        let is_new = recorded.rows_affected() == 1;
        if is_new {
            let after = json!({
                "status": postback.status,
                "payout": postback.payout.to_string(),
                "currency": postback.currency,
                "click_id": postback.click.to_string(),
                "attributed": true,
            });
            sqlx::query(
                "insert into conversion_changes (conversion_id, postback_id, at, revision, kind, status, payout, after)
                 values ($1, $2, now(), 1, 'recorded', $3, $4, $5)",
            )
            .bind(conversion)
            .bind(id.uuid())
            .bind(&postback.status)
            .bind(postback.payout)
            .bind(after)
            .execute(&mut *transaction)
            .await?;
        }
        let verdict = if is_new { "recorded" } else { "duplicate" };
        sqlx::query(
            "insert into postbacks (id, received_at, conversion_id, remote_ip, verdict, network, method, target, headers, body)
             values ($1, now(), $2, '127.0.0.1', $3, $4, 'GET', $5, $6, '')",
        )
        .bind(id.uuid())
        .bind(conversion)
        .bind(verdict)
        .bind(NETWORK)
        .bind(&postback.target)
        .bind(&postback.headers)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(json!({
            "verdict": verdict,
            "conversion_id": conversion.to_string(),
            "postback_id": id.to_string(),
            "network": NETWORK,
            "transaction_id": postback.transaction,
            "event": postback.event,
            "status": postback.status,
            "payout": postback.payout.to_string(),
            "currency": postback.currency,
            "click_id": postback.click.to_string(),
            "campaign": campaign,
            "affiliate": affiliate,
            "attributed": true,
        }))
    }
}

/// What makes two postbacks the same.
fn conversion_id(postback: &Postback) -> Uuid {
    let mut hash = Sha256::new();
    for part in [NETWORK, &postback.transaction, &postback.event] {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    let digest: [u8; 32] = hash.finalize().into();
    let [id @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = digest;
    Uuid::from_bytes(id)
}
