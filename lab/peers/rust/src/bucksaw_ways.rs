//! Bucksaw's own ways in.

use std::path::Path;

use bucksaw::{BackendKind, Block, ColumnId, ColumnType, DeclaredSchema, Options, Profile};
use bucksaw_workloads::Type;
use bumpalo::Bump;

use crate::Result;
use crate::rows::Rows;

/// Rows of one block.
const BLOCK_ROWS: usize = 512;

/// In what form the rows go in.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    /// Blocks of borrowed values, by column id.
    Blocks,
    /// Single rows, by column name.
    KeyedRows,
}

/// One way to write with Bucksaw.
pub(crate) struct Way {
    pub(crate) backend: BackendKind,
    pub(crate) profile: Profile,
    pub(crate) form: Form,
    pub(crate) threads: usize,
}

impl Way {
    pub(crate) fn write(&self, rows: &Rows<'_>, output: &Path) -> Result<u64> {
        let mut options = Options::new().backend(self.backend).profile(self.profile);
        if self.backend == BackendKind::Arrow {
            // It takes no columns after its first batch.
            options = options.schema(declared(rows));
        }
        let mut writer = options.threads(self.threads).overwrite(true).create(output)?;
        match self.form {
            Form::Blocks => write_blocks(&mut writer, rows)?,
            Form::KeyedRows => {
                for row in &rows.by_name {
                    writer.write_row(row.iter().copied())?;
                }
            }
        }
        Ok(writer.finish()?.rows)
    }
}

fn declared(rows: &Rows<'_>) -> DeclaredSchema {
    rows.columns.iter().fold(DeclaredSchema::new(), |schema, (name, ty)| {
        let ty = match ty {
            Type::Bool => ColumnType::Bool,
            Type::I64 => ColumnType::Int64,
            Type::F64 => ColumnType::Double,
            Type::Text => ColumnType::Text,
        };
        schema.column(*name, ty)
    })
}

fn write_blocks(writer: &mut bucksaw::Writer, rows: &Rows<'_>) -> Result<()> {
    let ids: Vec<ColumnId> = rows
        .columns
        .iter()
        .map(|(name, _)| writer.column(name))
        .collect::<std::result::Result<_, _>>()?;
    let mut arena = Bump::new();
    let mut spare = Block::new();
    for part in rows.by_place.chunks(BLOCK_ROWS) {
        let mut block = spare.emptied();
        let mut builder = writer.builder(&mut block, &arena)?;
        for row in part {
            for (place, value) in row {
                builder.push(ids[usize::from(*place)], *value)?;
            }
            builder.end_row();
        }
        writer.write_block(&block)?;
        spare = block.emptied();
        arena.reset();
    }
    Ok(())
}
