//! What the values of a column's settling window say about its type.

use std::fmt;

use bumpalo::Bump;

use super::kind::{Kind, LARGE_INTEGERS};
use crate::options::{Arrays, Numbers, TypeRules};
use crate::schema::Sibling;
use crate::types::item::Item;
use crate::types::json::items_of_array;
use crate::types::logical::ColumnType;
use crate::types::moment::Moment;
use crate::types::timestamp::{TimeUnit, in_unit};
use crate::types::untyped;
use crate::types::value::Value;

/// Integers up to this one, and down to its negative, are all held by doubles.
pub(crate) const MAX_EXACT_INTEGER: u64 = 1 << 53;
/// A type that is not text is that of a column with others in it where these are one part in so many of its values at the most.
const MINORITY_SHARE: usize = 10;
/// Digits of the largest such integer.
const LARGE_DIGITS: usize = 20;

/// How many values of each kind there were.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    values: usize,
    bools: usize,
    /// Integers of 64 bits.
    integers: usize,
    /// Those of them that were given as integers of 32 bits.
    narrow: usize,
    /// Integers beyond them, of at most [`LARGE_DIGITS`] digits.
    large: usize,
    /// Integers of more digits.
    larger: usize,
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
    /// Arrays and objects that are kept as JSON text.
    json: usize,
    /// Arrays of single values, empty ones too.
    arrays: usize,
    /// What their elements say that aren't null; none before the first of them.
    elements: Option<Box<Self>>,
    rules: TypeRules,
}

/// The type of a column whose first value settles it.
pub(super) fn type_of_first(item: Item<'_>, rules: TypeRules) -> Option<ColumnType> {
    match item {
        Item::Json(_) if rules.arrays == Arrays::List => {
            let mut evidence = Evidence::new(rules);
            evidence.add(item);
            Some(evidence.column_type())
        }
        Item::Untyped(text) => untyped::item_of(text).column_type(),
        _ => item.column_type(),
    }
}

impl Evidence {
    /// Of no items.
    pub(crate) fn new(rules: TypeRules) -> Self {
        Self { are_exact: true, rules, ..Self::default() }
    }

    /// Adds so many values of a column of this type, as far as that says what they were; of integers, whether a double holds each
    /// exactly.
    #[cfg(feature = "arrow")]
    pub(crate) fn add_column(&mut self, ty: &ColumnType, values: u64, are_exact: bool) {
        // More than there can be are those of a manifest that is made up.
        let room = usize::MAX / 2 - self.values.min(usize::MAX / 2);
        let values = usize::try_from(values).map_or(room, |values| values.min(room));
        self.values += values;
        match ty {
            ColumnType::Bool => self.bools += values,
            ColumnType::Int32 | ColumnType::Int64 => {
                self.integers += values;
                self.narrow += if *ty == ColumnType::Int32 { values } else { 0 };
                self.are_exact &= are_exact || values == 0;
            }
            // One of them is, at the least.
            ty if *ty == LARGE_INTEGERS => {
                self.large += values;
                self.are_exact &= values == 0;
            }
            ColumnType::Float => self.floats += values,
            ColumnType::Double => self.doubles += values,
            ColumnType::Timestamp(_) => self.timestamps += values,
            ColumnType::Bytes => self.bytes += values,
            _ => {}
        }
    }

    pub(crate) fn add(&mut self, item: Item<'_>) -> Kind {
        self.values += 1;
        let item = match item {
            Item::Untyped(text) => untyped::item_of(text),
            item => item,
        };
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
                *(if is_large { &mut self.large } else { &mut self.larger }) += 1;
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
            Item::Json(json) if self.add_array(json) => Kind::Array,
            Item::Value(Value::List(_) | Value::Map(_)) | Item::Json(_) | Item::TooDeep(_) => {
                self.json += 1;
                Kind::Text
            }
            Item::Value(Value::Text(_) | Value::Null) | Item::Untyped(_) => Kind::Text,
        }
    }

    /// Whether JSON text is an array of single values, where these are lists.
    fn add_array(&mut self, json: &str) -> bool {
        if self.rules.arrays != Arrays::List || !json.starts_with('[') {
            return false;
        }
        let arena = Bump::new();
        let items = items_of_array(json, &arena).unwrap_or_default();
        if items.iter().any(|item| item.is_json()) {
            return false;
        }
        self.arrays += 1;
        // Text in lists stays text: their elements have no siblings for further digits.
        let rules = TypeRules { time_unit: None, ..self.rules };
        for item in items.into_iter().filter(|item| !matches!(item, Item::Value(Value::Null))) {
            self.elements.get_or_insert_with(|| Box::new(Self::new(rules))).add(item);
        }
        true
    }

    /// The type of lists with these elements; none where most are of several types.
    fn element_type(&self) -> Option<ColumnType> {
        let ty = self.column_type();
        let is_of_several = ty == ColumnType::Text && self.texts() < self.enough();
        (!is_of_several).then_some(ty)
    }

    /// How many of the values are text.
    fn texts(&self) -> usize {
        let numbers = self.integers + self.large + self.larger + self.floats + self.doubles;
        let others = self.bools + self.timestamps + self.bytes;
        self.values - numbers - self.long_numbers - others
    }

    /// Whether the text is a moment and so were all values before: each of them has to be one.
    fn is_time(&mut self, text: &str) -> bool {
        let Some(unit) = self.rules.time_unit else { return false };
        if self.times + self.timestamps + 1 < self.values {
            return false;
        }
        let moment = Moment::from_text(text).and_then(|moment| in_unit(moment, unit));
        self.has_nanos |= moment.is_some_and(|(_, nanos)| nanos > 0);
        moment.is_some()
    }

    /// The type of the column.
    pub(crate) fn column_type(&self) -> ColumnType {
        // Numbers with more digits than a double are kept as text beside it.
        let with_long = |ty: &ColumnType, held: usize| match ty {
            ColumnType::Double if held > 0 && self.rules.numbers == Numbers::Exact => {
                held + self.long_numbers
            }
            _ => held,
        };
        self.type_of(with_long, self.enough())
    }

    /// How many values make their type the column's.
    fn enough(&self) -> usize {
        self.values - self.values / MINORITY_SHARE
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
        let is_cut = match ty {
            ColumnType::Timestamp(unit) => self.has_nanos && *unit == TimeUnit::Micros,
            ColumnType::List(element) => self.elements.as_ref().is_some_and(|elements| {
                !elements.are_held_by(element)
                    || **element == ColumnType::Text && elements.texts() < elements.values
            }),
            _ => false,
        };
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
    fn candidates(&self) -> [(usize, ColumnType); 11] {
        let mut numbers = self.integers + self.floats + self.doubles;
        let mut are_held = self.are_exact;
        if self.rules.numbers == Numbers::Double && self.doubles + self.long_numbers > 0 {
            // The nearest doubles stand for all of them.
            numbers += self.large + self.larger + self.long_numbers;
            are_held = true;
        }
        let are_times = self.times > 0 && self.times + self.timestamps == self.values;
        let times = if are_times { self.values } else { 0 };
        let element = self.elements.as_ref().and_then(|elements| elements.element_type());
        let lists = element
            .map_or((0, ColumnType::Text), |element| (self.arrays, ColumnType::list_of(element)));
        [
            (self.narrow, ColumnType::Int32),
            (self.integers, ColumnType::Int64),
            (self.integers + self.large, LARGE_INTEGERS),
            (self.floats, ColumnType::Float),
            (self.floats + self.doubles, ColumnType::Double),
            (if are_held { numbers } else { 0 }, ColumnType::Double),
            (self.bools, ColumnType::Bool),
            (self.timestamps, ColumnType::Timestamp(TimeUnit::Micros)),
            (times, ColumnType::Timestamp(self.rules.time_unit.unwrap_or(TimeUnit::Micros))),
            (self.bytes, ColumnType::Bytes),
            lists,
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
            (
                self.long_numbers + self.larger,
                "number longer than a double",
                "numbers longer than a double",
            ),
            (times, "time", "times"),
            (self.bytes, "value of bytes", "values of bytes"),
            (self.arrays, "array", "arrays"),
            (self.json, "array or object", "arrays or objects"),
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

    /// The type of a column whose first values are these JSON values, so often each.
    fn type_of(values: &[(&str, usize)]) -> String {
        type_with(TypeRules::default(), values)
    }

    fn type_with(rules: TypeRules, values: &[(&str, usize)]) -> String {
        let arena = Bump::new();
        let items = values.iter().flat_map(|(json, count)| {
            std::iter::repeat_n(item_of(json, &arena).expect("JSON"), *count)
        });
        let mut evidence = Evidence::new(TypeRules { time_unit: Some(TimeUnit::Micros), ..rules });
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

    #[test]
    fn doubles_stand_for_all_numbers_where_wanted() {
        for (values, ty) in [
            (vec![("1.23456789012345678901", 1)], "double"),
            (vec![("9007199254740993", 99), ("0.5", 1)], "double"),
            (vec![("100000000000000000000", 1), ("0.5", 1)], "double"),
            // Integers by themselves stay what they are.
            (vec![("9007199254740993", 1)], "int64"),
            (vec![("1", 1), ("9223372036854775808", 1)], "decimal(20,0)"),
            (vec![("100000000000000000000", 1)], "text"),
        ] {
            let rules = TypeRules { numbers: Numbers::Double, ..TypeRules::default() };
            assert_eq!(type_with(rules, &values), ty, "{values:?}");
        }
    }

    #[test]
    fn arrays_of_one_type_are_lists_where_wanted() {
        for (values, ty) in [
            (vec![("[1,2]", 1), ("[]", 9), ("[null]", 1)], "list<int64>"),
            (vec![("[1]", 1), ("[0.5]", 1)], "list<double>"),
            (vec![(r#"["a"]"#, 9), ("[1]", 1)], "list<text>"),
            (vec![("[1,2,3,4,5,6,7,8,9]", 1), (r#"["a"]"#, 1)], "list<int64>"),
            (vec![(r#"["2026-11-28T07:05:09Z"]"#, 1)], "list<text>"),
            (vec![("[1]", 9), ("1", 1)], "list<int64>"),
            // Empty arrays, arrays of several types, of arrays and of objects are JSON text.
            (vec![("[]", 5)], "text"),
            (vec![(r#"["a",1]"#, 5)], "text"),
            (vec![("[[1]]", 5)], "text"),
            (vec![("[{}]", 5)], "text"),
            (vec![("{}", 5)], "text"),
            (vec![("[1]", 8), ("1", 2)], "text"),
        ] {
            let rules = TypeRules { arrays: Arrays::List, ..TypeRules::default() };
            assert_eq!(type_with(rules, &values), ty, "{values:?}");
        }
    }
}
