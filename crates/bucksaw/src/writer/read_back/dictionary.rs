//! Chunks of one value a row whose values are all in a dictionary, as most are: each entry is hashed once, however often it comes.
//!
//! Source of the formats: <https://parquet.apache.org/docs/file-format/data-pages/encodings/>, "Dictionary Encoding" and "Run Length
//! Encoding / Bit-Packing Hybrid".

use std::ops::Range;

use parquet::basic::{Encoding, Type};
use parquet::column::page::{Page, PageReader};
use parquet::errors::ParquetError;
use parquet::schema::types::ColumnDescriptor;

use crate::encode::written::{Sum, hash_of};

/// The sum over a chunk with these rows of the file; none where not all of its pages are of a dictionary, or where
/// rows may have several values.
pub(super) fn sum_of(
    pages: &mut dyn PageReader,
    leaf: &ColumnDescriptor,
    rows: Range<u64>,
) -> Result<Option<Sum>, ParquetError> {
    if leaf.max_rep_level() > 0 || leaf.max_def_level() > 1 {
        return Ok(None);
    }
    let Some(Page::DictionaryPage { buf, num_values, .. }) = pages.get_next_page()? else {
        return Ok(None);
    };
    let entries = entries_of(&buf, leaf, num_values as usize);
    let mut chunk = Chunk {
        entries: entries.ok_or_else(|| broken("its dictionary"))?,
        has_levels: leaf.max_def_level() > 0,
        rows,
        sum: Sum::default(),
        levels: Vec::new(),
        indexes: Vec::new(),
    };
    while let Some(page) = pages.get_next_page()? {
        let added = match &page {
            Page::DataPage { buf, num_values, encoding: Encoding::RLE_DICTIONARY, .. } => chunk
                .levels_in_front(buf)
                .and_then(|(levels, values)| chunk.add(levels, values, *num_values as usize)),
            Page::DataPageV2 {
                buf,
                num_values,
                encoding: Encoding::RLE_DICTIONARY,
                def_levels_byte_len,
                rep_levels_byte_len: 0,
                ..
            } => buf
                .split_at_checked(*def_levels_byte_len as usize)
                .and_then(|(levels, values)| chunk.add(levels, values, *num_values as usize)),
            _ => return Ok(None),
        };
        added.ok_or_else(|| broken("a page of indices"))?;
    }
    Ok(Some(chunk.sum))
}

fn broken(what: &str) -> ParquetError {
    ParquetError::General(format!("{what} is not as the format has it"))
}

/// What is known of a chunk on the way through its pages.
struct Chunk {
    /// What of each entry goes into the sum.
    entries: Vec<u64>,
    has_levels: bool,
    /// Those that are left.
    rows: Range<u64>,
    sum: Sum,
    levels: Vec<u32>,
    indexes: Vec<u32>,
}

impl Chunk {
    /// The levels in front of a page's values, behind their length, and the values.
    fn levels_in_front<'p>(&self, page: &'p [u8]) -> Option<(&'p [u8], &'p [u8])> {
        if !self.has_levels {
            return Some((&[], page));
        }
        let (len, page) = page.split_first_chunk()?;
        page.split_at_checked(u32::from_le_bytes(*len) as usize)
    }

    /// Adds the values of so many rows.
    fn add(&mut self, levels: &[u8], values: &[u8], rows: usize) -> Option<()> {
        let first = self.rows.start;
        self.rows.start = first.checked_add(rows as u64).filter(|next| *next <= self.rows.end)?;
        self.levels.clear();
        if self.has_levels {
            unpack(levels, 1, rows, &mut self.levels)?;
        }
        let nulls = self.levels.iter().filter(|level| **level == 0).count();
        self.indexes.clear();
        if rows > nulls {
            let (width, values) = values.split_first()?;
            unpack(values, u32::from(*width), rows - nulls, &mut self.indexes)?;
        }
        let mut is_known = true;
        let entries = self.indexes.iter().map(|index| {
            let entry = self.entries.get(*index as usize);
            is_known &= entry.is_some();
            entry.copied().unwrap_or_default()
        });
        if nulls == 0 {
            self.sum.add_run(first, entries);
        } else {
            let present = (first..).zip(&self.levels).filter(|(_, level)| **level > 0);
            present.zip(entries).for_each(|((row, _), entry)| self.sum.add(row, 0, entry));
        }
        is_known.then_some(())
    }
}

/// What goes into the sum of each value of a PLAIN page.
fn entries_of(page: &[u8], leaf: &ColumnDescriptor, count: usize) -> Option<Vec<u64>> {
    let width = match leaf.physical_type() {
        Type::INT32 | Type::FLOAT => 4,
        Type::INT64 | Type::DOUBLE => 8,
        Type::FIXED_LEN_BYTE_ARRAY => usize::try_from(leaf.type_length()).ok()?,
        Type::BYTE_ARRAY => return texts_of(page, count),
        Type::BOOLEAN | Type::INT96 => return None,
    };
    let values = page.get(..width.checked_mul(count)?)?.chunks_exact(width.max(1));
    let entry = |value: &[u8]| match leaf.physical_type() {
        Type::FIXED_LEN_BYTE_ARRAY => hash_of(value),
        _ => value.iter().rev().fold(0, |bits, byte| bits << 8 | u64::from(*byte)),
    };
    Some(values.map(entry).collect())
}

/// The same of bytes behind their lengths.
fn texts_of(mut page: &[u8], count: usize) -> Option<Vec<u64>> {
    let mut entries = Vec::new();
    for _ in 0..count {
        let (len, behind) = page.split_first_chunk()?;
        let (text, behind) = behind.split_at_checked(u32::from_le_bytes(*len) as usize)?;
        entries.push(hash_of(text));
        page = behind;
    }
    Some(entries)
}

/// Appends so many numbers of so many bits from runs of one number and of packed ones; none where there are fewer.
fn unpack(mut runs: &[u8], width: u32, count: usize, out: &mut Vec<u32>) -> Option<()> {
    if width > u32::BITS {
        return None;
    }
    let mut left = count;
    while left > 0 {
        let (head, behind) = varint(runs)?;
        let (is_packed, count) = (head & 1 == 1, usize::try_from(head >> 1).ok()?);
        let (bytes, numbers) = match is_packed {
            true => (count.checked_mul(width as usize)?, count.checked_mul(8)?),
            false => ((width as usize).div_ceil(8), count),
        };
        let (run, behind) = behind.split_at_checked(bytes)?;
        runs = behind;
        let numbers = numbers.min(left);
        left -= numbers;
        if !is_packed {
            let number = run.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte));
            out.resize(out.len() + numbers, number);
        } else {
            unpack_bits(run, width as usize, numbers, out);
        }
        if numbers == 0 && runs.is_empty() {
            return None;
        }
    }
    Some(())
}

/// Appends so many packed numbers, whose bits are there.
fn unpack_bits(packed: &[u8], width: usize, numbers: usize, out: &mut Vec<u32>) {
    let mask = (1_u64 << width) - 1;
    let number = |index: usize| {
        let (byte, shift) = (index * width / 8, index * width % 8);
        let word = match packed.get(byte..).and_then(<[u8]>::first_chunk) {
            Some(word) => u64::from_le_bytes(*word),
            None => {
                let left = packed.get(byte..).unwrap_or_default();
                left.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
            }
        };
        (word >> shift & mask) as u32
    };
    out.extend((0..numbers).map(number));
}

/// The integer that bytes start with, and what is behind it.
fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0;
    for (index, byte) in bytes.iter().enumerate().take(9) {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if *byte < 0x80 {
            return Some((value, &bytes[index + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bytes::Bytes;
    use parquet::data_type::{ByteArrayType, DataType, Int64Type};
    use parquet::file::properties::{WriterProperties, WriterVersion};
    use parquet::file::reader::{FileReader as _, SerializedFileReader};
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::super::add_chunk;
    use super::*;

    /// A file of one column, by the parquet crate.
    fn file_of<T: DataType>(
        ty: &str,
        values: &[T::T],
        levels: Option<&[i16]>,
        properties: WriterProperties,
    ) -> Bytes {
        let schema =
            Arc::new(parse_message_type(&format!("message m {{ {ty} }}")).expect("a schema"));
        let mut file = Vec::new();
        let mut writer =
            SerializedFileWriter::new(&mut file, schema, Arc::new(properties)).expect("begun");
        let mut group = writer.next_row_group().expect("a row group");
        let mut column = group.next_column().expect("no error").expect("a column");
        column.typed::<T>().write_batch(values, levels, None).expect("written");
        column.close().expect("closed");
        group.close().expect("closed");
        writer.close().expect("closed");
        file.into()
    }

    /// What this and what the parquet crate's reader of values make of it.
    fn both(file: Bytes, first: u64) -> (Option<Sum>, Sum) {
        let reader = SerializedFileReader::new(file).expect("a file");
        let group = reader.get_row_group(0).expect("a row group");
        let leaf = reader.metadata().file_metadata().schema_descr().column(0);
        let mut pages = group.get_column_page_reader(0).expect("pages");
        let mut sum = Sum::default();
        let chunk = group.get_column_reader(0).expect("values");
        add_chunk(chunk, &leaf, first, &mut sum).expect("read");
        let rows = first..first + u64::try_from(group.metadata().num_rows()).expect("rows");
        (sum_of(&mut *pages, &leaf, rows).expect("read"), sum)
    }

    proptest! {
        #[test]
        fn sums_are_those_of_the_values(
            values in vec(prop_oneof![0..3_i64, 0..5_000_i64], 1..3_000),
            gaps in vec(any::<bool>(), 3_000),
            is_v2: bool,
            has_dictionary: bool,
            page_rows in 1..2_000_usize,
        ) {
            let version = if is_v2 { WriterVersion::PARQUET_2_0 } else { WriterVersion::PARQUET_1_0 };
            let properties = || WriterProperties::builder()
                .set_writer_version(version)
                .set_dictionary_enabled(has_dictionary)
                .set_write_batch_size(100)
                .set_data_page_row_count_limit(page_rows)
                .build();
            let levels: Vec<i16> = values.iter().zip(&gaps).map(|(_, gap)| i16::from(!gap)).collect();
            let present: Vec<i64> =
                values.iter().zip(&levels).filter(|(_, level)| **level > 0).map(|(value, _)| *value).collect();
            let texts: Vec<_> = present.iter().map(|value| value.to_string().as_str().into()).collect();
            for file in [
                file_of::<Int64Type>("REQUIRED INT64 a;", &values, None, properties()),
                file_of::<Int64Type>("OPTIONAL INT64 a;", &present, Some(&levels), properties()),
                file_of::<ByteArrayType>("OPTIONAL BYTE_ARRAY a (UTF8);", &texts, Some(&levels), properties()),
            ] {
                let (found, expected) = both(file, 7);
                prop_assert_eq!(found.is_some(), has_dictionary);
                prop_assert_eq!(found.unwrap_or(expected), expected);
            }
        }

        /// What is damaged ends.
        #[test]
        fn any_bytes_are_unpacked_or_refused(
            runs in vec(any::<u8>(), 0..60), width in 0..40_u32, count in 0..10_000_usize,
        ) {
            let mut numbers = Vec::new();
            if unpack(&runs, width, count, &mut numbers).is_some() {
                prop_assert_eq!(numbers.len(), count);
            }
        }
    }
}
