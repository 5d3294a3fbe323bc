//! Bytes to blocks.

use super::{Kind, Sections};
use crate::block::bitmap::Bits;
use crate::block::lists::Lists;
use crate::block::{Block, BlockColumn, Pivoted, Values};
use crate::schema::TableTag;

impl Sections {
    /// The rows, of this table; none where these are not the bytes of a block.
    pub(crate) fn block(&self, table: TableTag) -> Option<Block<'_>> {
        let mut left = Left { lists: &self.lists, text: &self.text, bytes: &self.bytes };
        let rows = left.count()?;
        let mut pivoted = Pivoted { table, rows, ..Pivoted::default() };
        for _ in 0..left.count()? {
            let index = left.count()?;
            // They come in order.
            if index < pivoted.columns.len() {
                return None;
            }
            let column = left.column(rows)?;
            pivoted.columns.resize_with(index, BlockColumn::default);
            pivoted.columns.push(column);
        }
        pivoted.most_text = self.text.len() + self.bytes.len();
        Some(Block { pivoted, repeated: Vec::new() })
    }
}

/// What is left to read.
struct Left<'a> {
    lists: &'a [u8],
    text: &'a str,
    bytes: &'a [u8],
}

impl<'a> Left<'a> {
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, left) = self.lists.split_at_checked(len)?;
        self.lists = left;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        Some(self.take(1)?[0])
    }

    fn count(&mut self) -> Option<usize> {
        let bytes = self.take(4)?.first_chunk()?;
        usize::try_from(u32::from_le_bytes(*bytes)).ok()
    }

    fn all<T, const N: usize>(&mut self, count: usize, value: fn([u8; N]) -> T) -> Option<Vec<T>> {
        let (values, _) = self.take(count.checked_mul(N)?)?.as_chunks();
        Some(values.iter().map(|bytes| value(*bytes)).collect())
    }

    fn counts(&mut self, count: usize) -> Option<Vec<u32>> {
        self.all(count, u32::from_le_bytes)
    }

    fn present(&mut self, rows: usize) -> Option<Bits> {
        let mut present = Bits::default();
        if self.byte()? == 1 {
            present.insert_all(0..rows);
            return Some(present);
        }
        let words = self.all(rows.div_ceil(64), u64::from_le_bytes)?;
        for (index, word) in words.into_iter().enumerate() {
            present.insert_word(index * 64, word, 64.min(rows - index * 64));
        }
        Some(present)
    }

    fn column(&mut self, rows: usize) -> Option<BlockColumn<'a>> {
        let present = self.present(rows)?;
        let count = present.count();
        let kind = usize::from(self.byte()?);
        let values = match Kind::ALL.get(kind)? {
            Kind::Bool => Values::Bool(self.all(count, |[byte]: [u8; 1]| byte == 1)?),
            Kind::I32 => Values::I32(self.all(count, i32::from_le_bytes)?),
            Kind::I64 => Values::I64(self.all(count, i64::from_le_bytes)?),
            Kind::F32 => Values::F32(self.all(count, f32::from_le_bytes)?),
            Kind::F64 => Values::F64(self.all(count, f64::from_le_bytes)?),
            Kind::Text => Values::Text(self.texts(count)?),
            Kind::Bytes => {
                let lens = self.counts(count)?;
                Values::Bytes(
                    lens.into_iter().map(|len| self.next_bytes(len)).collect::<Option<_>>()?,
                )
            }
            Kind::List => Values::List(Box::new(self.lists(count)?)),
        };
        Some(BlockColumn::new(present, values))
    }

    fn lists(&mut self, count: usize) -> Option<Lists<'a>> {
        let mut lists = Lists::default();
        for len in self.counts(count)? {
            lists.push(usize::try_from(len).ok()?);
        }
        let elements = lists.element_count();
        for field in 0..self.count()? {
            if self.byte()? == 1 {
                *lists.field_mut(field) = self.column(elements)?;
            }
        }
        Some(lists)
    }

    fn texts(&mut self, count: usize) -> Option<Vec<&'a str>> {
        let different = self.count()?;
        if different == 0 {
            return self.each_text(count);
        }
        let different = self.each_text(different)?;
        let codes = self.all(count, u16::from_le_bytes)?;
        codes.into_iter().map(|code| different.get(usize::from(code)).copied()).collect()
    }

    fn each_text(&mut self, count: usize) -> Option<Vec<&'a str>> {
        let lens = self.counts(count)?;
        lens.into_iter().map(|len| self.next_text(len)).collect()
    }

    fn next_text(&mut self, len: u32) -> Option<&'a str> {
        let (text, left) = self.text.split_at_checked(usize::try_from(len).ok()?)?;
        self.text = left;
        Some(text)
    }

    fn next_bytes(&mut self, len: u32) -> Option<&'a [u8]> {
        let (bytes, left) = self.bytes.split_at_checked(usize::try_from(len).ok()?)?;
        self.bytes = left;
        Some(bytes)
    }
}
