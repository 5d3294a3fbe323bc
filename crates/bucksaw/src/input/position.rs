//! How far an input was read, so that another run can go on there.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Format;
use crate::error::{Error, ErrorKind};

/// How far an input was read: all that is before has become rows, or was rejected. [`Input::position`](crate::Input::position) has it,
/// and [`InputOptions::behind`](crate::InputOptions::behind) goes on there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InputPosition {
    /// What it is read as.
    #[serde(serialize_with = "word_of", deserialize_with = "format_of")]
    pub format: Format,
    /// Bytes before it, after decompression.
    pub bytes: u64,
    /// The line that starts there, or goes on, from 1.
    pub line: u64,
    /// The byte at which that line starts.
    pub line_start: u64,
    /// Whether it is the source's end, as that was then.
    pub is_end: bool,
    /// Whether the last record before it was rejected, and may go on behind it.
    #[serde(default)]
    pub is_in_rejected: bool,
}

impl InputPosition {
    /// Whether what is added there later may go on with a record that has been read: the source ended without a newline, and not with
    /// JSON that is whole, or within a message.
    #[must_use]
    pub fn is_within_record(&self) -> bool {
        let is_json = matches!(self.format, Format::Ndjson | Format::JournaldJson);
        let is_of_messages = self.format.signal().is_some();
        let has_no_end = self.format.is_of_lines() && self.bytes != self.line_start;
        match is_json || is_of_messages {
            true => self.is_in_rejected && (has_no_end || is_of_messages),
            false => has_no_end,
        }
    }

    /// Whether a source that has grown can be read on from its old end.
    #[must_use]
    pub fn can_grow(&self) -> bool {
        !matches!(self.format, Format::Json | Format::Arrow | Format::Parquet)
            && !self.is_within_record()
    }

    /// Refuses what no source has.
    pub(super) fn validate(&self) -> Result<(), Error> {
        let Self { bytes, line, line_start, .. } = *self;
        if i64::try_from(bytes).is_ok() && line <= bytes + 1 && line_start <= bytes {
            return Ok(());
        }
        let message = format!(
            "no source was read up to byte {bytes}, in line {line}, which begins at byte {line_start}: the position is damaged"
        );
        Err(Error::new(ErrorKind::Options, message))
    }

    /// Whether reading can begin there with nothing known of what is before.
    pub(super) fn starts_anew(&self) -> bool {
        matches!(
            self.format,
            Format::Ndjson
                | Format::Text
                | Format::Logfmt
                | Format::JournaldJson
                | Format::JournaldExport
                | Format::Syslog
                | Format::EsBulk
        ) && !self.is_within_record()
    }
}

impl Format {
    /// Whether records end with chunks, so that reading can stop behind any of them that is not within something.
    pub(super) fn ends_anywhere(self) -> bool {
        !matches!(self, Self::Auto | Self::Json | Self::Arrow | Self::Parquet)
    }
}

fn word_of<S: Serializer>(format: &Format, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(format)
}

fn format_of<'de, D: Deserializer<'de>>(from: D) -> Result<Format, D::Error> {
    String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
}
