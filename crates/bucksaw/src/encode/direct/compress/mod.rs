//! Codecs, with their contexts kept from page to page.

mod in_pieces;
#[cfg(feature = "zstd")]
mod zstd;

use std::io::Write as _;

use self::in_pieces::PieceWriter;
pub(super) use self::in_pieces::Written;
use crate::encode::backend::Pieces;
use crate::error::{Error, ErrorKind, Result};
use crate::options::Compression;

/// How zstd looks for matches in the pages of a chunk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(not(feature = "zstd"), expect(dead_code, reason = "only zstd has efforts"))]
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
const MIN_TELLING_BYTES: usize = 4_096;

/// Compresses pages.
pub(super) struct Compressor {
    codec: Compression,
    #[cfg(feature = "zstd")]
    zstd: Option<zstd::Zstd>,
    /// Boxed, since it has a table of some kilobytes, and compressors are moved for each column of each block.
    #[cfg(feature = "snappy")]
    snappy: Box<snap::raw::Encoder>,
    buffer: Vec<u8>,
}

impl Compressor {
    pub(super) fn new(codec: Compression) -> Result<Self> {
        Ok(Self {
            codec,
            #[cfg(feature = "zstd")]
            zstd: match codec {
                Compression::Zstd(level) => Some(zstd::Zstd::new(level).map_err(failed)?),
                _ => None,
            },
            #[cfg(feature = "snappy")]
            snappy: Box::new(snap::raw::Encoder::new()),
            buffer: Vec::new(),
        })
    }

    pub(super) fn codec(&self) -> Compression {
        self.codec
    }

    /// Whether a page of so many bytes is the one that tells which effort pays.
    pub(super) fn is_telling(&self, page_bytes: usize, effort: Effort) -> bool {
        matches!(self.codec, Compression::Zstd(_))
            && effort == Effort::Unknown
            && page_bytes >= MIN_TELLING_BYTES
    }

    /// The page as it goes into the file.
    pub(super) fn compress<'p>(
        &'p mut self,
        page: &'p [u8],
        effort: &mut Effort,
    ) -> Result<&'p [u8]> {
        if self.codec == Compression::None {
            return Ok(page);
        }
        self.buffer.clear();
        self.fill_buffer(page, effort)?;
        Ok(&self.buffer)
    }

    /// Appends a page as it goes into the file to `out`. The page is in two parts, the second of which may be so
    /// large that there is no memory for it, or for what it becomes, twice.
    pub(super) fn compress_parts(
        &mut self,
        parts: [&[u8]; 2],
        effort: &mut Effort,
        out: &mut Pieces,
    ) -> Result<Written> {
        let mut out = PieceWriter::new(out);
        let written = match self.codec {
            Compression::None => parts.iter().try_for_each(|part| out.write_all(part)),
            #[cfg(feature = "zstd")]
            Compression::Zstd(_) => match &mut self.zstd {
                Some(zstd) => zstd.compress_parts(parts, effort, &mut self.buffer, &mut out),
                None => Ok(()),
            },
            #[cfg(feature = "gzip")]
            Compression::Gzip(level) => {
                let level = flate2::Compression::new(level);
                let mut encoder = flate2::write::GzEncoder::new(&mut out, level);
                parts
                    .iter()
                    .try_for_each(|part| encoder.write_all(part))
                    .and_then(|()| encoder.finish().map(|_| ()))
            }
            // Those of blocks take a page as a whole.
            _ => out.write_all(self.compress(&parts.concat(), effort)?),
        };
        written.map_err(failed)?;
        Ok(out.finish())
    }

    #[cfg_attr(not(feature = "zstd"), expect(unused_variables, reason = "only zstd has efforts"))]
    fn fill_buffer(&mut self, page: &[u8], effort: &mut Effort) -> Result<()> {
        match self.codec {
            Compression::None => {}
            #[cfg(feature = "zstd")]
            Compression::Zstd(_) => {
                if let Some(zstd) = &mut self.zstd {
                    zstd.compress(page, effort, &mut self.buffer).map_err(failed)?;
                }
            }
            #[cfg(feature = "snappy")]
            Compression::Snappy => {
                self.buffer.resize(snap::raw::max_compress_len(page.len()), 0);
                let len = self
                    .snappy
                    .compress(page, &mut self.buffer)
                    .map_err(|cause| failed(cause.into()))?;
                self.buffer.truncate(len);
            }
            #[cfg(feature = "lz4")]
            Compression::Lz4 => {
                self.buffer.resize(lz4_flex::block::get_maximum_output_size(page.len()), 0);
                let len = lz4_flex::block::compress_into(page, &mut self.buffer)
                    .map_err(|cause| failed(std::io::Error::other(cause)))?;
                self.buffer.truncate(len);
            }
            #[cfg(feature = "gzip")]
            Compression::Gzip(level) => {
                let level = flate2::Compression::new(level);
                let mut encoder = flate2::write::GzEncoder::new(&mut self.buffer, level);
                encoder.write_all(page).and_then(|()| encoder.try_finish()).map_err(failed)?;
            }
            // Options with a codec that was not built in are refused.
            #[cfg(not(all(
                feature = "zstd",
                feature = "snappy",
                feature = "lz4",
                feature = "gzip"
            )))]
            codec => return Err(failed(std::io::Error::other(format!("no {codec:?} built in")))),
        }
        Ok(())
    }
}

fn failed(cause: std::io::Error) -> Error {
    Error::new(ErrorKind::Unsupported, "a page could not be compressed").with_cause(cause)
}
