//! The table `clicks`.

use std::collections::HashSet;

use sqlx::PgConnection;

use crate::domain::click::Click;
use crate::domain::click_field::SUBS_MAX;
use crate::domain::id::ClickId;

use super::column::{column, optional};
use super::error::StoreError;
use super::known;
use super::numeric::Numeric;

/// Stores clicks of which some may be there already, from an earlier attempt; those are left untouched.
pub(super) async fn insert_missing(connection: &mut PgConnection, clicks: &[&Click]) -> Result<(), StoreError> {
    let ids: Vec<ClickId> = clicks.iter().map(|click| click.id).collect();
    let stored: HashSet<ClickId> = known::clicks(connection, &ids).await?.iter().map(|it| it.id).collect();
    let missing: Vec<&Click> = clicks
        .iter()
        .copied()
        .filter(|click| !stored.contains(&click.id))
        .collect();
    insert(connection, &missing).await
}

/// Stores clicks. All are new, or it is an error ([`StoreError::Taken`]) and nothing is stored: `on conflict` would look every
/// id up once more and write each row in two steps, for what next to never happens.
pub(super) async fn insert(connection: &mut PgConnection, clicks: &[&Click]) -> Result<(), StoreError> {
    // Sorted, so that two writers take rows in the same order and cannot deadlock.
    let mut clicks = clicks.to_vec();
    clicks.sort_unstable_by_key(|click| click.id);
    let clicks = clicks.as_slice();

    let sub = |index: usize| optional(clicks, move |click| click.attributes.subs[index].as_deref());
    let subs: [Vec<Option<&str>>; SUBS_MAX] = std::array::from_fn(sub);
    let text = |value: fn(&Click) -> Option<&str>| optional(clicks, move |click| value(click));

    sqlx::query!(
        r#"
        insert into clicks (id, received_at, flags, campaign, affiliate, sub1, sub2, sub3, sub4, sub5, sub6, sub7, sub8,
            sub9, sub10, external_id, cost, currency, user_id, device_id, params, ip, user_agent, referrer, raw_query)
        select id, received_at, flags, campaign, affiliate, sub1, sub2, sub3, sub4, sub5, sub6, sub7, sub8,
            sub9, sub10, external_id, cost, currency, user_id, device_id, params::jsonb, ip::inet, user_agent, referrer,
            raw_query
        from unnest($1::uuid[], $2::timestamptz[], $3::int2[], $4::text[], $5::text[], $6::text[], $7::text[],
            $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[],
            $16::text[], $17::numeric[], $18::text[], $19::text[], $20::text[], $21::text[], $22::text[], $23::text[],
            $24::text[], $25::text[])
            as row (id, received_at, flags, campaign, affiliate, sub1, sub2, sub3, sub4, sub5, sub6, sub7, sub8,
            sub9, sub10, external_id, cost, currency, user_id, device_id, params, ip, user_agent, referrer, raw_query)
        "#,
        &column(clicks, |click| click.id.uuid()),
        &column(clicks, |click| click.received_at.into()),
        &column(clicks, |click| click.flags.bits()),
        &column(clicks, |click| click.campaign.as_str()) as &[&str],
        &text(|click| click.attributes.affiliate.as_deref()) as &[Option<&str>],
        &subs[0] as &[Option<&str>],
        &subs[1] as &[Option<&str>],
        &subs[2] as &[Option<&str>],
        &subs[3] as &[Option<&str>],
        &subs[4] as &[Option<&str>],
        &subs[5] as &[Option<&str>],
        &subs[6] as &[Option<&str>],
        &subs[7] as &[Option<&str>],
        &subs[8] as &[Option<&str>],
        &subs[9] as &[Option<&str>],
        &text(|click| click.attributes.external_id.as_deref()) as &[Option<&str>],
        &optional(clicks, |click| click.attributes.cost_amount().map(Numeric)) as &[Option<Numeric>],
        &text(|click| click.attributes.currency.as_deref()) as &[Option<&str>],
        &text(|click| click.attributes.user_id.as_deref()) as &[Option<&str>],
        &text(|click| click.attributes.device_id.as_deref()) as &[Option<&str>],
        &optional(clicks, |click| params(click)) as &[Option<String>],
        &column(clicks, |click| click.remote_ip.to_string()),
        &text(|click| click.user_agent.as_deref()) as &[Option<&str>],
        &text(|click| click.referrer.as_deref()) as &[Option<&str>],
        &text(|click| click.attributes.odd_query.as_deref()) as &[Option<&str>],
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The other parameters as a JSON object; a cost that is no amount is one of them, so that it is not lost.
fn params(click: &Click) -> Option<String> {
    let attributes = &click.attributes;
    let unread_cost = attributes.cost.iter().filter(|_| attributes.cost_amount().is_none());
    let unread_cost = unread_cost.map(|cost| ("cost".to_owned(), cost.clone().into()));
    let others = attributes
        .others
        .iter()
        .map(|(name, value)| (name.clone(), value.clone().into()));
    let params: serde_json::Map<String, serde_json::Value> = others.chain(unread_cost).collect();
    (!params.is_empty()).then(|| serde_json::Value::Object(params).to_string())
}
