//! Looking into Parquet files: the footer's contents and the first rows.
//!
//! A file is opened in steps, because a footer can't be trusted: the magic bytes at both ends, a
//! bounded scan of the footer's bytes (`scan`), and only then the `parquet` crate, on a thread with
//! a large stack, where its panics become errors.
//!
//! ```no_run
//! # fn main() -> bucksaw::Result<()> {
//! let file = bucksaw_inspect::File::open("metrics.parquet")?;
//! println!("{} rows", file.describe().rows);
//! for row in file.rows(10) {
//!     println!("{}", row?);
//! }
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

use std::fs;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::file::metadata::page_index::PageIndex;
use parquet::file::metadata::{
    PageIndexPolicy, ParquetMetaData, ParquetMetaDataOptions, ParquetMetaDataReader,
};

use bucksaw::{DeclaredSchema, Error, ErrorKind, Result};

mod budget;
mod datasets;
mod declaration;
mod declared;
mod decompress;
mod delta;
mod describe;
mod description;
mod explain;
mod filter;
mod grammar;
mod guard;
mod hybrid;
mod json;
mod leaf;
mod like;
mod lint;
mod origins;
mod page;
mod rebuild;
mod rebuilt;
mod record;
mod respelling;
mod rows;
mod scan;
mod schema;
mod source;
mod statistics;
mod text;
mod thrift;
mod values;
mod verify;

pub use budget::{
    DEFAULT_MAX_LARGE_OPEN_BYTES, DEFAULT_MAX_LARGE_PAGE_BYTES, DEFAULT_MAX_LARGE_ROW_BYTES,
    DEFAULT_MAX_OPEN_BYTES, DEFAULT_MAX_PAGE_BYTES, DEFAULT_MAX_ROW_BYTES, DEFAULT_MAX_WORK_BYTES,
};

pub use datasets::{
    DatasetProblem, DatasetRepair, DatasetVerification, LeftOut, repair_dataset, verify_dataset,
};
pub use description::{
    Column, ColumnChunk, ColumnTotals, Description, KeyValue, PageEncoding, RowGroup,
    SortingColumn, Statistics, Totals,
};
pub use explain::{
    ChosenEncoding, ColumnExplanation, DEFAULT_EXPLAINED_BYTES, DEFAULT_EXPLAINED_VALUES,
    Declaration, EncodingBytes, Explanation, Rules,
};
pub use filter::{Filter, Fit};
pub use guard::DECODER_THREAD;
pub use lint::{Finding, Reader, Severity, lint, lint_type, rules_table};
pub use page::DEFAULT_MAX_PAGE_HEADER_BYTES;
use source::Source;

pub use json::Json;
pub use rebuild::Rebuild;
pub use rebuilt::Rebuilt;
pub use rows::Rows;
// What is written keeps to these too.
pub use bucksaw::internal::limits::{
    DEFAULT_MAX_COLUMN_CHUNKS, DEFAULT_MAX_FOOTER_BYTES, DEFAULT_MAX_FOOTER_ELEMENTS,
    DEFAULT_MAX_METADATA_BYTES, DEFAULT_MAX_SCHEMA_ELEMENTS, DEFAULT_MAX_SCHEMA_PATH_BYTES,
};
pub use thrift::DEFAULT_MAX_FOOTER_DEPTH;
pub use verify::{DEFAULT_TOLD_PROBLEMS, NotVerified, Place, Problem, Verification};

/// How many bytes from the first page index to the end of the last are read: 64 MiB. Beyond that
/// the description goes without page indexes and says so.
pub const DEFAULT_MAX_PAGE_INDEX_BYTES: u64 = 64 << 20;

/// An opened Parquet file whose footer was checked.
#[derive(Debug)]
pub struct File {
    path: PathBuf,
    source: Source,
    size: u64,
    footer_bytes: u64,
    external: bool,
    metadata: Arc<ParquetMetaData>,
    page_index: Option<PageIndex>,
    problems: Vec<String>,
}

impl File {
    /// Opens a file and checks and decodes its footer and page indexes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] when the file can't be read and [`ErrorKind::InvalidParquet`] when it is
    /// no whole, sound Parquet file. Damaged page indexes are no error: the description tells.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let source = path.display().to_string();
        open(path).map_err(|error| error.in_source(&source))
    }

    /// Describes the file.
    #[must_use]
    pub fn describe(&self) -> Description {
        describe::describe(self)
    }

    /// Reads the values back, or the first of each column chunk, and says what they would take in every
    /// encoding.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidParquet`] where pages can't be decoded, and [`ErrorKind::Unsupported`] where
    /// they are in other files or of a codec that isn't built in.
    pub fn explain(&self) -> Result<Explanation> {
        explain::explain(self).map_err(|error| error.in_source(&self.path.display().to_string()))
    }

    /// Decodes every page of every column chunk, one at a time, and holds everything that the file says
    /// against it: checksums, sizes, levels, counts, statistics, page indexes, bloom filters, the order
    /// of rows.
    ///
    /// Statistics of page headers and numbers of distinct values are not looked at; nor are bounds of
    /// types without an order. Bounds of texts and bytes that are not said to be exact may be wider than
    /// the values, in the column index all of them.
    ///
    /// ```no_run
    /// # fn main() -> bucksaw::Result<()> {
    /// let found = bucksaw_inspect::File::open("logs.parquet")?.verify()?;
    /// for problem in &found.problems {
    ///     eprintln!("{problem}");
    /// }
    /// assert!(found.is_sound);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] where the file can't be read, and [`ErrorKind::Unsupported`] where the rows are in
    /// other files. What is damaged is no error: it is among [`Verification::problems`].
    pub fn verify(&self) -> Result<Verification> {
        verify::verify(self).map_err(|error| error.in_source(&self.path.display().to_string()))
    }

    /// Reads the first `limit` rows, some at a time, and only the pages that they need.
    #[must_use]
    pub fn rows(&self, limit: u64) -> Rows {
        Rows::start(self, limit, |_| true)
    }

    /// The same of these top-level columns only. Names that no column has are passed over.
    #[must_use]
    pub fn rows_of(&self, columns: &[String], limit: u64) -> Rows {
        Rows::start(self, limit, |name| columns.iter().any(|column| column == name))
    }

    /// What puts rows together again as they were before they became columns.
    ///
    /// ```no_run
    /// # fn main() -> bucksaw::Result<()> {
    /// let file = bucksaw_inspect::File::open("logs.parquet")?;
    /// let mut rebuild = file.rebuild()?;
    /// for column in rebuild.tell_apart(&file, None) {
    ///     eprintln!("{column}: texts, of which some may have been other values");
    /// }
    /// for row in file.rows(u64::MAX) {
    ///     println!("{}", rebuild.row(row?, None));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidParquet`] where what the file says of its columns can't be read.
    pub fn rebuild(&self) -> Result<Rebuild> {
        Rebuild::of(self).map_err(|error| error.in_source(&self.path.display().to_string()))
    }

    /// The schema that declares the file's columns, so that other files get the same; and the names of those that none can
    /// declare, such as maps. Structs' members are columns of their own.
    ///
    /// ```no_run
    /// # fn main() -> bucksaw::Result<()> {
    /// let (schema, left_out) = bucksaw_inspect::File::open("logs.parquet")?.declared_schema()?;
    /// let options = bucksaw::Options::new().schema(schema);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidParquet`] where what the file says of its columns can't be read.
    pub fn declared_schema(&self) -> Result<(DeclaredSchema, Vec<String>)> {
        declared::declared(self).map_err(|error| error.in_source(&self.path.display().to_string()))
    }

    /// The names of the top-level columns, which are the members of each row.
    #[must_use]
    pub fn column_names(&self) -> Vec<String> {
        let root = self.metadata.file_metadata().schema();
        root.get_fields().iter().map(|field| field.name().to_owned()).collect()
    }

    /// The decoded footer, for what the description leaves out.
    #[must_use]
    pub fn metadata(&self) -> &Arc<ParquetMetaData> {
        &self.metadata
    }
}

fn open(path: &Path) -> Result<File> {
    // Before it is opened: opening a pipe would wait for its other end.
    let about = fs::metadata(path).map_err(|cause| Error::io("could not open", cause))?;
    if !about.is_file() {
        let message = "not a regular file; a Parquet file is read from its end";
        return Err(Error::new(ErrorKind::InvalidParquet, message));
    }
    let mut file = fs::File::open(path).map_err(|cause| Error::io("could not open", cause))?;
    let about = file.metadata().map_err(|cause| Error::io("could not look at", cause))?;
    let size = about.len();
    let footer_range = find_footer(&mut file, size)?;
    let footer = read(&mut file, &footer_range)?;
    let facts = scan::scan_footer(&footer, footer_range.start)?;
    let metadata = guard::run("decode the footer", move || {
        let options = ParquetMetaDataOptions::new().with_encoding_stats_as_mask(false);
        ParquetMetaDataReader::decode_metadata_with_options(&footer, Some(&options))
            .map_err(|cause| guard::failed("the footer can't be decoded", cause))
    })?;
    let mut problems = Vec::new();
    let indexes = scan_page_index(&mut file, &facts, footer_range.start);
    let source = Source::new(file, size);
    let page_index = indexes
        .and_then(|any| if any { read_page_index(source.clone(), &metadata) } else { Ok(None) })
        .unwrap_or_else(|error| {
            problems.push(format!("the page indexes can't be read: {error}"));
            None
        });
    Ok(File {
        path: path.to_owned(),
        source,
        size,
        footer_bytes: footer_range.end - footer_range.start,
        external: facts.external,
        metadata: Arc::new(metadata),
        page_index,
        problems,
    })
}

/// Checks the magic bytes at both ends and says where the footer stands.
fn find_footer(file: &mut fs::File, size: u64) -> Result<Range<u64>> {
    let magic = scan::MAGIC.len() as u64;
    if size < magic + scan::TAIL_BYTES {
        let message = format!("{size} bytes are too short for a Parquet file");
        return Err(Error::new(ErrorKind::InvalidParquet, message));
    }
    let start = read(file, &(0..magic))?;
    if start != scan::MAGIC && start != b"PARE" {
        let message = "no Parquet file: it doesn't start with \"PAR1\"";
        return Err(Error::new(ErrorKind::InvalidParquet, message));
    }
    let tail = read(file, &(size - scan::TAIL_BYTES..size))?;
    let tail = <[u8; 8]>::try_from(tail.as_slice())
        .map_err(|cause| Error::new(ErrorKind::Io, "could not read the end").with_cause(cause))?;
    scan::footer_range(tail, size)
}

/// Reads bytes whose range was checked against the file's size and a limit.
fn read(file: &mut fs::File, range: &Range<u64>) -> Result<Vec<u8>> {
    let failed = |cause| Error::io(format!("could not read at byte {}", range.start), cause);
    let length = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
    let mut bytes = vec![0; length];
    file.seek(SeekFrom::Start(range.start)).map_err(failed)?;
    file.read_exact(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// Scans all page indexes; whether there are any.
fn scan_page_index(file: &mut fs::File, facts: &scan::Facts, end: u64) -> Result<bool> {
    let Some(span) = facts.index_span.clone().filter(|_| !facts.external) else { return Ok(false) };
    let limit = DEFAULT_MAX_PAGE_INDEX_BYTES;
    let together = facts.indexes.iter().map(|(range, _)| range.end - range.start);
    let together = together.fold(0, u64::saturating_add);
    if span.end - span.start > limit || together > limit {
        let spread = span.end - span.start;
        let message = format!("{together} bytes spread over {spread}; the limit is {limit}");
        return Err(Error::new(ErrorKind::InvalidParquet, message));
    }
    let bytes = read(file, &span)?;
    let mut elements = 0_u64;
    for (range, shape) in &facts.indexes {
        // The span covers every range, and it fits memory: it was just read.
        let (from, to) = ((range.start - span.start) as usize, (range.end - span.start) as usize);
        let index = bytes.get(from..to).unwrap_or_default();
        elements += scan::scan_index(index, range.start, *shape, end)?;
        if elements > DEFAULT_MAX_FOOTER_ELEMENTS {
            let message = format!("more than {DEFAULT_MAX_FOOTER_ELEMENTS} list elements");
            return Err(Error::new(ErrorKind::InvalidParquet, message));
        }
    }
    Ok(true)
}

/// Decodes all page indexes. They are kept apart from the metadata, so that reading rows doesn't
/// depend on them.
fn read_page_index(source: Source, metadata: &ParquetMetaData) -> Result<Option<PageIndex>> {
    let metadata = metadata.clone();
    guard::run("decode the page indexes", move || {
        ParquetMetaDataReader::new_with_metadata(metadata)
            .with_page_index_policy(PageIndexPolicy::Optional)
            .read_page_index_and_finish(&source)
            .map(|(_, index)| index)
            .map_err(|cause| guard::failed("they can't be decoded", cause))
    })
}
