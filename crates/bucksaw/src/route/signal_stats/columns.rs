//! Which columns are meant, and their times in a slice's rows.

use crate::block::mixed::Mixed;
use crate::block::texts::each;
use crate::block::{BlockSlice, ValuesSlice};
use crate::report::signal_stats::COUNT_SECONDS;
#[cfg(feature = "arrow")]
use crate::route::arrays;
use crate::schema::{ColumnId, ColumnType, Schema};
use crate::types::moment::Moment;
use crate::types::path;
use crate::types::value::Value;

/// What columns of times are called.
pub(super) const TIMES: &[&[&str]] = &[
    &["time"],
    &["timestamp"],
    &["@timestamp"],
    &["ts"],
    &["chq_timestamp"],
    &["Timestamp"],
    &["TimeUnix"],
];

/// A column that is looked for until a table has it: by the name that an option gives it, or by the first of these paths.
#[derive(Debug)]
pub(super) struct Wanted {
    named: Option<String>,
    paths: &'static [&'static [&'static str]],
    found: Option<ColumnId>,
}

impl Wanted {
    pub(super) fn new(named: Option<String>, paths: &'static [&'static [&'static str]]) -> Self {
        Self { named, paths, found: None }
    }

    /// The column, if the table has it by now.
    pub(super) fn find(&mut self, schema: &Schema) -> Option<ColumnId> {
        if self.found.is_none() {
            self.found = match &self.named {
                Some(named) => schema.find_named(named),
                None => self
                    .paths
                    .iter()
                    .find_map(|names| schema.find(&path::of_names(names.iter().copied()))),
            };
        }
        self.found
    }

    /// Its name in the file, if it was found.
    pub(super) fn name<'s>(&self, schema: &'s Schema) -> Option<&'s str> {
        Some(&schema.column(self.found?).name)
    }
}

/// Does something with the number of ten seconds that each row's time is in.
pub(super) fn each_interval(
    rows: &BlockSlice<'_, '_>,
    column: Option<ColumnId>,
    schema: &Schema,
    mut then: impl FnMut(Option<i64>),
) {
    let slice = column.and_then(|id| Some((id, rows.column(id)?)));
    let Some((id, slice)) = slice else {
        return (0..rows.rows()).for_each(|_| then(None));
    };
    let mut last = LastInterval::default();
    match (slice.values(), &schema.column(id).ty) {
        (ValuesSlice::I64(values), Some(ColumnType::Timestamp(unit))) => {
            let per_interval = COUNT_SECONDS * 1_000_000_000 / unit.nanos();
            each(&slice, values, |value| then(value.map(|value| last.of(*value, per_interval))));
        }
        (ValuesSlice::Text(values), _) => {
            each(&slice, values, |value| then(value.and_then(|text| interval_of_text(text))));
        }
        (ValuesSlice::Mixed(values), _) => each(&slice, values.0, |value| {
            then(match value {
                Some(Mixed::Text(text) | Mixed::Untyped(text)) => interval_of_text(text),
                Some(Mixed::Plain(Value::Timestamp(micros))) => {
                    Some(micros.div_euclid(COUNT_SECONDS * 1_000_000))
                }
                _ => None,
            });
        }),
        #[cfg(feature = "arrow")]
        (ValuesSlice::Arrow(array), Some(ColumnType::Timestamp(unit))) => {
            let per_interval = COUNT_SECONDS * 1_000_000_000 / unit.nanos();
            arrays::each_i64(array, |value| {
                then(value.map(|value| last.of(value, per_interval)));
            });
        }
        _ => (0..rows.rows()).for_each(|_| then(None)),
    }
}

fn interval_of_text(text: &str) -> Option<i64> {
    Some(Moment::from_text(text)?.seconds.div_euclid(COUNT_SECONDS))
}

/// The last interval that was asked for, since divisions take time, and rows mostly come in the order of theirs.
#[derive(Default)]
struct LastInterval {
    values: std::ops::Range<i64>,
    interval: i64,
}

impl LastInterval {
    #[inline]
    fn of(&mut self, value: i64, per_interval: i64) -> i64 {
        if !self.values.contains(&value) {
            self.interval = value.div_euclid(per_interval);
            let start = self.interval.saturating_mul(per_interval);
            self.values = start..start.saturating_add(per_interval);
        }
        self.interval
    }
}
