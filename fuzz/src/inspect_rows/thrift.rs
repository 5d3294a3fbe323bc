//! Structs of Thrift's compact protocol as trees that can be changed and written again.

/// A value, with what it takes to write it as it was.
#[derive(Clone, Debug)]
pub enum Node {
    Bool(bool),
    Byte(u8),
    /// The protocol's type for its width, and the integer.
    Int(u8, i64),
    Double([u8; 8]),
    Bytes(Vec<u8>),
    /// The type of the elements, and they.
    List(u8, Vec<Node>),
    Struct(Vec<(i16, Node)>),
}

/// Levels that are read: files of our own have fewer.
const DEPTH: usize = 32;

impl Node {
    /// The struct that `bytes` start with, which are moved behind it.
    pub fn read(bytes: &mut &[u8]) -> Option<Self> {
        read(12, bytes, DEPTH)
    }

    pub fn written(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.write(&mut bytes);
        bytes
    }

    pub fn field(&self, id: i16) -> Option<&Self> {
        let Self::Struct(fields) = self else { return None };
        fields.iter().find(|(known, _)| *known == id).map(|(_, node)| node)
    }

    pub fn field_mut(&mut self, id: i16) -> Option<&mut Self> {
        let Self::Struct(fields) = self else { return None };
        fields.iter_mut().find(|(known, _)| *known == id).map(|(_, node)| node)
    }

    pub fn int(&self, id: i16) -> Option<i64> {
        match self.field(id)? {
            Self::Int(_, value) => Some(*value),
            _ => None,
        }
    }

    pub fn set_int(&mut self, id: i16, to: i64) {
        if let Some(Self::Int(_, value)) = self.field_mut(id) {
            *value = to;
        }
    }

    pub fn remove(&mut self, id: i16) {
        if let Self::Struct(fields) = self {
            fields.retain(|(known, _)| *known != id);
        }
    }

    /// The elements of a list.
    pub fn elements_mut(&mut self) -> &mut [Self] {
        match self {
            Self::List(_, elements) => elements,
            _ => &mut [],
        }
    }

    /// How many nodes there are from here on downwards.
    pub fn count(&self) -> usize {
        1 + match self {
            Self::List(_, elements) => elements.iter().map(Self::count).sum(),
            Self::Struct(fields) => fields.iter().map(|(_, node)| node.count()).sum(),
            _ => 0,
        }
    }

    /// The node of this number, counted downwards from here.
    pub fn nth_mut(&mut self, number: usize) -> Option<&mut Self> {
        let mut left = number;
        self.walk_to(&mut left)
    }

    fn walk_to(&mut self, left: &mut usize) -> Option<&mut Self> {
        if *left == 0 {
            return Some(self);
        }
        *left -= 1;
        match self {
            Self::List(_, elements) => elements.iter_mut().find_map(|node| node.walk_to(left)),
            Self::Struct(fields) => fields.iter_mut().find_map(|(_, node)| node.walk_to(left)),
            _ => None,
        }
    }

    fn kind(&self) -> u8 {
        match self {
            Self::Bool(true) => 1,
            Self::Bool(false) => 2,
            Self::Byte(_) => 3,
            Self::Int(kind, _) => *kind,
            Self::Double(_) => 7,
            Self::Bytes(_) => 8,
            Self::List(..) => 9,
            Self::Struct(_) => 12,
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Bool(value) => out.push(if *value { 1 } else { 2 }),
            Self::Byte(value) => out.push(*value),
            Self::Int(_, value) => write_zigzag(*value, out),
            Self::Double(bytes) => out.extend_from_slice(bytes),
            Self::Bytes(bytes) => {
                write_varint(bytes.len() as u64, out);
                out.extend_from_slice(bytes);
            }
            Self::List(kind, elements) => {
                match elements.len() {
                    len @ 0..15 => out.push((len as u8) << 4 | kind),
                    len => {
                        out.push(0xf0 | kind);
                        write_varint(len as u64, out);
                    }
                }
                elements.iter().for_each(|element| element.write(out));
            }
            Self::Struct(fields) => {
                let mut last = 0;
                for (id, node) in fields {
                    match i32::from(*id) - i32::from(last) {
                        delta @ 1..=15 => out.push((delta as u8) << 4 | node.kind()),
                        _ => {
                            out.push(node.kind());
                            write_zigzag((*id).into(), out);
                        }
                    }
                    last = *id;
                    if !matches!(node, Self::Bool(_)) {
                        node.write(out);
                    }
                }
                out.push(0);
            }
        }
    }
}

fn read(kind: u8, bytes: &mut &[u8], depth: usize) -> Option<Node> {
    let depth = depth.checked_sub(1)?;
    Some(match kind {
        1 | 2 => Node::Bool(byte(bytes)? == 1),
        3 => Node::Byte(byte(bytes)?),
        4..=6 => Node::Int(kind, zigzag(bytes)?),
        7 => Node::Double(take(bytes, 8)?.try_into().ok()?),
        8 => {
            let len = varint(bytes)?.try_into().ok()?;
            Node::Bytes(take(bytes, len)?.to_vec())
        }
        9 | 10 => {
            let head = byte(bytes)?;
            let len = if head >> 4 == 15 { varint(bytes)? } else { u64::from(head >> 4) };
            let elements = (0..len).map(|_| read(head & 15, bytes, depth));
            Node::List(head & 15, elements.collect::<Option<_>>()?)
        }
        12 => {
            let mut fields = Vec::new();
            let mut id = 0_i16;
            loop {
                let head = byte(bytes)?;
                if head == 0 {
                    break;
                }
                id = match head >> 4 {
                    0 => zigzag(bytes)?.try_into().ok()?,
                    delta => id.checked_add(delta.into())?,
                };
                let node = match head & 15 {
                    flag @ (1 | 2) => Node::Bool(flag == 1),
                    kind => read(kind, bytes, depth)?,
                };
                fields.push((id, node));
            }
            Node::Struct(fields)
        }
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

fn write_varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn write_zigzag(value: i64, out: &mut Vec<u8>) {
    write_varint((value << 1 ^ value >> 63) as u64, out);
}
