//! The `direct` backend: from blocks straight to pages.
//!
//! A column's values go into its dictionary, or PLAIN into its page; full pages are compressed at once;
//! a row group is finished alone and spliced into the file, which takes columns at any time.
//! V1 pages, PLAIN and RLE_DICTIONARY: what every reader knows; with the profile `modern`, delta
//! encodings and BYTE_STREAM_SPLIT too.

mod bloom_filter;
mod column_chunk;
mod columns;
mod compress;
pub(crate) mod cost;
mod dictionary;
mod encoder;
mod encoding;
pub(crate) mod estimate;
mod file;
mod fixed_width;
mod levels;
mod metadata;
mod open_chunk;
mod page;
mod page_queue;
mod row_group;
mod statistics;
mod values;

use std::sync::Arc;

use self::column_chunk::Settings;
use self::columns::FileColumn;
use self::file::{Ending, File};
use self::metadata::Description;
#[cfg(feature = "arrow")]
use self::metadata::schema_elements;
use self::row_group::{Encoding, RowGroup};
use crate::block::BlockSlice;
use crate::encode::backend::{
    Backend, Buffered, Encode, FileSummary, Pieces, SideWork, SortedRowGroups,
};
#[cfg(feature = "arrow")]
use crate::encode::copied::CopiedRowGroup;
use crate::error::Result;
use crate::format::metadata::KeyValue;
use crate::options::Options;
use crate::runtime::hash::Seed;
use crate::runtime::workers::Workers;
use crate::schema::Schema;

/// See the module.
pub(crate) struct DirectBackend {
    encoding: Encoding,
    group: RowGroup,
    file: File,
    /// The file's columns, in the order in which they came.
    columns: Vec<FileColumn>,
    /// Of the schema's columns, which are among them.
    is_in_file: Vec<bool>,
    has_values: Vec<bool>,
}

impl DirectBackend {
    pub(crate) fn new(options: &Options, workers: &Arc<Workers>) -> Self {
        let settings = Settings {
            statistics: options.statistics,
            profile: options.profile,
            seed: Seed::random(),
        };
        Self {
            encoding: Encoding::new(options, settings, workers),
            group: RowGroup::default(),
            file: File::new(Description::new(options)),
            columns: Vec::new(),
            is_in_file: Vec::new(),
            has_values: Vec::new(),
        }
    }

    /// Adds to the file's columns those that have a value by now, and at first those declared; the
    /// first row group has to have one, since the file's first column may not be late.
    fn add_columns(&mut self, schema: &Schema) {
        let is_late = self.file.has_row_groups();
        self.is_in_file.resize(schema.columns().len(), false);
        for (index, column) in schema.columns().iter().enumerate() {
            let is_there = self.group.has(index)
                || ((!is_late || schema.is_of_dataset()) && schema.is_wanted(column));
            if !is_there || std::mem::replace(&mut self.is_in_file[index], true) {
                continue;
            }
            // Only the first column may stand in for another.
            match self.columns.first_mut().filter(|known| known.stands_in_for(column)) {
                Some(stand_in) => *stand_in = FileColumn::new(column, index, false),
                None => self.columns.push(FileColumn::new(column, index, is_late)),
            }
        }
        if self.columns.is_empty() {
            self.columns.push(FileColumn::stand_in());
        }
    }

    /// The indexes of the columns that are in the footer: those with a value, declared ones, and always one that is
    /// not late.
    fn kept(&self, schema: &Schema) -> Vec<usize> {
        let stays = |column: &FileColumn| {
            column.index.is_some_and(|index| {
                self.has_values[index] || schema.is_wanted(&schema.columns()[index])
            })
        };
        let mut kept: Vec<usize> =
            (0..self.columns.len()).filter(|index| stays(&self.columns[*index])).collect();
        if kept.first().is_none_or(|first| self.columns[*first].is_late) {
            kept.insert(0, 0);
        }
        kept
    }
}

impl Backend for DirectBackend {
    fn write<'s>(
        &mut self,
        rows: BlockSlice<'s, '_>,
        schema: &Schema,
        out: &mut Pieces,
    ) -> Result<Box<dyn Encode + 's>> {
        let first = self.group.rows();
        self.write_late(rows, first, schema, out)
    }

    fn write_late<'s>(
        &mut self,
        rows: BlockSlice<'s, '_>,
        first: usize,
        schema: &Schema,
        _: &mut Pieces,
    ) -> Result<Box<dyn Encode + 's>> {
        Ok(Box::new(self.group.append(rows, first, schema, &self.encoding)?))
    }

    fn end_batch(&mut self) -> Result<()> {
        self.group.end_batch(&self.encoding)
    }

    fn side_work(&self) -> Arc<dyn SideWork> {
        Arc::clone(&self.encoding.encoders) as Arc<dyn SideWork>
    }

    fn buffered(&self) -> Buffered {
        let bytes_finished = self.file.bytes_held();
        Buffered {
            rows: self.group.rows(),
            bytes_held: self.group.bytes_held() + bytes_finished,
            bytes_expected: self.group.bytes_expected(),
            bytes_finished,
        }
    }

    fn end_row_group(&mut self, schema: &Schema, out: &mut Pieces) -> Result<()> {
        if self.group.rows() == 0 {
            return Ok(());
        }
        self.add_columns(schema);
        let group = std::mem::take(&mut self.group);
        self.has_values.resize(schema.columns().len(), false);
        for (index, has_values) in self.has_values.iter_mut().enumerate() {
            *has_values |= group.has(index);
        }
        let (group, spare) = group.finish(&self.columns, &self.encoding)?;
        self.group = RowGroup::after(self.columns.len(), spare);
        self.file.append(group, &self.columns, out)
    }

    #[cfg(feature = "arrow")]
    fn can_copy(&mut self, copied: &CopiedRowGroup, schema: &Schema) -> bool {
        self.add_columns(schema);
        let elements = schema_elements(self.columns.iter());
        // Columns that it lacks are behind its own.
        let is_start = elements.get(1..).is_some_and(|of| of.starts_with(&copied.elements));
        is_start && copied.is_as_told(&self.encoding.options)
    }

    #[cfg(feature = "arrow")]
    fn copy(
        &mut self,
        copied: CopiedRowGroup,
        schema: &Schema,
        out: &mut Pieces,
        after: &mut Pieces,
    ) -> Result<()> {
        self.has_values.resize(schema.columns().len(), false);
        for (column, (_, values, _)) in self.columns.iter().zip(copied.columns()) {
            if let Some(index) = column.index {
                self.has_values[index] |= values > 0;
            }
        }
        let Self { encoding, file, columns, .. } = self;
        encoding.encoders.with(|encoder| file.append_copied(copied, columns, encoder, out, after))
    }

    fn finish(
        &mut self,
        schema: &Schema,
        sorted: &SortedRowGroups,
        key_values: Vec<KeyValue>,
        out: &mut Pieces,
    ) -> Result<FileSummary> {
        self.add_columns(schema);
        self.has_values.resize(schema.columns().len(), false);
        let kept = self.kept(schema);
        let ending = Ending { columns: &self.columns, sorted, key_values };
        let ended = File::new(Description::new(&self.encoding.options));
        let file = std::mem::replace(&mut self.file, ended);
        self.encoding.encoders.with(|encoder| file.finish(ending, &kept, encoder, out))
    }
}

#[cfg(test)]
mod finished_tests;

#[cfg(test)]
mod tests {
    use super::columns::tests::COMPARED;
    use crate::{MemorySink, Options, Value};

    /// Each column is compared once, however many others and row groups there are.
    #[test]
    fn the_cost_of_finding_columns_is_linear() {
        let names: Vec<String> = (0..2_000).map(|number| format!("c{number}")).collect();
        let options = Options::new().max_columns(2_000).row_group_rows(1);
        let mut writer = options.write_to(MemorySink::new()).expect("sound options");
        let before = COMPARED.get();
        for names in names.chunks(500) {
            let row = names.iter().map(|name| (name.as_str(), Value::I64(1)));
            writer.write_row(row).expect("taken");
        }
        assert_eq!(writer.finish().expect("a file").files[0].columns.len(), names.len());
        assert!(COMPARED.get() - before <= names.len(), "{}", COMPARED.get() - before);
    }
}
