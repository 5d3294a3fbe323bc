//! Where an action ends, with its document.

use super::action::{Kind, action};
use crate::input::record_framer::FindEnd;

/// Bytes of a line that may be an action.
const MAX_ACTION_BYTES: usize = 64 << 10;

/// Ends each action behind its document; a line that is no action is a record of its own.
#[derive(Default)]
pub(in crate::input) struct DocumentEnds {
    /// The action's line so far.
    line: Vec<u8>,
    is_document_next: bool,
}

impl FindEnd for DocumentEnds {
    fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        loop {
            let newline = memchr::memchr(b'\n', &bytes[at..]);
            let line = &bytes[at..newline.map_or(bytes.len(), |len| at + len)];
            if !self.is_document_next {
                let room = (MAX_ACTION_BYTES + 1).saturating_sub(self.line.len());
                self.line.extend_from_slice(&line[..line.len().min(room)]);
            }
            at += newline? + 1;
            if std::mem::take(&mut self.is_document_next) {
                return Some(at);
            }
            self.is_document_next = has_document(&self.line);
            self.line.clear();
            if !self.is_document_next {
                return Some(at);
            }
        }
    }

    fn ends_with_source(&self) -> bool {
        true
    }
}

/// Whether a document stands behind this line.
pub(super) fn has_document(line: &[u8]) -> bool {
    line.len() <= MAX_ACTION_BYTES && action(line).is_some_and(|(kind, _)| kind != Kind::Delete)
}
