//! The postbacks: the network's own, the same again, and one that somebody else has signed.

use http::header::CONTENT_TYPE;
use serde_json::Value;

use crate::domain::postback::RawPostback;
use crate::domain::secret::Secret;
use crate::domain::verdict::Verdict;
use crate::http::REQUEST_ID;

use super::super::wire::Answer;
use super::Scene;
use super::compose::Composed;
use super::diagnosis::{Logged, reason};
use super::expected::{fault_of_forgery, fault_of_verdict};
use super::place::Request;
use super::private::{CLOSED, Private};
use super::trail::{Broken, Taken, Trail};

/// A step whose request is answered.
struct Answered {
    taken: Taken,
    answer: Answer,
    logged: Logged,
}

impl Scene<'_> {
    /// Sends the network's postback: it is to be recorded, and the click to get it. Returns the request, to be sent again.
    pub(super) async fn first_postback(&self, composed: &Composed, trail: &mut Trail) -> Result<RawPostback, Broken> {
        const STEP: &str = "postback";
        let scheme = self.network.schemes.of(composed.method());
        let raw = match composed.signed(scheme) {
            Ok(raw) => raw,
            Err(error) => return Err(trail.fails(Taken::new(STEP), error.to_string())),
        };
        let answered = self.postback(STEP, &raw, trail).await?;
        self.judge(answered, Verdict::Recorded, "a new conversion is recorded", trail)?;
        Ok(raw)
    }

    /// Sends the same again, as networks do: nothing is counted twice.
    pub(super) async fn same_again(&self, raw: &RawPostback, trail: &mut Trail) -> Result<(), Broken> {
        let answered = self.postback("the same again", raw, trail).await?;
        self.judge(answered, Verdict::Duplicate, "nothing is counted twice", trail)
    }

    /// Sends one that is signed with another secret: it is to be refused, and the raw log to say why.
    pub(super) async fn forged(&self, composed: &Composed, trail: &mut Trail) -> Result<(), Broken> {
        const STEP: &str = "forged";
        let guess: [u8; 32] = rand::random();
        let guess = Secret::new(hex::encode(guess).into_bytes());
        let scheme = self.network.schemes.of(composed.method());
        let Some(forger) = scheme.with_secret_of_another(&guess) else {
            trail.skips(
                STEP,
                "nothing can be forged: the network's addresses are its only proof",
            );
            return Ok(());
        };
        let raw = match composed.signed(&forger) {
            Ok(raw) => raw,
            Err(error) => return Err(trail.fails(Taken::new(STEP), error.to_string())),
        };
        let Answered { taken, answer, logged } = self.postback(STEP, &raw, trail).await?;
        if let Some(fault) = fault_of_forgery(self.network, &answer) {
            return Err(trail.fails(taken, fault));
        }
        match logged {
            Logged::Closed => trail.holds(taken, format!("it is refused; {CLOSED}")),
            Logged::Row { code: Some(code), .. } => {
                trail.holds(taken, format!("it is refused, and the raw log says why: {code}"));
            }
            Logged::Row {
                code: None, verdict, ..
            } => {
                return Err(trail.fails(
                    taken,
                    format!("it was answered as refused, but the raw log says {verdict}"),
                ));
            }
        }
        Ok(())
    }

    /// Whether an answered postback came to a verdict, and its sender was told so in the network's words.
    fn judge(&self, answered: Answered, verdict: Verdict, meaning: &str, trail: &mut Trail) -> Result<(), Broken> {
        let Answered { taken, answer, logged } = answered;
        let told = fault_of_verdict(self.network, verdict, &answer);
        match (&logged, told) {
            (Logged::Row { verdict: found, .. }, told) if found != verdict.as_str() => {
                let why = reason(&answer, &logged);
                let found = told.map_or(why.clone(), |told| format!("{told}: {why}"));
                Err(trail.fails(taken, found))
            }
            (Logged::Row { .. } | Logged::Closed, Some(told)) => {
                let found = format!("{told}: {}", reason(&answer, &logged));
                Err(trail.fails(taken, found))
            }
            (Logged::Row { .. }, None) => {
                trail.holds(taken, format!("{verdict}: {meaning}, and the answer is the network's"));
                Ok(())
            }
            (Logged::Closed, None) => {
                trail.holds(taken, format!("the answer is the network's to {verdict}; {CLOSED}"));
                Ok(())
            }
        }
    }

    /// Sends a postback, and reads what the raw log says of it.
    async fn postback(&self, step: &'static str, raw: &RawPostback, trail: &mut Trail) -> Result<Answered, Broken> {
        let request = Request {
            method: raw.method.clone(),
            target: raw.uri.to_string(),
            headers: raw
                .headers
                .iter()
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            body: raw.body.clone(),
        };
        let taken = self.shown(Taken::new(step), raw);
        let (taken, answer) = self.exchange(taken, &request, trail).await?;
        let taken = taken.answer(&answer, &[CONTENT_TYPE, REQUEST_ID]);
        let reader = match &self.private {
            Private::Closed => {
                return Ok(Answered {
                    taken,
                    answer,
                    logged: Logged::Closed,
                });
            }
            Private::Open(reader) => reader,
        };
        let id = answer.headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
        let Some(id) = id else {
            let found = format!("the answer has no {REQUEST_ID}: what answers there is not postbackd");
            return Err(trail.fails(taken, found));
        };
        let path = format!("/api/v1/postbacks/{id}");
        let row = match reader.wait_for(&path).await {
            Ok(row) => row,
            Err(failure) => {
                let found = format!("GET {}: {failure:#}", reader.url(&path));
                return Err(trail.fails(taken, found));
            }
        };
        let logged = Logged::read(&row);
        let taken = taken.got(format!("raw log: {}", logged.said()));
        Ok(Answered { taken, answer, logged })
    }

    /// The request without what proves it.
    fn shown(&self, taken: Taken, raw: &RawPostback) -> Taken {
        let kept = self.redactor.redact(raw, Some(&self.network.name));
        let taken = taken.sent(format!("{} {}", kept.method, self.public.url(&kept.target)));
        let headers: Value = serde_json::from_str(&kept.headers).unwrap_or_default();
        let fields = headers.as_object().into_iter().flatten();
        let taken = fields.fold(taken, |taken, (name, value)| {
            taken.sent(format!("{name}: {}", value.as_str().unwrap_or_default()))
        });
        if kept.body.is_empty() {
            return taken;
        }
        taken.sent(String::from_utf8_lossy(&kept.body))
    }
}
