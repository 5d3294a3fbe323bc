//! How many rows of a batch make a chunk: as many as take no more memory than a chunk may, with what becomes of them. Values that stand
//! once in a batch may be in many rows: entries of dictionaries, runs, elements of overlapping lists; and JSON text has names of members again
//! and again.

use arrow_array::cast::AsArray;
use arrow_array::types::{Int16Type, Int32Type, Int64Type};
use arrow_array::{Array, ArrayRef, OffsetSizeTrait, RecordBatch};
use arrow_schema::{DataType, Schema as ArrowSchema, SchemaRef};

use super::{CHUNK_ARRAY_BYTES, Columns, beyond_limit};
use crate::error::{Error, Result};

/// Bytes of values that become others which a chunk has, about.
const CHUNK_MADE_BYTES: u64 = 4 * CHUNK_ARRAY_BYTES as u64;
/// Bytes of a number, a date or a moment as text, with what is around it.
const SHORT_BYTES: u64 = 32;
/// Levels of values within values that are looked at: those that become JSON text are fewer.
const MAX_DEPTH: usize = 160;

/// A batch on its way out, in slices.
pub(super) struct Slices {
    batch: RecordBatch,
    schema: SchemaRef,
    next: usize,
    /// Rows in a slice, at the most.
    rows: usize,
    made: Vec<Sizes>,
}

impl Slices {
    pub(super) fn of(batch: RecordBatch, schema: SchemaRef, rows: usize) -> Self {
        let made = batch.columns().iter().filter(|array| grows(array.data_type()));
        let made = made.map(|array| Sizes::of(array, MAX_DEPTH)).collect();
        Self { batch, schema, next: 0, rows, made }
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
        let (mut rows, mut bytes) = (1, first);
        while rows < left.min(self.rows) {
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

/// Whether values of this type may become more bytes than they are.
fn grows(ty: &DataType) -> bool {
    match ty {
        DataType::ListView(_)
        | DataType::LargeListView(_)
        | DataType::RunEndEncoded(..)
        | DataType::Union(..) => true,
        // Of texts they stay maps.
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(fields) => !fields.iter().all(|field| is_text(field.data_type())),
            _ => true,
        },
        DataType::Dictionary(_, values) => !values.is_primitive() && !is_text(values),
        DataType::Struct(fields) => fields.iter().any(|field| grows(field.data_type())),
        DataType::List(element)
        | DataType::LargeList(element)
        | DataType::FixedSizeList(element, _) => {
            element.data_type().is_nested() || grows(element.data_type())
        }
        _ => false,
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
}

impl Sizes {
    fn of(array: &ArrayRef, depth: usize) -> Self {
        let Some(depth) = depth.checked_sub(1) else { return Self::Each(SHORT_BYTES) };
        let of = |array: &ArrayRef| Self::of(array, depth);
        let rows = 0..array.len();
        match array.data_type() {
            DataType::Struct(fields) => {
                let names: u64 = fields.iter().map(|field| field.name().len() as u64 + 4).sum();
                let members: Vec<Self> = array.as_struct().columns().iter().map(of).collect();
                if members.iter().all(|member| matches!(member, Self::Each(_))) {
                    return Self::Each(sum(members.iter().map(|member| member.at(0))) + names);
                }
                Self::Those(
                    rows.map(|row| sum(members.iter().map(|member| member.at(row))) + names)
                        .collect(),
                )
            }
            DataType::List(_) => {
                let lists = array.as_list::<i32>();
                Self::of_lists(lists.values(), depth, spans(lists.value_offsets()))
            }
            DataType::LargeList(_) => {
                let lists = array.as_list::<i64>();
                Self::of_lists(lists.values(), depth, spans(lists.value_offsets()))
            }
            DataType::FixedSizeList(..) => {
                let lists = array.as_fixed_size_list();
                let span = |row| (lists.value_offset_at(row), lists.value_length() as usize);
                Self::of_lists(lists.values(), depth, rows.map(span))
            }
            DataType::ListView(_) => {
                let lists = array.as_list_view::<i32>();
                let span = |row| (lists.value_offset(row) as usize, lists.value_size(row) as usize);
                Self::of_lists(lists.values(), depth, rows.map(span))
            }
            DataType::LargeListView(_) => {
                let lists = array.as_list_view::<i64>();
                let span = |row| (lists.value_offset(row) as usize, lists.value_size(row) as usize);
                Self::of_lists(lists.values(), depth, rows.map(span))
            }
            DataType::Map(..) => {
                let maps = array.as_map();
                let (keys, values) = (of(maps.keys()), of(maps.values()));
                let entries = (0..maps.keys().len())
                    .map(|entry| keys.at(entry).saturating_add(values.at(entry)) + 24);
                let ends = Ends::of(Self::Those(entries.collect()), maps.keys().len());
                ends.of_spans(spans(maps.value_offsets()))
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
                DataType::Int16 => Self::of_runs::<Int16Type>(array, depth),
                DataType::Int32 => Self::of_runs::<Int32Type>(array, depth),
                _ => Self::of_runs::<Int64Type>(array, depth),
            },
            DataType::Union(..) => Self::Each(
                array.get_array_memory_size() as u64 / array.len().max(1) as u64 + SHORT_BYTES,
            ),
            ty if is_text(ty) => Self::of_texts(array),
            DataType::FixedSizeBinary(bytes) => Self::Each(2 * *bytes as u64 + SHORT_BYTES),
            _ => Self::Each(SHORT_BYTES),
        }
    }

    /// Of lists, each of which is a span of the elements: the first, and how many.
    fn of_lists(
        elements: &ArrayRef,
        depth: usize,
        spans: impl Iterator<Item = (usize, usize)>,
    ) -> Self {
        Ends::of(Self::of(elements, depth), elements.len()).of_spans(spans)
    }

    fn of_runs<E: arrow_array::types::RunEndIndexType>(array: &ArrayRef, depth: usize) -> Self {
        let Some(runs) = array.as_any().downcast_ref::<arrow_array::RunArray<E>>() else {
            return Self::Each(SHORT_BYTES);
        };
        let values = Self::of(runs.values(), depth);
        Self::Those((0..array.len()).map(|row| values.at(runs.get_physical_index(row))).collect())
    }

    fn of_texts(array: &ArrayRef) -> Self {
        use DataType as T;
        let length = |row: usize| match array.data_type() {
            T::Utf8 => array.as_string::<i32>().value_length(row) as usize,
            T::LargeUtf8 => array.as_string::<i64>().value_length(row) as usize,
            T::Binary => array.as_binary::<i32>().value_length(row) as usize,
            T::LargeBinary => array.as_binary::<i64>().value_length(row) as usize,
            T::Utf8View => array.as_string_view().value(row).len(),
            _ => array.as_binary_view().value(row).len(),
        };
        // Some signs are longer in JSON, and bytes are base64.
        let size = |row| if array.is_null(row) { 4 } else { 2 * length(row) as u64 + 4 };
        Self::Those((0..array.len()).map(size).collect())
    }

    fn at(&self, index: usize) -> u64 {
        match self {
            Self::Each(bytes) => *bytes,
            Self::Those(bytes) => bytes.get(index).copied().unwrap_or_default(),
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
        };
        bytes.saturating_add(elements).saturating_add(2)
    }
}
