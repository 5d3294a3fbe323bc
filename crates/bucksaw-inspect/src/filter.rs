//! Conditions on rows: `level = 'error' and status >= 500`.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use bucksaw::{Error, ErrorKind, Result};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

use super::json::Json;
use super::like::is_like;

/// Conditions in conditions, at the most.
const MAX_DEPTH: usize = 64;

/// A condition on a row's columns, by their names in the file, or by their paths with dots where
/// [`Rebuild::view`](super::Rebuild::view) makes the row. Texts that are times, in RFC 3339 or without a zone in UTC, are compared by their moment.
///
/// It compares a column with a value: `=`, `!=` (also `<>` and `==`), `<`, `<=`, `>`, `>=`; `like` with `%` for any text and `_`
/// for any sign; `is null`, `is not null`. Values are numbers, `NaN`, `Infinity`, `-Infinity`, `true`, `false`, and text in single or double
/// quotes, which stand twice where they are meant. `= NaN` is true of NaN, and no other comparison with it but `!=` is true of any value. A column whose name is no plain word stands in backquotes.
/// `and`, `or`, `not` and parentheses put conditions together. Nothing but `is null` is true of a null.
///
/// ```
/// use bucksaw_inspect::{Filter, Json};
/// let filter: Filter = r#"level = "error" and not (status < 500 or status is null)"#.parse()?;
/// let row = |status| Json::Object(vec![
///     ("level".to_owned(), Json::Text("error".to_owned())),
///     ("status".to_owned(), status),
/// ]);
/// assert!(filter.keeps(&row(Json::Int(503))));
/// assert!(!filter.keeps(&row(Json::Int(404))));
/// assert!(!filter.keeps(&row(Json::Null)));
/// assert_eq!(filter.columns(), ["level", "status"]);
/// # Ok::<(), bucksaw::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Filter {
    condition: Condition,
    columns: Vec<String>,
}

#[derive(Clone, Debug)]
enum Condition {
    And(Vec<Condition>),
    Or(Vec<Condition>),
    Not(Box<Condition>),
    IsNull(String),
    Compare(String, Comparison, Literal),
    Like(String, String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    Unequal,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

#[derive(Clone, Debug, PartialEq)]
enum Literal {
    Bool(bool),
    Int(i128),
    Double(f64),
    Text(String),
}

impl Filter {
    /// The columns that it looks at, each once.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Whether it is true of a row.
    #[must_use]
    pub fn keeps(&self, row: &Json) -> bool {
        self.condition.of(row) == Some(true)
    }
}

impl Condition {
    /// None where nulls leave it open, as in SQL.
    fn of(&self, row: &Json) -> Option<bool> {
        let value = |column: &String| row.get(column).filter(|value| **value != Json::Null);
        match self {
            Self::And(conditions) => {
                let mut all = Some(true);
                for condition in conditions {
                    match condition.of(row) {
                        Some(true) => {}
                        Some(false) => return Some(false),
                        None => all = None,
                    }
                }
                all
            }
            Self::Or(conditions) => {
                let mut any = Some(false);
                for condition in conditions {
                    match condition.of(row) {
                        Some(true) => return Some(true),
                        Some(false) => {}
                        None => any = None,
                    }
                }
                any
            }
            Self::Not(condition) => condition.of(row).map(|is| !is),
            Self::IsNull(column) => Some(value(column).is_none()),
            Self::Compare(column, comparison, literal) => {
                Some(comparison.holds(order(value(column)?, literal)))
            }
            Self::Like(column, pattern) => match value(column)? {
                Json::Text(text) => Some(is_like(text, pattern)),
                other => Some(is_like(&other.to_string(), pattern)),
            },
        }
    }
}

impl Comparison {
    fn holds(self, order: Option<Ordering>) -> bool {
        match self {
            Self::Equal => order == Some(Ordering::Equal),
            Self::Unequal => order != Some(Ordering::Equal),
            Self::Less => order == Some(Ordering::Less),
            Self::AtMost => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            Self::Greater => order == Some(Ordering::Greater),
            Self::AtLeast => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        }
    }
}

/// How a value compares with a literal; none where they are of kinds that don't.
fn order(value: &Json, literal: &Literal) -> Option<Ordering> {
    let with_integer = |value: i128| match literal {
        Literal::Int(literal) => Some(value.cmp(literal)),
        Literal::Double(literal) => (value as f64).partial_cmp(literal),
        _ => None,
    };
    let with_double = |value: f64| match literal {
        Literal::Int(literal) => value.partial_cmp(&(*literal as f64)),
        // Where it is asked for, it is found.
        Literal::Double(literal) if literal.is_nan() => value.is_nan().then_some(Ordering::Equal),
        Literal::Double(literal) => value.partial_cmp(literal),
        _ => None,
    };
    match (value, literal) {
        (Json::Bool(value), Literal::Bool(literal)) => Some(value.cmp(literal)),
        (Json::Int(value), _) => with_integer(i128::from(*value)),
        (Json::Uint(value), _) => with_integer(i128::from(*value)),
        (Json::Float(value), _) => with_double(f64::from(*value)),
        (Json::Double(value), _) => with_double(*value),
        (Json::Text(value), Literal::Text(literal)) => match (moment(value), moment(literal)) {
            (Some(value), Some(literal)) => Some(value.cmp(&literal)),
            _ => Some(value.as_str().cmp(literal)),
        },
        // Decimals, and what is in the sibling of a column of numbers.
        (Json::Text(value), Literal::Int(_) | Literal::Double(_)) => match value.parse() {
            Ok(integer) => with_integer(integer),
            Err(_) => with_double(value.parse().ok()?),
        },
        _ => None,
    }
}

/// The moment that a text is: RFC 3339, also with a space in it; without a zone or a time of day, in UTC.
fn moment(text: &str) -> Option<DateTime<Utc>> {
    let first = text.as_bytes().first()?;
    if !first.is_ascii_digit() || text.len() < "2026-11-28".len() {
        return None;
    }
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Some(moment.to_utc());
    }
    let local =
        ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
    let local = local.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    let of_day = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0);
    Some(local.or_else(of_day)?.and_utc())
}

impl FromStr for Filter {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let mut parser = Parser { tokens: tokens(text)?, at: 0, columns: Vec::new() };
        let condition = parser.any(0)?;
        match parser.tokens.get(parser.at) {
            None => Ok(Self { condition, columns: parser.columns }),
            Some(token) => Err(bad(format!("{token} comes where the condition could end"))),
        }
    }
}

fn bad(message: impl fmt::Display) -> Error {
    let message =
        format!("the condition can't be read: {message} (as in level = 'error' and status >= 500)");
    Error::new(ErrorKind::Options, message)
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    /// A column's name, or a word of the language.
    Word(String),
    /// A name in backquotes.
    Name(String),
    Text(String),
    Number(Literal),
    Sign(&'static str),
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(text) | Self::Name(text) | Self::Text(text) => write!(f, "{text:?}"),
            Self::Number(Literal::Int(number)) => write!(f, "{number}"),
            Self::Number(Literal::Double(number)) => write!(f, "{number}"),
            Self::Number(_) => f.write_str("a value"),
            Self::Sign(sign) => write!(f, "{sign:?}"),
        }
    }
}

/// The longer ones first.
const SIGNS: [&str; 10] = ["!=", "<>", "==", "<=", ">=", "=", "<", ">", "(", ")"];

fn tokens(text: &str) -> Result<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, len) = match first {
            '\'' | '"' | '`' => {
                let (quoted, len) = quoted(rest, first)?;
                (if first == '`' { Token::Name(quoted) } else { Token::Text(quoted) }, len)
            }
            '0'..='9' | '-' | '+' | '.' => {
                let is_part = |sign: char| sign.is_ascii_alphanumeric() || "+-.".contains(sign);
                let len = rest.find(|sign| !is_part(sign)).unwrap_or(rest.len());
                (Token::Number(number(&rest[..len])?), len)
            }
            _ => match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
                Some(sign) => (Token::Sign(sign), sign.len()),
                None => {
                    let is_part = |sign: char| sign.is_alphanumeric() || "_.$@".contains(sign);
                    let len = rest.find(|sign| !is_part(sign)).unwrap_or(rest.len());
                    if len == 0 {
                        return Err(bad(format!("{first:?} is no sign that it knows")));
                    }
                    (Token::Word(rest[..len].to_owned()), len)
                }
            },
        };
        tokens.push(token);
        rest = rest[len..].trim_start();
    }
    Ok(tokens)
}

/// The text in quotes that `rest` starts with, and how long it is with them.
fn quoted(rest: &str, quote: char) -> Result<(String, usize)> {
    let mut text = String::new();
    let mut signs = rest.char_indices().skip(1).peekable();
    while let Some((at, sign)) = signs.next() {
        if sign != quote {
            text.push(sign);
            continue;
        }
        match signs.peek() {
            Some((_, next)) if *next == quote => {
                text.push(quote);
                signs.next();
            }
            _ => return Ok((text, at + 1)),
        }
    }
    Err(bad(format!("a quote {quote} has no other at its end")))
}

fn number(text: &str) -> Result<Literal> {
    if text == "-Infinity" {
        return Ok(Literal::Double(f64::NEG_INFINITY));
    }
    if let Ok(integer) = text.parse() {
        return Ok(Literal::Int(integer));
    }
    text.parse().map(Literal::Double).map_err(|_| bad(format!("{text:?} is no number")))
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    columns: Vec<String>,
}

impl Parser {
    /// Conditions with `or` between them.
    fn any(&mut self, depth: usize) -> Result<Condition> {
        if depth > MAX_DEPTH {
            return Err(bad(format!("it nests more than {MAX_DEPTH} levels")));
        }
        let mut conditions = vec![self.all(depth)?];
        while self.takes_word("or") {
            conditions.push(self.all(depth)?);
        }
        Ok(one_or(conditions, Condition::Or))
    }

    fn all(&mut self, depth: usize) -> Result<Condition> {
        let mut conditions = vec![self.one(depth)?];
        while self.takes_word("and") {
            conditions.push(self.one(depth)?);
        }
        Ok(one_or(conditions, Condition::And))
    }

    fn one(&mut self, depth: usize) -> Result<Condition> {
        let mut is_negated = false;
        while self.takes_word("not") {
            is_negated = !is_negated;
        }
        let condition = match self.takes(&Token::Sign("(")) {
            true => {
                let condition = self.any(depth + 1)?;
                if !self.takes(&Token::Sign(")")) {
                    return Err(bad("a parenthesis is not closed"));
                }
                condition
            }
            false => self.comparison()?,
        };
        Ok(if is_negated { Condition::Not(Box::new(condition)) } else { condition })
    }

    fn comparison(&mut self) -> Result<Condition> {
        let column = match self.next() {
            Some(Token::Word(name) | Token::Name(name)) => name,
            Some(token) => return Err(bad(format!("{token} stands where a column's name should"))),
            None => return Err(bad("a column's name is missing at its end")),
        };
        if !self.columns.contains(&column) {
            self.columns.push(column.clone());
        }
        if self.takes_word("is") {
            let is_negated = self.takes_word("not");
            if !self.takes_word("null") {
                return Err(bad(format!("null is missing behind {column:?} is")));
            }
            let is_null = Condition::IsNull(column);
            return Ok(if is_negated { Condition::Not(Box::new(is_null)) } else { is_null });
        }
        let is_negated = self.takes_word("not");
        if self.takes_word("like") {
            let Some(Token::Text(pattern)) = self.next() else {
                return Err(bad("a text in quotes is missing behind like"));
            };
            let like = Condition::Like(column, pattern);
            return Ok(if is_negated { Condition::Not(Box::new(like)) } else { like });
        }
        let comparison = match self.next() {
            Some(Token::Sign("=" | "==")) if !is_negated => Comparison::Equal,
            Some(Token::Sign("!=" | "<>")) if !is_negated => Comparison::Unequal,
            Some(Token::Sign("<")) if !is_negated => Comparison::Less,
            Some(Token::Sign("<=")) if !is_negated => Comparison::AtMost,
            Some(Token::Sign(">")) if !is_negated => Comparison::Greater,
            Some(Token::Sign(">=")) if !is_negated => Comparison::AtLeast,
            _ => return Err(bad(format!("a comparison such as = is missing behind {column:?}"))),
        };
        let literal = match self.next() {
            Some(Token::Text(text)) => Literal::Text(text),
            Some(Token::Number(number)) => number,
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("true") => Literal::Bool(true),
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("false") => Literal::Bool(false),
            Some(Token::Word(word)) if word == "NaN" => Literal::Double(f64::NAN),
            Some(Token::Word(word)) if word == "Infinity" => Literal::Double(f64::INFINITY),
            Some(token) => return Err(bad(format!("{token} is no value: text stands in quotes"))),
            None => return Err(bad(format!("a value is missing behind {column:?}"))),
        };
        Ok(Condition::Compare(column, comparison, literal))
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn takes(&mut self, token: &Token) -> bool {
        let is_next = self.tokens.get(self.at) == Some(token);
        self.at += usize::from(is_next);
        is_next
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let is_next = matches!(self.tokens.get(self.at), Some(Token::Word(next)) if next.eq_ignore_ascii_case(word));
        self.at += usize::from(is_next);
        is_next
    }
}

fn one_or(mut conditions: Vec<Condition>, or: fn(Vec<Condition>) -> Condition) -> Condition {
    match conditions.len() {
        1 => conditions.remove(0),
        _ => or(conditions),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Json {
        let members = [
            ("level", Json::Text("it's \"bad\"".to_owned())),
            ("status", Json::Int(503)),
            ("ratio", Json::Double(0.5)),
            ("nan", Json::Double(f64::NAN)),
            ("least", Json::Float(f32::NEG_INFINITY)),
            ("big", Json::Text("123456789012345678901".to_owned())),
            ("time", Json::Text("2026-11-28T07:05:09.25Z".to_owned())),
            ("a b", Json::Bool(true)),
            ("none", Json::Null),
        ];
        Json::Object(members.map(|(name, value)| (name.to_owned(), value)).to_vec())
    }

    #[test]
    fn conditions_are_true_of_rows_or_not() {
        let cases = [
            ("status = 503", true),
            ("status == 503.0 AND ratio < 1", true),
            ("status != 503", false),
            ("status <> 4 and (ratio > 0.5 or ratio >= .5)", true),
            ("not status <= 502 and not not ratio = 5e-1", true),
            ("level = 'it''s \"bad\"'", true),
            ("level = \"it's \"\"bad\"\"\"", true),
            ("level = 5 or status = 'x'", false),
            ("big > 123456789012345678900 and big < 1e21", true),
            ("time >= '2026-11-28' and time < '2026-11-29'", true),
            ("time = '2026-11-28T08:05:09.250+01:00' and time = '2026-11-28 07:05:09.25'", true),
            ("time > '2026-11-28T07:05:09Z' and time < '2026-11-28T07:05:09.3Z'", true),
            ("time <= '2026-11-28T07:05:09Z' or time > '2026-11-28 07:06'", false),
            ("`a b` = true", true),
            ("`a b` = false", false),
            ("none is null and nothing is null and level is not null", true),
            ("none = 1", false),
            ("not none = 1", false),
            ("none = 1 or status = 503", true),
            ("none != 1", false),
            ("nan = NaN and not nan != NaN and ratio != NaN and status != NaN", true),
            ("ratio = NaN or status = NaN or level = NaN or none = NaN or none != NaN", false),
            ("nan < 1 or nan >= 1 or nan < NaN or ratio > NaN or nan = Infinity", false),
            ("least < -1e308 and least > -Infinity", false),
            ("least = -Infinity and ratio < Infinity and ratio > -Infinity", true),
            ("level like '%bad%' and level not like '%b' and status like '5_3'", true),
            ("level like 'it%s%\"'", true),
        ];
        for (text, expected) in cases {
            let filter: Filter = text.parse().expect(text);
            assert_eq!(filter.keeps(&row()), expected, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_condition_is_told() {
        let deep = format!("{}a = 1{}", "(".repeat(70), ")".repeat(70));
        let cases = [
            ("", "name is missing"),
            ("level", "comparison such as ="),
            ("level = error", "text stands in quotes"),
            ("level = 'error", "no other at its end"),
            ("level = 1 2", "could end"),
            ("(level = 1", "not closed"),
            ("level is 1", "null is missing"),
            ("level ~ 'x'", "no sign that it knows"),
            ("a = 1-2", "no number"),
            ("level like x", "behind like"),
            (deep.as_str(), "64 levels"),
        ];
        for (text, told) in cases {
            let error = text.parse::<Filter>().expect_err(text);
            assert!(error.to_string().contains(told), "{text}: {error}");
        }
    }
}
