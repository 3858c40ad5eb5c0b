//! A signature's place that holds several items: `t=…,v1=…,v1=…`, or bare values.

/// How a list is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// What stands between items.
    pub item: String,
    /// How items are labelled; without it every item is a signature.
    pub labels: Option<Labels>,
}

/// How the items of a list are labelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    /// What stands between a label and its value.
    pub pair: String,
    /// The label of signatures. Items under other labels are what `sig.NAME` refers to.
    pub signature: String,
}

/// An item of a list that is no signature.
#[derive(Debug, Clone, Copy)]
pub(super) struct Label<'a> {
    pub(super) name: &'a [u8],
    pub(super) value: &'a [u8],
}

/// An item of a list.
pub(super) enum Item<'a> {
    Signature(&'a [u8]),
    Label(Label<'a>),
}

impl List {
    /// The items of a text. Blanks around an item and empty items are nothing; an item that lacks its label is none.
    pub(super) fn items<'l, 'a: 'l>(&'l self, text: &'a str) -> impl Iterator<Item = Item<'a>> + 'l {
        text.split(&*self.item)
            .map(|item| item.trim_matches(' '))
            .filter(|item| !item.is_empty())
            .filter_map(|item| match &self.labels {
                None => Some(Item::Signature(item.as_bytes())),
                Some(labels) => {
                    let (name, value) = item.split_once(&*labels.pair)?;
                    let value = value.as_bytes();
                    if name == labels.signature {
                        Some(Item::Signature(value))
                    } else {
                        let name = name.as_bytes();
                        Some(Item::Label(Label { name, value }))
                    }
                }
            })
    }
}
