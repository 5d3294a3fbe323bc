//! A backend that sums up the values of each column, by which a file that is read back is held against what was to be written.

use std::sync::Arc;

use super::backend::{Backend, Buffered, Encode, FileSummary, Pieces, SideWork, SortedRowGroups};
use super::written::{Sum, Written, WrittenColumn, hash_of};
#[cfg(feature = "arrow")]
use crate::block::arrays::{ArrayVisitor, visit};
use crate::block::lists::ListsSlice;
use crate::block::{BlockSlice, ColumnSlice, ValuesSlice};
use crate::error::Result;
use crate::format::metadata::KeyValue;
use crate::schema::Schema;
use crate::types::logical::ColumnType;
#[cfg(feature = "arrow")]
use crate::types::physical::PhysicalType;

/// See the module: of what another one is given.
pub(crate) struct Summed {
    backend: Box<dyn Backend>,
    columns: Vec<WrittenColumn>,
    /// Rows of row groups that have ended, and of the open one.
    rows_ended: u64,
    rows_open: u64,
}

impl Summed {
    pub(crate) fn new(backend: Box<dyn Backend>) -> Self {
        Self { backend, columns: Vec::new(), rows_ended: 0, rows_open: 0 }
    }

    /// Adds rows, of which the first is row `first` of the file.
    fn add(&mut self, rows: &BlockSlice<'_, '_>, first: u64, schema: &Schema) {
        for (id, slice) in rows.columns() {
            if self.columns.len() <= id.index() {
                self.columns.resize_with(id.index() + 1, WrittenColumn::default);
            }
            let column = &mut self.columns[id.index()];
            match &schema.column(id).ty {
                Some(ty) => column.add(ty, &slice, first),
                None => column.is_unknown = true,
            }
        }
    }
}

impl WrittenColumn {
    fn add(&mut self, ty: &ColumnType, slice: &ColumnSlice<'_, '_>, first: u64) {
        self.leaves.resize(leaves_of(ty), Sum::default());
        let is_known = add(&mut self.leaves, ty, slice, &Rows::From(first));
        self.is_unknown |= !is_known;
    }
}

fn leaves_of(ty: &ColumnType) -> usize {
    match ty {
        ColumnType::List(element) => leaves_of(element),
        ColumnType::Map => 2,
        _ => 1,
    }
}

/// Which rows of the file what a slice has are of.
enum Rows {
    /// One after the other, from this one on.
    From(u64),
    Each(Vec<u64>),
}

impl Rows {
    fn of(&self, index: usize) -> u64 {
        match self {
            Self::From(first) => first + index as u64,
            Self::Each(rows) => rows.get(index).copied().unwrap_or(u64::MAX),
        }
    }

    /// Those of the elements of the lists that a slice has.
    fn of_elements(&self, slice: &ColumnSlice<'_, '_>, lists: &ListsSlice<'_, '_>) -> Self {
        let rows = slice.present().enumerate().filter(|(_, is_present)| *is_present);
        let mut each = Vec::with_capacity(lists.element_count());
        for ((index, _), len) in rows.zip(lists.lens()) {
            each.resize(each.len() + len, self.of(index));
        }
        Self::Each(each)
    }
}

/// Adds the values of a slice to the sums of its leaves; whether all of them are known.
fn add(sums: &mut [Sum], ty: &ColumnType, slice: &ColumnSlice<'_, '_>, rows: &Rows) -> bool {
    let values = slice.values();
    match (ty, &values) {
        (ColumnType::List(element), ValuesSlice::List(lists)) => {
            let rows = rows.of_elements(slice, lists);
            lists.field(0).is_none_or(|field| add(sums, element, &field, &rows))
        }
        (ColumnType::Map, ValuesSlice::List(lists)) => {
            let rows = rows.of_elements(slice, lists);
            let mut fields = sums.iter_mut().enumerate();
            fields.all(|(field, sum)| {
                let field = lists.field(field);
                field.is_none_or(|field| add_leaf(sum, &ColumnType::Text, &field, &rows))
            })
        }
        _ => sums.first_mut().is_none_or(|sum| add_leaf(sum, ty, slice, rows)),
    }
}

fn add_leaf(sum: &mut Sum, ty: &ColumnType, slice: &ColumnSlice<'_, '_>, rows: &Rows) -> bool {
    let present = slice.present().enumerate().filter(|(_, is_present)| *is_present);
    let indexes = present.map(|(index, _)| index);
    macro_rules! all {
        ($values:expr, $bits:expr) => {
            match rows {
                Rows::From(first) if slice.count() == slice.rows() => {
                    sum.add_run(*first, $values.iter().map($bits))
                }
                _ => add_all(sum, rows, indexes.zip($values.iter().map($bits))),
            }
        };
    }
    match slice.values() {
        ValuesSlice::Bool(values) => all!(values, |value| u64::from(*value)),
        ValuesSlice::I32(values) => all!(values, |value| u64::from(value.cast_unsigned())),
        ValuesSlice::I64(values) => all!(values, |value| value.cast_unsigned()),
        ValuesSlice::F32(values) => all!(values, |value| u64::from(value.to_bits())),
        ValuesSlice::F64(values) => all!(values, |value| value.to_bits()),
        ValuesSlice::Text(values) => all!(values, |value| hash_of(value.as_bytes())),
        ValuesSlice::Bytes(values) => all!(values, |value| hash_of(value)),
        #[cfg(feature = "arrow")]
        ValuesSlice::Arrow(array) => {
            use arrow_array::cast::AsArray as _;
            let Some(physical) = ty.storage().map(|storage| storage.physical) else { return false };
            let indexes: Vec<usize> = indexes.collect();
            let (values, at) = match array.as_any_dictionary_opt() {
                Some(dictionary) if !dictionary.values().is_empty() => {
                    let keys = dictionary.normalized_keys();
                    (dictionary.values(), indexes.iter().map(|index| keys[*index]).collect())
                }
                _ => (&array, indexes.clone()),
            };
            return visit(values, Adding { sum, rows, indexes: &indexes, at, physical });
        }
        ValuesSlice::List(_) | ValuesSlice::Mixed(_) => return false,
    }
    let _ = ty;
    true
}

/// Adds values, each with its index in the slice.
fn add_all(sum: &mut Sum, rows: &Rows, values: impl Iterator<Item = (usize, u64)>) {
    let mut last = None;
    let mut nth = 0;
    for (index, value) in values {
        let row = rows.of(index);
        nth = if last == Some(row) { nth + 1 } else { 0 };
        last = Some(row);
        sum.add(row, nth, value);
    }
}

/// Adds values of an array; whether they are known.
#[cfg(feature = "arrow")]
struct Adding<'s> {
    sum: &'s mut Sum,
    rows: &'s Rows,
    indexes: &'s [usize],
    /// Where each of them is in the array.
    at: Vec<usize>,
    physical: PhysicalType,
}

#[cfg(feature = "arrow")]
impl Adding<'_> {
    fn all(self, bits: impl Fn(usize) -> u64) -> bool {
        let values = self.at.iter().map(|at| bits(*at));
        add_all(self.sum, self.rows, self.indexes.iter().copied().zip(values));
        true
    }
}

#[cfg(feature = "arrow")]
impl<'v> ArrayVisitor<'v> for Adding<'_> {
    type Output = bool;

    fn others(self) -> bool {
        false
    }

    fn bools(self, value: impl Fn(usize) -> bool + 'v) -> bool {
        self.all(|at| u64::from(value(at)))
    }

    fn i32s(self, value: impl Fn(usize) -> i32 + 'v) -> bool {
        self.all(|at| u64::from(value(at).cast_unsigned()))
    }

    fn i64s(self, value: impl Fn(usize) -> i64 + 'v) -> bool {
        self.all(|at| value(at).cast_unsigned())
    }

    fn f32s(self, value: impl Fn(usize) -> f32 + 'v) -> bool {
        self.all(|at| u64::from(value(at).to_bits()))
    }

    fn f64s(self, value: impl Fn(usize) -> f64 + 'v) -> bool {
        self.all(|at| value(at).to_bits())
    }

    fn texts(self, value: impl Fn(usize) -> &'v str + 'v) -> bool {
        self.all(|at| hash_of(value(at).as_bytes()))
    }

    fn bytes(self, value: impl Fn(usize) -> &'v [u8] + 'v) -> bool {
        self.all(|at| hash_of(value(at)))
    }

    fn decimals(self, value: impl Fn(usize) -> i128 + 'v) -> bool {
        match self.physical {
            // The array was taken because its numbers have no more digits than its type.
            PhysicalType::I32 => self.all(|at| u64::from((value(at) as i32).cast_unsigned())),
            PhysicalType::I64 => self.all(|at| (value(at) as i64).cast_unsigned()),
            PhysicalType::FixedBytes(width) => {
                let start = size_of::<i128>().saturating_sub(width);
                self.all(|at| hash_of(&value(at).to_be_bytes()[start..]))
            }
            _ => false,
        }
    }
}

impl Backend for Summed {
    fn write<'s>(
        &mut self,
        rows: BlockSlice<'s, '_>,
        schema: &Schema,
        out: &mut Pieces,
    ) -> Result<Box<dyn Encode + 's>> {
        self.add(&rows, self.rows_ended + self.rows_open, schema);
        self.rows_open += rows.rows() as u64;
        self.backend.write(rows, schema, out)
    }

    fn write_late<'s>(
        &mut self,
        rows: BlockSlice<'s, '_>,
        first: usize,
        schema: &Schema,
        out: &mut Pieces,
    ) -> Result<Box<dyn Encode + 's>> {
        self.add(&rows, self.rows_ended + first as u64, schema);
        self.backend.write_late(rows, first, schema, out)
    }

    fn end_batch(&mut self) -> Result<()> {
        self.backend.end_batch()
    }

    fn buffered(&self) -> Buffered {
        self.backend.buffered()
    }

    fn side_work(&self) -> Arc<dyn SideWork> {
        self.backend.side_work()
    }

    fn end_row_group(&mut self, schema: &Schema, out: &mut Pieces) -> Result<()> {
        self.rows_ended += std::mem::take(&mut self.rows_open);
        self.backend.end_row_group(schema, out)
    }

    fn finish(
        &mut self,
        schema: &Schema,
        sorted: &SortedRowGroups,
        key_values: Vec<KeyValue>,
        out: &mut Pieces,
    ) -> Result<FileSummary> {
        let summary = self.backend.finish(schema, sorted, key_values, out)?;
        let columns = schema.columns().iter().zip(&self.columns);
        let columns =
            columns.filter(|(_, written)| !written.leaves.is_empty() || written.is_unknown);
        let columns = columns.map(|(column, written)| WrittenColumn {
            name: column.name.clone(),
            ..written.clone()
        });
        let written = Written { rows: self.rows_ended, columns: columns.collect() };
        Ok(FileSummary { written: Some(written), ..summary })
    }
}
