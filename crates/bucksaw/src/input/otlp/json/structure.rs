//! Where values end, by brackets and quotes alone.

use crate::input::scan::{BLOCK, Marks, parity_up_to, string_end};

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

/// Where the bracket is that ends an array, from a byte in it on that is in none of its elements. None where that can't be told, or another
/// message begins.
pub(super) fn behind_elements(bytes: &[u8], mut at: usize, key: &[u8]) -> Option<usize> {
    loop {
        at += bytes.get(at..)?.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        match bytes.get(at)? {
            b']' => return Some(at),
            b'}' => return None,
            b',' => at += 1,
            b'{' if begins_message(&bytes[at..], key) => return None,
            _ => at = behind_value(bytes, at, key)?,
        }
    }
}

/// Where in a value a byte is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inside {
    /// Objects and arrays around.
    pub(super) depth: usize,
    pub(super) in_string: bool,
    /// Whether a backslash is right before it.
    pub(super) is_escaped: bool,
}

impl Inside {
    /// Passes over blocks of bytes in which there are always more than `least` objects and arrays around, and says how many bytes that
    /// is.
    pub(super) fn skip(&mut self, bytes: &[u8], least: usize) -> usize {
        let (blocks, _) = bytes.as_chunks::<BLOCK>();
        let skipped = blocks.iter().take_while(|block| self.skip_block(block, least).is_some());
        skipped.count() * BLOCK
    }

    /// None, and nothing happens, where there are fewer, or that is no JSON: a string goes beyond its line, or a backslash is in none.
    #[inline]
    fn skip_block(&mut self, block: &[u8; BLOCK], least: usize) -> Option<()> {
        let marks = Marks::of(block);
        let (escaped, is_escaped) = escaped(marks.backslashes, self.is_escaped);
        let quotes = marks.quotes & !escaped;
        // From each opening quote up to its closing one.
        let strings = parity_up_to(quotes) ^ if self.in_string { u64::MAX } else { 0 };
        if (marks.newlines & strings) | (marks.backslashes & !strings) != 0 {
            return None;
        }
        let (opening, closing) = (marks.opening & !strings, marks.closing & !strings);
        let closed = closing.count_ones() as usize;
        if self.depth <= least + closed && !stays_above(opening, closing, self.depth, least) {
            return None;
        }
        self.depth = self.depth + opening.count_ones() as usize - closed;
        (self.in_string, self.is_escaped) = (strings >> (BLOCK - 1) == 1, is_escaped);
        Some(())
    }
}

/// Whether brackets leave more than `least` objects and arrays around, each of them.
fn stays_above(opening: u64, closing: u64, mut depth: usize, least: usize) -> bool {
    let mut brackets = opening | closing;
    while brackets != 0 {
        let first = brackets & brackets.wrapping_neg();
        depth = if opening & first != 0 { depth + 1 } else { depth - 1 };
        if depth <= least {
            return false;
        }
        brackets ^= first;
    }
    true
}

/// The bytes that have a backslash before them which is not itself behind one; and whether the byte behind the block has.
#[inline]
fn escaped(backslashes: u64, is_first_escaped: bool) -> (u64, bool) {
    let mut escaped = u64::from(is_first_escaped);
    if backslashes == 0 {
        return (escaped, false);
    }
    let mut left = backslashes & !escaped;
    while left != 0 {
        let at = left.trailing_zeros();
        if at == u64::BITS - 1 {
            return (escaped, true);
        }
        escaped |= 2 << at;
        left &= !(3 << at);
    }
    (escaped, false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The same byte by byte.
    fn walked(bytes: &[u8], mut inside: Inside) -> Inside {
        for byte in bytes {
            let is_escaped = std::mem::take(&mut inside.is_escaped);
            match byte {
                b'\\' => inside.is_escaped = !is_escaped,
                b'"' if !is_escaped => inside.in_string = !inside.in_string,
                b'{' | b'[' if !inside.in_string => inside.depth += 1,
                b'}' | b']' if !inside.in_string => inside.depth -= 1,
                _ => {}
            }
        }
        inside
    }

    proptest! {
        #[test]
        fn blocks_are_passed_over_as_bytes_are(
            text in r#"([a-z\[\]{}"]|\\"|\\\\|\[|\{|"\n){0,500}"#,
            depth in 1..80_usize,
            in_string: bool,
            is_escaped: bool,
        ) {
            let start = Inside { depth: depth + 500, in_string, is_escaped };
            let mut inside = start;
            let least = start.depth - depth;
            let len = inside.skip(text.as_bytes(), least);
            prop_assert_eq!(len % BLOCK, 0);
            let expected = walked(&text.as_bytes()[..len], start);
            prop_assert_eq!(format!("{inside:?}"), format!("{expected:?}"));
            let lowest = (0..=len).map(|end| walked(&text.as_bytes()[..end], start).depth).min();
            prop_assert!(lowest.is_some_and(|lowest| lowest > least));
        }
    }
}
