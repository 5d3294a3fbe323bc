//! What some writers write that JSON does not have: numbers that are none, and halves of characters.
//!
//! CPython, Ruby, Gson, Json.NET and others write `NaN`, `Infinity` and `-Infinity` for doubles that are such. Where strings of theirs
//! are UTF-16 that was cut, an escape is half of a surrogate pair. Either is taken where it is asked for: JSON is made of it, in
//! which texts stand for numbers, and U+FFFD for the halves.

use std::ops::Range;

use bumpalo::Bump;
use bumpalo::collections::String as ArenaString;

use super::item::Item;
use super::value::Value;

/// The numbers, as they are written.
const NUMBERS: [&str; 3] = ["NaN", "Infinity", "-Infinity"];

/// What is taken.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Habits {
    /// NaN and infinities.
    pub(crate) nan: bool,
    /// Surrogates without their other half.
    pub(crate) surrogates: bool,
}

/// JSON without habits.
#[derive(Debug)]
pub(crate) struct Plain<'a> {
    pub(crate) json: &'a str,
    /// Where in it the texts are that stand for numbers, with their quotes.
    numbers: Vec<usize>,
    /// Where surrogates were replaced.
    surrogates: Vec<usize>,
}

impl Habits {
    /// What is no JSON but for these habits as JSON; other text as it is.
    pub(crate) fn plain<'a>(self, json: &'a str, arena: &'a Bump) -> Plain<'a> {
        let has_numbers = self.nan && NUMBERS[..2].iter().any(|number| json.contains(number));
        let has_surrogates = self.surrogates && lone_surrogate(json.as_bytes()).is_some();
        if has_numbers || has_surrogates {
            Rewriting { json, at: 0, habits: self }.plain(arena)
        } else {
            Plain { json, numbers: Vec::new(), surrogates: Vec::new() }
        }
    }
}

impl<'a> Plain<'a> {
    /// The number that a text of this JSON stands for, or the item as it is. (Without escapes, it is this JSON's own bytes.)
    pub(crate) fn item(&self, item: Item<'a>) -> Item<'a> {
        let Item::Value(Value::Text(text)) = item else { return item };
        let at = (text.as_ptr() as usize).wrapping_sub(self.json.as_ptr() as usize + 1);
        if self.numbers.binary_search(&at).is_err() {
            return item;
        }
        text.parse().map_or(item, |number| Item::Value(Value::F64(number)))
    }

    /// Where a byte of it was before.
    pub(crate) fn before(&self, at: usize) -> usize {
        at - 2 * self.numbers.partition_point(|start| *start < at)
    }

    /// Numbers that texts stand for, and surrogates that were replaced, but for those in these parts.
    pub(crate) fn counts(&self, parts: &[Range<usize>]) -> [u64; 2] {
        let is_outside = |at: &&usize| !parts.iter().any(|part| part.contains(*at));
        [&self.numbers, &self.surrogates]
            .map(|places| places.iter().filter(is_outside).count() as u64)
    }
}

struct Rewriting<'a> {
    json: &'a str,
    at: usize,
    habits: Habits,
}

impl<'a> Rewriting<'a> {
    fn plain(mut self, arena: &'a Bump) -> Plain<'a> {
        let mut plain = ArenaString::with_capacity_in(self.json.len() + 64, arena);
        let (mut numbers, mut surrogates) = (Vec::new(), Vec::new());
        let (mut is_value_next, mut copied) = (false, 0);
        while let Some(byte) = self.json.as_bytes().get(self.at).copied() {
            let start = self.at;
            match byte {
                b'"' => {
                    let lone = self.string();
                    for at in lone {
                        plain.push_str(&self.json[copied..at]);
                        surrogates.push(plain.len());
                        plain.push_str("\\ufffd");
                        copied = at + 6;
                    }
                    is_value_next = false;
                }
                b'N' | b'I' | b'-' if is_value_next && self.habits.nan => {
                    is_value_next = false;
                    let Some(number) = self.number() else {
                        self.at += 1;
                        continue;
                    };
                    plain.push_str(&self.json[copied..start]);
                    numbers.push(plain.len());
                    plain.extend(["\"", number, "\""]);
                    self.at += number.len();
                    copied = self.at;
                }
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                _ => {
                    is_value_next = matches!(byte, b':' | b',' | b'[');
                    self.at += 1;
                }
            }
        }
        plain.push_str(&self.json[copied..]);
        Plain { json: plain.into_bump_str(), numbers, surrogates }
    }

    /// The number that stands here, up to where a value may end.
    fn number(&self) -> Option<&'static str> {
        let rest = &self.json[self.at..];
        NUMBERS.into_iter().find(|number| {
            let behind = rest.strip_prefix(number).map(|behind| behind.bytes().next());
            matches!(behind, Some(None | Some(b',' | b']' | b'}' | b' ' | b'\t' | b'\r' | b'\n')))
        })
    }

    /// Passes over a string; returns where lone surrogates are in it, if these are taken.
    fn string(&mut self) -> Vec<usize> {
        let (bytes, mut lone) = (self.json.as_bytes(), Vec::new());
        self.at += 1;
        while let Some(found) = memchr::memchr2(b'"', b'\\', &bytes[self.at.min(bytes.len())..]) {
            let at = self.at + found;
            if bytes[at] == b'"' {
                self.at = at + 1;
                return lone;
            }
            let (len, is_lone) = escape(bytes, at);
            if is_lone && self.habits.surrogates {
                lone.push(at);
            }
            self.at = at + len;
        }
        self.at = bytes.len();
        lone
    }
}

/// How many bytes an escape has, and whether it is a surrogate without its other half.
fn escape(json: &[u8], at: usize) -> (usize, bool) {
    match code_unit(json, at) {
        Some(0xd800..=0xdbff) if matches!(code_unit(json, at + 6), Some(0xdc00..=0xdfff)) => {
            (12, false)
        }
        Some(0xd800..=0xdfff) => (6, true),
        _ => (2, false),
    }
}

/// Where an escaped surrogate stands without its other half, in text that need not be JSON.
pub(crate) fn lone_surrogate(json: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(found) = memchr::memchr(b'\\', json.get(from..)?) {
        let at = from + found;
        let (len, is_lone) = escape(json, at);
        if is_lone {
            return Some(at);
        }
        from = at + len;
    }
    None
}

/// The UTF-16 code unit that `\uXXXX` at `at` stands for.
fn code_unit(json: &[u8], at: usize) -> Option<u16> {
    let digits = json.get(at..at + 6)?.strip_prefix(b"\\u")?;
    // from_str_radix would take a sign.
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}
