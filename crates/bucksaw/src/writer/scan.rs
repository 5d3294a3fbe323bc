//! Reading inputs for their schema only.

use super::Writer;
use crate::error::Result;
use crate::input::Input;
use crate::options::Options;
use crate::options::declared::DeclaredSchema;
use crate::sink::StreamSink;
use crate::table::Table;

/// Reads inputs to know their columns: what it finds is a schema with a type for each column that holds its values, of all
/// rows and not only of the first. Values are counted, and not kept.
///
/// ```
/// use bucksaw::{Input, NdjsonOptions, OnError, Options, Scan};
/// let lines = "{\"id\": 1, \"http\": {\"status\": 200}}\n{\"id\": 0.5}\n";
/// let mut input = Input::ndjson("lines", lines.as_bytes(), NdjsonOptions::new(), OnError::Fail)?;
/// let mut scan = Scan::new(Options::new())?;
/// scan.read_input(&mut input)?;
/// let schema = scan.finish()?;
/// let columns: Vec<_> = schema.columns.iter().map(|c| format!("{}: {}", c.name, c.ty)).collect();
/// assert_eq!(columns, ["id: double", "http_status: int64"]);
/// assert_eq!(schema.columns[0].comment.as_deref(), Some("1 integer, 1 decimal"));
/// # Ok::<(), bucksaw::Error>(())
/// ```
#[derive(Debug)]
pub struct Scan {
    writer: Writer,
}

impl Scan {
    /// Reads nothing yet. Columns that the options declare keep their types.
    ///
    /// # Errors
    /// [`ErrorKind::Options`](crate::ErrorKind::Options); [`ErrorKind::Io`](crate::ErrorKind::Io) where no thread can be started.
    pub fn new(options: Options) -> Result<Self> {
        let mut table = Table::new(options.of_single_file())?;
        // All values say what a column's type is.
        table.schema.settling_rows = usize::MAX;
        let mut writer = Writer::new(table, Box::new(StreamSink::new(std::io::sink())))?;
        writer.file = writer.file.take().map(|file| file.counting());
        Ok(Self { writer })
    }

    /// Reads the next rows of an input, some megabytes of it; false at its end.
    ///
    /// # Errors
    /// As [`Writer::write_next`].
    pub fn read_next(&mut self, input: &mut Input<'_>) -> Result<bool> {
        self.writer.write_next(input)
    }

    /// Reads all of an input.
    ///
    /// # Errors
    /// As [`Writer::write_next`].
    pub fn read_input(&mut self, input: &mut Input<'_>) -> Result<()> {
        self.writer.write_input(input)
    }

    /// Rows read so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.writer.rows()
    }

    /// The schema of all rows: a table that is told it has the same columns, with the same names and types, for
    /// whichever of them it gets. Of paths that would have one name, the first in alphabetical order has it.
    ///
    /// # Errors
    /// As [`Writer::finish`].
    pub fn finish(mut self) -> Result<DeclaredSchema> {
        let counting = self.writer.file.as_mut().and_then(|file| file.end_counting());
        let table = &mut self.writer.table;
        table.schema.name_in_order();
        let comments = counting.map(|counting| counting.settle(&mut table.schema));
        let mut schema = table.declared();
        for (id, comment) in comments.into_iter().flatten() {
            let name = &table.schema.column(id).name;
            if let Some(column) = schema.columns.iter_mut().find(|column| column.name == *name) {
                column.comment = Some(comment);
            }
        }
        self.writer.abort()?;
        Ok(schema)
    }
}
