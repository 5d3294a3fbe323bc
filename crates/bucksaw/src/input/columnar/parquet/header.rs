//! What the header of a page claims, as [thrift's compact protocol](https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md) has it:
//! read before the crate reads it, and in no more memory than a few bytes.

use std::io::{self, ErrorKind, Read};

/// Bytes of a header, at the most. (Those with the longest texts as statistics are some KiB.)
const MAX_HEADER_BYTES: u64 = 1 << 20;
/// Structs and lists within each other. Parquet's own have three levels.
const MAX_DEPTH: usize = 16;

/// Fields of a page's header.
const UNCOMPRESSED_BYTES: i64 = 2;
const COMPRESSED_BYTES: i64 = 3;
const DATA: i64 = 5;
const DICTIONARY: i64 = 7;
const DATA_V2: i64 = 8;
/// The field of a kind's own header.
const VALUES: i64 = 1;

/// What a page's header says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PageClaims {
    /// Bytes of the header itself.
    pub(super) header_bytes: u64,
    pub(super) uncompressed_bytes: usize,
    pub(super) compressed_bytes: usize,
    pub(super) values: usize,
    pub(super) is_dictionary: bool,
}

impl PageClaims {
    /// Reads the header that a source starts with.
    pub(super) fn read(source: impl Read) -> io::Result<Self> {
        let mut header = Header { source: source.take(MAX_HEADER_BYTES) };
        let mut claims = Self::default();
        header.fields(|header, field, kind| {
            match (field, kind) {
                (UNCOMPRESSED_BYTES, I32) => claims.uncompressed_bytes = header.count()?,
                (COMPRESSED_BYTES, I32) => claims.compressed_bytes = header.count()?,
                (DATA | DICTIONARY | DATA_V2, STRUCT) => {
                    claims.is_dictionary = field == DICTIONARY;
                    header.fields(|header, field, kind| match (field, kind) {
                        (VALUES, I32) => {
                            claims.values = header.count()?;
                            Ok(())
                        }
                        _ => header.skip(kind, MAX_DEPTH),
                    })?;
                }
                _ => header.skip(kind, MAX_DEPTH)?,
            }
            Ok(())
        })?;
        claims.header_bytes = MAX_HEADER_BYTES - header.source.limit();
        Ok(claims)
    }
}

// Types of fields.
const TRUE: u8 = 1;
const FALSE: u8 = 2;
const I8: u8 = 3;
const I16: u8 = 4;
const I32: u8 = 5;
const I64: u8 = 6;
const DOUBLE: u8 = 7;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const SET: u8 = 10;
const STRUCT: u8 = 12;

struct Header<R> {
    source: io::Take<R>,
}

impl<R: Read> Header<R> {
    /// Gives each field of a struct, its number and its type, to what reads its value.
    fn fields(
        &mut self,
        mut value: impl FnMut(&mut Self, i64, u8) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut field = 0_i64;
        loop {
            let byte = self.byte()?;
            if byte == 0 {
                return Ok(());
            }
            field = match byte >> 4 {
                0 => self.integer()?,
                delta => field.wrapping_add(delta.into()),
            };
            value(self, field, byte & 0xf)?;
        }
    }

    fn skip(&mut self, kind: u8, depth: usize) -> io::Result<()> {
        let Some(depth) = depth.checked_sub(1) else { return Err(malformed()) };
        match kind {
            TRUE | FALSE => Ok(()),
            I8 => self.byte().map(drop),
            I16 | I32 | I64 => self.varint().map(drop),
            DOUBLE => self.pass_over(size_of::<f64>() as u64),
            BINARY => {
                let length = self.varint()?;
                self.pass_over(length)
            }
            LIST | SET => {
                let byte = self.byte()?;
                let elements = match byte >> 4 {
                    0xf => self.varint()?,
                    elements => elements.into(),
                };
                // Each has a byte at least, so that their number is bounded by the header's bytes.
                (0..elements).try_for_each(|_| match byte & 0xf {
                    TRUE | FALSE => self.byte().map(drop),
                    kind => self.skip(kind, depth),
                })
            }
            STRUCT => self.fields(|header, _, kind| header.skip(kind, depth)),
            _ => Err(malformed()),
        }
    }

    fn byte(&mut self) -> io::Result<u8> {
        let mut byte = [0];
        self.source.read_exact(&mut byte)?;
        Ok(byte[0])
    }

    fn pass_over(&mut self, bytes: u64) -> io::Result<()> {
        let passed = io::copy(&mut self.source.by_ref().take(bytes), &mut io::sink())?;
        if passed == bytes { Ok(()) } else { Err(ErrorKind::UnexpectedEof.into()) }
    }

    fn varint(&mut self) -> io::Result<u64> {
        let mut value = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(malformed())
    }

    fn integer(&mut self) -> io::Result<i64> {
        let value = self.varint()?;
        Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    /// An integer that counts something.
    fn count(&mut self) -> io::Result<usize> {
        usize::try_from(self.integer()?).map_err(|_| malformed())
    }
}

fn malformed() -> io::Error {
    io::Error::new(ErrorKind::InvalidData, "the header of a page is malformed")
}

#[cfg(test)]
mod tests {
    use parquet::basic::Encoding;

    use super::PageClaims;
    use crate::format::page_header::{PageHeader, PageKind};

    fn written(kind: PageKind) -> Vec<u8> {
        let mut header = Vec::new();
        PageHeader { kind, uncompressed_page_size: 70_000, compressed_page_size: 300, crc: 7 }
            .append_to(&mut header);
        header
    }

    #[test]
    fn claims_are_those_of_the_header_that_is_written() {
        for (kind, values, is_dictionary) in [
            (PageKind::Data { num_values: 5_000, encoding: Encoding::PLAIN }, 5_000, false),
            (PageKind::Dictionary { num_values: 3 }, 3, true),
        ] {
            let header = written(kind);
            let expected = PageClaims {
                header_bytes: header.len() as u64,
                uncompressed_bytes: 70_000,
                compressed_bytes: 300,
                values,
                is_dictionary,
            };
            let whole = [&header[..], b"and what follows"].concat();
            assert_eq!(PageClaims::read(&whole[..]).expect("a header"), expected);
            for end in 0..header.len() {
                PageClaims::read(&header[..end]).expect_err("cut");
            }
        }
    }

    #[test]
    fn hostile_headers_take_no_memory_and_end() {
        // A binary of 2^63 bytes, a list of as many, structs without end, a negative size.
        let long = [0xff; 8];
        for header in [
            [&[0x18][..], &long, &[0x7f, 1]].concat(),
            [&[0x19, 0xfc][..], &long, &[0x7f]].concat(),
            vec![0x1c; 10_000],
            vec![0x25, 0x01, 0],
        ] {
            PageClaims::read(&header[..]).expect_err("hostile");
        }
    }
}
