//! otlp2parquet and otlp2records as peers of the lab; `../../peers.toml` says how they are called.
//!
//! ```text
//! otlp2parquet-lab otlp2parquet|otlp2records otlp|otlp-json INPUT OUTPUT
//! ```
//!
//! otlp2parquet 0.12.0 is a server around otlp2records 0.6.0: this is what it does with a request's bytes (its `src/codec.rs` and
//! `src/writer/write.rs`), without HTTP. The record batches go to one file, with zstd 1; the server itself writes a file for each
//! service and minute, and compresses nothing.
#![forbid(unsafe_code)]

use std::error::Error;
use std::fs::File;
use std::path::Path;
use std::process::ExitCode;

use arrow_array::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const USAGE: &str = "usage: otlp2parquet-lab otlp2parquet|otlp2records otlp|otlp-json INPUT OUTPUT";

/// Bytes that are handed over at once, where the input allows it: messages of OTLP may be put together to larger ones.
const PIECE: usize = 1 << 20;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        [way, job, input, output] => convert(way, job, Path::new(input), Path::new(output)),
        _ => Err(USAGE.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("otlp2parquet-lab: {error}");
            ExitCode::FAILURE
        }
    }
}

fn convert(way: &str, job: &str, input: &Path, output: &Path) -> Result<()> {
    let bytes = std::fs::read(input)?;
    let pieces: Vec<&[u8]> = match job {
        "otlp" => messages(&bytes)?,
        "otlp-json" => bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect(),
        _ => return Err(format!("unknown job {job:?}").into()),
    };
    let mut table = Table { output: File::create(output)?, writer: None };
    for piece in pieces {
        match way {
            "otlp2parquet" => {
                use otlp2parquet_records::InputFormat::{Json, Protobuf};
                let format = if job == "otlp" { Protobuf } else { Json };
                let batch = otlp2parquet_records::transform_logs(piece, format)?;
                let grouped = otlp2parquet_records::group_batch_by_service(batch);
                grouped.batches.iter().try_for_each(|of_service| table.write(&of_service.batch))?;
            }
            "otlp2records" => {
                use otlp2records::InputFormat::{Json, Protobuf};
                let format = if job == "otlp" { Protobuf } else { Json };
                table.write(&otlp2records::transform_logs(piece, format)?)?;
            }
            _ => return Err(format!("unknown way {way:?}").into()),
        }
    }
    table.close()
}

/// A file of protobuf cut between its resources, into pieces of about [`PIECE`] bytes.
fn messages(bytes: &[u8]) -> Result<Vec<&[u8]>> {
    let (mut pieces, mut start, mut at) = (Vec::new(), 0, 0);
    while at < bytes.len() {
        // A request is a list of resources, each behind its field's number and its length.
        if bytes[at] != 0x0a {
            return Err("no list of resources".into());
        }
        let (length, digits) = varint(&bytes[at + 1..])?;
        at += 1 + digits + length;
        if at > bytes.len() {
            return Err("a message without its end".into());
        }
        if at - start >= PIECE || at == bytes.len() {
            pieces.push(&bytes[start..at]);
            start = at;
        }
    }
    Ok(pieces)
}

/// A number in protobuf's varint form, and how many bytes it takes.
fn varint(bytes: &[u8]) -> Result<(usize, usize)> {
    let mut number = 0;
    for (at, byte) in bytes.iter().enumerate().take(5) {
        number |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Ok((number, at + 1));
        }
    }
    Err("a length without its end".into())
}

/// The file that all batches go to; they have the same columns.
struct Table {
    output: File,
    writer: Option<ArrowWriter<File>>,
}

impl Table {
    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        if self.writer.is_none() {
            let zstd = Compression::ZSTD(ZstdLevel::try_new(1)?);
            let properties = WriterProperties::builder().set_compression(zstd).build();
            let file = self.output.try_clone()?;
            self.writer = Some(ArrowWriter::try_new(file, batch.schema(), Some(properties))?);
        }
        Ok(self.writer.as_mut().ok_or("no writer")?.write(batch)?)
    }

    fn close(self) -> Result<()> {
        self.writer.ok_or("no records")?.close()?;
        Ok(())
    }
}
