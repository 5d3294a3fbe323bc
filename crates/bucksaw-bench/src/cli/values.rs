//! Values of options that are read from text, and defaults.

use std::fmt;
use std::str::FromStr;

use bytesize::ByteSize;

/// Rounds unless told.
pub(crate) const DEFAULT_ROUNDS: usize = 5;
/// Rows in one call of a writer unless told: those of the published benchmark's batches.
pub(crate) const DEFAULT_CALL_ROWS: u64 = 1_000;
/// What a worker costs in a month unless told: that of the published sizing.
pub(crate) const DEFAULT_PRICE: f64 = 50.0;

/// A number of rows, read from text as `900`, `10K`, `1.5M` or `2G`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Count(pub(crate) u64);

impl FromStr for Count {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let unit = match text.chars().last().map(|letter| letter.to_ascii_uppercase()) {
            Some('K') => 1e3,
            Some('M') => 1e6,
            Some('G') => 1e9,
            _ => 1.0,
        };
        let digits = if unit > 1.0 { &text[..text.len() - 1] } else { text };
        let number = digits.parse::<f64>().ok().map(|number| (number * unit).round());
        match number.filter(|number| (0.0..9e15).contains(number)) {
            Some(number) => Ok(Self(number as u64)),
            None => Err("a number is expected, such as 900, 10K or 1.5M".to_owned()),
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => write!(f, "0"),
            rows if rows % 1_000_000 == 0 => write!(f, "{}M", rows / 1_000_000),
            rows if rows % 1_000 == 0 => write!(f, "{}K", rows / 1_000),
            rows => write!(f, "{rows}"),
        }
    }
}

/// A throughput that was measured elsewhere: `NAME=ROWS[,SIZE]`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Given(pub(crate) Speed);

/// What one core does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Speed {
    /// Of the backend.
    pub(crate) name: String,
    /// In a second, on one core.
    pub(crate) rows_per_second: f64,
    /// Bytes of memory that a writer on one core takes, where that is known.
    pub(crate) memory_bytes: Option<u64>,
}

impl FromStr for Given {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let advice = "NAME=ROWS or NAME=ROWS,SIZE is expected, such as arrow=93113,2.5GiB";
        let (name, figures) = text.split_once('=').ok_or(advice)?;
        let (rows, memory) = match figures.split_once(',') {
            Some((rows, memory)) => (rows, Some(memory.parse::<ByteSize>()?.as_u64())),
            None => (figures, None),
        };
        let Count(rows) = rows.parse()?;
        if name.is_empty() || rows == 0 {
            return Err(advice.to_owned());
        }
        let rows_per_second = rows as f64;
        Ok(Self(Speed { name: name.to_owned(), rows_per_second, memory_bytes: memory }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_read_back_and_refuse_what_is_none() {
        for (text, rows) in [("900", 900), ("10K", 10_000), ("10k", 10_000), ("1.5M", 1_500_000)] {
            assert_eq!(text.parse(), Ok(Count(rows)));
        }
        for rows in [0, 1, 900, 10_000, 25_000, 1_000_000, 1_000_001] {
            assert_eq!(Count(rows).to_string().parse(), Ok(Count(rows)));
        }
        for text in ["", "K", "-1", "many", "1e300", "NaN", "10€"] {
            assert!(text.parse::<Count>().is_err(), "{text}");
        }
    }
}
