//! The language of conditions.

use std::fmt;

use bucksaw::{Error, ErrorKind, Result};

use super::literal::{Literal, Wanted};
use super::{Comparison, Condition, Filter};

/// Conditions in conditions, at the most.
const MAX_DEPTH: usize = 64;

/// The condition that a text is.
pub(super) fn parse(text: &str) -> Result<Filter> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, columns: Vec::new() };
    let condition = parser.any(0)?;
    match parser.tokens.get(parser.at) {
        None => Ok(Filter { condition, columns: parser.columns }),
        Some(token) => Err(bad(format!("{token} comes where the condition could end"))),
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
    /// A number as it is spelled.
    Number(String),
    Sign(&'static str),
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(text) | Self::Name(text) | Self::Text(text) => write!(f, "{text:?}"),
            Self::Number(spelling) => f.write_str(spelling),
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

/// A number that any of the columns of numbers can be compared with.
fn number(text: &str) -> Result<String> {
    match text.parse::<f64>() {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err(bad(format!("{text:?} is no number"))),
    }
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
            let like = Condition::Like { column, pattern, epoch_digits: None };
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
            Some(Token::Number(number)) => Literal::Number(number),
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("true") => Literal::Bool(true),
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("false") => Literal::Bool(false),
            Some(Token::Word(word))
                if ["nan", "infinity"].iter().any(|known| word.eq_ignore_ascii_case(known)) =>
            {
                Literal::Number(word)
            }
            Some(token) => return Err(bad(format!("{token} is no value: text stands in quotes"))),
            None => return Err(bad(format!("a value is missing behind {column:?}"))),
        };
        let wanted = Wanted::untyped(&literal);
        Ok(Condition::Compare { column, comparison, literal, wanted })
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
