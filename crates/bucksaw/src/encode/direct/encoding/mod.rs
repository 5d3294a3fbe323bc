//! Encodings: values in, bytes of a page appended. No I/O, no headers, no compression.

mod bit_pack;
pub(super) mod byte_buffer;
pub(super) mod byte_stream_split;
pub(super) mod delta_binary_packed;
pub(super) mod delta_byte_array;
pub(super) mod delta_length;
#[cfg(test)]
mod page_of;
pub(super) mod plain;
pub(super) mod rle;
pub(super) mod varint;
