//! Columns that say where rows come from.

use super::{ColumnId, Schema};
use crate::options::{SOURCE_FILE_COLUMN, SOURCE_LINE_COLUMN};

/// See the module.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SourceColumns {
    /// The source, as the user named it.
    pub(crate) file: ColumnId,
    /// The line in it, from 1.
    pub(crate) line: ColumnId,
}

impl Schema {
    /// The columns, which are declared where they are asked for.
    pub(super) fn find_source_columns(&self) -> Option<SourceColumns> {
        let find = |name| {
            let index = self.columns.iter().position(|column| column.name == name)?;
            Some(ColumnId::new(index, self.table))
        };
        Some(SourceColumns { file: find(SOURCE_FILE_COLUMN)?, line: find(SOURCE_LINE_COLUMN)? })
    }
}
