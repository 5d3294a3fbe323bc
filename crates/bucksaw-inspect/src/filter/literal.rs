//! Values in conditions, and what of them a column's values are compared with.

use std::cmp::Ordering;
use std::fmt;

use chrono::NaiveTime;

use super::kind::Kind;
use super::moment::{moment, time_of_day};
use super::number::{Floor, Number, Width, is_decimal};
use crate::json::Json;

/// A value as it stands in a condition.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    Bool(bool),
    /// As it is spelled.
    Number(String),
    Text(String),
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(spelling) => f.write_str(spelling),
            Self::Text(text) => write!(f, "the text {text:?}"),
        }
    }
}

/// A literal as each kind of value that a column's rows may have reads it.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    bool: Option<bool>,
    number: Option<Number>,
    moment: Option<Floor>,
    time_of_day: Option<NaiveTime>,
    text: Option<String>,
    /// The unit of the column's moments: texts that are moments are these.
    unit: Option<i64>,
}

impl Wanted {
    /// For values of whatever kind.
    pub(super) fn untyped(literal: &Literal) -> Self {
        let number = match literal {
            Literal::Number(spelling) => Number::parse(spelling, Width::Single),
            _ => None,
        };
        let bool = match literal {
            Literal::Bool(value) => Some(*value),
            _ => None,
        };
        Self { bool, number, ..Self::read(literal, &[Kind::Text]).unwrap_or_default() }
    }

    /// As columns of these kinds read it, if one can.
    pub(super) fn read(literal: &Literal, kinds: &[Kind]) -> Option<Self> {
        let mut wanted = Self::default();
        let mut is_read = false;
        for kind in kinds {
            is_read |= wanted.read_as(literal, *kind);
        }
        is_read.then_some(wanted)
    }

    /// Whether a column of this kind can read it.
    fn read_as(&mut self, literal: &Literal, kind: Kind) -> bool {
        let number = |width| match literal {
            Literal::Number(text) | Literal::Text(text) => Number::parse(text, width),
            Literal::Bool(_) => None,
        };
        match (kind, literal) {
            (Kind::Bool, Literal::Bool(value)) => set(&mut self.bool, Some(*value)),
            (Kind::Bool, Literal::Text(text)) => set(&mut self.bool, text.parse().ok()),
            (Kind::Integer, Literal::Text(text)) if text.parse::<i128>().is_err() => false,
            (Kind::Decimal, Literal::Text(text)) if !is_decimal(text) => false,
            (Kind::Integer | Kind::Decimal, _) => set(&mut self.number, number(Width::Double)),
            (Kind::Float(width), _) => set(&mut self.number, number(width)),
            (Kind::Moment { unit, epoch_digits }, _) => {
                self.unit = Some(unit);
                let read = match literal {
                    Literal::Bool(_) => None,
                    Literal::Number(text) => Number::scaled(text, epoch_digits.unwrap_or_default())
                        .filter(|_| epoch_digits.is_some()),
                    Literal::Text(text) => moment(text)
                        .map(Floor::of_integer)
                        .or_else(|| Number::scaled(text, epoch_digits?)),
                };
                set(&mut self.moment, read)
            }
            (Kind::TimeOfDay, Literal::Text(text)) => set(&mut self.time_of_day, time_of_day(text)),
            (Kind::Text, Literal::Number(_)) => {
                let known = self.number.take();
                set(&mut self.number, known.or_else(|| number(Width::Double)))
            }
            (Kind::Text, Literal::Bool(value)) => set(&mut self.text, Some(value.to_string())),
            (Kind::Text, Literal::Text(text)) => {
                self.moment = moment(text).map(Floor::of_integer).or(self.moment);
                set(&mut self.text, Some(text.clone()))
            }
            (Kind::Bytes, Literal::Text(text)) => set(&mut self.text, Some(text.clone())),
            (Kind::TimeOfDay | Kind::Bool | Kind::Bytes | Kind::Nested(_) | Kind::Object, _) => {
                false
            }
        }
    }

    /// How a value compares with it; none where they are of kinds that don't.
    pub(super) fn order_of(&self, value: &Json) -> Option<Ordering> {
        match value {
            Json::Bool(value) => Some(value.cmp(self.bool.as_ref()?)),
            Json::Int(value) => self.order_of_integer(i128::from(*value)),
            Json::Uint(value) => self.order_of_integer(i128::from(*value)),
            Json::Float(value) => self.number.as_ref()?.order_of_single(*value),
            Json::Double(value) => self.number.as_ref()?.order_of_double(*value),
            Json::Text(text) => self.order_of_text(text),
            Json::Null | Json::List(_) | Json::Object(_) => None,
        }
    }

    /// Also of moments beyond the calendar.
    fn order_of_integer(&self, value: i128) -> Option<Ordering> {
        match self.unit {
            Some(unit) => self.moment.map(|moment| moment.order_of(value * i128::from(unit))),
            None => self.number.as_ref()?.order_of_integer(value),
        }
    }

    fn order_of_text(&self, text: &str) -> Option<Ordering> {
        if let (Some(wanted), Some(value)) = (self.time_of_day, time_of_day(text)) {
            return Some(value.cmp(&wanted));
        }
        if self.moment.is_some() || self.unit.is_some() {
            match (self.moment, moment(text)) {
                (Some(wanted), Some(value)) => return Some(wanted.order_of(value)),
                (None, None) => {}
                // One of them is no moment, in a column of moments.
                _ if self.unit.is_some() => return None,
                _ => {}
            }
        }
        let as_number = self.number.as_ref().and_then(|number| number.order_of_text(text));
        as_number.or_else(|| Some(text.cmp(self.text.as_deref()?)))
    }
}

/// Sets what was read, and says whether something was.
fn set<T>(place: &mut Option<T>, read: Option<T>) -> bool {
    let is_read = read.is_some();
    if is_read {
        *place = read;
    }
    is_read
}
