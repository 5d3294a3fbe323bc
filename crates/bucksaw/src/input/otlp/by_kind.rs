//! Metrics whose kinds are tables of their own: a stretch of the source is handed out once for each kind that it has.
//!
//! A resource has metrics of all kinds, one beside the other, and a table is written at a time. So some chunks are read ahead
//! and stay, until each kind has had them. Which kinds these are is found on the way, without reading values; one that has no rows in the
//! end may be among them, where a message is not sound.

use super::kinds::{Kinds, kinds_of};
use crate::error::Result;
use crate::input::Format;
use crate::input::framing::{CHUNK_BYTES, Chunk, Frame, Framer, Limits, Pass};
use crate::options::MetricKind;

/// Bytes that are read ahead, about; where messages may be shorter, as many as these.
const AHEAD_BYTES: usize = 4 << 20;

/// A chunk that was read ahead.
struct Held {
    chunk: Chunk,
    /// The kinds that it still is to be read for, but for the first.
    kinds: Kinds,
}

/// See the module.
pub(in crate::input) struct ByKind<'r> {
    framer: Box<dyn Framer + 'r>,
    held: Vec<Held>,
    /// The source's byte at which these start.
    start: u64,
    /// The kinds of those, the one that they are read for first.
    kinds: Vec<MetricKind>,
    /// That which chunks were read for last.
    last: MetricKind,
    is_first: bool,
    /// Which of them comes next.
    next: usize,
    /// What comes behind them.
    behind: Option<Result<Frame>>,
}

impl<'r> ByKind<'r> {
    pub(in crate::input) fn new(framer: Box<dyn Framer + 'r>) -> Self {
        Self {
            framer,
            held: Vec::new(),
            start: 0,
            kinds: Vec::new(),
            last: MetricKind::Gauge,
            is_first: true,
            next: 0,
            behind: None,
        }
    }

    /// Reads chunks of metrics ahead, up to something else.
    fn read_ahead(&mut self, mut buffer: Vec<u8>, long: &mut Vec<u8>, limits: Limits) {
        self.start = self.framer.position();
        // Where the source is to end before its own end, it does with this chunk.
        let most = match limits.chunk_bytes < CHUNK_BYTES {
            true => limits.chunk_bytes,
            false => AHEAD_BYTES.min(limits.message_bytes),
        };
        let (mut bytes, mut all) = (0, Kinds::default());
        while bytes < most && self.behind.is_none() {
            match self.framer.next(std::mem::take(&mut buffer), long, limits) {
                Ok(Frame::Records(chunk)) if chunk.format == Format::OtlpMetrics => {
                    bytes += chunk.size();
                    let kinds = kinds_of(&chunk);
                    all.add(&kinds);
                    self.held.push(Held { chunk, kinds });
                }
                other => self.behind = Some(other),
            }
        }
        // That of the writer that is at it first.
        self.kinds = all.iter().collect();
        self.kinds.sort_by_key(|kind| *kind != self.last);
        if self.kinds.is_empty() {
            self.kinds.push(self.last);
        }
        (self.next, self.is_first) = (0, true);
    }

    /// The next chunk of those that were read ahead, copied into the buffer where others need it too.
    fn next_held(&mut self, buffer: &mut Vec<u8>) -> Option<Chunk> {
        while let Some(kind) = self.kinds.first().copied() {
            let begins = self.is_first && self.next == 0;
            while let Some(held) = self.held.get_mut(self.next) {
                self.next += 1;
                if !held.kinds.take(kind) && !self.is_first {
                    continue;
                }
                self.last = kind;
                let pass = Some(Pass { kind, is_first: self.is_first, begins });
                let chunk = &mut held.chunk;
                if held.kinds.iter().next().is_none() {
                    return Some(Chunk { pass, ..std::mem::take(chunk) });
                }
                let mut bytes = std::mem::take(buffer);
                bytes.clear();
                bytes.extend_from_slice(&chunk.bytes);
                return Some(Chunk {
                    format: chunk.format,
                    bytes,
                    position: chunk.position,
                    nul_bytes: std::mem::take(&mut chunk.nul_bytes),
                    window_bytes: chunk.window_bytes,
                    form: chunk.form,
                    pass,
                    goes_on: chunk.goes_on,
                    ..Chunk::default()
                });
            }
            self.kinds.remove(0);
            (self.next, self.is_first) = (0, false);
            if self.kinds.is_empty() {
                self.held.clear();
            }
        }
        None
    }
}

impl Framer for ByKind<'_> {
    fn next(&mut self, mut buffer: Vec<u8>, long: &mut Vec<u8>, limits: Limits) -> Result<Frame> {
        loop {
            if let Some(chunk) = self.next_held(&mut buffer) {
                return Ok(Frame::Records(chunk));
            }
            if let Some(frame) = self.behind.take() {
                return frame;
            }
            self.read_ahead(std::mem::take(&mut buffer), long, limits);
        }
    }

    fn format(&self) -> Format {
        if self.held.is_empty() { self.framer.format() } else { Format::OtlpMetrics }
    }

    fn is_text(&self) -> bool {
        self.framer.is_text()
    }

    /// As long as chunks are read again, the first one's.
    fn position(&self) -> u64 {
        if self.held.is_empty() { self.framer.position() } else { self.start }
    }

    fn rest(&self) -> &[u8] {
        self.framer.rest()
    }

    fn skip_record(&mut self, take: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<u64> {
        self.framer.skip_record(take)
    }
}
