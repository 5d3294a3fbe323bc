//! Encodings: values in, bytes of a page appended. No I/O, no headers, no compression.

mod bit_pack;
pub(super) mod byte_buffer;
#[cfg_attr(not(test), allow(dead_code, reason = "no column chooses it yet"))]
pub(super) mod byte_stream_split;
#[cfg_attr(not(test), allow(dead_code, reason = "no column chooses it yet"))]
pub(super) mod delta_binary_packed;
#[cfg_attr(not(test), allow(dead_code, reason = "no column chooses it yet"))]
pub(super) mod delta_byte_array;
#[cfg_attr(not(test), allow(dead_code, reason = "no column chooses it yet"))]
pub(super) mod delta_length;
#[cfg(test)]
mod page_of;
pub(super) mod plain;
pub(super) mod rle;
pub(super) mod varint;
