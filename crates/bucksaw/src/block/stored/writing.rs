//! Blocks to bytes.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::{Kind, Sections};
use crate::block::bitmap::Bits;
use crate::block::{Block, BlockColumn, Values};
use crate::error::{Error, ErrorKind, Result};

/// Texts of a column that are looked at before it is given up that they come again.
const TRIED_TEXTS: usize = 64;

impl Sections {
    /// Takes a block's rows, in place of those before.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] for values of Arrow's own types, and those whose type has not settled.
    pub(crate) fn fill(&mut self, block: &Block<'_>) -> Result<()> {
        self.clear();
        let columns = || block.pivoted.columns.iter().enumerate();
        let columns = || columns().filter(|(_, column)| column.values.len() > 0);
        self.put_count(block.rows());
        self.put_count(columns().count());
        for (index, column) in columns() {
            self.put_count(index);
            self.put_column(column, block.rows())?;
        }
        Ok(())
    }

    fn put_column(&mut self, column: &BlockColumn<'_>, rows: usize) -> Result<()> {
        self.put_present(&column.present, rows);
        match &column.values {
            Values::Bool(list) => {
                self.put_kind(Kind::Bool);
                self.lists.extend(list.iter().map(|value| u8::from(*value)));
            }
            Values::I32(list) => {
                self.put_kind(Kind::I32);
                self.put_all(list, |value| value.to_le_bytes());
            }
            Values::I64(list) => {
                self.put_kind(Kind::I64);
                self.put_all(list, |value| value.to_le_bytes());
            }
            Values::F32(list) => {
                self.put_kind(Kind::F32);
                self.put_all(list, |value| value.to_le_bytes());
            }
            Values::F64(list) => {
                self.put_kind(Kind::F64);
                self.put_all(list, |value| value.to_le_bytes());
            }
            Values::Text(list) => {
                self.put_kind(Kind::Text);
                self.put_texts(list);
            }
            Values::Bytes(list) => {
                self.put_kind(Kind::Bytes);
                list.iter().for_each(|value| self.put_count(value.len()));
                list.iter().for_each(|value| self.bytes.extend_from_slice(value));
            }
            Values::List(lists) => {
                self.put_kind(Kind::List);
                (0..lists.len()).for_each(|list| self.put_count(lists.elements_of(list).len()));
                self.put_count(lists.fields().len());
                for field in lists.fields() {
                    self.lists.push((field.values.len() > 0).into());
                    if field.values.len() > 0 {
                        self.put_column(field, lists.element_count())?;
                    }
                }
            }
            _ => {
                let message = "values of types that only Arrow has can't wait outside of memory";
                return Err(Error::new(ErrorKind::Unsupported, message));
            }
        }
        Ok(())
    }

    fn put_kind(&mut self, kind: Kind) {
        self.lists.push(kind as u8);
    }

    /// Of a number that is below 2^32, as those of rows, columns, elements and bytes in a block are.
    fn put_count(&mut self, count: usize) {
        self.lists.extend((count as u32).to_le_bytes());
    }

    fn put_all<T: Copy, const N: usize>(&mut self, list: &[T], bytes: impl Fn(T) -> [u8; N]) {
        let start = self.lists.len();
        self.lists.resize(start + list.len() * N, 0);
        for (into, value) in self.lists[start..].chunks_exact_mut(N).zip(list) {
            into.copy_from_slice(&bytes(*value));
        }
    }

    /// Whether all rows have a value, or which do.
    fn put_present(&mut self, present: &Bits, rows: usize) {
        let has_all = present.count_below(rows) == rows;
        self.lists.push(has_all.into());
        if !has_all {
            let words: Vec<u64> = (0..rows).step_by(64).map(|row| present.word_at(row)).collect();
            self.put_all(&words, u64::to_le_bytes);
        }
    }

    /// How many different ones, those, and for each text which of them it is; or none, and all texts.
    fn put_texts(&mut self, list: &[&str]) {
        let Some((different, codes)) = dictionary(list) else {
            self.put_count(0);
            return self.put_each(list);
        };
        self.put_count(different.len());
        self.put_each(&different);
        self.put_all(&codes, u16::to_le_bytes);
    }

    fn put_each(&mut self, list: &[&str]) {
        list.iter().for_each(|text| self.put_count(text.len()));
        list.iter().for_each(|text| self.text.push_str(text));
    }
}

/// The different texts, and which of them each is; none where few come again.
fn dictionary<'a>(list: &[&'a str]) -> Option<(Vec<&'a str>, Vec<u16>)> {
    let mut known: HashMap<&str, u16, FixedState> = HashMap::default();
    let (mut different, mut codes) = (Vec::new(), Vec::with_capacity(list.len()));
    for (index, text) in list.iter().enumerate() {
        if index == TRIED_TEXTS && different.len() > TRIED_TEXTS / 2 {
            return None;
        }
        let next = different.len() as u16;
        let code = *known.entry(text).or_insert(next);
        if code == next {
            if next == u16::MAX {
                return None;
            }
            different.push(*text);
        }
        codes.push(code);
    }
    Some((different, codes))
}
