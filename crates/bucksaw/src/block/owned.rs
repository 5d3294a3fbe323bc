//! Blocks that own their text.

use crate::block::text::{Span, TextBuffer};
use crate::block::{Block, Pivoted};

/// Rows as columns, with their text in a buffer of their own: they outlive whatever they came from. A
/// backend gets them as a [`Block`], which is [lent](Self::lend).
#[derive(Debug, Default)]
pub struct OwnedBlock {
    pub(crate) pivoted: Pivoted<Span, Span>,
    pub(crate) text: TextBuffer,
}

impl OwnedBlock {
    /// How many rows it has.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.pivoted.rows
    }

    /// Bytes of text and bytes that its rows have, about.
    pub(crate) fn text_bytes(&self) -> usize {
        self.pivoted.most_text
    }

    /// Bytes of memory that it keeps: lists and text, and the room that they have for more.
    #[must_use]
    pub fn bytes_held(&self) -> usize {
        let columns = self.pivoted.columns.iter();
        columns.map(|column| column.bytes_held()).sum::<usize>() + self.text.bytes_held()
    }

    /// Its rows as a block, of which it has none from then on. [`reuse`](Self::reuse) gives it back the memory of that.
    #[must_use]
    pub fn lend(&mut self) -> Block<'_> {
        let text = &self.text;
        let pivoted = std::mem::take(&mut self.pivoted);
        let pivoted = pivoted.map(|span| text.text_at(span), |span| text.bytes_at(span));
        Block { pivoted, repeated: Vec::new() }
    }

    /// Forgets all rows, and has the next ones use the memory of a block that was lent, with no more than so
    /// many bytes for text.
    pub fn reuse(&mut self, lent: Block<'_>, max_text: usize) {
        self.pivoted = lent.pivoted.emptied();
        self.text.clear(max_text);
    }
}
