//! Rows in memory to Parquet: rows of values, slices that are taken as a whole, blocks by column id, and
//! Arrow record batches, all into one file.
//!
//! ```text
//! cargo run -p bucksaw --example batches -- FOLDER
//! ```
#![allow(clippy::print_stderr, missing_docs, unreachable_pub, reason = "an example")]

use std::path::Path;
use std::sync::Arc;

use bucksaw::arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use bucksaw::bumpalo::Bump;
use bucksaw::{Block, Report, Result, Value, Writer};

pub fn run(folder: &Path) -> Result<Report> {
    let mut writer = Writer::create(folder.join("batches.parquet"))?;

    // Rows from an iterator: each is taken or refused by itself.
    writer.write_rows((0..100_i64).map(|n| [("host", Value::from("a")), ("load", n.into())]))?;

    // A slice: all of its rows are taken, or none; no text is copied.
    let hosts = ["b".to_owned(), "c".to_owned()];
    let rows: Vec<_> = hosts
        .iter()
        .map(|host| vec![("host", Value::from(host)), ("load", 7_i64.into())])
        .collect();
    writer.write_slice(&rows)?;

    // A block by id: names are looked up once, values are borrowed. The fastest way.
    let (host, load) = (writer.column("host")?, writer.column("load")?);
    let (mut block, arena) = (Block::new(), Bump::new());
    let mut builder = writer.builder(&mut block, &arena)?;
    for number in 0..500_i64 {
        builder.push(host, Value::from("d"))?;
        builder.push(load, Value::from(number))?;
        builder.end_row();
    }
    writer.write_block(&block)?;

    // A record batch, whose columns are taken as they are.
    let columns: [(&str, ArrayRef); 2] = [
        ("host", Arc::new(StringArray::from(vec!["e", "f"]))),
        ("load", Arc::new(Int64Array::from(vec![Some(1), None]))),
    ];
    // Columns of the same length make a batch.
    if let Ok(batch) = RecordBatch::try_from_iter(columns) {
        writer.write_record_batch(&batch)?;
    }
    writer.finish()
}

fn main() -> Result<()> {
    let folder = std::env::args_os().nth(1).unwrap_or_else(|| ".".into());
    eprintln!("{}", run(folder.as_ref())?);
    Ok(())
}
