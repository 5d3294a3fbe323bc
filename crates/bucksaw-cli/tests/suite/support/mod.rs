//! What the tests of the command share: a folder to run it in, and a reader of what it wrote.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use bucksaw_workloads::{DEFAULT_SEED, Workload};
use parquet::file::metadata::ParquetMetaData;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::{Field, Row};
use serde_json::{Map, Value, json};
use tempfile::TempDir;

/// How long anything may take that is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// A temporary folder that commands are run in.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file, and the folders that it is in.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("makes folders");
        fs::write(path, bytes).expect("writes");
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|cause| unreadable(name, &cause))
    }

    pub(crate) fn text(&self, name: &str) -> String {
        String::from_utf8(self.read(name)).expect("UTF-8")
    }

    /// Every file and folder, hidden ones too, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        names_in(self.0.path())
    }

    /// A command to be run in the folder; the words of `arguments` are its arguments.
    pub(crate) fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(crate::PROGRAM);
        command.args(arguments.split_whitespace()).current_dir(self.0.path()).stdin(Stdio::null());
        command
    }

    /// Runs the command to its end, without input.
    pub(crate) fn run(&self, arguments: &str) -> Run {
        self.command(arguments).output().expect("runs").into()
    }

    /// Runs the command to its end with `input` as its standard input.
    pub(crate) fn run_with(&self, arguments: &str, input: impl AsRef<[u8]>) -> Run {
        let mut child = self.start(arguments);
        // Closed when dropped.
        let written = child.stdin.take().expect("piped").write_all(input.as_ref());
        written.expect("the command reads everything");
        child.wait_with_output().expect("ends").into()
    }

    /// Starts the command with pipes for all of its streams.
    pub(crate) fn start(&self, arguments: &str) -> Child {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("starts")
    }

    /// Converts `lines` with `options` into `out.parquet` and reads that back.
    pub(crate) fn rows_of(&self, lines: &str, options: &str) -> Vec<Value> {
        self.write("in.ndjson", lines);
        self.run(&format!("convert in.ndjson -o out.parquet --overwrite {options}")).expect_code(0);
        self.rows("out.parquet")
    }

    /// The rows of a Parquet file as JSON, without nulls.
    pub(crate) fn rows(&self, name: &str) -> Vec<Value> {
        let rows = reader(&self.path(name));
        rows.get_row_iter(None)
            .expect("rows")
            .map(|row| json_of(&row.expect("a sound row")))
            .collect()
    }

    pub(crate) fn footer(&self, name: &str) -> ParquetMetaData {
        reader(&self.path(name)).metadata().clone()
    }

    /// The names of a Parquet file's columns.
    pub(crate) fn columns(&self, name: &str) -> Vec<String> {
        let footer = self.footer(name);
        let columns = footer.file_metadata().schema_descr().columns();
        columns.iter().map(|column| column.name().to_owned()).collect()
    }

    /// Rows in each row group.
    pub(crate) fn row_groups(&self, name: &str) -> Vec<i64> {
        self.footer(name).row_groups().iter().map(|group| group.num_rows()).collect()
    }
}

/// A command that has ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: output.stdout,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Run {
    #[track_caller]
    pub(crate) fn expect_code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "standard error: {}", self.stderr);
        self
    }

    /// That standard error has every one of `parts`.
    #[track_caller]
    pub(crate) fn expect_told(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.stderr.contains(part), "{part:?} is not in {:?}", self.stderr);
        }
        self
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).expect("UTF-8")
    }

    /// The last line of standard output, as JSON: before it, files of datasets may be told.
    #[track_caller]
    pub(crate) fn report(&self) -> Value {
        let last = self.text().trim_end().rsplit('\n').next().unwrap_or_default();
        serde_json::from_str(last).expect("JSON on standard output")
    }

    /// Standard output, as the one JSON document that it has to be.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.stdout).expect("JSON on standard output")
    }
}

fn unreadable(name: &str, cause: &std::io::Error) -> Vec<u8> {
    unreachable!("{name} can't be read: {cause}")
}

/// Copies a folder with all that is in it.
#[cfg(target_os = "linux")]
pub(crate) fn copy_all(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy_all(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).expect("copied")),
        }
    }
}

/// A folder on another file system than that of temporary folders.
#[cfg(unix)]
pub(crate) fn folder_elsewhere() -> TempDir {
    use std::os::unix::fs::MetadataExt as _;

    const WELL_KNOWN: [&str; 4] = ["/dev/shm", "/run/lock", "/run", env!("CARGO_TARGET_TMPDIR")];
    let device = |path: &Path| fs::metadata(path).map(|found| found.dev()).ok();
    let here = device(&std::env::temp_dir());
    let given = std::env::var("BUCKSAW_ANOTHER_FILE_SYSTEM").ok();
    let folders = given.iter().map(String::as_str).chain(WELL_KNOWN).map(Path::new);
    let mut elsewhere =
        folders.filter(|path| device(path).is_some_and(|found| Some(found) != here));
    elsewhere
        .find_map(|path| tempfile::tempdir_in(path).ok())
        .expect("a second file system: name a folder on one with BUCKSAW_ANOTHER_FILE_SYSTEM")
}

/// Every file and folder below `folder`, sorted.
pub(crate) fn names_in(folder: &Path) -> Vec<String> {
    fn add(folder: &Path, prefix: &str, names: &mut Vec<String>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            // What is listed may be gone again.
            let Ok(entry) = entry else { continue };
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                add(&entry.path(), &format!("{name}/"), names);
            }
            names.push(name);
        }
    }
    let mut names = Vec::new();
    add(folder, "", &mut names);
    names.sort();
    names
}

/// Whether the name is that of an unfinished file.
pub(crate) fn is_staged(name: &str) -> bool {
    name.ends_with(".bucksaw")
}

fn reader(path: &Path) -> SerializedFileReader<File> {
    SerializedFileReader::new(File::open(path).expect("a file")).expect("a Parquet file")
}

fn json_of(row: &Row) -> Value {
    let fields = row.get_column_iter().filter(|(_, field)| !matches!(field, Field::Null));
    Value::Object(
        fields.map(|(name, field)| (name.clone(), field_json(field))).collect::<Map<_, _>>(),
    )
}

fn field_json(field: &Field) -> Value {
    match field {
        Field::Bool(value) => json!(value),
        Field::Long(value) => json!(value),
        Field::ULong(value) => json!(value),
        Field::Double(value) => json!(value),
        Field::Str(text) => json!(text),
        Field::TimestampMicros(micros) => json!({ "micros": micros }),
        other => json!({ "other": other.to_string() }),
    }
}

/// `rows` rows of the reference workload as NDJSON.
pub(crate) fn synth40(rows: u64) -> Vec<u8> {
    Workload::Synth40.ndjson(DEFAULT_SEED, rows)
}

/// Sends a signal ("INT", "TERM", …) to a child.
pub(crate) fn signal(child: &Child, name: &str) {
    let status = Command::new("kill")
        .args([&format!("-{name}"), &child.id().to_string()])
        .status()
        .expect("kill is installed");
    assert!(status.success(), "SIG{name} could not be sent");
}

/// Waits until `is_true`, looking often; what for is said if it never is.
#[track_caller]
pub(crate) fn wait_until(what: &str, mut is_true: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_true() {
        assert!(started.elapsed() < PATIENCE, "waited in vain until {what}");
        thread::sleep(Duration::from_micros(500));
    }
}

/// Waits until the child has ended by itself, while its standard input stays as it is.
#[track_caller]
pub(crate) fn wait_for_end(child: &mut Child) {
    wait_until("the command ends", || child.try_wait().expect("a child").is_some());
}
