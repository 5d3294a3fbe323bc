//! Runs become one: the first row of all comes first, and of equal ones that of the first run.

use std::cmp::Ordering;
use std::sync::Arc;

use super::buffer::{BlockSize, give};
use super::order::{OrderKeys, RowOrder};
use super::runs::{Run, RunFile};
use crate::block::stored::StoredBlock;
use crate::block::{Block, BlockSlice, RowIndex};
use crate::error::Result;
use crate::schema::Schema;

/// How far a run is merged.
struct Cursor<'r> {
    run: &'r Run,
    next_block: usize,
    block: Arc<StoredBlock>,
    keys: OrderKeys,
    /// The block's row that is next.
    row: usize,
    /// The start of its key.
    prefix: u64,
    /// Where the block is among those that rows are picked from, if it is.
    index: Option<u32>,
}

impl Cursor<'_> {
    /// Looks at the first row of a block.
    fn look(&mut self, by: &RowOrder, schema: &Schema) -> Result<()> {
        self.row = 0;
        self.keys.clear();
        self.keys.add(&self.block.block().all(), by, schema)?;
        self.prefix = self.keys.prefix_of(0);
        Ok(())
    }

    fn compare(&self, other: &Self) -> Ordering {
        let whole = || self.keys.of(self.row).cmp(other.keys.of(other.row));
        self.prefix.cmp(&other.prefix).then_with(whole)
    }
}

/// Has all rows of these runs taken in order, in blocks of this size.
///
/// # Errors
/// Those of reading the file, and of `take`.
pub(super) fn merge(
    file: &mut RunFile,
    runs: &[Run],
    by: &RowOrder,
    schema: &Schema,
    size: BlockSize,
    mut take: impl FnMut(&mut Block<'_>) -> Result<()>,
) -> Result<()> {
    let mut cursors = Vec::with_capacity(runs.len());
    for run in runs {
        let Some(block) = file.read(run, 0, schema.table())? else { continue };
        let mut cursor = Cursor {
            run,
            next_block: 1,
            block,
            keys: OrderKeys::default(),
            row: 0,
            prefix: 0,
            index: None,
        };
        cursor.look(by, schema)?;
        cursors.push(cursor);
    }
    let mut heap = Heap::of(cursors);
    let mut picked = Picked::default();
    while let Some(first) = heap.first() {
        picked.push(first);
        first.row += 1;
        if first.row < first.keys.rows() {
            first.prefix = first.keys.prefix_of(first.row);
            heap.settle_first();
        } else {
            match file.read(first.run, first.next_block, schema.table())? {
                Some(block) => {
                    picked.retired += first.block.bytes();
                    first.next_block += 1;
                    first.block = block;
                    first.index = None;
                    first.look(by, schema)?;
                    heap.settle_first();
                }
                None => heap.remove_first(),
            }
        }
        if picked.is_full(size) {
            picked.give(size, &mut take)?;
            heap.cursors.iter_mut().for_each(|cursor| cursor.index = None);
        }
    }
    picked.give(size, &mut take)
}

/// Rows that come next, and the blocks that they are in.
#[derive(Default)]
struct Picked {
    blocks: Vec<Arc<StoredBlock>>,
    rows: Vec<RowIndex>,
    /// Bytes of them, about, and of blocks that are not read on.
    bytes: usize,
    retired: usize,
    /// The memory of the block that they become.
    next: Block<'static>,
}

impl Picked {
    fn push(&mut self, cursor: &mut Cursor<'_>) {
        let block = *cursor.index.get_or_insert_with(|| {
            self.blocks.push(Arc::clone(&cursor.block));
            self.blocks.len() as u32 - 1
        });
        self.rows.push(RowIndex { block, row: cursor.row as u32 });
        self.bytes += cursor.block.bytes() / cursor.keys.rows();
    }

    fn is_full(&self, size: BlockSize) -> bool {
        self.rows.len() == size.rows || self.bytes.max(self.retired) >= size.bytes
    }

    fn give(
        &mut self,
        size: BlockSize,
        take: &mut impl FnMut(&mut Block<'_>) -> Result<()>,
    ) -> Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let slices: Vec<BlockSlice<'_, '_>> =
            self.blocks.iter().map(|block| block.block().all()).collect();
        give(&slices, &self.rows, size, &mut self.next, take)?;
        self.blocks.clear();
        self.rows.clear();
        (self.bytes, self.retired) = (0, 0);
        Ok(())
    }
}

/// Cursors as a binary heap, the one with the first row first.
struct Heap<'r> {
    cursors: Vec<Cursor<'r>>,
    /// Which cursor is where in the heap.
    order: Vec<usize>,
}

impl<'r> Heap<'r> {
    fn of(cursors: Vec<Cursor<'r>>) -> Self {
        let mut heap = Self { order: (0..cursors.len()).collect(), cursors };
        (0..heap.order.len() / 2).rev().for_each(|at| heap.settle(at));
        heap
    }

    fn first(&mut self) -> Option<&mut Cursor<'r>> {
        Some(&mut self.cursors[*self.order.first()?])
    }

    /// The first cursor's row is another one now.
    fn settle_first(&mut self) {
        self.settle(0);
    }

    /// The first cursor has no row any more.
    fn remove_first(&mut self) {
        self.order.swap_remove(0);
        self.settle(0);
    }

    fn is_before(&self, a: usize, b: usize) -> bool {
        self.cursors[a].compare(&self.cursors[b]).then(a.cmp(&b)) == Ordering::Less
    }

    /// Moves what is at this place down to where it belongs.
    fn settle(&mut self, mut at: usize) {
        loop {
            let below =
                [2 * at + 1, 2 * at + 2].into_iter().filter(|below| *below < self.order.len());
            let least = below.reduce(|a, b| match self.is_before(self.order[a], self.order[b]) {
                true => a,
                false => b,
            });
            match least {
                Some(least) if self.is_before(self.order[least], self.order[at]) => {
                    self.order.swap(least, at);
                    at = least;
                }
                _ => return,
            }
        }
    }
}
