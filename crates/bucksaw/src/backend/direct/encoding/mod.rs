//! Encodings: values in, bytes of a page appended. No I/O, no headers, no compression.

pub(super) mod byte_buffer;
pub(super) mod plain;
pub(super) mod rle;
