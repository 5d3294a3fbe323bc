//! Lines of text: each is a message, or has the values of columns by a pattern.

mod access_log;
#[cfg(feature = "regex")]
mod expression;

use std::fmt;
use std::str::FromStr;

use self::access_log::AccessLog;
#[cfg(feature = "regex")]
use self::expression::Expression;
use super::lines::{Fault, ReadLine, push_text_line};
use crate::coerce::builder::BorrowingBuilder;
use crate::error::{Error, ErrorKind, Result};

/// How lines of text become rows.
///
/// ```
/// use bucksaw::{
///     Format, Input, InputOptions, MemorySink, OnError, Options, TextOptions, TextPattern,
/// };
/// let lines = "127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] \"GET /a.gif HTTP/1.0\" 200 2326\n";
/// let pattern: TextPattern = "clf".parse()?;
/// let options = InputOptions::new().format(Format::Text).text(TextOptions::new().pattern(pattern));
/// let mut input = Input::open("lines", lines.as_bytes(), &options, OnError::Fail)?;
/// let mut writer = Options::new().write_to(MemorySink::new())?;
/// writer.write_input(&mut input)?;
/// let names: Vec<&str> = writer.columns().iter().map(|column| column.name.as_str()).collect();
/// assert_eq!(names, ["host", "user", "time", "method", "path", "protocol", "status", "bytes"]);
/// # Ok::<(), bucksaw::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct TextOptions {
    /// What the lines are. Default: each is the column `message`.
    pub pattern: Option<TextPattern>,
}

impl TextOptions {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`pattern`](#structfield.pattern).
    #[must_use]
    pub fn pattern(self, pattern: impl Into<Option<TextPattern>>) -> Self {
        Self { pattern: pattern.into() }
    }
}

/// What lines of text are: read from text as `clf`, `combined`, `nginx`, or a regular expression.
///
/// ```
/// use bucksaw::TextPattern;
/// assert!("combined".parse::<TextPattern>().is_ok());
/// # #[cfg(feature = "regex")] {
/// let pattern: TextPattern = r"(?<level>\w+): (?<message>.*)".parse()?;
/// assert_eq!(pattern.to_string(), r"(?<level>\w+): (?<message>.*)");
/// assert!("no groups".parse::<TextPattern>().is_err());
/// # }
/// # Ok::<(), bucksaw::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct TextPattern(Kind);

#[derive(Clone, Debug)]
enum Kind {
    AccessLog(AccessLog),
    #[cfg(feature = "regex")]
    Expression(Expression),
}

impl TextPattern {
    /// The Common Log Format of web servers, `host ident user [time] "request" status bytes`.
    #[must_use]
    pub fn clf() -> Self {
        Self(Kind::AccessLog(AccessLog::Common))
    }

    /// The same with `"referer" "user agent"` behind it.
    #[must_use]
    pub fn combined() -> Self {
        Self(Kind::AccessLog(AccessLog::Combined))
    }

    /// nginx's `combined`, and what its `main` and others add behind: `"forwarded for"`, and any text.
    #[must_use]
    pub fn nginx() -> Self {
        Self(Kind::AccessLog(AccessLog::Nginx))
    }

    /// A regular expression in the syntax of the [regex](https://docs.rs/regex/latest/regex/#syntax) crate, which has to match the
    /// whole line: each of its named groups is a column, null where it is empty or not there.
    ///
    /// # Errors
    /// [`ErrorKind::Options`] where the expression is none, is too large, or names no group.
    #[cfg(feature = "regex")]
    pub fn regex(expression: &str) -> Result<Self> {
        Expression::new(expression).map(Kind::Expression).map(Self)
    }

    /// The ready patterns.
    pub(super) fn ready() -> [Self; 3] {
        [Self::clf(), Self::combined(), Self::nginx()]
    }
}

impl fmt::Display for TextPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::AccessLog(log) => f.write_str(log.word()),
            #[cfg(feature = "regex")]
            Kind::Expression(expression) => f.write_str(expression.as_str()),
        }
    }
}

impl FromStr for TextPattern {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match Self::ready().into_iter().find(|pattern| pattern.to_string() == text) {
            Some(pattern) => Ok(pattern),
            None => Self::other(text),
        }
    }
}

impl TextPattern {
    #[cfg(feature = "regex")]
    fn other(text: &str) -> Result<Self> {
        Self::regex(text)
    }

    #[cfg(not(feature = "regex"))]
    fn other(text: &str) -> Result<Self> {
        let message = format!(
            "{text:?} is not clf, combined or nginx, and regular expressions were not built in: build bucksaw with its \
             feature `regex`"
        );
        Err(Error::new(ErrorKind::Options, message))
    }
}

/// Reads lines of text.
pub(super) struct TextReader(Option<TextPattern>);

impl TextReader {
    pub(super) fn of(options: &TextOptions) -> Self {
        Self(options.pattern.clone())
    }
}

impl ReadLine for TextReader {
    fn read<'a>(&self, line: &'a str, row: &mut BorrowingBuilder<'_, 'a>) -> Result<(), Fault> {
        match &self.0 {
            None => Ok(push_text_line(row, line)?),
            Some(TextPattern(Kind::AccessLog(log))) => log.read(line, row),
            #[cfg(feature = "regex")]
            Some(TextPattern(Kind::Expression(expression))) => expression.read(line, row),
        }
    }
}

/// An error of options.
#[cfg(feature = "regex")]
fn bad(message: String) -> Error {
    Error::new(ErrorKind::Options, message)
}
