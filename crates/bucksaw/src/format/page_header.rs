//! The headers of pages.

use parquet::basic::{Encoding, PageType};

use super::thrift::append_struct;

/// What stands before a page's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PageHeader {
    pub(crate) kind: PageKind,
    pub(crate) uncompressed_page_size: i32,
    pub(crate) compressed_page_size: i32,
    /// The CRC-32 of the compressed bytes.
    pub(crate) crc: u32,
}

/// The kinds of pages that are written, with what only they have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PageKind {
    /// A data page of version 1; values with nulls. Levels are RLE.
    Data { num_values: i32, encoding: Encoding },
    /// A dictionary page, PLAIN.
    Dictionary { num_values: i32 },
}

impl PageHeader {
    pub(crate) fn append_to(&self, out: &mut Vec<u8>) {
        let page_type = match self.kind {
            PageKind::Data { .. } => PageType::DATA_PAGE,
            PageKind::Dictionary { .. } => PageType::DICTIONARY_PAGE,
        };
        append_struct(out, |fields| {
            fields.i32(1, page_type as i32);
            fields.i32(2, self.uncompressed_page_size);
            fields.i32(3, self.compressed_page_size);
            fields.i32(4, self.crc as i32);
            match self.kind {
                PageKind::Data { num_values, encoding } => fields.structure(5, |fields| {
                    fields.i32(1, num_values);
                    fields.i32(2, encoding as i32);
                    fields.i32(3, Encoding::RLE as i32);
                    fields.i32(4, Encoding::RLE as i32);
                }),
                PageKind::Dictionary { num_values } => fields.structure(7, |fields| {
                    fields.i32(1, num_values);
                    fields.i32(2, Encoding::PLAIN as i32);
                }),
            }
        });
    }
}
