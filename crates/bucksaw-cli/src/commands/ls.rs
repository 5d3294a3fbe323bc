//! `bucksaw ls`: the files of datasets.

use std::io::Write;
use std::path::Path;

use bucksaw::escape::{escape, escape_path};
use bucksaw::internal::counted;
use bucksaw::{Dataset, DatasetFile, Error, ErrorKind, Result, TimeRange};
use bytesize::ByteSize;
use serde::Serialize;

use crate::cli::LsArgs;
use crate::ui;

/// A line of `--json`.
#[derive(Serialize)]
struct Listed<'l> {
    dataset: String,
    #[serde(flatten)]
    file: &'l DatasetFile,
}

/// All files together.
#[derive(Default)]
struct Total {
    files: u64,
    rows: u64,
    bytes: u64,
    times: Vec<TimeRange>,
}

/// Runs the command.
pub(crate) fn run(arguments: &LsArgs, out: &mut impl Write) -> Result<()> {
    for path in &arguments.datasets {
        check_is_dataset(path)?;
        let mut total = Total::default();
        Dataset::for_each_file(path, |file| {
            total.files += 1;
            total.rows += file.rows;
            total.bytes += file.bytes;
            TimeRange::add(&mut total.times, file.times.clone());
            let written = match arguments.json {
                true => ui::write_json(&Listed { dataset: escape_path(path), file: &file }, out),
                false => writeln!(out, "{}", line(&file)),
            };
            written.map_err(ui::unwritten)
        })?;
        out.flush().map_err(ui::unwritten)?;
        if !arguments.json {
            let (files, rows) = (counted(total.files, "file"), counted(total.rows, "row"));
            let mut words =
                format!("{}: {files}, {rows}, {}", escape_path(path), ByteSize(total.bytes));
            if let Some(time) = total.times.first() {
                words += &format!(", {} {}", escape(&time.column), span(time));
            }
            ui::tell(&words);
        }
    }
    Ok(())
}

/// Refuses a folder that is no dataset.
pub(super) fn check_is_dataset(path: &Path) -> Result<()> {
    if Dataset::is_at(path) {
        return Ok(());
    }
    let message = format!(
        "{} is no dataset: it has no _bucksaw/manifest (convert -o {}/ --dataset makes one)",
        escape_path(path),
        escape_path(path).trim_end_matches('/')
    );
    Err(Error::new(ErrorKind::Options, message))
}

/// A file's path, rows, size and times, with tabs between them.
pub(super) fn line(file: &DatasetFile) -> String {
    let times = file.times.first().map_or(String::new(), |time| format!("\t{}", span(time)));
    format!("{}\t{}\t{}{times}", escape(&file.path), file.rows, file.bytes)
}

fn span(time: &TimeRange) -> String {
    let text = |text: &Option<String>, number: i64| text.clone().unwrap_or(number.to_string());
    format!("{} to {}", text(&time.first_time, time.first), text(&time.last_time, time.last))
}
