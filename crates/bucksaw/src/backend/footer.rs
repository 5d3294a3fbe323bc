//! What the footers of all backends have in common, and how one is appended.

use std::io::{self, Write};

use parquet::basic::{Compression as Codec, GzipLevel, ZstdLevel};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::{KeyValue, ParquetMetaData, ParquetMetaDataWriter};
use parquet::file::writer::TrackedWrite;

use super::Pieces;
use crate::error::{Error, ErrorKind};
use crate::options::Compression;
use crate::report::renamed;
use crate::schema::Schema;

/// Who wrote the file, in the form that readers look for known bugs by:
/// `<application> version <version> (build <build>)`.
pub(super) const CREATED_BY: &str = concat!(
    "bucksaw version ",
    env!("CARGO_PKG_VERSION"),
    " (build ",
    env!("CARGO_PKG_VERSION"),
    ")"
);
/// The footer's key for columns that the file calls otherwise than the rows do, as JSON.
const RENAMED_KEY: &str = "bucksaw.renamed";

/// The renamed columns, if there are any.
pub(super) fn renamed_key_value(schema: &Schema) -> Option<KeyValue> {
    let renamed = renamed(schema);
    // Strings can't fail to serialize.
    let json = || serde_json::to_string(&renamed).unwrap_or_default();
    (!renamed.is_empty()).then(|| KeyValue::new(RENAMED_KEY.to_owned(), json()))
}

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

pub(super) fn failed(cause: ParquetError) -> Error {
    Error::new(ErrorKind::Unsupported, "the parquet crate refused the rows").with_cause(cause)
}

/// Appends page indexes and footer to `out`, which is the file from byte `position` on.
pub(super) fn append(
    metadata: &ParquetMetaData,
    position: u64,
    out: &mut Pieces,
) -> ParquetResult<()> {
    let mut footer = Vec::new();
    let mut tracked =
        TrackedWrite::new(AfterStart { skipped: position as usize, out: &mut footer });
    io::copy(&mut io::Read::take(io::repeat(0), position), &mut tracked)?;
    ParquetMetaDataWriter::new_with_tracked(tracked, metadata).finish()?;
    out.push(footer);
    Ok(())
}

/// Passes on what comes after its first `skipped` bytes.
///
/// The metadata writer takes its place in the file from the bytes written so far, so those of the
/// data have to pass through it; they are zeros here, and go nowhere.
struct AfterStart<'o> {
    skipped: usize,
    out: &'o mut Vec<u8>,
}

impl Write for AfterStart<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let skip = self.skipped.min(bytes.len());
        self.skipped -= skip;
        self.out.extend_from_slice(&bytes[skip..]);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
