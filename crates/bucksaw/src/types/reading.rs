//! How text and numbers are read as values of a declared column's type.

use std::sync::Arc;

use chrono::{DateTime, LocalResult, TimeZone as _};
use chrono_tz::Tz;

use crate::types::decimal::decimal_from_text;
use crate::types::item::Item;
use crate::types::logical::{ColumnType, MAX_DECIMAL_PRECISION};
use crate::types::moment::Moment;
use crate::types::spelling::{BytesSpelling, Spelling};
use crate::types::time_format::{Found, TimeFormat};
use crate::types::value::Value;

/// See the module.
#[derive(Clone, Debug)]
pub(crate) enum Reading {
    /// As the type is spelled.
    Plain,
    Bytes(BytesSpelling),
    Times(Arc<TimeReading>),
}

impl Reading {
    /// Of a column that was declared so; local times are those of `zone`.
    pub(crate) fn of_declared(
        ty: &ColumnType,
        spelling: Option<&Spelling>,
        zone: Option<Tz>,
    ) -> Self {
        let is_of_times = matches!(ty.leaf(), ColumnType::Timestamp(_));
        Self::new(spelling.or(is_of_times.then_some(&Spelling::Rfc3339)), zone)
    }

    fn new(spelling: Option<&Spelling>, zone: Option<Tz>) -> Self {
        let times = |form| Self::Times(Arc::new(TimeReading { form, zone }));
        let epoch = |digits| times(TimeForm::Epoch { digits });
        match spelling {
            None => Self::Plain,
            Some(Spelling::Base64) => Self::Bytes(BytesSpelling::Base64),
            Some(Spelling::Hex) => Self::Bytes(BytesSpelling::Hex),
            Some(Spelling::Rfc3339) => times(TimeForm::Rfc3339),
            Some(Spelling::EpochSeconds) => epoch(9),
            Some(Spelling::EpochMillis) => epoch(6),
            Some(Spelling::EpochMicros) => epoch(3),
            Some(Spelling::EpochNanos) => epoch(0),
            // What is no format was refused with the schema.
            Some(Spelling::Format(format)) => match TimeFormat::new(format) {
                Ok(format) => times(TimeForm::Format(format)),
                Err(_) => Self::Plain,
            },
        }
    }

    /// RFC 3339 with a zone.
    pub(crate) fn rfc3339() -> Self {
        Self::new(Some(&Spelling::Rfc3339), None)
    }

    pub(crate) fn bytes(&self) -> Option<BytesSpelling> {
        match self {
            Self::Bytes(spelling) => Some(*spelling),
            _ => None,
        }
    }

    pub(crate) fn times(&self) -> Option<&TimeReading> {
        match self {
            Self::Times(times) => Some(times),
            _ => None,
        }
    }
}

/// How times are read.
#[derive(Debug)]
pub(crate) struct TimeReading {
    form: TimeForm,
    /// Where local times are.
    zone: Option<Tz>,
}

#[derive(Debug)]
enum TimeForm {
    Rfc3339,
    Epoch {
        /// Decimal digits between the unit and nanoseconds.
        digits: u8,
    },
    Format(TimeFormat),
}

/// Why a text is no moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoMoment {
    /// It spells none.
    Unspelled,
    /// It is a local time that its zone has twice, or not at all.
    Ambiguous,
}

impl TimeReading {
    /// The moment that an item is; none of items that are not looked at.
    #[inline]
    pub(crate) fn read(&self, item: Item<'_>) -> Option<Result<Moment, NoMoment>> {
        match (&self.form, item) {
            (TimeForm::Rfc3339, Item::Value(Value::Text(text))) => {
                Some(match Moment::from_text(text) {
                    Some(moment) => Ok(moment),
                    None => self.local_from_text(text),
                })
            }
            (TimeForm::Format(format), Item::Value(Value::Text(text))) => {
                Some(match format.read(text) {
                    Some(Found::Moment(moment)) => Ok(moment),
                    Some(Found::Local(seconds, nanos)) => self.local(seconds, nanos),
                    None => Err(NoMoment::Unspelled),
                })
            }
            (TimeForm::Epoch { digits }, _) => {
                let nanos = nanos_since_epoch(item, *digits)?;
                Some(nanos.and_then(Moment::from_nanos).ok_or(NoMoment::Unspelled))
            }
            _ => None,
        }
    }

    /// The moment of a local time that is RFC 3339 but for its zone.
    #[cold]
    fn local_from_text(&self, text: &str) -> Result<Moment, NoMoment> {
        let known = self.zone.and_then(|_| Moment::from_text(&format!("{text}Z")));
        let local = known.ok_or(NoMoment::Unspelled)?;
        self.local(local.seconds, local.nanos)
    }

    fn local(&self, seconds: i64, nanos: u32) -> Result<Moment, NoMoment> {
        let zone = self.zone.ok_or(NoMoment::Unspelled)?;
        let local = DateTime::from_timestamp(seconds, 0).ok_or(NoMoment::Unspelled)?;
        match zone.from_local_datetime(&local.naive_utc()) {
            LocalResult::Single(time) => {
                let is_utc = time.timestamp() == seconds;
                Moment::new(time.timestamp(), nanos, is_utc).ok_or(NoMoment::Unspelled)
            }
            LocalResult::Ambiguous(..) | LocalResult::None => Err(NoMoment::Ambiguous),
        }
    }
}

/// Nanoseconds since 1970 of a number, or a text that spells one, in a unit of so many digits more; the inner is none where
/// it is no whole number of them. None of items that are neither.
fn nanos_since_epoch(item: Item<'_>, digits: u8) -> Option<Option<i128>> {
    let from_text = |text: &str| decimal_from_text(text, MAX_DECIMAL_PRECISION, digits);
    let from_integer = |integer: i128| Some(integer * 10_i128.pow(digits.into()));
    Some(match item {
        Item::Value(Value::I64(integer)) => from_integer(integer.into()),
        Item::Value(Value::I32(integer)) => from_integer(integer.into()),
        Item::Value(Value::U64(integer)) => from_integer(integer.into()),
        Item::Value(value @ (Value::F64(_) | Value::F32(_))) => from_text(&value.to_text()),
        Item::Double(text) | Item::Number(text) | Item::Value(Value::Text(text)) => from_text(text),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reading(spelling: &str, zone: Option<Tz>) -> Arc<TimeReading> {
        match Reading::new(Some(&spelling.parse().expect("a spelling")), zone) {
            Reading::Times(times) => times,
            other => unreachable!("{other:?}"),
        }
    }

    fn read(reading: &TimeReading, text: &str) -> Result<(i64, u32), NoMoment> {
        let read = reading.read(Item::Value(Value::Text(text))).expect("looked at");
        read.map(|moment| (moment.seconds, moment.nanos))
    }

    #[test]
    fn epochs_are_read_exactly() {
        let seconds = reading("epoch_s", None);
        for (text, moment) in [
            ("1767322800", (1_767_322_800, 0)),
            ("1767322800.742", (1_767_322_800, 742_000_000)),
            ("1767322800.123456789", (1_767_322_800, 123_456_789)),
            ("-0.000000001", (-1, 999_999_999)),
            ("1.7673228e9", (1_767_322_800, 0)),
            ("0", (0, 0)),
        ] {
            assert_eq!(read(&seconds, text), Ok(moment), "{text}");
        }
        for text in ["", "1767322800.1234567891", "1767322800932", "-62135596801", "1e300", "now"] {
            assert_eq!(read(&seconds, text), Err(NoMoment::Unspelled), "{text}");
        }
        let nanos = reading("epoch_ns", None);
        let item = Item::Value(Value::U64(1_767_322_800_000_000_001));
        let moment = Moment { seconds: 1_767_322_800, nanos: 1, is_utc: true };
        assert_eq!(nanos.read(item), Some(Ok(moment)));
        assert_eq!(nanos.read(Item::Value(Value::Bool(true))), None);
        assert_eq!(nanos.read(Item::Number("0.5")), Some(Err(NoMoment::Unspelled)));
    }

    #[test]
    fn local_times_are_those_of_their_zone() {
        let berlin = reading("rfc3339", Some(Tz::Europe__Berlin));
        assert_eq!(read(&berlin, "2026-01-02T03:00:00.5"), Ok((1_767_319_200, 500_000_000)));
        assert_eq!(read(&berlin, "2026-07-02 03:00:00"), Ok((1_782_954_000, 0)));
        assert_eq!(read(&berlin, "2026-01-02T03:00:00Z"), Ok((1_767_322_800, 0)));
        // The clocks go forward, and back.
        assert_eq!(read(&berlin, "2026-03-29T02:30:00"), Err(NoMoment::Ambiguous));
        assert_eq!(read(&berlin, "2026-10-25T02:30:00"), Err(NoMoment::Ambiguous));
        assert_eq!(read(&berlin, "2026-01-02"), Err(NoMoment::Unspelled));
        let unknown = reading("rfc3339", None);
        assert_eq!(read(&unknown, "2026-01-02T03:00:00"), Err(NoMoment::Unspelled));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        /// Whatever an integer of nanoseconds is written as, in each unit, is that integer.
        #[test]
        fn epochs_in_every_unit_are_the_same_moment(nanos in -62_135_596_800_000_000_000_i128..253_402_300_799_000_000_000) {
            for (spelling, digits) in [("epoch_s", 9_u32), ("epoch_ms", 6), ("epoch_us", 3), ("epoch_ns", 0)] {
                let unit = 10_u128.pow(digits);
                let (whole, fraction) = (nanos.unsigned_abs() / unit, nanos.unsigned_abs() % unit);
                let sign = if nanos < 0 { "-" } else { "" };
                let text = match digits {
                    0 => format!("{sign}{whole}"),
                    _ => format!("{sign}{whole}.{fraction:0width$}", width = digits as usize),
                };
                let read = read(&reading(spelling, None), &text);
                let expected = (nanos.div_euclid(1_000_000_000), nanos.rem_euclid(1_000_000_000));
                prop_assert_eq!(read.map(|(s, n)| (i128::from(s), i128::from(n))), Ok(expected), "{}", text);
            }
        }
    }
}
