//! What appending and gathering copy values with.

use std::cell::RefCell;

use crate::block::BlockColumn;
use crate::block::mixed::{Mixed, MixedOf};
use crate::block::text::{Span, StoreText, TextBuffer};
use crate::error::{Error, ErrorKind};
use crate::runtime::prefetch::prefetch;

/// Texts that are asked for before they are copied.
const ASKED_AHEAD: usize = 16;

/// Texts that are remembered once they are copied, by their ends, and how long they are at the most, in bytes.
const RECENT_TEXTS: usize = 32;
const RECENT_BYTES: usize = 128;

/// A column that rows are picked from, if the block has it.
#[derive(Clone, Copy)]
pub(super) struct Source<'s, 'a> {
    pub(super) column: &'s BlockColumn<'a>,
    pub(super) rows: usize,
}

impl Source<'_, '_> {
    pub(super) fn has_all_rows(&self) -> bool {
        self.column.present.count_below(self.rows) == self.rows
    }
}

/// The list of a column's values that is or, where there are no values, becomes one of this variant.
macro_rules! list_of {
    ($values:expr, $variant:ident) => {{
        if $values.len() == 0 && !matches!($values, ValuesOf::$variant(_)) {
            *$values = ValuesOf::$variant(Default::default());
        }
        match $values {
            ValuesOf::$variant(list) => Ok(list),
            _ => Err($crate::block::copying::different()),
        }
    }};
}

pub(super) use list_of;

/// The last text that was copied, and its copy: values that rows have in common are copied once.
struct Last<'t, T: ?Sized>(Option<(&'t T, Span)>);

impl<'t, T: ?Sized> Last<'t, T> {
    #[inline]
    fn copy(&mut self, value: &'t T, copy: impl FnOnce(&'t T) -> Span) -> Span {
        let span = match self.0 {
            Some((last, span)) if std::ptr::eq(last, value) => span,
            _ => copy(value),
        };
        self.0 = Some((value, span));
        span
    }
}

/// Short texts that were copied, so that those that come again soon are copied once: rows that come together have much in common.
struct Recent<'t>([(&'t str, Span); RECENT_TEXTS]);

impl<'t> Recent<'t> {
    #[inline]
    fn copy(&mut self, value: &'t str, copy: impl FnOnce(&'t str) -> Span) -> Span {
        let [.., last] = value.as_bytes() else { return Span::default() };
        if value.len() > RECENT_BYTES {
            return copy(value);
        }
        let slot = usize::from(*last) ^ value.len();
        let known = &mut self.0[slot % RECENT_TEXTS];
        if known.0 != value {
            *known = (value, copy(value));
        }
        known.1
    }
}

/// Copies texts that may be anywhere in memory: each is asked for some texts ahead.
pub(super) fn append_texts(list: &mut Vec<Span>, mut text: &mut TextBuffer, texts: &[&str]) {
    let mut last = Last(None);
    let mut recent = Recent([("", Span::default()); RECENT_TEXTS]);
    list.extend(texts.iter().enumerate().map(|(index, value)| {
        texts.get(index + ASKED_AHEAD).iter().for_each(|later| prefetch(later.as_bytes()));
        last.copy(*value, |value| recent.copy(value, |value| text.text(value)))
    }));
}

/// The same with bytes.
pub(super) fn append_bytes(list: &mut Vec<Span>, mut text: &mut TextBuffer, all: &[&[u8]]) {
    let mut last = Last(None);
    list.extend(all.iter().enumerate().map(|(index, value)| {
        all.get(index + ASKED_AHEAD).iter().for_each(|later| prefetch(later));
        last.copy(*value, |value| text.bytes(value))
    }));
}

/// The same with values of any types.
pub(super) fn append_mixed(
    list: &mut Vec<MixedOf<Span, Span>>,
    buffer: &mut TextBuffer,
    all: &[Mixed<'_>],
) {
    // One of the two, by turns, has the buffer.
    let buffer = RefCell::new(buffer);
    let (mut last_text, mut last_bytes) = (Last(None), Last(None));
    list.extend(all.iter().map(|value| {
        value.map(
            |text| last_text.copy(text, |text| (&mut **buffer.borrow_mut()).text(text)),
            |bytes| last_bytes.copy(bytes, |bytes| (&mut **buffer.borrow_mut()).bytes(bytes)),
        )
    }));
}

/// A column's values are of one type.
#[cold]
pub(super) fn different() -> Error {
    Error::new(ErrorKind::Unsupported, "a column's values are of different types")
}
