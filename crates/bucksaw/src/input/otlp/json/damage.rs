//! What becomes of what can't be read: it is left out, as little of it as can be told apart from what is sound.

use std::ops::Range;

use super::reader::Fault;
use super::structure::{begins_message, behind_elements, behind_value, next_message};
use super::transcoder::{Altered, Transcoder, Unreadable};

const NO_COMMA: &str = "a comma is missing before it";

/// How far everything is sound.
pub(super) struct Mark {
    out: usize,
    pub(super) places: usize,
    unreadable: usize,
    altered: Altered,
}

impl Transcoder<'_, '_> {
    pub(super) fn mark(&self) -> Mark {
        Mark {
            out: self.out.len(),
            places: self.places.len(),
            unreadable: self.unreadable.len(),
            altered: self.altered,
        }
    }

    pub(super) fn roll_back(&mut self, mark: &Mark) {
        self.out.truncate(mark.out);
        self.places.truncate(mark.places);
        self.unreadable.truncate(mark.unreadable);
        self.altered = mark.altered;
    }

    pub(super) fn reject(&mut self, json: Range<usize>, fault: Fault) {
        self.unreadable.push(Unreadable { json, fault });
    }

    /// Rejects what comes next in a list, where that is an object before which the comma is missing, and its end can be found.
    pub(super) fn rejects_element(&mut self) -> bool {
        let (bytes, start) = (self.reader.bytes, self.reader.at);
        if self.reader.peek() != Some(b'{') || begins_message(&bytes[start..], self.key) {
            return false;
        }
        let Some(end) = behind_value(bytes, start, self.key) else { return false };
        self.reject(start..end, Fault { at: start, reason: NO_COMMA });
        self.reader.at = end;
        true
    }

    /// Rejects the elements of a list from a byte on, behind elements that are sound: up to the list's end, or, where nobody knows that,
    /// all that is left of the message.
    pub(super) fn pass_over(&mut self, start: usize, fault: Fault) {
        match behind_elements(self.reader.bytes, start, self.key) {
            Some(end) if end > start => {
                self.reject(start..end, fault);
                self.reader.at = end + 1;
            }
            _ => self.break_off(start, fault),
        }
    }

    /// Rejects all that is left of the message from a byte on, where its parts can't be told apart. What stands before it is sound.
    pub(super) fn break_off(&mut self, start: usize, fault: Fault) {
        // A line's end belongs to what is missing before it.
        let start = start.min(self.reader.bytes.trim_ascii_end().len());
        let end = next_message(self.reader.bytes, start, self.key);
        // What is missing may show in the next one.
        let at = fault.at.min(end.saturating_sub(1)).max(start);
        self.reject(start..end, Fault { at, ..fault });
        self.reader.at = end;
        self.is_broken = true;
    }
}
