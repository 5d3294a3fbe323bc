//! Reads a file with the parquet crate and compares it with its model, cell by cell; checks what is
//! known of its layout as well, so that each case is a file of the kind that it says.

use std::fs::File;
use std::path::Path;

use arrow_array::ArrowPrimitiveType;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampNanosecondType, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, TimeUnit};
use bucksaw::Statistics;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Encoding, PageType};
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::{FileReader, SerializedFileReader};

use crate::interop::cell::Cell;
use crate::interop::model::Expected;

/// Rows in a batch that is read.
const BATCH_ROWS: usize = 999;

/// Something that a file's layout has to show.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fact {
    RowGroups(usize),
    Codec(&'static str),
    Dictionary(&'static str),
    NoDictionary(&'static str),
    /// Starts with a dictionary and goes on without one, in at least one row group.
    FellBack(&'static str),
    SeveralPages(&'static str),
    /// Readers that cut a file by its row groups' middles take a row group for a later one's bytes.
    MiddleBeyondNext,
    Statistics(Statistics),
}

/// What differs; empty where nothing does.
pub(crate) fn differences(path: &Path, expected: &Expected) -> Vec<String> {
    let file = File::open(path).expect("the file that was written");
    let builder = match ParquetRecordBatchReaderBuilder::try_new(file) {
        Ok(builder) => builder,
        Err(error) => return vec![format!("not readable: {error}")],
    };
    let schema = builder.schema().clone();
    let found: Vec<_> = schema
        .fields()
        .iter()
        .map(|field| (field.name().clone(), field.data_type().clone()))
        .collect();
    let demanded: Vec<_> = expected
        .columns
        .iter()
        .map(|column| (column.name.clone(), column.data_type.clone()))
        .collect();
    if found != demanded {
        return vec![format!("columns are {found:?}, not {demanded:?}")];
    }
    let mut columns: Vec<Vec<Cell>> = vec![Vec::new(); found.len()];
    let reader = builder.with_batch_size(BATCH_ROWS).build().expect("a reader");
    let mut rows = 0;
    for batch in reader {
        let batch = match batch {
            Ok(batch) => batch,
            Err(error) => return vec![format!("not readable after row {rows}: {error}")],
        };
        rows += batch.num_rows();
        for (cells, array) in columns.iter_mut().zip(batch.columns()) {
            cells.extend((0..array.len()).map(|row| cell(array, row)));
        }
    }
    if rows != expected.rows {
        return vec![format!("{rows} rows, not {}", expected.rows)];
    }
    let mut differences = Vec::new();
    for (column, cells) in expected.columns.iter().zip(&columns) {
        let differs = |row: &usize| column.cells[*row] != cells[*row];
        differences.extend((0..rows).find(differs).map(|row| {
            format!("{:?} row {row}: {:?}, not {:?}", column.name, cells[row], column.cells[row])
        }));
    }
    differences
}

fn number<T: ArrowPrimitiveType>(array: &ArrayRef, row: usize) -> T::Native {
    array.as_primitive::<T>().value(row)
}

/// The cell of an array.
pub(crate) fn cell(array: &ArrayRef, row: usize) -> Cell {
    if array.is_null(row) {
        return Cell::Null;
    }
    match array.data_type() {
        DataType::Boolean => Cell::Bool(array.as_boolean().value(row)),
        DataType::Int32 => Cell::I32(number::<Int32Type>(array, row)),
        DataType::Int8 => Cell::I32(number::<Int8Type>(array, row).into()),
        DataType::UInt16 => Cell::I32(number::<UInt16Type>(array, row).into()),
        DataType::UInt32 => Cell::I64(number::<UInt32Type>(array, row).into()),
        DataType::Int64 => Cell::I64(number::<Int64Type>(array, row)),
        DataType::UInt64 => Cell::U64(number::<UInt64Type>(array, row)),
        DataType::Float32 => Cell::F32(number::<Float32Type>(array, row)),
        DataType::Float64 => Cell::F64(number::<Float64Type>(array, row)),
        DataType::Date32 => Cell::Date(number::<Date32Type>(array, row)),
        DataType::Decimal128(..) => Cell::Decimal(number::<Decimal128Type>(array, row)),
        DataType::Utf8 => Cell::from(array.as_string::<i32>().value(row)),
        DataType::Binary => Cell::Bytes(array.as_binary::<i32>().value(row).to_vec()),
        DataType::FixedSizeBinary(_) => {
            Cell::Bytes(array.as_fixed_size_binary().value(row).to_vec())
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            Cell::Timestamp(number::<TimestampMicrosecondType>(array, row))
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            Cell::Nanos(number::<TimestampNanosecondType>(array, row))
        }
        DataType::List(_) => {
            let items = array.as_list::<i32>().value(row);
            Cell::List((0..items.len()).map(|item| cell(&items, item)).collect())
        }
        DataType::Map(..) => {
            let entries = array.as_map().value(row);
            let (keys, values) = (entries.column(0).as_string::<i32>(), entries.column(1));
            let entry = |at| (keys.value(at).to_owned(), cell(values, at));
            Cell::Map((0..entries.len()).map(entry).collect())
        }
        DataType::Struct(fields) => {
            let members = array.as_struct().columns();
            let members = fields.iter().zip(members);
            Cell::Struct(
                members.map(|(field, array)| (field.name().clone(), cell(array, row))).collect(),
            )
        }
        other => unreachable!("no case writes {other}"),
    }
}

/// What the file's layout does not show, of what it has to.
pub(crate) fn missing_facts(path: &Path, facts: &[Fact]) -> Vec<String> {
    let file = File::open(path).expect("the file that was written");
    let Ok(reader) = SerializedFileReader::new(file) else {
        return vec!["not readable".to_owned()];
    };
    let missing = facts.iter().filter(|fact| !holds(&reader, **fact));
    missing.map(|fact| format!("its layout does not show {fact:?}")).collect()
}

fn holds(reader: &SerializedFileReader<File>, fact: Fact) -> bool {
    let metadata = reader.metadata();
    let mut chunks = metadata.row_groups().iter().flat_map(|group| group.columns());
    match fact {
        Fact::RowGroups(count) => metadata.num_row_groups() == count,
        Fact::Codec(codec) => {
            chunks.all(|chunk| chunk.compression().to_string().starts_with(codec))
        }
        Fact::Dictionary(column) => pages(reader, column).iter().all(|pages| {
            pages.iter().all(|(page, encoding)| {
                *page == PageType::DICTIONARY_PAGE || *encoding == Encoding::RLE_DICTIONARY
            })
        }),
        Fact::NoDictionary(column) => pages(reader, column)
            .iter()
            .all(|pages| pages.iter().all(|(page, _)| *page != PageType::DICTIONARY_PAGE)),
        Fact::FellBack(column) => pages(reader, column).iter().any(|pages| {
            let has = |indices: bool| {
                pages.iter().any(|(page, encoding)| {
                    *page != PageType::DICTIONARY_PAGE
                        && (*encoding == Encoding::RLE_DICTIONARY) == indices
                })
            };
            has(true) && has(false)
        }),
        Fact::SeveralPages(column) => pages(reader, column).iter().any(|pages| pages.len() > 2),
        Fact::MiddleBeyondNext => metadata.row_groups().windows(2).any(|pair| {
            let start = |group: &RowGroupMetaData| group.file_offset().unwrap_or_default();
            start(&pair[0]) + pair[0].compressed_size() / 2 >= start(&pair[1])
        }),
        Fact::Statistics(kind) => chunks.all(|chunk| {
            let has_index = chunk.column_index_offset().is_some();
            // Beside NaN there are no bounds, and an index is nothing without them.
            let nans = chunk.statistics().and_then(|statistics| statistics.nan_count_opt());
            let has_nan = nans.is_some_and(|nans| nans > 0);
            chunk.statistics().is_some() == (kind != Statistics::None)
                && has_index == (kind == Statistics::Page && !has_nan)
        }),
    }
}

/// For each row group, the pages of a column.
fn pages(reader: &SerializedFileReader<File>, column: &str) -> Vec<Vec<(PageType, Encoding)>> {
    let descriptor = reader.metadata().file_metadata().schema_descr();
    let leaf = (0..descriptor.num_columns())
        .find(|leaf| descriptor.column(*leaf).name() == column)
        .expect("the column of a fact");
    (0..reader.num_row_groups())
        .map(|group| {
            let group = reader.get_row_group(group).expect("a row group");
            let pages = group.get_column_page_reader(leaf).expect("a page reader");
            pages
                .map(|page| page.expect("a page"))
                .map(|page| (page.page_type(), page.encoding()))
                .collect()
        })
        .collect()
}
