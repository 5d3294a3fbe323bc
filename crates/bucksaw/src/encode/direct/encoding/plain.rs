//! PLAIN: values one after the other, little endian; byte arrays with a length of 32 bits before
//! them; bools a bit each, lowest first.
//!
//! <https://github.com/apache/parquet-format/blob/master/Encodings.md#plain-plain--0>

use super::byte_buffer::ByteBuffer;

/// Byte arrays of a page.
#[derive(Debug, Default)]
pub(in crate::encode::direct) struct PlainBytes(ByteBuffer);

impl PlainBytes {
    #[inline]
    pub(in crate::encode::direct) fn append(&mut self, value: &[u8]) {
        // Pages stay far below 4 GiB: longer values are refused before.
        self.0.append(&(value.len() as u32).to_le_bytes());
        self.0.append(value);
    }

    /// Bytes so far.
    pub(in crate::encode::direct) fn len(&self) -> usize {
        self.0.len()
    }

    /// Appends them and starts anew.
    pub(in crate::encode::direct) fn append_to(&mut self, page: &mut Vec<u8>) {
        page.extend_from_slice(self.0.as_slice());
        self.0.clear();
    }

    pub(in crate::encode::direct) fn bytes_held(&self) -> usize {
        self.0.bytes_held()
    }
}

/// Bytes that a byte array takes beside its own.
pub(in crate::encode::direct) const LENGTH_BYTES: usize = 4;

/// Appends values of `WIDTH` bytes each, which `bytes_of` gives.
pub(in crate::encode::direct) fn append_fixed<T: Copy, const WIDTH: usize>(
    values: &[T],
    bytes_of: impl Fn(T) -> [u8; WIDTH],
    out: &mut Vec<u8>,
) {
    let before = out.len();
    out.resize(before + values.len() * WIDTH, 0);
    let (slots, _) = out[before..].as_chunks_mut();
    slots.iter_mut().zip(values).for_each(|(slot, value)| *slot = bytes_of(*value));
}

#[inline]
pub(in crate::encode::direct) fn append_bytes(value: &[u8], out: &mut Vec<u8>) {
    // Pages stay far below 4 GiB: longer values are refused before.
    out.extend_from_slice(&(value.len() as u32).to_le_bytes());
    out.extend_from_slice(value);
}

pub(in crate::encode::direct) fn append_bools(values: &[bool], out: &mut Vec<u8>) {
    for eight in values.chunks(8) {
        let byte = eight.iter().enumerate().map(|(bit, value)| u8::from(*value) << bit);
        out.push(byte.sum());
    }
}
