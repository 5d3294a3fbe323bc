//! The bounds of row groups and of pages are exactly what the rows have, by the order of each column's
//! type: readers skip by them, and many know no other order.

#![allow(clippy::panic, reason = "tests fail by it")]

use std::cmp::Ordering;

use crate::support::{footer, read};
use bucksaw::{
    BackendKind, Bound, ColumnType, DeclaredSchema, FileReport, MemorySink, Options, Profile, Value,
};
use parquet::basic::ColumnOrder;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::page_index::column_index::ColumnIndexMetaData;

const GROUP_ROWS: usize = 3_000;
const ROW_GROUPS: usize = 4;
/// Bytes of text that are written of a bound.
const BOUND_BYTES: usize = 64;
const COLUMNS: [&str; 9] =
    ["at", "double", "float", "zeros", "integer", "unsigned", "text", "long", "moment"];

/// A value of each column; none for null.
fn value(column: &str, row: usize) -> Option<Value<'static>> {
    let (group, at) = (row / GROUP_ROWS, row % GROUP_ROWS);
    let scattered = (row as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let double = match (group, at) {
        (0, _) if at.is_multiple_of(11) => -f64::NAN,
        (0, _) => (scattered >> 40) as f64 - 5e6,
        (1, _) => f64::NAN,
        // Whole pages of NaN, others of numbers.
        (2, ..2_500) => f64::NAN,
        (2, _) => 1.5,
        (_, ..1_500) => -0.0,
        _ => at as f64 - 1_500.0,
    };
    if row.is_multiple_of(7) && column != "at" {
        return None;
    }
    let prefix = "a prefix that many texts have in common, of more than sixty-four bytes: ";
    Some(match column {
        "at" => Value::I64(row as i64),
        "double" => Value::F64(double),
        "float" => Value::F32(double as f32),
        "zeros" => Value::F64(if group.is_multiple_of(2) { 0.0 } else { -0.0 }),
        "integer" if group == 3 && at < 2_000 => return None,
        "integer" => Value::I64(scattered as i64),
        "unsigned" => Value::U64(scattered),
        "text" => Value::Text(format!("{:x}ü", scattered >> 20).leak()),
        "long" => Value::Text(format!("{}{prefix}{}", at % 3, scattered).leak()),
        _ => Value::Timestamp(1_700_000_000_000_000 + (scattered >> 30) as i64),
    })
}

fn file(options: Options) -> (Vec<u8>, FileReport) {
    let schema = DeclaredSchema::new()
        .column("unsigned", ColumnType::Uint64)
        .column("float", ColumnType::Float);
    let options = options.row_group_rows(GROUP_ROWS).page_bytes(1_024).schema(schema);
    let sink = MemorySink::new();
    let mut writer = options.write_to(Box::new(sink.clone())).expect("sound options");
    for row in 0..GROUP_ROWS * ROW_GROUPS {
        let values = COLUMNS.iter().filter_map(|column| Some((*column, value(column, row)?)));
        writer.write_row(values).expect("taken");
    }
    let report = writer.finish().expect("a file");
    (sink.published().expect("published"), report.files[0].clone())
}

fn order(a: &Value<'_>, b: &Value<'_>) -> Ordering {
    match (a, b) {
        (Value::I64(a), Value::I64(b)) | (Value::Timestamp(a), Value::Timestamp(b)) => a.cmp(b),
        (Value::U64(a), Value::U64(b)) => a.cmp(b),
        (Value::F64(a), Value::F64(b)) => a.partial_cmp(b).expect("no NaN"),
        (Value::F32(a), Value::F32(b)) => a.partial_cmp(b).expect("no NaN"),
        (Value::Text(a), Value::Text(b)) => a.as_bytes().cmp(b.as_bytes()),
        other => panic!("of two types: {other:?}"),
    }
}

fn is_nan(value: &Value<'_>) -> bool {
    match value {
        Value::F64(value) => value.is_nan(),
        Value::F32(value) => value.is_nan(),
        _ => false,
    }
}

/// A bound's bytes; a zero has this sign.
fn bytes(value: &Value<'_>, zero: f32) -> Vec<u8> {
    match value {
        Value::I64(value) | Value::Timestamp(value) => value.to_le_bytes().to_vec(),
        Value::U64(value) => value.to_le_bytes().to_vec(),
        Value::F64(0.0) => f64::from(zero).to_le_bytes().to_vec(),
        Value::F64(value) => value.to_le_bytes().to_vec(),
        Value::F32(0.0) => zero.to_le_bytes().to_vec(),
        Value::F32(value) => value.to_le_bytes().to_vec(),
        Value::Text(text) => text.as_bytes().to_vec(),
        other => panic!("no such column: {other:?}"),
    }
}

/// What a row group or a page has.
#[derive(Debug, PartialEq)]
struct Wanted {
    nulls: i64,
    nans: Option<i64>,
    bounds: Option<(Vec<u8>, Vec<u8>)>,
}

fn wanted(column: &str, rows: std::ops::Range<usize>) -> Wanted {
    let values: Vec<_> = rows.clone().filter_map(|row| value(column, row)).collect();
    let is_float = matches!(column, "double" | "float" | "zeros");
    let numbers = || values.iter().filter(|value| !is_nan(value));
    let min = numbers().min_by(|a, b| order(a, b)).map(|min| bytes(min, -0.0));
    let max = numbers().max_by(|a, b| order(a, b)).map(|max| bytes(max, 0.0));
    let nans = values.len() - numbers().count();
    Wanted {
        nulls: (rows.len() - values.len()) as i64,
        nans: is_float.then_some(nans as i64),
        // To many readers NaN is above all numbers: a max beside it would have them miss its rows.
        bounds: min.zip(max).filter(|_| nans == 0),
    }
}

/// Bounds are the values themselves, or where those are long hold them.
fn check_bounds(found: Option<(&[u8], &[u8])>, wanted: &Wanted, place: &str) {
    match (found, &wanted.bounds) {
        (None, None) => {}
        (Some((min, max)), Some((least, greatest))) if least.len() > BOUND_BYTES => {
            assert!(min <= &least[..] && least.starts_with(min), "{place}");
            assert!(max >= &greatest[..] && max.len() <= BOUND_BYTES, "{place}");
            std::str::from_utf8(max).expect("a bound of text is text");
        }
        (Some(found), Some((min, max))) => assert_eq!(found, (&min[..], &max[..]), "{place}"),
        other => panic!("{place}: {other:?}"),
    }
}

fn page_bounds(index: &ColumnIndexMetaData, page: usize) -> Option<(Vec<u8>, Vec<u8>)> {
    macro_rules! numbers {
        ($index:expr) => {
            $index
                .min_value(page)
                .zip($index.max_value(page))
                .map(|(min, max)| (min.to_le_bytes().to_vec(), max.to_le_bytes().to_vec()))
        };
    }
    match index {
        ColumnIndexMetaData::INT64(index) => numbers!(index),
        ColumnIndexMetaData::FLOAT(index) => numbers!(index),
        ColumnIndexMetaData::DOUBLE(index) => numbers!(index),
        ColumnIndexMetaData::BYTE_ARRAY(index) => {
            index.min_value(page).zip(index.max_value(page)).map(|(a, b)| (a.into(), b.into()))
        }
        other => panic!("no such column: {other:?}"),
    }
}

/// Checks a column of a row group; returns whether it has a column index.
fn check_pages(footer: &ParquetMetaData, group: usize, leaf: usize, column: &str) -> bool {
    let indexes = footer.page_index().expect("page indexes");
    let locations = indexes.offset_index(group, leaf).expect("where pages are").page_locations();
    let first = |page: usize| {
        let row = locations.get(page).map_or(GROUP_ROWS, |page| page.first_row_index as usize);
        group * GROUP_ROWS + row
    };
    let pages: Vec<Wanted> =
        (0..locations.len()).map(|page| wanted(column, first(page)..first(page + 1))).collect();
    assert!(pages.len() > 1, "{column} has one page");
    let is_null = |page: usize| pages[page].nulls as usize == first(page + 1) - first(page);
    let has_no_bounds = |page: usize| pages[page].bounds.is_none() && !is_null(page);
    let index = indexes.column_index(group, leaf);
    assert_eq!(index.is_none(), (0..pages.len()).any(has_no_bounds), "{column} {group}");
    let Some(index) = index else { return false };
    for (page, wanted) in pages.iter().enumerate() {
        let place = format!("{column}, row group {group}, page {page}");
        assert_eq!(index.is_null_page(page), is_null(page), "{place}");
        assert_eq!(index.null_count(page), Some(wanted.nulls), "{place}");
        assert_eq!(index.nan_count(page), wanted.nans, "{place}");
        let found = page_bounds(index, page);
        let found = found.as_ref().map(|(min, max)| (&min[..], &max[..]));
        check_bounds(found, wanted, &place);
    }
    true
}

/// The report says of the file what the footer says of its row groups.
fn check_report(report: &FileReport, footer: &ParquetMetaData) {
    let offsets: Vec<u64> =
        footer.row_groups().iter().map(|group| group.file_offset().expect("told") as u64).collect();
    assert_eq!(report.row_group_offsets, offsets);
    let all = 0..GROUP_ROWS * ROW_GROUPS;
    for column in &report.columns {
        let wanted = wanted(&column.name, all.clone());
        assert_eq!(column.values, all.len() as u64, "{}", column.name);
        assert_eq!(column.nulls, wanted.nulls as u64, "{}", column.name);
        assert_eq!(column.nans, wanted.nans.unwrap_or_default() as u64, "{}", column.name);
        let bytes = |bound: &Option<Bound>| match bound.clone()? {
            Bound::Int(value) => Some((value as i64).to_le_bytes().to_vec()),
            Bound::Double(value) if column.ty == "float" => {
                Some((value as f32).to_le_bytes().into())
            }
            Bound::Double(value) => Some(value.to_le_bytes().to_vec()),
            Bound::Text(text) => Some(text.into_bytes()),
            other => panic!("no such column: {other:?}"),
        };
        let found = bytes(&column.min).zip(bytes(&column.max));
        let found = found.as_ref().map(|(min, max)| (&min[..], &max[..]));
        check_bounds(found, &wanted, &column.name);
    }
}

fn check(options: Options) {
    let (file, report) = file(options);
    assert_eq!(read(&file).1.len(), GROUP_ROWS * ROW_GROUPS);
    let footer = footer(&file);
    let about = footer.file_metadata();
    check_report(&report, &footer);
    let mut without_index = Vec::new();
    for (leaf, descriptor) in about.schema_descr().columns().iter().enumerate() {
        let is_by_type = matches!(about.column_order(leaf), ColumnOrder::TYPE_DEFINED_ORDER(_));
        assert!(is_by_type, "{}", descriptor.name());
        for (group, metadata) in footer.row_groups().iter().enumerate() {
            let place = format!("{}, row group {group}", descriptor.name());
            let rows = group * GROUP_ROWS..(group + 1) * GROUP_ROWS;
            let wanted = wanted(descriptor.name(), rows);
            let statistics = metadata.column(leaf).statistics().expect("statistics");
            assert_eq!(statistics.null_count_opt(), Some(wanted.nulls as u64), "{place}");
            let nans = statistics.nan_count_opt().map(|count| count as i64);
            assert_eq!(nans, wanted.nans, "{place}");
            let found = statistics.min_bytes_opt().zip(statistics.max_bytes_opt());
            check_bounds(found, &wanted, &place);
            let is_short = wanted.bounds.as_ref().is_some_and(|(min, _)| min.len() <= BOUND_BYTES);
            assert_eq!(statistics.min_is_exact() && statistics.max_is_exact(), is_short, "{place}");
            if !check_pages(&footer, group, leaf, descriptor.name()) {
                without_index.push((descriptor.name(), group));
            }
        }
    }
    without_index.sort_unstable();
    let with_nan = ["double", "float"].map(|column| [0, 1, 2].map(|group| (column, group)));
    assert_eq!(without_index, with_nan.concat());
}

#[test]
fn bounds_are_what_the_rows_have_in_the_order_of_their_type() {
    check(Options::new().backend(BackendKind::Arrow).dictionary(false));
    check(Options::new().dictionary(false));
    check(Options::new().profile(Profile::Modern));
}
