//! Checks a file's statistics and page indexes against the model: readers skip by them, so a wrong
//! bound silently loses rows.

use std::cmp::Ordering;
use std::fs::File;
use std::path::Path;

use arrow_schema::DataType;
use parquet::arrow::arrow_reader::statistics::StatisticsConverter;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::file::metadata::PageIndexPolicy;

use crate::interop::cell::Cell;
use crate::interop::model::Expected;
use crate::interop::read_back::cell;

/// What is wrong about them.
pub(crate) fn problems(path: &Path, expected: &Expected) -> Vec<String> {
    let file = File::open(path).expect("the file that was written");
    let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Optional);
    let metadata = ArrowReaderMetadata::load(&file, options).expect("metadata");
    let parquet = metadata.metadata();
    let mut problems = Vec::new();
    for column in expected.columns.iter().filter(|column| has_order(&column.data_type)) {
        let descriptor = parquet.file_metadata().schema_descr();
        let leaf = (0..descriptor.num_columns())
            .find(|leaf| descriptor.column(*leaf).path().parts() == [column.name.clone()])
            .expect("the column");
        let converter = StatisticsConverter::try_new(&column.name, metadata.schema(), descriptor)
            .expect("a column");
        let groups = parquet.row_groups();
        let least = converter.row_group_mins(groups).expect("minima");
        let greatest = converter.row_group_maxes(groups).expect("maxima");
        let mut from = 0;
        for (number, group) in groups.iter().enumerate() {
            let rows = from..from + group.num_rows() as usize;
            from = rows.end;
            let cells = &column.cells[rows];
            let place = format!("{:?} row group {number}", column.name);
            let bounds = (cell(&least, number), cell(&greatest, number));
            let Some(statistics) = group.column(leaf).statistics() else { continue };
            let nulls = statistics.null_count_opt();
            problems.extend(problem(cells, &bounds, nulls).map(|why| format!("{place}: {why}")));
            let Some(index) = parquet.page_index() else { continue };
            let (Some(bounds), Some(pages)) =
                (index.column_index(number, leaf), index.offset_index(number, leaf))
            else {
                continue;
            };
            let starts: Vec<usize> =
                pages.page_locations().iter().map(|page| page.first_row_index as usize).collect();
            for (page, start) in starts.iter().enumerate() {
                let end = starts.get(page + 1).copied().unwrap_or(cells.len());
                let cells = &cells[*start..end];
                let nulls = cells.iter().filter(|cell| cell.is_null()).count();
                if bounds.null_count(page).is_some_and(|count| count != nulls as i64)
                    || bounds.is_null_page(page) != (nulls == cells.len())
                {
                    problems.push(format!("{place} page {page}: wrong nulls"));
                }
            }
        }
        problems.extend(
            page_bounds(&converter, &metadata, leaf, &column.cells)
                .map(|why| format!("{:?}: {why}", column.name)),
        );
    }
    problems
}

/// What is wrong about the bounds of a column's pages.
fn page_bounds(
    converter: &StatisticsConverter<'_>,
    metadata: &ArrowReaderMetadata,
    leaf: usize,
    cells: &[Cell],
) -> Option<String> {
    let parquet = metadata.metadata();
    let index = parquet.page_index()?;
    let mut from = 0;
    for (number, group) in parquet.row_groups().iter().enumerate() {
        let rows = group.num_rows() as usize;
        let cells = &cells[from..from + rows];
        from += rows;
        if index.column_index(number, leaf).is_none() {
            continue;
        }
        let least = converter.data_page_mins(index.as_ref(), [&number]).expect("minima");
        let greatest = converter.data_page_maxes(index.as_ref(), [&number]).expect("maxima");
        let locations = index.offset_index(number, leaf)?.page_locations();
        for (page, location) in locations.iter().enumerate() {
            let start = location.first_row_index as usize;
            let end = locations.get(page + 1).map_or(rows, |next| next.first_row_index as usize);
            let bounds = (cell(&least, page), cell(&greatest, page));
            if let Some(why) = problem(&cells[start..end], &bounds, None) {
                return Some(format!("row group {number} page {page}: {why}"));
            }
        }
    }
    None
}

/// What is wrong about the bounds and the null count of these cells.
fn problem(cells: &[Cell], bounds: &(Cell, Cell), nulls: Option<u64>) -> Option<String> {
    let count = cells.iter().filter(|cell| cell.is_null()).count() as u64;
    if nulls.is_some_and(|nulls| nulls != count) {
        return Some(format!("{nulls:?} nulls, not {count}"));
    }
    let (least, greatest) = bounds;
    if least.is_null() || greatest.is_null() {
        return None;
    }
    let mut has_values = false;
    for cell in cells.iter().filter(|cell| !cell.is_null()) {
        has_values = true;
        if is_nan(cell) {
            return Some(
                "bounds beside NaN, which many readers take for greater than these".into(),
            );
        }
        let is_below = order(cell, least).is_none_or(Ordering::is_lt);
        if is_below || order(cell, greatest).is_none_or(Ordering::is_gt) {
            return Some(format!("{cell:?} is not within {bounds:?}"));
        }
    }
    (!has_values).then(|| format!("bounds {bounds:?} of nothing"))
}

fn is_nan(cell: &Cell) -> bool {
    match cell {
        Cell::F32(value) => value.is_nan(),
        Cell::F64(value) => value.is_nan(),
        _ => false,
    }
}

fn order(one: &Cell, two: &Cell) -> Option<Ordering> {
    match (one, two) {
        (Cell::Bool(one), Cell::Bool(two)) => Some(one.cmp(two)),
        (Cell::I64(one), Cell::I64(two))
        | (Cell::Timestamp(one), Cell::Timestamp(two))
        | (Cell::Nanos(one), Cell::Nanos(two)) => Some(one.cmp(two)),
        (Cell::U64(one), Cell::U64(two)) => Some(one.cmp(two)),
        (Cell::I32(one), Cell::I32(two)) | (Cell::Date(one), Cell::Date(two)) => Some(one.cmp(two)),
        (Cell::Decimal(one), Cell::Decimal(two)) => Some(one.cmp(two)),
        (Cell::F32(one), Cell::F32(two)) => one.partial_cmp(two),
        (Cell::F64(one), Cell::F64(two)) => one.partial_cmp(two),
        (Cell::Text(one), Cell::Text(two)) => Some(one.as_bytes().cmp(two.as_bytes())),
        (Cell::Bytes(one), Cell::Bytes(two)) => Some(one.cmp(two)),
        _ => None,
    }
}

/// Whether these are types of our own, all of which have an order.
fn has_order(data_type: &DataType) -> bool {
    use DataType as T;
    matches!(
        data_type,
        T::Boolean
            | T::Int8
            | T::UInt16
            | T::UInt32
            | T::Int32
            | T::Float32
            | T::Int64
            | T::UInt64
            | T::Float64
            | T::Utf8
            | T::Binary
            | T::Timestamp(..)
            | T::Date32
            | T::Decimal128(..)
            | T::FixedSizeBinary(_)
    )
}
