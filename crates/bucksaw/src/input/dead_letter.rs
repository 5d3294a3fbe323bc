//! The dead-letter file: rejected lines unchanged, their reasons beside it.

use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::input::{Rejection, Rejects};
use crate::sink::{LocalSink, Publication, Sink};

/// What is added to the name of a dead-letter file for the file with the reasons.
pub const REASONS_SUFFIX: &str = ".reasons.ndjson";
/// Bytes collected before they are written.
const BUFFER_BYTES: usize = 64 << 10;

/// Keeps rejected lines in a file, each as it was read, and in a second file, `NAME.reasons.ndjson`,
/// a JSON object for each with source, line, column, byte and reason. Both appear together when it is
/// published.
pub struct DeadLetterFile {
    lines: Buffered,
    reasons: Buffered,
    /// Publishes both at once.
    alone: Option<Publication>,
    count: u64,
    ends_with_newline: bool,
}

struct Buffered {
    sink: LocalSink,
    bytes: Vec<u8>,
}

impl Buffered {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.bytes.extend_from_slice(bytes);
        if self.bytes.len() >= BUFFER_BYTES { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<()> {
        self.sink.write(&self.bytes)?;
        self.bytes.clear();
        Ok(())
    }
}

impl DeadLetterFile {
    /// Stages both files.
    ///
    /// # Errors
    /// As [`LocalSink::create`].
    pub fn create(path: &Path, overwrite: bool) -> Result<Self> {
        let mut publication = Publication::new().overwrite(overwrite);
        let file = Self::stage(path, &mut publication)?;
        Ok(Self { alone: Some(publication), ..file })
    }

    /// Stages both files, which then appear together with the others of `publication`.
    ///
    /// # Errors
    /// As [`Publication::stage`].
    pub fn stage(path: &Path, publication: &mut Publication) -> Result<Self> {
        let mut stage = |path: &Path| -> Result<Buffered> {
            Ok(Buffered { sink: publication.stage(path)?, bytes: Vec::new() })
        };
        Ok(Self {
            lines: stage(path)?,
            reasons: stage(&reasons_path(path))?,
            alone: None,
            count: 0,
            ends_with_newline: true,
        })
    }

    /// Where the unfinished files are; for a signal handler to remove.
    #[must_use]
    pub fn staged_paths(&self) -> Vec<PathBuf> {
        let sinks = [&self.lines.sink, &self.reasons.sink];
        sinks.iter().flat_map(|sink| sink.staged_paths()).collect()
    }

    /// Publishes both files. Where nothing was rejected there is none, or, where files may be replaced,
    /// an empty one in place of an old one. Returns how many lines were rejected.
    ///
    /// # Errors
    /// As [`Sink::publish`].
    pub fn publish(mut self) -> Result<u64> {
        if self.count == 0 {
            // Old ones would seem to be of this run.
            self.lines.sink = self.lines.sink.only_replacing();
            self.reasons.sink = self.reasons.sink.only_replacing();
        }
        self.lines.flush()?;
        self.reasons.flush()?;
        Box::new(self.lines.sink).publish()?;
        Box::new(self.reasons.sink).publish()?;
        self.alone.map_or(Ok(()), Publication::publish)?;
        Ok(self.count)
    }
}

/// Where the reasons are of the lines kept at `path`.
fn reasons_path(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(REASONS_SUFFIX);
    path.with_file_name(name)
}

impl Rejects for DeadLetterFile {
    fn part(&mut self, bytes: &[u8]) -> Result<()> {
        self.ends_with_newline = bytes.ends_with(b"\n");
        self.lines.write(bytes)
    }

    fn end(&mut self, rejection: &Rejection) -> Result<()> {
        if !self.ends_with_newline {
            // The last line of a source may lack it; the next line must not run into it.
            self.lines.write(b"\n")?;
        }
        self.count += 1;
        // A struct of strings and numbers can't fail to serialize.
        let mut reason = serde_json::to_vec(rejection).unwrap_or_default();
        reason.push(b'\n');
        self.reasons.write(&reason)
    }
}
