//! A run of a block's rows.

use std::ops::Range;

use crate::block::firsts::First;
use crate::block::values::text_bytes;
use crate::block::{ColumnSlice, Pivoted, Values, ValuesSlice};
use crate::error::{Error, ErrorKind, Result};
use crate::options::MAX_VALUE_BYTES;
use crate::schema::ColumnId;

/// A run of a block's rows: what a backend is given.
#[derive(Clone, Debug)]
pub struct BlockSlice<'s, 'a> {
    pub(super) block: &'s Pivoted<&'a str, &'a [u8]>,
    pub(super) rows: Range<usize>,
}

impl<'s, 'a> BlockSlice<'s, 'a> {
    /// How many rows it has.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// The first values in them, of those of its block, that could not be stored as they came, each with its row here.
    pub(crate) fn firsts(&self) -> impl Iterator<Item = (usize, &'s First)> {
        let start = self.rows.start;
        self.block.firsts.within(self.rows.clone()).map(move |first| (first.row - start, first))
    }

    /// The first `rows` rows, and what comes after them.
    ///
    /// # Panics
    /// Where it has fewer rows.
    #[must_use]
    pub fn split_at(self, rows: usize) -> (Self, Self) {
        assert!(rows <= self.rows.len(), "a slice of {} rows has no row {rows}", self.rows.len());
        let middle = self.rows.start + rows;
        (
            Self { block: self.block, rows: self.rows.start..middle },
            Self { block: self.block, rows: middle..self.rows.end },
        )
    }

    /// The same rows in parts of at most `rows` rows, with at most `rows` elements of lists and `bytes`
    /// bytes of text or bytes in any column; a row that has more is a part of its own.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] where a value is longer than [`MAX_VALUE_BYTES`].
    pub(crate) fn parts(&self, rows: usize, bytes: usize) -> Result<Vec<Self>> {
        let has_lists = || self.block.columns.iter().any(|c| matches!(c.values, Values::List(_)));
        let has_little_text = self.block.most_text <= bytes.min(MAX_VALUE_BYTES);
        if self.rows() <= rows && has_little_text && !has_lists() {
            return Ok(vec![self.clone()]);
        }
        let mut parts = Vec::new();
        self.split_into(rows, bytes, &mut parts)?;
        Ok(parts)
    }

    fn split_into(&self, rows: usize, bytes: usize, parts: &mut Vec<Self>) -> Result<()> {
        let (longest, elements) = self.longest_columns();
        if self.rows() > 1 && (self.rows() > rows || longest > bytes || elements > rows) {
            let (first, second) = self.clone().split_at(self.rows() / 2);
            first.split_into(rows, bytes, parts)?;
            return second.split_into(rows, bytes, parts);
        }
        if self.rows() == 1 && longest > MAX_VALUE_BYTES {
            let message = format!(
                "a value of {longest} bytes: {MAX_VALUE_BYTES} are the most that readers take"
            );
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        parts.push(self.clone());
        Ok(())
    }

    /// Bytes of text or bytes, and elements of lists, in the columns that have the most.
    fn longest_columns(&self) -> (usize, usize) {
        let (mut bytes, mut elements) = (0, 0);
        for (_, slice) in self.columns() {
            let values = slice.values();
            elements = elements.max(most_elements(&values));
            bytes = bytes.max(text_bytes(&values));
        }
        (bytes, elements)
    }

    /// One column, if it has a value in these rows.
    pub(crate) fn column(&self, id: ColumnId) -> Option<ColumnSlice<'s, 'a>> {
        ColumnSlice::new(self.block.columns.get(id.index())?, self.rows.clone())
    }

    /// The columns that have a value in these rows, and a type.
    pub fn columns(
        &self,
    ) -> impl Iterator<Item = (ColumnId, ColumnSlice<'s, 'a>)> + use<'_, 's, 'a> {
        self.columns_that(false)
    }

    /// The columns that have a value in these rows, and whose type has not settled.
    pub fn mixed_columns(
        &self,
    ) -> impl Iterator<Item = (ColumnId, ColumnSlice<'s, 'a>)> + use<'_, 's, 'a> {
        self.columns_that(true)
    }

    fn columns_that(
        &self,
        are_mixed: bool,
    ) -> impl Iterator<Item = (ColumnId, ColumnSlice<'s, 'a>)> + use<'_, 's, 'a> {
        let columns = self.block.columns.iter().enumerate();
        columns.filter(move |(_, column)| column.is_mixed() == are_mixed).filter_map(
            |(index, column)| {
                let slice = ColumnSlice::new(column, self.rows.clone())?;
                Some((ColumnId::new(index, self.block.table), slice))
            },
        )
    }
}

/// Elements of all lists among these values, or of all lists within those if there are more.
pub(crate) fn most_elements(values: &ValuesSlice<'_, '_>) -> usize {
    let ValuesSlice::List(lists) = values else { return 0 };
    let within = lists.fields().map(|(_, field)| most_elements(&field.values()));
    within.fold(lists.element_count(), usize::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::bitmap::Bits;
    use crate::block::{Block, BlockColumn};

    /// A block may refer to more text than an array's or a page's lengths of 32 bits can count.
    #[test]
    fn parts_have_few_rows_and_little_text_but_for_single_rows() {
        let long = "x".repeat(1_000);
        let texts: Vec<&str> =
            (0..100).map(|row| &long[..if row == 40 { 1_000 } else { row }]).collect();
        let column = BlockColumn::new(Bits::from_fn(100, |_| true), Values::Text(texts));
        let most_text = 1_000 + 99 * 100 / 2 - 40;
        let columns = vec![column];
        let pivoted = Pivoted { rows: 100, columns, most_text, ..Pivoted::default() };
        let block = Block { pivoted, ..Block::default() };
        let parts = block.all().parts(30, 200).expect("no value is too long");
        let mut next = 0;
        for part in &parts {
            assert_eq!(part.rows.start, next);
            next = part.rows.end;
            assert!(part.rows() <= 30);
            assert!(part.rows() == 1 || part.longest_columns().0 <= 200, "{:?}", part.rows);
        }
        assert_eq!(next, 100);
        assert!(parts.iter().any(|part| part.rows == (40..41)));
        assert!(block.all().parts(30, 200_000).expect("fits").len() == 4);
    }
}
