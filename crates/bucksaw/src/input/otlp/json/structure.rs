//! Where values end, by brackets and quotes alone.

use crate::input::ndjson::string_end;

/// Whether a line begins with a message, of whose list this is the name. What comes behind something broken is found by
/// that.
pub(super) fn begins_message(line: &[u8], key: &[u8]) -> bool {
    let Some(members) = line.strip_prefix(b"{") else { return false };
    let name =
        members.trim_ascii_start().strip_prefix(b"\"").and_then(|name| name.strip_prefix(key));
    name.is_some_and(|behind| behind.starts_with(b"\""))
}

/// The next line from a byte on that begins with a message, or the end.
pub(super) fn next_message(bytes: &[u8], from: usize, key: &[u8]) -> usize {
    let mut lines = memchr::memchr_iter(b'\n', &bytes[from..]).map(|at| from + at + 1);
    lines.find(|at| begins_message(&bytes[*at..], key)).unwrap_or(bytes.len())
}

/// Where the string ends whose opening quote is behind: behind its closing quote, or at the line's end, which no
/// string goes beyond. None where that is not seen.
pub(super) fn behind_string(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at = string_end(bytes, at.min(bytes.len()));
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\n' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// Where the value ends that starts at a byte, broken as it may be: an object or array by its brackets, of which inner ones may be
/// missing. None where that can't be told, or another message begins.
pub(super) fn behind_value(bytes: &[u8], start: usize, key: &[u8]) -> Option<usize> {
    let mut open: Vec<u8> = Vec::new();
    let mut at = start;
    loop {
        let byte = *bytes.get(at)?;
        at += 1;
        match byte {
            b'"' => {
                at = behind_string(bytes, at)?;
                if bytes[at - 1] != b'"' {
                    return None;
                }
            }
            b'{' | b'[' => open.push(byte),
            b'}' | b']' if open.is_empty() => return Some(at - 1),
            b'}' | b']' => {
                let opening = if byte == b'}' { b'{' } else { b'[' };
                let inner = open.iter().rposition(|known| *known == opening)?;
                open.truncate(inner);
            }
            b'\n' if begins_message(&bytes[at..], key) => return None,
            b',' if open.is_empty() => return Some(at - 1),
            _ => continue,
        }
        if open.is_empty() {
            return Some(at);
        }
    }
}
