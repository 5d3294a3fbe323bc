//! What is stored in place of a column's values.

use bumpalo::Bump;

use crate::options::Redaction;
use crate::types::item::Item;
use crate::types::value::Value;

/// What options have done with the values of a path, in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Redacted {
    /// Each redaction, and whether it is of all values; else only of JSON that what it is of may be in.
    steps: Vec<(Redaction, bool)>,
}

impl Redacted {
    pub(super) fn add(&mut self, redaction: &Redaction, is_of_all: bool) {
        self.steps.push((redaction.clone(), is_of_all));
    }

    pub(super) fn is_some(&self) -> bool {
        !self.steps.is_empty()
    }

    /// Whether it is of values of any kind, so that the column is one of text.
    pub(crate) fn is_of_all(&self) -> bool {
        self.steps.iter().any(|(_, is_of_all)| *is_of_all)
    }

    /// The text that stands for an item; none where it stays as it is.
    pub(crate) fn of<'a>(&self, item: Item<'a>, arena: &'a Bump) -> Option<Item<'a>> {
        let is_json = item.is_json() || matches!(item, Item::TooDeep(_));
        let mut steps = self.steps.iter().filter(|(_, is_of_all)| *is_of_all || is_json).peekable();
        steps.peek()?;
        let text = item.into_text(arena);
        let redacted = steps.fold(text, |text, (redaction, _)| match redaction.of(text) {
            std::borrow::Cow::Borrowed(text) => text,
            std::borrow::Cow::Owned(text) => arena.alloc_str(&text),
        });
        Some(Item::Value(Value::Text(redacted)))
    }
}
