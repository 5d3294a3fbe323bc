//! Pages that are in memory while a row group is read, as their headers claim them: they are held against the limit before
//! the crate takes memory for one.

use std::ops::Range;

use parquet::basic::Compression;
use parquet::file::metadata::RowGroupMetaData;

use super::header::PageClaims;

/// Bytes of an ordinary page, which most writers end pages at. What of a page is beyond is held against the limit.
pub(super) const PAGE_BYTES: usize = 1 << 20;
/// Bytes that a value takes while it is decoded, at the most: where it is, and its levels.
const VALUE_BYTES: usize = 20;

/// The pages of a row group's columns.
#[derive(Default)]
pub(super) struct Pages {
    chunks: Vec<OpenChunk>,
    /// Bytes for what is beyond ordinary pages.
    room: usize,
    refused: Option<Refused>,
}

/// A page that there is no memory for.
#[derive(Clone)]
pub(super) struct Refused {
    pub(super) column: String,
    /// Bytes of the page.
    pub(super) page: usize,
    /// Bytes of room that it would take, with the others that are there.
    pub(super) needed: usize,
    /// Whether others of the same rows are, so that fewer rows take less.
    pub(super) is_with_others: bool,
}

struct OpenChunk {
    column: String,
    range: Range<u64>,
    is_compressed: bool,
    /// Whether one row may have all values of a page.
    is_repeated: bool,
    /// What the last header claimed, and where its page starts.
    next: PageClaims,
    body_at: u64,
    /// Bytes of the dictionary, of all pages that the rows are in that are read, and of the last of them.
    dictionary: usize,
    pages: usize,
    last: usize,
}

impl Pages {
    /// Those of a row group, where `room` is how many bytes large ones may take.
    pub(super) fn of(group: &RowGroupMetaData, room: usize) -> Self {
        let chunk = |chunk: &parquet::file::metadata::ColumnChunkMetaData| {
            let (start, length) = chunk.byte_range();
            OpenChunk {
                column: chunk.column_path().parts().join("."),
                range: start..start.saturating_add(length),
                is_compressed: chunk.compression() != Compression::UNCOMPRESSED,
                is_repeated: chunk.column_descr().max_rep_level() > 0,
                next: PageClaims::default(),
                body_at: 0,
                dictionary: 0,
                pages: 0,
                last: 0,
            }
        };
        Self { chunks: group.columns().iter().map(chunk).collect(), room, refused: None }
    }

    /// Other rows are read from now on: of each column only the page stays that they begin in.
    pub(super) fn begin_batch(&mut self) {
        self.chunks.iter_mut().for_each(|chunk| chunk.pages = chunk.last);
    }

    /// The page that was refused, if one was.
    pub(super) fn take_refused(&mut self) -> Option<Refused> {
        self.refused.take()
    }

    /// Whether a header is at this byte of the file, and not a page whose header was read before.
    pub(super) fn is_header(&self, at: u64) -> bool {
        self.chunks.iter().any(|chunk| chunk.range.contains(&at) && chunk.body_at != at)
    }

    /// Notes what the header at this byte claims.
    pub(super) fn announce(&mut self, at: u64, claims: PageClaims) {
        let mut chunks = self.chunks.iter_mut();
        if let Some(chunk) = chunks.find(|chunk| chunk.range.contains(&at)) {
            chunk.next = claims;
            chunk.body_at = at + claims.header_bytes;
        }
    }

    /// Bytes of a column's page whose header was read last, once it is decompressed.
    pub(super) fn uncompressed_bytes(&self, column: usize) -> usize {
        self.chunks.get(column).map_or(0, |chunk| chunk.next.uncompressed_bytes)
    }

    /// Adds the page at this byte; whether there is room.
    pub(super) fn admit(&mut self, at: u64) -> bool {
        let Some(chunk) = self.chunks.iter_mut().find(|chunk| chunk.body_at == at) else {
            return true;
        };
        let claims = chunk.next;
        let decoded = match claims.is_dictionary || chunk.is_repeated {
            true => claims.values.saturating_mul(VALUE_BYTES),
            false => 0,
        };
        let page = claims.uncompressed_bytes.saturating_add(decoded);
        let with_others = chunk.pages > 0;
        match claims.is_dictionary {
            true => chunk.dictionary = page,
            false => {
                chunk.pages = chunk.pages.saturating_add(page);
                chunk.last = page;
            }
        }
        let compressed = if chunk.is_compressed { claims.compressed_bytes } else { 0 };
        let is_large = chunk.dictionary.max(chunk.pages).max(compressed) > PAGE_BYTES;
        if !is_large {
            return true;
        }
        let column = chunk.column.clone();
        let beyond = |bytes: usize| bytes.saturating_sub(PAGE_BYTES);
        let large = self
            .chunks
            .iter()
            .map(|chunk| beyond(chunk.dictionary).saturating_add(beyond(chunk.pages)));
        let needed = large.fold(beyond(compressed), usize::saturating_add);
        if needed > self.room {
            let is_with_others = with_others && !claims.is_dictionary;
            self.refused = Some(Refused { column, page, needed, is_with_others });
        }
        needed <= self.room
    }

    /// Bytes of all pages that are there.
    pub(super) fn bytes(&self) -> usize {
        let bytes = self.chunks.iter().map(|chunk| chunk.dictionary.saturating_add(chunk.pages));
        bytes.fold(0, usize::saturating_add)
    }
}
