//! Pages: a header in thrift's compact protocol, with a CRC, then the compressed bytes.
//!
//! ```text
//! PageHeader           = 1 type  2 uncompressed size  3 compressed size  4 CRC-32 of the compressed bytes
//!                        5 DataPageHeader | 7 DictionaryPageHeader
//! DataPageHeader       = 1 values, nulls included  2 encoding  3 and 4 encoding of the levels
//! DictionaryPageHeader = 1 values  2 encoding
//! ```
//!
//! <https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift>

use parquet::basic::Encoding;

use super::compress::{Compressor, Effort};
use super::encoding::rle::append_varint;
use crate::error::Result;

/// Rows of one page, at the most.
pub(super) const PAGE_ROWS: usize = 20_000;
/// Rows, or elements of lists, that a chunk takes at a time: fewer than a page has, so that pages don't
/// grow too large.
pub(super) const STEP_ROWS: usize = PAGE_ROWS / 4;

const DATA_PAGE: i32 = 0;
const DICTIONARY_PAGE: i32 = 2;
const I32_FIELD: u8 = 5;
const STRUCT_FIELD: u8 = 12;
const STOP: u8 = 0;

/// How large a page became, its header included.
#[derive(Clone, Copy, Debug)]
pub(super) struct PageSize {
    pub(super) encoded: usize,
    pub(super) compressed: usize,
}

/// Appends a data page of `values` values, nulls included.
pub(super) fn append_data_page(
    page: &[u8],
    values: usize,
    encoding: Encoding,
    compressor: &mut Compressor,
    effort: &mut Effort,
    out: &mut Vec<u8>,
) -> Result<PageSize> {
    append_page(page, compressor, effort, out, DATA_PAGE, |out| {
        field(5, 4, STRUCT_FIELD, out);
        integer(1, 0, values as i32, out);
        integer(2, 1, encoding as i32, out);
        integer(3, 2, Encoding::RLE as i32, out);
        integer(4, 3, Encoding::RLE as i32, out);
    })
}

/// Appends a dictionary page of `values` values, PLAIN.
pub(super) fn append_dictionary_page(
    page: &[u8],
    values: usize,
    compressor: &mut Compressor,
    out: &mut Vec<u8>,
) -> Result<PageSize> {
    append_page(page, compressor, &mut Effort::Level, out, DICTIONARY_PAGE, |out| {
        field(7, 4, STRUCT_FIELD, out);
        integer(1, 0, values as i32, out);
        integer(2, 1, Encoding::PLAIN as i32, out);
    })
}

fn append_page(
    page: &[u8],
    compressor: &mut Compressor,
    effort: &mut Effort,
    out: &mut Vec<u8>,
    page_type: i32,
    append_inner: impl FnOnce(&mut Vec<u8>),
) -> Result<PageSize> {
    let compressed = compressor.compress(page, effort)?;
    let start = out.len();
    integer(1, 0, page_type, out);
    integer(2, 1, page.len() as i32, out);
    integer(3, 2, compressed.len() as i32, out);
    integer(4, 3, crc32fast::hash(compressed) as i32, out);
    append_inner(out);
    out.extend_from_slice(&[STOP, STOP]);
    let header = out.len() - start;
    out.extend_from_slice(compressed);
    Ok(PageSize { encoded: header + page.len(), compressed: header + compressed.len() })
}

fn field(number: u8, last: u8, kind: u8, out: &mut Vec<u8>) {
    out.push((number - last) << 4 | kind);
}

fn integer(number: u8, last: u8, value: i32, out: &mut Vec<u8>) {
    field(number, last, I32_FIELD, out);
    append_varint(u64::from((value << 1 ^ value >> 31) as u32), out);
}
