//! What a backend is, and what it is given and gives back.

use std::io::{self, Write};
use std::sync::Arc;

#[cfg(feature = "arrow")]
use super::copied::CopiedRowGroup;
use super::written::Written;
use crate::block::BlockSlice;
use crate::error::Result;
use crate::format::bound::Bound;
use crate::format::metadata::{KeyValue, SortingColumn};
use crate::format::schema::Leaf;
use crate::options::SortColumn;
use crate::schema::Schema;

/// Bytes of a piece of pages, at the most: few enough that allocators don't ask the system for each.
pub(crate) const PIECE_BYTES: usize = 64 << 10;

/// Finished bytes, in the pieces in which they were made.
#[derive(Debug, Default)]
pub(crate) struct Pieces(Vec<Vec<u8>>);

impl Pieces {
    /// Appends a piece.
    pub(crate) fn push(&mut self, piece: Vec<u8>) {
        if !piece.is_empty() {
            self.0.push(piece);
        }
    }

    /// Where the next bytes are to be appended: behind the last piece's, or, where it has `enough`
    /// bytes, in a new one. So pieces don't grow far, and what has been made is not copied again.
    pub(crate) fn open(&mut self, enough: usize) -> &mut Vec<u8> {
        if self.0.last().is_none_or(|last| last.len() >= enough) {
            self.0.push(Vec::new());
        }
        // There is one now.
        let last = self.0.len() - 1;
        &mut self.0[last]
    }

    /// Appends bytes, in pieces that have no room to spare.
    pub(crate) fn extend(&mut self, bytes: &[u8]) {
        bytes.chunks(PIECE_BYTES).for_each(|piece| self.push(piece.to_vec()));
    }

    /// Appends what others are made of, the small ones of them together.
    pub(crate) fn append(&mut self, others: Self) {
        for piece in others.0 {
            match self.0.last_mut().filter(|last| last.len() + piece.len() <= PIECE_BYTES) {
                Some(last) => {
                    last.reserve_exact(piece.len());
                    last.extend_from_slice(&piece);
                }
                None => self.push(piece),
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The pieces, in order; none are left.
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = Vec<u8>> {
        self.0.drain(..)
    }
}

/// Bytes as they come.
impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.is_empty() {
            return Ok(0);
        }
        let last = self.open(PIECE_BYTES);
        let some = bytes.len().min(PIECE_BYTES - last.len());
        last.extend_from_slice(&bytes[..some]);
        Ok(some)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a finished file holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FileSummary {
    /// Its rows.
    pub(crate) rows: u64,
    /// Its row groups.
    pub(crate) row_groups: usize,
    /// Where each row group starts in the file.
    pub(crate) row_group_offsets: Vec<u64>,
    /// Its columns, in order.
    pub(crate) columns: Vec<ColumnSummary>,
    /// What it was given, where that is summed up.
    pub(crate) written: Option<Written>,
}

/// What a finished file holds of one column.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ColumnSummary {
    /// Its name in the file.
    pub(crate) name: String,
    /// Bytes of its pages before compression, headers included.
    pub(crate) encoded_bytes: u64,
    /// Bytes of its pages in the file, headers included.
    pub(crate) compressed_bytes: u64,
    /// How many different values it has, where that is known.
    pub(crate) distinct: Option<u64>,
    /// Its values as Parquet counts them: with nulls, and with a null for a list that has no element.
    pub(crate) values: u64,
    /// How many of them are NaN.
    pub(crate) nans: u64,
    /// Min and max.
    pub(crate) bounds: Option<(Bound, Bound)>,
}

/// What a backend holds of the row group that it has not finished.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Buffered {
    /// Rows.
    pub(crate) rows: usize,
    /// Bytes of memory, with those that ending the row group takes besides.
    pub(crate) bytes_held: usize,
    /// Bytes that the row group would have in the file if it ended now, about.
    pub(crate) bytes_expected: usize,
    /// Those of the bytes held that no end of a row group gives back: what is known of finished row
    /// groups, for the footer.
    pub(crate) bytes_finished: usize,
}

/// Which row groups come in which order.
#[derive(Debug, Default)]
pub(crate) struct SortedRowGroups {
    pub(crate) by: Vec<SortColumn>,
    /// Of each finished row group, whether its rows are in this order.
    pub(crate) are_sorted: Vec<bool>,
}

impl SortedRowGroups {
    /// What the footer says of a row group: nothing where it is not sorted. Columns that the file does
    /// not have are null in every row, and so don't matter.
    pub(crate) fn sorting_columns(
        &self,
        row_group: usize,
        leaves: &[Leaf],
    ) -> Option<Vec<SortingColumn>> {
        self.are_sorted.get(row_group).filter(|is_sorted| **is_sorted)?;
        let index =
            |by: &SortColumn| leaves.iter().position(|leaf| leaf.path == [by.column.as_str()]);
        let columns: Vec<SortingColumn> = self
            .by
            .iter()
            .filter_map(|by| {
                Some(SortingColumn {
                    column_idx: index(by)? as i32,
                    descending: by.descending,
                    nulls_first: by.nulls_first,
                })
            })
            .collect();
        (!columns.is_empty()).then_some(columns)
    }
}

/// What is left to do with rows that a backend has taken. Any thread can do it, while the backend takes
/// the rows after them.
pub(crate) trait Encode: Send {
    /// Does all of it, with the help of threads that have nothing else to do. It comes after what others
    /// do with earlier rows.
    ///
    /// # Errors
    /// As [`Backend::write`].
    fn encode(self: Box<Self>) -> Result<()>;
}

/// Work that any thread can do at any time.
pub(crate) trait SideWork: Send + Sync {
    /// Does a piece of it; false where there is none.
    fn do_some(&self) -> bool;
}

/// There is none.
impl SideWork for () {
    fn do_some(&self) -> bool {
        false
    }
}

/// Nothing is left.
impl Encode for () {
    fn encode(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}

/// Turns blocks into the bytes of one Parquet file.
///
/// The contract, which `tests/suite/backends.rs` holds every backend to:
///
/// 1. [`write`](Self::write) takes rows in order, in any number of slices, and returns what is left to
///    do with them. All of it is done before anything else is called. Columns are those of
///    `schema`, by their ids; a column's type never changes, columns are only ever added, and a
///    column that a slice lacks is null in its rows, unless its values come with
///    [`write_late`](Self::write_late), before the row group's end.
/// 2. Finished bytes are appended to `out`, in the file's order; a backend does no I/O. What it has
///    not finished it counts in [`buffered`](Self::buffered).
/// 3. [`end_row_group`](Self::end_row_group) ends the open row group, if it has rows. A backend
///    ends none by itself.
/// 4. [`finish`](Self::finish) comes after the end of the last row group and appends the footer. Columns without any
///    value are left out, but for declared ones where the options say so; a file that would have no
///    column has `_rest`.
/// 5. After an error the backend is only dropped, and what it appended is no file.
pub(crate) trait Backend: Send {
    /// Takes rows.
    ///
    /// # Errors
    /// [`ErrorKind::LateColumn`](crate::ErrorKind::LateColumn) where it can't take a column any
    /// more, [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) for a type that it can't take.
    fn write<'s>(
        &mut self,
        rows: BlockSlice<'s, '_>,
        schema: &Schema,
        out: &mut Pieces,
    ) -> Result<Box<dyn Encode + 's>>;

    /// Takes values of rows that it has taken already, of columns that it was not given for them: the first
    /// row is row `first` of the open row group. A column whose values are still to come so is in a slice of
    /// rows as [mixed](BlockSlice::mixed_columns).
    ///
    /// # Errors
    /// As [`write`](Self::write).
    fn write_late<'s>(
        &mut self,
        rows: BlockSlice<'s, '_>,
        first: usize,
        schema: &Schema,
        out: &mut Pieces,
    ) -> Result<Box<dyn Encode + 's>>;

    /// Ends a batch of rows, so that what it holds can be told.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    fn end_batch(&mut self) -> Result<()>;

    /// What it holds of the open row group, as of the last batch's end.
    fn buffered(&self) -> Buffered;

    /// What threads can do that wait for others.
    fn side_work(&self) -> Arc<dyn SideWork>;

    /// Ends the open row group.
    ///
    /// # Errors
    /// As [`write`](Self::write); [`ErrorKind::FileLimit`](crate::ErrorKind::FileLimit) where the file
    /// would have more row groups and columns than are read back.
    fn end_row_group(&mut self, schema: &Schema, out: &mut Pieces) -> Result<()>;

    /// Whether a row group of another file can be the next one as its bytes are, once the open one has ended.
    #[cfg(feature = "arrow")]
    fn can_copy(&mut self, _: &CopiedRowGroup, _: &Schema) -> bool {
        false
    }

    /// Adds that row group: its bytes stand behind those of `out`, and behind them those of `after`.
    ///
    /// # Errors
    /// As [`end_row_group`](Self::end_row_group).
    #[cfg(feature = "arrow")]
    fn copy(
        &mut self,
        _: CopiedRowGroup,
        _: &Schema,
        _: &mut Pieces,
        _: &mut Pieces,
    ) -> Result<()> {
        Ok(())
    }

    /// Ends the file and returns what it holds. `sorted` tells which row groups are.
    ///
    /// # Errors
    /// As [`end_row_group`](Self::end_row_group).
    fn finish(
        &mut self,
        schema: &Schema,
        sorted: &SortedRowGroups,
        key_values: Vec<KeyValue>,
        out: &mut Pieces,
    ) -> Result<FileSummary>;
}
