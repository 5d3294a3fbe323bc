//! Codecs, with their contexts kept from page to page.

use std::io::Write as _;

use flate2::write::GzEncoder;
use zstd::zstd_safe::{CParameter, ParamSwitch};

use crate::error::{Error, ErrorKind, Result};
use crate::options::Compression;

/// How zstd looks for matches in the pages of a chunk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Effort {
    /// The next page of some size tells.
    #[default]
    Unknown,
    /// As the level says.
    Level,
    /// Only nearby, where the lengths of byte arrays and the upper bytes of numbers come again: a small
    /// table finds these sooner, and is not led astray by what looks alike far off.
    Nearby,
    /// Not at all: in random digits there are none that pay, and only the entropy coder saves.
    EntropyOnly,
}

/// Pages below this many bytes don't tell which effort pays.
const LEAST_TELLING_BYTES: usize = 4_096;
/// Bytes of a page that tell which effort pays, at the most.
const TELLING_BYTES: usize = 128 << 10;
/// A hundred bytes of a slower effort's output are worth this many of a faster one's.
const FASTER_PERCENT: usize = 101;
/// The table of [`Effort::Nearby`] as a power of two, and its shortest match. By measurement: on PLAIN
/// UUIDs 1 % smaller and 1.15 times as fast as level 1, on PLAIN integers 7 % smaller.
const NEARBY_HASH_LOG: u32 = 8;
const NEARBY_MIN_MATCH: u32 = 5;
/// Looks for so few matches that it finds none.
const ENTROPY_ONLY_LEVEL: i32 = -50;

/// Compresses pages.
pub(super) struct Compressor {
    codec: Compression,
    zstd: Option<Zstd>,
    snappy: snap::raw::Encoder,
    buffer: Vec<u8>,
}

/// zstd's contexts.
struct Zstd {
    level: zstd::bulk::Compressor<'static>,
    nearby: zstd::bulk::Compressor<'static>,
    entropy_only: zstd::bulk::Compressor<'static>,
}

impl Zstd {
    fn new(level: i32) -> std::io::Result<Self> {
        let mut nearby = zstd::bulk::Compressor::new(1)?;
        nearby.set_parameter(CParameter::HashLog(NEARBY_HASH_LOG))?;
        nearby.set_parameter(CParameter::MinMatch(NEARBY_MIN_MATCH))?;
        let mut entropy_only = zstd::bulk::Compressor::new(ENTROPY_ONLY_LEVEL)?;
        entropy_only.set_parameter(CParameter::LiteralCompressionMode(ParamSwitch::Enable))?;
        Ok(Self { level: zstd::bulk::Compressor::new(level)?, nearby, entropy_only })
    }

    fn compress(
        &mut self,
        page: &[u8],
        effort: &mut Effort,
        out: &mut Vec<u8>,
    ) -> std::io::Result<()> {
        out.reserve(zstd::zstd_safe::compress_bound(page.len()));
        if *effort == Effort::Unknown && page.len() >= LEAST_TELLING_BYTES {
            *effort = self.best_effort(&page[..page.len().min(TELLING_BYTES)], out)?;
        }
        out.clear();
        self.with(*effort).compress_to_buffer(page, out).map(|_| ())
    }

    fn with(&mut self, effort: Effort) -> &mut zstd::bulk::Compressor<'static> {
        match effort {
            Effort::Unknown | Effort::Level => &mut self.level,
            Effort::Nearby => &mut self.nearby,
            Effort::EntropyOnly => &mut self.entropy_only,
        }
    }

    /// The effort with the smallest output, or a faster one with about as small a one; `out` is scratch
    /// with room for any.
    fn best_effort(&mut self, sample: &[u8], out: &mut Vec<u8>) -> std::io::Result<Effort> {
        let mut best = (Effort::Level, usize::MAX);
        // Faster from one to the next.
        for effort in [Effort::Level, Effort::Nearby, Effort::EntropyOnly] {
            out.clear();
            let len = self.with(effort).compress_to_buffer(sample, out)?;
            if len <= best.1.saturating_mul(FASTER_PERCENT) / 100 {
                best = (effort, len.min(best.1));
            }
        }
        Ok(best.0)
    }
}

impl Compressor {
    pub(super) fn new(codec: Compression) -> Result<Self> {
        let zstd = match codec {
            Compression::Zstd(level) => Some(Zstd::new(level).map_err(failed)?),
            _ => None,
        };
        Ok(Self { codec, zstd, snappy: snap::raw::Encoder::new(), buffer: Vec::new() })
    }

    /// Whether a page of so many bytes is the one that tells which effort pays.
    pub(super) fn is_telling(&self, page_bytes: usize, effort: Effort) -> bool {
        self.zstd.is_some() && effort == Effort::Unknown && page_bytes >= LEAST_TELLING_BYTES
    }

    /// The page as it goes into the file.
    pub(super) fn compress<'p>(
        &'p mut self,
        page: &'p [u8],
        effort: &mut Effort,
    ) -> Result<&'p [u8]> {
        self.buffer.clear();
        match (self.codec, &mut self.zstd) {
            (Compression::Zstd(_), Some(zstd)) => {
                zstd.compress(page, effort, &mut self.buffer).map_err(failed)?;
            }
            (Compression::Snappy, _) => {
                self.buffer.resize(snap::raw::max_compress_len(page.len()), 0);
                let len = self
                    .snappy
                    .compress(page, &mut self.buffer)
                    .map_err(|cause| failed(cause.into()))?;
                self.buffer.truncate(len);
            }
            (Compression::Lz4, _) => {
                self.buffer.resize(lz4_flex::block::get_maximum_output_size(page.len()), 0);
                let len = lz4_flex::block::compress_into(page, &mut self.buffer)
                    .map_err(|cause| failed(std::io::Error::other(cause)))?;
                self.buffer.truncate(len);
            }
            (Compression::Gzip(level), _) => {
                let mut encoder = GzEncoder::new(&mut self.buffer, flate2::Compression::new(level));
                encoder.write_all(page).and_then(|()| encoder.try_finish()).map_err(failed)?;
            }
            (Compression::None | Compression::Zstd(_), _) => return Ok(page),
        }
        Ok(&self.buffer)
    }
}

fn failed(cause: std::io::Error) -> Error {
    Error::new(ErrorKind::Unsupported, "a page could not be compressed").with_cause(cause)
}
