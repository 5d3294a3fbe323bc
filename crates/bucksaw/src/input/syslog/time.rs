//! Times of RFC 3164, which say neither a year nor a zone.

use bumpalo::Bump;
use chrono_tz::Tz;

use crate::types::item::Item;
use crate::types::logical::ColumnType;
use crate::types::reading::Reading;
use crate::types::spelling::Spelling;
use crate::types::timestamp::{TimeUnit, timestamp_text};
use crate::types::value::Value;

pub(super) const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Reads local times.
pub(super) struct LocalTimes {
    year: Option<u16>,
    /// Where they are, if that is known.
    reading: Option<Reading>,
}

impl LocalTimes {
    pub(super) fn new(year: Option<u16>, zone: Option<Tz>) -> Self {
        let ty = ColumnType::Timestamp(TimeUnit::Micros);
        let reading =
            zone.map(|zone| Reading::of_declared(&ty, Some(&Spelling::Rfc3339), Some(zone)));
        Self { year, reading }
    }

    /// The moment of a local time, in RFC 3339; none where its year or zone is not known, or it has not one moment.
    pub(super) fn moment<'a>(&self, time: &LocalTime, arena: &'a Bump) -> Option<&'a str> {
        let year = time.year.or(self.year)?;
        let LocalTime { month, day, clock, .. } = time;
        let local = format!("{year:04}-{month:02}-{day:02}T{clock}");
        let times = self.reading.as_ref()?.times()?;
        let moment = times.read(Item::Value(Value::Text(&local)))?.ok()?;
        let (micros, nanos) = moment.micros();
        (nanos == 0).then(|| &*arena.alloc_str(&timestamp_text(micros)))
    }
}

/// A time as RFC 3164 has it, `Oct 11 22:14:15`, or with a fraction or, as some devices send it, with a year behind the day.
pub(super) struct LocalTime<'t> {
    year: Option<u16>,
    month: usize,
    day: u8,
    /// With its fraction.
    clock: &'t str,
}

/// The local time at the start of a text, and how long it is.
pub(super) fn local_time(text: &str) -> Option<(LocalTime<'_>, usize)> {
    let month = MONTHS.iter().position(|month| text.starts_with(month))? + 1;
    let rest = text[3..].strip_prefix(' ')?;
    let rest = rest.strip_prefix(' ').unwrap_or(rest);
    let (day, rest) = number(rest, 2)?;
    let mut rest = rest.strip_prefix(' ')?;
    let mut year = None;
    if let Some((known, behind)) = number(rest, 4)
        && let Some(behind) = behind.strip_prefix(' ')
    {
        (year, rest) = (Some(known), behind);
    }
    let len = rest.find([' ', ':']).map_or(rest.len(), |_| clock_len(rest));
    let clock = &rest[..len];
    let is_clock = clock.len() >= 8 && clock.as_bytes()[2] == b':' && clock.as_bytes()[5] == b':';
    let at = text.len() - rest.len() + len;
    let day = u8::try_from(day).ok().filter(|day| (1..=31).contains(day))?;
    is_clock.then_some((LocalTime { year, month, day, clock }, at))
}

/// How many bytes `22:14:15` or `22:14:15.123` has.
fn clock_len(text: &str) -> usize {
    let bytes = text.as_bytes();
    let len =
        bytes.iter().take(8).take_while(|byte| byte.is_ascii_digit() || **byte == b':').count();
    let fraction = bytes.get(len + 1..).unwrap_or_default();
    let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if bytes.get(len) == Some(&b'.') && digits > 0 { len + 1 + digits } else { len }
}

/// The number of so many digits at the most, one at least, and what is behind it.
fn number(text: &str, most: usize) -> Option<(u16, &str)> {
    let digits = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    Some((text[..digits].parse().ok()?, &text[digits..]))
}
