//! The conversion that all of it comes to: the click's, a test, and in no list that is counted.

use percent_encoding::utf8_percent_encode;
use serde_json::Value;

use crate::domain::template::RESERVED;

use super::Scene;
use super::compose::Composed;
use super::private::{CLOSED, Private};
use super::trail::{Broken, Taken, Trail};

impl Scene<'_> {
    /// Reads the conversion back, and the list of those that count.
    pub(super) async fn conversion(&self, composed: &Composed, trail: &mut Trail) -> Result<(), Broken> {
        const STEP: &str = "conversion";
        let reader = match &self.private {
            Private::Open(reader) => reader,
            Private::Closed => {
                trail.skips(STEP, CLOSED);
                return Ok(());
            }
        };
        let id = composed.postback.conversion_id;
        let own = format!("/api/v1/conversions/{id}");
        let click = composed.postback.click.key().unwrap_or_default();
        let encoded = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
        let listed = format!(
            "/api/v1/conversions?network={}&click_id={}",
            encoded(&self.network.name),
            encoded(&click)
        );
        let taken = Taken::new(STEP)
            .sent(format!("GET {}", reader.url(&own)))
            .sent(format!("GET {}", reader.url(&listed)));
        let (conversion, counted) = match (reader.wait_for(&own).await, reader.wait_for(&listed).await) {
            (Ok(conversion), Ok(counted)) => (conversion, counted),
            (Err(failure), _) | (_, Err(failure)) => return Err(trail.fails(taken, format!("{failure:#}"))),
        };
        let counted = counted["items"].as_array().map_or(0, Vec::len);
        let taken = taken
            .got(in_short(&conversion))
            .got(format!("conversions that count: {counted}"));
        if let Some(fault) = fault(&conversion, counted) {
            return Err(trail.fails(taken, fault));
        }
        let found = "the click has its conversion; it is a test, and in no list unless one asks for tests";
        trail.holds(taken, found);
        Ok(())
    }
}

fn fault(conversion: &Value, counted: usize) -> Option<String> {
    if conversion["attributed"] != true {
        let why = match conversion["reason"].as_str() {
            Some("network_not_allowed") => "the campaign's networks do not name this network",
            Some("outside_window") => "the window of campaign or network is shorter than this took",
            Some(_) | None => "the raw log and the history say more",
        };
        return Some(format!("the click did not get it ({}): {why}", conversion["reason"]));
    }
    if conversion["test"] != true {
        return Some("it is not marked as a test: it counts like any other".to_owned());
    }
    (counted > 0).then(|| "it is listed among those that count".to_owned())
}

/// The conversion on one line.
fn in_short(conversion: &Value) -> String {
    let members = [
        "conversion_id",
        "transaction_id",
        "event",
        "status",
        "payout",
        "currency",
        "campaign",
        "affiliate",
        "attributed",
        "reason",
        "test",
    ];
    let said: Vec<String> = members
        .into_iter()
        .filter(|member| !conversion[*member].is_null())
        .map(|member| match conversion[member].as_str() {
            Some(text) => format!("{member} {text}"),
            None => format!("{member} {}", conversion[member]),
        })
        .collect();
    said.join(", ")
}
