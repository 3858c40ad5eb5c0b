//! A click: what a visitor's request to `/click` says, read so that nothing odd in it costs a paid visitor.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

use super::click_field::{ClickAliases, ClickField, SUBS_MAX};
use super::form::{decode_bytes, decode_lossy, has_broken_encoding, raw_pairs};
use super::id::ClickId;
use super::money::{Amount, COST_SCALE_MAX, Currency};
use super::time::Timestamp;

/// Bytes of a value that are kept; what is longer is cut.
const VALUE_BYTES_MAX: usize = 1024;
/// Other parameters that are kept; an 8 KiB query holds more only when it was made to.
const OTHERS_MAX: usize = 200;

/// What was noticed about a click besides what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is noticed by itself, in whatever company"
)]
pub struct ClickFlags {
    /// The browser said that it only fetches ahead; the visitor may never come.
    pub prefetch: bool,
    /// The user agent is a known crawler or link preview.
    pub bot: bool,
    /// The query was not clean; the raw query is kept beside what was read.
    pub odd_query: bool,
    /// Its sender said that it is a test: so are the conversions that name it.
    pub test: bool,
}

impl ClickFlags {
    /// The flags in the order in which they are listed, with the bit that stores each.
    const BITS: [(&'static str, i16); 4] = [("prefetch", 1), ("bot", 2), ("odd_query", 4), ("test", 8)];

    /// The flags as one number, as PostgreSQL stores them.
    pub fn bits(self) -> i16 {
        let set = [self.prefetch, self.bot, self.odd_query, self.test];
        Self::BITS
            .iter()
            .zip(set)
            .filter(|(_, set)| *set)
            .map(|((_, bit), _)| bit)
            .sum()
    }

    /// The flags of a stored number.
    pub const fn from_bits(bits: i16) -> Self {
        Self {
            prefetch: bits & Self::BITS[0].1 != 0,
            bot: bits & Self::BITS[1].1 != 0,
            odd_query: bits & Self::BITS[2].1 != 0,
            test: bits & Self::BITS[3].1 != 0,
        }
    }

    /// The names of the flags in a stored number.
    pub fn names(bits: i16) -> Vec<&'static str> {
        Self::BITS
            .into_iter()
            .filter(|(_, bit)| bits & bit != 0)
            .map(|(name, _)| name)
            .collect()
    }
}

/// The attributes that a query names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClickAttributes {
    /// The campaign, where the path does not name it.
    pub campaign: Option<String>,
    /// Who sent the visitor.
    pub affiliate: Option<String>,
    /// `sub1` to `sub10`.
    pub subs: [Option<String>; SUBS_MAX],
    /// The traffic source's own click id.
    pub external_id: Option<String>,
    /// What the click cost, as it was sent.
    pub cost: Option<String>,
    /// The currency of the cost, in capitals where it is one.
    pub currency: Option<String>,
    /// The affiliate's user id.
    pub user_id: Option<String>,
    /// The device's id.
    pub device_id: Option<String>,
    /// Every other parameter, decoded, in the order sent.
    pub others: Vec<(String, String)>,
    /// The query as it was sent, kept when something in it was odd.
    pub odd_query: Option<String>,
}

impl ClickAttributes {
    /// Reads a query. It never fails: the first of two equal keys counts, a long value is cut, what cannot be decoded is
    /// replaced, and each of these keeps the raw query beside what was read.
    ///
    /// With `campaign_in_path` a parameter named `campaign` is one of the others.
    pub fn read(query: &str, campaign_in_path: bool) -> Self {
        let mut attributes = Self::default();
        let mut odd = false;
        let mut seen: Vec<Cow<'_, str>> = Vec::new();
        for (_, raw_name, raw_value) in raw_pairs(query.as_bytes()) {
            odd |= is_odd(raw_name) || is_odd(raw_value);
            let (name, name_cut) = cut(decode_lossy(raw_name));
            let (value, value_cut) = cut(decode_lossy(raw_value));
            odd |= name_cut || value_cut;
            if seen.contains(&name) || seen.len() >= OTHERS_MAX {
                odd = true;
                continue;
            }
            let field = match ClickField::parse(&name) {
                Some(field) => Some(attributes.field_mut(field)),
                None if name == "campaign" && !campaign_in_path => Some(&mut attributes.campaign),
                None => None,
            };
            match field {
                Some(field) => *field = Some(value.into_owned()).filter(|value| !value.is_empty()),
                None => attributes.others.push((name.clone().into_owned(), value.into_owned())),
            }
            seen.push(name);
        }
        attributes.write_currency_in_capitals();
        if odd {
            attributes.odd_query = Some(query.to_owned());
        }
        attributes
    }

    /// Reads parameters of the campaign's traffic sources as our fields, each where our own is absent or empty. What fills a
    /// field is no longer among the others.
    pub fn take_aliases(&mut self, aliases: &ClickAliases) {
        for (field, names) in aliases.iter() {
            if self.field(field).is_some() {
                continue;
            }
            let sent = |name: &String| {
                let mut others = self.others.iter();
                others.position(|(other, value)| other == name && !value.is_empty())
            };
            if let Some(index) = names.iter().find_map(sent) {
                let (_, value) = self.others.remove(index);
                *self.field_mut(field) = Some(value);
                self.write_currency_in_capitals();
            }
        }
    }

    fn write_currency_in_capitals(&mut self) {
        if let Some(code) = self.currency.as_deref().and_then(Currency::parse) {
            self.currency = Some(code.to_string());
        }
    }

    fn field_mut(&mut self, field: ClickField) -> &mut Option<String> {
        match field {
            ClickField::Affiliate => &mut self.affiliate,
            ClickField::Sub(sub) => &mut self.subs[sub.index()],
            ClickField::ExternalId => &mut self.external_id,
            ClickField::Cost => &mut self.cost,
            ClickField::Currency => &mut self.currency,
            ClickField::UserId => &mut self.user_id,
            ClickField::DeviceId => &mut self.device_id,
        }
    }

    /// The value of a field.
    pub fn field(&self, field: ClickField) -> Option<&str> {
        let value = match field {
            ClickField::Affiliate => &self.affiliate,
            ClickField::Sub(sub) => &self.subs[sub.index()],
            ClickField::ExternalId => &self.external_id,
            ClickField::Cost => &self.cost,
            ClickField::Currency => &self.currency,
            ClickField::UserId => &self.user_id,
            ClickField::DeviceId => &self.device_id,
        };
        value.as_deref()
    }

    fn text_bytes(&self) -> usize {
        let fields = [
            &self.campaign,
            &self.affiliate,
            &self.external_id,
            &self.cost,
            &self.currency,
        ];
        let fields = fields
            .into_iter()
            .chain([&self.user_id, &self.device_id, &self.odd_query]);
        let fields: usize = fields.chain(&self.subs).flatten().map(String::len).sum();
        let others = self.others.iter().map(|(name, value)| {
            // Each text has a head of its own.
            size_of::<(String, String)>() + name.len() + value.len()
        });
        fields + others.sum::<usize>()
    }

    /// The cost as an amount, where it is one.
    pub fn cost_amount(&self) -> Option<Amount> {
        Amount::parse(self.cost.as_deref()?, COST_SCALE_MAX)
    }
}

/// A click as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Click {
    /// Our id of it.
    pub id: ClickId,
    /// The campaign's name.
    pub campaign: String,
    /// What the query said; its redirect says it, too.
    pub attributes: Arc<ClickAttributes>,
    /// The visitor's address.
    pub remote_ip: IpAddr,
    /// The browser's name for itself, cut to 1,024 bytes.
    pub user_agent: Option<String>,
    /// The page that the visitor came from, cut to 1,024 bytes.
    pub referrer: Option<String>,
    /// When it was received.
    pub received_at: Timestamp,
    /// What was noticed about it.
    pub flags: ClickFlags,
}

impl Click {
    /// What it takes in memory, about.
    pub fn bytes(&self) -> usize {
        let texts = [&self.user_agent, &self.referrer].into_iter().flatten();
        let texts: usize = texts.map(String::len).sum();
        size_of::<Self>() + self.campaign.len() + texts + self.attributes.text_bytes()
    }
}

/// A header value as it is kept beside a click: UTF-8 without NUL, at most 1,024 bytes, `None` when empty.
pub fn kept_header(value: &[u8]) -> Option<String> {
    let (text, _) = cut(String::from_utf8_lossy(value));
    (!text.is_empty()).then(|| text.into_owned())
}

fn is_odd(raw: &[u8]) -> bool {
    if raw.iter().all(|byte| byte.is_ascii() && !matches!(byte, b'%' | 0)) {
        return false;
    }
    if has_broken_encoding(raw) {
        return true;
    }
    let decoded = decode_bytes(raw);
    decoded.contains(&0) || std::str::from_utf8(&decoded).is_err()
}

/// Cuts a text to the longest start that fits, never within a character.
fn cut(text: Cow<'_, str>) -> (Cow<'_, str>, bool) {
    if text.len() <= VALUE_BYTES_MAX {
        return (text, false);
    }
    let end = text.floor_char_boundary(VALUE_BYTES_MAX);
    (Cow::Owned(text[..end].to_owned()), true)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_attribute_is_read() {
        let query = "campaign=spring&affiliate=42&sub1=a&sub10=j&sub11=k&external_id=E+1&cost=0.35&currency=usd\
                     &user_id=u&device_id=d&gclid=x%2By&empty=";
        let attributes = ClickAttributes::read(query, false);
        assert_eq!(attributes.campaign.as_deref(), Some("spring"));
        assert_eq!(attributes.affiliate.as_deref(), Some("42"));
        assert_eq!(attributes.subs[0].as_deref(), Some("a"));
        assert_eq!(attributes.subs[9].as_deref(), Some("j"));
        assert_eq!(attributes.external_id.as_deref(), Some("E 1"));
        assert_eq!(attributes.cost_amount(), Amount::parse("0.35", COST_SCALE_MAX));
        assert_eq!(attributes.currency.as_deref(), Some("USD"));
        assert_eq!(attributes.user_id.as_deref(), Some("u"));
        assert_eq!(attributes.device_id.as_deref(), Some("d"));
        let others = [("sub11", "k"), ("gclid", "x+y"), ("empty", "")];
        assert_eq!(
            attributes.others,
            others.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
        assert_eq!(attributes.odd_query, None);
    }

    #[test]
    fn odd_queries_are_read_as_far_as_they_go_and_kept() {
        let long = "x".repeat(1100);
        for (query, sub1) in [
            ("sub1=a&sub1=b", "a"),
            ("sub1=a&%73ub1=b", "a"),
            ("sub1=%zz", "%zz"),
            ("sub1=a%", "a%"),
            ("sub1=%ff", "\u{fffd}"),
            ("sub1=a%00b", "a\u{fffd}b"),
            (&format!("sub1={long}"), &long[..1024]),
            (&format!("sub1={}é", "x".repeat(1023)), &long[..1023]),
        ] {
            let attributes = ClickAttributes::read(query, true);
            assert_eq!(attributes.subs[0].as_deref(), Some(sub1), "{query}");
            assert_eq!(attributes.odd_query.as_deref(), Some(query));
        }
    }

    #[test]
    fn flags_are_listed_as_they_were_stored() {
        let flags = ClickFlags {
            prefetch: true,
            odd_query: true,
            test: true,
            ..ClickFlags::default()
        };
        assert_eq!(ClickFlags::names(flags.bits()), ["prefetch", "odd_query", "test"]);
        assert!(ClickFlags::names(0).is_empty());
        for bits in 0..16 {
            assert_eq!(ClickFlags::from_bits(bits).bits(), bits);
        }
    }

    fn aliases(params: &[(&str, &[&str])]) -> ClickAliases {
        let mut aliases = ClickAliases::default();
        for (field, names) in params {
            let field = ClickField::parse(field).expect("a field");
            aliases.add(field, names.iter().map(|name| (*name).to_owned()));
        }
        aliases
    }

    #[test]
    fn a_parameter_of_the_source_fills_a_field_that_is_absent() {
        let source = aliases(&[
            ("external_id", &["gclid", "gbraid"]),
            ("sub1", &["subid"]),
            ("currency", &["cur"]),
        ]);
        let others = |names: &[&str]| -> Vec<String> { names.iter().map(|name| (*name).to_owned()).collect() };
        for (query, external_id, sub1, kept) in [
            ("gclid=g", Some("g"), None, &[][..]),
            ("gbraid=b&x=1&gclid=g", Some("g"), None, &["gbraid", "x"]),
            ("gclid=&gbraid=b", Some("b"), None, &["gclid"]),
            ("gclid=g&external_id=e", Some("e"), None, &["gclid"]),
            ("gclid=g&external_id=", Some("g"), None, &[]),
            ("GCLID=g&subid=s", None, Some("s"), &["GCLID"]),
            ("x=1", None, None, &["x"]),
        ] {
            let mut attributes = ClickAttributes::read(query, true);
            attributes.take_aliases(&source);
            assert_eq!(attributes.external_id.as_deref(), external_id, "{query}");
            assert_eq!(attributes.subs[0].as_deref(), sub1, "{query}");
            let names: Vec<String> = attributes.others.into_iter().map(|(name, _)| name).collect();
            assert_eq!(names, others(kept), "{query}");
        }
    }

    #[test]
    fn a_currency_of_the_source_is_stored_in_capitals() {
        let mut attributes = ClickAttributes::read("cur=usd", true);
        attributes.take_aliases(&aliases(&[("currency", &["cur"])]));
        assert_eq!(attributes.currency.as_deref(), Some("USD"));
    }

    #[test]
    fn without_a_source_every_other_parameter_is_kept() {
        let read = ClickAttributes::read("gclid=g&aff_id=7", true);
        let mut taken = read.clone();
        taken.take_aliases(&ClickAliases::default());
        assert_eq!(taken, read);
    }

    proptest! {
        #[test]
        fn whatever_is_read_can_be_stored(query: String) {
            let attributes = ClickAttributes::read(&query, false);
            let texts = attributes.others.iter().flat_map(|(name, value)| [name, value])
                .chain(&attributes.affiliate).chain(attributes.subs.iter().flatten());
            for text in texts {
                prop_assert!(!text.contains('\0') && text.len() <= VALUE_BYTES_MAX);
            }
        }
    }
}
