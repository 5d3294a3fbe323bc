//! Why a line makes no row, in words that need no knowledge of the reader.

use serde_json::error::Category;

use crate::error::Error;

pub(super) const INVALID_UTF8: &str = "the bytes are not UTF-8";
pub(super) const LONE_SURROGATE: &str = "a surrogate escape (\\ud800 to \\udfff) without its other half (--lone-surrogates replace stores U+FFFD in its place)";
const NAN: &str = "NaN and infinities are no numbers of JSON (--allow-nan takes them as Python and others write them)";
const BYTE_ORDER_MARK: &str = "a byte order mark inside the source: only its start may have one (were files with marks joined?)";
const CONTROL: &str = "control character (\\u0000-\\u001F) found while parsing a string";
/// Characters of the line that a reason quotes, at the most.
const SHOWN_CHARS: usize = 16;

/// What the JSON reader says of a line that is no JSON, and what that means. Reasons that end with
/// "found" quote the line from there on.
const WORDS: [(&str, &str); 16] = [
    (
        "EOF while parsing a list",
        "the line ends inside an array: it was cut, or goes on in the next line",
    ),
    (
        "EOF while parsing an object",
        "the line ends inside an object: it was cut, or goes on in the next line",
    ),
    (
        "EOF while parsing a string",
        "the line ends inside a string: it was cut, or goes on in the next line",
    ),
    (
        "EOF while parsing a value",
        "the line ends where a value should be: it was cut, or goes on in the next line",
    ),
    ("expected `:`", "expected a colon between name and value, found"),
    ("expected `,` or `]`", "expected a comma or the array's end, found"),
    ("expected `,` or `}`", "expected a comma or the object's end, found"),
    ("expected ident", "expected true, false or null, found"),
    (
        "expected value",
        "expected a value (a string in double quotes, a number, true, false, null, an object or an array), found",
    ),
    (
        "invalid escape",
        "a string has an escape that JSON does not know (it has \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\uXXXX)",
    ),
    ("invalid number", "a number is not written as JSON has it (such as 0, -1.5 or 2e9), found"),
    (
        CONTROL,
        "a string holds a control character that is not written as an escape (such as \\t or \\u0000), found",
    ),
    ("key must be a string", "expected a name in double quotes, found"),
    ("trailing comma", "a comma without anything after it, before"),
    (
        "trailing characters",
        "the line goes on behind its object: each object needs a line of its own; found",
    ),
    ("recursion limit exceeded", "values nest too deep"),
];

/// Why a line makes no row.
pub(super) enum Fault {
    /// It is no JSON object; `at` is the byte in the line.
    /// What the reason quotes of the line stands behind it.
    Malformed { at: usize, reason: String, quote: Option<String> },
    /// The schema or strict mode does not take it.
    Refused(Error),
}

impl Fault {
    pub(super) fn malformed(at: usize, reason: impl Into<String>) -> Self {
        Self::Malformed { at, reason: reason.into(), quote: None }
    }

    /// The same at another byte.
    pub(super) fn moved(self, to: impl FnOnce(usize) -> usize) -> Self {
        match self {
            Self::Malformed { at, reason, quote } => Self::Malformed { at: to(at), reason, quote },
            Self::Refused(_) => self,
        }
    }
}

/// Checks that the line starts as an object does.
pub(super) fn check_start(line: &str) -> Result<(), Fault> {
    let bare = line.trim_start_matches([' ', '\t', '\r']);
    let at = line.len() - bare.len();
    let what = match bare.chars().next() {
        Some('{') => return Ok(()),
        Some('\u{feff}') => return Err(Fault::malformed(at, BYTE_ORDER_MARK)),
        Some('[') => "an array",
        Some('"') => "a string",
        Some('-' | '0'..='9') => "a number",
        _ => match bare.trim_end_matches([' ', '\t', '\r']) {
            "true" | "false" | "null" => "true, false or null",
            _ => "no JSON",
        },
    };
    let reason = format!("expected an object ({{…}}), found {what}:");
    Err(Fault::Malformed { at, reason, quote: Some(shown(bare)) })
}

/// What the JSON reader's error means for the line `text`.
pub(super) fn fault(error: &serde_json::Error, text: &str) -> Fault {
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    // Objects that are no lines may have several.
    let line = text.split_inclusive('\n').take(error.line().saturating_sub(1));
    let line_start: usize = line.map(str::len).sum();
    let at = match error.classify() {
        Category::Eof => text.len(),
        // The character before it is what was read last.
        _ if message == CONTROL => char_start(text, line_start + error.column()),
        // Columns count from 1.
        _ => char_start(text, line_start + error.column().saturating_sub(1)),
    };
    let is_negative = text[..at].ends_with('-');
    let is_nan = ["NaN", "Infinity", "-Infinity"]
        .iter()
        .any(|number| text[at..].starts_with(number) && !(is_negative && *number == "NaN"));
    if is_nan && ["expected value", "invalid number"].contains(&message) {
        return Fault::malformed(at, NAN);
    }
    let words = WORDS.iter().find(|(known, _)| *known == message).map_or(message, |known| known.1);
    let quotes = ["found", "before"].iter().any(|end| words.ends_with(end));
    let quote = quotes.then(|| shown(&text[at..]));
    Fault::Malformed { at, reason: words.to_owned(), quote }
}

/// The reason with what it quotes of the line, or with a word that this is not told.
pub(super) fn quoting(reason: String, quote: Option<String>, is_told: bool) -> String {
    match quote {
        None => reason,
        Some(quote) if is_told => format!("{reason} {quote:?}"),
        Some(_) => format!("{reason} text that is not shown, since values are redacted"),
    }
}

/// Where the character that has byte `at` starts.
fn char_start(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
}

/// The start of `text`, for messages.
fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN_CHARS).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}
