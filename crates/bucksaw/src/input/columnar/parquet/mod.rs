//! [Parquet](https://github.com/apache/parquet-format) files of any writer, a row group after the other, and of that some
//! rows at a time: of each column one page is in memory, decompressed, with its dictionary.
//!
//! Pages are decoded by the parquet crate's reader: it knows all encodings and versions, and is fast. Bytes are read only
//! where the file has them, and a panic becomes an error; but what a footer and a page's header claim of memory, which a
//! hostile file may overstate, is not held against the limits before.

mod open;
mod schema;
mod source;

use std::io::{Read, Seek};

use parquet::arrow::arrow_reader::ParquetRecordBatchReader;

use self::open::File;
use super::guard::guarded;
use super::{Columns, chunk_rows};
use crate::error::{Error, ErrorKind, Result};
use crate::input::Format;
use crate::input::framing::{Frame, Framer, Limits};

/// What a file starts with; encrypted ones, whose footer is, too.
const MAGICS: [&[u8]; 2] = [b"PAR1", b"PARE"];

/// Whether a source that starts so is a Parquet file.
pub(in crate::input) fn is_parquet(start: &[u8]) -> bool {
    MAGICS.iter().any(|magic| start.starts_with(magic))
}

/// A file that is read anywhere.
pub(in crate::input) trait ReadSeek: Read + Seek + Send {}

impl<R: Read + Seek + Send> ReadSeek for R {}

/// Cuts a file into batches of rows.
pub(in crate::input) struct ParquetFramer {
    state: State,
    /// The row group that is read, and the row that is next in it.
    group: usize,
    row: u64,
    has_columns: bool,
    /// Bytes of column chunks that were read.
    position: u64,
}

enum State {
    Unopened(Box<dyn ReadSeek>),
    Open(File, Option<ParquetRecordBatchReader>),
    Over,
}

impl ParquetFramer {
    pub(in crate::input) fn new(file: Box<dyn ReadSeek>) -> Self {
        let state = State::Unopened(file);
        Self { state, group: 0, row: 0, has_columns: false, position: 0 }
    }

    fn read(&mut self) -> Result<Frame> {
        loop {
            let (mut file, mut reader) = match std::mem::replace(&mut self.state, State::Over) {
                State::Unopened(file) => (File::open(file)?, None),
                State::Open(file, reader) => (file, reader),
                State::Over => return Ok(Frame::End),
            };
            if reader.is_none() {
                match file.rows_of_group(self.group) {
                    Some(0) => self.group += 1,
                    Some(_) => reader = Some(self.open_group(&mut file)?),
                    None if self.has_columns => return Ok(Frame::End),
                    None => {
                        // Its columns are there, even without rows.
                        let columns = Columns::of(&file.without_rows(), file.fields(), 0)?;
                        return Ok(Frame::Records(columns.into_chunk(Format::Parquet, 0, 0)));
                    }
                }
                self.state = State::Open(file, reader);
                continue;
            }
            let Some(mut open) = reader else { continue };
            let next = guarded(|| open.next().transpose().map_err(|cause| damaged(&cause)));
            let batch = next.map_err(|error| self.in_group(&file, error))?;
            let Some(batch) = batch else {
                let rows = file.rows_of_group(self.group).unwrap_or_default();
                if rows != self.row {
                    let message = format!("it has {} rows, and {rows} were promised", self.row);
                    let error = Error::new(ErrorKind::InputFormat, message);
                    return Err(self.in_group(&file, error));
                }
                self.group += 1;
                self.row = 0;
                self.state = State::Open(file, None);
                continue;
            };
            let bytes = file.bytes_of(self.group, batch.num_rows() as u64);
            let columns = Columns::of(&batch, file.fields(), bytes)?;
            let chunk =
                columns.into_chunk(Format::Parquet, self.position, file.open_bytes(self.group));
            self.row += batch.num_rows() as u64;
            self.position += bytes;
            self.has_columns = true;
            self.state = State::Open(file, Some(open));
            return Ok(Frame::Records(chunk));
        }
    }

    fn open_group(&mut self, file: &mut File) -> Result<ParquetRecordBatchReader> {
        let rows = chunk_rows(file.row_bytes(self.group));
        guarded(|| file.reader(self.group, rows)).map_err(|error| self.in_group(file, error))
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

    fn next(&mut self, _: Vec<u8>, _: &mut Vec<u8>, _: Limits) -> Result<Frame> {
        self.read()
    }

    fn skip_record(&mut self, _: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<u64> {
        Ok(0)
    }
}

fn damaged(cause: &dyn std::error::Error) -> Error {
    Error::new(ErrorKind::InputFormat, format!("it can't be read: {cause}"))
}
