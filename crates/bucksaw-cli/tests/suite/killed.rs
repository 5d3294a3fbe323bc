//! What killed runs leave is taken over by the next run to the same targets; runs side by side don't
//! get into each other's way. (Kills at every system call are in `faults`.)
#![cfg(unix)]

use std::collections::BTreeSet;
use std::fs;
use std::process::Child;
use std::thread;

use crate::support::{Folder, Run, is_staged, synth40, wait_until};

const TARGET: &str = "out.parquet";
const ARGUMENTS: &str = "convert in.ndjson -o out.parquet --quiet";

#[test]
fn a_file_left_by_a_killed_run_is_removed_by_the_next_one_to_its_target_only() {
    let folder = Folder::new();
    let staged =
        || -> Vec<String> { folder.names().into_iter().filter(|name| is_staged(name)).collect() };
    let mut killed = folder.start("convert - -o out.parquet");
    wait_until("a file is staged", || staged().len() == 1);
    killed.kill().expect("kills");
    killed.wait().expect("ends");
    let left = staged();
    assert!(!left.is_empty());
    // Neither a run to another target, nor one whose file is still being written, loses anything.
    folder.run("convert - -o out.parquet.other").expect_code(0);
    assert_eq!(staged(), left);
    let running = folder.start("convert - -o out.parquet");
    wait_until("another file is staged in its place", || staged() != left && staged().len() == 1);
    folder.run("convert - -o out.parquet").expect_code(0);
    assert_eq!(staged().len(), 1);
    fs::remove_file(folder.path(TARGET)).expect("removes");
    let output = running.wait_with_output().expect("ends");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(folder.names(), [TARGET, "out.parquet.other"]);
}

/// Whoever stages a file removes what killed runs left for its target, but nobody's new file.
#[test]
fn files_staged_side_by_side_for_one_target_all_stay() {
    const THREADS: usize = 4;
    const TIMES: usize = 500;
    let folder = Folder::new();
    let target = folder.path(TARGET);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in 0..TIMES {
                    let sink = bucksaw::LocalSink::create(&target, true, None).expect("stages");
                    assert!(sink.staged_path().exists(), "removed by another");
                }
            });
        }
    });
    assert_eq!(folder.names(), [""; 0]);
}

/// Of many runs to one target that don't overwrite, one wins, and the others say so.
#[test]
fn of_runs_side_by_side_one_wins() {
    const ROUNDS: usize = 15;
    const RUNS: usize = 6;
    let folder = Folder::new();
    folder.write("in.ndjson", synth40(10));
    for _ in 0..ROUNDS {
        let runs: Vec<Child> = (0..RUNS).map(|_| folder.start(ARGUMENTS)).collect();
        let ends: Vec<_> =
            runs.into_iter().map(|run| Run::from(run.wait_with_output().expect("ends"))).collect();
        let with = |code: i32| ends.iter().filter(|run| run.code == Some(code)).count();
        assert_eq!((with(0), with(4)), (1, RUNS - 1), "{ends:?}");
        assert_eq!(folder.rows(TARGET).len(), 10);
        assert_eq!(folder.names(), ["in.ndjson", TARGET]);
        fs::remove_file(folder.path(TARGET)).expect("removes");
    }
}

const SIDE_BY_SIDE: usize = 4;

/// Inputs whose rows, bad lines and reasons all tell which run they are of; the first has no bad line.
fn tagged_inputs(folder: &Folder) {
    folder.write("0.ndjson", "{\"run\":0}\n");
    for run in 1..SIDE_BY_SIDE {
        folder.write(&format!("{run}.ndjson"), format!("{{\"run\":{run}}}\nbad {run}\n"));
    }
}

/// The runs that the three files are of.
fn runs_of(folder: &Folder) -> BTreeSet<u64> {
    let row = folder.rows(TARGET)[0]["run"].as_u64().expect("a number");
    if row == 0 {
        for name in ["bad", "bad.reasons.ndjson"] {
            assert_eq!(fs::read(folder.path(name)).unwrap_or_default(), b"");
        }
        return BTreeSet::from([row]);
    }
    let line = folder.text("bad");
    let line = line.trim().strip_prefix("bad ").and_then(|run| run.parse().ok()).expect("a number");
    let reasons = folder.text("bad.reasons.ndjson");
    let reason: serde_json::Value = serde_json::from_str(&reasons).expect("one line of JSON");
    let source = reason["source"].as_str().and_then(|name| name.strip_suffix(".ndjson"));
    let source = source.and_then(|run| run.parse().ok()).expect("a number");
    BTreeSet::from([row, line, source])
}

fn mix(rounds: usize) {
    let folder = Folder::new();
    tagged_inputs(&folder);
    for round in 0..rounds {
        // Every other round there are files to replace, and leave to.
        let option = if round % 2 == 0 { "" } else { "--overwrite" };
        let start = |run: usize| {
            folder.start(&format!(
                "convert {run}.ndjson -o {TARGET} --on-error ./bad --quiet --threads 1 {option}"
            ))
        };
        let runs: Vec<Child> = (0..SIDE_BY_SIDE).map(start).collect();
        let ends: Vec<Run> =
            runs.into_iter().map(|run| run.wait_with_output().expect("ends").into()).collect();
        let done = ends.iter().filter(|run| run.code == Some(0)).count();
        let others = ends.iter().filter(|run| run.code == Some(4)).count();
        let expected = if option.is_empty() { (1, SIDE_BY_SIDE - 1) } else { (SIDE_BY_SIDE, 0) };
        assert_eq!((done, others), expected, "round {round}: {ends:?}");
        assert_eq!(runs_of(&folder).len(), 1, "round {round} mixes {:?}", runs_of(&folder));
        assert!(folder.names().iter().all(|name| !is_staged(name)), "{:?}", folder.names());
        if !option.is_empty() {
            for name in [TARGET, "bad", "bad.reasons.ndjson"] {
                // There are no bad lines where only the first run won.
                let _ = fs::remove_file(folder.path(name));
            }
        }
    }
}

/// Outputs, bad lines and reasons are always those of one run.
#[test]
fn runs_side_by_side_never_mix_their_files() {
    mix(30);
}

mod long {
    #[test]
    #[ignore = "long: ./test --long"]
    fn runs_side_by_side_never_mix_their_files() {
        super::mix(1_000);
    }
}

/// A file of another run that is being written is published after this one's, whole.
#[test]
fn a_run_that_ends_later_replaces_all_files_of_one_that_ended_before() {
    let folder = Folder::new();
    let later = folder.start("convert - -o out.parquet --on-error ./bad --overwrite");
    wait_until("three files are staged", || {
        folder.names().iter().filter(|name| is_staged(name)).count() == 3
    });
    let first = folder
        .run_with("convert - -o out.parquet --on-error ./bad --overwrite", "{\"run\":1}\nbad 1\n");
    first.expect_code(0);
    let mut later = later;
    {
        use std::io::Write as _;
        let mut input = later.stdin.take().expect("piped");
        input.write_all(b"{\"run\":2}\nbad 2\n").expect("is read");
    }
    assert_eq!(later.wait_with_output().expect("ends").status.code(), Some(0));
    assert_eq!(folder.rows(TARGET)[0]["run"], 2);
    assert_eq!(folder.text("bad"), "bad 2\n");
    assert_eq!(folder.names(), ["bad", "bad.reasons.ndjson", TARGET]);
}

/// A journal that others could have written names files to remove: nobody does what it says.
#[test]
fn a_journal_that_others_can_write_is_not_followed() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let folder = Folder::new();
    folder.write("in.ndjson", synth40(10));
    folder.write("mine", "keep");
    let found = fs::metadata(folder.path("mine")).expect("there");
    let nanos = found.mtime() as i128 * 1_000_000_000 + i128::from(found.mtime_nsec());
    let path = folder.path("").canonicalize().expect("there");
    let bytes = |text: &str| format!("{{\"Unix\":{:?}}}", text.as_bytes());
    let name = ".0123456789abcdef.journal.bucksaw";
    let journal = format!(
        "{{\"id\":\"0123456789abcdef\",\"directories\":[{{\"path\":{},\"number\":{}}}],\"files\":[{{\"directory\":0,\"staged\":{},\"target\":{},\"replaces\":false,\"identity\":{{\"number\":{},\"bytes\":{},\"modified_nanos\":{nanos}}}}}]}}",
        bytes(path.to_str().expect("UTF-8")),
        fs::metadata(&path).expect("there").ino(),
        bytes(".mine.0123456789abcdef.bucksaw"),
        bytes("mine"),
        found.ino(),
        found.len(),
    );
    let mode = |mode: u32| {
        fs::set_permissions(folder.path(name), fs::Permissions::from_mode(mode)).expect("sets");
    };
    folder.write(name, &journal);
    mode(0o660);
    folder.run(&format!("{ARGUMENTS} --overwrite")).expect_code(0);
    assert_eq!(folder.names(), [name, "in.ndjson", "mine", TARGET]);
    // An old one under another name is no journal any more.
    fs::rename(folder.path(name), folder.path(".fedcba9876543210.journal.bucksaw"))
        .expect("renames");
    fs::set_permissions(
        folder.path(".fedcba9876543210.journal.bucksaw"),
        fs::Permissions::from_mode(0o600),
    )
    .expect("sets");
    folder.run(&format!("{ARGUMENTS} --overwrite")).expect_code(0);
    assert_eq!(folder.names(), ["in.ndjson", "mine", TARGET]);
    // It is one where it is ours alone.
    folder.write(name, &journal);
    mode(0o600);
    folder.run(&format!("{ARGUMENTS} --overwrite")).expect_code(0);
    assert_eq!(folder.names(), ["in.ndjson", TARGET]);
}

/// What a killed run has published in part is taken back where its directory is by then, and nowhere
/// else.
#[cfg(target_os = "linux")]
#[test]
fn a_directory_that_was_moved_after_a_kill_is_put_in_order_too() {
    let folder = Folder::new();
    for n in 1..=3 {
        folder.write(&format!("in/f{n}.ndjson"), format!("{{\"n\":{n}}}\n"));
    }
    // The kill comes when one of the files has its name, in one of two directories, moved alone or
    // with the other.
    for (kept, from, to) in
        [("", "out", "moved"), ("bad/", "out", "moved"), ("out/bad/", "out", "moved")]
    {
        for overwrite in ["", "--overwrite"] {
            let bad = if kept.is_empty() { "skip".to_owned() } else { format!("{kept}lines") };
            folder.write("in/f1.ndjson", "{\"n\":1}\nbad\n");
            for name in ["out", "bad", "out/bad"] {
                fs::create_dir_all(folder.path(name)).expect("makes a folder");
            }
            if !overwrite.is_empty() {
                (1..=3).for_each(|n| folder.write(&format!("out/f{n}.parquet"), "old"));
            }
            let mut strace = std::process::Command::new("strace");
            let kill = "-f -qq -o /dev/null -e inject=renameat2:signal=KILL:when=3";
            let run = format!("convert in -o out/ -q --on-error ./{bad} {overwrite}");
            strace.args(kill.split(' ')).arg(env!("CARGO_BIN_EXE_bucksaw"));
            let ended = strace.args(run.split_whitespace()).current_dir(folder.path("")).status();
            let ended =
                ended.expect("strace: install it (on Debian and Ubuntu: apt-get install strace)");
            assert!(!ended.success(), "{run}");
            fs::rename(folder.path(from), folder.path(to)).expect("moves");
            folder.run(&format!("convert in/f3.ndjson -o {to}/other.parquet")).expect_code(0);
            let case = format!("{run}: {:?}", folder.names());
            for n in 1..=3 {
                let target = folder.path(&format!("{to}/f{n}.parquet"));
                let found = fs::read(target).ok();
                let before = (!overwrite.is_empty()).then(|| b"old".to_vec());
                assert!(found == before, "{case}");
            }
            assert!(!folder.names().iter().any(|name| name.starts_with("moved/.f")), "{case}");
            folder.run(&run.replace("out/", "moved/")).expect_code(0);
            let names = folder.names();
            assert!(!names.iter().any(|name| is_staged(name)), "{case} {names:?}");
            for name in ["moved", "bad", "out"] {
                let _ = fs::remove_dir_all(folder.path(name));
            }
        }
    }
}
