//! What a file's footer says for a dataset's manifest.

use bucksaw::internal::STATS_KEY;
use bucksaw::internal::repairing::{FoundColumn, FoundFile, bound_of};
use bucksaw::{Bound, ColumnType, Result, TimeUnit};
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use parquet::schema::types::ColumnDescriptor;

use crate::File;

/// What a file says of itself.
pub(super) fn found(file: &File, path: &str, (bytes, xxh3_128): (u64, u128)) -> Result<FoundFile> {
    let metadata = file.metadata();
    let about = metadata.file_metadata();
    let groups = metadata.row_groups();
    let (schema, _) = file.declared_schema()?;
    let leaves = about.schema_descr();
    let mut columns: Vec<FoundColumn> = Vec::new();
    let mut times = Vec::new();
    for (index, leaf) in leaves.columns().iter().enumerate() {
        let name = leaf.path().parts().first().cloned().unwrap_or_default();
        let declared = schema.columns.iter().find(|column| column.name == name);
        let ty = declared.map(|column| &column.ty);
        // A nested column has several leaves.
        if let Some(known) = columns.last_mut().filter(|known| known.name == name) {
            known.bounds = None;
            continue;
        }
        let bounds = bounds(groups, index, leaf);
        if let (Some(ColumnType::Timestamp(unit)), Some((first, last))) = (ty, &bounds) {
            times.extend(range(&name, *unit, first, last));
        }
        columns.push(FoundColumn {
            ty: ty.map_or_else(|| leaf.physical_type().to_string(), ToString::to_string),
            nulls: nulls(groups, index, leaf),
            bounds,
            name,
        });
    }
    let pairs = about.key_value_metadata().into_iter().flatten();
    let stats = pairs.filter(|pair| pair.key == STATS_KEY).find_map(|pair| pair.value.as_ref());
    Ok(FoundFile {
        path: path.to_owned(),
        rows: u64::try_from(about.num_rows()).unwrap_or(0),
        bytes,
        row_groups: groups.len() as u64,
        xxh3_128,
        times,
        columns,
        sorted_by: sorted_by(groups),
        signal_stats: stats.and_then(|json| serde_json::from_str(json).ok()),
    })
}

fn range(
    name: &str,
    unit: TimeUnit,
    first: &Bound,
    last: &Bound,
) -> Option<(String, TimeUnit, i64, i64)> {
    let (Bound::Int(first), Bound::Int(last)) = (first, last) else { return None };
    Some((name.to_owned(), unit, i64::try_from(*first).ok()?, i64::try_from(*last).ok()?))
}

/// Rows without a value, where the chunks say.
fn nulls(groups: &[RowGroupMetaData], index: usize, leaf: &ColumnDescriptor) -> Option<u64> {
    let of_chunk = |chunk: &ColumnChunkMetaData| {
        let said = match leaf.max_rep_level() {
            0 => chunk.statistics().and_then(|said| said.null_count_opt()),
            // Nulls that are counted are those of elements, too.
            _ => None,
        };
        let by_level = || {
            let levels = chunk.definition_level_histogram()?;
            u64::try_from(*levels.values().first()?).ok()
        };
        if leaf.max_def_level() == 0 { Some(0) } else { said.or_else(by_level) }
    };
    groups.iter().map(|group| of_chunk(group.column(index))).sum()
}

/// Min and max, where every row group with values tells its own.
fn bounds(
    groups: &[RowGroupMetaData],
    index: usize,
    leaf: &ColumnDescriptor,
) -> Option<(Bound, Bound)> {
    let mut all: Option<(Bound, Bound)> = None;
    for group in groups {
        let chunk = group.column(index);
        let said = chunk.statistics();
        let values = u64::try_from(chunk.num_values()).unwrap_or(0);
        if said.and_then(|said| said.null_count_opt()) == Some(values) {
            continue;
        }
        let said = said?;
        let min = bound_of(leaf, said.min_bytes_opt()?)?;
        let max = bound_of(leaf, said.max_bytes_opt()?)?;
        all = Some(match all {
            None => (min, max),
            Some((known_min, known_max)) => (
                if min < known_min { min } else { known_min },
                if max > known_max { max } else { known_max },
            ),
        });
    }
    all
}

/// What all row groups say that they are sorted by.
fn sorted_by(groups: &[RowGroupMetaData]) -> Vec<String> {
    let keys = |group: &RowGroupMetaData| -> Vec<String> {
        let columns = group.sorting_columns().into_iter().flatten();
        let key = |by: &parquet::file::metadata::SortingColumn| {
            let index = usize::try_from(by.column_idx).ok()?;
            let name = group.columns().get(index)?.column_path().string();
            let order = if by.descending { ":desc" } else { "" };
            Some(format!("{name}{order}{}", if by.nulls_first { ":nulls-first" } else { "" }))
        };
        columns.map_while(key).collect()
    };
    let mut all = groups.iter().map(keys);
    let Some(first) = all.next() else { return Vec::new() };
    if all.all(|keys| keys == first) { first } else { Vec::new() }
}
