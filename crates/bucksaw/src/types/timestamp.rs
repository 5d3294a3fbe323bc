//! Moments and days, and their text.

use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, Timelike as _};
use serde::{Deserialize, Serialize};

use crate::types::moment::Moment;

const NANOS_OF_SECOND: i64 = 1_000_000_000;

/// RFC 3339 with microseconds; plain microseconds for years that it can't write.
pub(crate) fn timestamp_text(micros: i64) -> String {
    text_in_unit(micros, TimeUnit::Micros)
}

/// The unit of moments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TimeUnit {
    /// Thousandths of a second.
    #[serde(rename = "ms")]
    Millis,
    /// Millionths of a second: what every reader knows.
    #[serde(rename = "us")]
    Micros,
    /// Billionths of a second, which some readers refuse.
    #[serde(rename = "ns")]
    Nanos,
}

/// RFC 3339 of a moment in this unit; the plain number for years that it can't write.
pub(crate) fn text_in_unit(value: i64, unit: TimeUnit) -> String {
    let per_second = unit.per_second();
    let nanos = value.rem_euclid(per_second) * unit.nanos();
    match DateTime::from_timestamp(value.div_euclid(per_second), nanos as u32) {
        Some(time) => time.to_rfc3339_opts(SecondsFormat::AutoSi, true),
        None => value.to_string(),
    }
}

impl TimeUnit {
    /// How many nanoseconds it has.
    pub(crate) fn nanos(self) -> i64 {
        match self {
            Self::Millis => 1_000_000,
            Self::Micros => 1_000,
            Self::Nanos => 1,
        }
    }

    /// How many of it a second has.
    pub(crate) fn per_second(self) -> i64 {
        NANOS_OF_SECOND / self.nanos()
    }
}

/// A moment in this unit since 1970, and the nanoseconds behind those; none beyond 64 bits.
#[inline]
pub(crate) fn in_unit(moment: Moment, unit: TimeUnit) -> Option<(i64, u32)> {
    match unit {
        TimeUnit::Micros => Some(moment.micros()),
        _ => {
            let nanos = i64::from(moment.nanos);
            let seconds = i128::from(moment.seconds) * i128::from(NANOS_OF_SECOND / unit.nanos());
            let value = i64::try_from(seconds + i128::from(nanos / unit.nanos())).ok()?;
            Some((value, (nanos % unit.nanos()) as u32))
        }
    }
}

/// A moment given in microseconds, in another unit, if it is a whole number of it.
pub(crate) fn from_micros(micros: i64, unit: TimeUnit) -> Option<i64> {
    let micro = TimeUnit::Micros.nanos();
    match unit {
        TimeUnit::Nanos => micros.checked_mul(micro),
        _ => {
            let factor = unit.nanos() / micro;
            (micros % factor == 0).then_some(micros / factor)
        }
    }
}

/// The days since 1970 of a date: of four digits for the year, two for the month and two for the day.
pub(crate) fn days_from_text(text: &str) -> Option<i32> {
    let is_plain = text.bytes().enumerate().all(|(index, byte)| match index {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    if text.len() != 10 || !is_plain {
        return None;
    }
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    i32::try_from(date.signed_duration_since(NaiveDate::default()).num_days()).ok()
}

/// The time of day that a text like `07:05:09.25` is, in this unit, if it is a whole number of it.
pub(crate) fn time_from_text(text: &str, unit: TimeUnit) -> Option<i64> {
    // A leap second has no number.
    let time = NaiveTime::parse_from_str(text, "%H:%M:%S%.f").ok()?;
    let nanos = i64::from(time.nanosecond());
    let is_plain = text.as_bytes().get(2) == Some(&b':') && nanos < NANOS_OF_SECOND;
    let nanos = i64::from(time.num_seconds_from_midnight()) * NANOS_OF_SECOND + nanos;
    (is_plain && nanos % unit.nanos() == 0).then_some(nanos / unit.nanos())
}

/// The local time that a text like `2026-11-28T07:05:09.25` is, with a space or a `T`, since 1970 in this unit, if it is a
/// whole number of it.
pub(crate) fn local_from_text(text: &str, unit: TimeUnit) -> Option<i64> {
    let (date, time) = text.split_at_checked(10)?;
    let time = time.strip_prefix(['T', 't', ' '])?;
    let per_day = 86_400 * (NANOS_OF_SECOND / unit.nanos());
    i64::from(days_from_text(date)?).checked_mul(per_day)?.checked_add(time_from_text(time, unit)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_day_and_of_no_zone_are_read_from_their_text() {
        for (text, unit, time) in [
            ("07:05:09.25", TimeUnit::Millis, Some(25_509_250)),
            ("07:05:09.25", TimeUnit::Nanos, Some(25_509_250_000_000)),
            ("00:00:00", TimeUnit::Micros, Some(0)),
            ("23:59:59.999999999", TimeUnit::Nanos, Some(86_399_999_999_999)),
            ("23:59:59.999999999", TimeUnit::Micros, None),
            ("23:59:60", TimeUnit::Micros, None),
            ("24:00:00", TimeUnit::Micros, None),
            ("7:05:09", TimeUnit::Micros, None),
            ("07:05", TimeUnit::Micros, None),
            ("07:05:09Z", TimeUnit::Micros, None),
        ] {
            assert_eq!(time_from_text(text, unit), time, "{text}");
        }
        for (text, micros) in [
            ("1970-01-02T00:00:00.5", Some(86_400_500_000)),
            ("1969-12-31 23:59:59", Some(-1_000_000)),
            ("1970-01-01T00:00:00Z", None),
            ("1970-01-01", None),
            ("é970-01-01T00:00:00", None),
        ] {
            assert_eq!(local_from_text(text, TimeUnit::Micros), micros, "{text}");
        }
        assert_eq!(local_from_text("1600-01-01T00:00:00", TimeUnit::Nanos), None);
    }

    /// The moment that a text names, in a unit, if it names a whole number of it.
    fn timestamp_from_text(text: &str, unit: TimeUnit) -> Option<i64> {
        let (value, rest) = in_unit(Moment::from_text(text)?, unit)?;
        (rest == 0).then_some(value)
    }

    #[test]
    fn timestamps_read_back_from_their_text() {
        for micros in [0, -1, 1_700_000_000_123_456, -62_135_596_800_000_000] {
            let text = timestamp_text(micros);
            assert_eq!(timestamp_from_text(&text, TimeUnit::Micros), Some(micros));
        }
        let with_nanos = "2024-01-01T00:00:00.123456789Z";
        assert_eq!(
            timestamp_from_text(with_nanos, TimeUnit::Micros),
            None,
            "nanoseconds would be lost"
        );
        assert_eq!(
            timestamp_from_text(with_nanos, TimeUnit::Nanos),
            Some(1_704_067_200_123_456_789)
        );
        let before = "1969-12-31T23:59:59.999Z";
        assert_eq!(timestamp_from_text(before, TimeUnit::Millis), Some(-1));
        assert_eq!(timestamp_from_text(before, TimeUnit::Nanos), Some(-1_000_000));
        assert_eq!(
            timestamp_from_text("1600-01-01T00:00:00Z", TimeUnit::Nanos),
            None,
            "beyond 64 bits"
        );
        for unit in [TimeUnit::Micros, TimeUnit::Nanos] {
            let leap = timestamp_from_text("2016-12-31T23:59:60Z", unit);
            assert_eq!(leap, None, "a leap second would become another second");
        }
    }

    #[test]
    fn microseconds_become_other_units_where_whole() {
        assert_eq!(from_micros(-2_000, TimeUnit::Millis), Some(-2));
        assert_eq!(from_micros(2_001, TimeUnit::Millis), None);
        assert_eq!(from_micros(-7, TimeUnit::Nanos), Some(-7_000));
        assert_eq!(from_micros(i64::MAX, TimeUnit::Nanos), None);
    }

    #[test]
    fn dates_have_one_spelling() {
        for (text, days) in [
            ("1970-01-01", 0),
            ("1969-12-31", -1),
            ("2026-11-28", 20_785),
            ("0001-01-01", -719_162),
        ] {
            assert_eq!(days_from_text(text), Some(days), "{text}");
        }
        for text in [
            "2026-2-03",
            "2026-02-30",
            "2026-02-03T00:00:00Z",
            " 2026-02-3",
            "+026-02-03",
            "20260203",
            "2026/02/03",
        ] {
            assert_eq!(days_from_text(text), None, "{text}");
        }
    }
}
