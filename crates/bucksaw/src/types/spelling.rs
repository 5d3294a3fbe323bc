//! How rows spell the values of declared columns whose types can be spelled in several ways.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::types::logical::ColumnType;
use crate::types::time_format::TimeFormat;

/// How rows spell the values of a declared column of bytes or of timestamps: a schema file's `"input"`.
///
/// ```
/// use bucksaw::Spelling;
/// assert_eq!("epoch_ms".parse(), Ok(Spelling::EpochMillis));
/// let nginx = Spelling::Format("%d/%b/%Y:%H:%M:%S %z".to_owned());
/// assert_eq!("%d/%b/%Y:%H:%M:%S %z".parse(), Ok(nginx));
/// assert!("epoch_minutes".parse::<Spelling>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Spelling {
    /// Bytes as base64 with its padding (RFC 4648, section 4).
    Base64,
    /// Bytes as hexadecimal digits, in either case.
    Hex,
    /// Times as RFC 3339 has them, `2026-11-28T07:05:09.25Z`. A space may stand for the `T`, and `+0000` for
    /// `+00:00`.
    Rfc3339,
    /// Seconds since 1970-01-01T00:00:00Z, as numbers or as text, with a fraction or without.
    EpochSeconds,
    /// Milliseconds, in the same way.
    EpochMillis,
    /// Microseconds, in the same way.
    EpochMicros,
    /// Nanoseconds, in the same way.
    EpochNanos,
    /// Times in a format of [chrono's](https://docs.rs/chrono/latest/chrono/format/strftime/), with a date, a time of
    /// day and an offset (`%z`). Without an offset it needs [`Options::assume_timezone`](crate::Options::assume_timezone).
    Format(String),
}

/// Spellings by their words.
const WORDS: [(&str, Spelling); 7] = [
    ("base64", Spelling::Base64),
    ("hex", Spelling::Hex),
    ("rfc3339", Spelling::Rfc3339),
    ("epoch_s", Spelling::EpochSeconds),
    ("epoch_ms", Spelling::EpochMillis),
    ("epoch_us", Spelling::EpochMicros),
    ("epoch_ns", Spelling::EpochNanos),
];

impl fmt::Display for Spelling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = WORDS.iter().find(|(_, spelling)| spelling == self).map(|(word, _)| *word);
        match (self, word) {
            (Self::Format(format), _) => f.write_str(format),
            (_, word) => f.write_str(word.unwrap_or_default()),
        }
    }
}

impl FromStr for Spelling {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some((_, spelling)) = WORDS.into_iter().find(|(word, _)| *word == text) {
            return Ok(spelling);
        }
        if !text.contains('%') {
            return Err(format!(
                "unknown input {text:?}: it is rfc3339, epoch_s, epoch_ms, epoch_us, epoch_ns or a format like \
                 %d/%b/%Y:%H:%M:%S %z for timestamps, base64 or hex for bytes"
            ));
        }
        TimeFormat::new(text)?;
        Ok(Self::Format(text.to_owned()))
    }
}

impl Spelling {
    /// Why values of this type can't be spelled so, if so.
    pub(crate) fn problem(&self, ty: &ColumnType) -> Option<String> {
        let is_of_bytes = matches!(self, Self::Base64 | Self::Hex);
        let fits = match ty.leaf() {
            ColumnType::Bytes | ColumnType::Fixed(_) => is_of_bytes,
            ColumnType::Timestamp(_) => !is_of_bytes,
            _ => false,
        };
        if !fits {
            return Some(format!("{ty} is not read from input {:?}", self.to_string()));
        }
        match self {
            Self::Format(format) => TimeFormat::new(format).err(),
            _ => None,
        }
    }

    /// Decimal digits between the unit of times since 1970 and nanoseconds; none of other spellings.
    pub fn epoch_digits(&self) -> Option<u8> {
        Some(match self {
            Self::EpochSeconds => 9,
            Self::EpochMillis => 6,
            Self::EpochMicros => 3,
            Self::EpochNanos => 0,
            _ => return None,
        })
    }

    /// Whether times spelled so say what their offset from UTC is.
    pub(crate) fn has_offset(&self) -> bool {
        match self {
            Self::Format(format) => TimeFormat::new(format).is_ok_and(|format| format.has_offset()),
            _ => true,
        }
    }
}

/// How text spells bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BytesSpelling {
    Base64,
    Hex,
}

impl BytesSpelling {
    /// The bytes that `text` spells.
    pub(crate) fn decode(self, text: &str) -> Option<Vec<u8>> {
        match self {
            Self::Base64 => BASE64.decode(text).ok(),
            Self::Hex => {
                let (pairs, rest) = text.as_bytes().as_chunks::<2>();
                let digit = |byte: u8| char::from(byte).to_digit(16);
                let byte = |[high, low]: &[u8; 2]| Some((digit(*high)? << 4 | digit(*low)?) as u8);
                rest.is_empty().then(|| pairs.iter().map(byte).collect()).flatten()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_one_spelling_each_but_for_the_case_of_digits() {
        let hex = |text| BytesSpelling::Hex.decode(text);
        assert_eq!(hex("00fFa7"), Some(vec![0, 255, 0xa7]));
        assert_eq!(hex(""), Some(vec![]));
        for text in ["0", "0g", "0x00", " 00", "+1", "\u{e9}"] {
            assert_eq!(hex(text), None, "{text}");
        }
        let base64 = |text| BytesSpelling::Base64.decode(text);
        assert_eq!(base64("AAEC"), Some(vec![0, 1, 2]));
        assert_eq!(base64("AA=="), Some(vec![0]));
        // Bits that no byte has, padding that lacks, white space.
        for text in ["AB==", "AA", "AA=", "AAEC\n", "A A="] {
            assert_eq!(base64(text), None, "{text}");
        }
    }

    #[test]
    fn spellings_are_read_as_they_are_written() {
        for (word, spelling) in WORDS {
            assert_eq!(word.parse(), Ok(spelling.clone()));
            assert_eq!(spelling.to_string(), word);
        }
        for text in ["", "epoch", "RFC3339", "iso", "%Q", "%Y-%m-%d", "%H:%M:%S %z"] {
            assert!(text.parse::<Spelling>().is_err(), "{text}");
        }
    }

    #[test]
    fn each_is_for_bytes_or_for_times() {
        let times: ColumnType = "list<timestamp(ns)>".parse().expect("a type");
        assert_eq!(Spelling::EpochNanos.problem(&times), None);
        assert!(Spelling::Hex.problem(&times).is_some());
        assert_eq!(Spelling::Hex.problem(&ColumnType::Fixed(3)), None);
        assert!(Spelling::Rfc3339.problem(&ColumnType::Bytes).is_some());
        assert!(Spelling::Rfc3339.problem(&ColumnType::Date).is_some());
    }
}
