//! Reads any struct of Thrift's compact protocol into a tree, without knowing what its fields mean.

use std::collections::BTreeMap;

/// A value, with integers of every width as one kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Thrift {
    Bool(bool),
    Int(i64),
    Double(u64),
    Bytes(Vec<u8>),
    List(Vec<Thrift>),
    Struct(Fields),
}

pub type Fields = BTreeMap<i16, Thrift>;

/// The struct that these bytes start with, and its length.
pub fn read_struct(bytes: &[u8]) -> Option<(Fields, usize)> {
    let mut rest = bytes;
    let fields = fields(&mut rest)?;
    Some((fields, bytes.len() - rest.len()))
}

pub fn int(fields: &Fields, id: i16) -> Option<i64> {
    match fields.get(&id)? {
        Thrift::Int(value) => Some(*value),
        _ => None,
    }
}

pub fn inner(fields: &Fields, id: i16) -> Option<&Fields> {
    match fields.get(&id)? {
        Thrift::Struct(fields) => Some(fields),
        _ => None,
    }
}

fn fields(bytes: &mut &[u8]) -> Option<Fields> {
    let mut found = Fields::new();
    let mut id = 0;
    loop {
        let head = byte(bytes)?;
        if head == 0 {
            return Some(found);
        }
        id = match head >> 4 {
            0 => zigzag(bytes)? as i16,
            delta => id + i16::from(delta),
        };
        let value = match head & 15 {
            1 => Thrift::Bool(true),
            2 => Thrift::Bool(false),
            kind => value(kind, bytes)?,
        };
        found.insert(id, value);
    }
}

fn value(kind: u8, bytes: &mut &[u8]) -> Option<Thrift> {
    Some(match kind {
        1 | 2 => Thrift::Bool(byte(bytes)? == 1),
        3 => Thrift::Int(i64::from(byte(bytes)? as i8)),
        4..=6 => Thrift::Int(zigzag(bytes)?),
        7 => Thrift::Double(u64::from_le_bytes(take(bytes, 8)?.try_into().ok()?)),
        8 => {
            let len = varint(bytes)?;
            Thrift::Bytes(take(bytes, len as usize)?.to_vec())
        }
        9 | 10 => {
            let head = byte(bytes)?;
            let len = if head >> 4 == 15 { varint(bytes)? } else { u64::from(head >> 4) };
            let items = (0..len).map(|_| value(head & 15, bytes));
            Thrift::List(items.collect::<Option<_>>()?)
        }
        12 => Thrift::Struct(fields(bytes)?),
        _ => return None,
    })
}

fn take<'b>(bytes: &mut &'b [u8], len: usize) -> Option<&'b [u8]> {
    let (taken, rest) = bytes.split_at_checked(len)?;
    *bytes = rest;
    Some(taken)
}

fn byte(bytes: &mut &[u8]) -> Option<u8> {
    Some(take(bytes, 1)?[0])
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let next = byte(bytes)?;
        value |= u64::from(next & 0x7f) << shift;
        if next < 0x80 {
            return Some(value);
        }
    }
    None
}

fn zigzag(bytes: &mut &[u8]) -> Option<i64> {
    let value = varint(bytes)?;
    Some((value >> 1) as i64 ^ -((value & 1) as i64))
}
