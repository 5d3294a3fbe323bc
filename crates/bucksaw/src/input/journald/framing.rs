//! Where entries of the export format end: behind an empty line that is in no field's data.

use crate::input::record_framer::FindEnd;

/// Bytes of a length before data.
pub(super) const LENGTH_BYTES: usize = 8;

/// Where the search for an entry's end is.
#[derive(Debug)]
enum At {
    LineStart,
    /// In a line, and whether it had an equals sign.
    Line(bool),
    /// In a length: so many bytes of it, lowest first.
    Length(u64, usize),
    /// In data, with its newline.
    Data(u64),
}

/// See the module.
#[derive(Debug)]
pub(in crate::input) struct EntryEnds {
    at: At,
    has_fields: bool,
}

impl Default for EntryEnds {
    fn default() -> Self {
        Self { at: At::LineStart, has_fields: false }
    }
}

impl FindEnd for EntryEnds {
    fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut index = 0;
        loop {
            let rest = bytes.get(index..).filter(|rest| !rest.is_empty())?;
            match &mut self.at {
                At::LineStart if rest[0] == b'\n' => {
                    index += 1;
                    if std::mem::take(&mut self.has_fields) {
                        return Some(index);
                    }
                }
                At::LineStart => (self.at, self.has_fields) = (At::Line(false), true),
                At::Line(is_text) => {
                    let newline = memchr::memchr(b'\n', rest);
                    let line = &rest[..newline.unwrap_or(rest.len())];
                    *is_text |= memchr::memchr(b'=', line).is_some();
                    let is_text = *is_text;
                    index += newline? + 1;
                    self.at = if is_text { At::LineStart } else { At::Length(0, 0) };
                }
                At::Length(length, known) => {
                    *length |= u64::from(rest[0]) << (8 * *known);
                    *known += 1;
                    index += 1;
                    if *known == LENGTH_BYTES {
                        self.at = At::Data(length.saturating_add(1));
                    }
                }
                At::Data(left) => {
                    let len = usize::try_from(*left).unwrap_or(usize::MAX).min(rest.len());
                    *left -= len as u64;
                    index += len;
                    if *left == 0 {
                        self.at = At::LineStart;
                    }
                }
            }
        }
    }

    fn ends_with_source(&self) -> bool {
        matches!(self.at, At::LineStart)
    }
}
