//! A tiny writer of thrift's compact protocol.
#![allow(unreachable_pub, clippy::unwrap_used)]
#![allow(dead_code, reason = "each test uses a part of it")]

/// Writes thrift's compact protocol, as wrongly as it is told to.
#[derive(Default)]
pub struct Thrift {
    pub bytes: Vec<u8>,
    pub last: Vec<u8>,
}

impl Thrift {
    pub fn varint(&mut self, mut value: u64) -> &mut Self {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
        self
    }

    pub fn begin(&mut self) -> &mut Self {
        self.last.push(0);
        self
    }

    pub fn end(&mut self) -> &mut Self {
        self.last.pop();
        self.bytes.push(0);
        self
    }

    pub fn field(&mut self, id: u8, kind: u8) -> &mut Self {
        let last = self.last.last_mut().unwrap();
        self.bytes.push((id - *last) << 4 | kind);
        *last = id;
        self
    }

    pub fn number(&mut self, value: i64) -> &mut Self {
        self.varint((value << 1 ^ value >> 63) as u64)
    }

    pub fn i32(&mut self, id: u8, value: i64) -> &mut Self {
        self.field(id, 5).number(value)
    }

    pub fn i64(&mut self, id: u8, value: i64) -> &mut Self {
        self.field(id, 6).number(value)
    }

    pub fn text(&mut self, id: u8, text: &str) -> &mut Self {
        self.field(id, 8).varint(text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
        self
    }

    pub fn list(&mut self, id: u8, kind: u8, size: u64) -> &mut Self {
        self.field(id, 9);
        self.bytes.push(0xf0 | kind);
        self.varint(size)
    }

    pub fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    pub fn group(&mut self, name: &str, children: i64) -> &mut Self {
        self.begin().i32(3, 0).text(4, name).i32(5, children).end()
    }

    pub fn leaf(&mut self, name: &str) -> &mut Self {
        self.begin().i32(1, 2).i32(3, 0).text(4, name).end()
    }
}
