//! Cuts a source into chunks of whole lines.

use serde::de::IgnoredAny;

use crate::error::Result;
use crate::input::buffered::Buffered;
use crate::input::framing::{Chunk, Frame, Framer, Limits, Steps};
use crate::input::{Format, formats};

/// Cuts at newlines.
pub(crate) struct Lines<'r> {
    source: Buffered<'r>,
    format: Format,
    /// Bytes in a line, at the most, where the input says so.
    max_line_bytes: Option<usize>,
    /// NUL bytes that were skipped since the last chunk.
    nul_bytes: u64,
    /// Whether its format was looked at.
    is_checked: bool,
    /// Whether the last chunk ended where the source had nothing more for now.
    is_cut_short: bool,
}

impl<'r> Lines<'r> {
    /// How long a line may be the caller says, or else the limits.
    pub(crate) fn new(
        mut source: Buffered<'r>,
        format: Format,
        max_line_bytes: Option<usize>,
    ) -> Self {
        // Whole lines are a chunk, however few they are.
        source.may_pause = true;
        Self {
            source,
            format,
            max_line_bytes,
            nul_bytes: 0,
            is_checked: false,
            is_cut_short: false,
        }
    }

    /// Skips NUL bytes at the start of a record, which the buffer, full up to `filled`, begins with. Returns how
    /// far it is full then.
    fn skip_nuls(&mut self, buffer: &mut [u8], filled: usize) -> usize {
        let bytes = &buffer[..filled];
        let nuls = bytes.iter().position(|byte| *byte != 0).unwrap_or(filled);
        if nuls > 0 {
            buffer.copy_within(nuls..filled, 0);
            self.source.position += nuls as u64;
            self.nul_bytes += nuls as u64;
        }
        filled - nuls
    }

    /// Whether the last line, which has no end, is left for later.
    fn is_left(&self, line: &[u8]) -> bool {
        let is_json = matches!(self.format, Format::Ndjson | Format::JournaldJson);
        let is_whole = || is_json && serde_json::from_slice::<IgnoredAny>(line).is_ok();
        self.source.leaves_open_end && !line.is_empty() && !is_whole()
    }

    fn next_frame(
        &mut self,
        mut buffer: Vec<u8>,
        long: &mut Vec<u8>,
        limits: Limits,
    ) -> Result<Frame> {
        let record_bytes = self.max_line_bytes.unwrap_or(limits.record_bytes);
        let mut filled = self.source.begin(&mut buffer, limits.window_bytes);
        let mut steps = Steps::from(filled, limits);
        let mut searched = 0;
        loop {
            filled = self.source.fill(&mut buffer, filled, steps.wanted)?;
            if searched == 0 {
                filled = self.skip_nuls(&mut buffer, filled);
                if filled == 0 && !self.source.is_at_end && !self.source.is_paused {
                    continue;
                }
            }
            let newline = memchr::memrchr(b'\n', &buffer[searched..filled]);
            let newline = newline.map(|at| searched + at);
            searched = filled;
            let is_end = self.source.is_at_end && self.source.cut.is_none();
            if is_end && self.is_left(&buffer[newline.map_or(0, |last| last + 1)..filled]) {
                // It is as if the source ended before it.
                filled = newline.map_or(0, |last| last + 1);
            }
            let len = match newline {
                _ if is_end => filled,
                Some(last) => last + 1,
                None => 0,
            };
            if len > 0 || (self.source.is_at_end && self.nul_bytes > 0) {
                self.is_cut_short = self.source.is_paused;
                let chunk = self.source.chunk(buffer, len, filled, self.format);
                let nul_bytes = std::mem::take(&mut self.nul_bytes);
                let nul_bytes = nul_bytes + chunk.nul_bytes;
                return Ok(Frame::Records(Chunk { nul_bytes, ..chunk }));
            }
            if self.source.is_paused {
                self.source.keep(buffer, filled);
                return Ok(Frame::Paused);
            }
            if let Some(error) = self.source.cut.take() {
                self.source.keep(buffer, filled);
                return Ok(Frame::Cut(error));
            }
            if self.source.is_at_end {
                self.source.rest.clear();
                return Ok(Frame::End);
            }
            if filled > record_bytes {
                self.source.keep(buffer, filled);
                return Ok(Frame::TooLong(record_bytes));
            }
            // In steps: what is read behind a long line is copied once more. No more than tells whether the
            // line is too long.
            buffer = steps.go_on(record_bytes.saturating_add(1), buffer, filled, long);
        }
    }
}

impl Framer for Lines<'_> {
    fn format(&self) -> Format {
        self.format
    }

    fn position(&self) -> u64 {
        self.source.position
    }

    fn rest(&self) -> &[u8] {
        &self.source.rest
    }

    fn next(&mut self, buffer: Vec<u8>, long: &mut Vec<u8>, limits: Limits) -> Result<Frame> {
        if std::mem::take(&mut self.is_cut_short) {
            return Ok(Frame::Paused);
        }
        let frame = self.next_frame(buffer, long, limits)?;
        if !matches!(frame, Frame::Paused) && !std::mem::replace(&mut self.is_checked, true) {
            formats::check(self.source.start(), self.format.name())?;
        }
        Ok(frame)
    }

    fn skip_record(&mut self, take: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<u64> {
        let mut skipped = 0;
        loop {
            let rest = &self.source.rest;
            let newline = memchr::memchr(b'\n', rest);
            let len = newline.map_or(rest.len(), |at| at + 1);
            take(&rest[..len])?;
            skipped += len as u64;
            self.source.skip(len);
            if newline.is_some() || self.source.is_over() {
                self.source.shrink();
                return Ok(skipped);
            }
            self.source.refill()?;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read};

    use super::*;
    use crate::input::decompress::Decompressed;
    use crate::input::framing::CHUNK_BYTES;
    use proptest::collection::vec;
    use proptest::prelude::*;

    /// A source that gives a few bytes at a time.
    struct Dribble<'d>(&'d [u8], usize);

    impl Read for Dribble<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let len = out.len().min(self.1).min(self.0.len());
            out[..len].copy_from_slice(&self.0[..len]);
            self.0 = &self.0[len..];
            Ok(len)
        }
    }

    /// The chunks, and of lines that are too long their lengths.
    fn chunks(bytes: &[u8], at_a_time: usize, max_line_bytes: usize) -> Vec<(u64, usize, bool)> {
        let source = Decompressed::Plain(Box::new(Dribble(bytes, at_a_time)));
        let mut chunks = Lines::new(Buffered::new(source), Format::Ndjson, None);
        let limits = Limits {
            chunk_bytes: CHUNK_BYTES,
            record_bytes: max_line_bytes,
            message_bytes: 0,
            window_bytes: 0,
            batch_bytes: 0,
        };
        let (mut all, mut buffer) = (Vec::new(), Vec::new());
        loop {
            let next = chunks.next(std::mem::take(&mut buffer), &mut Vec::new(), limits);
            match next.expect("memory can be read") {
                Frame::Records(chunk) => {
                    let start = chunk.position as usize;
                    assert_eq!(chunk.bytes, bytes[start..start + chunk.bytes.len()]);
                    all.push((chunk.position, chunk.bytes.len(), false));
                    buffer = chunk.bytes;
                }
                Frame::TooLong(_) => {
                    let start = chunks.position();
                    let len = chunks.skip_record(&mut |_| Ok(())).expect("memory can be read");
                    all.push((start, len as usize, true));
                }
                Frame::Malformed(reason) => unreachable!("{reason}"),
                Frame::Cut(error) => unreachable!("{error}"),
                Frame::Paused => {}
                Frame::End => return all,
            }
        }
    }

    /// Where they are skipped depends on the bytes alone, too, and no chunk begins with one.
    #[test]
    fn nul_bytes_before_records_are_skipped_and_counted() {
        let mut bytes = Vec::new();
        let mut skipped = 0;
        for nuls in [700_000, 0, 1, 300_000, CHUNK_BYTES, CHUNK_BYTES - 1, 5] {
            bytes.resize(bytes.len() + nuls, 0);
            bytes.extend_from_slice(b"line\n");
            bytes.resize(bytes.len() + 200_000, b'a');
            bytes.push(b'\n');
            skipped += nuls;
        }
        bytes.resize(bytes.len() + 400_000, 0);
        let read = |at_a_time| {
            let source = Decompressed::Plain(Box::new(Dribble(&bytes, at_a_time)));
            let mut lines = Lines::new(Buffered::new(source), Format::Ndjson, None);
            let limits = Limits {
                chunk_bytes: CHUNK_BYTES,
                record_bytes: 300_000,
                message_bytes: 0,
                window_bytes: 0,
                batch_bytes: 0,
            };
            let mut chunks = Vec::new();
            while let Frame::Records(chunk) =
                lines.next(Vec::new(), &mut Vec::new(), limits).expect("memory can be read")
            {
                let start = chunk.position as usize;
                assert_eq!(chunk.bytes, bytes[start..start + chunk.bytes.len()]);
                assert_ne!(chunk.bytes.first(), Some(&0));
                chunks.push((chunk.position, chunk.bytes.len(), chunk.nul_bytes));
            }
            assert_eq!(lines.position(), bytes.len() as u64);
            chunks
        };
        let whole = read(usize::MAX);
        assert_eq!(read(1_000), whole);
        assert_eq!(read(77_777), whole);
        // What is left is for the decoder: runs that lie within a chunk.
        let found: u64 = whole.iter().map(|(_, _, nuls)| nuls).sum();
        assert!(found >= 400_000 + 700_000 && found <= (skipped + 400_000) as u64, "{found}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn cuts_depend_on_the_bytes_alone(
            lines in vec(prop_oneof![8 => 0..2_000_usize, 1 => 100_000..900_000_usize], 0..40),
            at_a_time in 1_000..300_000_usize,
            ends_with_newline in any::<bool>(),
        ) {
            let mut bytes = Vec::new();
            for len in &lines {
                bytes.resize(bytes.len() + len, b'a');
                bytes.push(b'\n');
            }
            if !ends_with_newline {
                bytes.pop();
            }
            let whole = chunks(&bytes, usize::MAX, 400_000);
            prop_assert_eq!(&chunks(&bytes, at_a_time, 400_000), &whole);
            let mut next = 0;
            for (start, len, is_long) in whole {
                prop_assert_eq!(start, next);
                next += len as u64;
                let ends = next as usize == bytes.len() || bytes[next as usize - 1] == b'\n';
                prop_assert!(ends);
                prop_assert!(!is_long || len > 400_000);
            }
            prop_assert_eq!(next as usize, bytes.len());
        }
    }
}
