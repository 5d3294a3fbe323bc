//! Where values end, by brackets and quotes alone.

use crate::input::ndjson::string_end;

/// Whether bytes begin with a message whose first member is the list of this name.
pub(super) fn begins_message(bytes: &[u8], key: &[u8]) -> bool {
    let Some(members) = bytes.strip_prefix(b"{") else { return false };
    let name =
        members.trim_ascii_start().strip_prefix(b"\"").and_then(|name| name.strip_prefix(key));
    name.is_some_and(|behind| behind.starts_with(b"\""))
}

/// Where the next message begins behind a byte, or the end. In no string does stand what one begins with, since quotes
/// are escaped there.
pub(super) fn next_message(bytes: &[u8], from: usize, key: &[u8]) -> usize {
    let behind = (from + 1).min(bytes.len());
    memchr::memmem::find_iter(&bytes[behind..], key)
        .filter_map(|at| {
            bytes[..behind + at].strip_suffix(b"\"")?.trim_ascii_end().strip_suffix(b"{")
        })
        .map(<[u8]>::len)
        .find(|start| *start > from && begins_message(&bytes[*start..], key))
        .unwrap_or(bytes.len())
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
            b'{' if at - 1 > start && begins_message(&bytes[at - 1..], key) => return None,
            b'{' | b'[' => open.push(byte),
            b'}' | b']' if open.is_empty() => return Some(at - 1),
            b'}' | b']' => {
                let opening = if byte == b'}' { b'{' } else { b'[' };
                let inner = open.iter().rposition(|known| *known == opening)?;
                open.truncate(inner);
            }
            b',' if open.is_empty() => return Some(at - 1),
            _ => continue,
        }
        if open.is_empty() {
            return Some(at);
        }
    }
}
