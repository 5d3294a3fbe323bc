//! zstd, frame by frame: before each it is known what decoding it will take.

use std::io::{self, Read};

use zstd::stream::raw::{DParameter, Decoder, Operation};

use super::zstd_window::{BUFFER_BYTES, ZSTD_MAGIC, damaged, too_large_window};
use crate::error::{Error, ErrorKind, Result};

/// A frame's header has at most so many bytes.
const MAX_HEADER_BYTES: usize = 18;

/// The largest window that the decoder can be told to take, as a power of two of bytes. What is
/// taken is decided here, frame by frame.
const MAX_WINDOW_LOG: u32 = if usize::BITS > 32 { 31 } else { 30 };

/// The content of a source of zstd frames.
pub(super) struct Frames<'r> {
    source: Box<dyn Read + Send + 'r>,
    decoder: Decoder<'static>,
    buffer: Vec<u8>,
    /// Those bytes of the buffer that were read and not yet decoded.
    start: usize,
    end: usize,
    is_in_frame: bool,
    /// The source's byte at which the buffer starts.
    position: u64,
    /// Zeros behind frames that were passed over.
    padding: u64,
    /// The largest window of all frames so far, in bytes.
    window_bytes: usize,
}

impl<'r> Frames<'r> {
    pub(super) fn new(source: impl Read + Send + 'r) -> io::Result<Self> {
        let mut decoder = Decoder::new()?;
        decoder.set_parameter(DParameter::WindowLogMax(MAX_WINDOW_LOG))?;
        Ok(Self {
            source: Box::new(source),
            decoder,
            buffer: vec![0; BUFFER_BYTES],
            start: 0,
            end: 0,
            is_in_frame: false,
            position: 0,
            padding: 0,
            window_bytes: 0,
        })
    }

    /// Bytes that the decoder holds for its window, which it keeps from frame to frame.
    ///
    /// Which frames were begun depends on how much of the content was asked for, and not on how many
    /// bytes the source gave at a time.
    pub(super) fn window_bytes(&self) -> usize {
        self.window_bytes
    }

    /// As [`Read::read`], into a slice that is not empty.
    ///
    /// # Errors
    /// [`ErrorKind::Io`]; [`ErrorKind::Truncated`]; [`ErrorKind::MemoryLimit`] of a frame that needs a larger window.
    pub(super) fn read(&mut self, out: &mut [u8], max_window_bytes: usize) -> Result<usize> {
        loop {
            if !self.is_in_frame && !self.start_frame(max_window_bytes)? {
                return Ok(0);
            }
            let status = self.decoder.run_on_buffers(&self.buffer[self.start..self.end], out);
            let status = status.map_err(|cause| damaged("zstd", self.at(), cause))?;
            self.start += status.bytes_read;
            self.is_in_frame = status.remaining != 0;
            if status.bytes_written > 0 {
                return Ok(status.bytes_written);
            }
            if self.is_in_frame && self.start == self.end && !self.fill()? {
                return Err(Error::new(ErrorKind::Truncated, "the last zstd frame has no end"));
            }
        }
    }

    /// Begins the next frame; false where there is none.
    fn start_frame(&mut self, max_window_bytes: usize) -> Result<bool> {
        if self.at() > 0 {
            self.skip_padding()?;
        }
        while self.end - self.start < MAX_HEADER_BYTES && self.fill()? {}
        let header = &self.buffer[self.start..self.end];
        if header.is_empty() {
            return Ok(false);
        }
        // What is no frame, or has no whole header, is the decoder's to refuse.
        let window_bytes = window_of(header).unwrap_or_default();
        match usize::try_from(window_bytes) {
            Ok(bytes) if bytes <= max_window_bytes => {
                self.window_bytes = self.window_bytes.max(bytes);
            }
            _ => return Err(too_large_window(window_bytes, max_window_bytes, self.at())),
        }
        self.decoder.reinit().map_err(|cause| damaged("zstd", self.at(), cause))?;
        self.is_in_frame = true;
        Ok(true)
    }

    /// Passes over zeros, with which tapes and disks pad files.
    fn skip_padding(&mut self) -> Result<()> {
        loop {
            let left = &self.buffer[self.start..self.end];
            let zeros = left.iter().position(|byte| *byte != 0).unwrap_or(left.len());
            self.start += zeros;
            self.padding += zeros as u64;
            if self.start < self.end || !self.fill()? {
                return Ok(());
            }
        }
    }

    /// The source's byte that is decoded next.
    fn at(&self) -> u64 {
        self.position + self.start as u64
    }

    /// How many zeros behind frames were passed over since this was asked for.
    pub(super) fn take_padding(&mut self) -> u64 {
        std::mem::take(&mut self.padding)
    }

    /// Reads more of the source behind what is not decoded yet; false at its end.
    fn fill(&mut self) -> Result<bool> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.position += self.start as u64;
        (self.start, self.end) = (0, self.end - self.start);
        loop {
            match self.source.read(&mut self.buffer[self.end..]) {
                Ok(read) => {
                    self.end += read;
                    return Ok(read > 0);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::io("could not read", error)),
            }
        }
    }
}

/// Bytes of the window that decoding a frame takes, by its header (RFC 8878, 3.1.1.1): no more than its content,
/// where that is told. None of what has no such header.
fn window_of(header: &[u8]) -> Option<u64> {
    let (descriptor, mut rest) = header.strip_prefix(&ZSTD_MAGIC)?.split_first()?;
    let is_single_segment = descriptor & 0x20 != 0;
    let mut window = u64::MAX;
    if !is_single_segment {
        let (log, after) = rest.split_first()?;
        let base = 1_u64 << (10 + (log >> 3));
        window = base + base / 8 * u64::from(log & 7);
        rest = after;
    }
    let dictionary_bytes = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let size = rest.get(dictionary_bytes..)?;
    let content = match descriptor >> 6 {
        0 if is_single_segment => u64::from(*size.first()?),
        0 => return Some(window),
        1 => u64::from(u16::from_le_bytes(*size.first_chunk()?)) + 256,
        2 => u64::from(u32::from_le_bytes(*size.first_chunk()?)),
        _ => u64::from_le_bytes(*size.first_chunk()?),
    };
    Some(window.min(content))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    const MIB: usize = 1 << 20;

    /// Lines of different numbers.
    fn content(bytes: usize) -> Vec<u8> {
        (0_u32..)
            .flat_map(|n| format!("{}\n", n.wrapping_mul(2_654_435_761)).into_bytes())
            .take(bytes)
            .collect()
    }

    /// A frame whose content has no known size.
    fn frame(content: &[u8], window_log: u32) -> Vec<u8> {
        let mut encoder = zstd::Encoder::new(Vec::new(), 1).expect("a level");
        encoder.window_log(window_log).expect("a window");
        encoder.long_distance_matching(true).expect("a flag");
        encoder.write_all(content).expect("memory takes everything");
        encoder.finish().expect("memory takes everything")
    }

    /// The content, and its largest window.
    fn read(bytes: &[u8], max_window_bytes: usize) -> Result<(Vec<u8>, usize)> {
        let mut frames = Frames::new(bytes).expect("memory");
        let (mut content, mut part) = (Vec::new(), vec![0; 100_000]);
        loop {
            let read = frames.read(&mut part, max_window_bytes)?;
            if read == 0 {
                return Ok((content, frames.window_bytes()));
            }
            content.extend_from_slice(&part[..read]);
        }
    }

    #[test]
    fn a_window_is_taken_up_to_the_limit_and_known_before() {
        let content = content(3 * MIB);
        for log in [10, 17, 20, 21] {
            let frame = frame(&content, log);
            let (found, window) = read(&frame, 1 << log).expect("it is no larger");
            assert!(found == content, "{log}");
            assert_eq!(window, 1 << log);
            let error = read(&frame, (1 << log) - 1).expect_err("it is larger");
            assert_eq!(error.kind(), ErrorKind::MemoryLimit, "{error}");
        }
    }

    #[test]
    fn of_several_frames_the_largest_window_counts_and_none_is_too_large() {
        let content = content(3 * MIB);
        let frames = [frame(&content, 20), frame(&content, 21), frame(&content, 10)].concat();
        let (found, window) = read(&frames, 2 * MIB).expect("no larger");
        assert!(found == [&content[..]; 3].concat());
        assert_eq!(window, 2 * MIB);
        assert_eq!(read(&frames, MIB).expect_err("the second").kind(), ErrorKind::MemoryLimit);
    }

    #[test]
    fn a_small_content_that_is_told_takes_no_more_than_itself() {
        for bytes in [0, 1, 255, 256, 65_791, 65_792, 3 * MIB] {
            let content = content(bytes);
            let mut compressor = zstd::bulk::Compressor::new(1).expect("a level");
            compressor.window_log(27).expect("a window");
            let frame = compressor.compress(&content).expect("memory takes everything");
            let (found, window) = read(&frame, bytes).expect("no larger");
            assert!(found == content, "{bytes}");
            assert_eq!(window, bytes);
        }
    }
}
