//! `bucksaw compact`: merges the small files of datasets.

use std::io::Write;
use std::path::Path;
use std::time::SystemTime;

use bucksaw::escape::{escape, escape_path};
use bucksaw::internal::{counted, grouped};
use bucksaw::{
    Compaction, Dataset, DatasetFile, Error, ErrorKind, Merged, Options, Resettled, Result,
};
use bytesize::ByteSize;
use serde::Serialize;

use super::ls::datasets_in;
use super::{file_options, newest};
use crate::cli::CompactArgs;
use crate::ui;

/// A line of `--json`: of a folder, or of a column.
#[derive(Serialize)]
struct Told<'t, T> {
    dataset: String,
    #[serde(flatten)]
    told: &'t T,
}

/// All folders together.
#[derive(Default)]
struct Total {
    folders: u64,
    removed: Files,
    added: Files,
}

#[derive(Default)]
struct Files {
    files: u64,
    bytes: u64,
}

impl Files {
    fn add(&mut self, files: &[DatasetFile]) {
        self.files += files.len() as u64;
        self.bytes += bytes(files);
    }
}

/// Runs the command.
pub(crate) fn run(arguments: &CompactArgs, out: &mut impl Write) -> Result<()> {
    let options = options(arguments)?;
    let mut which = Compaction::new()
        .target_bytes(arguments.target_size.as_u64())
        .settle_types(arguments.settle_types);
    if let Some(age) = arguments.older_than {
        let before = SystemTime::now().checked_sub(age).ok_or_else(|| {
            Error::new(ErrorKind::Options, "--older-than is longer than there has been time")
        })?;
        which = which.before(before);
    }
    let mut paths = Vec::new();
    for named in &arguments.datasets {
        paths.extend(datasets_in(named)?);
    }
    for path in &paths {
        let options = newest::as_newest(path, options.clone(), arguments)?;
        let mut total = Total::default();
        let mut look = |merged: Merged| {
            total.folders += 1;
            total.removed.add(&merged.removed);
            total.added.add(&merged.added);
            let dataset = escape_path(path);
            let written = match arguments.json {
                true => ui::write_json(&Told { dataset, told: &merged }, out),
                false => writeln!(out, "{}", line(&merged)),
            };
            written.and_then(|()| out.flush()).map_err(ui::unwritten)
        };
        let columns = match arguments.dry_run {
            true => {
                let compactable = Dataset::compactable(path, &options, &which)?;
                compactable.folders.into_iter().try_for_each(&mut look)?;
                compactable.columns
            }
            false => Dataset::compact(path, options.clone(), &which, &mut look)?,
        };
        for column in &columns {
            match arguments.json {
                true => {
                    let told = Told { dataset: escape_path(path), told: column };
                    ui::write_json(&told, out).map_err(ui::unwritten)?;
                }
                false => ui::tell(&column_words(path, column, arguments.dry_run)),
            }
        }
        if !arguments.json {
            ui::tell(&words(path, &total, arguments));
        }
    }
    Ok(())
}

fn options(arguments: &CompactArgs) -> Result<Options> {
    let mut problems = Vec::new();
    let mut options = file_options::with_file(Options::new(), &arguments.file, &mut problems)
        .roll_bytes(arguments.target_size.as_u64())
        .file_name(arguments.name.clone());
    if let Some(column) = &arguments.timestamp_column {
        options = options.timestamp_column(column);
    }
    if let Err(error) = options.validate() {
        problems.extend(error.message().lines().map(str::to_owned));
    }
    if !problems.is_empty() {
        return Err(Error::of_problems(ErrorKind::Options, problems));
    }
    ui::tell_notes(&file_options::notes(&arguments.file));
    Ok(options)
}

/// A folder, how many files it had and has, their rows, and bytes, with tabs between them.
fn line(merged: &Merged) -> String {
    let Merged { removed, added, .. } = merged;
    let folder = removed.first().and_then(|file| file.path.rsplit_once('/'));
    let folder = folder.map_or(".".to_owned(), |(folder, _)| escape(folder).into_owned());
    let rows: u64 = removed.iter().map(|file| file.rows).sum();
    let before = bytes(removed);
    match added.is_empty() {
        true => format!("{folder}\t{}\t-\t{rows}\t{before}\t-", removed.len()),
        false => {
            let (files, after) = (added.len(), bytes(added));
            format!("{folder}\t{}\t{files}\t{rows}\t{before}\t{after}", removed.len())
        }
    }
}

fn bytes(files: &[DatasetFile]) -> u64 {
    files.iter().map(|file| file.bytes).sum()
}

/// What becomes of a column whose values say another type.
fn column_words(path: &Path, resettled: &Resettled, is_dry_run: bool) -> String {
    let Resettled { column, from, to, sibling, values, files, bytes, is_settled, .. } = resettled;
    let (column, sibling) = (escape(column), escape(sibling));
    let values = match values {
        1 => format!("1 value in {sibling} is a number"),
        values => format!("{} values in {sibling} are numbers", grouped(*values)),
    };
    let (files, size) = (counted(*files, "file"), ByteSize(*bytes));
    let what = match (is_settled, is_dry_run) {
        (true, true) => format!("its {from} would become {to} in {files}, {size}"),
        (true, false) => format!("its {from} became {to} in {files}, {size}"),
        (false, _) => format!("--settle-types makes it {to} and rewrites {files}, {size}"),
    };
    format!("{}: {column}: {values}; {what}", escape_path(path))
}

fn words(path: &Path, total: &Total, arguments: &CompactArgs) -> String {
    let path = escape_path(path);
    let Total { folders, removed, added } = total;
    if *folders == 0 {
        let half = ByteSize(arguments.target_size.as_u64() / 2);
        let age = arguments.older_than.map_or("", |_| " that are old enough");
        return format!(
            "{path}: nothing to merge: no folder has several files of less than {half}{age}"
        );
    }
    let files = counted(removed.files, "file");
    let before = ByteSize(removed.bytes);
    match arguments.dry_run {
        true => {
            let folders = counted(*folders, "folder");
            format!("{path}: {files} of {folders} would be merged, {before}")
        }
        false => {
            let after = ByteSize(added.bytes);
            format!("{path}: {files} merged into {}, {before} became {after}", added.files)
        }
    }
}
