//! Where the text and bytes of a block's values are: elsewhere, or in buffers of the block's own.

use std::fmt::Debug;
use std::marker::PhantomData;

/// What a block's lists hold for a text, or for bytes.
pub(crate) trait Held: Copy + Debug + Default {}

impl<T: Copy + Debug + Default> Held for T {}

/// Keeps the text and bytes that a block's lists refer to.
pub(crate) trait TextStore {
    type Text: Held;
    type Bytes: Held;

    /// The text so far is that of rows that have ended.
    fn end_row(&mut self) {}

    /// Forgets the text of the row that has not ended.
    fn undo_row(&mut self) {}
}

/// Takes text and bytes that live for `'v`.
pub(crate) trait StoreText<'v>: TextStore {
    fn text(&mut self, text: &'v str) -> Self::Text;

    fn bytes(&mut self, bytes: &'v [u8]) -> Self::Bytes;
}

/// Text stays where it is: lists hold references.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Borrowed<'a>(PhantomData<&'a str>);

impl<'a> TextStore for Borrowed<'a> {
    type Text = &'a str;
    type Bytes = &'a [u8];
}

impl<'a> StoreText<'a> for Borrowed<'a> {
    #[inline]
    fn text(&mut self, text: &'a str) -> &'a str {
        text
    }

    #[inline]
    fn bytes(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        bytes
    }
}

/// Copies of text and bytes, one after the other: lists hold where each is.
#[derive(Debug, Default)]
pub(crate) struct TextBuffer {
    text: String,
    bytes: Vec<u8>,
    /// How long the two were when the last row ended.
    settled: (usize, usize),
}

/// Where a text is in its buffer. As large as a reference, so that a list of the one becomes a list of
/// the other where it is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Span {
    start: usize,
    len: usize,
}

impl TextBuffer {
    #[inline]
    pub(crate) fn text_at(&self, span: Span) -> &str {
        self.text.get(span.start..span.start + span.len).unwrap_or_default()
    }

    #[inline]
    pub(crate) fn bytes_at(&self, span: Span) -> &[u8] {
        self.bytes.get(span.start..span.start + span.len).unwrap_or_default()
    }

    /// Bytes of both.
    pub(super) fn len(&self) -> usize {
        self.text.len() + self.bytes.len()
    }

    /// Forgets all of it, and keeps so many bytes of its memory for each.
    pub(super) fn clear(&mut self, max_bytes: usize) {
        self.text.clear();
        self.text.shrink_to(max_bytes);
        self.bytes.clear();
        self.bytes.shrink_to(max_bytes);
        self.settled = (0, 0);
    }

    /// Gives back the room for more.
    pub(super) fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.bytes.shrink_to_fit();
    }

    pub(crate) fn bytes_held(&self) -> usize {
        self.text.capacity() + self.bytes.capacity()
    }
}

impl TextStore for &mut TextBuffer {
    type Text = Span;
    type Bytes = Span;

    fn end_row(&mut self) {
        self.settled = (self.text.len(), self.bytes.len());
    }

    fn undo_row(&mut self) {
        let (text, bytes) = self.settled;
        self.text.truncate(text);
        self.bytes.truncate(bytes);
    }
}

impl<'v> StoreText<'v> for &mut TextBuffer {
    #[inline(always)]
    fn text(&mut self, text: &'v str) -> Span {
        let span = Span { start: self.text.len(), len: text.len() };
        self.text.push_str(text);
        span
    }

    #[inline(always)]
    fn bytes(&mut self, bytes: &'v [u8]) -> Span {
        let span = Span { start: self.bytes.len(), len: bytes.len() };
        self.bytes.extend_from_slice(bytes);
        span
    }
}
