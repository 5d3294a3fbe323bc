//! The values of members, each in the encoding that its field has in protobuf.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::numbers::{double, integer, quoted_integer};
use super::reader::{ARRAY_END, Fault, Raw, Reader, Result};
use super::transcoder::{ARRAY, Transcoder};
use crate::format::thrift::varint_len;
use crate::input::otlp::messages::Kind;

const TEXT: &str = "expected a text";
const INTEGER: &str = "expected an integer, as a number or in a text";
const RANGE: &str = "the integer is beyond the range that this member has in OTLP";
const DOUBLE: &str =
    "expected a number, or a text that is one (\"NaN\", \"Infinity\" and \"-Infinity\" too)";
const HEX: &str = "expected an id: hexadecimal digits, two for each byte";
const BASE64: &str = "expected bytes: a text in base64";
const ENUM: &str = "expected the number of an enumeration's value, which has no such name";

/// Both alphabets are tried, padded or not, as protobuf's JSON takes them.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::URL_SAFE, LENIENT);

impl<'c> Transcoder<'c, '_> {
    #[inline]
    pub(super) fn text(&mut self, number: u32) -> Result<()> {
        if self.short_text(number).is_some() {
            return Ok(());
        }
        let raw = self.quoted(TEXT)?;
        self.put_key(number, 2);
        if !raw.is_escaped {
            self.out.put_varint(raw.bytes.len() as u64);
            self.out.put_slice(raw.bytes);
            return Ok(());
        }
        let room = varint_len(raw.bytes.len() as u64);
        let start = self.make_room(room);
        let out = &mut self.out;
        raw.unescape(|part| out.put_slice(part))?;
        self.end(start, room);
        Ok(())
    }

    /// A text without escapes whose length fits in a byte. None, and nothing is read, of any other.
    #[inline]
    fn short_text(&mut self, number: u32) -> Option<()> {
        let text = self.reader.bytes[self.reader.at..].strip_prefix(b"\"")?;
        let start = self.out.len();
        self.put_key(number, 2);
        let len_at = self.out.len();
        self.out.push(0);
        match self.out.put_plain(text) {
            Some(len @ 0..0x80) if text.get(len) == Some(&b'"') => {
                self.out.written(len_at, 1)[0] = len as u8;
                self.reader.at += len + 2;
                Some(())
            }
            _ => {
                self.out.truncate(start);
                None
            }
        }
    }

    #[inline]
    fn quoted(&mut self, reason: &'static str) -> Result<Raw<'c>> {
        self.reader.expect(b'"', reason)?;
        self.reader.string()
    }

    pub(super) fn id(&mut self, number: u32) -> Result<()> {
        let raw = self.quoted(HEX)?;
        let fault = Fault { at: raw.at, reason: HEX };
        let digits = raw.unescaped()?;
        if !digits.len().is_multiple_of(2) {
            return Err(fault);
        }
        self.put_key(number, 2);
        self.out.put_varint(digits.len() as u64 / 2);
        for pair in digits.chunks_exact(2) {
            let (high, low) = (hex_digit(pair[0]), hex_digit(pair[1]));
            if (high | low) > 0xf {
                return Err(fault);
            }
            self.out.push(high << 4 | low);
        }
        Ok(())
    }

    pub(super) fn base64(&mut self, number: u32) -> Result<()> {
        let raw = self.quoted(BASE64)?;
        let digits = raw.unescaped()?;
        let bytes = STANDARD.decode(&digits).or_else(|_| URL_SAFE.decode(&digits));
        let bytes = bytes.map_err(|_| Fault { at: raw.at, reason: BASE64 })?;
        self.put_key(number, 2);
        self.out.put_varint(bytes.len() as u64);
        self.out.put_slice(&bytes);
        Ok(())
    }

    /// A list of numbers, as a run of bytes.
    pub(super) fn numbers(&mut self, number: u32, kind: Kind) -> Result<()> {
        self.reader.expect(b'[', ARRAY)?;
        self.reader.skip_spaces();
        if self.reader.take(b']') {
            return Ok(());
        }
        let start = self.begin(number, 1);
        loop {
            let (wire_type, value) = self.scalar(kind)?;
            self.put_scalar(wire_type, value);
            self.reader.skip_spaces();
            if !self.reader.take(b',') {
                self.reader.expect(b']', ARRAY_END)?;
                self.end(start, 1);
                return Ok(());
            }
            self.reader.skip_spaces();
        }
    }

    /// A number as its wire type has it.
    pub(super) fn scalar(&mut self, kind: Kind) -> Result<(u8, u64)> {
        let at = self.reader.at;
        if let Kind::Double | Kind::Doubles = kind {
            return Ok((1, self.double()?.to_bits()));
        }
        let value = match kind {
            Kind::Enum(names) if self.reader.peek() == Some(b'"') => {
                self.reader.at += 1;
                let raw = self.reader.string()?;
                let number = names.number(&raw.unescaped()?).ok_or(Fault { at, reason: ENUM })?;
                self.altered.enum_names += 1;
                i128::from(number)
            }
            _ => self.integer()?,
        };
        let range = Fault { at, reason: RANGE };
        let unsigned = u64::try_from(value).map_err(|_| range);
        let signed = i64::try_from(value).map_err(|_| range);
        let small = i32::try_from(value).map_err(|_| range);
        Ok(match kind {
            Kind::Fixed64 | Kind::Fixed64s => (1, unsigned?),
            Kind::Sfixed64 => (1, signed?.cast_unsigned()),
            Kind::Int64 => (0, signed?.cast_unsigned()),
            Kind::Uint64s => (0, unsigned?),
            Kind::Fixed32 => (5, u32::try_from(value).map_err(|_| range)?.into()),
            Kind::Uint32 => (0, u32::try_from(value).map_err(|_| range)?.into()),
            Kind::Sint32 => (0, ((small? << 1) ^ (small? >> 31)).cast_unsigned().into()),
            _ => (0, i64::from(small?).cast_unsigned()),
        })
    }

    fn integer(&mut self) -> Result<i128> {
        let at = self.reader.at;
        if let Some((value, len)) = quoted_integer(&self.reader.bytes[at..]) {
            self.reader.at += len;
            return Ok(value.into());
        }
        let number = self.number(INTEGER)?;
        integer(&number).ok_or(Fault { at, reason: INTEGER })
    }

    fn double(&mut self) -> Result<f64> {
        let at = self.reader.at;
        let number = self.spelled(DOUBLE)?;
        let is_quoted = self.reader.bytes[at] == b'"';
        match &*number {
            b"NaN" if is_quoted => Ok(f64::NAN),
            b"Infinity" if is_quoted => Ok(f64::INFINITY),
            b"-Infinity" if is_quoted => Ok(f64::NEG_INFINITY),
            _ => {
                check_number(&number, at + usize::from(is_quoted), DOUBLE)?;
                double(&number).ok_or(Fault { at, reason: DOUBLE })
            }
        }
    }

    /// A number, or a text that is one.
    fn number(&mut self, reason: &'static str) -> Result<Cow<'c, [u8]>> {
        let at = self.reader.at;
        let number = self.spelled(reason)?;
        let is_quoted = self.reader.bytes[at] == b'"';
        check_number(&number, at + usize::from(is_quoted), reason).map(|()| number)
    }

    /// A number as it is written, or what a text says that may be one.
    fn spelled(&mut self, reason: &'static str) -> Result<Cow<'c, [u8]>> {
        match self.reader.peek() {
            Some(b'-' | b'0'..=b'9') => self.reader.number().map(Cow::Borrowed),
            Some(b'"') => {
                self.reader.at += 1;
                self.reader.string()?.unescaped()
            }
            _ => self.reader.fault(reason),
        }
    }
}

/// Checks that bytes, which start there, are a number and nothing else.
fn check_number(bytes: &[u8], at: usize, reason: &'static str) -> Result<()> {
    match Reader::new(bytes).number() {
        Ok(number) if number.len() == bytes.len() => Ok(()),
        _ => Err(Fault { at, reason }),
    }
}

/// More than 15 of what is none.
fn hex_digit(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => byte - b'0',
        b'a'..=b'f' => byte - b'a' + 10,
        b'A'..=b'F' => byte - b'A' + 10,
        _ => 0x10,
    }
}
