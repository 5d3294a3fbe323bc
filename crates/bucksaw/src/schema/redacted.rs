//! What is stored in place of a column's values.

use std::borrow::Cow;

use bumpalo::Bump;

use crate::options::Redaction;
use crate::types::item::Item;
use crate::types::value::Value;

/// What options have done with the values of a path, in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Redacted {
    steps: Vec<Step>,
}

#[derive(Clone, Debug)]
struct Step {
    redaction: Redaction,
    /// What the option names.
    named: Box<str>,
    /// Whether it is of all values; else only of JSON that what it names may be in.
    is_of_all: bool,
}

/// What stands for a value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stand<'a> {
    pub(crate) item: Item<'a>,
    /// Whether it differs from the value as text.
    pub(crate) is_changed: bool,
}

impl Redacted {
    pub(super) fn add(&mut self, named: &str, redaction: &Redaction, is_of_all: bool) {
        self.steps.push(Step { redaction: redaction.clone(), named: named.into(), is_of_all });
    }

    pub(super) fn is_some(&self) -> bool {
        !self.steps.is_empty()
    }

    /// Whether it is of values of any kind, so that the column is one of text.
    pub(crate) fn is_of_all(&self) -> bool {
        self.steps.iter().any(|step| step.is_of_all)
    }

    /// Whether an option that names a column so takes part.
    pub(crate) fn is_by(&self, named: &str) -> bool {
        self.steps.iter().any(|step| *step.named == *named)
    }

    /// What stands for an item; none where nothing does.
    pub(crate) fn of<'a>(&self, item: Item<'a>, arena: &'a Bump) -> Option<Stand<'a>> {
        let is_json = item.is_json() || matches!(item, Item::TooDeep(_));
        let mut steps = self.steps.iter().filter(|step| step.is_of_all || is_json).peekable();
        steps.peek()?;
        let text = item.into_text(arena);
        let redacted = steps.fold(text, |text, step| {
            let redaction = &step.redaction;
            match if is_json { redaction.of_json(text) } else { redaction.of(text) } {
                Cow::Borrowed(text) => text,
                Cow::Owned(text) => arena.alloc_str(&text),
            }
        });
        Some(Stand { item: Item::Value(Value::Text(redacted)), is_changed: redacted != text })
    }
}
