//! One table in many files: a new one after so many rows. All have the same types, and column ids are
//! good for all of them.
//!
//! ```text
//! cargo run -p bucksaw --example rotating_files -- FOLDER
//! ```
#![allow(clippy::print_stderr, missing_docs, unreachable_pub, reason = "an example")]

use std::path::Path;

use bucksaw::{Options, Report, Result, Table, Value};

const ROWS_OF_A_FILE: i64 = 400;

pub fn run(folder: &Path) -> Result<Report> {
    let path = |number: usize| folder.join(format!("part-{number:04}.parquet"));
    let mut table = Table::new(Options::new())?;
    let (sensor, value) = (table.column("sensor")?, table.column("value")?);
    let mut writer = table.create(path(0))?;
    let mut files = 1;
    for number in 0..1_000_i64 {
        if number > 0 && number % ROWS_OF_A_FILE == 0 {
            let finished = writer.create_next(path(files))?;
            eprintln!("{finished}");
            files += 1;
        }
        let name = format!("s{}", number % 5);
        writer.write_row([(sensor, Value::from(&name)), (value, (number as f64 / 8.0).into())])?;
    }
    let (report, table) = writer.finish_with_table()?;
    // Another run that is told these columns gives the same types to the same rows.
    eprintln!("{}", table.declared().to_json());
    Ok(report)
}

fn main() -> Result<()> {
    let folder = std::env::args_os().nth(1).unwrap_or_else(|| ".".into());
    eprintln!("{}", run(folder.as_ref())?);
    Ok(())
}
