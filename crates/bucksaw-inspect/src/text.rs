//! Values as readable text: dates, times, decimals, bytes.

use std::fmt::Write;

use arrow_array::types::{Decimal256Type, DecimalType};
use arrow_buffer::i256;
use chrono::{DateTime, NaiveDate, NaiveTime};

use super::json::Json;

/// Units of time: how many make a second.
pub(super) const MILLIS: i64 = 1_000;
pub(super) const MICROS: i64 = 1_000_000;
pub(super) const NANOS: i64 = 1_000_000_000;

/// A timestamp as RFC 3339, with "Z" only where it stands for an instant; the bare number where
/// the calendar ends.
pub(super) fn timestamp(value: i64, per_second: i64, utc: bool) -> Json {
    let seconds = value.div_euclid(per_second);
    let nanos = value.rem_euclid(per_second) * (NANOS / per_second);
    let moment =
        u32::try_from(nanos).ok().and_then(|nanos| DateTime::from_timestamp(seconds, nanos));
    match moment {
        Some(moment) => {
            let zone = if utc { "Z" } else { "" };
            Json::Text(format!("{}{zone}", moment.naive_utc().format("%Y-%m-%dT%H:%M:%S%.f")))
        }
        None => Json::Int(value),
    }
}

/// A day since 1970-01-01 as a date.
pub(super) fn date(days: i64) -> Json {
    let from_era = days.checked_add(719_163).and_then(|days| i32::try_from(days).ok());
    match from_era.and_then(NaiveDate::from_num_days_from_ce_opt) {
        Some(date) => Json::Text(date.to_string()),
        None => Json::Int(days),
    }
}

/// A time of day.
pub(super) fn time(value: i64, per_second: i64) -> Json {
    let seconds = u32::try_from(value.div_euclid(per_second)).ok();
    let nanos = u32::try_from(value.rem_euclid(per_second) * (NANOS / per_second)).ok();
    let time = seconds
        .zip(nanos)
        .and_then(|(seconds, nanos)| NaiveTime::from_num_seconds_from_midnight_opt(seconds, nanos));
    match time {
        Some(time) => Json::Text(time.format("%H:%M:%S%.f").to_string()),
        None => Json::Int(value),
    }
}

/// A decimal's unscaled value from big-endian bytes, if it isn't too long.
pub(super) fn unscaled(bytes: &[u8]) -> Option<i256> {
    let first = *bytes.first()?;
    let mut whole = [if first & 0x80 == 0 { 0 } else { 0xff }; 32];
    whole.get_mut(32_usize.checked_sub(bytes.len())?..)?.copy_from_slice(bytes);
    Some(i256::from_be_bytes(whole))
}

/// A decimal from its unscaled value as big-endian bytes; hexadecimal where it is too long.
pub(super) fn decimal(bytes: &[u8], scale: i32) -> Json {
    let text = match (unscaled(bytes), i8::try_from(scale)) {
        (Some(value), Ok(scale)) => {
            Decimal256Type::format_decimal(value, Decimal256Type::MAX_PRECISION, scale)
        }
        _ => hex(bytes),
    };
    Json::Text(text)
}

/// Bytes as lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a String doesn't fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// A UUID in its usual form; hexadecimal where it hasn't 16 bytes.
pub(super) fn uuid(bytes: &[u8]) -> String {
    let digits = hex(bytes);
    if bytes.len() != 16 {
        return digits;
    }
    let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    parts.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> Json {
        Json::Text(value.to_owned())
    }

    #[test]
    fn times_keep_their_digits_and_their_sign() {
        assert_eq!(timestamp(-1, MICROS, true), text("1969-12-31T23:59:59.999999Z"));
        assert_eq!(timestamp(1_700_000_000_000, MILLIS, false), text("2023-11-14T22:13:20"));
        assert_eq!(timestamp(i64::MAX, MILLIS, true), Json::Int(i64::MAX));
        assert_eq!(timestamp(i64::MIN, NANOS, true), text("1677-09-21T00:12:43.145224192Z"));
        assert_eq!(date(-1), text("1969-12-31"));
        assert_eq!(date(i64::MAX), Json::Int(i64::MAX));
        assert_eq!(time(86_399_999, MILLIS), text("23:59:59.999"));
        assert_eq!(time(86_400_000, MILLIS), Json::Int(86_400_000));
        assert_eq!(time(-1, MILLIS), Json::Int(-1));
    }

    #[test]
    fn decimals_keep_sign_and_scale() {
        assert_eq!(decimal(&[0xff], 2), text("-0.01"));
        assert_eq!(decimal(&12_345_i64.to_be_bytes(), 3), text("12.345"));
        assert_eq!(decimal(&[], 3), text(""));
        assert_eq!(decimal(&[1; 33], 0), text(&"01".repeat(33)));
    }

    #[test]
    fn uuids_have_their_dashes() {
        assert_eq!(uuid(&[0x12; 16]), "12121212-1212-1212-1212-121212121212");
        assert_eq!(uuid(&[0x12; 3]), "121212");
    }
}
