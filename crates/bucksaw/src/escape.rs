//! Text from data, file names and addresses as it may go to a terminal or a log.
//!
//! Control characters could move the cursor, forge lines or change the terminal's title, and
//! others reorder or hide text: they are written as Rust and JSON write them, like `\u{1b}` or `\n`.

use std::borrow::Cow;
use std::path::Path;

/// Escapes control characters, line ends among them, and characters that reorder or hide text.
#[must_use]
pub fn escape(text: &str) -> Cow<'_, str> {
    escape_where(text, is_hidden)
}

/// Escapes as [`escape`] does, but keeps line ends: for messages of several lines, in which names
/// were escaped before.
#[must_use]
pub fn escape_lines(text: &str) -> Cow<'_, str> {
    escape_where(text, |character| character != '\n' && is_hidden(character))
}

/// A path, escaped; bytes of it that are no UTF-8 are written like `\xff`.
#[must_use]
pub fn escape_path(path: &Path) -> String {
    let mut safe = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        safe.push_str(&escape(chunk.valid()));
        chunk.invalid().iter().for_each(|byte| safe.push_str(&format!("\\x{byte:02x}")));
    }
    safe
}

/// Whether a character has no shape of its own: controls, and what reorders or hides text.
#[must_use]
pub fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

fn escape_where(text: &str, is_escaped: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.chars().any(&is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_escaped(character) {
            safe.extend(character.escape_default());
        } else {
            safe.push(character);
        }
    }
    Cow::Owned(safe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_shape_is_spelled_out() {
        let cases = [
            ("Zürich 🦀", "Zürich 🦀"),
            ("\u{1b}]0;title\u{7}", r"\u{1b}]0;title\u{7}"),
            ("a\r\n\tb\u{8}\u{7f}", r"a\r\n\tb\u{8}\u{7f}"),
            ("\u{9b}31m", r"\u{9b}31m"),
            ("\u{202e}\u{2066}\u{200b}\u{feff}", r"\u{202e}\u{2066}\u{200b}\u{feff}"),
        ];
        for (text, safe) in cases {
            assert_eq!(escape(text), safe);
        }
        assert_eq!(escape_lines("a\nb\rc"), "a\nb\\rc");
    }

    #[cfg(unix)]
    #[test]
    fn bytes_of_a_path_that_are_no_text_are_spelled_out() {
        use std::os::unix::ffi::OsStrExt as _;
        let path = std::ffi::OsStr::from_bytes(b"a\xff\xfe/\x1bz\xc3");
        assert_eq!(escape_path(Path::new(path)), r"a\xff\xfe/\u{1b}z\xc3");
    }
}
