//! Pages: a header with a CRC, then the compressed bytes.

use parquet::basic::Encoding;

use super::compress::{Compressor, Effort};
use crate::error::Result;
use crate::format::page_header::{PageHeader, PageKind};

/// Rows of one page, at the most.
pub(super) const PAGE_ROWS: usize = 20_000;
/// Rows, or elements of lists, that a chunk takes at a time: fewer than a page has, so that pages don't
/// grow too large.
pub(super) const STEP_ROWS: usize = PAGE_ROWS / 4;

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
    let kind = PageKind::Data { num_values: values as i32, encoding };
    append_page(page, kind, compressor, effort, out)
}

/// Appends a dictionary page of `values` values, PLAIN.
pub(super) fn append_dictionary_page(
    page: &[u8],
    values: usize,
    compressor: &mut Compressor,
    out: &mut Vec<u8>,
) -> Result<PageSize> {
    let kind = PageKind::Dictionary { num_values: values as i32 };
    append_page(page, kind, compressor, &mut Effort::Level, out)
}

fn append_page(
    page: &[u8],
    kind: PageKind,
    compressor: &mut Compressor,
    effort: &mut Effort,
    out: &mut Vec<u8>,
) -> Result<PageSize> {
    let compressed = compressor.compress(page, effort)?;
    let header = PageHeader {
        kind,
        uncompressed_page_size: page.len() as i32,
        compressed_page_size: compressed.len() as i32,
        crc: crc32fast::hash(compressed),
    };
    let start = out.len();
    header.append_to(out);
    let header = out.len() - start;
    out.extend_from_slice(compressed);
    Ok(PageSize { encoded: header + page.len(), compressed: header + compressed.len() })
}
