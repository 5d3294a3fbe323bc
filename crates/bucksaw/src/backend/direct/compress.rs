//! Codecs, with their contexts kept from page to page.

use std::io::Write as _;

use flate2::write::GzEncoder;
use zstd::zstd_safe::{CParameter, ParamSwitch};

use crate::error::{Error, ErrorKind, Result};
use crate::options::Compression;

/// How hard zstd looks for matches in the pages of a chunk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Effort {
    /// The next page of some size tells.
    #[default]
    Unknown,
    /// As the level says.
    Level,
    /// Not at all: in random digits there are none that pay, and only the entropy coder saves.
    EntropyOnly,
}

/// Pages below this many bytes don't tell which effort pays.
const LEAST_TELLING_BYTES: usize = 4_096;
/// A hundred bytes of the level's output are worth this many without matches, which come faster.
const ENTROPY_ONLY_PERCENT: usize = 101;
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
    entropy_only: zstd::bulk::Compressor<'static>,
    other: Vec<u8>,
}

impl Zstd {
    fn new(level: i32) -> std::io::Result<Self> {
        let mut entropy_only = zstd::bulk::Compressor::new(ENTROPY_ONLY_LEVEL)?;
        entropy_only.set_parameter(CParameter::LiteralCompressionMode(ParamSwitch::Enable))?;
        Ok(Self { level: zstd::bulk::Compressor::new(level)?, entropy_only, other: Vec::new() })
    }

    fn compress(
        &mut self,
        page: &[u8],
        effort: &mut Effort,
        out: &mut Vec<u8>,
    ) -> std::io::Result<()> {
        out.reserve(zstd::zstd_safe::compress_bound(page.len()));
        if *effort == Effort::EntropyOnly {
            return self.entropy_only.compress_to_buffer(page, out).map(|_| ());
        }
        self.level.compress_to_buffer(page, out)?;
        if *effort == Effort::Unknown && page.len() >= LEAST_TELLING_BYTES {
            self.other.clear();
            self.other.reserve(zstd::zstd_safe::compress_bound(page.len()));
            self.entropy_only.compress_to_buffer(page, &mut self.other)?;
            *effort = Effort::Level;
            if self.other.len() * 100 <= out.len() * ENTROPY_ONLY_PERCENT {
                *effort = Effort::EntropyOnly;
                std::mem::swap(&mut self.other, out);
            }
        }
        Ok(())
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
