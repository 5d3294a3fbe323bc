//! Row groups whose rows are put in order: alike rows stand together, and compress better.

use std::sync::Arc;

use super::buffer::{BlockSize, RowBuffer};
use super::order::RowOrder;
use super::sortedness::columns_of;
use crate::block::BlockSlice;
use crate::encode::backend::{
    Backend, Buffered, Encode, FileSummary, Pieces, SideWork, SortedRowGroups,
};
use crate::error::Result;
use crate::format::metadata::KeyValue;
use crate::options::Options;
use crate::schema::Schema;

/// What a row group takes while its rows are encoded, as a part of what they take as they wait.
const ENCODED_SHARE: usize = 2;

/// A backend that has the rows of a row group wait until it ends, and gives them to another in order.
pub(super) struct Clustered {
    by: RowOrder,
    size: BlockSize,
    rows: RowBuffer,
    backend: Box<dyn Backend>,
    sorted: SortedRowGroups,
}

impl Clustered {
    pub(super) fn new(options: &Options, backend: Box<dyn Backend>) -> Self {
        let by = RowOrder::of(&options.clustered_by);
        let size = BlockSize::within(options.memory_limit);
        let sorted = SortedRowGroups { by: columns_of(&by.keys), are_sorted: Vec::new() };
        Self { by, size, rows: RowBuffer::default(), backend, sorted }
    }
}

impl Backend for Clustered {
    fn write<'s>(
        &mut self,
        rows: BlockSlice<'s, '_>,
        _: &Schema,
        _: &mut Pieces,
    ) -> Result<Box<dyn Encode + 's>> {
        self.rows.append(&rows)?;
        Ok(Box::new(()))
    }

    fn write_late<'s>(
        &mut self,
        rows: BlockSlice<'s, '_>,
        first: usize,
        _: &Schema,
        _: &mut Pieces,
    ) -> Result<Box<dyn Encode + 's>> {
        self.rows.append_late(first, &rows)?;
        Ok(Box::new(()))
    }

    fn end_batch(&mut self) -> Result<()> {
        Ok(())
    }

    fn buffered(&self) -> Buffered {
        let held = self.rows.bytes_held();
        Buffered {
            rows: self.rows.rows(),
            bytes_held: held + held / ENCODED_SHARE,
            bytes_expected: held / ENCODED_SHARE,
            ..self.backend.buffered()
        }
    }

    fn side_work(&self) -> Arc<dyn SideWork> {
        self.backend.side_work()
    }

    fn end_row_group(&mut self, schema: &Schema, out: &mut Pieces) -> Result<()> {
        let backend = &mut self.backend;
        if self.rows.rows() == 0 {
            return Ok(());
        }
        let has_nan = self.rows.take_in_order(&self.by, schema, self.size, |block| {
            backend.write(block.all(), schema, out)?.encode()?;
            backend.end_batch()
        })?;
        self.sorted.are_sorted.push(!has_nan);
        backend.end_row_group(schema, out)
    }

    fn finish(
        &mut self,
        schema: &Schema,
        _: &SortedRowGroups,
        key_values: Vec<KeyValue>,
        out: &mut Pieces,
    ) -> Result<FileSummary> {
        self.backend.finish(schema, &self.sorted, key_values, out)
    }
}
