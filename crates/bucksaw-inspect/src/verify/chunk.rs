//! One column chunk, page after page.

use parquet::basic::Encoding;
use parquet::bloom_filter::Sbbf;
use parquet::file::metadata::ColumnChunkMetaData;

use super::super::File;
use super::super::budget::{Budget, DEFAULT_MAX_WORK_BYTES, Step, damaged};
use super::super::guard;
use super::super::leaf::{self, Level};
use super::super::page::{self, Chunk, Page, PageKind};
use super::super::statistics::Meaning;
use super::super::values::{Dictionary, Kind, Value, Values};
use super::claims::{check_chunk, is_of_type};
use super::index::{Found, Indexes};
use super::tally::Tally;
use super::{Findings, Place, can_decompress};
use bucksaw::Result;

/// The work of decoding a level.
const LEVEL_WORK: u64 = 8;

/// The bytes of work that each byte of a file may take, beyond [`WORK_BYTES`]: a few bytes may stand for
/// very many values.
const WORK_RATIO: u64 = 16 << 10;

/// The bytes of work that any file may take: a thousand million levels.
const WORK_BYTES: u64 = 32 * DEFAULT_MAX_WORK_BYTES;

/// The bytes of a bloom filter that are read, at the most: what the format's own writers have as their limit.
const MAX_FILTER_BYTES: u64 = 128 << 20;

/// What verifying a file may take.
pub(super) fn budget(file_size: u64) -> Budget {
    Budget::new(u64::MAX, WORK_BYTES.saturating_add(file_size.saturating_mul(WORK_RATIO)))
}

/// A chunk that is being read.
struct Reading<'f> {
    file: &'f File,
    about: &'f ColumnChunkMetaData,
    chunk: Chunk,
    kind: Kind,
    meaning: Meaning,
    max: Level,
    indexes: Indexes<'f>,
    filter: Option<Sbbf>,
    dictionary: Option<Dictionary>,
    /// What is in the pages until here.
    tally: Tally,
    pages: usize,
    data_pages: usize,
    first_data_page: Option<u64>,
    /// The bytes of all pages and headers, decompressed.
    uncompressed: u64,
    /// Values that are no text where the type is text, and those that the bloom filter lacks.
    not_text: u64,
    not_in_filter: u64,
}

/// Whether the chunk was read to its end.
enum End {
    Reached,
    /// There are pages that can't be decoded.
    Unknown(String),
}

/// Checks a chunk. An error is one of reading the file.
pub(super) fn check(
    file: &File,
    (row_group, column): (usize, usize),
    budget: &mut Budget,
    findings: &mut Findings,
) -> Result<()> {
    let group = file.metadata.row_group(row_group);
    let about = group.column(column);
    let descriptor = about.column_descr();
    let mut place = Place {
        row_group: Some(row_group),
        column: Some(descriptor.path().string()),
        ..Place::default()
    };
    let codec = about.compression_codec();
    if !can_decompress(codec) {
        findings.not_verified(&place, format!("pages compressed with {codec} can't be read"));
        return Ok(());
    }
    let level = |level: i16| u16::try_from(level).unwrap_or(0);
    let meaning = Meaning::of(descriptor);
    let max = Level {
        repetition: level(descriptor.max_rep_level()),
        definition: level(descriptor.max_def_level()),
    };
    let mut reading = Reading {
        file,
        about,
        chunk: Chunk::of(about),
        kind: Kind::new(descriptor.physical_type(), descriptor.type_length()),
        meaning,
        max,
        indexes: Indexes::of(file, (row_group, column), meaning),
        filter: filter(file, about, (&place, findings)),
        dictionary: None,
        tally: Tally::new(meaning, max),
        pages: 0,
        data_pages: 0,
        first_data_page: None,
        uncompressed: 0,
        not_text: 0,
        not_in_filter: 0,
    };
    let mut at = reading.chunk.start;
    while at < reading.chunk.end {
        (place.page, place.offset) = (Some(reading.pages), Some(at));
        match reading.page(&mut at, &place, budget, findings) {
            Ok(End::Reached) => reading.pages += 1,
            Ok(End::Unknown(why)) => {
                findings.not_verified(&place, why);
                return Ok(());
            }
            // Nothing that follows can be told from what is lost here.
            Err(fault) => return findings.fault(&place, fault),
        }
    }
    (place.page, place.offset) = (None, None);
    let rows = u64::try_from(group.num_rows()).unwrap_or(0);
    reading.finish(rows, &place, findings);
    Ok(())
}

/// The chunk's bloom filter.
fn filter(
    file: &File,
    about: &ColumnChunkMetaData,
    (place, findings): (&Place, &mut Findings),
) -> Option<Sbbf> {
    about.bloom_filter_offset()?;
    let length = about.bloom_filter_length().and_then(|length| u64::try_from(length).ok());
    if length.unwrap_or(0) > MAX_FILTER_BYTES || (length.is_none() && file.size > MAX_FILTER_BYTES)
    {
        findings
            .not_verified(place, "the bloom filter is too large, or does not say how large it is");
        return None;
    }
    let (source, about) = (file.source.clone(), about.clone());
    let read = guard::run("read a bloom filter", move || {
        Sbbf::read_from_column_chunk(&about, &source)
            .map_err(|cause| guard::failed("the bloom filter can't be read", cause))
    });
    match read {
        Ok(Some(filter)) if filter.num_blocks() > 0 => Some(filter),
        Ok(_) => {
            findings.problem(place, "the bloom filter is empty", [None, None]);
            None
        }
        Err(error) => {
            findings.problem(place, error.to_string(), [None, None]);
            None
        }
    }
}

impl Reading<'_> {
    /// Reads the page at `at`, which goes on to the next.
    fn page(
        &mut self,
        at: &mut u64,
        place: &Place,
        budget: &mut Budget,
        findings: &mut Findings,
    ) -> Step<End> {
        let start = *at;
        let page = page::read(&self.file.source, &self.chunk, start, budget)?;
        let header = &page.header;
        let header_bytes = (page.end - start).saturating_sub(header.stored);
        self.uncompressed =
            self.uncompressed.saturating_add(header_bytes).saturating_add(header.uncompressed);
        *at = page.end;
        findings.0.pages += 1;
        findings.0.pages_with_checksum += u64::from(header.crc.is_some());
        match header.kind() {
            PageKind::Other => return Ok(End::Reached),
            _ if page.data.len() as u64 != header.uncompressed => {
                let (found, said) = (page.data.len() as u64, header.uncompressed);
                findings.same(place, "the page's size in its header", said, found);
            }
            _ => {}
        }
        if !(0..=i64::from(Encoding::BYTE_STREAM_SPLIT as i32)).contains(&header.encoding) {
            return Ok(End::Unknown(format!(
                "pages of encoding {} can't be read",
                header.encoding
            )));
        }
        if header.kind() == PageKind::Dictionary {
            if self.pages > 0 {
                return damaged("a dictionary page behind other pages");
            }
            let (count, encoding) = (header.values, header.encoding);
            let dictionary = Dictionary::new(self.kind, count, encoding, page.data)?;
            if dictionary.bytes_left(self.kind) > 0 {
                findings.problem(place, "bytes behind the dictionary's last value", [None, None]);
            }
            self.dictionary = Some(dictionary);
            return Ok(End::Reached);
        }
        let (tally, first_repetition) = self.decode(&page, place, budget, findings)?;
        if header.kind() == PageKind::DataV2 {
            let nulls = header.nulls.unwrap_or(u64::MAX);
            findings.same(place, "the number of nulls in the page's header", nulls, tally.nulls());
            let rows = header.rows.unwrap_or(u64::MAX);
            findings.same(place, "the number of rows in the page's header", rows, tally.rows);
        }
        self.check_encoding(header.encoding, place, findings);
        let found = Found {
            index: self.data_pages,
            offset: start,
            size: page.end - start,
            first_row: self.tally.rows,
            first_repetition,
            tally: &tally,
        };
        self.indexes.check_page(&found, place, findings);
        self.first_data_page.get_or_insert(start);
        self.data_pages += 1;
        findings.0.values += tally.values;
        self.tally.add(tally);
        Ok(End::Reached)
    }

    /// Decodes a page's levels and values; and the first repetition level.
    fn decode(
        &mut self,
        page: &Page,
        place: &Place,
        budget: &mut Budget,
        findings: &mut Findings,
    ) -> Step<(Tally, u16)> {
        let ([mut repetitions, mut definitions], data) = leaf::parts(page, self.max)?;
        let mut values = Values::new(self.kind, page.header.encoding, data)?;
        let mut tally = Tally::new(self.meaning, self.max);
        let mut first_repetition = 0;
        for index in 0..page.header.values {
            budget.work(LEVEL_WORK)?;
            let level = Level {
                repetition: repetitions.next(self.max.repetition)?,
                definition: definitions.next(self.max.definition)?,
            };
            if index == 0 {
                first_repetition = level.repetition;
            }
            tally.level(level);
            if level.definition < self.max.definition {
                continue;
            }
            let value = values.next(self.kind, self.dictionary.as_ref())?;
            if let Value::Bytes(bytes) = value {
                budget.work(bytes.len() as u64)?;
            }
            tally.value(value);
            self.not_text += u64::from(!is_of_type(value, self.meaning));
            let is_in = self.filter.as_ref().is_none_or(|filter| is_in_filter(filter, value));
            self.not_in_filter += u64::from(!is_in);
        }
        if self.tally.levels == 0 && first_repetition > 0 {
            findings.problem(place, "the first value of the chunk starts no row", [None, None]);
        }
        if !repetitions.is_at_end() || !definitions.is_at_end() {
            findings.problem(place, "levels behind the page's last one", [None, None]);
        }
        // Where there are no values, writers put what they like.
        if tally.values > 0 && !values.is_at_end(self.kind) {
            findings.problem(place, "values behind the page's last one", [None, None]);
        }
        Ok((tally, first_repetition))
    }

    /// The page's encoding is one of those that the chunk says it has.
    fn check_encoding(&self, encoding: i64, place: &Place, findings: &mut Findings) {
        let number = |encoding: Encoding| i64::from(encoding as i32);
        let is_dictionary = |encoding| {
            [Encoding::PLAIN_DICTIONARY, Encoding::RLE_DICTIONARY].map(number).contains(&encoding)
        };
        let is_said = self
            .about
            .encodings()
            .map(number)
            .any(|said| said == encoding || (is_dictionary(said) && is_dictionary(encoding)));
        if !is_said {
            let said: Vec<String> = self.about.encodings().map(|said| said.to_string()).collect();
            let known = [
                Encoding::PLAIN,
                Encoding::RLE,
                Encoding::PLAIN_DICTIONARY,
                Encoding::RLE_DICTIONARY,
                Encoding::DELTA_BINARY_PACKED,
                Encoding::DELTA_LENGTH_BYTE_ARRAY,
                Encoding::DELTA_BYTE_ARRAY,
                Encoding::BYTE_STREAM_SPLIT,
            ];
            let found = known.into_iter().find(|known| number(*known) == encoding);
            let found = found.map_or_else(|| encoding.to_string(), |found| found.to_string());
            findings.problem(place, "the chunk's encodings", [Some(said.join(", ")), Some(found)]);
        }
    }

    /// What is checked when all pages were read.
    fn finish(&self, rows: u64, place: &Place, findings: &mut Findings) {
        let about = self.about;
        check_chunk((about, rows), (&self.tally, self.meaning), (place, findings));
        self.indexes.finish(self.data_pages, place, findings);
        let number = |value: i64| u64::try_from(value).unwrap_or(0);
        let what = "the chunk's total_uncompressed_size";
        findings.same(place, what, number(about.uncompressed_size()), self.uncompressed);
        // Old writers let the offset of the data be that of the dictionary, and say of no dictionary.
        if let Some(first) = self.first_data_page
            && about.dictionary_page_offset().is_some_and(|offset| offset > 0)
        {
            let said = number(about.data_page_offset());
            findings.same(place, "the chunk's data_page_offset", said, first);
        }
        for (count, what) in [
            (self.not_text, "values that are no UTF-8 in a column of text"),
            (self.not_in_filter, "values that the bloom filter lacks"),
        ] {
            if count > 0 {
                findings.problem(place, what, [None, Some(count.to_string())]);
            }
        }
    }
}

fn is_in_filter(filter: &Sbbf, value: Value<'_>) -> bool {
    match value {
        Value::Bool(value) => filter.check(&value),
        Value::Int32(value) => filter.check(&value),
        Value::Int64(value) => filter.check(&value),
        Value::Float(value) => filter.check(&value),
        Value::Double(value) => filter.check(&value),
        Value::Bytes(value) => filter.check(value),
    }
}
