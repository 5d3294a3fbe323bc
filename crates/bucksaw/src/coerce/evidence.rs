//! What the values of a column's settling window say about its type.

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

    pub(super) fn add(&mut self, item: Item<'_>) {
        self.values += 1;
        match item {
            Item::Value(Value::Bool(_)) => self.bools += 1,
            Item::Value(Value::I32(_)) => {
                self.integers += 1;
                self.narrow += 1;
            }
            Item::Value(Value::I64(value)) => {
                self.integers += 1;
                self.are_exact &= value.unsigned_abs() <= MAX_EXACT_INTEGER;
            }
            Item::Value(Value::U64(value)) => {
                let is_large = i64::try_from(value).is_err();
                *(if is_large { &mut self.large } else { &mut self.integers }) += 1;
                self.are_exact &= value <= MAX_EXACT_INTEGER;
            }
            Item::Value(Value::F32(_)) => self.floats += 1,
            Item::Value(Value::F64(_)) | Item::Double(_) => self.doubles += 1,
            Item::Number(text) if text.contains(['.', 'e', 'E']) => self.long_numbers += 1,
            Item::Number(text) => {
                let digits = text.bytes().filter(u8::is_ascii_digit).count();
                self.large += usize::from(digits <= LARGE_DIGITS);
                self.are_exact = false;
            }
            Item::Value(Value::Timestamp(_)) => self.timestamps += 1,
            Item::Value(Value::Bytes(_)) => self.bytes += 1,
            Item::Value(Value::Text(text)) => self.add_text(text),
            Item::Value(Value::Null | Value::List(_)) | Item::Json(_) | Item::TooDeep(_) => {}
        }
    }

    fn add_text(&mut self, text: &str) {
        let Some(unit) = self.time_unit else { return };
        // Each of the texts has to be one.
        if self.times + self.timestamps + 1 < self.values {
            return;
        }
        if let Some((_, nanos)) = Moment::from_text(text).and_then(|moment| in_unit(moment, unit)) {
            self.times += 1;
            self.has_nanos |= nanos > 0;
        }
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
        items.for_each(|item| evidence.add(item));
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
