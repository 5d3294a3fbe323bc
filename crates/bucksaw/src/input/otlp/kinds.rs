//! Which kinds of metrics a chunk has: all whose data points become rows, and where messages are not sound perhaps more.

use bumpalo::Bump;
use memchr::memmem;

use super::head::{Head, head};
use super::json;
use super::wire::Fields;
use crate::input::framing::Chunk;
use crate::options::MetricKind;

/// Some of the kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Kinds([bool; MetricKind::ALL.len()]);

impl Kinds {
    pub(super) fn iter(self) -> impl Iterator<Item = MetricKind> {
        MetricKind::ALL.into_iter().zip(self.0).filter_map(|(kind, has)| has.then_some(kind))
    }

    pub(super) fn add(&mut self, others: &Self) {
        self.0.iter_mut().zip(others.0).for_each(|(has, other)| *has |= other);
    }

    pub(super) fn insert(&mut self, kind: MetricKind) {
        self.0[kind as usize] = true;
    }

    /// Takes one out; whether it was there.
    pub(super) fn take(&mut self, kind: MetricKind) -> bool {
        std::mem::take(&mut self.0[kind as usize])
    }
}

/// The kind of data that a metric's field has.
pub(super) fn kind_of_field(number: u32) -> Option<MetricKind> {
    Some(match number {
        5 => MetricKind::Gauge,
        7 => MetricKind::Sum,
        9 => MetricKind::Histogram,
        10 => MetricKind::ExponentialHistogram,
        11 => MetricKind::Summary,
        _ => return None,
    })
}

pub(super) fn kinds_of(chunk: &Chunk) -> Kinds {
    let mut kinds = Kinds::default();
    if !chunk.form.is_text() {
        of_messages(&chunk.bytes, &mut kinds);
    } else if !has_escaped_letters(&chunk.bytes) {
        json::kinds_of(&chunk.bytes, &mut kinds);
    } else {
        // Names may be spelled in other ways.
        let arena = Bump::new();
        of_messages(json::messages(chunk, &arena), &mut kinds);
    }
    kinds
}

/// Whether there may be an escape of a letter that names have.
fn has_escaped_letters(json: &[u8]) -> bool {
    memmem::find_iter(json, br"\u00").any(|at| matches!(json.get(at + 4), Some(b'4'..=b'7')))
}

/// Of messages in protobuf, whole fields of them, as the decoder goes through them.
fn of_messages(mut left: &[u8], kinds: &mut Kinds) {
    while let Head::Length(_, len) | Head::Field(len) = head(left)
        && let Some((field, others)) = left.split_at_checked(len)
    {
        if let Head::Field(_) = head(left) {
            each(field, 1, &mut |resource| {
                each(resource, 2, &mut |scope| {
                    each(scope, 2, &mut |metric| of_metric(metric, kinds));
                });
            });
        }
        left = others;
    }
}

/// Each part of a message that has this number, as far as it is sound.
fn each<'a>(message: &'a [u8], number: u32, found: &mut dyn FnMut(&'a [u8])) {
    let mut fields = Fields::of(message);
    while let Ok(Some(field)) = fields.next() {
        if field.number == number
            && let Ok(part) = field.bytes()
        {
            found(part);
        }
    }
}

/// The last kind of data is the metric's.
fn of_metric(metric: &[u8], kinds: &mut Kinds) {
    let (mut last, mut counts) = (None, false);
    let mut fields = Fields::of(metric);
    while let Ok(Some(field)) = fields.next() {
        let Some(kind) = kind_of_field(field.number) else { continue };
        if last != Some(kind) {
            // What is replaced has to be sound, too.
            counts = last.is_some();
            last = Some(kind);
        }
        if let Ok(data) = field.bytes() {
            each(data, 1, &mut |_| counts = true);
        }
    }
    if let Some(kind) = last.filter(|_| counts) {
        kinds.insert(kind);
    }
}
