//! Why columns have the encodings that they have: what their values, read back, take in each.
//!
//! The figures come from the functions by which the `direct` backend chooses encodings as it writes.

use std::sync::Arc;

use parquet::basic::{Encoding, PageType};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_column_reader};
use parquet::data_type::{AsBytes, DataType};
use parquet::errors::Result as ParquetResult;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use parquet::file::serialized_reader::SerializedPageReader;
use serde::Serialize;

use super::rows::check_readable;
use super::source::Source;
use super::{File, Totals, guard};
use crate::backend::direct::estimate::Estimate;
use crate::error::Result;
use crate::options::Profile;

/// The values of a column chunk, nulls among them, that are read back, about, at the most.
pub const DEFAULT_EXPLAINED_VALUES: usize = 256 << 10;
/// The bytes of values of a column chunk that are read back, at the most.
pub const DEFAULT_EXPLAINED_BYTES: usize = 16 << 20;
/// The records that are decoded at once.
const BATCH_RECORDS: usize = 64;

/// A file's columns, explained. The names of the fields are the names in the JSON document.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The file, as it was named.
    pub path: String,
    /// The columns, in the schema's order.
    pub columns: Vec<ColumnExplanation>,
}

/// A column, explained.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ColumnExplanation {
    /// The names on the way from the root, joined by dots.
    pub name: String,
    /// The physical type.
    pub physical_type: String,
    /// What was chosen, for one run of row groups after another.
    pub choices: Vec<ChosenEncoding>,
}

/// What was chosen in row groups that follow on each other, and what else there was. Figures are of the
/// values that were looked at, and are sums over the row groups.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ChosenEncoding {
    /// The first of the row groups, from 0.
    pub first_row_group: usize,
    /// The last of the row groups.
    pub last_row_group: usize,
    /// The encodings of the data pages.
    pub encodings: Vec<String>,
    /// The values that were looked at, nulls not among them.
    pub values: u64,
    /// The nulls, and lists without members, among them.
    pub nulls: u64,
    /// Whether there are more values than were looked at.
    pub is_sample: bool,
    /// Different values in the row group that has the most.
    pub distinct: u64,
    /// Bytes before compression in the encodings that the values could have, without levels and page
    /// headers, and without what runs of the same index save.
    pub alternatives: Vec<EncodingBytes>,
    /// The bytes that the values take by the entropy of their bytes, which is what a compressor may get
    /// to: in PLAIN, and with BYTE_STREAM_SPLIT.
    pub entropy: Option<[u64; 2]>,
    /// What Bucksaw's rules choose for such values.
    pub rules: Rules,
    /// The codec.
    pub codec: String,
    /// Bytes and ratio of the whole column chunks.
    #[serde(flatten)]
    pub sizes: Totals,
    #[serde(skip)]
    estimate: Estimate,
}

/// What values take in an encoding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct EncodingBytes {
    /// The encoding.
    pub encoding: String,
    /// The bytes, about.
    pub bytes: u64,
}

/// The encoding that each profile's rules choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Rules {
    /// By [`Profile::Portable`].
    pub portable: String,
    /// By [`Profile::Modern`].
    pub modern: String,
}

pub(super) fn explain(file: &File) -> Result<Explanation> {
    let (metadata, source, external) =
        (Arc::clone(&file.metadata), file.source.clone(), file.external);
    let path = file.path.display().to_string();
    let columns = guard::run("explain a file", move || {
        check_readable(&metadata, external)?;
        let leaves = 0..metadata.file_metadata().schema_descr().num_columns();
        leaves.map(|leaf| explain_column(&metadata, &source, leaf)).collect::<Result<Vec<_>>>()
    })?;
    Ok(Explanation { path, columns })
}

fn explain_column(
    metadata: &ParquetMetaData,
    source: &Source,
    leaf: usize,
) -> Result<ColumnExplanation> {
    let descriptor = metadata.file_metadata().schema_descr().column(leaf);
    let name = descriptor.path().string();
    let mut choices: Vec<ChosenEncoding> = Vec::new();
    for (number, group) in metadata.row_groups().iter().enumerate() {
        let Some(chunk) = group.columns().get(leaf) else { continue };
        let rows = usize::try_from(group.num_rows()).unwrap_or(usize::MAX);
        let sample = sample(source, chunk, rows).map_err(|cause| {
            guard::failed("the values can't be decoded", cause).in_column(&name)
        })?;
        let choice = ChosenEncoding::new(number, chunk, sample);
        match choices.last_mut() {
            Some(last) if last.continues_with(&choice) => last.add(&choice),
            _ => choices.push(choice),
        }
    }
    choices.iter_mut().for_each(ChosenEncoding::settle);
    Ok(ColumnExplanation { name, physical_type: descriptor.physical_type().to_string(), choices })
}

impl ChosenEncoding {
    fn new(row_group: usize, chunk: &ColumnChunkMetaData, sample: Sample) -> Self {
        let sizes = [chunk.uncompressed_size(), chunk.compressed_size()];
        let [encoded, compressed] = sizes.map(|size| u64::try_from(size).unwrap_or(0));
        Self {
            first_row_group: row_group,
            last_row_group: row_group,
            encodings: encodings(chunk),
            values: sample.values,
            nulls: sample.nulls,
            is_sample: i64::try_from(sample.levels).is_ok_and(|seen| seen < chunk.num_values()),
            distinct: 0,
            alternatives: Vec::new(),
            entropy: None,
            rules: Rules { portable: String::new(), modern: String::new() },
            codec: chunk.compression_codec().to_string(),
            sizes: Totals::new(encoded, compressed),
            estimate: sample.estimate,
        }
    }

    /// Chunks of nothing but nulls interrupt no run.
    fn continues_with(&self, next: &Self) -> bool {
        let is_like = self.encodings == next.encodings || self.values == 0 || next.values == 0;
        is_like && self.codec == next.codec
    }

    fn add(&mut self, next: &Self) {
        if self.values == 0 {
            (self.encodings, self.estimate) = (next.encodings.clone(), next.estimate.clone());
        } else if next.values > 0 {
            self.estimate.add(&next.estimate);
        }
        self.last_row_group = next.last_row_group;
        self.values += next.values;
        self.nulls += next.nulls;
        self.is_sample |= next.is_sample;
        self.sizes = Totals::new(
            self.sizes.encoded_bytes.saturating_add(next.sizes.encoded_bytes),
            self.sizes.compressed_bytes.saturating_add(next.sizes.compressed_bytes),
        );
    }

    /// Fills in what follows from the estimate.
    fn settle(&mut self) {
        let estimate = &self.estimate;
        self.distinct = estimate.distinct as u64;
        let split = estimate.entropy.map(|_| estimate.plain);
        let alternatives = [
            (Encoding::PLAIN, Some(estimate.plain)),
            (Encoding::RLE_DICTIONARY, estimate.dictionary),
            (Encoding::DELTA_BINARY_PACKED, estimate.deltas),
            (Encoding::DELTA_LENGTH_BYTE_ARRAY, estimate.delta_lengths),
            (Encoding::DELTA_BYTE_ARRAY, estimate.delta_bytes),
            (Encoding::BYTE_STREAM_SPLIT, split),
        ];
        self.alternatives = alternatives
            .into_iter()
            .filter_map(|(encoding, bytes)| {
                Some(EncodingBytes { encoding: encoding.to_string(), bytes: bytes? as u64 })
            })
            .collect();
        self.entropy = estimate.entropy.map(|found| [found.together as u64, found.apart as u64]);
        let choice = |profile| estimate.choice(profile).to_string();
        self.rules = Rules { portable: choice(Profile::Portable), modern: choice(Profile::Modern) };
    }
}

/// The encodings of the data pages: where the file does not say, all but those that only levels have.
fn encodings(chunk: &ColumnChunkMetaData) -> Vec<String> {
    let mut found: Vec<Encoding> = match chunk.page_encoding_stats() {
        Some(pages) => pages
            .iter()
            .filter(|pages| pages.page_type != PageType::DICTIONARY_PAGE)
            .map(|pages| pages.encoding)
            .collect(),
        None => chunk.encodings().filter(|encoding| *encoding != Encoding::RLE).collect(),
    };
    found.sort_unstable();
    found.dedup();
    found.iter().map(ToString::to_string).collect()
}

/// What was read of a chunk.
struct Sample {
    values: u64,
    nulls: u64,
    /// Values, nulls, and lists without members.
    levels: usize,
    estimate: Estimate,
}

fn sample(source: &Source, chunk: &ColumnChunkMetaData, rows: usize) -> ParquetResult<Sample> {
    let pages = SerializedPageReader::new(Arc::new(source.clone()), chunk, rows, None)?;
    let descriptor = chunk.column_descr_ptr();
    match get_column_reader(Arc::clone(&descriptor), Box::new(pages)) {
        ColumnReader::BoolColumnReader(reader) => fixed(reader, Estimate::of_bools),
        ColumnReader::Int32ColumnReader(reader) => fixed(reader, Estimate::of_int32),
        ColumnReader::Int64ColumnReader(reader) => fixed(reader, Estimate::of_int64),
        ColumnReader::FloatColumnReader(reader) => fixed(reader, Estimate::of_floats),
        ColumnReader::DoubleColumnReader(reader) => fixed(reader, Estimate::of_doubles),
        ColumnReader::Int96ColumnReader(reader) => {
            bytes(reader, |values| Estimate::of_fixed_bytes(values.iter()))
        }
        ColumnReader::FixedLenByteArrayColumnReader(reader) => {
            bytes(reader, |values| Estimate::of_fixed_bytes(values.iter()))
        }
        ColumnReader::ByteArrayColumnReader(reader) => {
            bytes(reader, |values| Estimate::of_bytes(values.iter()))
        }
    }
}

fn fixed<T: DataType>(
    reader: ColumnReaderImpl<T>,
    estimate: impl FnOnce(&[T::T]) -> Estimate,
) -> ParquetResult<Sample> {
    let mut values = Vec::new();
    let (levels, nulls) = read(reader, |batch| {
        values.append(batch);
        true
    })?;
    Ok(Sample { values: values.len() as u64, nulls, levels, estimate: estimate(&values) })
}

/// Byte arrays, copied from their pages, which may be much larger.
#[derive(Default)]
struct Arrays {
    data: Vec<u8>,
    ends: Vec<usize>,
}

impl Arrays {
    fn iter(&self) -> impl Iterator<Item = &[u8]> + Clone {
        let starts = std::iter::once(&0).chain(&self.ends);
        starts.zip(&self.ends).map(|(start, end)| &self.data[*start..*end])
    }
}

fn bytes<T: DataType>(
    reader: ColumnReaderImpl<T>,
    estimate: impl FnOnce(&Arrays) -> Estimate,
) -> ParquetResult<Sample> {
    let mut arrays = Arrays::default();
    let (levels, nulls) = read(reader, |batch| {
        for value in batch.drain(..) {
            arrays.data.extend_from_slice(value.as_bytes());
            arrays.ends.push(arrays.data.len());
        }
        arrays.data.len() < DEFAULT_EXPLAINED_BYTES
    })?;
    Ok(Sample { values: arrays.ends.len() as u64, nulls, levels, estimate: estimate(&arrays) })
}

/// Reads batches as long as `take` wants more of them, and not more than enough: a few bytes can stand
/// for any number of nulls. Returns how many levels and nulls there were.
fn read<T: DataType>(
    mut reader: ColumnReaderImpl<T>,
    mut take: impl FnMut(&mut Vec<T::T>) -> bool,
) -> ParquetResult<(usize, u64)> {
    let (mut definitions, mut repetitions, mut batch) = (Vec::new(), Vec::new(), Vec::new());
    let (mut levels, mut nulls) = (0, 0);
    loop {
        definitions.clear();
        repetitions.clear();
        let (records, values, read) = reader.read_records(
            BATCH_RECORDS,
            Some(&mut definitions),
            Some(&mut repetitions),
            &mut batch,
        )?;
        levels += read;
        nulls += read.saturating_sub(values) as u64;
        if !take(&mut batch) || records == 0 || levels >= DEFAULT_EXPLAINED_VALUES {
            return Ok((levels, nulls));
        }
    }
}
