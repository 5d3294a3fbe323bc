//! The files of one folder become others.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::{self, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::Path;

use serde::Serialize;

use super::looking::hash_of;
use super::manifest::Details;
use super::settling::{Changing, Returning};
use super::{DatasetFile, Folder, table_of};
use crate::Alterations;
use crate::encode::copied::CopiedRowGroup;
use crate::error::{Error, ErrorKind, Result};
use crate::escape::escape_path;
use crate::format::origins::Origin;
use crate::input::columnar::{metadata_of, origins_of};
use crate::input::{Input, InputTable};
use crate::options::{MetricKind, Options, Signal, SortKey};
use crate::report::FileReport;
use crate::report::signal_stats::SignalStats;
use crate::schema::ColumnId;
use crate::writer::Writer;

/// Files of one folder of a dataset that are merged.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Merged {
    /// The value of each level of their folder, as text; null where their rows have none.
    pub partition: BTreeMap<String, Option<String>>,
    /// The small files, and those with a column whose type is not the dataset's any more, in the order in which they came.
    pub removed: Vec<DatasetFile>,
    /// Those that have their rows now; none where files were only looked for.
    pub added: Vec<DatasetFile>,
}

/// The files of one folder that are merged.
#[derive(Debug)]
pub(super) struct Mergeable {
    folder: String,
    files: Vec<Old>,
}

/// One of them.
#[derive(Debug)]
struct Old {
    file: DatasetFile,
    values: Vec<Values>,
    /// Columns that get another type.
    changing: Vec<Changing>,
    /// What it is sorted by, and which table its rows are of.
    sorted_by: Vec<String>,
    of: InputTable,
}

/// How many values it has of a column, at the most, or if that is known.
#[derive(Debug)]
struct Values {
    column: String,
    most: u64,
    are_known: bool,
}

/// How many values new files are to have of each column; none where that is not known.
#[derive(Default)]
struct Expected(HashMap<String, Option<u64>>);

impl Expected {
    fn add(&mut self, column: &str, values: Option<u64>) {
        let known = self.0.entry(column.to_owned()).or_insert(Some(0));
        *known = known.zip(values).and_then(|(known, values)| known.checked_add(values));
    }

    /// The first column of which new files have another number of values.
    fn differing(&self, written: &FileReport) -> Option<String> {
        let of = |name: &str| {
            let column = written.columns.iter().find(|column| column.name == name);
            column.map_or(0, |column| written.rows.saturating_sub(column.nulls))
        };
        let mut known = self.0.iter().filter_map(|(name, values)| Some((name, (*values)?)));
        let (name, values) = known.find(|(name, values)| of(name) != *values)?;
        Some(format!("the column {name:?} has {} values of {values}", of(name)))
    }
}

impl Mergeable {
    pub(super) fn of(folder: String) -> Self {
        Self { folder, files: Vec::new() }
    }

    pub(super) fn add(
        &mut self,
        file: DatasetFile,
        details: Option<Details>,
        changing: Vec<Changing>,
    ) {
        let (values, of) = (values(&file, details.as_ref()), table_of_rows(details.as_ref()));
        let sorted_by = details.map(|details| details.sorted_by).unwrap_or_default();
        self.files.push(Old { file, values, changing, sorted_by, of });
    }

    /// Whether there is anything to do.
    pub(super) fn is_due(&self) -> bool {
        self.files.len() > 1 || self.is_changing()
    }

    fn is_changing(&self) -> bool {
        self.files.iter().any(|file| !file.changing.is_empty())
    }

    pub(super) fn into_merged(self) -> Merged {
        let partition = self.files.first().map(|file| file.file.partition.clone());
        Merged {
            partition: partition.unwrap_or_default(),
            removed: self.files.into_iter().map(|file| file.file).collect(),
            added: Vec::new(),
        }
    }

    /// Writes the rows of all files into others, which take their place.
    pub(super) fn merge(
        self,
        mut folder: Folder,
        options: &Options,
        copied_bytes: u64,
    ) -> Result<(Folder, Merged)> {
        let root = folder.root().to_owned();
        let schema = folder.schema().clone();
        folder.merge_in(&self.folder);
        let table = table_of(self.sorted(options.clone()))?;
        let mut writer = Writer::of_folder(table, folder, &self.folder, self.table())?;
        let mut expected = Expected::default();
        for file in &self.files {
            file.write(&root, &mut writer, &mut expected, copied_bytes)?;
        }
        self.check_rows(&root, &writer)?;
        let (written, folder) = writer.finish_folder()?;
        if let Some(why) = expected.differing(&written) {
            return Err(self.changed(&root, &why));
        }
        // A writer of a folder gives it back.
        let mut folder = folder.map_or_else(|| Folder::open(&root), Ok)?;
        for file in &self.files {
            folder.remove(file.file.path.clone())?;
        }
        let merged = Merged { added: folder.merged(), ..self.into_merged() };
        folder.commit(&schema)?;
        Ok((folder, merged))
    }

    /// The options, which sort rows as all files are sorted unless they say an order.
    fn sorted(&self, options: Options) -> Options {
        let is_told = [options.sorted_into.is_empty(), options.clustered_by.is_empty()]
            != [true; 2]
            || !options.sorted_by.is_empty();
        let Some(keys) = self.files.first().map(|file| &file.sorted_by).filter(|_| !is_told) else {
            return options;
        };
        if self.files.iter().any(|other| other.sorted_by != *keys) {
            return options;
        }
        let keys: Result<Vec<SortKey>> = keys.iter().map(|key| key.parse()).collect();
        match keys {
            Ok(keys) => options.sort_by(keys),
            Err(_) => options,
        }
    }

    /// Which table all rows are of.
    fn table(&self) -> InputTable {
        let first = self.files.first().map(|file| file.of).unwrap_or_default();
        if self.files.iter().all(|file| file.of == first) { first } else { InputTable::default() }
    }

    /// Checks that all rows have come, with the values that they had: where columns get other types, some are in other columns.
    fn check_rows(&self, root: &Path, writer: &Writer) -> Result<()> {
        let rows = self.files.iter().fold(0_u64, |sum, file| sum.saturating_add(file.file.rows));
        let mut changed = writer.table().alterations();
        if self.is_changing() {
            let Alterations { conflicts, oversized_numbers, widened, json_texts, .. } = changed;
            let allowed = Alterations {
                conflicts,
                oversized_numbers,
                widened,
                json_texts,
                ..Alterations::default()
            };
            changed = changed.since(&allowed);
        }
        if writer.rows() != rows {
            Err(self.changed(root, &format!("{} rows came of {rows}", writer.rows())))
        } else if changed != Alterations::default() {
            let why = format!("values are of other types than the dataset's ({changed:?})");
            Err(self.changed(root, &why))
        } else {
            Ok(())
        }
    }

    /// The error of rows that are not as the manifest says.
    fn changed(&self, root: &Path, why: &str) -> Error {
        let message = format!("its small files stay as they are, since of their rows {why}");
        let of = escape_path(&root.join(&self.folder));
        Error::new(ErrorKind::Malformed, message).in_source(&of)
    }
}

impl Old {
    /// Writes its rows, once it is known to have the bytes that were written.
    fn write(
        &self,
        root: &Path,
        writer: &mut Writer,
        expected: &mut Expected,
        copied_bytes: u64,
    ) -> Result<()> {
        let path = root.join(&self.file.path);
        check(&path, &self.file)?;
        let open = || File::open(&path).map_err(|cause| unread(&path, cause));
        let name = escape_path(&path);
        let origins = origins_of(open()?).map_err(|error| error.in_source(&name))?;
        let returning = self.returning(&path, &origins, writer)?;
        for Values { column, are_known, most } in &self.values {
            let values = are_known.then_some(*most);
            let taken: u64 = (self.changing.iter())
                .filter(|changing| changing.column == *column)
                .filter_map(|changing| Some(returning.get(changing.sibling.as_deref()?)?.returned))
                .sum();
            let values = match returning.get(column.as_str()) {
                Some(of) => values.map(|_| of.kept),
                None => values.and_then(|values| values.checked_add(taken)),
            };
            expected.add(column, values);
        }
        if let Some(known) = writer.known_origins() {
            let others =
                self.values.iter().filter(|of| !returning.contains_key(of.column.as_str()));
            known.add(&origins, others.map(|of| (of.column.as_str(), of.most)));
            returning
                .iter()
                .for_each(|(name, of)| known.add_texts(name, (of.kept, of.spelled), of.are_apart));
        }
        let apart = returning.iter().filter(|(_, of)| of.are_apart);
        let apart = apart.map(|(name, _)| (*name).to_owned()).collect();
        let copied_bytes = if self.file.bytes < copied_bytes { u64::MAX } else { copied_bytes };
        write_file(writer, &open, &name, &apart, copied_bytes)
    }

    /// What becomes of its siblings' texts, by their names, where columns get other types.
    fn returning(
        &self,
        path: &Path,
        origins: &HashMap<String, Origin>,
        writer: &Writer,
    ) -> Result<HashMap<&str, Returning>> {
        let schema = &writer.table().schema;
        let mut all = HashMap::new();
        for Changing { column, sibling } in &self.changing {
            let Some(sibling) = sibling else { continue };
            let columns = schema.columns();
            let Some(index) = columns.iter().position(|known| known.name == *column) else {
                continue;
            };
            let values = self.values.iter().find(|values| values.column == *sibling);
            let values = values.map_or(0, |values| values.most);
            let of_column = schema.column(ColumnId::new(index, schema.table()));
            let (origin, options) = (origins.get(sibling), &writer.table().options);
            let texts = (sibling.as_str(), values);
            let returning = Returning::of(path, texts, origin, of_column, options)?;
            all.insert(sibling.as_str(), returning);
        }
        Ok(all)
    }
}

/// How many values a file has of each of its columns, and of those that its folder is called by.
fn values(file: &DatasetFile, details: Option<&Details>) -> Vec<Values> {
    let of_columns = details.into_iter().flat_map(|details| &details.columns);
    let of_columns = of_columns.map(|column| Values {
        column: column.name.clone(),
        most: file.rows.saturating_sub(column.nulls.unwrap_or_default()),
        are_known: column.nulls.is_some(),
    });
    let of_folders = file.partition.keys();
    let of_folders =
        of_folders.map(|name| Values { column: name.clone(), most: file.rows, are_known: false });
    of_columns.chain(of_folders).collect()
}

/// Which table a file's rows are of, as far as its statistics of signals say.
fn table_of_rows(details: Option<&Details>) -> InputTable {
    let stats = details.and_then(|details| details.signal_stats.clone());
    let stats = stats.and_then(|stats| serde_json::from_value(stats).ok());
    let mut table = InputTable::default();
    table.signal = match stats {
        Some(SignalStats::Logs(_)) => Some(Signal::Logs),
        Some(SignalStats::Traces(_)) => Some(Signal::Traces),
        Some(SignalStats::Metrics(stats)) => {
            // Where each kind is a table of its own, rows don't say it.
            let is_of = |kind: &MetricKind| {
                let mut metrics = stats.metrics.iter();
                !stats.metrics.is_empty() && metrics.all(|metric| metric.ty == kind.to_string())
            };
            table.metrics = MetricKind::ALL.into_iter().find(is_of);
            Some(Signal::Metrics)
        }
        None => None,
    };
    table
}

/// Writes the rows of a file, row groups of so many bytes as they are, if they can be.
fn write_file(
    writer: &mut Writer,
    open: &dyn Fn() -> Result<File>,
    name: &str,
    apart: &HashSet<String>,
    copied_bytes: u64,
) -> Result<()> {
    let mut from = 0;
    let write = |writer: &mut Writer, groups: Range<usize>| -> Result<()> {
        let mut input = Input::of_row_groups(name.to_owned(), open()?, groups, apart.clone());
        writer.write_input(&mut input)
    };
    if copied_bytes == u64::MAX {
        return write(writer, 0..usize::MAX);
    }
    let metadata = metadata_of(open()?).map_err(|error| error.in_source(name))?;
    for group in 0..metadata.num_row_groups() {
        let copied = CopiedRowGroup::of(&metadata, group);
        let Some(copied) = copied.filter(|copied| copied.bytes() >= copied_bytes) else { continue };
        if from < group {
            write(writer, from..group)?;
        }
        from = group;
        let mut opened = open()?;
        let start = copied.range.start;
        opened.seek(SeekFrom::Start(start)).map_err(|cause| Error::io("could not read", cause))?;
        let is_copied = writer.copy(copied, &mut opened);
        if is_copied.map_err(|error| error.in_source(name))? {
            from = group + 1;
        }
    }
    match from < metadata.num_row_groups() {
        true => write(writer, from..usize::MAX),
        false => Ok(()),
    }
}

/// Checks that a file has the bytes that were written, before it goes for good.
fn check(path: &Path, file: &DatasetFile) -> Result<()> {
    let (_, hash) = hash_of(path).map_err(|cause| unread(path, cause))?;
    if format!("{:032x}", hash) == file.xxh3_128 {
        return Ok(());
    }
    let why = "it is not as it was written: put it back from a copy, or take it out of the dataset";
    Err(Error::new(ErrorKind::Malformed, why).in_source(&escape_path(path)))
}

fn unread(path: &Path, cause: io::Error) -> Error {
    Error::io(format!("could not read {}", escape_path(path)), cause)
}
