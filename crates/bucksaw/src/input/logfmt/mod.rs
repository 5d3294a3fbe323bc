//! logfmt: lines of `key=value` with spaces between them.
//!
//! A value is bare, up to the next space, or in double quotes, with JSON's escapes and those of Go (`\x41`, `\a`, `\v`); bare `null` and no value at all are null. A key without `=`
//! is true. Sources: [Brandur Leach's description](https://brandur.org/logfmt), and what
//! [go-logfmt](https://pkg.go.dev/github.com/go-logfmt/logfmt) and Go's `log/slog` write.

use bumpalo::Bump;
use bumpalo::collections::String as ArenaString;

use super::lines::{Fault, ReadLine};
use crate::coerce::builder::BorrowingBuilder;
use crate::schema::Key;
use crate::types::item::Item;
use crate::types::path;
use crate::types::value::Value;

const NO_PAIR: &str = "there is no KEY=VALUE in the line";
const NO_KEY: &str = "a value has no key";
const UNCLOSED: &str = "a value in quotes has no end";
const UNSPACED: &str = "there is no space behind a value in quotes";
const QUOTE_IN_KEY: &str = "a key has a quote in it";
const TOO_MANY: &str =
    "the pairs that have no column take more than 1 MiB, and more than the line: it has too many";
const BAD_ESCAPE: &str = "the escape is none that JSON or Go has";

/// Bytes of pairs without a column, as JSON in `_rest`, that any line may have; longer lines as many as the line has. (`a a a` is
/// `{"a":true,"a":true}`, some times as long.)
const REST_BYTES: usize = 1 << 20;

/// Reads lines of logfmt.
pub(super) struct LogfmtReader;

impl ReadLine for LogfmtReader {
    fn read<'a>(&self, line: &'a str, row: &mut BorrowingBuilder<'_, 'a>) -> Result<(), Fault> {
        let bytes = line.as_bytes();
        let (mut at, mut pairs) = (0, 0);
        loop {
            at += bytes[at..].iter().take_while(|byte| is_space(**byte)).count();
            if at == bytes.len() {
                break;
            }
            let start = at;
            if row.rest_bytes() > bytes.len().max(REST_BYTES) {
                return Err(Fault::malformed(start, TOO_MANY));
            }
            at += bytes[at..].iter().take_while(|byte| !is_space(**byte) && **byte != b'=').count();
            let key = &line[start..at];
            if let Some(quote) = key.find('"') {
                return Err(Fault::malformed(start + quote, QUOTE_IN_KEY));
            }
            if bytes.get(at) != Some(&b'=') {
                push(row, key, Item::Value(Value::Bool(true)))?;
                continue;
            }
            if key.is_empty() {
                return Err(Fault::malformed(start, NO_KEY));
            }
            pairs += 1;
            let item;
            (item, at) = value(line, at + 1, row.arena())?;
            push(row, key, item)?;
        }
        if pairs == 0 { Err(Fault::malformed(0, NO_PAIR)) } else { Ok(()) }
    }
}

fn is_space(byte: u8) -> bool {
    byte <= b' '
}

fn push<'a>(row: &mut BorrowingBuilder<'_, 'a>, key: &str, item: Item<'a>) -> Result<(), Fault> {
    let escaped;
    let path = match path::is_escaped(key) {
        false => key,
        true => {
            escaped = path::of_names([key]);
            &escaped
        }
    };
    match item {
        Item::Untyped(text) => row.push_untyped(path, text)?,
        item => row.push_item(Key::Name(path), item)?,
    }
    Ok(())
}

/// The value at `start`, and the byte behind it.
fn value<'a>(line: &'a str, start: usize, arena: &'a Bump) -> Result<(Item<'a>, usize), Fault> {
    let bytes = line.as_bytes();
    if bytes.get(start) != Some(&b'"') {
        let len = bytes[start..].iter().take_while(|byte| !is_space(**byte)).count();
        let text = &line[start..start + len];
        let item = match text {
            "" | "null" => Item::Value(Value::Null),
            text => Item::Untyped(text),
        };
        return Ok((item, start + len));
    }
    let mut at = start + 1;
    let mut is_escaped = false;
    let end = loop {
        let found = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest));
        let found = at + found.ok_or_else(|| Fault::malformed(start, UNCLOSED))?;
        if bytes[found] == b'"' {
            break found;
        }
        is_escaped = true;
        at = found + 2;
    };
    if bytes.get(end + 1).is_some_and(|byte| !is_space(*byte)) {
        return Err(Fault::malformed(end + 1, UNSPACED));
    }
    let text = &line[start + 1..end];
    let text = match is_escaped {
        false => text,
        true => {
            unescaped(text, arena).map_err(|at| Fault::malformed(start + 1 + at, BAD_ESCAPE))?
        }
    };
    Ok((Item::Untyped(text), end + 1))
}

/// The text with its escapes resolved; else the byte of the first that is none.
fn unescaped<'a>(text: &str, arena: &'a Bump) -> Result<&'a str, usize> {
    let mut plain = ArenaString::with_capacity_in(text.len(), arena);
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'\\', &text.as_bytes()[at..]) {
        let escape = at + found;
        plain.push_str(&text[at..escape]);
        let (sign, len) = escaped(&text[escape + 1..]).ok_or(escape)?;
        plain.push(sign);
        at = escape + 1 + len;
    }
    plain.push_str(&text[at..]);
    Ok(plain.into_bump_str())
}

/// The character that an escape stands for, whose backslash is behind, and its bytes.
fn escaped(text: &str) -> Option<(char, usize)> {
    let hex = |from: usize, len: usize| {
        let digits = text.get(from..from + len)?;
        let are_digits = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        are_digits.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
    };
    let sign = match text.chars().next()? {
        sign @ ('"' | '\\' | '/' | '\'') => sign,
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'a' => '\u{7}',
        'v' => '\u{b}',
        // A byte beyond ASCII is none by itself.
        'x' => return Some((char::from_u32(hex(1, 2)?).filter(char::is_ascii)?, 3)),
        'U' => return Some((char::from_u32(hex(1, 8)?)?, 9)),
        'u' => {
            let unit = hex(1, 4)?;
            if !(0xd800..0xdc00).contains(&unit) {
                return Some((char::from_u32(unit)?, 5));
            }
            let low = text.get(5..7).filter(|mark| *mark == "\\u").and_then(|_| hex(7, 4))?;
            let low = low.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
            return Some((char::from_u32(0x10000 + ((unit - 0xd800) << 10) + low)?, 11));
        }
        _ => return None,
    };
    Some((sign, 1))
}
