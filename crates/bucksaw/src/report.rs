//! What was written: what a writer's end returns.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use serde::Serialize;

use crate::alterations::Alterations;
use crate::schema::{ColumnType, Schema};

/// A column that the file calls otherwise than the rows do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Renamed {
    /// The name in the rows.
    pub from: String,
    /// The name in the file.
    pub to: String,
}

/// The first and last moment of a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TimeRange {
    /// The column's name in the file.
    pub column: String,
    /// The least value; microseconds since 1970 for timestamps, else the integer.
    pub first: i64,
    /// The greatest value, in the same unit.
    pub last: i64,
}

/// What was written of one column.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ColumnReport {
    /// The name in the file.
    pub name: String,
    /// The type: `bool`, `int32`, `int64`, `uint64`, `float`, `double`, `text`, `bytes`, `timestamp`,
    /// `list<…>` of one of these, or Arrow's.
    #[serde(rename = "type")]
    pub ty: String,
    /// Rows without a value.
    pub nulls: u64,
    /// How many different values there are, about, where that is known.
    pub distinct: Option<u64>,
    /// Bytes of its pages before compression, headers included.
    pub encoded_bytes: u64,
    /// Bytes of its pages in the file, headers included.
    pub compressed_bytes: u64,
    /// Encoded bytes by compressed bytes.
    pub ratio: f64,
}

/// A finished file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FileReport {
    /// Where it is; none for a stream.
    pub path: Option<PathBuf>,
    /// Its rows.
    pub rows: u64,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its row groups.
    pub row_groups: usize,
    /// Its columns, in order.
    pub columns: Vec<ColumnReport>,
    /// What became of the order that [`Options::sorted_by`](crate::Options::sorted_by) declares; none
    /// where it declares none.
    pub order: Option<OrderReport>,
}

/// Whether rows came in the declared order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct OrderReport {
    /// Row groups whose rows are all in order, and that say so.
    pub sorted_row_groups: usize,
    /// The file's first row, from 0, that comes before the row before it in the same row group.
    pub first_unsorted_row: Option<u64>,
}

/// What a writer wrote.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The files.
    pub files: Vec<FileReport>,
    /// Rows in all of them.
    pub rows: u64,
    /// Lines or records that inputs rejected.
    pub rejected: u64,
    /// How often a value could not be stored as it came.
    pub alterations: Alterations,
    /// Columns that the files call otherwise than the rows do.
    pub renamed: Vec<Renamed>,
    /// First and last of each timestamp column, and of [`Options::timestamp_column`](crate::Options::timestamp_column).
    pub timestamps: Vec<TimeRange>,
    /// Time from the writer's creation to its end.
    #[serde(rename = "seconds", serialize_with = "seconds")]
    pub elapsed: Duration,
    /// The most memory that the whole process ever had resident, in bytes, where the system tells.
    pub peak_memory: Option<u64>,
}

fn seconds<S: serde::Serializer>(elapsed: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(elapsed.as_secs_f64())
}

/// The report of one file's columns, from the footer that was written and the values counted.
pub(crate) fn column_reports(
    metadata: &ParquetMetaData,
    schema: &Schema,
    present: &[u64],
) -> Vec<ColumnReport> {
    let rows = metadata.file_metadata().num_rows() as u64;
    let descriptor = metadata.file_metadata().schema_descr();
    let mut sizes = HashMap::<&str, (u64, u64)>::new();
    for chunk in metadata.row_groups().iter().flat_map(|group| group.columns()) {
        let root = chunk.column_path().parts().first().map_or("", String::as_str);
        let (encoded, compressed) = sizes.entry(root).or_default();
        *encoded += chunk.uncompressed_size() as u64;
        *compressed += chunk.compressed_size() as u64;
    }
    // Of several row groups it is not known how many values they have in common.
    let distinct: HashMap<&str, u64> = match metadata.row_groups() {
        [group] => group.columns().iter().filter_map(distinct_of).collect(),
        _ => HashMap::new(),
    };
    let by_name: HashMap<&str, usize> = schema
        .columns()
        .iter()
        .enumerate()
        .map(|(index, column)| (column.name.as_str(), index))
        .collect();
    let fields = descriptor.root_schema().get_fields();
    let report = |name: &str| {
        let index = by_name.get(name).copied();
        let ty = index
            .and_then(|index| schema.columns()[index].ty.as_ref())
            .unwrap_or(&ColumnType::Text);
        let (encoded_bytes, compressed_bytes) = sizes.get(name).copied().unwrap_or_default();
        ColumnReport {
            name: name.to_owned(),
            ty: ty.to_string(),
            nulls: rows - index.and_then(|index| present.get(index)).copied().unwrap_or_default(),
            distinct: distinct.get(name).copied(),
            encoded_bytes,
            compressed_bytes,
            ratio: if compressed_bytes == 0 {
                1.0
            } else {
                encoded_bytes as f64 / compressed_bytes as f64
            },
        }
    };
    fields.iter().map(|field| report(field.name())).collect()
}

/// A chunk's column, and how many different values it has.
fn distinct_of(chunk: &ColumnChunkMetaData) -> Option<(&str, u64)> {
    let name = chunk.column_path().parts().first()?;
    Some((name.as_str(), chunk.statistics()?.distinct_count_opt()?))
}

/// Columns that the file calls otherwise than the rows do.
pub(crate) fn renamed(schema: &Schema) -> Vec<Renamed> {
    let columns = schema.columns().iter().filter(|column| column.ty.is_some());
    columns
        .filter_map(|column| {
            Some(Renamed { from: column.renamed_from.clone()?, to: column.name.clone() })
        })
        .collect()
}

/// The peak of this process's resident memory, in bytes.
pub(crate) fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
