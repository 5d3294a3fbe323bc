//! What pages are compressed with, as the parquet crate has it.

use parquet::basic::{Compression as Codec, GzipLevel, ZstdLevel};

use crate::options::Compression;

pub(super) fn codec(compression: Compression) -> Codec {
    match compression {
        Compression::None => Codec::UNCOMPRESSED,
        Compression::Snappy => Codec::SNAPPY,
        Compression::Lz4 => Codec::LZ4_RAW,
        // Levels were checked with the options.
        Compression::Gzip(level) => Codec::GZIP(GzipLevel::try_new(level).unwrap_or_default()),
        Compression::Zstd(level) => Codec::ZSTD(ZstdLevel::try_new(level).unwrap_or_default()),
    }
}
