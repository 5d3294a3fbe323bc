//! The pages of a column chunk: their headers, scanned like everything else, and their bytes.
//!
//! ```text
//! chunk = { header body }         the first may be a dictionary page
//! body  = levels values           compressed together
//!       | levels | values         DATA_PAGE_V2: only the values are compressed
//! ```

use bytes::Bytes;
use parquet::basic::CompressionCodec;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::ChunkReader;

use super::budget::{Budget, Fault, Step, damaged, page_limit};
use super::decompress::decompress;
use super::grammar::{Field, Shape};
use super::source::Source;
use super::thrift::{Visitor, walk};
use bucksaw::Result;

/// The largest page header that is read: 1 MiB. Headers may hold a value or two.
pub const DEFAULT_MAX_PAGE_HEADER_BYTES: u64 = 1 << 20;

/// How many bytes are read for a header, if that isn't enough how many next, and so on.
const HEADER_READS: [u64; 3] = [512, 16 << 10, DEFAULT_MAX_PAGE_HEADER_BYTES];

/// The work of reading a page, besides its bytes.
const PAGE_WORK: u64 = 4 << 10;

/// Where a column chunk lies, and what its pages have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chunk {
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) values: u64,
    pub(super) codec: CompressionCodec,
}

impl Chunk {
    pub(super) fn of(about: &ColumnChunkMetaData) -> Self {
        // The scan refused negative numbers.
        let number = |value: i64| u64::try_from(value).unwrap_or(0);
        let start = start_of(about);
        Self {
            start,
            end: start.saturating_add(number(about.compressed_size())),
            values: number(about.num_values()),
            codec: about.compression_codec(),
        }
    }
}

/// Where a column chunk's first page starts.
pub(super) fn start_of(about: &ColumnChunkMetaData) -> u64 {
    let data = u64::try_from(about.data_page_offset()).unwrap_or(0);
    let dictionary = about.dictionary_page_offset().and_then(|offset| u64::try_from(offset).ok());
    // Some old writers say 0 where there is no dictionary page, and 0 where there is no data page.
    dictionary.filter(|&offset| offset > 0 && (offset < data || data == 0)).unwrap_or(data)
}

/// What kind of page it is, as its header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PageKind {
    Data,
    Dictionary,
    DataV2,
    /// An index page, or one of a kind that nobody knows yet: skipped.
    Other,
}

/// A page header.
#[derive(Debug, Default)]
pub(super) struct Header {
    kind: i64,
    pub(super) uncompressed: u64,
    pub(super) stored: u64,
    pub(super) crc: Option<u32>,
    pub(super) values: u64,
    pub(super) encoding: i64,
    /// The encodings of the levels; in version 2 their bytes.
    pub(super) definitions: u64,
    pub(super) repetitions: u64,
    /// The nulls and the rows, which version 2 counts.
    pub(super) nulls: Option<u64>,
    pub(super) rows: Option<u64>,
    is_uncompressed: bool,
    /// The shape of the struct with the details, to hold against the kind.
    details: Option<Shape>,
}

impl Visitor for Header {
    fn begin(&mut self, shape: Shape, _at: u64) -> Result<()> {
        if matches!(shape, Shape::DataPage | Shape::DataPageV2 | Shape::DictionaryPage) {
            self.details = Some(shape);
        }
        Ok(())
    }

    fn integer(&mut self, shape: Shape, field: &Field, value: i64, _at: u64) -> Result<()> {
        // Counts were refused when negative.
        let number = value.unsigned_abs();
        match (shape, field.id) {
            (Shape::PageHeader, 1) => self.kind = value,
            (Shape::PageHeader, 2) => self.uncompressed = number,
            (Shape::PageHeader, 3) => self.stored = number,
            // The checksum's 32 bits, which thrift takes for a signed number.
            (Shape::PageHeader, 4) => self.crc = Some(value as u32),
            (Shape::DataPage | Shape::DictionaryPage | Shape::DataPageV2, 1) => {
                self.values = number;
            }
            (Shape::DataPageV2, 2) => self.nulls = Some(number),
            (Shape::DataPageV2, 3) => self.rows = Some(number),
            (Shape::DataPage | Shape::DictionaryPage, 2) | (Shape::DataPageV2, 4) => {
                self.encoding = value;
            }
            (Shape::DataPage, 3) | (Shape::DataPageV2, 5) => self.definitions = number,
            (Shape::DataPage, 4) | (Shape::DataPageV2, 6) => self.repetitions = number,
            (Shape::DataPageV2, 7) => self.is_uncompressed = value == 0,
            _ => {}
        }
        Ok(())
    }

    fn binary(&mut self, _: Shape, _: &Field, _: u64, _: u64) -> Result<()> {
        Ok(())
    }

    fn end(&mut self, _: Shape, _: u64) -> Result<()> {
        Ok(())
    }
}

impl Header {
    pub(super) fn kind(&self) -> PageKind {
        match self.kind {
            0 => PageKind::Data,
            2 => PageKind::Dictionary,
            3 => PageKind::DataV2,
            _ => PageKind::Other,
        }
    }

    fn check(&self) -> Step<()> {
        let details = match self.kind() {
            PageKind::Data => Shape::DataPage,
            PageKind::Dictionary => Shape::DictionaryPage,
            PageKind::DataV2 => Shape::DataPageV2,
            PageKind::Other => return Ok(()),
        };
        match self.details {
            Some(shape) if shape == details => Ok(()),
            _ => damaged("a page header without the fields of its page's kind"),
        }
    }
}

/// A page as it stands in the file.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) header: Header,
    /// Its bytes, decompressed.
    pub(super) data: Bytes,
    /// Where the next page starts.
    pub(super) end: u64,
}

/// Reads the page at `at`, whose chunk goes on to its end.
pub(super) fn read(source: &Source, chunk: &Chunk, at: u64, budget: &mut Budget) -> Step<Page> {
    budget.work(PAGE_WORK)?;
    let (header, start) = header(source, at, chunk.end)?;
    header.check()?;
    let left = chunk.end.saturating_sub(start);
    if header.stored > left {
        return damaged(format!("a page of {} bytes where {left} are left", header.stored));
    }
    let end = start + header.stored;
    if header.kind() == PageKind::Other {
        return Ok(Page { header, data: Bytes::new(), end });
    }
    let is_stored_as_is = chunk.codec == CompressionCodec::UNCOMPRESSED || header.is_uncompressed;
    let size = if is_stored_as_is { header.stored } else { header.uncompressed };
    let limit = page_limit(header.stored);
    if size > limit || header.stored > limit {
        let stored = header.stored;
        return damaged(format!(
            "a page of {size} bytes, stored in {stored}; the limit for that is {limit}"
        ));
    }
    budget.work(header.stored.saturating_add(size))?;
    // Both are no more than the limit.
    let stored = bytes(source, start, header.stored as usize)?;
    if let Some(expected) = header.crc
        && crc32fast::hash(&stored) != expected
    {
        return damaged("the page's checksum doesn't match: its bytes have changed");
    }
    let data = if is_stored_as_is { stored } else { body(&header, chunk.codec, &stored)? };
    Ok(Page { header, data, end })
}

/// Decompresses a page. In version 2 the levels come first and as they are.
fn body(header: &Header, codec: CompressionCodec, stored: &Bytes) -> Step<Bytes> {
    let levels = match header.kind() {
        PageKind::DataV2 => header.definitions.saturating_add(header.repetitions),
        _ => 0,
    };
    let size = header.uncompressed.checked_sub(levels);
    let parts = usize::try_from(levels).ok().and_then(|at| stored.split_at_checked(at));
    let (Some(size), Some((levels, values))) = (size, parts) else {
        return damaged(format!("levels of {levels} bytes in a page of {}", header.uncompressed));
    };
    // No more than the limit.
    let values = decompress(codec, values, size as usize)?;
    Ok(if levels.is_empty() { values.into() } else { [levels, &values].concat().into() })
}

fn header(source: &Source, at: u64, end: u64) -> Step<(Header, u64)> {
    let left = end.saturating_sub(at);
    let mut problem = None;
    for length in HEADER_READS {
        let bytes = bytes(source, at, left.min(length) as usize)?;
        let mut header = Header::default();
        match walk(&bytes, at, Shape::PageHeader, &mut header) {
            Ok(walked) => return Ok((header, at + walked.bytes)),
            Err(error) => problem = Some(error),
        }
        if left <= length {
            break;
        }
    }
    let problem = problem.map_or_else(String::new, |error| error.message().to_owned());
    damaged(format!("no page header: {problem}"))
}

fn bytes(source: &Source, at: u64, length: usize) -> Step<Bytes> {
    source.get_bytes(at, length).map_err(|cause| Fault::Io(cause.to_string()))
}
