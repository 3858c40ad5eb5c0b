//! The fields of a click that a query may name, and the names that traffic sources have for them.

/// How many sub ids a click has.
pub const SUBS_MAX: usize = 10;

/// A field that a click's query may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClickField {
    /// Who sent the visitor.
    Affiliate,
    /// One of `sub1` to `sub10`.
    Sub(SubNumber),
    /// The traffic source's own click id.
    ExternalId,
    /// What the click cost.
    Cost,
    /// The currency of the cost.
    Currency,
    /// The affiliate's user id.
    UserId,
    /// The device's id.
    DeviceId,
}

/// Which sub id: 1 to [`SUBS_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubNumber(usize);

impl SubNumber {
    /// Its place among the sub ids, from 0 on.
    pub const fn index(self) -> usize {
        self.0 - 1
    }

    fn parse(digits: &str) -> Option<Self> {
        let number = digits.parse().ok()?;
        ((1..=SUBS_MAX).contains(&number) && !digits.starts_with(['0', '+'])).then_some(Self(number))
    }
}

impl ClickField {
    /// The names of all fields.
    pub const NAMES: [&str; 16] = [
        "affiliate",
        "sub1",
        "sub2",
        "sub3",
        "sub4",
        "sub5",
        "sub6",
        "sub7",
        "sub8",
        "sub9",
        "sub10",
        "external_id",
        "cost",
        "currency",
        "user_id",
        "device_id",
    ];

    /// The field of a parameter's name.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "affiliate" => Self::Affiliate,
            "external_id" => Self::ExternalId,
            "cost" => Self::Cost,
            "currency" => Self::Currency,
            "user_id" => Self::UserId,
            "device_id" => Self::DeviceId,
            _ => Self::Sub(SubNumber::parse(name.strip_prefix("sub")?)?),
        })
    }
}

/// The names that the traffic sources of a campaign have for our fields; of a field's names the first that is there counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClickAliases(Vec<(ClickField, Vec<String>)>);

impl ClickAliases {
    /// Adds names of a field behind those that it has.
    pub fn add(&mut self, field: ClickField, names: impl IntoIterator<Item = String>) {
        match self.0.iter_mut().find(|(known, _)| *known == field) {
            Some((_, known)) => known.extend(names),
            None => self.0.push((field, names.into_iter().collect())),
        }
    }

    /// Each field that has such names, with them.
    pub fn iter(&self) -> impl Iterator<Item = (ClickField, &[String])> {
        self.0.iter().map(|(field, names)| (*field, names.as_slice()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_name_is_a_field() {
        for name in ClickField::NAMES {
            assert!(ClickField::parse(name).is_some(), "{name}");
        }
    }

    #[test]
    fn a_sub_id_is_one_of_ten_and_written_without_a_leading_zero_or_sign() {
        for (name, index) in [("sub1", 0), ("sub10", 9)] {
            let field = ClickField::parse(name).expect(name);
            assert!(matches!(field, ClickField::Sub(sub) if sub.index() == index), "{name}");
        }
        for name in [
            "sub", "sub0", "sub11", "sub01", "sub+1", "sub-1", "Sub1", "campaign", "click_id", "",
        ] {
            assert_eq!(ClickField::parse(name), None, "{name}");
        }
    }
}
