//! How writers are opened.

use std::io::Write;
use std::path::Path;

use super::Writer;
use crate::dataset::Dataset;
use crate::error::Result;
use crate::options::Options;
use crate::sink::{LocalSink, Sink, StreamSink};
use crate::table::Table;

impl Writer {
    /// A writer of a new table, with the default options, to a local file, which appears under its
    /// name, whole, when the writer finishes.
    ///
    /// ```
    /// use bucksaw::{Value, Writer};
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("logs.parquet");
    /// let mut writer = Writer::create(&path)?;
    /// writer.write_row([("level", Value::from("INFO")), ("status", Value::from(200))])?;
    /// writer.finish()?;
    /// assert!(path.exists());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Options::create`].
    pub fn create(path: impl AsRef<Path>) -> Result<Self> {
        Options::new().create(path)
    }

    /// A writer of a new table, with the default options, to a stream, which gets bytes as row groups
    /// are finished and is flushed at the end; it need not be buffered. (With options: [`Options::write_to`] and
    /// [`StreamSink`].)
    ///
    /// ```
    /// use bucksaw::{Value, Writer};
    /// let mut writer = Writer::from_write(std::io::sink())?;
    /// writer.write_row([("level", Value::from("INFO"))])?;
    /// assert!(writer.finish()?.files[0].bytes > 100);
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Options::write_to`].
    pub fn from_write(stream: impl Write + Send + 'static) -> Result<Self> {
        Options::new().write_to(StreamSink::new(stream))
    }
}

impl Dataset {
    /// A writer of further files of the dataset, which the options cut and call. Each appears when it is whole, with those that wait,
    /// or [all at the end](Options::atomic).
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) where no thread can be started.
    pub fn write(self) -> Result<Writer> {
        Writer::of_dataset(self.table, self.folder)
    }
}

impl Table {
    /// A writer to a local file of this table, which appears under its name, whole, when the writer
    /// finishes.
    ///
    /// # Errors
    /// [`ErrorKind::Exists`](crate::ErrorKind::Exists) where something stands at `path` and may not be
    /// overwritten; [`ErrorKind::Io`](crate::ErrorKind::Io) where nothing can be staged.
    pub fn create(self, path: impl AsRef<Path>) -> Result<Writer> {
        let sink = local_sink(&self.options, path.as_ref())?;
        self.write_to(sink)
    }

    /// A writer of this table to any sink.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) where no thread can be started.
    pub fn write_to(self, sink: impl Sink + 'static) -> Result<Writer> {
        Writer::new(self, Box::new(sink))
    }
}

impl Options {
    /// A writer to a local file of a new table, which appears under its name, whole, when the writer
    /// finishes.
    ///
    /// # Errors
    /// [`ErrorKind::Options`](crate::ErrorKind::Options); [`ErrorKind::Exists`](crate::ErrorKind::Exists)
    /// where something stands at `path` and may not be overwritten;
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) where nothing can be staged.
    pub fn create(self, path: impl AsRef<Path>) -> Result<Writer> {
        Table::new(self)?.create(path)
    }

    /// A writer of a new table to any sink.
    ///
    /// # Errors
    /// [`ErrorKind::Options`](crate::ErrorKind::Options); [`ErrorKind::Io`](crate::ErrorKind::Io) where
    /// no thread can be started.
    pub fn write_to(self, sink: impl Sink + 'static) -> Result<Writer> {
        Table::new(self)?.write_to(sink)
    }
}

/// A local file as the options want it.
pub(super) fn local_sink(options: &Options, path: &Path) -> Result<LocalSink> {
    LocalSink::create(path, options.overwrite, options.staging_directory())
}
