//! What comes next in a source, by its first bytes: the length of a message, or a field of one.

use super::wire::{VarintEnd, varint};

/// Bytes of a message's length before it.
const PREFIX_BYTES: usize = 4;
/// No field begins with a byte below this, since none has the number 0.
const FIRST_TAG: u8 = 8;

/// What a source has next, of which there need not be all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Head {
    /// More bytes are needed to tell.
    Incomplete,
    /// Neither a length nor a field.
    Malformed,
    /// The length of a message of so many bytes, and of how many bytes it is.
    Length(usize, usize),
    /// A field of so many bytes: a message by itself.
    Field(usize),
}

/// What bytes start with.
pub(super) fn head(bytes: &[u8]) -> Head {
    let Some(first) = bytes.first() else { return Head::Incomplete };
    if *first >= FIRST_TAG {
        return field(bytes);
    }
    bytes.first_chunk::<PREFIX_BYTES>().map_or(Head::Incomplete, |prefix| {
        Head::Length(u32::from_be_bytes(*prefix) as usize, PREFIX_BYTES)
    })
}

fn field(bytes: &[u8]) -> Head {
    let missing = |end| if end == VarintEnd::Missing { Head::Incomplete } else { Head::Malformed };
    let (key, tag) = match varint(bytes) {
        Ok(read) => read,
        Err(end) => return missing(end),
    };
    if u32::try_from(key).map_or(0, |key| key >> 3) == 0 {
        return Head::Malformed;
    }
    match (key & 7, varint(&bytes[tag..])) {
        (1, _) => Head::Field(tag + 8),
        (5, _) => Head::Field(tag + 4),
        (0 | 2, Err(end)) => missing(end),
        (0, Ok((_, len))) => Head::Field(tag + len),
        (2, Ok((length, len))) => match usize::try_from(length) {
            // What is added fits, too.
            Ok(length) if length <= usize::MAX >> 1 => Head::Field(tag + len + length),
            _ => Head::Malformed,
        },
        _ => Head::Malformed,
    }
}
