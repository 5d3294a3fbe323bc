//! Pages: a header with a CRC, then the compressed bytes.

use super::compress::{Compressor, Effort, Written};
use crate::encode::backend::{PIECE_BYTES, Pieces};
use crate::error::Result;
use crate::format::page_header::{PageHeader, PageKind};

/// Rows of one page, at the most.
pub(super) const PAGE_ROWS: usize = 20_000;
/// Rows, or elements of lists, that a chunk takes at a time: fewer than a page has, so that pages don't
/// grow too large.
pub(super) const STEP_ROWS: usize = PAGE_ROWS / 4;

/// Bytes of a page's header, at the most: five numbers and what is around them.
const MAX_HEADER_BYTES: usize = 48;

/// Bytes of a page that stand together with its header, at the most.
const FIRST_BYTES: usize = PIECE_BYTES - MAX_HEADER_BYTES;

/// How large a page became, its header included.
#[derive(Clone, Copy, Debug)]
pub(super) struct PageSize {
    pub(super) encoded: usize,
    pub(super) compressed: usize,
}

/// Appends a page of two parts, the second of which may be very large.
pub(super) fn append_page_of_parts(
    parts: [&[u8]; 2],
    kind: PageKind,
    compressor: &mut Compressor,
    effort: &mut Effort,
    out: &mut Pieces,
) -> Result<PageSize> {
    let mut compressed = Pieces::default();
    let Written { len, crc } = compressor.compress_parts(parts, effort, &mut compressed)?;
    let bytes: usize = parts.iter().map(|part| part.len()).sum();
    let header = PageHeader {
        kind,
        uncompressed_page_size: bytes as i32,
        compressed_page_size: len as i32,
        crc,
    };
    let mut start = Vec::with_capacity(MAX_HEADER_BYTES);
    header.append_to(&mut start);
    let header = start.len();
    out.push(start);
    out.append(compressed);
    Ok(PageSize { encoded: header + bytes, compressed: header + len })
}

/// Appends a page.
pub(super) fn append_page(
    page: &[u8],
    kind: PageKind,
    compressor: &mut Compressor,
    effort: &mut Effort,
    out: &mut Pieces,
) -> Result<PageSize> {
    let compressed = compressor.compress(page, effort)?;
    let header = PageHeader {
        kind,
        uncompressed_page_size: page.len() as i32,
        compressed_page_size: compressed.len() as i32,
        crc: crc32fast::hash(compressed),
    };
    let mut start = Vec::with_capacity(MAX_HEADER_BYTES);
    header.append_to(&mut start);
    let header = start.len();
    // The header does not stand alone where there is little behind it.
    let (first, rest) = compressed.split_at(compressed.len().min(FIRST_BYTES));
    start.reserve_exact(first.len());
    start.extend_from_slice(first);
    out.push(start);
    out.extend(rest);
    Ok(PageSize { encoded: header + page.len(), compressed: header + compressed.len() })
}
