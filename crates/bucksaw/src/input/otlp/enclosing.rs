//! What is around a rejected record: with it, what is kept of the record is a message by itself.

use std::ops::Range;
use std::sync::Arc;

use super::wire::{Fields, address_of};
use crate::input::decoding::Enclosing;

/// Bytes of what a message has beside its records that are kept with each of them; of a larger one nothing is.
const MAX_OTHERS_BYTES: usize = 16 << 10;

/// The messages that records are in, from the outermost in.
#[derive(Default)]
pub(super) struct Around<'a>(Vec<Level<'a>>);

struct Level<'a> {
    message: &'a [u8],
    /// The number of its field that the next one is in.
    number: u32,
    /// What that comes to, once it is asked for.
    enclosing: Option<Arc<Enclosing>>,
}

impl<'a> Around<'a> {
    /// What comes is in this field of the message.
    pub(super) fn enter(&mut self, message: &'a [u8], number: u32) {
        self.0.push(Level { message, number, enclosing: None });
    }

    /// What comes is behind the last `levels` messages.
    pub(super) fn leave(&mut self, levels: usize) {
        self.0.truncate(self.0.len().saturating_sub(levels));
    }

    /// Leaves all messages.
    pub(super) fn leave_all(&mut self) {
        self.0.clear();
    }

    /// The messages with what they have beside records, which are parts of the chunk.
    pub(super) fn enclosing(&mut self, chunk: &[u8]) -> Vec<Arc<Enclosing>> {
        let enclosing = self.0.iter_mut().map(|Level { message, number, enclosing }| {
            let enclosing = enclosing.get_or_insert_with(|| {
                let others = others(message, *number, chunk);
                Arc::new(Enclosing { number: *number, others })
            });
            Arc::clone(enclosing)
        });
        enclosing.collect()
    }
}

/// Where in the chunk the fields of a message are but those of a number; those that can be read.
fn others(message: &[u8], number: u32, chunk: &[u8]) -> Vec<Range<usize>> {
    let mut others: Vec<Range<usize>> = Vec::new();
    let mut fields = Fields::of(message);
    loop {
        let left = fields.left();
        let Ok(Some(field)) = fields.next() else { break };
        if field.number == number {
            continue;
        }
        let start = address_of(left) - address_of(chunk);
        let end = start + left.len() - fields.left().len();
        match others.last_mut() {
            Some(last) if last.end == start => last.end = end,
            _ => others.push(start..end),
        }
    }
    if others.iter().map(Range::len).sum::<usize>() > MAX_OTHERS_BYTES {
        others.clear();
    }
    others
}
