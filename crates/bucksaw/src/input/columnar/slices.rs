//! How many rows of a batch make a chunk: as many as take no more memory than a chunk may, with what becomes of them. Values that stand
//! once in a batch may be in many rows: entries of dictionaries, texts that views share, runs, elements of overlapping lists; and JSON text has
//! names of members again and again.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int16Type, Int32Type, Int64Type};
use arrow_array::{Array, ArrayRef, OffsetSizeTrait, RecordBatch};
use arrow_buffer::ArrowNativeType;
use arrow_schema::{DataType, Schema as ArrowSchema, SchemaRef};

use super::flatten::MAX_DEPTH as MAX_STRUCTS;
use super::{CHUNK_ARRAY_BYTES, Columns, beyond_limit};
use crate::error::{Error, Result};

/// Bytes of values that become others which a chunk has, about.
const CHUNK_MADE_BYTES: u64 = 4 * CHUNK_ARRAY_BYTES as u64;
/// Bytes of texts that many rows may share which a chunk has, about, as if each row had its own: so they are encoded.
const CHUNK_SHARED_BYTES: u64 = CHUNK_ARRAY_BYTES as u64;
/// Bytes of a number, a date or a moment as text, with what is around it.
const SHORT_BYTES: u64 = 32;
/// Levels of values within values that are looked at: those that become JSON text are fewer.
const MAX_DEPTH: usize = 160;
/// Bytes that a byte of text becomes in JSON, about: some signs are longer there, and bytes are base64.
const IN_JSON: u64 = 2;

/// A batch on its way out, in slices.
pub(super) struct Slices {
    batch: RecordBatch,
    schema: SchemaRef,
    next: usize,
    /// Rows in a slice, at the most.
    rows: usize,
    /// Of values that become others.
    made: Vec<Sizes>,
    /// Texts that many rows may share.
    shared: Vec<ArrayRef>,
}

impl Slices {
    pub(super) fn of(batch: RecordBatch, schema: SchemaRef, rows: usize) -> Self {
        let (mut made, mut shared) = (Vec::new(), Vec::new());
        for array in batch.columns() {
            divide(array, MAX_STRUCTS, &mut made, &mut shared);
        }
        Self { batch, schema, next: 0, rows, made, shared }
    }

    /// The next rows, which were so many bytes of the source; none where there are no more.
    ///
    /// # Errors
    /// [`ErrorKind::MemoryLimit`] of a row that becomes more than `room` bytes; those of [`Columns::of`].
    pub(super) fn next(
        &mut self,
        room: usize,
        source_bytes: impl FnOnce(usize) -> u64,
    ) -> Result<Option<Columns>> {
        let left = self.batch.num_rows() - self.next;
        if left == 0 {
            return Ok(None);
        }
        let bytes_of = |row: usize| -> u64 {
            self.made.iter().map(|sizes| sizes.at(row)).fold(0, u64::saturating_add)
        };
        let first = bytes_of(self.next);
        if first > room as u64 {
            return Err(too_large(self.next, first, room));
        }
        let most = self.rows_of_shared(left.min(self.rows));
        let (mut rows, mut bytes) = (1, first);
        while rows < most {
            bytes = bytes.saturating_add(bytes_of(self.next + rows));
            if bytes > CHUNK_MADE_BYTES {
                break;
            }
            rows += 1;
        }
        let batch = self.batch.slice(self.next, rows);
        self.next += rows;
        Columns::of(&batch, self.fields(), source_bytes(rows)).map(Some)
    }

    /// How many of the next rows, of which there are so many, have no more of texts that they share than a chunk may. One row never has
    /// more than the batch.
    fn rows_of_shared(&self, rows: usize) -> usize {
        let mut bytes = vec![0_u64; if self.shared.is_empty() { 0 } else { rows }];
        for array in &self.shared {
            add_lengths(&array.slice(self.next, rows), &mut bytes);
        }
        let mut all = 0_u64;
        let is_beyond = |bytes: u64| {
            all = all.saturating_add(bytes);
            all > CHUNK_SHARED_BYTES
        };
        bytes.into_iter().position(is_beyond).map_or(rows, |row| row.max(1))
    }

    fn fields(&self) -> &ArrowSchema {
        &self.schema
    }

    pub(super) fn is_over(&self) -> bool {
        self.next >= self.batch.num_rows()
    }
}

fn too_large(row: usize, bytes: u64, room: usize) -> Error {
    let mib = bytes.div_ceil(1 << 20);
    beyond_limit(&format!("row {row} of the batch becomes {mib} MiB of text, and"), mib, room)
}

/// Adds what a column's values become, and texts that its rows may share; members of structs are columns of their own.
fn divide(array: &ArrayRef, depth: usize, made: &mut Vec<Sizes>, shared: &mut Vec<ArrayRef>) {
    match (array.data_type(), depth.checked_sub(1)) {
        (DataType::Struct(_), Some(depth)) => {
            let members = array.as_struct().columns().iter();
            members.for_each(|member| divide(member, depth, made, shared));
        }
        (DataType::Struct(_), None) => made.push(Sizes::of(array, MAX_DEPTH, IN_JSON)),
        (ty, _) if is_shared(ty) => shared.push(Arc::clone(array)),
        (ty, _) if grows(ty) => made.push(Sizes::of(array, MAX_DEPTH, 1)),
        _ => {}
    }
}

/// Whether values of this type are texts of which each may be in many rows.
fn is_shared(ty: &DataType) -> bool {
    match ty {
        DataType::Dictionary(_, values) => is_text(values),
        ty => matches!(ty, DataType::Utf8View | DataType::BinaryView),
    }
}

/// Adds the length of each of an array's [shared](is_shared) texts to its row's bytes.
fn add_lengths(array: &ArrayRef, bytes: &mut [u64]) {
    let rows = bytes.iter_mut();
    match array.data_type() {
        DataType::Utf8View => {
            let views = array.as_string_view().views();
            rows.zip(views.iter()).for_each(|(bytes, view)| *bytes += length_of(*view));
        }
        DataType::BinaryView => {
            let views = array.as_binary_view().views();
            rows.zip(views.iter()).for_each(|(bytes, view)| *bytes += length_of(*view));
        }
        _ => {
            let dictionary = array.as_any_dictionary();
            if dictionary.values().is_empty() {
                return;
            }
            let texts = dictionary.values();
            let keys = dictionary.normalized_keys();
            rows.zip(keys).for_each(|(bytes, key)| *bytes += length_at(texts, key));
        }
    }
}

/// The length of the text that a view is of.
fn length_of(view: u128) -> u64 {
    u64::from(view as u32)
}

/// The length of a text of an array of texts.
fn length_at(texts: &ArrayRef, row: usize) -> u64 {
    use DataType as T;
    let length = match texts.data_type() {
        T::Utf8 => texts.as_string::<i32>().value_length(row) as usize,
        T::LargeUtf8 => texts.as_string::<i64>().value_length(row) as usize,
        T::Binary => texts.as_binary::<i32>().value_length(row) as usize,
        T::LargeBinary => texts.as_binary::<i64>().value_length(row) as usize,
        T::Utf8View => texts.as_string_view().value(row).len(),
        _ => texts.as_binary_view().value(row).len(),
    };
    length as u64
}

/// Whether values of this type may become more bytes than they are.
fn grows(ty: &DataType) -> bool {
    match ty {
        DataType::ListView(_)
        | DataType::LargeListView(_)
        | DataType::RunEndEncoded(..)
        | DataType::Union(..)
        | DataType::Utf8View
        | DataType::BinaryView => true,
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(fields) => {
                becomes_json(ty) || fields.iter().any(|field| grows(field.data_type()))
            }
            _ => true,
        },
        DataType::Dictionary(_, values) => !values.is_primitive(),
        DataType::Struct(fields) => fields.iter().any(|field| grows(field.data_type())),
        DataType::List(element)
        | DataType::LargeList(element)
        | DataType::FixedSizeList(element, _) => {
            element.data_type().is_nested() || grows(element.data_type())
        }
        _ => false,
    }
}

/// Whether values of this type become JSON text, those in them too.
fn becomes_json(ty: &DataType) -> bool {
    match ty {
        DataType::List(element)
        | DataType::LargeList(element)
        | DataType::FixedSizeList(element, _)
        | DataType::ListView(element)
        | DataType::LargeListView(element) => element.data_type().is_nested(),
        // Of texts they stay maps.
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(fields) => !fields.iter().all(|field| is_text(field.data_type())),
            _ => true,
        },
        DataType::Dictionary(_, values) => becomes_json(values),
        DataType::RunEndEncoded(_, values) => becomes_json(values.data_type()),
        ty => ty.is_nested(),
    }
}

fn is_text(ty: &DataType) -> bool {
    use DataType as T;
    matches!(ty, T::Utf8 | T::LargeUtf8 | T::Utf8View | T::Binary | T::LargeBinary | T::BinaryView)
}

/// Bytes that each value of an array becomes, about.
enum Sizes {
    /// All the same.
    Each(u64),
    Those(Vec<u64>),
    /// As many in a row as there are up to each end: a few bytes say so of any number.
    Runs {
        ends: Vec<usize>,
        sizes: Vec<u64>,
    },
}

impl Sizes {
    /// Of an array whose texts become so many times as long.
    fn of(array: &ArrayRef, depth: usize, times: u64) -> Self {
        let Some(depth) = depth.checked_sub(1) else { return Self::Each(SHORT_BYTES) };
        let times = if becomes_json(array.data_type()) { IN_JSON } else { times };
        let of = |array: &ArrayRef| Self::of(array, depth, times);
        let rows = 0..array.len();
        match array.data_type() {
            DataType::Struct(fields) => {
                let names: u64 = fields.iter().map(|field| field.name().len() as u64 + 4).sum();
                let members: Vec<Self> = array.as_struct().columns().iter().map(of).collect();
                Self::of_all(&members, array.len(), names)
            }
            DataType::List(_) => {
                let lists = array.as_list::<i32>();
                Self::of_lists(
                    of(lists.values()),
                    lists.values().len(),
                    spans(lists.value_offsets()),
                )
            }
            DataType::LargeList(_) => {
                let lists = array.as_list::<i64>();
                Self::of_lists(
                    of(lists.values()),
                    lists.values().len(),
                    spans(lists.value_offsets()),
                )
            }
            DataType::FixedSizeList(..) => {
                let lists = array.as_fixed_size_list();
                let span = |row| (lists.value_offset_at(row), lists.value_length() as usize);
                Self::of_lists(of(lists.values()), lists.values().len(), rows.map(span))
            }
            DataType::ListView(_) => {
                let lists = array.as_list_view::<i32>();
                let span = |row| (lists.value_offset(row) as usize, lists.value_size(row) as usize);
                Self::of_lists(of(lists.values()), lists.values().len(), rows.map(span))
            }
            DataType::LargeListView(_) => {
                let lists = array.as_list_view::<i64>();
                let span = |row| (lists.value_offset(row) as usize, lists.value_size(row) as usize);
                Self::of_lists(of(lists.values()), lists.values().len(), rows.map(span))
            }
            DataType::Map(..) => {
                let maps = array.as_map();
                let (keys, values) = (of(maps.keys()), of(maps.values()));
                let count = maps.keys().len();
                let entries = Self::of_all(&[keys, values], count, 24);
                Self::of_lists(entries, count, spans(maps.value_offsets()))
            }
            DataType::Dictionary(..) => {
                let dictionary = array.as_any_dictionary();
                if dictionary.values().is_empty() {
                    return Self::Each(SHORT_BYTES);
                }
                let entries = of(dictionary.values());
                Self::Those(
                    dictionary.normalized_keys().into_iter().map(|key| entries.at(key)).collect(),
                )
            }
            DataType::RunEndEncoded(ends, _) => match ends.data_type() {
                DataType::Int16 => Self::of_runs::<Int16Type>(array, of),
                DataType::Int32 => Self::of_runs::<Int32Type>(array, of),
                _ => Self::of_runs::<Int64Type>(array, of),
            },
            DataType::Union(..) => Self::Each(
                array.get_array_memory_size() as u64 / array.len().max(1) as u64 + SHORT_BYTES,
            ),
            ty if is_text(ty) => Self::of_texts(array, times),
            DataType::FixedSizeBinary(bytes) => Self::Each(2 * *bytes as u64 + SHORT_BYTES),
            _ => Self::Each(SHORT_BYTES),
        }
    }

    /// Of so many values each of which has one of each of these, and so many bytes beside. Where no part has bytes for each of its values, there
    /// may be any number: all are taken for as long as the longest.
    fn of_all(parts: &[Self], count: usize, beside: u64) -> Self {
        if !parts.iter().any(|part| matches!(part, Self::Those(_))) {
            return Self::Each(sum(parts.iter().map(Self::most)).saturating_add(beside));
        }
        let at = |row| sum(parts.iter().map(|part| part.at(row))).saturating_add(beside);
        Self::Those((0..count).map(at).collect())
    }

    /// The most that one has.
    fn most(&self) -> u64 {
        match self {
            Self::Each(bytes) => *bytes,
            Self::Those(sizes) | Self::Runs { sizes, .. } => {
                sizes.iter().copied().max().unwrap_or_default()
            }
        }
    }

    /// Of lists, each of which is a span of so many elements: the first, and how many.
    fn of_lists(elements: Self, count: usize, spans: impl Iterator<Item = (usize, usize)>) -> Self {
        Ends::of(elements, count).of_spans(spans)
    }

    fn of_runs<E: arrow_array::types::RunEndIndexType>(
        array: &ArrayRef,
        of: impl Fn(&ArrayRef) -> Self,
    ) -> Self {
        let Some(runs) = array.as_any().downcast_ref::<arrow_array::RunArray<E>>() else {
            return Self::Each(SHORT_BYTES);
        };
        if array.is_empty() {
            return Self::Each(0);
        }
        let values = of(runs.values());
        let first = runs.get_start_physical_index();
        let offset = runs.offset();
        let all = runs.run_ends().values().iter().map(|end| end.as_usize());
        let ends = all.skip(first).map(|end| end.saturating_sub(offset)).collect::<Vec<_>>();
        let sizes = (first..first + ends.len()).map(|run| values.at(run)).collect();
        Self::Runs { ends, sizes }
    }

    fn of_texts(array: &ArrayRef, times: u64) -> Self {
        let size = |row| if array.is_null(row) { 4 } else { times * length_at(array, row) + 4 };
        Self::Those((0..array.len()).map(size).collect())
    }

    fn at(&self, index: usize) -> u64 {
        match self {
            Self::Each(bytes) => *bytes,
            Self::Those(bytes) => bytes.get(index).copied().unwrap_or_default(),
            Self::Runs { ends, sizes } => {
                let run = ends.partition_point(|end| *end <= index);
                sizes.get(run).copied().unwrap_or_default()
            }
        }
    }
}

/// The spans of lists that lie between these offsets.
fn spans<O: OffsetSizeTrait>(offsets: &[O]) -> impl Iterator<Item = (usize, usize)> {
    offsets.windows(2).map(|pair| {
        let (start, end) = (pair[0].as_usize(), pair[1].as_usize());
        (start, end.saturating_sub(start))
    })
}

fn sum(sizes: impl Iterator<Item = u64>) -> u64 {
    sizes.fold(0, u64::saturating_add)
}

/// Bytes of all elements up to each.
enum Ends {
    Each(u64),
    Those(Vec<u64>),
    /// Those of runs, where each ends, and what is in it.
    Runs {
        ends: Vec<usize>,
        sizes: Vec<u64>,
        all: Vec<u64>,
    },
}

impl Ends {
    fn of(sizes: Sizes, len: usize) -> Self {
        match sizes {
            Sizes::Each(bytes) => Self::Each(bytes),
            Sizes::Those(mut sizes) => {
                sizes.truncate(len);
                let mut all = 0_u64;
                for size in &mut sizes {
                    all = all.saturating_add(*size);
                    *size = all;
                }
                Self::Those(sizes)
            }
            Sizes::Runs { ends, sizes } => {
                let (mut all, mut start) = (0_u64, 0);
                let of_run = |(end, size): (&usize, &u64)| {
                    let len = end.saturating_sub(start) as u64;
                    start = *end;
                    all = all.saturating_add(len.saturating_mul(*size));
                    all
                };
                let all = ends.iter().zip(&sizes).map(of_run).collect();
                Self::Runs { ends, sizes, all }
            }
        }
    }

    fn of_spans(&self, spans: impl Iterator<Item = (usize, usize)>) -> Sizes {
        Sizes::Those(spans.map(|(start, len)| self.between(start, len)).collect())
    }

    /// Bytes of so many elements from one on, with what is around them.
    fn between(&self, start: usize, len: usize) -> u64 {
        let (elements, end) = (len as u64, start.saturating_add(len));
        let up_to = |ends: &[u64], index: usize| match index.checked_sub(1) {
            Some(last) => ends.get(last).or(ends.last()).copied().unwrap_or_default(),
            None => 0,
        };
        let bytes = match self {
            Self::Each(bytes) => bytes.saturating_mul(elements),
            Self::Those(ends) => up_to(ends, end).saturating_sub(up_to(ends, start)),
            Self::Runs { ends, sizes, all } => {
                let up_to_element = |index: usize| {
                    let run = ends.partition_point(|end| *end <= index);
                    let started = run.checked_sub(1).map_or(0, |before| ends[before]);
                    let size = sizes.get(run).copied().unwrap_or_default();
                    up_to(all, run)
                        .saturating_add((index.saturating_sub(started) as u64).saturating_mul(size))
                };
                up_to_element(end).saturating_sub(up_to_element(start))
            }
        };
        bytes.saturating_add(elements).saturating_add(2)
    }
}

#[cfg(test)]
#[path = "slices_tests.rs"]
mod tests;
