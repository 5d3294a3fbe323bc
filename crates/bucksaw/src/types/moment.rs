//! Moments, and RFC 3339 text.

/// The first second of the year 1, and the last of the year 9999, since 1970.
const FIRST_SECOND: i64 = -62_135_596_800;
const LAST_SECOND: i64 = 253_402_300_799;

const NANOS_OF_SECOND: u32 = 1_000_000_000;

/// A moment, and how its text gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub(crate) seconds: i64,
    /// Nanoseconds behind them.
    pub(crate) nanos: u32,
    /// Whether its zone has no offset from UTC.
    pub(crate) is_utc: bool,
}

impl Moment {
    /// The moment that an RFC 3339 text names, with a zone: `2026-11-28T07:05:09.25Z`. A space may stand for
    /// the `T`, and the zone go without its colon. A leap second, which has no number of seconds, is none, and
    /// so is more than nine digits behind the point, unless zeros, and a moment outside of the years 1 to 9999 in UTC.
    ///
    /// Source: RFC 3339, section 5.6.
    #[inline]
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let (start, rest) = bytes.split_first_chunk::<19>()?;
        let are_marks = start[4] == b'-'
            && start[7] == b'-'
            && matches!(start[10], b'T' | b't' | b' ')
            && start[13] == b':'
            && start[16] == b':';
        if !are_marks {
            return None;
        }
        // Whether all are digits is asked once, for all of them.
        let mut largest = 0;
        let mut pair = |at: usize| {
            let (tens, ones) = (start[at].wrapping_sub(b'0'), start[at + 1].wrapping_sub(b'0'));
            largest = largest.max(tens).max(ones);
            u32::from(tens) * 10 + u32::from(ones)
        };
        let year = pair(0) * 100 + pair(2);
        let (month, day) = (pair(5), pair(8));
        let (hour, minute, second) = (pair(11), pair(14), pair(17));
        let is_sound = largest < 10
            && (1..=12).contains(&month)
            && (1..=days_of(year, month)).contains(&day)
            && hour < 24
            && minute < 60
            && second < 60;
        if !is_sound {
            return None;
        }
        let (nanos, zone) = match rest.split_first() {
            Some((b'.', rest)) => fraction(rest)?,
            _ => (0, rest),
        };
        let offset = offset_minutes(zone)?;
        let seconds = i64::from(days_since_1970(year, month, day)) * 86_400
            + i64::from(hour * 3_600 + minute * 60 + second)
            - i64::from(offset) * 60;
        Self::new(seconds, nanos, offset == 0)
    }

    /// So many seconds since 1970, and nanoseconds behind them; none outside of the years 1 to 9999, and of a leap second,
    /// which has a billion nanoseconds or more.
    #[inline]
    pub(crate) fn new(seconds: i64, nanos: u32, is_utc: bool) -> Option<Self> {
        // An offset may lead out of the years that four digits have, which is where readers' calendars end.
        let is_in_calendar = (FIRST_SECOND..=LAST_SECOND).contains(&seconds);
        (is_in_calendar && nanos < NANOS_OF_SECOND).then_some(Self { seconds, nanos, is_utc })
    }

    /// So many nanoseconds since 1970.
    pub(crate) fn from_nanos(nanos: i128) -> Option<Self> {
        let second = i128::from(NANOS_OF_SECOND);
        let seconds = i64::try_from(nanos.div_euclid(second)).ok()?;
        Self::new(seconds, nanos.rem_euclid(second) as u32, true)
    }

    /// The same in microseconds, and the nanoseconds behind those.
    #[inline]
    pub(crate) fn micros(self) -> (i64, u32) {
        // Four digits of years are far from the bounds.
        (self.seconds * 1_000_000 + i64::from(self.nanos / 1_000), self.nanos % 1_000)
    }
}

#[inline]
fn digit(byte: u8) -> Option<u32> {
    let digit = byte.wrapping_sub(b'0');
    (digit < 10).then_some(digit.into())
}

#[inline]
fn pair(tens: u8, ones: u8) -> Option<u32> {
    Some(digit(tens)? * 10 + digit(ones)?)
}

/// Nanoseconds of the digits behind a point, of which there is one at least, and what comes after them.
#[inline]
fn fraction(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (mut nanos, mut unit, mut count) = (0, 100_000_000, 0);
    while let Some(digit) = bytes.get(count).map(|byte| byte.wrapping_sub(b'0'))
        && digit < 10
    {
        // Digits beyond the ninth have no unit.
        if unit == 0 && digit > 0 {
            return None;
        }
        nanos += u32::from(digit) * unit;
        unit /= 10;
        count += 1;
    }
    (count > 0).then(|| (nanos, &bytes[count..]))
}

/// Minutes that a zone is ahead of UTC.
fn offset_minutes(zone: &[u8]) -> Option<i32> {
    let (sign, hours, minutes) = match zone {
        [b'Z' | b'z'] => return Some(0),
        [sign, a, b, b':', c, d] | [sign, a, b, c, d] => (sign, pair(*a, *b)?, pair(*c, *d)?),
        _ => return None,
    };
    let minutes = (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)?.cast_signed();
    match sign {
        b'+' => Some(minutes),
        b'-' => Some(-minutes),
        _ => None,
    }
}

fn days_of(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the Gregorian calendar: years begin with March, so that leap days end them.
fn days_since_1970(year: u32, month: u32, day: u32) -> i32 {
    let (year, month) =
        if month > 2 { (year, month - 3) } else { (year.wrapping_sub(1), month + 9) };
    // Of the year 0 January and February are before the year that begins in its March.
    let year = year.cast_signed();
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    365 * year + leap_days + day_of_year.cast_signed() - 719_468
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;

    fn by_chrono(text: &str) -> Option<(i64, u32)> {
        let time = DateTime::parse_from_rfc3339(text).ok()?;
        // A leap second is told by more nanoseconds than a second has.
        let is_told = time.timestamp_subsec_nanos() < 1_000_000_000
            && (FIRST_SECOND..=LAST_SECOND).contains(&time.timestamp());
        is_told.then(|| (time.timestamp(), time.timestamp_subsec_nanos()))
    }

    fn ours(text: &str) -> Option<(i64, u32)> {
        Moment::from_text(text).map(|moment| (moment.seconds, moment.nanos))
    }

    #[test]
    fn zones_are_told() {
        for (text, is_utc) in [
            ("2026-11-28T07:05:09Z", true),
            ("2026-11-28 07:05:09.5z", true),
            ("2026-11-28t07:05:09+0000", true),
            ("2026-11-28T07:05:09-00:00", true),
            ("2026-11-28T09:05:09+02:00", false),
            ("2026-11-28T02:05:09-0500", false),
        ] {
            let moment = Moment::from_text(text).expect(text);
            assert_eq!((moment.seconds, moment.is_utc), (1_795_849_509, is_utc), "{text}");
        }
    }

    #[test]
    fn what_is_no_moment_is_none() {
        for text in [
            "",
            "2026-11-28",
            "2026-11-28T07:05:09",
            "2026-11-28T07:05Z",
            "2026-11-28T07:05:09.Z",
            "2026-11-28T07:05:09,5Z",
            "2026-11-28T07:05:09 Z",
            "2026-11-28T07:05:09+02",
            "2026-11-28T07:05:09+02:0",
            "2026-11-28T07:05:09+24:00",
            "2026-11-28T07:05:09~02:00",
            "2026-11-28T07:05:60Z",
            "2026-11-28T24:00:00Z",
            "2026-02-29T07:05:09Z",
            "2026-13-01T07:05:09Z",
            "2026-00-01T07:05:09Z",
            "2026-01-00T07:05:09Z",
            "26-11-28T07:05:09Z",
            "+2026-11-28T07:05:09Z",
            "2026-11-28T07:05:09.1234567891Z",
            "2026-11-28T07:05:09Z ",
            "2026-11-28T07:05:0\u{e9}",
        ] {
            assert_eq!(Moment::from_text(text), None, "{text}");
        }
        assert_eq!(ours("2026-11-28T07:05:09.1234567890Z"), Some((1_795_849_509, 123_456_789)));
        assert_eq!(ours("0001-01-01T00:00:00Z"), Some((FIRST_SECOND, 0)));
        assert_eq!(ours("9999-12-31T23:59:59.9Z"), Some((LAST_SECOND, 900_000_000)));
        for beyond in
            ["0000-01-01T00:00:00Z", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"]
        {
            assert_eq!(ours(beyond), None, "{beyond}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]
        #[test]
        fn moments_are_those_of_chrono(
            date in "(0000|0001|1600|19[0-9]{2}|20[0-9]{2}|2100|9999)-(0[0-9]|1[0-3])-([0-2][0-9]|3[0-2])",
            time in "([01][0-9]|2[0-4]):[0-6][0-9]:[0-6][0-9]",
            fraction in "|\\.[0-9]{1,9}",
            zone in "Z|[+-](0[0-9]|1[0-9]|2[0-4]):[0-6][0-9]",
            mark in "[T ]",
        ) {
            let text = format!("{date}{mark}{time}{fraction}{zone}");
            prop_assert_eq!(ours(&text), by_chrono(&text), "{}", text);
        }

        #[test]
        fn every_day_is_counted(days in -719_162_i64..2_932_897) {
            let time = DateTime::from_timestamp(days * 86_400, 0).expect("a day");
            let text = time.to_rfc3339();
            prop_assert_eq!(ours(&text), Some((days * 86_400, 0)), "{}", text);
        }

        #[test]
        fn nothing_panics(text in "\\PC{0,40}", at in 0..40_usize) {
            let _ = Moment::from_text(&text);
            let mut known = "2026-11-28T07:05:09.123456789+02:00".to_owned();
            known.truncate(at);
            let _ = Moment::from_text(&known);
        }
    }
}
