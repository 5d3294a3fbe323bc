//! What the values of a column's settling window say about its type.

use std::fmt;

use crate::schema::Sibling;
use crate::types::item::Item;
use crate::types::logical::ColumnType;
use crate::types::moment::Moment;
use crate::types::timestamp::{TimeUnit, in_unit};
use crate::types::value::Value;

/// Integers up to this one, and down to its negative, are all held by doubles.
const MAX_EXACT_INTEGER: u64 = 1 << 53;
/// A type that is not text is that of a column with text in it where at least this share of the values, in
/// percent, have it.
const MAJORITY_PERCENT: usize = 90;
/// Integers beyond 64 bits that are in a column by themselves: as many digits as 2⁶⁴ has.
const LARGE_INTEGERS: ColumnType = ColumnType::Decimal { precision: 20, scale: 0 };
/// Digits of the largest such integer.
const LARGE_DIGITS: usize = 20;

/// What an item says about its column's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Bool,
    Integer,
    /// Beyond 64 bits.
    LargeInteger,
    Double,
    /// A number with more digits than a double.
    LongNumber,
    /// A moment, or text that is one.
    Time,
    Bytes,
    /// Text, and what is kept as JSON text.
    Text,
}

impl Kind {
    pub(super) const COUNT: usize = 8;
    pub(super) const ALL: [Self; Self::COUNT] = [
        Self::Bool,
        Self::Integer,
        Self::LargeInteger,
        Self::Double,
        Self::LongNumber,
        Self::Time,
        Self::Bytes,
        Self::Text,
    ];

    /// Whether a column of this type holds such values; where it holds some of them, too.
    pub(super) fn is_held_by(self, ty: &ColumnType) -> bool {
        use ColumnType as T;
        match self {
            _ if *ty == T::Text => true,
            Self::Bool => *ty == T::Bool,
            Self::Integer => ty.is_of_numbers(),
            Self::LargeInteger => *ty == LARGE_INTEGERS,
            Self::Double => matches!(ty, T::Double | T::Float),
            Self::LongNumber | Self::Text => false,
            Self::Time => matches!(ty, T::Timestamp(_)),
            Self::Bytes => *ty == T::Bytes,
        }
    }
}

/// How many values of each kind there were.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    values: usize,
    bools: usize,
    /// Integers of 64 bits.
    integers: usize,
    /// Those of them that were given as integers of 32 bits.
    narrow: usize,
    /// Integers beyond them, of at most [`LARGE_DIGITS`] digits.
    large: usize,
    /// Whether a double holds all integers.
    are_exact: bool,
    floats: usize,
    /// Numbers with a point or an exponent, doubles.
    doubles: usize,
    /// Such numbers whose digits a double would lose.
    long_numbers: usize,
    timestamps: usize,
    /// Texts that are moments in RFC 3339, with a zone.
    times: usize,
    /// Whether one of them has digits below their unit.
    has_nanos: bool,
    bytes: usize,
    /// The unit of timestamps from text; none where text stays text.
    time_unit: Option<TimeUnit>,
}

impl Evidence {
    /// Of no items; texts that are moments will be timestamps of this unit, if there is one.
    pub(super) fn new(time_unit: Option<TimeUnit>) -> Self {
        Self { are_exact: true, time_unit, ..Self::default() }
    }

    pub(super) fn add(&mut self, item: Item<'_>) -> Kind {
        self.values += 1;
        match item {
            Item::Value(Value::Bool(_)) => {
                self.bools += 1;
                Kind::Bool
            }
            Item::Value(Value::I32(_)) => {
                self.integers += 1;
                self.narrow += 1;
                Kind::Integer
            }
            Item::Value(Value::I64(value)) => {
                self.integers += 1;
                self.are_exact &= value.unsigned_abs() <= MAX_EXACT_INTEGER;
                Kind::Integer
            }
            Item::Value(Value::U64(value)) => {
                self.are_exact &= value <= MAX_EXACT_INTEGER;
                let is_large = i64::try_from(value).is_err();
                *(if is_large { &mut self.large } else { &mut self.integers }) += 1;
                if is_large { Kind::LargeInteger } else { Kind::Integer }
            }
            Item::Value(Value::F32(_)) => {
                self.floats += 1;
                Kind::Double
            }
            Item::Value(Value::F64(_)) | Item::Double(_) => {
                self.doubles += 1;
                Kind::Double
            }
            Item::Number(text) if text.contains(['.', 'e', 'E']) => {
                self.long_numbers += 1;
                Kind::LongNumber
            }
            Item::Number(text) => {
                self.are_exact = false;
                let digits = text.bytes().filter(u8::is_ascii_digit).count();
                let is_large = digits <= LARGE_DIGITS;
                self.large += usize::from(is_large);
                if is_large { Kind::LargeInteger } else { Kind::LongNumber }
            }
            Item::Value(Value::Timestamp(_)) => {
                self.timestamps += 1;
                Kind::Time
            }
            Item::Value(Value::Bytes(_)) => {
                self.bytes += 1;
                Kind::Bytes
            }
            Item::Value(Value::Text(text)) if self.is_time(text) => {
                self.times += 1;
                Kind::Time
            }
            Item::Value(Value::Text(_) | Value::Null | Value::List(_))
            | Item::Json(_)
            | Item::TooDeep(_) => Kind::Text,
        }
    }

    /// Whether the text is a moment and so were all values before: each of them has to be one.
    fn is_time(&mut self, text: &str) -> bool {
        let Some(unit) = self.time_unit else { return false };
        if self.times + self.timestamps + 1 < self.values {
            return false;
        }
        let moment = Moment::from_text(text).and_then(|moment| in_unit(moment, unit));
        self.has_nanos |= moment.is_some_and(|(_, nanos)| nanos > 0);
        moment.is_some()
    }

    /// The type of the column.
    pub(super) fn column_type(&self) -> ColumnType {
        // Numbers with more digits than a double are kept as text beside it.
        let with_long = |ty: &ColumnType, held: usize| match ty {
            ColumnType::Double if held > 0 => held + self.long_numbers,
            _ => held,
        };
        self.type_of(with_long, (self.values * MAJORITY_PERCENT).div_ceil(100))
    }

    /// Whether a column of this type needs this sibling for these values.
    pub(super) fn needs(&self, ty: &ColumnType, sibling: Sibling) -> bool {
        let is_of_times = matches!(ty, ColumnType::Timestamp(TimeUnit::Micros));
        match sibling {
            Sibling::Nanos => self.has_nanos && is_of_times,
            Sibling::Text => {
                let mut candidates = self.candidates().into_iter();
                *ty != ColumnType::Text
                    && !candidates.any(|(held, known)| known == *ty && held == self.values)
            }
        }
    }

    /// How many siblings a column of this type needs for these values.
    pub(super) fn siblings(&self, ty: &ColumnType) -> usize {
        match self.are_held_by(ty) {
            true => 0,
            // Digits, and text.
            false if self.has_nanos && matches!(ty, ColumnType::Timestamp(_)) => 2,
            false => 1,
        }
    }

    /// The type that holds all values.
    pub(super) fn type_of_all(&self) -> ColumnType {
        self.type_of(|ty, held| if self.are_held_by(ty) { held } else { 0 }, self.values)
    }

    /// Whether a column of this type holds all values.
    pub(super) fn are_held_by(&self, ty: &ColumnType) -> bool {
        let is_cut = self.has_nanos && *ty == ColumnType::Timestamp(TimeUnit::Micros);
        *ty == ColumnType::Text
            || !is_cut
                && self.candidates().iter().any(|(held, known)| known == ty && *held == self.values)
    }

    /// The type that holds most values, if these are enough; else text.
    fn type_of(&self, count: impl Fn(&ColumnType, usize) -> usize, enough: usize) -> ColumnType {
        let mut best = (0, ColumnType::Text);
        for (held, ty) in self.candidates() {
            let values = count(&ty, held);
            // The first of several that hold as many values is the narrowest.
            if values > best.0 {
                best = (values, ty);
            }
        }
        if best.0 >= enough { best.1 } else { ColumnType::Text }
    }

    /// Types, and how many of the values each holds.
    fn candidates(&self) -> [(usize, ColumnType); 10] {
        let numbers = self.integers + self.floats + self.doubles;
        let are_times = self.times > 0 && self.times + self.timestamps == self.values;
        let times = if are_times { self.values } else { 0 };
        [
            (self.narrow, ColumnType::Int32),
            (self.integers, ColumnType::Int64),
            (self.integers + self.large, LARGE_INTEGERS),
            (self.floats, ColumnType::Float),
            (self.floats + self.doubles, ColumnType::Double),
            (if self.are_exact { numbers } else { 0 }, ColumnType::Double),
            (self.bools, ColumnType::Bool),
            (self.timestamps, ColumnType::Timestamp(TimeUnit::Micros)),
            (times, ColumnType::Timestamp(self.time_unit.unwrap_or(TimeUnit::Micros))),
            (self.bytes, ColumnType::Bytes),
        ]
    }
}

/// How many values of each kind there were, in words.
impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let times = self.times + self.timestamps;
        let times = if times == self.values { times } else { self.timestamps };
        let counts = [
            (self.bools, "bool", "bools"),
            (self.integers, "integer", "integers"),
            (self.large, "integer beyond 64 bits", "integers beyond 64 bits"),
            (self.floats + self.doubles, "decimal", "decimals"),
            (self.long_numbers, "number longer than a double", "numbers longer than a double"),
            (times, "time", "times"),
            (self.bytes, "value of bytes", "values of bytes"),
        ];
        let others = self.values - counts.iter().map(|(count, ..)| count).sum::<usize>();
        let counts = counts.into_iter().chain([(others, "text", "texts")]);
        let words = counts
            .filter(|(count, ..)| *count > 0)
            .map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many }));
        f.write_str(&words.collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::json::item_of;
    use bumpalo::Bump;

    /// The type of a column whose first values are these JSON values, so often each.
    fn type_of(values: &[(&str, usize)]) -> String {
        let arena = Bump::new();
        let items = values.iter().flat_map(|(json, count)| {
            std::iter::repeat_n(item_of(json, &arena).expect("JSON"), *count)
        });
        let mut evidence = Evidence::new(Some(TimeUnit::Micros));
        items.for_each(|item| {
            evidence.add(item);
        });
        evidence.column_type().to_string()
    }

    #[test]
    fn a_type_is_what_the_values_say() {
        for (values, ty) in [
            (vec![("1", 1)], "int64"),
            (vec![("1", 1), ("-9223372036854775808", 1)], "int64"),
            (vec![("1", 9_999), ("0.5", 1)], "double"),
            (vec![("9007199254740992", 1), ("0.5", 1)], "double"),
            (vec![("9007199254740993", 1), ("0.5", 1)], "text"),
            (vec![("9007199254740993", 99), ("0.5", 1)], "int64"),
            (vec![("9007199254740993", 1), ("0.5", 99)], "double"),
            (vec![("1", 1), ("9223372036854775808", 1)], "decimal(20,0)"),
            (vec![("1", 1), ("-99999999999999999999", 1)], "decimal(20,0)"),
            (vec![("1", 99), ("100000000000000000000", 1)], "int64"),
            (vec![("100000000000000000000", 1)], "text"),
            (vec![("1.23456789012345678901", 1)], "text"),
            (vec![("-0", 1), ("1", 1)], "double"),
            (vec![("true", 1)], "bool"),
            (vec![("true", 1), ("1", 1)], "text"),
            (vec![("1", 9), (r#""n/a""#, 1)], "int64"),
            (vec![("1", 8), (r#""n/a""#, 1)], "text"),
            (vec![("1", 5), ("0.5", 4), (r#""-""#, 1)], "double"),
            (vec![(r#""x""#, 9), ("1", 1)], "text"),
            (vec![("[1]", 1)], "text"),
            (
                vec![(r#""2026-11-28T07:05:09Z""#, 1), (r#""2026-11-28 07:05:09.5+02:00""#, 1)],
                "timestamp",
            ),
            (vec![(r#""2026-11-28T07:05:09Z""#, 99), (r#""2026-11-28T07:05:09""#, 1)], "text"),
            (vec![(r#""2026-11-28T07:05:09Z""#, 99), ("1", 1)], "text"),
            (vec![(r#""2026-11-28""#, 1)], "text"),
        ] {
            assert_eq!(type_of(&values), ty, "{values:?}");
        }
    }
}
