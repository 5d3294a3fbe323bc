//! How far each source was read: a dataset keeps it with the rows, so that another run goes on there.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bucksaw::escape::escape_path;
use bucksaw::{
    Dataset, Error, ErrorKind, FileMark, Format, Input, InputPosition, InputTable, ReadSource,
    Result,
};

use super::jobs::in_directory;
use crate::cli::ConvertArgs;
use crate::sources::Source;

/// Bytes of a file by which it is taken for another.
const TELLING_BYTES: u64 = 4 << 10;
/// Files like others that are told one by one.
const SHOWN_ALIKE: usize = 3;

/// What a run reads for a dataset.
pub(super) struct ReadSources {
    directory: PathBuf,
    /// Whether sources are read on from where an earlier run ended.
    pub(super) resumes: bool,
    points: Option<CommitPoints>,
    /// What the dataset of each table said before.
    known: HashMap<InputTable, BTreeMap<String, ReadSource>>,
    /// Those that no other run can write to by now.
    held: HashSet<InputTable>,
    /// What no entry of a dataset says yet.
    unsaid: Vec<(Option<InputTable>, ReadSource)>,
    /// Sources without anything new.
    pub(super) unchanged: usize,
    /// Those whose last record has no end yet.
    waiting: usize,
    /// New ones that begin with all that a known one was, and what that is called.
    alike: Vec<(String, String)>,
}

/// When rows are made part of the dataset together with how far sources were read.
struct CommitPoints {
    every_bytes: u64,
    every: Duration,
    bytes: u64,
    last: Instant,
}

/// A source that is being read.
pub(super) struct Reading {
    name: String,
    /// Up to where it was read before.
    pub(super) behind: Option<InputPosition>,
    from: u64,
    mark: FileMark,
    /// What was looked at: under its name there may be another by now.
    pub(super) file: Option<File>,
    /// Tables of which less was read, since a run was killed when it had told that to the datasets of others.
    pub(super) lacking: Vec<(InputTable, Option<InputPosition>)>,
    /// How far it was read when this run told that last.
    said: Option<InputPosition>,
    /// The tables of rows since then, and that of the last ones.
    tables: Vec<InputTable>,
    table: Option<InputTable>,
}

/// What there is to do with a source.
pub(super) enum Start {
    /// Nothing is new in it.
    Unchanged,
    /// Nobody can read it again.
    Once,
    Read(Box<Reading>),
}

impl ReadSources {
    /// Of a run that writes a dataset; none of another.
    pub(super) fn of(arguments: &ConvertArgs) -> Result<Option<Self>> {
        let dataset = &arguments.dataset;
        if !dataset.is_wanted() {
            return Ok(None);
        }
        let directory = PathBuf::from(&arguments.output);
        let mut known = HashMap::new();
        for table in InputTable::all() {
            let folder = in_directory(&directory, table, Path::new(""));
            if !Dataset::is_at(&folder) {
                continue;
            }
            match Dataset::sources(folder) {
                Ok(sources) => drop(known.insert(table, sources)),
                Err(error) if dataset.resume => return Err(error),
                // Who writes to it is told.
                Err(_) => {}
            }
        }
        let age = dataset.commit_age.min(dataset.roll_age.unwrap_or(Duration::MAX));
        let points = CommitPoints {
            every_bytes: dataset.commit_size.as_u64(),
            every: age,
            bytes: 0,
            last: Instant::now(),
        };
        Ok(Some(Self {
            directory,
            resumes: dataset.resume,
            points: (dataset.resume && !dataset.atomic).then_some(points),
            known,
            held: HashSet::new(),
            unsaid: Vec::new(),
            unchanged: 0,
            waiting: 0,
            alike: Vec::new(),
        }))
    }

    /// Looks at a source before it is read.
    ///
    /// # Errors
    /// [`ErrorKind::Options`] where it is not what was read before, or can't be read on.
    pub(super) fn start(&mut self, source: &Source) -> Result<Start> {
        let is_there = source.path().is_none_or(Path::exists);
        let Some(path) = source.path().filter(|_| source.regular_file().is_some()) else {
            return match self.resumes && is_there {
                true => Err(refused(source, "can be read once only: --resume is for files")),
                false => Ok(Start::Once),
            };
        };
        let failed = |cause| Error::io("could not read", cause).in_source(&source.name());
        let name = name_of(path).map_err(failed)?;
        let mut file = File::open(path).map_err(failed)?;
        let mark = FileMark::of(&mut file).map_err(failed)?;
        let known = self.known_as(&name);
        let lacking = known.map(|known| self.lacking(known)).unwrap_or_default();
        let behind = match known {
            None => None,
            Some(known) => {
                if let Some(before) = &known.file {
                    if !before.is_start_of(&mut file).map_err(failed)? {
                        let is_shorter = mark.bytes < before.bytes;
                        return Err(refused(source, changed(is_shorter)));
                    }
                    let is_done = known.to.is_end && mark.bytes == before.bytes;
                    if is_done && lacking.is_empty() {
                        let waits = waits(&known.to, &mark, &mut file).map_err(failed)?;
                        self.waiting += usize::from(waits);
                        self.unchanged += 1;
                        return Ok(Start::Unchanged);
                    }
                }
                let has_grown = known.file.as_ref().is_none_or(|file| file.bytes != mark.bytes);
                let is_open = known.to.is_end && known.to.bytes > 0 && has_grown;
                if is_open && !known.to.can_grow() {
                    return Err(refused(source, grown(&known.to)));
                }
                // Of an empty file nobody knows what it becomes.
                Some(known.to).filter(|position| position.bytes > 0)
            }
        };
        if known.is_none()
            && let Some(known) = self.known_alike(&mark, &mut file).map_err(failed)?
        {
            self.alike.push((source.name(), known));
        }
        let from = behind.map_or(0, |position| position.bytes);
        let (file, said, tables, table) = (Some(file), None, Vec::new(), None);
        let reading = Reading { name, behind, from, mark, file, lacking, said, tables, table };
        Ok(Start::Read(Box::new(reading)))
    }

    /// What the dataset says of a source that has read most of it.
    fn known_as(&self, name: &str) -> Option<&ReadSource> {
        let known = self.known.values().filter(|_| self.resumes);
        known
            .filter_map(|sources| sources.get(name))
            .max_by_key(|known| (known.to.bytes, known.to.is_end))
    }

    /// What a source is called that was what this file begins with: it may have been renamed, or copied. Of short ones that says little.
    fn known_alike(&self, mark: &FileMark, file: &mut File) -> std::io::Result<Option<String>> {
        let known = self.known.values().filter(|_| self.resumes).flatten();
        for (name, known) in known {
            let before = known.file.as_ref().filter(|_| known.to.bytes > 0);
            if let Some(before) = before.filter(|before| before.bytes >= TELLING_BYTES)
                && before.start == mark.start
                && before.is_start_of(file)?
            {
                return Ok(Some(name.clone()));
            }
        }
        Ok(None)
    }

    /// The tables that were to be told the same of a source, and were not.
    fn lacking(&self, known: &ReadSource) -> Vec<(InputTable, Option<InputPosition>)> {
        let beside = InputTable::all().filter(|table| known.beside.contains(&called(*table)));
        let told = beside.map(|table| {
            let sources = self.known.get(&table);
            (table, sources.and_then(|sources| sources.get(&known.name)).map(|told| told.to))
        });
        told.filter(|(_, told)| told.is_none_or(|told| told.bytes < known.to.bytes)).collect()
    }

    /// A source has rows of this table, whose dataset nobody else writes to by now.
    ///
    /// # Errors
    /// [`ErrorKind::Exists`] where another run has read sources meanwhile.
    pub(super) fn has_rows_of(&mut self, table: InputTable, reading: &mut Reading) -> Result<()> {
        reading.table = Some(table);
        if !reading.tables.contains(&table) {
            reading.tables.push(table);
        }
        if !self.resumes {
            return Ok(());
        }
        if self.held.insert(table) {
            let folder = in_directory(&self.directory, table, Path::new(""));
            let now = Dataset::sources(folder)?;
            if now != self.known.get(&table).cloned().unwrap_or_default() {
                let message = "another run has added rows meanwhile: run this again";
                return Err(Error::new(ErrorKind::Exists, message));
            }
        }
        Ok(())
    }

    /// Whether reading may stop where the input is now, so that it can go on there.
    pub(super) fn can_stop(&self, input: &Input<'_>) -> bool {
        !self.resumes || input.position().is_some()
    }

    /// So many bytes more were read.
    pub(super) fn add_bytes(&mut self, bytes: u64) {
        if let Some(points) = &mut self.points {
            points.bytes += bytes;
        }
    }

    /// Whether it is time to make rows part of the dataset.
    pub(super) fn is_commit_due(&self) -> bool {
        self.points.as_ref().is_some_and(|points| {
            points.bytes >= points.every_bytes || points.last.elapsed() >= points.every
        })
    }

    /// The source is read as far as the input is.
    pub(super) fn read_up_to(&mut self, input: &Input<'_>, reading: &mut Reading) {
        let Some(to) = input.position().filter(|to| reading.said != Some(*to)) else { return };
        reading.said = Some(to);
        let is_behind = reading.behind.is_none_or(|behind| to.bytes >= behind.bytes);
        // More of the last ones may come.
        let tables = std::mem::replace(&mut reading.tables, reading.table.into_iter().collect());
        for table in &tables {
            let others = tables.iter().filter(|other| *other != table);
            let read = reading.read_up_to(to, Some(*table), others.map(|it| called(*it)).collect());
            self.unsaid.push((Some(*table), read));
        }
        if tables.is_empty() && is_behind {
            self.unsaid.push((None, reading.read_up_to(to, None, Vec::new())));
        }
        reading.from = reading.from.max(to.bytes);
    }

    /// What an entry of this table's dataset is to say; `is_first` of the run's tables, which says it of sources without rows.
    pub(super) fn take(&mut self, table: InputTable, is_first: bool) -> Vec<ReadSource> {
        let is_of = |of: Option<InputTable>| of.map_or(is_first, |of| of == table);
        let unsaid = std::mem::take(&mut self.unsaid);
        let (said, unsaid): (Vec<_>, Vec<_>) = unsaid.into_iter().partition(|(of, _)| is_of(*of));
        self.unsaid = unsaid;
        said.into_iter().map(|(_, read)| read).collect()
    }

    /// Whether rows were added before.
    pub(super) fn goes_on(&self) -> bool {
        self.resumes && !self.known.is_empty()
    }

    /// Does what a killed run left to do in datasets that this one goes on with, but for those that are written, whose writers do.
    pub(super) fn put_in_order(&self, is_written: impl Fn(InputTable) -> bool) -> Result<()> {
        let known = self.known.keys().filter(|_| self.resumes);
        for table in known.filter(|table| !is_written(**table)) {
            let folder = in_directory(&self.directory, *table, Path::new(""));
            match Dataset::put_in_order(folder) {
                // Another run is there, and has done it.
                Err(error) if error.kind() == ErrorKind::Exists => {}
                done => done?,
            }
        }
        Ok(())
    }

    /// What to say, before they are read, of sources that a dataset has rows of, where these are added once more.
    pub(super) fn repeated(&self, sources: &[Source]) -> Option<String> {
        if self.resumes || self.known.values().all(BTreeMap::is_empty) {
            return None;
        }
        let directory = escape_path(&self.directory);
        match sources.iter().filter(|source| self.is_known(source)).count() {
            0 => None,
            1 => Some(format!(
                "rows of 1 input were added to {directory} before, and are added once more (--resume passes over what was added)"
            )),
            count => Some(format!(
                "rows of {count} inputs were added to {directory} before, and are added once more (--resume passes over what was added)"
            )),
        }
    }

    /// Whether a dataset has rows of a source that still begins with what it was then.
    fn is_known(&self, source: &Source) -> bool {
        let path = source.path().filter(|_| source.regular_file().is_some());
        let Some((path, name)) = path.and_then(|path| Some((path, name_of(path).ok()?))) else {
            return false;
        };
        let mut known = self.known.values().filter_map(|sources| sources.get(&name));
        let is_same = |known: &ReadSource| -> std::io::Result<bool> {
            let mark = known.file.as_ref().filter(|_| known.to.bytes > 0);
            mark.map_or(Ok(false), |mark| mark.is_start_of(&mut File::open(path)?))
        };
        known.any(|known| is_same(known).unwrap_or(false))
    }

    /// The source was read to its end, as that is now.
    pub(super) fn ended(&mut self, reading: &Reading) {
        let waits = |to: &InputPosition| -> std::io::Result<bool> {
            waits(to, &reading.mark, &mut File::open(&reading.name)?)
        };
        // What can't be looked at any more is told when it is read again.
        let waits = reading.said.is_some_and(|to| waits(&to).unwrap_or(false));
        self.waiting += usize::from(self.resumes && waits);
    }

    /// What to say of sources without anything new, or whose end waits, or that are known otherwise.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        match self.unchanged {
            0 => {}
            1 => notes.push("1 input was added before, and has nothing new".to_owned()),
            count => notes.push(format!("{count} inputs were added before, and have nothing new")),
        }
        match self.waiting {
            0 => {}
            1 => notes.push("1 input ends within a record, which waits for its end".to_owned()),
            count => {
                notes.push(format!("{count} inputs end within a record, which waits for its end"));
            }
        }
        notes.extend(self.alike.iter().take(SHOWN_ALIKE).map(|(new, known)| {
            format!(
                "{new} begins with all that {} was, whose rows were added before: if it is the same file, renamed or copied, they are here twice now",
                escape_path(Path::new(known))
            )
        }));
        let more = self.alike.len().saturating_sub(SHOWN_ALIKE);
        if more > 0 {
            notes.push(format!("{more} more inputs begin as others that were added before"));
        }
        notes
    }

    /// All rows are part of the dataset.
    pub(super) fn committed(&mut self) {
        if let Some(points) = &mut self.points {
            (points.bytes, points.last) = (0, Instant::now());
        }
    }
}

/// Whether the file has more than was read of it, behind its last record with an end. Of a compressed one nobody knows.
fn waits(to: &InputPosition, mark: &FileMark, file: &mut File) -> std::io::Result<bool> {
    if !to.is_end || !to.can_grow() || to.bytes >= mark.bytes {
        return Ok(false);
    }
    let mut start = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(4).read_to_end(&mut start)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(!start.starts_with(&[0x1f, 0x8b]) && start != [0x28, 0xb5, 0x2f, 0xfd])
}

/// What a dataset knows a file by: its path, without links.
fn name_of(path: &Path) -> std::io::Result<String> {
    let name = std::fs::canonicalize(path)?;
    // A path begins otherwise.
    let escaped = || format!("not UTF-8: {}", escape_path(&name));
    Ok(name.to_str().map_or_else(escaped, str::to_owned))
}

impl Reading {
    /// What the dataset of a table is to say.
    fn read_up_to(
        &mut self,
        to: InputPosition,
        table: Option<InputTable>,
        beside: Vec<String>,
    ) -> ReadSource {
        let lacking = self.lacking.iter_mut().find(|(of, _)| Some(*of) == table);
        let from = match lacking {
            Some((_, told)) => told.replace(to).map_or(0, |told| told.bytes),
            None => self.from,
        };
        let (name, file) = (self.name.clone(), Some(self.mark.clone()));
        ReadSource { name, from, to, file, beside }
    }
}

/// What a table's dataset is called beside others: its folder, as `metrics/gauge`.
fn called(table: InputTable) -> String {
    let signal = table.signal.map(|signal| signal.to_string());
    let kind = table.metrics.map(|kind| kind.to_string());
    signal.into_iter().chain(kind).collect::<Vec<_>>().join("/")
}

fn refused(source: &Source, problem: impl Into<String>) -> Error {
    Error::new(ErrorKind::Options, problem).in_source(&source.name())
}

fn changed(is_shorter: bool) -> String {
    let what = if is_shorter { "has become shorter" } else { "does not begin as it did" };
    format!(
        "it {what} since rows of it were added: --resume goes on with files that are what they were, or have grown (rename it, if it is another file, or leave it out)"
    )
}

fn grown(position: &InputPosition) -> String {
    match position.is_within_record() && position.format != Format::Json {
        true => "it has grown, and its last record, which was read or rejected as a whole, had no end then: what has come behind may go on with it. Convert what is new by itself, from a file of its own".to_owned(),
        false => format!(
            "it has grown, and {} can't be read on from its old end: convert what is new by itself, from a file of its own",
            position.format
        ),
    }
}
