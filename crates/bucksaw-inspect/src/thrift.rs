//! A walk over bytes of the thrift compact protocol: iterative, bounded, without allocation beyond
//! one small stack.
//!
//! The grammar, from the specification
//! (<https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>):
//!
//! ```text
//! struct  = { field } 0x00
//! field   = (delta << 4 | type) value              delta 1..15, added to the last field's number
//!         | (type) zigzag-varint(number) value     delta 0
//! list    = (size << 4 | type) { value }           size 0..14
//!         | (15 << 4 | type) varint(size) { value }
//! map     = 0x00 | varint(size) (key type << 4 | value type) { key value }
//! binary  = varint(length) bytes
//! integer = zigzag-varint      double = 8 bytes      i8 = 1 byte      uuid = 16 bytes
//! bool    = in a field: the type itself (1 true, 2 false); in a list: one byte
//! varint  = 7 bits per byte, lowest first, at most 10 bytes
//! ```

use std::fmt;

use super::grammar::{Element, Field, Shape, Wire};
use bucksaw::internal::limits::DEFAULT_MAX_FOOTER_ELEMENTS;
use bucksaw::{Error, ErrorKind, Result};

/// How deeply structs, lists and maps of the metadata may nest. Parquet's own grammar needs 9.
pub const DEFAULT_MAX_FOOTER_DEPTH: usize = 64;

/// What is told about the structs on the way.
pub(super) trait Visitor {
    /// A struct of a known shape begins at this byte of the file.
    fn begin(&mut self, shape: Shape, at: u64) -> Result<()>;
    /// A known field holds an integer, or a boolean, which is 0 or 1.
    fn integer(&mut self, shape: Shape, field: &Field, value: i64, at: u64) -> Result<()>;
    /// A known field holds bytes.
    fn binary(&mut self, shape: Shape, field: &Field, length: u64, at: u64) -> Result<()>;
    /// A struct of a known shape ended.
    fn end(&mut self, shape: Shape, at: u64) -> Result<()>;
}

/// The types on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    True,
    False,
    I8,
    I16,
    I32,
    I64,
    Double,
    Binary,
    List,
    Set,
    Map,
    Struct,
    Uuid,
}

impl Type {
    fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            1 => Self::True,
            2 => Self::False,
            3 => Self::I8,
            4 => Self::I16,
            5 => Self::I32,
            6 => Self::I64,
            7 => Self::Double,
            8 => Self::Binary,
            9 => Self::List,
            10 => Self::Set,
            11 => Self::Map,
            12 => Self::Struct,
            13 => Self::Uuid,
            _ => return None,
        })
    }

    fn fits(self, wire: Wire) -> bool {
        match wire {
            Wire::Unknown => true,
            Wire::Bool => matches!(self, Self::True | Self::False),
            Wire::I8 => self == Self::I8,
            Wire::I16 => self == Self::I16,
            Wire::I32 => self == Self::I32,
            Wire::I64 => self == Self::I64,
            Wire::Double => self == Self::Double,
            Wire::Binary => self == Self::Binary,
            Wire::Struct(_) => self == Self::Struct,
            Wire::List(_) => self == Self::List,
        }
    }
}

/// A struct, list or map that the walk is inside of.
enum Frame {
    Struct { shape: Shape, last: i16, seen: u64, start: u64 },
    List { left: u64, element: Type, wire: Wire },
    Map { left: u64, key: Type, value: Type, key_next: bool },
}

/// What a walk went through.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walked {
    /// The bytes of the struct.
    pub(super) bytes: u64,
    /// The elements of all lists and maps in it.
    pub(super) elements: u64,
}

/// Walks one struct of `root`'s shape. `base` is where `bytes` stands in the file, for messages.
pub(super) fn walk(
    bytes: &[u8],
    base: u64,
    root: Shape,
    visitor: &mut impl Visitor,
) -> Result<Walked> {
    let mut walk = Walk { bytes, at: 0, base, stack: Vec::new(), elements: 0 };
    walk.enter(root, visitor)?;
    while let Some(frame) = walk.stack.last_mut() {
        match frame {
            Frame::Struct { .. } => walk.field(visitor)?,
            Frame::List { left: 0, .. } | Frame::Map { left: 0, .. } => {
                walk.stack.pop();
            }
            Frame::List { left, element, wire } => {
                *left -= 1;
                let (element, wire) = (*element, *wire);
                walk.element(element, wire, visitor)?;
            }
            Frame::Map { left, key, value, key_next } => {
                let part = if *key_next { *key } else { *value };
                if !*key_next {
                    *left -= 1;
                }
                *key_next = !*key_next;
                walk.element(part, Wire::Unknown, visitor)?;
            }
        }
    }
    Ok(Walked { bytes: walk.at as u64, elements: walk.elements })
}

struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    base: u64,
    stack: Vec<Frame>,
    elements: u64,
}

impl Walk<'_> {
    fn offset(&self) -> u64 {
        self.base.saturating_add(self.at as u64)
    }

    fn left(&self) -> u64 {
        (self.bytes.len() - self.at) as u64
    }

    fn byte(&mut self) -> Result<u8> {
        let Some(&byte) = self.bytes.get(self.at) else {
            return Err(invalid(self.offset(), "the metadata ends in the middle of a value"));
        };
        self.at += 1;
        Ok(byte)
    }

    fn skip(&mut self, length: u64, what: &str) -> Result<()> {
        if length > self.left() {
            let message = format!("{what} of {length} bytes where {} bytes are left", self.left());
            return Err(invalid(self.offset(), message));
        }
        // Fits: no more than what is left of a slice.
        self.at += length as usize;
        Ok(())
    }

    fn varint(&mut self) -> Result<u64> {
        let start = self.offset();
        let mut value = 0_u64;
        let mut shift = 0;
        loop {
            let byte = self.byte()?;
            if shift == 63 && byte > 1 {
                return Err(invalid(start, "a number of more than 10 bytes or 64 bits"));
            }
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
            shift += 7;
        }
    }

    fn zigzag(&mut self) -> Result<i64> {
        let raw = self.varint()?;
        Ok((raw >> 1) as i64 ^ -((raw & 1) as i64))
    }

    /// An integer that fits its type: the crate after us cuts off what doesn't.
    fn integer(&mut self, kind: Type) -> Result<i64> {
        let start = self.offset();
        let value = self.zigzag()?;
        let fits = match kind {
            Type::I16 => i16::try_from(value).is_ok(),
            Type::I32 => i32::try_from(value).is_ok(),
            _ => true,
        };
        if fits { Ok(value) } else { Err(invalid(start, format!("{value} doesn't fit {kind:?}"))) }
    }

    fn push(&mut self, frame: Frame) -> Result<()> {
        if self.stack.len() >= DEFAULT_MAX_FOOTER_DEPTH {
            let message = format!("metadata nested deeper than {DEFAULT_MAX_FOOTER_DEPTH} levels");
            return Err(invalid(self.offset(), message));
        }
        self.stack.push(frame);
        Ok(())
    }

    fn enter(&mut self, shape: Shape, visitor: &mut impl Visitor) -> Result<()> {
        let start = self.offset();
        self.push(Frame::Struct { shape, last: 0, seen: 0, start })?;
        if shape == Shape::Unknown { Ok(()) } else { visitor.begin(shape, start) }
    }

    /// Reads one field of the struct on top of the stack, or its end.
    fn field(&mut self, visitor: &mut impl Visitor) -> Result<()> {
        let offset = self.offset();
        let header = self.byte()?;
        if header == 0 {
            if let Some(Frame::Struct { shape, start, .. }) = self.stack.pop()
                && shape != Shape::Unknown
            {
                visitor.end(shape, start)?;
            }
            return Ok(());
        }
        let Some(kind) = Type::from_code(header & 0x0f) else {
            return Err(invalid(offset, format!("{} is no field type", header & 0x0f)));
        };
        let given = if header >> 4 == 0 { Some(self.integer(Type::I16)?) } else { None };
        let Some(Frame::Struct { shape, last, seen, .. }) = self.stack.last_mut() else {
            return Ok(());
        };
        let shape = *shape;
        let id = given.unwrap_or_else(|| i64::from(*last) + i64::from(header >> 4));
        let Ok(id) = i16::try_from(id) else {
            return Err(invalid(offset, format!("field number {id} is out of range")));
        };
        *last = id;
        let Some(field) = shape.field(id) else {
            return self.unknown(kind, visitor);
        };
        // Known numbers are 1 to 19: the shift fits.
        let mark = 1_u64 << (id as u64 & 63);
        if *seen & mark != 0 {
            return Err(invalid(offset, format!("{shape:?}.{} stands twice", field.name)));
        }
        *seen |= mark;
        if !kind.fits(field.wire) {
            let message = format!("{shape:?}.{} is of type {kind:?}", field.name);
            return Err(invalid(offset, message));
        }
        self.known(shape, field, kind, visitor)
    }

    /// Reads the value of a known field, whose type was checked.
    fn known(
        &mut self,
        shape: Shape,
        field: &Field,
        kind: Type,
        visitor: &mut impl Visitor,
    ) -> Result<()> {
        let offset = self.offset();
        match kind {
            Type::I16 | Type::I32 | Type::I64 => {
                let value = self.integer(kind)?;
                if field.count && value < 0 {
                    let message = format!("{shape:?}.{} is negative: {value}", field.name);
                    return Err(invalid(offset, message));
                }
                visitor.integer(shape, field, value, offset)
            }
            Type::Binary => {
                let length = self.varint()?;
                self.skip(length, field.name)?;
                visitor.binary(shape, field, length, offset)
            }
            Type::Struct => match field.wire {
                Wire::Struct(inner) => self.enter(inner, visitor),
                _ => self.enter(Shape::Unknown, visitor),
            },
            Type::List => self.list(field.wire),
            // In a field the type is the value.
            Type::True | Type::False => {
                visitor.integer(shape, field, i64::from(kind == Type::True), offset)
            }
            _ => self.unknown(kind, visitor),
        }
    }

    /// Skips a value of a field that the grammar doesn't know.
    fn unknown(&mut self, kind: Type, visitor: &mut impl Visitor) -> Result<()> {
        match kind {
            // In a field the type is the value.
            Type::True | Type::False => Ok(()),
            _ => self.element(kind, Wire::Unknown, visitor),
        }
    }

    /// Reads a value where it stands in a list or map.
    fn element(&mut self, kind: Type, wire: Wire, visitor: &mut impl Visitor) -> Result<()> {
        match kind {
            Type::True | Type::False | Type::I8 => self.byte().map(drop),
            Type::I16 | Type::I32 | Type::I64 => self.integer(kind).map(drop),
            Type::Double => self.skip(8, "a double"),
            Type::Uuid => self.skip(16, "a UUID"),
            Type::Binary => {
                let length = self.varint()?;
                self.skip(length, "text or bytes")
            }
            Type::Struct => match wire {
                Wire::Struct(shape) => self.enter(shape, visitor),
                _ => self.enter(Shape::Unknown, visitor),
            },
            Type::List | Type::Set => self.list(Wire::Unknown),
            Type::Map => self.map(),
        }
    }

    fn list(&mut self, wire: Wire) -> Result<()> {
        let offset = self.offset();
        let header = self.byte()?;
        let size = if header >> 4 == 15 { self.varint()? } else { u64::from(header >> 4) };
        self.count(size, 1, offset)?;
        if size == 0 {
            // Some writers give an empty list the element type 0.
            return Ok(());
        }
        let Some(element) = Type::from_code(header & 0x0f) else {
            return Err(invalid(offset, format!("{} is no list element type", header & 0x0f)));
        };
        let inner = match wire {
            Wire::List(Element::Bool) => Wire::Bool,
            Wire::List(Element::I32) => Wire::I32,
            Wire::List(Element::I64) => Wire::I64,
            Wire::List(Element::Binary) => Wire::Binary,
            Wire::List(Element::Struct(shape)) => Wire::Struct(shape),
            _ => Wire::Unknown,
        };
        if inner == Wire::Unknown {
            self.skippable(element, offset)?;
        }
        if !element.fits(inner) {
            return Err(invalid(offset, format!("a list of {element:?} instead of {inner:?}")));
        }
        self.push(Frame::List { left: size, element, wire: inner })
    }

    fn map(&mut self) -> Result<()> {
        let offset = self.offset();
        let size = self.varint()?;
        // A key and a value take a byte each at least.
        self.count(size, 2, offset)?;
        if size == 0 {
            return Ok(());
        }
        let types = self.byte()?;
        match (Type::from_code(types >> 4), Type::from_code(types & 0x0f)) {
            (Some(key), Some(value)) => {
                self.skippable(key, offset)?;
                self.skippable(value, offset)?;
                self.push(Frame::Map { left: size, key, value, key_next: true })
            }
            _ => Err(invalid(offset, format!("{types:#04x} are no map types"))),
        }
    }

    /// The `parquet` crate (60.1) skips no bytes for booleans in lists and maps, and would read
    /// on from other bytes than we. Parquet has none in fields that one skips.
    fn skippable(&self, element: Type, offset: u64) -> Result<()> {
        match element {
            Type::True | Type::False => {
                Err(invalid(offset, "a list or map of booleans in an unknown field"))
            }
            _ => Ok(()),
        }
    }

    fn count(&mut self, size: u64, min: u64, offset: u64) -> Result<()> {
        if size > self.left() / min {
            let message = format!("a list of {size} elements where {} bytes are left", self.left());
            return Err(invalid(offset, message));
        }
        self.elements = self.elements.saturating_add(size);
        if self.elements > DEFAULT_MAX_FOOTER_ELEMENTS {
            let message = format!("more than {DEFAULT_MAX_FOOTER_ELEMENTS} list elements");
            return Err(invalid(offset, message));
        }
        Ok(())
    }
}

/// The error for something wrong at a byte of the file.
pub(super) fn invalid(at: u64, what: impl fmt::Display) -> Error {
    Error::new(ErrorKind::InvalidParquet, format!("byte {at}: {what}"))
}
