//! Times in formats that users give.

use chrono::format::{Fixed, Item, Numeric, Parsed, StrftimeItems, parse};
use chrono::{DateTime, NaiveDate};

use crate::types::moment::Moment;

/// Digits behind a point that have a unit.
const NANO_DIGITS: usize = 9;

/// A format of chrono's, with what it needs for a moment.
#[derive(Clone, Debug)]
pub(crate) struct TimeFormat {
    items: Vec<Item<'static>>,
    has_offset: bool,
    has_fraction: bool,
}

/// What a format found in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Moment(Moment),
    /// Seconds since 1970-01-01T00:00:00 of a local time, and the nanoseconds behind them.
    Local(i64, u32),
}

impl TimeFormat {
    /// Reads a format, and says what is wrong with it.
    pub(crate) fn new(format: &str) -> Result<Self, String> {
        let items = StrftimeItems::new(format)
            .parse_to_owned()
            .map_err(|_| format!("{format:?} is no format of times"))?;
        for item in &items {
            match item {
                Item::Numeric(Numeric::Nanosecond, _) => {
                    return Err(format!(
                        "%f in {format:?} counts nanoseconds: use %.f for a fraction behind a point, or %3f, %6f or \
                         %9f for as many digits"
                    ));
                }
                Item::Fixed(Fixed::TimezoneName) => {
                    return Err(format!(
                        "%Z in {format:?} is a name, which says no offset: use %z for an offset"
                    ));
                }
                _ => {}
            }
        }
        // What it reads of a text that it made itself is what it has.
        let mut known = Self { items, has_offset: false, has_fraction: false };
        let parsed = known.sample().ok_or_else(|| format!("{format:?} does not read back"))?;
        known.has_offset = parsed.offset().is_some() || parsed.timestamp().is_some();
        known.has_fraction = parsed.nanosecond().is_some();
        match known.found(&parsed) {
            Some(_) => Ok(known),
            None => Err(format!(
                "{format:?} is no moment: it needs a year, a month, a day, hours and minutes, as %Y-%m-%d %H:%M:%S has them"
            )),
        }
    }

    fn sample(&self) -> Option<Parsed> {
        use std::fmt::Write as _;
        let sample =
            NaiveDate::from_ymd_opt(2026, 11, 28)?.and_hms_nano_opt(7, 5, 9, 123_456_789)?;
        let sample: DateTime<chrono::FixedOffset> = sample.and_utc().fixed_offset();
        let mut text = String::new();
        write!(text, "{}", sample.format_with_items(self.items.iter())).ok()?;
        self.parsed(&text)
    }

    fn parsed(&self, text: &str) -> Option<Parsed> {
        let mut parsed = Parsed::new();
        parse(&mut parsed, text, self.items.iter()).ok()?;
        Some(parsed)
    }

    /// Whether it says what the offset from UTC is.
    pub(crate) fn has_offset(&self) -> bool {
        self.has_offset
    }

    /// What `text` says by this format. A leap second is nothing, and so are more than nine digits behind a point, unless
    /// zeros.
    pub(crate) fn read(&self, text: &str) -> Option<Found> {
        if self.has_fraction && has_more_digits(text) {
            return None;
        }
        self.found(&self.parsed(text)?)
    }

    fn found(&self, parsed: &Parsed) -> Option<Found> {
        if self.has_offset {
            let time = parsed.to_datetime().ok()?;
            let (seconds, nanos) = (time.timestamp(), time.timestamp_subsec_nanos());
            let is_utc = time.offset().local_minus_utc() == 0;
            return Moment::new(seconds, nanos, is_utc).map(Found::Moment);
        }
        let local = parsed.to_naive_datetime_with_offset(0).ok()?.and_utc();
        let nanos = local.timestamp_subsec_nanos();
        (nanos < 1_000_000_000).then(|| Found::Local(local.timestamp(), nanos))
    }
}

/// Whether more than nine digits are behind a point, which chrono would leave out.
fn has_more_digits(text: &str) -> bool {
    text.split('.').skip(1).any(|rest| {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).skip(NANO_DIGITS);
        digits.into_iter().any(|digit| digit != b'0')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(format: &str, text: &str) -> Option<Found> {
        TimeFormat::new(format).expect(format).read(text)
    }

    fn moment(seconds: i64, nanos: u32, is_utc: bool) -> Option<Found> {
        Some(Found::Moment(Moment { seconds, nanos, is_utc }))
    }

    #[test]
    fn formats_read_what_producers_write() {
        let at = 1_795_849_509;
        let nginx = "%d/%b/%Y:%H:%M:%S %z";
        assert_eq!(read(nginx, "28/Nov/2026:07:05:09 +0000"), moment(at, 0, true));
        assert_eq!(read(nginx, "28/Nov/2026:09:05:09 +0200"), moment(at, 0, false));
        let python = "%Y-%m-%d %H:%M:%S,%3f";
        assert_eq!(read(python, "2026-11-28 07:05:09,250"), Some(Found::Local(at, 250_000_000)));
        let fraction = "%Y-%m-%dT%H:%M:%S%.f";
        assert_eq!(read(fraction, "2026-11-28T07:05:09"), Some(Found::Local(at, 0)));
        assert_eq!(
            read(fraction, "2026-11-28T07:05:09.123456789000"),
            Some(Found::Local(at, 123_456_789))
        );
        assert_eq!(read("%s%.f", "1795849509.5"), moment(at, 500_000_000, true));
        assert_eq!(
            read("%a, %d %b %Y %I:%M %p %:z", "Sat, 28 Nov 2026 07:05 AM +00:00"),
            moment(at - 9, 0, true)
        );
    }

    #[test]
    fn what_says_no_moment_is_nothing() {
        let format = "%Y-%m-%d %H:%M:%S%.f %z";
        for text in [
            "",
            "2026-11-28 07:05:09",
            "2026-11-28 07:05:09 +0000 ",
            "2026-11-28 07:05:60 +0000",
            "2026-02-30 07:05:09 +0000",
            "2026-11-28 07:05:09.1234567891 +0000",
            "0000-11-28 07:05:09 +0000",
            "0001-01-01 00:00:00 +0100",
        ] {
            assert_eq!(read(format, text), None, "{text}");
        }
        // The day of the week is another.
        assert_eq!(read("%a %Y-%m-%d %H:%M %z", "Sun 2026-11-28 07:05 +0000"), None);
    }

    #[test]
    fn formats_that_make_no_moment_are_told() {
        for (format, why) in [
            ("%Y-%m-%d", "needs a year"),
            ("%H:%M:%S %z", "needs a year"),
            ("%b %e %H:%M:%S", "needs a year"),
            ("%Y-%m-%d %I:%M:%S %z", "needs a year"),
            ("%Y-%m-%d %H:%M:%S.%f", "%3f, %6f or %9f"),
            ("%Y-%m-%d %H:%M:%S %Z", "use %z"),
            ("%Y-%m-%d %!", "is no format"),
        ] {
            let problem = TimeFormat::new(format).expect_err(format);
            assert!(problem.contains(why), "{problem}");
        }
        assert!(!TimeFormat::new("%Y-%m-%d %H:%M:%S").expect("a format").has_offset());
        assert!(TimeFormat::new("%s").expect("a format").has_offset());
    }
}
