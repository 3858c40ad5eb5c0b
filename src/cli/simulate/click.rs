//! The click: where its visitor is sent, and what is stored of it.

use http::StatusCode;
use http::header::{HeaderValue, LOCATION, USER_AGENT};
use percent_encoding::utf8_percent_encode;
use serde_json::{Value, json};

use crate::domain::campaign::{Campaign, Openness};
use crate::domain::click_field::ClickField;
use crate::domain::id::ClickId;
use crate::domain::template::{Placeholder, RESERVED};
use crate::http::TEST_HEADER;

use super::place::Request;
use super::private::{CLOSED, Private};
use super::trail::{Broken, Taken, Trail};
use super::{Scene, wish};

/// A browser that no list of crawlers knows.
const BROWSER: &str = "Mozilla/5.0 (postbackd simulate)";

impl Scene<'_> {
    /// Clicks the campaign as a visitor of an affiliate's, marked as a test. Returns the id that the visitor took along.
    pub(super) async fn click(&self, trail: &mut Trail) -> Result<ClickId, Broken> {
        let campaign = utf8_percent_encode(&self.campaign.name, RESERVED);
        let request = Request::get(format!("/click/{campaign}?affiliate={}", wish::NOBODY))
            .with_header(TEST_HEADER, HeaderValue::from_static("1"))
            .with_header(USER_AGENT, HeaderValue::from_static(BROWSER));
        let taken = Taken::new("click")
            .sent(self.line(&request))
            .sent(format!("{TEST_HEADER}: 1"));
        let (taken, answer) = self.exchange(taken, &request, trail).await?;
        let taken = taken.answer(&answer, &[LOCATION]);
        let location = answer.headers.get(LOCATION).and_then(|value| value.to_str().ok());
        let found = match (answer.status, location) {
            (StatusCode::FOUND, Some(location)) => id_in(self.campaign, location),
            (StatusCode::NOT_FOUND, _) => Err(
                "the service knows no such campaign that is enabled: it runs with another \
                 configuration, or the campaign is disabled"
                    .to_owned(),
            ),
            (_, _) => Err("expected a 302 with a Location".to_owned()),
        };
        match found {
            Ok(id) => {
                let found =
                    format!("the visitor is sent to the campaign's destination, and takes the click id {id} along");
                trail.holds(taken, found);
                Ok(id)
            }
            Err(fault) => Err(trail.fails(taken, fault)),
        }
    }

    /// Whether the click is stored, as a test and nothing else.
    pub(super) async fn stored_click(&self, click: ClickId, trail: &mut Trail) -> Result<(), Broken> {
        const STEP: &str = "stored click";
        let reader = match &self.private {
            Private::Open(reader) => reader,
            Private::Closed => {
                trail.skips(STEP, CLOSED);
                return Ok(());
            }
        };
        let path = format!("/api/v1/clicks/{click}");
        let taken = Taken::new(STEP).sent(format!("GET {}", reader.url(&path)));
        let stored = match reader.wait_for(&path).await {
            Ok(stored) => stored,
            Err(failure) => return Err(trail.fails(taken, format!("{failure:#}"))),
        };
        let taken = taken.got(format!("campaign {}, flags {}", stored["campaign"], stored["flags"]));
        let expected: Value = json!(["test"]);
        if stored["campaign"] == *self.campaign.name && stored["flags"] == expected {
            trail.holds(taken, "it is stored, and marked as a test");
            return Ok(());
        }
        let found = format!("expected campaign {:?} and flags {expected}", self.campaign.name);
        Err(trail.fails(taken, found))
    }
}

/// The click id in a redirect that is the campaign's destination, filled for our click.
fn id_in(campaign: &Campaign, location: &str) -> Result<ClickId, String> {
    let filled = |id: &str| {
        campaign.destination.fill(|placeholder| match placeholder {
            Placeholder::ClickId => Some(id),
            Placeholder::Campaign => Some(&campaign.name),
            Placeholder::Field(ClickField::Affiliate) => Some(wish::NOBODY),
            Placeholder::Field(
                ClickField::Sub(_)
                | ClickField::ExternalId
                | ClickField::Cost
                | ClickField::Currency
                | ClickField::UserId
                | ClickField::DeviceId,
            ) => None,
        })
    };
    // Where one address with an id and another differ first, the id stands.
    let (zeros, ones) = (filled(&"0".repeat(ID_CHARACTERS)), filled(&"1".repeat(ID_CHARACTERS)));
    let Some(at) = zeros.bytes().zip(ones.bytes()).position(|(zero, one)| zero != one) else {
        return Err(
            "the campaign's destination has no {click_id}, so nobody can report a conversion of this click".to_owned(),
        );
    };
    let id = location
        .get(at..at + ID_CHARACTERS)
        .and_then(|id| id.parse::<ClickId>().ok());
    match id {
        Some(id) if filled(&id.to_string()) == location => Ok(id),
        Some(_) | None if location == filled("") => Err(
            "the visitor was sent on without a click id: the click is not stored. Neither PostgreSQL nor the disk took it in \
             time; postbackd doctor says what to do"
                .to_owned(),
        ),
        Some(_) | None => Err(match &campaign.open {
            Openness::Enabled => format!("expected {}, with a click id in place of {{click_id}}", filled("{click_id}")),
            Openness::Disabled | Openness::FallsBack(_) => "the campaign is not enabled: it takes no clicks".to_owned(),
        }),
    }
}

/// Characters of a click id.
const ID_CHARACTERS: usize = 26;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::domain::click_field::ClickAliases;
    use crate::domain::template::Destination;

    use super::*;

    #[test]
    fn the_id_is_read_where_the_destination_has_it_and_nothing_else_may_differ() {
        let id = "01fwhe4ydgfk1shh6w1g60eecf";
        let campaign = |destination: &str| Campaign {
            name: Arc::from("spring"),
            destination: Destination::parse(destination).expect("a destination"),
            networks: Vec::new(),
            window: None,
            payouts: Arc::default(),
            aliases: ClickAliases::default(),
            open: Openness::Enabled,
        };
        let usual = "https://shop.example/?cid={click_id}&a={affiliate}&s={sub1}";
        for (destination, location, found) in [
            (usual, format!("https://shop.example/?cid={id}&a=simulated&s="), true),
            (
                "https://shop.example/{click_id}?x={click_id}",
                format!("https://shop.example/{id}?x={id}"),
                true,
            ),
            (usual, format!("https://other.example/?cid={id}&a=simulated&s="), false),
            (usual, format!("https://shop.example/?cid={id}&a=&s="), false),
            (usual, "https://shop.example/?cid=&a=simulated&s=".to_owned(), false),
            ("https://shop.example/", "https://shop.example/".to_owned(), false),
        ] {
            let read = id_in(&campaign(destination), &location);
            assert_eq!(read.is_ok(), found, "{location}: {read:?}");
        }
    }
}
