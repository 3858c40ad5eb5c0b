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
    /// One that lacks its label, in a list whose items have labels.
    Unlabelled,
}

impl List {
    /// The items of a text. Blanks around an item and empty items are nothing.
    pub(super) fn items<'l, 'a: 'l>(&'l self, text: &'a str) -> impl Iterator<Item = Item<'a>> + 'l {
        text.split(&*self.item)
            .map(|item| item.trim_matches(' '))
            .filter(|item| !item.is_empty())
            .map(|item| {
                let Some(labels) = &self.labels else {
                    return Item::Signature(item.as_bytes());
                };
                match item.split_once(&*labels.pair) {
                    None => Item::Unlabelled,
                    Some((name, value)) if name == labels.signature => Item::Signature(value.as_bytes()),
                    Some((name, value)) => Item::Label(Label {
                        name: name.as_bytes(),
                        value: value.as_bytes(),
                    }),
                }
            })
    }
}
