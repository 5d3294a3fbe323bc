//! Codecs, with their contexts kept from page to page.

use std::io::Write as _;

use flate2::write::GzEncoder;

use crate::error::{Error, ErrorKind, Result};
use crate::options::Compression;

/// Compresses pages.
pub(super) struct Compressor {
    codec: Compression,
    zstd: Option<zstd::bulk::Compressor<'static>>,
    snappy: snap::raw::Encoder,
    buffer: Vec<u8>,
}

impl Compressor {
    pub(super) fn new(codec: Compression) -> Result<Self> {
        let zstd = match codec {
            Compression::Zstd(level) => Some(zstd::bulk::Compressor::new(level).map_err(failed)?),
            _ => None,
        };
        Ok(Self { codec, zstd, snappy: snap::raw::Encoder::new(), buffer: Vec::new() })
    }

    /// The page as it goes into the file.
    pub(super) fn compress<'p>(&'p mut self, page: &'p [u8]) -> Result<&'p [u8]> {
        self.buffer.clear();
        match (self.codec, &mut self.zstd) {
            (Compression::Zstd(_), Some(zstd)) => {
                self.buffer.reserve(zstd::zstd_safe::compress_bound(page.len()));
                zstd.compress_to_buffer(page, &mut self.buffer).map_err(failed)?;
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
