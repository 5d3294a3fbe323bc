//! The description of a file, from its decoded footer and page indexes.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use bucksaw::SignalStats;
use bucksaw::internal::STATS_KEY;
use parquet::basic::ConvertedType;
use parquet::file::metadata::page_index::PageIndexProvider;
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use parquet::schema::types::{BasicTypeInfo, ColumnDescriptor};

use super::File;
use super::description::{
    Column, ColumnChunk, ColumnTotals, Description, KeyValue, PageEncoding, RowGroup,
    SortingColumn, Totals,
};
use super::page;
use super::statistics::{self, Meaning, Raw};

/// The scan refused negative numbers, so nothing is lost here.
fn count(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

pub(super) fn describe(file: &File) -> Description {
    let about = file.metadata.file_metadata();
    let leaves = about.schema_descr().columns();
    let names: Vec<Arc<str>> =
        leaves.iter().map(|leaf| Arc::from(leaf.path().string().as_str())).collect();
    let groups = file.metadata.row_groups();
    let mut known = Names::default();
    let row_groups: Vec<RowGroup> = groups
        .iter()
        .enumerate()
        .map(|(index, group)| row_group(file, index, group, &names, &mut known))
        .collect();
    let columns = leaves
        .iter()
        .enumerate()
        .map(|(index, leaf)| {
            let totals = column_totals(index, Meaning::of(leaf), groups, &row_groups);
            let root = about.schema_descr().get_column_root(index).get_basic_info();
            column(leaf, root, names.get(index).cloned().unwrap_or_default(), totals)
        })
        .collect();
    Description {
        path: file.path.display().to_string(),
        file_size: file.size,
        footer_size: file.footer_bytes,
        format_version: about.version(),
        created_by: about.created_by().map(str::to_owned),
        rows: count(about.num_rows()),
        totals: sum(row_groups.iter().map(|group| &group.sizes)),
        columns,
        key_value_metadata: about
            .key_value_metadata()
            .into_iter()
            .flatten()
            .map(|pair| KeyValue { key: pair.key.clone(), value: pair.value.clone() })
            .collect(),
        signal_stats: signal_stats(file),
        row_groups,
        problems: file.problems.clone(),
    }
}

/// What the footer says of the rows' signal. What is not in the form that Bucksaw writes is shown with the other metadata only.
fn signal_stats(file: &File) -> Option<SignalStats> {
    let pairs = file.metadata.file_metadata().key_value_metadata().into_iter().flatten();
    let told = pairs.filter(|pair| pair.key == STATS_KEY).find_map(|pair| pair.value.as_ref());
    serde_json::from_str(told?).ok()
}

/// Names of codecs and encodings: each once, since a file may have a million column chunks.
#[derive(Default)]
struct Names {
    single: HashMap<String, Arc<str>>,
    encodings: HashMap<i32, Arc<[Arc<str>]>>,
}

impl Names {
    fn of(&mut self, named: impl ToString) -> Arc<str> {
        let name = named.to_string();
        if let Some(known) = self.single.get(&name) {
            return Arc::clone(known);
        }
        let shared: Arc<str> = name.as_str().into();
        self.single.insert(name, Arc::clone(&shared));
        shared
    }

    fn encodings(&mut self, chunk: &ColumnChunkMetaData) -> Arc<[Arc<str>]> {
        let mask = chunk.encodings_mask().as_i32();
        if let Some(known) = self.encodings.get(&mask) {
            return Arc::clone(known);
        }
        let names: Arc<[Arc<str>]> = chunk.encodings().map(|encoding| self.of(encoding)).collect();
        self.encodings.insert(mask, Arc::clone(&names));
        names
    }
}

/// Sums of claimed sizes may be larger than any file: they stop at the largest number.
fn sum<'a>(sizes: impl Iterator<Item = &'a Totals>) -> Totals {
    let (encoded, compressed) = sizes.fold((0_u64, 0_u64), |(encoded, compressed), sizes| {
        let encoded = encoded.saturating_add(sizes.encoded_bytes);
        (encoded, compressed.saturating_add(sizes.compressed_bytes))
    });
    Totals::new(encoded, compressed)
}

fn column(
    leaf: &ColumnDescriptor,
    root: &BasicTypeInfo,
    name: Arc<str>,
    totals: ColumnTotals,
) -> Column {
    let info = leaf.self_type().get_basic_info();
    let converted = leaf.converted_type();
    Column {
        name,
        path: leaf.path().parts().to_vec(),
        physical_type: leaf.physical_type().to_string(),
        type_length: statistics::type_length(leaf),
        logical_type: leaf.logical_type_ref().map(statistics::logical_name),
        converted_type: (converted != ConvertedType::NONE).then(|| converted.to_string()),
        field_id: root.has_id().then(|| root.id()),
        repetition: info.repetition().to_string(),
        max_definition_level: leaf.max_def_level(),
        max_repetition_level: leaf.max_rep_level(),
        totals,
    }
}

fn row_group(
    file: &File,
    index: usize,
    group: &RowGroupMetaData,
    names: &[Arc<str>],
    known: &mut Names,
) -> RowGroup {
    let columns: Vec<ColumnChunk> = group
        .columns()
        .iter()
        .zip(names)
        .enumerate()
        .map(|(column, (chunk, name))| column_chunk(file, (index, column), chunk, name, known))
        .collect();
    let sorting = group.sorting_columns().into_iter().flatten().map(|sorting| {
        let column = usize::try_from(sorting.column_idx).ok().and_then(|index| names.get(index));
        SortingColumn {
            name: column.map_or_else(|| sorting.column_idx.to_string(), ToString::to_string),
            descending: sorting.descending,
            nulls_first: sorting.nulls_first,
        }
    });
    RowGroup {
        rows: count(group.num_rows()),
        start_offset: columns.iter().map(|chunk| chunk.start_offset).min(),
        sizes: sum(columns.iter().map(|chunk| &chunk.sizes)),
        sorting_columns: sorting.collect(),
        columns,
    }
}

fn column_chunk(
    file: &File,
    (group, column): (usize, usize),
    chunk: &ColumnChunkMetaData,
    name: &Arc<str>,
    known: &mut Names,
) -> ColumnChunk {
    let meaning = Meaning::of(chunk.column_descr());
    // Some old writers say 0 where there is no dictionary page.
    let dictionary = chunk.dictionary_page_offset().map(count).filter(|&offset| offset > 0);
    let offset_index = file.page_index.as_ref().and_then(|index| index.offset_index(group, column));
    let page_encodings =
        chunk.page_encoding_stats().into_iter().flatten().map(|pages| PageEncoding {
            page_type: known.of(pages.page_type),
            encoding: known.of(pages.encoding),
            count: count(i64::from(pages.count)),
        });
    let page_encodings = page_encodings.collect();
    ColumnChunk {
        name: Arc::clone(name),
        file_path: chunk.file_path().map(str::to_owned),
        start_offset: page::start_of(chunk),
        encodings: known.encodings(chunk),
        codec: known.of(chunk.compression_codec()),
        values: count(chunk.num_values()),
        statistics: chunk
            .statistics()
            .map(|stored| Box::new(statistics::describe(stored, meaning))),
        sizes: Totals::new(count(chunk.uncompressed_size()), count(chunk.compressed_size())),
        has_dictionary_page: dictionary.is_some(),
        data_pages: offset_index.map(|index| index.page_locations().len() as u64),
        has_column_index: chunk.column_index_range().is_some(),
        has_offset_index: chunk.offset_index_range().is_some(),
        has_bloom_filter: chunk.bloom_filter_offset().is_some(),
        page_encodings,
    }
}

fn column_totals(
    index: usize,
    meaning: Meaning,
    stored: &[RowGroupMetaData],
    groups: &[RowGroup],
) -> ColumnTotals {
    let mut totals =
        ColumnTotals { null_count: Some(0), data_pages: Some(0), ..Default::default() };
    let chunks = || groups.iter().filter_map(|group| group.columns.get(index));
    for chunk in chunks() {
        let nulls = chunk.statistics.as_ref().and_then(|statistics| statistics.null_count);
        totals.values = totals.values.saturating_add(chunk.values);
        totals.null_count =
            totals.null_count.zip(nulls).map(|(sum, nulls)| sum.saturating_add(nulls));
        totals.data_pages =
            totals.data_pages.zip(chunk.data_pages).map(|(sum, pages)| sum.saturating_add(pages));
        for encoding in chunk.encodings.iter() {
            if !totals.encodings.iter().any(|known| **known == **encoding) {
                totals.encodings.push(encoding.to_string());
            }
        }
        if !totals.codecs.iter().any(|known| **known == *chunk.codec) {
            totals.codecs.push(chunk.codec.to_string());
        }
        totals.chunks_with_dictionary += u64::from(chunk.has_dictionary_page);
        totals.chunks_with_column_index += u64::from(chunk.has_column_index);
        totals.chunks_with_offset_index += u64::from(chunk.has_offset_index);
        totals.chunks_with_bloom_filter += u64::from(chunk.has_bloom_filter);
    }
    totals.sizes = sum(chunks().map(|chunk| &chunk.sizes));
    if let Some((min, max)) = extremes(index, meaning, stored) {
        totals.min = Some(statistics::readable(&min, meaning));
        totals.max = Some(statistics::readable(&max, meaning));
    }
    totals
}

/// The smallest and largest value over all row groups; none as soon as one doesn't say.
fn extremes(index: usize, meaning: Meaning, groups: &[RowGroupMetaData]) -> Option<(Raw, Raw)> {
    let mut found: Option<(Raw, Raw)> = None;
    for chunk in groups.iter().filter_map(|group| group.columns().get(index)) {
        let stored = chunk.statistics();
        let nulls = stored.and_then(|stored| stored.null_count_opt());
        if nulls == Some(count(chunk.num_values())) {
            continue;
        }
        let stored = stored?;
        let (min, max) = statistics::raw(stored, meaning);
        let (min, max) = (min?, max?);
        if stored.is_min_max_deprecated() && matches!(min, Raw::Uint(_) | Raw::Bytes(_)) {
            return None;
        }
        // Also where there is nothing to compare with yet: the order must be known.
        statistics::compare(&min, &max, meaning)?;
        found = Some(match found {
            None => (min, max),
            Some((known_min, known_max)) => {
                let less = statistics::compare(&min, &known_min, meaning)? == Ordering::Less;
                let more = statistics::compare(&max, &known_max, meaning)? == Ordering::Greater;
                (if less { min } else { known_min }, if more { max } else { known_max })
            }
        });
    }
    found
}
