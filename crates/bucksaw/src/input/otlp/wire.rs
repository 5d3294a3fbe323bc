//! Protobuf's wire format: fields one after the other, borrowed from the message. Nothing is trusted: every length
//! is checked.

use bumpalo::Bump;

use super::text::text;

/// Why bytes are not what they should be, and the address of the byte at which that shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) address: usize,
    pub(super) reason: &'static str,
}

pub(super) type Result<T> = std::result::Result<T, Fault>;

const CUT: &str = "the message ends inside a field";
const TOO_LONG: &str = "a field's length is beyond the end of what it is in";
const VARINT: &str = "a variable-length integer has more than 64 bits";
const TAG: &str = "a field has a number or a wire type that protobuf does not have";
const GROUP: &str = "a field is a group, which OTLP does not have";
const OTHER_TYPE: &str = "a field has another wire type than OTLP gives it";
const NOT_UTF8: &str = "the bytes of a text are not UTF-8";

/// A field's value as it is on the wire.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Wire<'a> {
    Varint(u64),
    Fixed64(u64),
    Bytes(&'a [u8]),
    Fixed32(u32),
}

/// A field of a message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field<'a> {
    pub(super) number: u32,
    value: Wire<'a>,
    /// Where it starts.
    address: usize,
}

/// The fields of a message that have not been read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a> {
    left: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(super) fn of(message: &'a [u8]) -> Self {
        Self { left: message }
    }

    /// The bytes that have not been read.
    pub(super) fn left(&self) -> &'a [u8] {
        self.left
    }

    /// The next field; none at the message's end.
    #[inline(always)]
    pub(super) fn next(&mut self) -> Result<Option<Field<'a>>> {
        if self.left.is_empty() {
            return Ok(None);
        }
        let address = address_of(self.left);
        let key = self.varint()?;
        let number = u32::try_from(key >> 3).unwrap_or_default();
        let fault = |reason| Err(Fault { address, reason });
        if number == 0 || key > u32::MAX.into() {
            return fault(TAG);
        }
        let value = match key & 7 {
            0 => Wire::Varint(self.varint()?),
            1 => Wire::Fixed64(u64::from_le_bytes(self.array()?)),
            2 => {
                let length = self.varint()?;
                let length = usize::try_from(length).ok().filter(|len| *len <= self.left.len());
                let Some(length) = length else { return fault(TOO_LONG) };
                let (bytes, left) = self.left.split_at(length);
                self.left = left;
                Wire::Bytes(bytes)
            }
            3 | 4 => return fault(GROUP),
            5 => Wire::Fixed32(u32::from_le_bytes(self.array()?)),
            _ => return fault(TAG),
        };
        Ok(Some(Field { number, value, address }))
    }

    #[inline]
    fn varint(&mut self) -> Result<u64> {
        match self.left.split_first() {
            Some((byte, left)) if *byte < 0x80 => {
                self.left = left;
                Ok(u64::from(*byte))
            }
            _ => self.long_varint(),
        }
    }

    fn long_varint(&mut self) -> Result<u64> {
        let address = address_of(self.left);
        let (value, len) = varint(self.left).map_err(|end| match end {
            VarintEnd::Missing => Fault { address, reason: CUT },
            VarintEnd::TooLong => Fault { address, reason: VARINT },
        })?;
        self.left = &self.left[len..];
        Ok(value)
    }

    #[inline]
    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let cut = Fault { address: address_of(self.left), reason: CUT };
        let (bytes, left) = self.left.split_first_chunk().ok_or(cut)?;
        self.left = left;
        Ok(*bytes)
    }
}

/// Bytes as text.
#[inline]
pub(super) fn text_or_fault(bytes: &[u8]) -> Result<&str> {
    text(bytes).ok_or_else(|| {
        let valid = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
        Fault { address: address_of(bytes) + valid, reason: NOT_UTF8 }
    })
}

/// Why there is no integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum VarintEnd {
    /// Its last byte is missing.
    Missing,
    /// It has more than 64 bits.
    TooLong,
}

/// The integer that bytes start with, and how many of them it takes.
#[inline]
pub(super) fn varint(bytes: &[u8]) -> std::result::Result<(u64, usize), VarintEnd> {
    const LAST: u64 = 0x8080_8080_8080_8080;
    let word = first_word(bytes);
    // The byte without this bit is the last; those behind the end have it.
    let ends = !word & LAST;
    if ends == 0 {
        return varint_by_bytes(bytes);
    }
    let bits = ends.trailing_zeros() + 1;
    let groups = word & !LAST & (u64::MAX >> (u64::BITS - bits));
    // Groups of seven bits are brought together two by two.
    let pairs = groups & 0x007f_007f_007f_007f | (groups & 0x7f00_7f00_7f00_7f00) >> 1;
    let fours = pairs & 0x0000_3fff_0000_3fff | (pairs & 0x3fff_0000_3fff_0000) >> 2;
    let value = fours & 0x0fff_ffff | (fours & 0x0fff_ffff_0000_0000) >> 4;
    Ok((value, bits as usize / 8))
}

/// The first eight bytes, the first one lowest; what is behind their end is ones.
#[inline]
fn first_word(bytes: &[u8]) -> u64 {
    if let Some(first) = bytes.first_chunk() {
        return u64::from_le_bytes(*first);
    }
    let behind = u64::MAX << (8 * bytes.len());
    let half = |bytes: &[u8; 4]| u64::from(u32::from_le_bytes(*bytes));
    match (bytes.first_chunk(), bytes.last_chunk()) {
        // The two halves may have bytes in common.
        (Some(first), Some(last)) => behind | half(first) | half(last) << (8 * (bytes.len() - 4)),
        _ => bytes.iter().rev().fold(u64::MAX, |word, byte| word << 8 | u64::from(*byte)),
    }
}

/// The same, a byte at a time.
#[inline(never)]
fn varint_by_bytes(bytes: &[u8]) -> std::result::Result<(u64, usize), VarintEnd> {
    let mut value = 0;
    for (index, byte) in bytes.iter().take(10).enumerate() {
        if index == 9 && *byte > 1 {
            return Err(VarintEnd::TooLong);
        }
        value |= u64::from(byte & 0x7f) << (7 * index);
        if *byte < 0x80 {
            return Ok((value, index + 1));
        }
    }
    Err(if bytes.len() < 10 { VarintEnd::Missing } else { VarintEnd::TooLong })
}

impl<'a> Field<'a> {
    fn other_type<T>(&self) -> Result<T> {
        Err(Fault { address: self.address, reason: OTHER_TYPE })
    }

    #[inline]
    pub(super) fn bytes(&self) -> Result<&'a [u8]> {
        if let Wire::Bytes(bytes) = self.value { Ok(bytes) } else { self.other_type() }
    }

    #[inline]
    pub(super) fn text(&self) -> Result<&'a str> {
        text_or_fault(self.bytes()?)
    }

    #[inline]
    pub(super) fn fixed64(&self) -> Result<u64> {
        if let Wire::Fixed64(value) = self.value { Ok(value) } else { self.other_type() }
    }

    #[inline]
    pub(super) fn fixed32(&self) -> Result<u32> {
        if let Wire::Fixed32(value) = self.value { Ok(value) } else { self.other_type() }
    }

    pub(super) fn double(&self) -> Result<f64> {
        self.fixed64().map(f64::from_bits)
    }

    #[inline]
    pub(super) fn varint(&self) -> Result<u64> {
        if let Wire::Varint(value) = self.value { Ok(value) } else { self.other_type() }
    }

    /// An integer of 32 bits, whose upper bits are left out as protobuf says.
    pub(super) fn uint32(&self) -> Result<u32> {
        self.varint().map(|value| value as u32)
    }

    /// The same, signed; enumerations too.
    pub(super) fn int32(&self) -> Result<i32> {
        self.uint32().map(u32::cast_signed)
    }

    /// A signed integer of 32 bits whose sign is its lowest bit.
    pub(super) fn sint32(&self) -> Result<i32> {
        self.uint32().map(|value| (value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    /// Each of repeated integers, which may come one by one or as one run of bytes.
    pub(super) fn each_fixed64(&self, mut take: impl FnMut(u64)) -> Result<()> {
        let Wire::Bytes(mut run) = self.value else { return self.fixed64().map(take) };
        while let Some((value, left)) = run.split_first_chunk() {
            take(u64::from_le_bytes(*value));
            run = left;
        }
        match run {
            [] => Ok(()),
            _ => Err(Fault { address: address_of(run), reason: CUT }),
        }
    }

    /// The same of integers of variable length.
    pub(super) fn each_varint(&self, mut take: impl FnMut(u64)) -> Result<()> {
        let Wire::Bytes(run) = self.value else { return self.varint().map(take) };
        let mut run = Fields::of(run);
        while !run.left.is_empty() {
            take(run.varint()?);
        }
        Ok(())
    }

    pub(super) fn bool(&self) -> Result<bool> {
        self.varint().map(|value| value != 0)
    }
}

/// A message within a message, which may come in several parts: protobuf says that these are one after the other.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Embedded<'a> {
    first: Option<&'a [u8]>,
    parts: usize,
}

impl<'a> Embedded<'a> {
    pub(super) fn add(&mut self, part: &'a [u8]) {
        self.first.get_or_insert(part);
        self.parts += 1;
    }

    /// All parts, as one message: the first fields with this number of `outer`.
    #[inline]
    pub(super) fn whole(
        self,
        outer: &'a [u8],
        number: u32,
        arena: &'a Bump,
    ) -> Result<Option<&'a [u8]>> {
        if self.parts <= 1 {
            return Ok(self.first);
        }
        self.put_together(outer, number, arena).map(Some)
    }

    #[cold]
    fn put_together(self, outer: &'a [u8], number: u32, arena: &'a Bump) -> Result<&'a [u8]> {
        let mut whole = bumpalo::collections::Vec::new_in(arena);
        let mut fields = Fields::of(outer);
        let mut left = self.parts;
        // What comes behind the last part is not read again: it may be much, and other parts.
        while left > 0
            && let Some(field) = fields.next()?
        {
            if let (true, Wire::Bytes(part)) = (field.number == number, field.value) {
                left -= 1;
                // No field begins in one part and ends in the next.
                let mut inner = Fields::of(part);
                while inner.next()?.is_some() {}
                whole.extend_from_slice(part);
            }
        }
        Ok(whole.into_bump_slice())
    }
}

/// Where bytes are, to tell later where in their chunk that is.
pub(super) fn address_of(bytes: &[u8]) -> usize {
    bytes.as_ptr() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn integers_are_read_as_byte_by_byte(
            bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..12),
            continues in 0..12_usize,
        ) {
            let goes_on = |(index, byte): (usize, u8)| if index < continues { byte | 0x80 } else { byte };
            let bytes: Vec<u8> = bytes.into_iter().enumerate().map(goes_on).collect();
            proptest::prop_assert_eq!(varint(&bytes), varint_by_bytes(&bytes));
        }
    }

    fn all(message: &[u8]) -> Result<Vec<(u32, Wire<'_>)>> {
        let mut fields = Fields::of(message);
        let mut all = Vec::new();
        while let Some(field) = fields.next()? {
            all.push((field.number, field.value));
        }
        Ok(all)
    }

    #[test]
    fn fields_of_every_wire_type_are_read() {
        let message = [
            &[0x08, 0x96, 0x01][..],
            &[0x11, 1, 0, 0, 0, 0, 0, 0, 0],
            &[0x1a, 2, b'h', b'i'],
            &[0x25, 1, 0, 0, 0],
            &[0xf8, 0xff, 0xff, 0xff, 0x0f, 1],
            &[0x2a, 0],
        ]
        .concat();
        let expected = vec![
            (1, Wire::Varint(150)),
            (2, Wire::Fixed64(1)),
            (3, Wire::Bytes(b"hi")),
            (4, Wire::Fixed32(1)),
            ((1 << 29) - 1, Wire::Varint(1)),
            (5, Wire::Bytes(b"")),
        ];
        assert_eq!(all(&message), Ok(expected));
    }

    #[test]
    fn what_is_no_message_is_a_fault_at_its_byte() {
        let long = [&[0x08][..], &[0xff; 9], &[0x02]].concat();
        let endless = [&[0x08][..], &[0x80; 11]].concat();
        for (message, at, reason) in [
            (&[0x08][..], 1, CUT),
            (&[0x08, 0x80], 1, CUT),
            (&[0x08, 1, 0x11, 0], 3, CUT),
            (&[0x25, 0, 0, 0], 1, CUT),
            (&[0x12, 3, 1, 2], 0, TOO_LONG),
            (&[0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], 0, TOO_LONG),
            (&long, 1, VARINT),
            (&endless, 1, VARINT),
            (&[0x00, 0], 0, TAG),
            (&[0x02, 0], 0, TAG),
            (&[0x0e, 0], 0, TAG),
            (&[0xf8, 0xff, 0xff, 0xff, 0x1f, 0], 0, TAG),
            (&[0x0b, 0x0c], 0, GROUP),
            (&[0x0c], 0, GROUP),
        ] {
            let fault = all(message).expect_err("no message");
            assert_eq!(
                (fault.address - address_of(message), fault.reason),
                (at, reason),
                "{message:?}"
            );
        }
        let mut fields = Fields::of(&[0x0a, 3, b'a', 0xff, b'b']);
        let field = fields.next().expect("a field").expect("a field");
        let fault = field.text().expect_err("no text");
        assert_eq!(fault.address - address_of(field.bytes().expect("bytes")), 1);
        assert!(field.varint().is_err());
    }

    #[test]
    fn parts_of_a_message_are_one() {
        let outer = [0x0a, 2, 8, 5, 0x10, 7, 0x0a, 2, 16, 6];
        let arena = Bump::new();
        let mut embedded = Embedded::default();
        assert_eq!(embedded.whole(&outer, 1, &arena), Ok(None));
        embedded.add(&outer[2..4]);
        assert_eq!(embedded.whole(&outer, 1, &arena), Ok(Some(&outer[2..4])));
        embedded.add(&outer[8..10]);
        assert_eq!(embedded.whole(&outer, 1, &arena), Ok(Some(&[8, 5, 16, 6][..])));
        let split = [0x0a, 1, 8, 0x0a, 1, 5];
        assert!(embedded.whole(&split, 1, &arena).is_err());
    }
}
