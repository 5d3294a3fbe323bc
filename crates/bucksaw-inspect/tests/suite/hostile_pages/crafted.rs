//! Files made by hand: what their footers and page headers say is up to the test.
#![allow(dead_code, reason = "the numbers of the format, whole")]

use crate::thrift_writer::Thrift;

pub(crate) const INT32: i64 = 1;
pub(crate) const INT64: i64 = 2;
pub(crate) const DOUBLE: i64 = 5;
pub(crate) const BYTES: i64 = 6;
pub(crate) const FIXED: i64 = 7;

pub(crate) const UNCOMPRESSED: i64 = 0;
pub(crate) const SNAPPY: i64 = 1;
pub(crate) const GZIP: i64 = 2;
pub(crate) const LZ4: i64 = 5;
pub(crate) const ZSTD: i64 = 6;
pub(crate) const LZ4_RAW: i64 = 7;

pub(crate) const PLAIN: i64 = 0;
const RLE: i64 = 3;

/// A top-level column.
#[derive(Clone, Copy)]
pub(crate) struct Column {
    pub(crate) physical: i64,
    /// 0 required, 1 optional, 2 repeated.
    pub(crate) repetition: i64,
    pub(crate) length: Option<i64>,
}

impl Default for Column {
    fn default() -> Self {
        Self { physical: INT32, repetition: 0, length: None }
    }
}

/// A column chunk: what the footer says of it, and its pages.
#[derive(Clone)]
pub(crate) struct Chunk {
    pub(crate) codec: i64,
    pub(crate) values: i64,
    pub(crate) pages: Vec<u8>,
}

/// A page of any kind but version 2, with whatever sizes are claimed.
pub(crate) fn page(
    kind: i64,
    uncompressed: i64,
    stored: i64,
    values: i64,
    encoding: i64,
    body: &[u8],
) -> Vec<u8> {
    let mut page = Thrift::default();
    page.begin().i32(1, kind).i32(2, uncompressed).i32(3, stored);
    page.field(if kind == 2 { 7 } else { 5 }, 12).begin().i32(1, values).i32(2, encoding);
    if kind == 0 {
        page.i32(3, RLE).i32(4, RLE);
    }
    page.end().end().raw(body);
    page.bytes
}

pub(crate) fn data_page(values: i64, encoding: i64, body: &[u8]) -> Vec<u8> {
    page(0, body.len() as i64, body.len() as i64, values, encoding, body)
}

pub(crate) fn dictionary_page(values: i64, body: &[u8]) -> Vec<u8> {
    page(2, body.len() as i64, body.len() as i64, values, PLAIN, body)
}

/// A page of version 2, with the lengths of its definition and repetition levels.
pub(crate) fn data_page_v2(
    values: i64,
    encoding: i64,
    (definitions, repetitions): (i64, i64),
    body: &[u8],
) -> Vec<u8> {
    let mut page = Thrift::default();
    page.begin().i32(1, 3).i32(2, body.len() as i64).i32(3, body.len() as i64);
    page.field(8, 12).begin().i32(1, values).i32(2, 0).i32(3, values).i32(4, encoding);
    page.i32(5, definitions).i32(6, repetitions).end().end().raw(body);
    page.bytes
}

/// A file of one row group, with a chunk for each column; they are called "a", "b" and so on.
pub(crate) fn file(columns: &[Column], rows: i64, chunks: &[Chunk]) -> Vec<u8> {
    let mut body = b"PAR1".to_vec();
    let placed: Vec<_> = chunks
        .iter()
        .map(|chunk| {
            let start = body.len();
            body.extend_from_slice(&chunk.pages);
            (start, chunk)
        })
        .collect();
    finished(body, columns, rows, &placed)
}

/// A file whose columns all have the same pages.
pub(crate) fn shared(columns: &[Column], rows: i64, chunk: &Chunk) -> Vec<u8> {
    let body = [b"PAR1", &chunk.pages[..]].concat();
    finished(body, columns, rows, &vec![(4, chunk); columns.len()])
}

/// A file of one repeated group of two required numbers.
pub(crate) fn pairs(rows: i64, chunks: &[Chunk; 2]) -> Vec<u8> {
    let mut body = b"PAR1".to_vec();
    let mut placed = Vec::new();
    for chunk in chunks {
        placed.push((body.len(), chunk));
        body.extend_from_slice(&chunk.pages);
    }
    let mut footer = Thrift::default();
    footer.begin().i32(1, 1).list(2, 12, 4).group("root", 1);
    footer.begin().i32(3, 2).text(4, "pair").i32(5, 2).end();
    for name in ["a", "b"] {
        footer.begin().i32(1, INT32).i32(3, 0).text(4, name).end();
    }
    let kinds = [Column::default(); 2];
    row_group(&mut footer, &kinds, rows, &placed);
    whole(body, &footer)
}

fn finished(body: Vec<u8>, columns: &[Column], rows: i64, chunks: &[(usize, &Chunk)]) -> Vec<u8> {
    let mut footer = Thrift::default();
    footer.begin().i32(1, 1).list(2, 12, columns.len() as u64 + 1);
    footer.group("root", columns.len() as i64);
    for (index, column) in columns.iter().enumerate() {
        footer.begin().i32(1, column.physical);
        if let Some(length) = column.length {
            footer.i32(2, length);
        }
        let name = if index == 0 { "a".to_owned() } else { format!("c{index}") };
        footer.i32(3, column.repetition).text(4, &name).end();
    }
    row_group(&mut footer, columns, rows, chunks);
    whole(body, &footer)
}

fn row_group(footer: &mut Thrift, columns: &[Column], rows: i64, chunks: &[(usize, &Chunk)]) {
    footer.i64(3, rows).list(4, 12, 1).begin().list(1, 12, chunks.len() as u64);
    for (column, (start, chunk)) in columns.iter().zip(chunks) {
        let length = chunk.pages.len() as i64;
        footer.begin().i64(2, 0).field(3, 12).begin();
        footer.i32(1, column.physical).list(2, 5, 1).number(0).list(3, 8, 1).raw(b"\x01a");
        footer.i32(4, chunk.codec).i64(5, chunk.values).i64(6, length).i64(7, length);
        footer.i64(9, *start as i64).end().end();
    }
    footer.i64(2, 0).i64(3, rows).end().end();
}

fn whole(mut body: Vec<u8>, footer: &Thrift) -> Vec<u8> {
    body.extend_from_slice(&footer.bytes);
    body.extend_from_slice(&(footer.bytes.len() as u32).to_le_bytes());
    body.extend_from_slice(b"PAR1");
    body
}
