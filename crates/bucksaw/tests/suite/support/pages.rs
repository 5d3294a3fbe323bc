//! The pages of a column chunk as its bytes have them, read without the writer's or the crate's code.

use std::ops::Range;

use super::thrift::{inner, int, read_struct};

/// Which kind of page, by the number that the format gives it.
pub const DATA: i64 = 0;
pub const DICTIONARY: i64 = 2;

#[derive(Clone, Debug)]
pub struct Page {
    /// Of its header, in the file.
    pub start: usize,
    pub header_len: usize,
    /// What follows the header, as it was written.
    pub body: Range<usize>,
    pub kind: i64,
    /// Without the header.
    pub uncompressed: usize,
    /// As it says; its bits.
    pub checksum: Option<u32>,
    pub values: i64,
    /// By the number that the format gives it.
    pub encoding: i64,
    pub has_statistics: bool,
}

impl Page {
    /// With its header, as it was written.
    pub fn len(&self) -> usize {
        self.body.end - self.start
    }
}

/// The pages that a chunk's bytes are, without a gap.
pub fn pages(file: &[u8], chunk: Range<usize>) -> Result<Vec<Page>, String> {
    let mut found = Vec::new();
    let mut start = chunk.start;
    while start < chunk.end {
        let page = page(file, start).ok_or_else(|| format!("no page header at {start}"))?;
        start = page.body.end;
        found.push(page);
    }
    if start == chunk.end { Ok(found) } else { Err(format!("the page at {start} goes on")) }
}

fn page(file: &[u8], start: usize) -> Option<Page> {
    let (header, header_len) = read_struct(file.get(start..)?)?;
    let kind = int(&header, 1)?;
    let body = start + header_len;
    let body = body..body + usize::try_from(int(&header, 3)?).ok()?;
    file.get(body.clone())?;
    let specific = inner(&header, if kind == DICTIONARY { 7 } else { 5 })?;
    Some(Page {
        start,
        header_len,
        body,
        kind,
        uncompressed: usize::try_from(int(&header, 2)?).ok()?,
        checksum: int(&header, 4).map(|checksum| checksum as i32 as u32),
        values: int(specific, 1)?,
        encoding: int(specific, 2)?,
        has_statistics: kind == DATA && specific.contains_key(&5),
    })
}

/// The checksum of gzip and zlib of each byte alone.
const CHECKSUMS: [u32; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut checksum = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            checksum = (checksum >> 1) ^ (0xedb8_8320 & (checksum & 1).wrapping_neg());
            bit += 1;
        }
        table[byte] = checksum;
        byte += 1;
    }
    table
};

/// The checksum of gzip and zlib.
pub fn checksum(bytes: &[u8]) -> u32 {
    let mut checksum = u32::MAX;
    for byte in bytes {
        checksum = (checksum >> 8) ^ CHECKSUMS[usize::from(checksum as u8 ^ byte)];
    }
    !checksum
}
