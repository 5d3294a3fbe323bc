//! What bytes are in files that Arrow has no type for.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::TimestampNanosecondType;
use arrow_array::{Array, ArrayRef, PrimitiveArray, StringArray};
use chrono::{DateTime, SecondsFormat};

use crate::types::logical::ColumnType;
use crate::types::timestamp::TimeUnit;

/// Where a field says what is to be made of its bytes, which Arrow has no type for.
pub(super) const KIND_KEY: &str = "bucksaw.kind";
/// Moments as a count of nanoseconds of a day and that day.
pub(super) const INT96: &str = "int96";
/// Months, days and milliseconds.
pub(super) const INTERVAL: &str = "interval";

const NANOS_OF_A_SECOND: i64 = 1_000_000_000;
const SECONDS_OF_A_DAY: i64 = 86_400;
/// The Julian day of 1970-01-01.
const JULIAN_DAY_OF_1970: i64 = 2_440_588;

/// What moments of 96 bits are: those that nanoseconds since 1970 hold, and text for others, where there are any.
pub(super) fn moments_of(
    array: &ArrayRef,
) -> ((ColumnType, ArrayRef), Option<(ColumnType, ArrayRef)>) {
    let values = array.as_fixed_size_binary_opt();
    let parts =
        |row: usize| values.filter(|values| values.is_valid(row)).map(|v| int96(v.value(row)));
    let nanos = |(day, nanos): (i64, i64)| {
        let of_days = day.checked_mul(SECONDS_OF_A_DAY)?.checked_mul(NANOS_OF_A_SECOND)?;
        of_days.checked_add(nanos)
    };
    let moments: PrimitiveArray<TimestampNanosecondType> =
        (0..array.len()).map(|row| parts(row).and_then(nanos)).collect();
    let text = |row: usize| {
        let (day, since) = parts(row).filter(|parts| nanos(*parts).is_none())?;
        Some(moment_text(day, since))
    };
    let others: Vec<Option<String>> = (0..array.len()).map(text).collect();
    let has_others = others.iter().any(Option::is_some);
    let others =
        has_others.then(|| (ColumnType::Text, Arc::new(StringArray::from(others)) as ArrayRef));
    let ty = ColumnType::Timestamp(TimeUnit::Nanos);
    ((ty, Arc::new(moments.with_timezone("UTC"))), others)
}

/// The day since 1970, and the nanoseconds since its start.
fn int96(bytes: &[u8]) -> (i64, i64) {
    let (nanos, day) = bytes.split_first_chunk::<8>().unwrap_or((&[0; 8], &[]));
    let day = day.first_chunk::<4>().map_or(0, |day| i32::from_le_bytes(*day));
    (i64::from(day) - JULIAN_DAY_OF_1970, i64::from_le_bytes(*nanos))
}

/// A moment as text: so many days since 1970, and nanoseconds since the day's start.
fn moment_text(day: i64, nanos: i64) -> String {
    let seconds = day
        .checked_mul(86_400)
        .and_then(|start| start.checked_add(nanos.div_euclid(1_000_000_000)));
    let moment = seconds.and_then(|seconds| {
        DateTime::from_timestamp(seconds, nanos.rem_euclid(1_000_000_000) as u32)
    });
    match moment {
        Some(moment) => moment.to_rfc3339_opts(SecondsFormat::AutoSi, true),
        None => format!("day {day} since 1970, and {nanos} ns"),
    }
}
