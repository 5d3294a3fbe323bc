//! The messages in protobuf, as they are written.

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

use crate::input::scan::{LANES, special_lanes};

/// Bytes, behind which there is room: what is short is put there without asking for each byte.
pub(super) struct Output<'a> {
    /// With the room.
    bytes: ArenaVec<'a, u8>,
    len: usize,
}

impl<'a> Output<'a> {
    pub(super) fn with_capacity_in(capacity: usize, arena: &'a Bump) -> Self {
        let mut bytes = ArenaVec::with_capacity_in(capacity, arena);
        bytes.resize(capacity, 0);
        Self { bytes, len: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    pub(super) fn into_bytes(mut self) -> &'a [u8] {
        self.bytes.truncate(self.len);
        self.bytes.into_bump_slice()
    }

    /// So many bytes of what was written, from a byte on.
    #[inline]
    pub(super) fn written(&mut self, from: usize, len: usize) -> &mut [u8] {
        &mut self.bytes[from..from + len]
    }

    /// So many bytes of room.
    #[inline]
    fn room<const N: usize>(&mut self) -> &mut [u8] {
        if self.bytes.len() - self.len < N {
            self.grow(N);
        }
        &mut self.bytes[self.len..self.len + N]
    }

    #[cold]
    fn grow(&mut self, by: usize) {
        let wanted = (self.len + by).max(self.bytes.len() + self.bytes.len() / 2);
        self.bytes.resize(wanted, 0);
    }

    #[inline]
    pub(super) fn push(&mut self, byte: u8) {
        self.room::<1>()[0] = byte;
        self.len += 1;
    }

    #[inline]
    pub(super) fn put<const N: usize>(&mut self, bytes: [u8; N]) {
        self.room::<N>().copy_from_slice(&bytes);
        self.len += N;
    }

    pub(super) fn put_slice(&mut self, bytes: &[u8]) {
        if self.bytes.len() - self.len < bytes.len() {
            self.grow(bytes.len());
        }
        self.bytes[self.len..][..bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len();
    }

    #[inline]
    pub(super) fn put_varint(&mut self, mut value: u64) {
        let room = self.room::<10>();
        let mut len = 0;
        while value >= 0x80 && len < 9 {
            room[len] = value as u8 | 0x80;
            value >>= 7;
            len += 1;
        }
        room[len] = value as u8;
        self.len += len + 1;
    }

    /// Copies the start of `text` up to its first quote, backslash or control byte, and says how long that is. None where that comes
    /// too late to be seen here: too much may have been copied then.
    #[inline]
    pub(super) fn put_plain(&mut self, text: &[u8]) -> Option<usize> {
        let mut at = 0;
        loop {
            let lanes: &[u8; LANES] = text.get(at..)?.first_chunk()?;
            self.room::<LANES>().copy_from_slice(lanes);
            let special = special_lanes(lanes);
            let plain = if special == 0 { LANES } else { special.trailing_zeros() as usize };
            self.len += plain;
            at += plain;
            if plain < LANES {
                return Some(at);
            }
        }
    }

    /// Moves what has been written from a byte on, to make room before it.
    pub(super) fn shift(&mut self, from: usize, by: usize) {
        let end = self.len;
        if self.bytes.len() - end < by {
            self.grow(by);
        }
        self.bytes.copy_within(from..end, from + by);
        self.len += by;
    }
}
