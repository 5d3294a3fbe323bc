//! A growing run of bytes that short texts are appended to without a call for each.

/// See the module. Bytes beyond `filled` are room.
#[derive(Debug, Default)]
pub(in crate::encode::direct) struct ByteBuffer {
    bytes: Vec<u8>,
    filled: usize,
}

impl ByteBuffer {
    pub(in crate::encode::direct) fn len(&self) -> usize {
        self.filled
    }

    pub(in crate::encode::direct) fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.filled]
    }

    pub(in crate::encode::direct) fn clear(&mut self) {
        self.filled = 0;
    }

    pub(in crate::encode::direct) fn bytes_held(&self) -> usize {
        self.bytes.capacity()
    }

    #[inline]
    pub(in crate::encode::direct) fn append(&mut self, bytes: &[u8]) {
        let end = self.filled + bytes.len();
        if end > self.bytes.len() {
            self.grow(end);
        }
        copy(bytes, &mut self.bytes[self.filled..end]);
        self.filled = end;
    }

    #[cold]
    fn grow(&mut self, min_len: usize) {
        self.bytes.resize((self.bytes.len() * 2).max(min_len).max(4_096), 0);
    }
}

/// Copies to a slice of the same length.
#[inline]
fn copy(from: &[u8], to: &mut [u8]) {
    match from.len() {
        0..=3 => from.iter().zip(to).for_each(|(from, to)| *to = *from),
        4..=7 => copy_ends::<4>(from, to),
        8..=16 => copy_ends::<8>(from, to),
        17..=32 => copy_ends::<16>(from, to),
        33..=64 => copy_ends::<32>(from, to),
        _ => to.copy_from_slice(from),
    }
}

/// Copies the first `N` bytes and the last, which overlap.
#[inline]
fn copy_ends<const N: usize>(from: &[u8], to: &mut [u8]) {
    if let (Some(from), Some(to)) = (from.first_chunk::<N>(), to.first_chunk_mut::<N>()) {
        *to = *from;
    }
    if let (Some(from), Some(to)) = (from.last_chunk::<N>(), to.last_chunk_mut::<N>()) {
        *to = *from;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_every_length_come_one_after_the_other() {
        let long: Vec<u8> = (0..=255).collect();
        let (mut buffer, mut model) = (ByteBuffer::default(), Vec::new());
        for len in (0..200).chain([9_000, 3]) {
            let bytes: Vec<u8> = long.iter().copied().cycle().skip(len).take(len).collect();
            buffer.append(&bytes);
            model.extend_from_slice(&bytes);
            assert_eq!(buffer.as_slice(), model);
        }
        buffer.clear();
        assert!(buffer.as_slice().is_empty());
    }
}
