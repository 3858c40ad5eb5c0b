//! Literal macros that are kept: what a wrongly set up sender leaves in fields that refuse nothing.

use super::Field;
use crate::domain::json::Json;
use crate::domain::macros::is_unreplaced_macro;
use crate::domain::postback::{Body, VerifiedPostback};

impl VerifiedPostback<'_> {
    /// The values kept without being refused that are literal macros: a sign of a wrong set-up that the operator counts.
    pub fn kept_macros(&self) -> usize {
        let is_kept_field = |name: &str| {
            Field::ALL.iter().all(|field| {
                !field.refuses_macros() || !self.network.mapping.names(*field).iter().any(|own| own == name)
            })
        };
        let query = self.form.query.iter();
        let body: &[_] = match &self.form.body {
            Body::Form(pairs) => pairs,
            Body::Empty | Body::Json(_) => &[],
        };
        let pairs = query
            .chain(body)
            .filter(|pair| is_kept_field(&pair.name) && is_unreplaced_macro(&pair.value));
        let members = match &self.form.body {
            Body::Json(members) => members.as_slice(),
            Body::Empty | Body::Form(_) => &[],
        };
        let members = members.iter().filter(|(name, value)| {
            is_kept_field(name) && matches!(value, Json::Text(text) if is_unreplaced_macro(text))
        });
        pairs.count() + members.count()
    }
}
