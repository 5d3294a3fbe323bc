//! The choices that options are made of, each read from text as the command spells it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{DEFAULT_GZIP_LEVEL, DEFAULT_ZSTD_LEVEL, bad};
use crate::error::{Error, Result};

/// Which encoder turns blocks into Parquet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum BackendKind {
    /// From rows straight to pages; takes columns at any time.
    #[default]
    Direct,
    /// Arrow builders, record batches and the parquet crate's `ArrowWriter`; takes every type that
    /// Arrow has, and no column that appears after its first batch.
    #[cfg(feature = "arrow")]
    Arrow,
}

impl fmt::Display for BackendKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            #[cfg(feature = "arrow")]
            Self::Arrow => f.write_str("arrow"),
            Self::Direct => f.write_str("direct"),
        }
    }
}

impl FromStr for BackendKind {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            #[cfg(feature = "arrow")]
            "arrow" => Ok(Self::Arrow),
            #[cfg(not(feature = "arrow"))]
            "arrow" => Err(bad(
                "the backend arrow was not built in: build bucksaw with its feature `arrow`"
                    .to_owned(),
            )),
            "direct" => Ok(Self::Direct),
            _ => Err(bad(format!("unknown backend {text:?}: use direct or arrow"))),
        }
    }
}

/// How a column is called, which is the path that its values come from.
///
/// ```
/// use bucksaw::{Names, Options, StreamSink};
/// for (names, name) in [(Names::Sql, "http_status"), (Names::Dotted, "http.status")] {
///     let mut writer = Options::new().names(names).write_to(StreamSink::new(std::io::sink()))?;
///     writer.write_row([("http.status", 200)])?;
///     assert_eq!(writer.finish()?.files[0].columns[0].name, name);
/// }
/// # Ok::<(), bucksaw::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Names {
    /// So that SQL needs no quotes: the path's names with `_` between them, and `_` for every character but
    /// letters from A to Z and digits; one more before a digit at the start.
    #[default]
    Sql,
    /// The same in lower case, for readers that have all names so.
    LowerSql,
    /// The path's names as they are, with dots between them.
    Dotted,
}

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sql => f.write_str("sql"),
            Self::LowerSql => f.write_str("lower"),
            Self::Dotted => f.write_str("dotted"),
        }
    }
}

impl FromStr for Names {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "sql" => Ok(Self::Sql),
            "lower" => Ok(Self::LowerSql),
            "dotted" => Ok(Self::Dotted),
            _ => Err(bad(format!("unknown names {text:?}: use sql, lower or dotted"))),
        }
    }
}

/// What to do with values of columns that the schema does not declare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum UnknownColumns {
    /// They get columns, which are added to the schema.
    #[default]
    Add,
    /// They are kept in `_rest`, which every file has then, and so is a value that its declared column can't hold.
    Rest,
    /// Their rows are refused, and so are rows with a value that its declared column can't hold.
    Refuse,
}

impl UnknownColumns {
    pub(crate) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Display for UnknownColumns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Add => f.write_str("add"),
            Self::Rest => f.write_str("rest"),
            Self::Refuse => f.write_str("refuse"),
        }
    }
}

impl FromStr for UnknownColumns {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "add" => Ok(Self::Add),
            "rest" => Ok(Self::Rest),
            "refuse" => Ok(Self::Refuse),
            _ => Err(bad(format!("unknown choice {text:?}: use add, rest or refuse"))),
        }
    }
}

/// Which encodings the `direct` backend may use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Profile {
    /// PLAIN and dictionaries: what every reader knows.
    #[default]
    Portable,
    /// Delta encodings and BYTE_STREAM_SPLIT too, where they win: smaller and faster, for readers
    /// that know them (Spark 3.3 and later, DuckDB, pyarrow, polars, ClickHouse, Trino and others).
    Modern,
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Portable => f.write_str("portable"),
            Self::Modern => f.write_str("modern"),
        }
    }
}

impl FromStr for Profile {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "portable" => Ok(Self::Portable),
            "modern" => Ok(Self::Modern),
            _ => Err(bad(format!("unknown profile {text:?}: use portable or modern"))),
        }
    }
}

/// What becomes of numbers with more digits than a double, in columns of doubles that are not declared (those that are
/// take the nearest double).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Numbers {
    /// They stay as they are spelled, in `NAME__text`.
    #[default]
    Exact,
    /// The column takes the nearest double, counted as [`rounded`](crate::Alterations::rounded).
    Double,
}

/// What becomes of arrays in columns that are not declared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Arrays {
    /// They are JSON text.
    #[default]
    Json,
    /// They are lists of one type, where the values of a column's settling window say which; others stay JSON text.
    List,
}

/// How pages are compressed: by zstd unless told, where that feature is built in. Read from text as `zstd`,
/// `zstd:3`, `gzip:6`, `snappy`, `lz4`, `none`.
///
/// ```
/// use bucksaw::Compression;
/// assert_eq!("zstd:3".parse::<Compression>()?, Compression::Zstd(3));
/// assert!("zstd:99".parse::<Compression>().is_err());
/// # Ok::<(), bucksaw::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compression {
    /// Pages as they are.
    None,
    /// Snappy.
    Snappy,
    /// LZ4 in its raw form (Parquet's LZ4_RAW).
    Lz4,
    /// Gzip with a level from 0 to 9.
    Gzip(u32),
    /// Zstandard with a level from 1 to 22.
    Zstd(i32),
}

impl Default for Compression {
    fn default() -> Self {
        if cfg!(feature = "zstd") { Self::Zstd(DEFAULT_ZSTD_LEVEL) } else { Self::None }
    }
}

impl FromStr for Compression {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (codec, level) = match text.split_once(':') {
            Some((codec, level)) => {
                let number = level.parse::<i32>().map_err(|cause| {
                    bad(format!("the level of compression {text:?} is not a number"))
                        .with_cause(cause)
                })?;
                (codec, Some(number))
            }
            None => (text, None),
        };
        let compression = match (codec, level) {
            ("none", None) => Self::None,
            ("snappy", None) => Self::Snappy,
            ("lz4", None) => Self::Lz4,
            ("gzip", level) => Self::Gzip(
                level
                    .map_or(Ok(DEFAULT_GZIP_LEVEL), u32::try_from)
                    .map_err(|_| bad("gzip levels go from 0 to 9"))?,
            ),
            ("zstd", level) => Self::Zstd(level.unwrap_or(DEFAULT_ZSTD_LEVEL)),
            ("none" | "snappy" | "lz4", Some(_)) => {
                return Err(bad(format!("{codec} has no levels")));
            }
            _ => {
                return Err(bad(format!(
                    "unknown compression {text:?}: use zstd, zstd:1 to zstd:22, gzip, gzip:0 to gzip:9, snappy, lz4 or none"
                )));
            }
        };
        match compression.problem() {
            Some(problem) => Err(bad(problem)),
            None => Ok(compression),
        }
    }
}

impl Compression {
    /// The feature of this crate that it needs and that was not built in.
    fn missing_feature(self) -> Option<&'static str> {
        let (feature, is_built_in) = match self {
            Self::None => return None,
            Self::Snappy => ("snappy", cfg!(feature = "snappy")),
            Self::Lz4 => ("lz4", cfg!(feature = "lz4")),
            Self::Gzip(_) => ("gzip", cfg!(feature = "gzip")),
            Self::Zstd(_) => ("zstd", cfg!(feature = "zstd")),
        };
        (!is_built_in).then_some(feature)
    }

    pub(super) fn problem(self) -> Option<String> {
        if let Some(feature) = self.missing_feature() {
            return Some(format!(
                "{feature} was not built in: build bucksaw with its feature `{feature}`"
            ));
        }
        match self {
            Self::Zstd(level) if !(1..=22).contains(&level) => {
                Some(format!("zstd levels go from 1 to 22, not {level}"))
            }
            Self::Gzip(level) if level > 9 => {
                Some(format!("gzip levels go from 0 to 9, not {level}"))
            }
            _ => None,
        }
    }
}

/// A column that rows are sorted by. Read from text as `COLUMN`, with `:asc` or `:desc`, and with
/// `:nulls-first` or `:nulls-last` behind it.
///
/// ```
/// use bucksaw::SortColumn;
/// let by: SortColumn = "time:desc:nulls-first".parse()?;
/// assert_eq!((by.column.as_str(), by.descending, by.nulls_first), ("time", true, true));
/// assert_eq!("time".parse::<SortColumn>()?, SortColumn::ascending("time"));
/// # Ok::<(), bucksaw::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SortColumn {
    /// The column's name in the file.
    pub column: String,
    /// From large to small.
    pub descending: bool,
    /// Nulls before values, whichever way these go.
    pub nulls_first: bool,
}

impl SortColumn {
    /// From small to large, nulls last.
    #[must_use]
    pub fn ascending(column: impl Into<String>) -> Self {
        Self { column: column.into(), descending: false, nulls_first: false }
    }

    /// From large to small, nulls last.
    #[must_use]
    pub fn descending(column: impl Into<String>) -> Self {
        Self { descending: true, ..Self::ascending(column) }
    }

    /// The same, with nulls before values or behind them.
    #[must_use]
    pub fn nulls_first(self, yes: bool) -> Self {
        Self { nulls_first: yes, ..self }
    }
}

impl FromStr for SortColumn {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let mut column = text;
        let (mut descending, mut nulls_first) = (None, None);
        while let Some((rest, word)) = column.rsplit_once(':') {
            match word {
                "asc" | "desc" if descending.is_none() => descending = Some(word == "desc"),
                "nulls-first" | "nulls-last" if nulls_first.is_none() => {
                    nulls_first = Some(word == "nulls-first");
                }
                // A colon of the column's name.
                _ if descending.is_some() => break,
                _ => {
                    return Err(bad(format!(
                        "{word:?} in {text:?} is no order: asc or desc, and nulls-first or nulls-last (a column with a colon in its name needs its order, as in {:?})",
                        format!("{column}:asc")
                    )));
                }
            }
            column = rest;
        }
        if column.is_empty() {
            return Err(bad(format!("{text:?} names no column to be sorted by")));
        }
        let (descending, nulls_first) = (descending == Some(true), nulls_first == Some(true));
        Ok(Self { column: column.to_owned(), descending, nulls_first })
    }
}

/// How much is written down about the values, for readers to skip by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Statistics {
    /// Nothing.
    None,
    /// Minimum, maximum and null count of each column chunk.
    Chunk,
    /// The same of each page as well (the column index).
    #[default]
    Page,
}

impl FromStr for Statistics {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "none" => Ok(Self::None),
            "chunk" => Ok(Self::Chunk),
            "page" => Ok(Self::Page),
            _ => Err(bad(format!("unknown statistics {text:?}: use none, chunk or page"))),
        }
    }
}
