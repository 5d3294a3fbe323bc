//! [Parquet](https://github.com/apache/parquet-format) files of any writer, a row group after the other, and of that some
//! rows at a time: of each column one page is in memory, decompressed, with its dictionary.
//!
//! Pages are decoded by the parquet crate's reader: it knows all encodings and versions, and is fast. Bytes are read only
//! where the file has them, what a page's header claims is held against the limits before (`pages`), and a panic becomes an error.

#[cfg(feature = "zstd")]
mod decompress;
mod header;
mod open;
mod origins;
mod page_reader;
mod pages;
mod schema;
mod source;

use std::collections::{HashMap, HashSet};
use std::io::{Read, Seek};
use std::ops::Range;

use arrow_array::cast::AsArray as _;
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader};

use self::open::File;
use self::pages::Refused;
use self::source::Source;
use super::slices::Slices;
use super::{CHUNK_ROWS, Columns, beyond_limit, chunk_rows};
use crate::error::{Error, ErrorKind, Result};
use crate::format::origins::Origin;
use crate::input::Format;
use crate::input::framing::{Chunk, Frame, Framer, Limits};
use crate::runtime::guard::guarded;

/// What a file starts with; encrypted ones, whose footer is, too.
const MAGICS: [&[u8]; 2] = [b"PAR1", b"PARE"];

/// Whether a source that starts so is a Parquet file.
pub(in crate::input) fn is_parquet(start: &[u8]) -> bool {
    MAGICS.iter().any(|magic| start.starts_with(magic))
}

/// Rows of which the texts of one column are read at a time.
const TEXT_ROWS: usize = 1 << 10;

/// A file that is read anywhere.
pub(crate) trait ReadSeek: Read + Seek + Send {}

impl<R: Read + Seek + Send> ReadSeek for R {}

/// What a file says of where its columns come from, by their names.
///
/// # Errors
/// [`ErrorKind::InputFormat`] where its footer is not sound; [`ErrorKind::Io`].
pub(crate) fn origins_of(file: impl ReadSeek + 'static) -> Result<HashMap<String, Origin>> {
    Ok(File::open(Box::new(file))?.origins.named)
}

/// Has each text of a column looked at, in the order of the rows. Large pages may take so many bytes.
///
/// # Errors
/// As [`origins_of`]; where a page is larger. Those of `look`.
pub(crate) fn for_each_text(
    file: impl ReadSeek + 'static,
    column: &str,
    room: usize,
    mut look: impl FnMut(&str) -> Result<()>,
) -> Result<()> {
    let file = File::of_column(Box::new(file), column)?;
    let mut group = 0;
    while file.rows_of_group(group).is_some() {
        let mut reader = guarded(|| file.reader(group, 0, TEXT_ROWS, room))?;
        loop {
            file.pages().begin_batch();
            let next = guarded(|| reader.next().transpose().map_err(|cause| damaged(&cause)));
            if let Some(refused) = file.pages().take_refused() {
                let mib = refused.needed.div_ceil(1 << 20) as u64;
                let what = format!("column {column:?}: large pages take {mib} MiB, for which");
                return Err(beyond_limit(&what, mib, room));
            }
            let Some(batch) = next? else { break };
            let texts = batch.columns().first().and_then(|array| array.as_string_view_opt());
            texts.into_iter().flatten().flatten().try_for_each(&mut look)?;
        }
        group += 1;
    }
    Ok(())
}

/// What the footer and the page indexes of a file say.
///
/// # Errors
/// As [`origins_of`].
pub(crate) fn metadata_of(file: impl ReadSeek + 'static) -> Result<ParquetMetaData> {
    let failed = |cause| Error::io("could not read", cause);
    let source = Source::new(Box::new(file)).map_err(failed)?;
    guarded(|| {
        let reader = ParquetMetaDataReader::new().with_page_index_policy(PageIndexPolicy::Optional);
        reader.parse_and_finish(&source).map_err(|cause| damaged(&cause))
    })
}

/// Cuts a file into batches of rows.
pub(in crate::input) struct ParquetFramer {
    state: State,
    /// The row group that is read, and the row that is next in it.
    group: usize,
    row: u64,
    /// How many rows are read at a time, where large pages leave no room for as many as otherwise.
    fewer_rows: Option<usize>,
    /// The row group before which reading ends.
    end: usize,
    has_columns: bool,
    /// Bytes of column chunks that were read.
    position: u64,
    /// Columns whose texts are told from other values by how they are spelled.
    apart: HashSet<String>,
}

enum State {
    Unopened(Box<dyn ReadSeek>),
    Open(File, Option<ParquetRecordBatchReader>),
    /// Rows that were read are on their way out.
    Reading(File, ParquetRecordBatchReader, Slices),
    Over,
}

impl ParquetFramer {
    pub(in crate::input) fn new(file: Box<dyn ReadSeek>) -> Self {
        Self::of_row_groups(file, 0..usize::MAX, HashSet::new())
    }

    /// The rows of these row groups alone. In these columns all texts that spell other values are such.
    pub(in crate::input) fn of_row_groups(
        file: Box<dyn ReadSeek>,
        groups: Range<usize>,
        apart: HashSet<String>,
    ) -> Self {
        let Range { start: group, end } = groups;
        let state = State::Unopened(file);
        let (row, position, fewer_rows, has_columns) = (0, 0, None, false);
        Self { state, group, end, row, fewer_rows, has_columns, position, apart }
    }

    fn read(&mut self, limits: Limits) -> Result<Frame> {
        loop {
            let (mut file, reader) = match std::mem::replace(&mut self.state, State::Over) {
                State::Unopened(file) => (File::open(file)?, None),
                State::Open(file, reader) => (file, reader),
                State::Reading(file, reader, mut slices) => {
                    match self.slice(&file, &mut slices, limits)? {
                        Some(chunk) => {
                            self.state = State::Reading(file, reader, slices);
                            return Ok(Frame::Records(chunk));
                        }
                        None => (file, Some(reader)),
                    }
                }
                State::Over => return Ok(Frame::End),
            };
            let Some(mut reader) = reader else {
                let reader = match file.rows_of_group(self.group).filter(|_| self.group < self.end)
                {
                    Some(0) => {
                        self.group += 1;
                        None
                    }
                    Some(_) => Some(self.open_group(&mut file, limits)?),
                    None if self.has_columns => return Ok(Frame::End),
                    None => {
                        // Its columns are there, even without rows.
                        let mut columns = Columns::of(&file.without_rows(), &file.fields(), 0)?;
                        file.origins.trace(&mut columns.columns, &self.apart);
                        return Ok(Frame::Records(columns.into_chunk(Format::Parquet, 0, 0)));
                    }
                };
                self.state = State::Open(file, reader);
                continue;
            };
            file.pages().begin_batch();
            let next = guarded(|| reader.next().transpose().map_err(|cause| damaged(&cause)));
            match next {
                Ok(Some(batch)) => {
                    let slices = Slices::of(batch, file.fields(), CHUNK_ROWS);
                    self.state = State::Reading(file, reader, slices);
                }
                Ok(None) => {
                    self.end_group(&file)?;
                    self.state = State::Open(file, None);
                }
                Err(error) => {
                    let refused = file.pages().take_refused();
                    let Some(refused) = refused else { return Err(self.in_group(&file, error)) };
                    let rows = self.rows_at_a_time(&file);
                    if !refused.is_with_others || rows == 1 {
                        return Err(self.too_large(&refused, limits));
                    }
                    self.fewer_rows = Some((rows / 8).max(1));
                    self.state = State::Open(file, None);
                }
            }
        }
    }

    /// The next of the rows that were read.
    fn slice(&mut self, file: &File, slices: &mut Slices, limits: Limits) -> Result<Option<Chunk>> {
        let group = self.group;
        let mut taken = 0;
        let columns = slices.next(limits.batch_bytes, |rows| {
            taken = rows as u64;
            file.bytes_of(group, taken)
        });
        let Some(mut columns) = columns? else { return Ok(None) };
        file.origins.trace(&mut columns.columns, &self.apart);
        let bytes = columns.source_bytes;
        let chunk = columns.into_chunk(Format::Parquet, self.position, file.pages().bytes());
        self.row += taken;
        self.position += bytes;
        self.has_columns = true;
        Ok(Some(chunk))
    }

    fn end_group(&mut self, file: &File) -> Result<()> {
        let rows = file.rows_of_group(self.group).unwrap_or_default();
        if rows != self.row {
            let message = format!("it has {} rows, and {rows} were promised", self.row);
            return Err(self.in_group(file, Error::new(ErrorKind::InputFormat, message)));
        }
        self.group += 1;
        self.row = 0;
        self.fewer_rows = None;
        Ok(())
    }

    fn rows_at_a_time(&self, file: &File) -> usize {
        self.fewer_rows.unwrap_or_else(|| chunk_rows(file.row_bytes(self.group)))
    }

    /// A reader of what of the row group has not been read yet.
    fn open_group(&mut self, file: &mut File, limits: Limits) -> Result<ParquetRecordBatchReader> {
        let rows = self.rows_at_a_time(file);
        let reader = guarded(|| file.reader(self.group, self.row, rows, limits.batch_bytes));
        reader.map_err(|error| self.in_group(file, error))
    }

    /// The error of a page that there is no memory for, with the memory limit that suffices.
    fn too_large(&self, refused: &Refused, limits: Limits) -> Error {
        let mib = |bytes: usize| bytes.div_ceil(1 << 20) as u64;
        let Self { group, row, .. } = self;
        let what = format!(
            "row group {group}, column {:?}, row {row} or later: a page of {} MiB, and with it large pages take {} MiB, for which",
            refused.column,
            mib(refused.page),
            mib(refused.needed),
        );
        beyond_limit(&what, mib(refused.needed), limits.batch_bytes)
    }

    /// Says where in the file something is wrong.
    fn in_group(&self, file: &File, error: Error) -> Error {
        let group = self.group;
        let what = match file.last_column(group) {
            Some(column) => {
                format!("row group {group}, column {column:?}, row {} or later", self.row)
            }
            None => format!("row group {group}"),
        };
        Error::new(ErrorKind::InputFormat, format!("{what}: {error}"))
    }
}

impl Framer for ParquetFramer {
    fn format(&self) -> Format {
        Format::Parquet
    }

    fn position(&self) -> u64 {
        self.position
    }

    fn rest(&self) -> &[u8] {
        &[]
    }

    fn next(&mut self, _: Vec<u8>, _: &mut Vec<u8>, limits: Limits) -> Result<Frame> {
        self.read(limits)
    }

    fn skip_record(&mut self, _: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<u64> {
        Ok(0)
    }
}

fn damaged(cause: &dyn std::error::Error) -> Error {
    Error::new(ErrorKind::InputFormat, format!("it can't be read: {cause}"))
}
