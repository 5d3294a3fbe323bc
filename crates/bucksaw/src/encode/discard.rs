//! The backend that writes nothing, for reading inputs to know their columns.

use std::sync::Arc;

use super::backend::{Backend, Buffered, Encode, FileSummary, Pieces, SideWork, SortedRowGroups};
use crate::block::BlockSlice;
use crate::error::Result;
use crate::format::metadata::KeyValue;
use crate::schema::Schema;

/// See the module.
#[derive(Debug)]
pub(crate) struct Discard;

impl Backend for Discard {
    fn write<'s>(
        &mut self,
        _: BlockSlice<'s, '_>,
        _: &Schema,
        _: &mut Pieces,
    ) -> Result<Box<dyn Encode + 's>> {
        Ok(Box::new(()))
    }

    fn write_late<'s>(
        &mut self,
        _: BlockSlice<'s, '_>,
        _: usize,
        _: &Schema,
        _: &mut Pieces,
    ) -> Result<Box<dyn Encode + 's>> {
        Ok(Box::new(()))
    }

    fn end_batch(&mut self) -> Result<()> {
        Ok(())
    }

    fn buffered(&self) -> Buffered {
        Buffered::default()
    }

    fn side_work(&self) -> Arc<dyn SideWork> {
        Arc::new(())
    }

    fn end_row_group(&mut self, _: &Schema, _: &mut Pieces) -> Result<()> {
        Ok(())
    }

    fn finish(
        &mut self,
        _: &Schema,
        _: &SortedRowGroups,
        _: Vec<KeyValue>,
        _: &mut Pieces,
    ) -> Result<FileSummary> {
        Ok(FileSummary::default())
    }
}
