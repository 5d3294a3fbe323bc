//! The type rules: what becomes of a value in a column of a type.

use bumpalo::Bump;

use crate::block::counts::Outcome;
use crate::options::Numbers;
use crate::schema::{Column, ColumnType};
use crate::types::exact::{Held, How};
use crate::types::item::Item;
use crate::types::json::{items_of_array, items_of_object};
use crate::types::physical::PhysicalValue;
use crate::types::reading::Reading;
use crate::types::timestamp::in_unit;
use crate::types::value::Value;

/// What is to be counted of how a value got into its column.
pub(crate) fn outcome(how: How) -> Option<Outcome> {
    match how {
        How::AsItIs => None,
        How::Widened => Some(Outcome::Widened),
        How::Rounded => Some(Outcome::Rounded),
        How::Parsed => Some(Outcome::ParsedText),
        How::AsText => Some(Outcome::StoredAsText),
        How::AsBase64 => Some(Outcome::Base64Text),
    }
}

/// What values are fitted with.
pub(crate) struct Fitting<'f, 'a> {
    pub(crate) column: &'f Column,
    /// Whether a column of text takes values of all types.
    pub(crate) text_takes_all: bool,
    pub(crate) parse_integers: bool,
    /// What becomes of numbers with more digits than a double.
    pub(crate) numbers: Numbers,
    pub(crate) arena: &'a Bump,
}

impl<'a> Fitting<'_, 'a> {
    /// The value as a column of type `ty` stores it, if it can without bending it. Columns of text take every
    /// value as it is spelled.
    pub(crate) fn fit(&self, item: Item<'a>, ty: &ColumnType) -> Option<Held<'a>> {
        let as_text = || {
            let is_taken = self.text_takes_all && *ty == ColumnType::Text;
            let are_bytes = matches!(item, Item::Value(Value::Bytes(_)));
            let how = if are_bytes { How::AsBase64 } else { How::AsText };
            is_taken.then(|| (PhysicalValue::Text(item.into_text(self.arena)), how))
        };
        self.fit_exactly(item, ty).or_else(as_text)
    }

    /// Whether a column whose type its values said, and not text, holds the item.
    #[cfg(feature = "arrow")]
    pub(crate) fn is_held(
        item: Item<'a>,
        column: &Column,
        numbers: Numbers,
        arena: &'a Bump,
    ) -> bool {
        let (text_takes_all, parse_integers) = (false, false);
        let fitting = Fitting { column, text_takes_all, parse_integers, numbers, arena };
        column.ty.as_ref().is_some_and(|ty| fitting.fit_exactly(item, ty).is_some())
    }

    /// The same, but that columns of text take no values of other types.
    fn fit_exactly(&self, item: Item<'a>, ty: &ColumnType) -> Option<Held<'a>> {
        match (item, ty) {
            (_, ColumnType::Json) => {
                let json = match item {
                    Item::Json(text) | Item::TooDeep(text) => text,
                    _ => {
                        let mut json = String::new();
                        item.append_json(&mut json);
                        self.arena.alloc_str(&json)
                    }
                };
                return Some((PhysicalValue::Text(json), How::AsItIs));
            }
            (Item::Json(text), ColumnType::List(element)) => {
                return self.fit_list(items_of_array(text, self.arena)?, element);
            }
            (Item::Value(Value::List(values)), ColumnType::List(element)) => {
                return self.fit_list(values.iter().map(|value| Item::Value(*value)), element);
            }
            (Item::Json(text) | Item::TooDeep(text), ColumnType::Map) => {
                return self.fit_map(items_of_object(text, self.arena)?);
            }
            (Item::Value(Value::Map(entries)), ColumnType::Map) => {
                return self
                    .fit_map(entries.iter().map(|(key, value)| (*key, Item::Value(*value))));
            }
            (
                Item::Json(_) | Item::TooDeep(_) | Item::Value(Value::List(_) | Value::Map(_)),
                ColumnType::Text,
            ) => {
                return Some((PhysicalValue::Text(item.into_text(self.arena)), How::AsItIs));
            }
            _ => {}
        }
        let fitted = match item {
            Item::Value(Value::Text(_)) if *ty != ColumnType::Text => None,
            Item::Double(text) if ty.is_of_spelled_numbers() => ty.held_number(text, self.arena),
            Item::Value(_) | Item::Double(_) => {
                item.as_value().and_then(|value| ty.held(value, self.arena))
            }
            Item::Number(text) => ty.held_number(text, self.arena),
            Item::Json(_) | Item::TooDeep(_) | Item::Untyped(_) => None,
        };
        fitted.or_else(|| match &self.column.reads {
            Some(reads) => self.read(item, ty, reads),
            None => self.rounded(item, ty),
        })
    }

    /// A number that a column of doubles holds the nearest one of, where that is wanted.
    fn rounded(&self, item: Item<'a>, ty: &ColumnType) -> Option<Held<'a>> {
        let is_number =
            matches!(item, Item::Number(_) | Item::Value(Value::I64(_) | Value::U64(_)));
        let rounds = self.numbers == Numbers::Double && *ty == ColumnType::Double && is_number;
        rounds.then(|| ty.nearest(item.into_text(self.arena), self.arena)).flatten()
    }

    /// The value that an item spells otherwise than a column of `ty` holds it, where that was declared.
    fn read(&self, item: Item<'a>, ty: &ColumnType, reads: &Reading) -> Option<Held<'a>> {
        if let (ColumnType::Timestamp(unit), Some(times)) = (ty, reads.times()) {
            let moment = times.read(item)?.ok()?;
            let (value, rest) = in_unit(moment, *unit)?;
            return (rest == 0).then_some((PhysicalValue::I64(value), How::Parsed));
        }
        match item {
            Item::Value(Value::Text(text)) => {
                let is_looked_at = self.parse_integers || !ty.is_of_integers();
                is_looked_at.then(|| ty.parsed(text, reads.bytes(), self.arena)).flatten()
            }
            Item::Double(text) | Item::Number(text) => ty.nearest(text, self.arena),
            Item::Value(
                Value::I32(_) | Value::I64(_) | Value::U64(_) | Value::F32(_) | Value::F64(_),
            ) if ty.is_numeric() => ty.nearest(item.into_text(self.arena), self.arena),
            _ => None,
        }
    }

    /// The list, if each of its elements fits a column of theirs.
    fn fit_list(
        &self,
        items: impl IntoIterator<Item = Item<'a>>,
        element: &ColumnType,
    ) -> Option<Held<'a>> {
        let mut list_how = How::AsItIs;
        let mut values = Vec::new();
        for item in items {
            let value = match item {
                Item::Value(Value::Null) => PhysicalValue::Null,
                // Only whole values are kept as JSON text.
                _ if item.is_json() && !element.is_nested() => return None,
                _ => {
                    let (value, how) = self.fit_exactly(item, element)?;
                    if how != How::AsItIs {
                        list_how = how;
                    }
                    value
                }
            };
            values.push(value);
        }
        Some((PhysicalValue::List(self.arena.alloc_slice_copy(&values)), list_how))
    }
    /// The map, whose values are text: those that are not as they are spelled.
    fn fit_map(&self, entries: impl IntoIterator<Item = (&'a str, Item<'a>)>) -> Option<Held<'a>> {
        let mut how = How::AsItIs;
        let text = |item: Item<'a>| match item {
            Item::Value(Value::Null) => None,
            Item::Value(Value::Text(text)) => Some(text),
            other => {
                how = How::AsText;
                Some(other.into_text(self.arena))
            }
        };
        let mut text = text;
        let entries: Vec<_> = entries.into_iter().map(|(key, item)| (key, text(item))).collect();
        Some((PhysicalValue::Map(self.arena.alloc_slice_copy(&entries)), how))
    }
}
