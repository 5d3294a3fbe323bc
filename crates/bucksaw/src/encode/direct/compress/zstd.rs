//! zstd, and how hard it looks for matches.

use std::io::Write;

use zstd::zstd_safe::{CParameter, ParamSwitch};

use super::{Effort, MIN_TELLING_BYTES};

/// Bytes of a page that tell which effort pays, at the most.
const TELLING_BYTES: usize = 32 << 10;
/// A hundred bytes of a slower effort's output are worth this many of a faster one's.
const FASTER_PERCENT: usize = 101;
/// The table of [`Effort::Nearby`] as a power of two, and its shortest match. By measurement: on PLAIN
/// UUIDs 1 % smaller and 1.15 times as fast as level 1, on PLAIN integers 7 % smaller.
const NEARBY_HASH_LOG: u32 = 8;
const NEARBY_MIN_MATCH: u32 = 5;
/// Looks for so few matches that it finds none.
const ENTROPY_ONLY_LEVEL: i32 = -50;

/// zstd's context: one for all efforts, since each has most of a megabyte.
pub(super) struct Zstd {
    compressor: zstd::bulk::Compressor<'static>,
    level: i32,
    /// What the context is set to.
    effort: Effort,
}

impl Zstd {
    pub(super) fn new(level: i32) -> std::io::Result<Self> {
        let compressor = zstd::bulk::Compressor::new(level)?;
        Ok(Self { compressor, level, effort: Effort::Level })
    }

    pub(super) fn compress(
        &mut self,
        page: &[u8],
        effort: &mut Effort,
        out: &mut Vec<u8>,
    ) -> std::io::Result<()> {
        out.reserve(zstd::zstd_safe::compress_bound(page.len()));
        if *effort == Effort::Unknown && page.len() >= MIN_TELLING_BYTES {
            *effort = self.best_effort(&page[..page.len().min(TELLING_BYTES)], out)?;
        }
        out.clear();
        self.with(*effort)?.compress_to_buffer(page, out).map(|_| ())
    }

    /// The same of a page in two parts, which goes to `out` as it is compressed; `scratch` is for samples.
    pub(super) fn compress_parts(
        &mut self,
        parts: [&[u8]; 2],
        effort: &mut Effort,
        scratch: &mut Vec<u8>,
        out: &mut impl Write,
    ) -> std::io::Result<()> {
        if *effort == Effort::Unknown && parts[1].len() >= MIN_TELLING_BYTES {
            let sample = &parts[1][..parts[1].len().min(TELLING_BYTES)];
            scratch.clear();
            scratch.reserve(zstd::zstd_safe::compress_bound(sample.len()));
            *effort = self.best_effort(sample, scratch)?;
        }
        let context = self.with(*effort)?.context_mut();
        let mut encoder = zstd::stream::write::Encoder::with_context(out, context);
        let bytes: usize = parts.iter().map(|part| part.len()).sum();
        encoder.set_pledged_src_size(Some(bytes as u64))?;
        parts.iter().try_for_each(|part| encoder.write_all(part))?;
        encoder.finish().map(|_| ())
    }

    /// The compressor, set to an effort.
    fn with(&mut self, effort: Effort) -> std::io::Result<&mut zstd::bulk::Compressor<'static>> {
        if self.effort != effort {
            // 0 is the level's own.
            let (level, hash_log, min_match, literals) = match effort {
                Effort::Unknown | Effort::Level => (self.level, 0, 0, ParamSwitch::Auto),
                Effort::Nearby => (1, NEARBY_HASH_LOG, NEARBY_MIN_MATCH, ParamSwitch::Auto),
                Effort::EntropyOnly => (ENTROPY_ONLY_LEVEL, 0, 0, ParamSwitch::Enable),
            };
            self.compressor.set_parameter(CParameter::CompressionLevel(level))?;
            self.compressor.set_parameter(CParameter::HashLog(hash_log))?;
            self.compressor.set_parameter(CParameter::MinMatch(min_match))?;
            self.compressor.set_parameter(CParameter::LiteralCompressionMode(literals))?;
            self.effort = effort;
        }
        Ok(&mut self.compressor)
    }

    /// The effort with the smallest output, or a faster one with about as small a one; `out` is scratch
    /// with room for any.
    fn best_effort(&mut self, sample: &[u8], out: &mut Vec<u8>) -> std::io::Result<Effort> {
        let mut best = (Effort::Level, usize::MAX);
        // Faster from one to the next.
        for effort in [Effort::Level, Effort::Nearby, Effort::EntropyOnly] {
            out.clear();
            let len = self.with(effort)?.compress_to_buffer(sample, out)?;
            if len <= best.1.saturating_mul(FASTER_PERCENT) / 100 {
                best = (effort, len.min(best.1));
            }
        }
        Ok(best.0)
    }
}
