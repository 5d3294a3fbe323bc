//! Syslog: messages of [RFC 5424](https://www.rfc-editor.org/rfc/rfc5424) and
//! [RFC 3164](https://www.rfc-editor.org/rfc/rfc3164), also mixed, each on a line or behind its length in bytes
//! ([RFC 6587](https://www.rfc-editor.org/rfc/rfc6587)), as relays send and files keep them.

mod framing;
mod header;
mod message;
mod names;
mod time;

use chrono_tz::Tz;

pub(super) use self::framing::MessageEnds;
pub(super) use self::header::is_start;
use self::time::LocalTimes;
use super::lines::{Fault, ReadLine, Record};
use crate::coerce::builder::BorrowingBuilder;
use crate::error::{Error, ErrorKind, Result};

/// How syslog messages become rows.
///
/// ```
/// use bucksaw::{Format, Input, InputOptions, MemorySink, OnError, Options, SyslogOptions};
/// let lines = "<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8\n";
/// let syslog = SyslogOptions::new().year(2026).timezone("Europe/Berlin".to_owned());
/// let options = InputOptions::new().syslog(syslog);
/// let mut input = Input::open("lines", lines.as_bytes(), &options, OnError::Fail)?;
/// let mut writer = Options::new().write_to(MemorySink::new())?;
/// writer.write_input(&mut input)?;
/// assert_eq!(input.format(), Format::Syslog);
/// let names: Vec<&str> = writer.columns().iter().map(|column| column.name.as_str()).collect();
/// let expected = ["facility", "facility_name", "severity", "severity_name", "time", "hostname", "app_name", "message"];
/// assert_eq!(names, expected);
/// # Ok::<(), bucksaw::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SyslogOptions {
    /// The year of times that say none, as those of RFC 3164 don't. Default: unknown.
    pub year: Option<u16>,
    /// The time zone, by its name in the IANA database, of times that say none. Default: unknown.
    pub timezone: Option<String>,
}

impl SyslogOptions {
    /// The defaults: times without a year or a zone are text, in the column `local_time`.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`year`](#structfield.year).
    #[must_use]
    pub fn year(self, year: impl Into<Option<u16>>) -> Self {
        Self { year: year.into(), ..self }
    }

    /// Sets [`timezone`](#structfield.timezone).
    #[must_use]
    pub fn timezone(self, name: impl Into<Option<String>>) -> Self {
        Self { timezone: name.into(), ..self }
    }

    /// Every problem of these options at once.
    ///
    /// # Errors
    /// [`ErrorKind::Options`], with a line for each problem.
    pub fn validate(&self) -> Result<()> {
        let mut problems = Vec::new();
        if let Some(year) = self.year.filter(|year| !(1..=9999).contains(year)) {
            problems.push(format!("the year is {year}: it must be from 1 to 9999"));
        }
        if let Some(name) = self.timezone.as_ref().filter(|name| name.parse::<Tz>().is_err()) {
            problems.push(format!(
                "there is no time zone {name:?}: it is a name like Europe/Berlin, or UTC"
            ));
        }
        if problems.is_empty() {
            return Ok(());
        }
        Err(Error::of_problems(ErrorKind::Options, problems))
    }
}

/// Reads messages.
pub(super) struct SyslogReader {
    local_times: LocalTimes,
}

impl SyslogReader {
    pub(super) fn of(options: &SyslogOptions) -> Self {
        let zone = options.timezone.as_ref().and_then(|name| name.parse().ok());
        Self { local_times: LocalTimes::new(options.year, zone) }
    }
}

impl ReadLine for SyslogReader {
    fn record(&self, chunk: &[u8], start: usize) -> Record {
        framing::message(chunk, start).unwrap_or_else(|| Record::line(chunk, start))
    }

    fn read<'a>(&self, line: &'a str, row: &mut BorrowingBuilder<'_, 'a>) -> Result<(), Fault> {
        message::read(line, &self.local_times, row)
    }
}
