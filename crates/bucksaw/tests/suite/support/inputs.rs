//! Converting sources of any format, with what is rejected.

use std::io::{self, Read};

use bucksaw::{
    Input, InputCounts, InputOptions, MemorySink, OnError, Options, Rejection, Rejects, Result,
};

use super::{Row, read};

/// Keeps what is rejected.
#[derive(Debug, Default, PartialEq)]
pub struct Kept {
    pub bytes: Vec<u8>,
    pub rejections: Vec<Rejection>,
}

impl Rejects for Kept {
    fn part(&mut self, bytes: &[u8]) -> Result<()> {
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn end(&mut self, rejection: &Rejection) -> Result<()> {
        self.rejections.push(rejection.clone());
        Ok(())
    }
}

/// Gives a few bytes at a time.
pub struct Trickle<'t>(pub &'t [u8], pub usize);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = self.0.len().min(self.1).min(buffer.len());
        let (now, later) = self.0.split_at(len);
        buffer[..len].copy_from_slice(now);
        self.0 = later;
        Ok(len)
    }
}

/// What a source became.
#[derive(Debug, PartialEq)]
pub struct Converted {
    pub file: Vec<u8>,
    pub kept: Kept,
    pub counts: InputCounts,
    pub alterations: bucksaw::Alterations,
}

impl Converted {
    pub fn rows(&self) -> Vec<Row> {
        read(&self.file).1
    }

    /// Lines, columns and reasons of what was rejected.
    pub fn rejected(&self) -> Vec<(u64, u64, &str)> {
        let rejections = self.kept.rejections.iter();
        rejections.map(|rejection| (rejection.line, rejection.column, &*rejection.reason)).collect()
    }
}

/// Converts, keeping what is rejected; `step` bytes are read at a time.
pub fn convert_source(
    source: &[u8],
    step: usize,
    read_as: &InputOptions,
    options: Options,
) -> Result<Converted> {
    let mut kept = Kept::default();
    let sink = MemorySink::new();
    let mut writer = options.write_to(Box::new(sink.clone()))?;
    let source = Trickle(source, step);
    let mut input = Input::open("input", source, read_as, OnError::Keep(&mut kept))?;
    writer.write_input(&mut input)?;
    let counts = input.counts();
    drop(input);
    let report = writer.finish()?;
    assert_eq!(counts.records, counts.rows + counts.rejected);
    assert_eq!(counts.rejected, kept.rejections.len() as u64);
    let file = sink.published().expect("a finished writer has published");
    Ok(Converted { file, kept, counts, alterations: report.alterations })
}

/// The same for any number of threads, and of bytes read at a time: what is written is always the same.
pub fn convert_always_alike(source: &[u8], read_as: &InputOptions, options: &Options) -> Converted {
    let one =
        convert_source(source, usize::MAX, read_as, options.clone().threads(1)).expect("kept");
    for (threads, step) in [(3, usize::MAX), (1, 10_007), (3, 3_001)] {
        let other = convert_source(source, step, read_as, options.clone().threads(threads));
        assert!(
            other.expect("kept") == one,
            "{threads} threads and {step} bytes write another file"
        );
    }
    one
}
