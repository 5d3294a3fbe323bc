//! `bucksaw ls`: the files of datasets.

use std::io::Write;
use std::path::{Path, PathBuf};

use bucksaw::escape::{escape, escape_path};
use bucksaw::internal::counted;
use bucksaw::{Dataset, DatasetFile, Error, ErrorKind, Result, TimeRange};
use bytesize::ByteSize;
use serde::Serialize;

use crate::cli::LsArgs;
use crate::search::datasets;
use crate::ui;

/// A line of `--json`, of `convert` too.
#[derive(Serialize)]
pub(super) struct Listed<'l> {
    pub(super) dataset: String,
    #[serde(flatten)]
    pub(super) file: &'l DatasetFile,
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
    for named in &arguments.datasets {
        for path in datasets_in(named)? {
            list(&path, named, arguments.json, out)?;
        }
    }
    Ok(())
}

/// Lists a dataset, which is the one that is named, or in a folder that is.
fn list(path: &Path, named: &Path, is_json: bool, out: &mut impl Write) -> Result<()> {
    // Its place among several.
    let start = path.strip_prefix(named).unwrap_or(Path::new(""));
    let mut total = Total::default();
    Dataset::for_each_file(path, |file| {
        total.files += 1;
        total.rows += file.rows;
        total.bytes += file.bytes;
        TimeRange::add(&mut total.times, file.times.clone());
        let written = match is_json {
            true => ui::write_json(&Listed { dataset: escape_path(path), file: &file }, out),
            false => {
                if !start.as_os_str().is_empty() {
                    write!(out, "{}/", escape_path(start)).map_err(ui::unwritten)?;
                }
                writeln!(out, "{}", line(&file))
            }
        };
        written.map_err(ui::unwritten)
    })?;
    out.flush().map_err(ui::unwritten)?;
    if !is_json {
        let (files, rows) = (counted(total.files, "file"), counted(total.rows, "row"));
        let mut words =
            format!("{}: {files}, {rows}, {}", escape_path(path), ByteSize(total.bytes));
        if let Some(time) = total.times.first() {
            words += &format!(", {} {}", escape(&time.column), span(time));
        }
        ui::tell(&words);
    }
    Ok(())
}

/// The datasets in a folder: it itself, or those below it.
pub(super) fn datasets_in(path: &Path) -> Result<Vec<PathBuf>> {
    let found = if path.is_dir() { datasets(path)? } else { Vec::new() };
    if found.is_empty() {
        check_is_dataset(path)?;
    }
    Ok(found)
}

/// Refuses a folder that is no dataset.
pub(super) fn check_is_dataset(path: &Path) -> Result<()> {
    if Dataset::is_at(path) {
        return Ok(());
    }
    let below = if path.is_dir() { datasets(path).unwrap_or_default() } else { Vec::new() };
    if let [first, others @ ..] = &below[..] {
        let more = if others.is_empty() { "" } else { ", and others" };
        let (path, first) = (escape_path(path), escape_path(first));
        let message = format!("{path} is no dataset, but has some in it: name one ({first}{more})");
        return Err(Error::new(ErrorKind::Options, message));
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

pub(super) fn span(time: &TimeRange) -> String {
    let text = |text: &Option<String>, number: i64| text.clone().unwrap_or(number.to_string());
    format!("{} to {}", text(&time.first_time, time.first), text(&time.last_time, time.last))
}
