//! One suite that every sink must pass, and what the local one promises beyond it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use bucksaw::{
    BackendKind, ErrorKind, LocalSink, MemorySink, Options, Publication, Sink, StreamSink, Value,
};

/// A sink, and a look at what is published under its final name.
struct Case {
    name: &'static str,
    sink: Box<dyn Sink>,
    published: Box<dyn Fn() -> Option<Vec<u8>>>,
    /// Whether bytes can be seen before they are published.
    is_stream: bool,
}

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panics").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn local(path: PathBuf, staging: Option<PathBuf>) -> Case {
    Case {
        name: "local",
        sink: Box::new(LocalSink::create(&path, false, staging.as_deref()).expect("a free name")),
        published: Box::new(move || fs::read(&path).ok()),
        is_stream: false,
    }
}

fn cases(folder: &Path) -> Vec<Case> {
    let memory = MemorySink::new();
    let stream = Shared::default();
    let staging = folder.join("staging");
    fs::create_dir_all(&staging).expect("a folder");
    vec![
        local(folder.join("a.parquet"), None),
        local(folder.join("b.parquet"), Some(staging)),
        Case {
            name: "memory",
            sink: Box::new(memory.clone()),
            published: Box::new(move || memory.published()),
            is_stream: false,
        },
        Case {
            name: "stream",
            sink: Box::new(StreamSink::new(stream.clone())),
            published: Box::new(move || Some(stream.0.lock().expect("no panics").clone())),
            is_stream: true,
        },
    ]
}

fn files(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            names.extend(files(&path));
        } else {
            names.push(path.file_name().expect("a name").to_string_lossy().into_owned());
        }
    }
    names.sort();
    names
}

#[test]
fn nothing_shows_before_publishing_and_all_of_it_after() {
    let folder = tempfile::tempdir().expect("a folder");
    for mut case in cases(folder.path()) {
        case.sink.write(b"one ").expect("room");
        case.sink.write(b"").expect("room");
        case.sink.write(b"two").expect("room");
        if !case.is_stream {
            assert_eq!((case.published)(), None, "{}", case.name);
        }
        let published = case.sink.publish().expect("published");
        assert_eq!(published.bytes, 7);
        assert_eq!((case.published)().as_deref(), Some(&b"one two"[..]), "{}", case.name);
    }
    assert_eq!(files(folder.path()), ["a.parquet", "b.parquet"]);
}

#[test]
fn discarding_and_dropping_leave_nothing_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    for is_dropped in [false, true] {
        for mut case in cases(folder.path()) {
            case.sink.write(b"one").expect("room");
            if is_dropped {
                drop(case.sink);
            } else {
                case.sink.discard().expect("discarded");
            }
            if !case.is_stream {
                assert_eq!((case.published)(), None, "{}", case.name);
            }
        }
        assert_eq!(files(folder.path()), [""; 0]);
    }
}

#[test]
fn what_stands_at_the_target_stays_unless_overwriting_is_allowed() {
    let folder = tempfile::tempdir().expect("a folder");
    let target = folder.path().join("a.parquet");
    fs::write(&target, "old").expect("room");
    let error = LocalSink::create(&target, false, None).expect_err("taken");
    assert_eq!(error.kind(), ErrorKind::Exists);
    assert!(error.to_string().contains("--overwrite"), "{error}");

    let mut sink = Box::new(LocalSink::create(&target, true, None).expect("allowed"));
    sink.write(b"new").expect("room");
    assert_eq!(fs::read(&target).expect("there"), b"old");
    sink.publish().expect("published");
    assert_eq!(fs::read(&target).expect("there"), b"new");
    assert_eq!(files(folder.path()), ["a.parquet"]);
}

#[test]
fn a_target_that_appears_meanwhile_is_not_replaced() {
    let folder = tempfile::tempdir().expect("a folder");
    let target = folder.path().join("a.parquet");
    let mut sink = Box::new(LocalSink::create(&target, false, None).expect("free"));
    sink.write(b"new").expect("room");
    fs::write(&target, "other").expect("room");
    let error = sink.publish().expect_err("taken by now");
    assert_eq!(error.kind(), ErrorKind::Exists);
    assert_eq!(fs::read(&target).expect("there"), b"other");
    assert_eq!(files(folder.path()), ["a.parquet"]);
}

#[test]
fn directories_and_places_that_do_not_exist_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let is_directory = LocalSink::create(folder.path(), true, None).expect_err("a directory");
    assert_eq!(is_directory.kind(), ErrorKind::Exists);
    let nowhere = LocalSink::create(&folder.path().join("no/where.parquet"), true, None)
        .expect_err("no directory");
    assert_eq!(nowhere.kind(), ErrorKind::Io);
    assert_eq!(
        LocalSink::create(Path::new("/"), true, None).expect_err("no name").kind(),
        ErrorKind::Options
    );
}

#[test]
fn files_left_by_killed_processes_are_removed_and_those_in_use_are_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let target = folder.path().join("a.parquet");
    let in_use = LocalSink::create(&target, false, None).expect("free");
    for (name, is_abandoned) in [
        (".a.parquet.0123456789abcdef.bucksaw", true),
        (".a.parquet.0123456789abcdeg.bucksaw", false),
        (".a.parquet.0123.bucksaw", false),
        (".b.parquet.0123456789abcdef.bucksaw", false),
        ("a.parquet.0123456789abcdef.bucksaw", false),
    ] {
        let left = folder.path().join(name);
        fs::write(&left, "left").expect("room");
        let next = LocalSink::create(&target, false, None).expect("free");
        assert_eq!(left.exists(), !is_abandoned, "{name}");
        assert!(in_use.staged_path().exists());
        drop(next);
    }
}

#[test]
fn a_long_name_can_be_staged() {
    let folder = tempfile::tempdir().expect("a folder");
    let target = folder.path().join("ä".repeat(127));
    let mut sink = Box::new(LocalSink::create(&target, false, None).expect("free"));
    sink.write(b"x").expect("room");
    sink.publish().expect("published");
    assert!(target.exists());
}

/// A folder on another file system than that of temporary folders.
#[cfg(unix)]
fn folder_elsewhere() -> tempfile::TempDir {
    use std::os::unix::fs::MetadataExt as _;
    const WELL_KNOWN: [&str; 4] = ["/dev/shm", "/run/lock", "/run", env!("CARGO_TARGET_TMPDIR")];
    let device = |path: &Path| fs::metadata(path).map(|found| found.dev()).ok();
    let here = device(&std::env::temp_dir());
    let given = std::env::var("BUCKSAW_ANOTHER_FILE_SYSTEM").ok();
    let mut folders = given.iter().map(String::as_str).chain(WELL_KNOWN).map(Path::new);
    folders
        .find(|path| device(path).is_some_and(|found| Some(found) != here))
        .and_then(|path| tempfile::tempdir_in(path).ok())
        .expect("a second file system: name a folder on one with BUCKSAW_ANOTHER_FILE_SYSTEM")
}

#[cfg(unix)]
#[test]
fn a_staging_directory_on_another_file_system_works_too() {
    use std::os::unix::fs::PermissionsExt as _;
    let memory = folder_elsewhere();
    let folder = tempfile::tempdir().expect("a folder");
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    let usual = folder.path().join("usual");
    fs::write(&usual, "").expect("room");
    let usual_mode = mode(&usual);
    fs::remove_file(usual).expect("removed");
    for overwrite in [false, true] {
        let target = folder.path().join("a.parquet");
        let mut sink =
            Box::new(LocalSink::create(&target, overwrite, Some(memory.path())).expect("free"));
        sink.write(&[7; 100_000]).expect("room");
        sink.publish().expect("published");
        assert_eq!(fs::read(&target).expect("there"), [7; 100_000]);
        assert_eq!(mode(&target), usual_mode);
        assert_eq!(
            (files(folder.path()), files(memory.path())),
            (vec!["a.parquet".to_owned()], vec![])
        );
    }
}

/// Finished files of a publication, each with its name for bytes.
fn finished(folder: &Path, overwrite: bool, names: &[&str]) -> Publication {
    let mut publication = Publication::new().overwrite(overwrite);
    for name in names {
        let mut sink = Box::new(publication.stage(&folder.join(name)).expect("free"));
        sink.write(name.as_bytes()).expect("room");
        sink.publish().expect("finished");
    }
    publication
}

#[test]
fn files_of_a_publication_appear_together() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("sub")).expect("made");
    for overwrite in [false, true, true] {
        let publication = finished(folder.path(), overwrite, &["a", "b", "sub/c"]);
        if !overwrite {
            assert!(files(folder.path()).iter().all(|name| name.ends_with(".bucksaw")));
        }
        publication.publish().expect("published");
        assert_eq!(files(folder.path()), ["a", "b", "c"]);
        assert_eq!(fs::read(folder.path().join("sub/c")).expect("there"), b"sub/c");
    }
    drop(finished(folder.path(), true, &["a", "b"]));
    Publication::new().publish().expect("nothing to do");
    assert_eq!(files(folder.path()), ["a", "b", "c"]);
}

#[test]
fn of_a_publication_that_finds_one_target_taken_nothing_appears() {
    let folder = tempfile::tempdir().expect("a folder");
    let publication = finished(folder.path(), false, &["a", "b", "c"]);
    fs::write(folder.path().join("b"), "other").expect("room");
    let error = publication.publish().expect_err("taken by now");
    assert_eq!(error.kind(), ErrorKind::Exists);
    assert_eq!(files(folder.path()), ["b"]);
    assert_eq!(fs::read(folder.path().join("b")).expect("there"), b"other");
}

/// By whatever path a directory is called, it is one.
#[cfg(unix)]
#[test]
fn a_publication_locks_a_directory_once() {
    let folder = tempfile::tempdir().expect("a folder");
    std::os::unix::fs::symlink(".", folder.path().join("same")).expect("linked");
    finished(folder.path(), false, &["a", "same/b", "./same/c"]).publish().expect("published");
    let mut names: Vec<_> = fs::read_dir(folder.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["a", "b", "c", "same"]);
}

#[test]
fn a_writer_that_is_aborted_dropped_or_failed_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let writer = || {
        let mut writer = Options::new()
            .backend(BackendKind::Arrow)
            .chunk_rows(1)
            .settling_rows(0)
            .create(folder.path().join("a.parquet"))
            .expect("free");
        for _ in 0..10_000 {
            writer.write_row([("a", Value::I64(1))]).expect("taken");
        }
        writer
    };
    writer().abort().expect("aborted");
    assert_eq!(files(folder.path()), [""; 0]);
    drop(writer());
    assert_eq!(files(folder.path()), [""; 0]);
    let mut failed = writer();
    failed.write_row([("late", Value::I64(1))]).expect("collected");
    let error = failed.finish().expect_err("a late column");
    assert_eq!(error.kind(), ErrorKind::LateColumn);
    assert_eq!(files(folder.path()), [""; 0]);
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_a_file_that_is_not_published() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    let usual = folder.path().join("usual");
    fs::write(&usual, "").expect("room");
    let target = folder.path().join("a.parquet");
    let sink = Box::new(LocalSink::create(&target, false, None).expect("free"));
    assert_eq!(mode(sink.staged_path()), 0o600);
    sink.publish().expect("published");
    assert_eq!(mode(&target), mode(&usual));
    // A file that is replaced says who may read it.
    fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).expect("ours");
    Box::new(LocalSink::create(&target, true, None).expect("free")).publish().expect("published");
    assert_eq!(mode(&target), 0o640);
}
