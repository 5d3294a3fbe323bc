//! Cuts documents into chunks of whole elements.

use std::sync::Arc;

use super::JsonOptions;
use super::elements::{self, Element, Fault, MAX_ELEMENTS, max_repeated};
use super::walk::{Step, Walk};
use crate::error::{Error, ErrorKind, Result};
use crate::input::buffered::Buffered;
use crate::input::framing::{Chunk, Frame, Framer, Limits, Steps, start_of_text};
use crate::input::{Format, formats};

/// Cuts between elements.
pub(crate) struct Elements<'r> {
    source: Buffered<'r>,
    /// Bytes in an element, at the most, where the input says so.
    max_element_bytes: Option<usize>,
    walk: Walk,
    /// Whether its format was looked at.
    is_checked: bool,
    /// Whether all of the rest is to be passed over, because the source was cut.
    is_cut: bool,
}

impl<'r> Elements<'r> {
    pub(crate) fn new(
        source: Buffered<'r>,
        options: &JsonOptions,
        max_element_bytes: Option<usize>,
    ) -> Self {
        let walk = Walk::new(options.records.clone(), options.envelope);
        Self { source, max_element_bytes, walk, is_checked: false, is_cut: false }
    }

    /// The elements in the bytes from `at` on, which is moved behind them.
    fn elements(&mut self, bytes: &[u8], at: &mut usize, limits: Limits) -> elements::Elements {
        let max_repeated = max_repeated(limits);
        let mut found = elements::Elements { max_repeated, ..Default::default() };
        let is_at_end = self.source.is_at_end && self.source.cut.is_none();
        let mut repeated = 0;
        while found.spans.len() < MAX_ELEMENTS && repeated <= max_repeated {
            let level = self.walk.level();
            match self.walk.step(bytes, at, is_at_end) {
                Step::Needs => break,
                Step::Passed => {}
                Step::Element(element, fault) => {
                    // A run of stray brackets is one.
                    if fault == Some(Fault::Stray)
                        && let Some(last) = found.spans.last_mut()
                        && last.is_stray_up_to(element.start)
                    {
                        last.end = element.end as u32;
                        continue;
                    }
                    repeated += self.walk.values_around();
                    let envelope = self.walk.envelope().map(|envelope| {
                        if found.envelopes.last().is_none_or(|last| !Arc::ptr_eq(last, &envelope)) {
                            found.envelopes.push(envelope);
                        }
                        found.envelopes.len() as u32 - 1
                    });
                    found.spans.push(Element {
                        start: element.start as u32,
                        end: element.end as u32,
                        level: level as u8,
                        fault,
                        envelope,
                    });
                }
            }
        }
        found.outside = std::mem::take(&mut self.walk.outside);
        found
    }

    fn next_frame(
        &mut self,
        mut buffer: Vec<u8>,
        long: &mut Vec<u8>,
        limits: Limits,
    ) -> Result<Frame> {
        // Elements are where 32 bits say.
        let element_bytes = self.max_element_bytes.unwrap_or(limits.record_bytes).min(1 << 31);
        let mut filled = self.source.begin(&mut buffer, limits.window_bytes);
        let mut steps = Steps::from(filled, limits);
        let mut at = 0;
        loop {
            filled = self.source.fill(&mut buffer, filled, steps.wanted)?;
            if at == 0 {
                at = start_of_text(&buffer[..filled], self.source.position);
            }
            let found = self.elements(&buffer[..filled], &mut at, limits);
            if at > 0 {
                let chunk = self.source.chunk(buffer, at, filled, Format::Json);
                return Ok(Frame::Records(Chunk { elements: Some(Box::new(found)), ..chunk }));
            }
            if self.source.is_at_end {
                let is_whole = filled == 0 && self.walk.is_between_documents();
                self.source.keep(buffer, filled);
                return Ok(match self.source.cut.take() {
                    None if is_whole => Frame::End,
                    cut => {
                        self.is_cut = true;
                        Frame::Cut(cut.unwrap_or_else(|| self.unfinished()))
                    }
                });
            }
            if filled > element_bytes {
                self.source.keep(buffer, filled);
                return Ok(Frame::TooLong(element_bytes));
            }
            // In steps, and no more than tells whether the element is too long.
            buffer = steps.go_on(element_bytes.saturating_add(1), buffer, filled, long);
        }
    }

    /// What the source's end is, where a document is open.
    fn unfinished(&self) -> Error {
        let what = match self.source.rest.is_empty() {
            true => "the document has no end",
            false => "the last element has no end",
        };
        Error::new(ErrorKind::Truncated, what)
    }
}

impl Framer for Elements<'_> {
    fn format(&self) -> Format {
        Format::Json
    }

    fn position(&self) -> u64 {
        self.source.position
    }

    fn rest(&self) -> &[u8] {
        &self.source.rest
    }

    fn next(&mut self, buffer: Vec<u8>, long: &mut Vec<u8>, limits: Limits) -> Result<Frame> {
        let frame = self.next_frame(buffer, long, limits)?;
        if !std::mem::replace(&mut self.is_checked, true) {
            formats::check(self.source.start(), "JSON")?;
        }
        Ok(frame)
    }

    fn skip_record(&mut self, take: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<u64> {
        let mut skipped = 0;
        loop {
            let rest = &self.source.rest;
            let mut len = 0;
            let is_over = !self.is_cut
                && !matches!(self.walk.step(rest, &mut len, self.source.is_at_end), Step::Needs);
            if !is_over {
                // What there is of it is passed on; its scan goes on behind.
                self.walk.pass_begun();
                len = rest.len();
            }
            take(&rest[..len])?;
            skipped += len as u64;
            self.source.skip(len);
            if is_over || self.source.is_over() {
                if !is_over {
                    self.walk.forget();
                }
                self.source.shrink();
                return Ok(skipped);
            }
            self.source.refill()?;
        }
    }
}
