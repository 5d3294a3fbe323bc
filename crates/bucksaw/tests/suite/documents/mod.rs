//! JSON in other forms than a line for each row.

mod broken;
mod es_bulk;
mod journald;
mod json;
mod parsed;
mod records;

use std::io::{self, Read};
use std::sync::{Arc, Mutex};

use bucksaw::{
    Format, Input, InputCounts, InputOptions, JsonOptions, MemorySink, OnError, Options, Rejection,
    Rejects, Result,
};

use crate::support::{Row, read};

/// What was rejected: its bytes as they are kept, and why.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<(Vec<u8>, Vec<Rejection>)>>);

impl Rejects for Kept {
    fn part(&mut self, bytes: &[u8]) -> Result<()> {
        self.0.lock().expect("sound").0.extend_from_slice(bytes);
        Ok(())
    }

    fn end(&mut self, rejection: &Rejection) -> Result<()> {
        let mut kept = self.0.lock().expect("sound");
        kept.0.push(b'|');
        kept.1.push(rejection.clone());
        Ok(())
    }
}

/// Gives a few bytes at a time.
struct Trickle<'t>(&'t [u8], usize);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = self.0.len().min(self.1).min(buffer.len());
        let (now, later) = self.0.split_at(len);
        buffer[..len].copy_from_slice(now);
        self.0 = later;
        Ok(len)
    }
}

/// What was read.
#[derive(Debug, PartialEq)]
struct Converted {
    file: Vec<u8>,
    counts: InputCounts,
    /// Rejected records, with a bar behind each.
    kept: String,
    rejections: Vec<Rejection>,
}

impl Converted {
    fn rows(&self) -> Vec<Row> {
        read(&self.file).1
    }

    /// Lines, columns and bytes of rejected records, and why.
    fn reasons(&self) -> Vec<(u64, u64, u64, &str)> {
        let of = |rejection: &'_ Rejection| (rejection.line, rejection.column, rejection.byte);
        let told = self.rejections.iter().map(|rejection| (of(rejection), &*rejection.reason));
        told.map(|((line, column, byte), reason)| (line, column, byte, reason)).collect()
    }
}

/// Reads a source, `step` bytes at a time, and keeps what is rejected.
fn convert_in_steps(
    source: &[u8],
    step: usize,
    read_as: &InputOptions,
    options: Options,
) -> Result<Converted> {
    let kept = Kept::default();
    let mut rejects = kept.clone();
    let sink = MemorySink::new();
    let mut writer = options.write_to(Box::new(sink.clone()))?;
    let on_error = OnError::Keep(&mut rejects);
    let mut input = Input::open("in", Trickle(source, step), read_as, on_error)?;
    writer.write_input(&mut input)?;
    let counts = input.counts();
    drop(input);
    let report = writer.finish()?;
    assert_eq!((report.rows, report.rejected), (counts.rows, counts.rejected));
    assert_eq!(counts.records, counts.rows + counts.rejected);
    let (kept, rejections) = kept.0.lock().expect("sound").clone();
    let kept = String::from_utf8_lossy(&kept).into_owned();
    Ok(Converted { file: sink.published().expect("a file"), counts, kept, rejections })
}

fn convert(source: impl AsRef<[u8]>, read_as: &InputOptions) -> Converted {
    let read = convert_in_steps(source.as_ref(), 1 << 16, read_as, Options::new());
    read.expect("rejections are kept")
}

fn documents() -> InputOptions {
    InputOptions::new().format(Format::Json)
}

/// Of documents with their records at this path.
fn records_at(path: &str) -> InputOptions {
    documents().json(JsonOptions::new().records(path.split('.')))
}

/// The rows of NDJSON.
fn rows_of_lines(lines: &str) -> Vec<Row> {
    let read = convert(lines, &InputOptions::new().format(Format::Ndjson));
    assert_eq!(read.rejections, []);
    read.rows()
}
