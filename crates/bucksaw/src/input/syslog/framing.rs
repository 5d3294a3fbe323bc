//! Where messages end: with their lines, or after as many bytes as are said before them.

use super::header::counted;
use crate::input::lines::Record;
use crate::input::record_framer::{FindEnds, Open, line_end};

/// The message at `start` that stands behind its length, if it does and is whole. A newline that belongs to it, as rsyslog has it, is
/// no text.
pub(super) fn message(chunk: &[u8], start: usize) -> Option<Record> {
    let (prefix, len) = counted(&chunk[start..])?;
    let text = start + prefix..(start + prefix).checked_add(len)?;
    let message = chunk.get(text.clone())?;
    let has_newline = message.ends_with(b"\n");
    Some(Record { text: text.start..text.end - usize::from(has_newline), end: text.end })
}

/// Finds where messages end.
#[derive(Default)]
pub(in crate::input) struct MessageEnds {
    /// Where the next message starts, and behind the last that ended.
    at: usize,
    start: usize,
    /// Whether that has more bytes than there are yet.
    is_open: bool,
}

impl FindEnds for MessageEnds {
    fn begin(&mut self, start: usize) {
        (self.at, self.start, self.is_open) = (start, start, false);
    }

    fn look(&mut self, bytes: &[u8], is_end: bool) {
        self.is_open = false;
        while self.at < bytes.len() {
            if let Some(Record { end, .. }) = message(bytes, self.at) {
                self.at = end;
                continue;
            }
            self.is_open = !is_end && counted(&bytes[self.at..]).is_some();
            let end = line_end(bytes, self.at);
            let is_whole = is_end || bytes[..end].ends_with(b"\n");
            if self.is_open || !is_whole {
                return;
            }
            self.at = end;
        }
    }

    fn last(&self) -> usize {
        // A mark at the source's start is no message.
        if self.at == self.start { 0 } else { self.at }
    }

    fn open(&self) -> Open {
        if self.is_open { Open::Line(self.at) } else { Open::Ended }
    }
}
