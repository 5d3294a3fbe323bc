//! Writes thrift's compact protocol.
//!
//! ```text
//! struct  = { field } 0x00
//! field   = (delta << 4 | type) value              delta 1..15, added to the last field's number
//!         | (type) zigzag-varint(number) value     delta 0
//! list    = (size << 4 | type) { value }           size 0..14
//!         | (15 << 4 | type) varint(size) { value }
//! binary  = varint(length) bytes
//! integer = zigzag-varint      i8 = 1 byte
//! bool    = in a field: the type itself (1 true, 2 false); in a list: one byte
//! varint  = 7 bits per byte, lowest first, at most 10 bytes
//! ```
//!
//! <https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>

/// The types on the wire that Parquet's metadata needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire {
    True = 1,
    False = 2,
    I8 = 3,
    I16 = 4,
    I32 = 5,
    I64 = 6,
    Binary = 8,
    List = 9,
    Struct = 12,
}

/// Writes the fields of one struct, in the order of their numbers.
pub(crate) struct Fields<'o> {
    out: &'o mut Vec<u8>,
    /// The number of the field before.
    last: i16,
}

/// Appends a struct.
pub(crate) fn append_struct(out: &mut Vec<u8>, write: impl FnOnce(&mut Fields<'_>)) {
    append_fields(0, out, write);
    out.push(0);
}

/// Appends some of a struct's fields, those after the one with the number `last`.
pub(crate) fn append_fields(last: i16, out: &mut Vec<u8>, write: impl FnOnce(&mut Fields<'_>)) {
    write(&mut Fields { out, last });
}

impl Fields<'_> {
    fn field(&mut self, number: i16, wire: Wire) {
        match number - self.last {
            delta @ 1..=15 => self.out.push((delta as u8) << 4 | wire as u8),
            _ => {
                self.out.push(wire as u8);
                append_zigzag(number.into(), self.out);
            }
        }
        self.last = number;
    }

    pub(crate) fn bool(&mut self, number: i16, value: bool) {
        self.field(number, if value { Wire::True } else { Wire::False });
    }

    pub(crate) fn i8(&mut self, number: i16, value: i8) {
        self.field(number, Wire::I8);
        self.out.push(value as u8);
    }

    pub(crate) fn i16(&mut self, number: i16, value: i16) {
        self.field(number, Wire::I16);
        append_zigzag(value.into(), self.out);
    }

    pub(crate) fn i32(&mut self, number: i16, value: i32) {
        self.field(number, Wire::I32);
        append_zigzag(value.into(), self.out);
    }

    pub(crate) fn i64(&mut self, number: i16, value: i64) {
        self.field(number, Wire::I64);
        append_zigzag(value, self.out);
    }

    pub(crate) fn binary(&mut self, number: i16, bytes: &[u8]) {
        self.field(number, Wire::Binary);
        append_binary(bytes, self.out);
    }

    pub(crate) fn structure(&mut self, number: i16, write: impl FnOnce(&mut Fields<'_>)) {
        self.encoded_struct(number, |out| append_fields(0, out, write));
    }

    /// A struct whose fields are appended by `append`.
    pub(crate) fn encoded_struct(&mut self, number: i16, append: impl FnOnce(&mut Vec<u8>)) {
        self.field(number, Wire::Struct);
        append(self.out);
        self.out.push(0);
    }

    /// A list whose elements are appended by whoever asks for it, one after the other.
    pub(crate) fn list(&mut self, number: i16, of: Wire, len: usize) -> &mut Vec<u8> {
        self.field(number, Wire::List);
        match len {
            0..=14 => self.out.push((len as u8) << 4 | of as u8),
            _ => {
                self.out.push(15 << 4 | of as u8);
                append_varint(len as u64, self.out);
            }
        }
        self.out
    }

    pub(crate) fn bools(&mut self, number: i16, values: impl ExactSizeIterator<Item = bool>) {
        let out = self.list(number, Wire::True, values.len());
        out.extend(values.map(|value| if value { Wire::True } else { Wire::False } as u8));
    }

    pub(crate) fn i32s(&mut self, number: i16, values: impl ExactSizeIterator<Item = i32>) {
        let out = self.list(number, Wire::I32, values.len());
        values.for_each(|value| append_zigzag(value.into(), out));
    }

    pub(crate) fn i64s(&mut self, number: i16, values: impl ExactSizeIterator<Item = i64>) {
        let out = self.list(number, Wire::I64, values.len());
        values.for_each(|value| append_zigzag(value, out));
    }

    pub(crate) fn binaries<B: AsRef<[u8]>>(
        &mut self,
        number: i16,
        values: impl ExactSizeIterator<Item = B>,
    ) {
        let out = self.list(number, Wire::Binary, values.len());
        values.for_each(|value| append_binary(value.as_ref(), out));
    }

    pub(crate) fn structs<T>(
        &mut self,
        number: i16,
        values: impl ExactSizeIterator<Item = T>,
        write: impl Fn(T, &mut Fields<'_>),
    ) {
        let out = self.list(number, Wire::Struct, values.len());
        values.for_each(|value| append_struct(out, |fields| write(value, fields)));
    }
}

fn append_binary(bytes: &[u8], out: &mut Vec<u8>) {
    append_varint(bytes.len() as u64, out);
    out.extend_from_slice(bytes);
}

/// Appends a signed integer, which is short where it is close to zero.
pub(crate) fn append_zigzag(value: i64, out: &mut Vec<u8>) {
    append_varint((value << 1 ^ value >> 63) as u64, out);
}

/// Appends 7 bits per byte, lowest first.
pub(crate) fn append_varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Bytes of [`append_varint`].
pub(crate) fn varint_len(value: u64) -> usize {
    (64 - (value | 1).leading_zeros()).div_ceil(7) as usize
}

/// Takes what [`append_zigzag`] appended from the start of `bytes`; none where they end before.
pub(crate) fn take_zigzag(bytes: &mut &[u8]) -> Option<i64> {
    take_varint(bytes).map(|value| (value >> 1) as i64 ^ -((value & 1) as i64))
}

/// Takes what [`append_varint`] appended from the start of `bytes`; none where they end before.
pub(crate) fn take_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..u64::BITS).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}
