//! The configuration's tree as its readers see it: sections of known keys, and entries that report what is wrong with
//! them where they stand. A reader gets `None` for what is absent or was reported, and does not see whether an entry stands
//! in the operator's own table or in the preset that lies beneath it.

use std::fmt::Display;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::layer::{Layer, Member, Origin};
use super::report::{Place, Report, quoted};
use super::suggest::suggestion;

/// A table whose keys are known; empty where the file has none.
#[derive(Debug)]
pub(super) struct Section<'c> {
    report: &'c Report<'c>,
    place: Place,
    /// From the top: an entry hides those beneath it, but for tables, which are laid over each other in turn. Who reads a value
    /// that may be a table or not asks for [`Entry::beneath`].
    layers: Vec<Layer<'c>>,
}

/// A key and its value.
#[derive(Debug, Clone)]
pub(super) struct Entry<'c> {
    report: &'c Report<'c>,
    /// The value, for what is wrong with it.
    place: Place,
    /// The key, for what is missing behind it.
    key_place: Place,
    value: &'c DeValue<'c>,
    origin: Origin,
    /// What the tables beneath have under the same key, from the top.
    beneath: Vec<Member<'c>>,
}

impl<'c> Section<'c> {
    /// The whole document. Reports its unknown keys.
    pub(super) fn root(report: &'c Report<'c>, table: &'c DeTable<'c>, known: &[&str]) -> Self {
        let section = Self {
            report,
            place: Origin::File.place(String::new(), 0..0),
            layers: vec![Layer::new(table, Origin::File)],
        };
        section.check_keys(known);
        section
    }

    /// The table under a key, empty when it is absent. Reports its unknown keys.
    pub(super) fn section(&self, name: &str, known: &[&str]) -> Self {
        self.entry(name)
            .and_then(|entry| entry.section(known))
            .unwrap_or_else(|| self.absent(name))
    }

    /// The table under a key whose own keys are names that the operator chose.
    pub(super) fn named(&self, name: &str) -> Self {
        self.entry(name)
            .and_then(|entry| entry.table())
            .unwrap_or_else(|| self.absent(name))
    }

    /// The value under a key.
    pub(super) fn entry(&self, name: &str) -> Option<Entry<'c>> {
        let mut members = self.layers.iter().filter_map(|layer| layer.member(name));
        let top = members.next()?;
        Some(self.entry_of(top, members.collect()))
    }

    /// Every key and its value.
    pub(super) fn entries(&self) -> Vec<(&'c str, Entry<'c>)> {
        let is_hidden = |depth: usize, name: &str| self.layers[..depth].iter().any(|above| above.has(name));
        let layers = self.layers.iter().enumerate();
        let names = layers.flat_map(|(depth, layer)| layer.names().filter(move |name| !is_hidden(depth, name)));
        names.filter_map(|name| Some((name, self.entry(name)?))).collect()
    }

    /// The section with another table beneath it, which counts where the section itself is silent.
    pub(super) fn over(mut self, beneath: Layer<'c>) -> Self {
        self.layers.push(beneath);
        self
    }

    /// The section without what lies beneath it where its own table has a key: one that makes it whole.
    pub(super) fn alone_with(mut self, name: &str) -> Self {
        if self.layers.first().is_some_and(|own| own.has(name)) {
            self.layers.truncate(1);
        }
        self
    }

    /// Reports a key that is not there.
    pub(super) fn refuse_absence(&self, name: &str, message: impl AsRef<str>) {
        self.report.absence(&self.place_of(name), message);
    }

    /// Where a key would stand that is not there: at its section.
    pub(super) fn place_of(&self, name: &str) -> Place {
        Place {
            key: dotted(&self.place.key, name),
            ..self.place.clone()
        }
    }

    pub(super) const fn report(&self) -> &'c Report<'c> {
        self.report
    }

    fn absent(&self, name: &str) -> Self {
        Self {
            report: self.report,
            place: self.place_of(name),
            layers: Vec::new(),
        }
    }

    fn entry_of(&self, top: Member<'c>, beneath: Vec<Member<'c>>) -> Entry<'c> {
        let key = dotted(&self.place.key, top.key.get_ref());
        Entry::new(self.report, &key, top, beneath)
    }

    fn check_keys(&self, known: &[&str]) {
        for (name, entry) in self.entries() {
            if !known.contains(&name) {
                entry.refuse_key(format!("unknown key; {}", suggestion(name, known)));
            }
        }
    }
}

impl<'c> Entry<'c> {
    fn new(report: &'c Report<'c>, dotted_key: &str, top: Member<'c>, beneath: Vec<Member<'c>>) -> Self {
        let Member { key, value, origin } = top;
        let at = |span| origin.place(dotted_key.to_owned(), span);
        Self {
            report,
            place: at(value.span()),
            key_place: at(key.span()),
            value: value.get_ref(),
            origin,
            beneath,
        }
    }

    /// The entry that this one hides.
    pub(super) fn beneath(&self) -> Option<Self> {
        let (top, rest) = self.beneath.split_first()?;
        Some(Self::new(self.report, &self.place.key, top.clone(), rest.to_vec()))
    }

    /// Reports what is wrong with the value.
    pub(super) fn refuse(&self, message: impl AsRef<str>) {
        self.report.fault(&self.place, message);
    }

    /// Reports what is wrong with the key.
    pub(super) fn refuse_key(&self, message: impl AsRef<str>) {
        self.report.fault(&self.key_place, message);
    }

    /// Reports what the value needs and is not there.
    pub(super) fn refuse_without(&self, message: impl AsRef<str>) {
        self.report.absence(&self.place, message);
    }

    /// Reports what is wrong with a part of the value.
    pub(super) fn refuse_at(&self, place: &Place, message: impl AsRef<str>) {
        self.report.fault(place, message);
    }

    /// Warns about the value.
    pub(super) fn warn(&self, message: impl AsRef<str>) {
        self.report.warn(&self.place, message);
    }

    /// Whether the value is a table.
    pub(super) fn is_table(&self) -> bool {
        self.value.is_table()
    }

    /// Whether the value, or one that it hides, is a table with this key.
    pub(super) fn has(&self, name: &str) -> bool {
        let is_here = self.value.as_table().is_some_and(|table| table.contains_key(name));
        let mut beneath = self.beneath.iter().filter_map(Member::layer);
        is_here || beneath.any(|layer| layer.has(name))
    }

    /// The text under a key, where the value is a table and that is a text. Reports nothing.
    pub(super) fn text_at(&self, name: &str) -> Option<&'c str> {
        self.value.as_table()?.get(name)?.get_ref().as_str()
    }

    pub(super) const fn place(&self) -> &Place {
        &self.place
    }

    pub(super) const fn key_place(&self) -> &Place {
        &self.key_place
    }

    /// The value as a table of known keys. Reports the unknown ones.
    pub(super) fn section(&self, known: &[&str]) -> Option<Section<'c>> {
        let section = self.table()?;
        section.check_keys(known);
        Some(section)
    }

    fn table(&self) -> Option<Section<'c>> {
        let table = self.value.as_table().or_else(|| self.refuse_type("a table"))?;
        let mut layers = vec![Layer::new(table, self.origin.clone())];
        layers.extend(self.beneath.iter().filter_map(Member::layer));
        Some(Section {
            report: self.report,
            place: self.key_place.clone(),
            layers,
        })
    }

    /// The value as a text.
    pub(super) fn text(&self) -> Option<&'c str> {
        self.value.as_str().or_else(|| self.refuse_type("a string"))
    }

    /// The value as true or false.
    pub(super) fn boolean(&self) -> Option<bool> {
        self.value.as_bool().or_else(|| self.refuse_type("true or false"))
    }

    /// The value as a whole number; one that no `u16` holds comes as its text.
    pub(super) fn number(&self) -> Option<Result<u16, String>> {
        let Some(number) = self.value.as_integer() else {
            return self.refuse_type("a whole number");
        };
        let value = u16::from_str_radix(number.as_str(), number.radix());
        Some(value.map_err(|_| number.to_string()))
    }

    /// The elements of a list.
    pub(super) fn items(&self) -> Option<Vec<Self>> {
        let Some(array) = self.value.as_array() else {
            return self.refuse_type("a list");
        };
        let item = |value: &'c Spanned<DeValue<'c>>| {
            let place = self.origin.place(self.place.key.clone(), value.span());
            Self {
                report: self.report,
                key_place: place.clone(),
                place,
                value: value.get_ref(),
                origin: self.origin.clone(),
                beneath: Vec::new(),
            }
        };
        Some(array.iter().map(item).collect())
    }

    /// The elements of a list, or the value itself where it is a text.
    pub(super) fn texts(&self) -> Option<Vec<(&'c str, Place)>> {
        if let Some(text) = self.value.as_str() {
            return Some(vec![(text, self.place.clone())]);
        }
        if !self.value.is_array() {
            return self.refuse_type("a string or a list of strings");
        }
        let items = self.items()?;
        // Each is read before any is given up, so that every faulty one is reported.
        let texts: Vec<_> = items
            .iter()
            .map(|item| Some((item.text()?, item.place.clone())))
            .collect();
        texts.into_iter().collect()
    }

    /// The text, parsed; what the parser says against it is reported.
    pub(super) fn parse<T, E: Display>(&self, parse: impl FnOnce(&str) -> Result<T, E>) -> Option<T> {
        let text = self.text()?;
        match parse(text) {
            Ok(value) => Some(value),
            Err(error) => {
                self.refuse(error.to_string());
                None
            }
        }
    }

    /// The text as one of a few words.
    pub(super) fn word<T: Copy>(&self, words: &[(&str, T)]) -> Option<T> {
        self.parse(|text| {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let found = words.iter().find(|(word, _)| *word == text);
            found
                .map(|(_, value)| *value)
                .ok_or_else(|| format!("expected one of {}; found {}", known.join(", "), quoted(text)))
        })
    }

    /// Every element of a list, parsed; `None` when one of them was reported.
    pub(super) fn list<T>(&self, parse: impl Fn(&str) -> Result<T, String>) -> Option<Vec<T>> {
        let parsed: Vec<Option<T>> = self.items()?.iter().map(|item| item.parse(&parse)).collect();
        parsed.into_iter().collect()
    }

    /// Says which type was found, never the value: it may be a secret in the wrong place.
    fn refuse_type<T>(&self, expected: &str) -> Option<T> {
        let found = match self.value {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "an integer",
            DeValue::Float(_) => "a float",
            DeValue::Boolean(_) => "a boolean",
            DeValue::Datetime(_) => "a date or time",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.refuse(format!("expected {expected}, found {found}"));
        None
    }
}

/// A key below another, quoted where TOML quotes it.
fn dotted(above: &str, name: &str) -> String {
    let is_bare = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    let name = if is_bare { name.to_owned() } else { format!("{name:?}") };
    if above.is_empty() {
        name
    } else {
        format!("{above}.{name}")
    }
}
