//! Rows that wait to be put in order.

use super::order::{OrderKeys, RowOrder};
use crate::block::{Block, BlockSlice, OwnedBlock, RowIndex, picked};
use crate::error::Result;
use crate::schema::Schema;

/// Rows in one of the blocks that they wait in.
const WAITING_ROWS: usize = 1_024;
/// Rows in one of the blocks that they leave in, at the most.
const BLOCK_ROWS: usize = 4_096;
/// Such a block's text is one part in so many of the memory limit, about.
const TEXT_SHARE: usize = 64;
/// Bytes of text that an empty block keeps memory for, at the most.
const SPARE_TEXT_BYTES: usize = 4 << 20;
/// Bytes that a row's key and its index take, about, beside the row.
const KEY_BYTES: usize = 64;

/// How large blocks are in which rows leave, at the most; a row that is larger is one by itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct BlockSize {
    pub(super) rows: usize,
    /// Of text and bytes.
    pub(super) bytes: usize,
}

impl BlockSize {
    /// Such as backends are given.
    pub(super) fn within(memory_limit: usize) -> Self {
        Self { rows: BLOCK_ROWS, bytes: memory_limit / TEXT_SHARE }
    }
}

/// Copies of rows, in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct RowBuffer {
    /// All of them full but for the last that has rows; those behind it are spare.
    blocks: Vec<OwnedBlock>,
    rows: usize,
    keys: OrderKeys,
    /// The memory of the rows that come next in order.
    next: Block<'static>,
}

impl RowBuffer {
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Bytes of memory that it keeps, and that it takes to put its rows in order.
    pub(crate) fn bytes_held(&self) -> usize {
        // The memory of spare ones is that of rows to come.
        let used = self.blocks.iter().take(self.rows.div_ceil(WAITING_ROWS));
        let blocks: usize = used.map(OwnedBlock::bytes_held).sum();
        blocks + self.next.bytes_used() + self.keys.bytes_held().max(self.rows * KEY_BYTES)
    }

    /// Appends rows, without the columns whose types have not settled.
    pub(crate) fn append(&mut self, rows: &BlockSlice<'_, '_>) -> Result<()> {
        let mut rest = rows.clone();
        while rest.rows() > 0 {
            let (index, used) = (self.rows / WAITING_ROWS, self.rows % WAITING_ROWS);
            if index == self.blocks.len() {
                self.blocks.push(OwnedBlock::default());
            }
            let (part, after) = rest.clone().split_at(rest.rows().min(WAITING_ROWS - used));
            self.blocks[index].append_settled(&part)?;
            self.rows += part.rows();
            if self.rows.is_multiple_of(WAITING_ROWS) {
                self.blocks[index].shrink();
            }
            rest = after;
        }
        Ok(())
    }

    /// Adds columns of the last rows, from row `first` on, which had no type when the rows came.
    pub(crate) fn append_late(&mut self, first: usize, rows: &BlockSlice<'_, '_>) -> Result<()> {
        let (mut row, mut rest) = (first, rows.clone());
        while rest.rows() > 0 {
            let (index, used) = (row / WAITING_ROWS, row % WAITING_ROWS);
            let (part, after) = rest.clone().split_at(rest.rows().min(WAITING_ROWS - used));
            self.blocks[index].append_late(used, &part)?;
            row += part.rows();
            rest = after;
        }
        Ok(())
    }

    /// Has all rows taken in order, of equal ones the first one first, in blocks of this size; none are left. Returns whether keys
    /// had NaN, which has no order.
    ///
    /// # Errors
    /// [`ErrorKind::Options`](crate::ErrorKind::Options) where a column has values that have no order; those of `take`.
    pub(super) fn take_in_order(
        &mut self,
        by: &RowOrder,
        schema: &Schema,
        size: BlockSize,
        mut take: impl FnMut(&mut Block<'_>) -> Result<()>,
    ) -> Result<bool> {
        let used = self.rows.div_ceil(WAITING_ROWS);
        let blocks = &mut self.blocks[..used];
        let lent = blocks.iter_mut().map(OwnedBlock::lend).collect::<Result<Vec<_>>>()?;
        let slices: Vec<_> = lent.iter().map(Block::all).collect();
        self.keys.clear();
        slices.iter().try_for_each(|rows| self.keys.add(rows, by, schema))?;
        let index_of = |row: u32| {
            let row = row as usize;
            RowIndex { block: (row / WAITING_ROWS) as u32, row: (row % WAITING_ROWS) as u32 }
        };
        let in_order: Vec<RowIndex> = self.keys.in_order().into_iter().map(index_of).collect();
        let text: usize = lent.iter().map(Block::text_bytes).fold(0, usize::saturating_add);
        let rows = size.bytes / (text / self.rows.max(1)).max(1);
        for rows in in_order.chunks(rows.clamp(1, size.rows)) {
            give(&slices, rows, size, &mut self.next, &mut take)?;
        }
        drop(slices);
        let spares: Vec<Block<'static>> = lent.into_iter().map(Block::emptied).collect();
        for (block, spare) in self.blocks.iter_mut().zip(spares) {
            block.reuse(spare, SPARE_TEXT_BYTES);
        }
        let has_nan = self.keys.has_nan;
        self.keys.clear();
        self.rows = 0;
        Ok(has_nan)
    }
}

/// Has picked rows taken, in as many blocks as they need, in the memory of a spare one.
pub(super) fn give(
    blocks: &[BlockSlice<'_, '_>],
    rows: &[RowIndex],
    size: BlockSize,
    spare: &mut Block<'static>,
    take: &mut impl FnMut(&mut Block<'_>) -> Result<()>,
) -> Result<()> {
    let mut next = picked(blocks, rows, std::mem::take(spare))?;
    // Some rows may have much more text than others.
    let is_large = rows.len() > 1 && next.text_bytes() > size.bytes.saturating_mul(2);
    if !is_large {
        take(&mut next)?;
    }
    *spare = next.emptied();
    if is_large {
        let (first, second) = rows.split_at(rows.len() / 2);
        give(blocks, first, size, spare, take)?;
        give(blocks, second, size, spare, take)?;
    }
    Ok(())
}
