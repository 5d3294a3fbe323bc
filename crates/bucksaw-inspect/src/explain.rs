//! Why columns have the encodings that they have: what their values, read back, take in each.
//!
//! The figures come from the functions by which the `direct` backend chooses encodings as it writes.

use parquet::basic::{Encoding, PageType, Type};
use parquet::file::metadata::ColumnChunkMetaData;
use serde::Serialize;

use super::budget::{Budget, Fault, Limits, Step};
use super::declaration::Declared;
use super::leaf::Leaf;
use super::rows::check_readable;
use super::statistics::Meaning;
use super::values::Value;
use super::{File, Totals};
use bucksaw::Profile;
use bucksaw::Result;
use bucksaw::internal::Estimate;

/// The values of a column chunk, nulls among them, that are read back, about, at the most.
pub const DEFAULT_EXPLAINED_VALUES: usize = 256 << 10;
/// The bytes of values of a column chunk that are read back, about, at the most: 4 MiB. Their estimates
/// take several times as much memory.
pub const DEFAULT_EXPLAINED_BYTES: usize = 4 << 20;
/// The work of weighing a value in every encoding, and what each byte of a byte array adds.
const VALUE_WORK: u64 = 64;
const BYTE_WORK: u64 = 8;

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
    /// A type that the column could be declared to have: all texts that were looked at spell its values.
    pub declaration: Option<Declaration>,
}

/// A type that a column of text could be declared to have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Declaration {
    /// The type, as a schema file has it.
    #[serde(rename = "type")]
    pub ty: String,
    /// The bytes that its values would take before compression, about, by the rules of [`Profile::Portable`].
    pub bytes: u64,
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
    let metadata = &file.metadata;
    check_readable(metadata, file.external)?;
    let schema = metadata.file_metadata().schema_descr();
    let chunks = metadata.num_row_groups() as u64 * schema.num_columns() as u64;
    let limits = Limits::of(file.size);
    let mut allowance = Allowance { work: limits.work_bytes, chunks, limits };
    let leaves = 0..schema.num_columns();
    let columns = leaves.map(|index| explain_column(file, index, &mut allowance));
    Ok(Explanation {
        path: file.path.display().to_string(),
        columns: columns.collect::<Result<_>>()?,
    })
}

/// The work that all chunks may still take, and how many are still to come.
struct Allowance {
    work: u64,
    chunks: u64,
    limits: Limits,
}

impl Allowance {
    /// Each chunk may take an equal part of what those before it left.
    fn budget(&self) -> Budget {
        Budget::new(u64::MAX, self.work / self.chunks.max(1))
    }

    fn settle(&mut self, given: &Budget, left: &Budget) {
        self.work -= given.work_left() - left.work_left();
        self.chunks -= 1;
    }
}

fn explain_column(
    file: &File,
    index: usize,
    allowance: &mut Allowance,
) -> Result<ColumnExplanation> {
    let metadata = &file.metadata;
    let column = metadata.file_metadata().schema_descr().column(index);
    let physical = column.physical_type();
    let mut leaf = Leaf::new(&file.source, metadata, index);
    let mut choices: Vec<ChosenEncoding> = Vec::new();
    let mut declared: Option<Option<Declared>> = None;
    for (number, group) in metadata.row_groups().iter().enumerate() {
        leaf.start(number);
        let given = allowance.budget();
        let mut budget = given;
        let mut sample = sample(&mut leaf, physical, Meaning::of(&column), &mut budget)
            .map_err(|fault| leaf.error(fault, &allowance.limits))?;
        allowance.settle(&given, &budget);
        if sample.values > 0 {
            let found = sample.declared.take();
            declared = Some(match declared {
                None => found,
                Some(known) => known.zip(found).and_then(|(known, found)| known.and(&found)),
            });
        }
        let choice = ChosenEncoding::new(number, group.column(index), sample);
        match choices.last_mut() {
            Some(last) if last.continues_with(&choice) => last.add(&choice),
            _ => choices.push(choice),
        }
    }
    choices.iter_mut().for_each(ChosenEncoding::settle);
    let name = column.path().string();
    let declaration = declared.flatten().map(|declared| {
        let estimate = &declared.estimate;
        let chosen = estimate.choice(Profile::Portable).to_string();
        let known = alternatives(estimate).into_iter().find(|known| known.encoding == chosen);
        let bytes = known.map_or(estimate.plain as u64, |known| known.bytes);
        Declaration { ty: declared.ty().to_owned(), bytes }
    });
    Ok(ColumnExplanation { name, physical_type: physical.to_string(), choices, declaration })
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
        self.alternatives = alternatives(estimate);
        self.entropy = estimate.entropy.map(|found| [found.together as u64, found.apart as u64]);
        let choice = |profile| estimate.choice(profile).to_string();
        self.rules = Rules { portable: choice(Profile::Portable), modern: choice(Profile::Modern) };
    }
}

/// What values take in each encoding that they could have.
fn alternatives(estimate: &Estimate) -> Vec<EncodingBytes> {
    let split = estimate.entropy.map(|_| estimate.plain);
    let alternatives = [
        (Encoding::PLAIN, Some(estimate.plain)),
        (Encoding::RLE_DICTIONARY, estimate.dictionary),
        (Encoding::DELTA_BINARY_PACKED, estimate.deltas),
        (Encoding::DELTA_LENGTH_BYTE_ARRAY, estimate.delta_lengths),
        (Encoding::DELTA_BYTE_ARRAY, estimate.delta_bytes),
        (Encoding::BYTE_STREAM_SPLIT, split),
    ];
    let known = alternatives.into_iter().filter_map(|(encoding, bytes)| {
        Some(EncodingBytes { encoding: encoding.to_string(), bytes: bytes? as u64 })
    });
    known.collect()
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
#[derive(Default)]
struct Sample {
    values: u64,
    nulls: u64,
    /// Values, nulls, and lists without members.
    levels: usize,
    estimate: Estimate,
    declared: Option<Declared>,
}

/// The values of a chunk, apart from their pages, which may be much larger.
enum Collected {
    Bools(Vec<bool>),
    Int32(Vec<i32>),
    Int64(Vec<i64>),
    Floats(Vec<f32>),
    Doubles(Vec<f64>),
    FixedBytes(Arrays),
    Bytes(Arrays),
}

/// Byte arrays, one behind another.
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

impl Collected {
    fn new(physical: Type) -> Self {
        match physical {
            Type::BOOLEAN => Self::Bools(Vec::new()),
            Type::INT32 => Self::Int32(Vec::new()),
            Type::INT64 => Self::Int64(Vec::new()),
            Type::FLOAT => Self::Floats(Vec::new()),
            Type::DOUBLE => Self::Doubles(Vec::new()),
            Type::INT96 | Type::FIXED_LEN_BYTE_ARRAY => Self::FixedBytes(Arrays::default()),
            Type::BYTE_ARRAY => Self::Bytes(Arrays::default()),
        }
    }

    fn push(&mut self, value: Value<'_>) {
        match (self, value) {
            (Self::Bools(values), Value::Bool(value)) => values.push(value),
            (Self::Int32(values), Value::Int32(value)) => values.push(value),
            (Self::Int64(values), Value::Int64(value)) => values.push(value),
            (Self::Floats(values), Value::Float(value)) => values.push(value),
            (Self::Doubles(values), Value::Double(value)) => values.push(value),
            (Self::FixedBytes(arrays) | Self::Bytes(arrays), Value::Bytes(value)) => {
                arrays.data.extend_from_slice(value);
                arrays.ends.push(arrays.data.len());
            }
            // A column's values are all of its physical type.
            _ => {}
        }
    }

    /// The bytes of byte arrays.
    fn bytes(&self) -> usize {
        match self {
            Self::FixedBytes(arrays) | Self::Bytes(arrays) => arrays.data.len(),
            _ => 0,
        }
    }

    fn count_and_estimate(&self) -> (usize, Estimate) {
        match self {
            Self::Bools(values) => (values.len(), Estimate::of_bools(values)),
            Self::Int32(values) => (values.len(), Estimate::of_int32(values)),
            Self::Int64(values) => (values.len(), Estimate::of_int64(values)),
            Self::Floats(values) => (values.len(), Estimate::of_floats(values)),
            Self::Doubles(values) => (values.len(), Estimate::of_doubles(values)),
            Self::FixedBytes(arrays) => {
                (arrays.ends.len(), Estimate::of_fixed_bytes(arrays.iter()))
            }
            Self::Bytes(arrays) => (arrays.ends.len(), Estimate::of_bytes(arrays.iter())),
        }
    }
}

/// Reads the first values of a chunk: enough of them, or as many as the budget allows. A few bytes can
/// stand for any number of nulls, so those count as well.
fn sample(leaf: &mut Leaf, physical: Type, meaning: Meaning, budget: &mut Budget) -> Step<Sample> {
    let mut collected = Collected::new(physical);
    let mut sample = Sample::default();
    while sample.levels < DEFAULT_EXPLAINED_VALUES && collected.bytes() < DEFAULT_EXPLAINED_BYTES {
        match leaf.peek(budget).and_then(|level| {
            budget.work(VALUE_WORK)?;
            Ok(level)
        }) {
            Ok(Some(_)) => {}
            Ok(None) | Err(Fault::Work) => break,
            Err(fault) => return Err(fault),
        }
        sample.levels += 1;
        match leaf.take()? {
            None => sample.nulls += 1,
            Some(value) => {
                collected.push(value);
                if let Value::Bytes(bytes) = value
                    && budget.work(bytes.len() as u64 * BYTE_WORK).is_err()
                {
                    break;
                }
            }
        }
    }
    leaf.park();
    let (count, estimate) = collected.count_and_estimate();
    let declared = match &collected {
        Collected::Bytes(arrays) => Declared::of(arrays.iter(), meaning),
        _ => None,
    };
    Ok(Sample { values: count as u64, estimate, declared, ..sample })
}
