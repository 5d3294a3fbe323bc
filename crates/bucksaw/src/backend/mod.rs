//! Backends: blocks in, Parquet bytes out.

use parquet::file::metadata::ParquetMetaData;

use crate::block::BlockSlice;
use crate::error::Result;
use crate::options::{BackendKind, Options};
use crate::schema::Schema;
use crate::split::Buffered;

pub(crate) mod arrow;
pub(crate) mod direct;
mod footer;

/// Turns blocks into the bytes of one Parquet file.
///
/// The contract, which `tests/backends.rs` holds every backend to:
///
/// 1. [`write`](Self::write) takes rows in order. Columns are those of `schema`, by their ids; a
///    column's type never changes, columns are only ever added, and a column that a slice lacks is
///    null in its rows.
/// 2. Finished bytes are appended to `out`, in the file's order; a backend does no I/O. What it has
///    not finished it counts in [`buffered`](Self::buffered).
/// 3. [`end_row_group`](Self::end_row_group) ends the open row group, if it has rows. A backend
///    ends none by itself.
/// 4. [`finish`](Self::finish) ends the open row group and appends the footer. Columns without any
///    value are left out, but for declared ones where the options say so; a file that would have no
///    column has `_rest`.
/// 5. After an error the backend is only dropped, and what it appended is no file.
pub trait Backend: Send {
    /// Its name, as options spell it.
    fn name(&self) -> &'static str;

    /// Takes rows.
    ///
    /// # Errors
    /// [`ErrorKind::LateColumn`](crate::ErrorKind::LateColumn) where it can't take a column any
    /// more, [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) for a type that it can't take.
    fn write(
        &mut self,
        rows: &BlockSlice<'_, '_>,
        schema: &Schema,
        out: &mut Vec<u8>,
    ) -> Result<()>;

    /// What it holds of the open row group.
    fn buffered(&self) -> Buffered;

    /// Ends the open row group.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    fn end_row_group(&mut self, schema: &Schema, out: &mut Vec<u8>) -> Result<()>;

    /// Ends the file and returns what its footer says.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    fn finish(&mut self, schema: &Schema, out: &mut Vec<u8>) -> Result<ParquetMetaData>;
}

/// The backend that `options` name.
pub(crate) fn of(options: &Options) -> Box<dyn Backend> {
    match options.backend {
        BackendKind::Direct => Box::new(direct::DirectBackend::new(options)),
        BackendKind::Arrow => Box::new(arrow::ArrowBackend::new(options)),
    }
}
