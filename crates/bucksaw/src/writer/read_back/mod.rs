//! A finished file is read back before it is published, by the parquet crate's reader and one of dictionaries, which have no line in
//! common with what writes: counts of values and sums over them are those of what was to be written, and the bytes are those that the sink was given.

mod dictionary;

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Seek as _, SeekFrom};

use bytes::Bytes;
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, FileReader as _, RowGroupReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;

use twox_hash::XxHash3_128;

use crate::encode::written::{Sum, Written, WrittenColumn, hash_of};
use crate::error::{Error, ErrorKind, Result};
use crate::runtime::guard::guarded;
use crate::runtime::hash::xxh3_128_of;
use crate::sink::{ReadBack, Sink};

/// Rows that are read at a time.
const ROWS: usize = 4_096;

/// Holds what is with the sink against what was to be written.
///
/// # Errors
/// [`ErrorKind::Io`] where it is otherwise; [`ErrorKind::Options`] where the sink can't read it.
pub(super) fn check(sink: &mut dyn Sink, written: &Written, hash: Option<u128>) -> Result<()> {
    let Some(file) = sink.read_back()? else {
        let message =
            "what goes to this sink can't be read back: verify files, or go on without (verify)";
        return Err(Error::new(ErrorKind::Options, message));
    };
    let failed = |cause| Error::io("could not read the file back", cause);
    let (sums, found) = match file {
        ReadBack::File(file) => {
            let all = file.try_clone().map_err(failed)?;
            (guarded(|| sums_of(file)), hash_of_file(all).map_err(failed)?)
        }
        ReadBack::Bytes(bytes) => {
            let found = XxHash3_128::oneshot(&bytes);
            (guarded(|| sums_of(Bytes::from(bytes))), found)
        }
    };
    let sums = sums.map_err(|error| {
        let told = wrong(format!("it can't be read: {}", error.message()));
        match &error.position().column {
            Some(column) => told.in_column(column),
            None => told,
        }
    })?;
    compare(&sums, written)?;
    // What no value depends on: names, types, statistics, indexes.
    match hash.is_none_or(|hash| hash == found) {
        true => Ok(()),
        false => Err(wrong("its bytes are not those that were written".to_owned())),
    }
}

fn hash_of_file(mut file: File) -> io::Result<u128> {
    file.seek(SeekFrom::Start(0))?;
    Ok(xxh3_128_of(file)?.1)
}

fn wrong(why: String) -> Error {
    let message = format!("the file that was written is wrong, and is not published: {why}");
    Error::new(ErrorKind::Io, message)
}

fn compare(found: &Written, written: &Written) -> Result<()> {
    if found.rows != written.rows {
        return Err(wrong(format!(
            "it has {} rows, and {} were written",
            found.rows, written.rows
        )));
    }
    let mut expected: HashMap<&str, &WrittenColumn> =
        written.columns.iter().map(|column| (column.name.as_str(), column)).collect();
    for column in &found.columns {
        let none = WrittenColumn::default();
        let of_writer = expected.remove(column.name.as_str()).unwrap_or(&none);
        compare_column(column, of_writer).map_err(|error| error.in_column(&column.name))?;
    }
    let missing =
        expected.into_values().find(|column| column.leaves.iter().any(|sum| sum.values > 0));
    missing.map_or(Ok(()), |column| Err(wrong("it is missing".to_owned()).in_column(&column.name)))
}

fn compare_column(found: &WrittenColumn, written: &WrittenColumn) -> Result<()> {
    if written.is_unknown {
        return Ok(());
    }
    for (leaf, found) in found.leaves.iter().enumerate() {
        let written = written.leaves.get(leaf).copied().unwrap_or_default();
        if found.values != written.values {
            let (found, written) = (found.values, written.values);
            return Err(wrong(format!("it has {found} values, and {written} were written")));
        }
        if found.sum != written.sum {
            return Err(wrong("its values are not those that were written".to_owned()));
        }
    }
    Ok(())
}

/// What a file has.
fn sums_of<R: ChunkReader + 'static>(file: R) -> Result<Written> {
    let failed = |cause: ParquetError| Error::new(ErrorKind::Io, cause.to_string());
    let reader = SerializedFileReader::new(file).map_err(failed)?;
    let footer = reader.metadata().file_metadata().clone();
    let mut columns: Vec<WrittenColumn> = Vec::new();
    // Of each leaf its column, and which of that one's leaves it is.
    let mut places = Vec::new();
    for leaf in footer.schema_descr().columns() {
        let name = leaf.path().parts().first().cloned().unwrap_or_default();
        if columns.last().is_none_or(|last| last.name != name) {
            columns.push(WrittenColumn { name, ..WrittenColumn::default() });
        }
        let column = columns.len() - 1;
        columns[column].leaves.push(Sum::default());
        places.push((column, columns[column].leaves.len() - 1));
    }
    let mut rows = 0;
    for index in 0..reader.num_row_groups() {
        let group = reader.get_row_group(index).map_err(failed)?;
        for (leaf, (column, at)) in places.iter().enumerate() {
            let about = footer.schema_descr().column(leaf);
            let column = &mut columns[*column];
            add_column(&*group, leaf, &about, rows, &mut column.leaves[*at])
                .map_err(|cause| failed(cause).in_column(&column.name))?;
        }
        rows += u64::try_from(group.metadata().num_rows()).unwrap_or(0);
    }
    Ok(Written { rows, columns })
}

/// Adds the values of a row group's chunk of this number.
fn add_column(
    group: &dyn RowGroupReader,
    chunk: usize,
    leaf: &ColumnDescriptor,
    first: u64,
    sum: &mut Sum,
) -> Result<(), ParquetError> {
    let mut pages = group.get_column_page_reader(chunk)?;
    let rows = u64::try_from(group.metadata().num_rows()).unwrap_or(0);
    match dictionary::sum_of(&mut *pages, leaf, first..first + rows)? {
        Some(of_dictionary) => {
            sum.append(of_dictionary);
            Ok(())
        }
        None => add_chunk(group.get_column_reader(chunk)?, leaf, first, sum),
    }
}

/// Adds the values of a chunk, whose first row is this one of the file.
fn add_chunk(
    chunk: ColumnReader,
    leaf: &ColumnDescriptor,
    first: u64,
    sum: &mut Sum,
) -> Result<(), ParquetError> {
    match chunk {
        ColumnReader::BoolColumnReader(reader) => {
            add_values(reader, leaf, first, sum, |value| u64::from(*value))
        }
        ColumnReader::Int32ColumnReader(reader) => {
            add_values(reader, leaf, first, sum, |value| u64::from(value.cast_unsigned()))
        }
        ColumnReader::Int64ColumnReader(reader) => {
            add_values(reader, leaf, first, sum, |value| value.cast_unsigned())
        }
        ColumnReader::FloatColumnReader(reader) => {
            add_values(reader, leaf, first, sum, |value| u64::from(value.to_bits()))
        }
        ColumnReader::DoubleColumnReader(reader) => {
            add_values(reader, leaf, first, sum, |value| value.to_bits())
        }
        ColumnReader::ByteArrayColumnReader(reader) => {
            add_values(reader, leaf, first, sum, |value| hash_of(value.data()))
        }
        ColumnReader::FixedLenByteArrayColumnReader(reader) => {
            add_values(reader, leaf, first, sum, |value| hash_of(value.data()))
        }
        ColumnReader::Int96ColumnReader(_) => {
            Err(ParquetError::General("no column is of the type INT96".to_owned()))
        }
    }
}

fn add_values<T: DataType>(
    mut reader: ColumnReaderImpl<T>,
    leaf: &ColumnDescriptor,
    first: u64,
    sum: &mut Sum,
    bits: impl Fn(&T::T) -> u64,
) -> Result<(), ParquetError> {
    let (max_definition, is_repeated) = (leaf.max_def_level(), leaf.max_rep_level() > 0);
    let (mut definitions, mut repetitions, mut values) = (Vec::new(), Vec::new(), Vec::new());
    // The row after the last one that began, and the values that it has had.
    let (mut next, mut nth) = (first, 0);
    loop {
        definitions.clear();
        repetitions.clear();
        values.clear();
        let (records, _, levels) = reader.read_records(
            ROWS,
            (max_definition > 0).then_some(&mut definitions),
            is_repeated.then_some(&mut repetitions),
            &mut values,
        )?;
        if records == 0 && levels == 0 {
            return Ok(());
        }
        if values.len() == records && !is_repeated {
            sum.add_run(next, values.iter().map(&bits));
            next += records as u64;
            continue;
        }
        let mut values = values.iter();
        let levels = if max_definition > 0 { definitions.len() } else { values.len() };
        for index in 0..levels {
            if repetitions.get(index).is_none_or(|level| *level == 0) {
                (next, nth) = (next + 1, 0);
            }
            if definitions.get(index).is_some_and(|level| *level < max_definition) {
                continue;
            }
            if let Some(value) = values.next() {
                sum.add(next - 1, nth, bits(value));
                nth += 1;
            }
        }
    }
}
