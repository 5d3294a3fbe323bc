//! A command that is killed at any moment leaves its target absent or whole, never partial.
#![cfg(unix)]

mod support;

use std::fs;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bucksaw_workloads::rng::Rng;
use support::{Folder, is_staged, synth40, wait_until};

/// Kills without an old file, and as many over one.
const KILLS: usize = 125;
const ROWS: u64 = 2_500;
const OLD_ROWS: u64 = 100;
const TARGET: &str = "out.parquet";
/// Small row groups, so that bytes are written all along.
const ARGUMENTS: &str = "convert in.ndjson -o out.parquet --quiet --row-group-rows 300";

/// What is at the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Nothing,
    Old,
    New,
}

/// What a series of kills met.
#[derive(Debug, Default)]
struct Met {
    /// Kills before the new file was there.
    before: usize,
    /// Those of them that left an unfinished file.
    with_staged: usize,
    /// Runs that were done, or killed after the new file was there.
    after: usize,
}

struct Experiment {
    folder: Folder,
    old: Vec<u8>,
    reference: Vec<u8>,
    /// The longest time after which a run is killed: a bit more than a run takes, so that some end.
    longest_delay: Duration,
    rng: Rng,
    seed: u64,
}

impl Experiment {
    /// With the seed that `BUCKSAW_SEED` gives, or another one every time.
    fn new() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
        let given = std::env::var("BUCKSAW_SEED").ok();
        let seed = given.map_or(now.as_nanos() as u64, |seed| seed.parse().expect("a number"));
        let folder = Folder::new();
        folder.write("in.ndjson", synth40(OLD_ROWS));
        folder.run(ARGUMENTS).expect_code(0);
        let old = folder.read(TARGET);
        folder.write("in.ndjson", synth40(ROWS));
        let mut times: Vec<Duration> = (0..5)
            .map(|_| {
                let started = Instant::now();
                folder.run(&format!("{ARGUMENTS} --overwrite")).expect_code(0);
                started.elapsed()
            })
            .collect();
        times.sort();
        let reference = folder.read(TARGET);
        fs::remove_file(folder.path(TARGET)).expect("removes");
        Self { folder, old, reference, longest_delay: times[2] * 5 / 4, rng: Rng::new(seed), seed }
    }

    fn start(&self, options: &str) -> Child {
        let mut command = self.folder.command(&format!("{ARGUMENTS} {options}"));
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("starts")
    }

    /// Starts the command and kills it after a random part of its run time, or a bit later. The
    /// longest delay follows the machine's load: about every fifth run comes to its end.
    fn kill(&mut self, options: &str) {
        let mut child = self.start(options);
        let micros = self.longest_delay.as_micros() as u64;
        thread::sleep(Duration::from_micros(self.rng.below(micros)));
        let has_ended = child.try_wait().expect("a child").is_some();
        self.longest_delay = self.longest_delay.mul_f64(if has_ended { 0.96 } else { 1.01 });
        child.kill().expect("kills");
        child.wait().expect("ends");
    }

    /// What is at the target, which has to be whole: its footer is read and its rows are counted.
    fn found(&self) -> Found {
        let seed = self.seed;
        if !self.folder.path(TARGET).exists() {
            return Found::Nothing;
        }
        let bytes = self.folder.read(TARGET);
        let found = if bytes == self.old { Found::Old } else { Found::New };
        assert!(found == Found::Old || bytes == self.reference, "seed {seed}: neither old nor new");
        let rows = self.folder.footer(TARGET).file_metadata().num_rows() as u64;
        assert_eq!(rows, if found == Found::Old { OLD_ROWS } else { ROWS }, "seed {seed}");
        found
    }

    fn staged(&self) -> Vec<String> {
        self.folder.names().into_iter().filter(|name| is_staged(name)).collect()
    }

    /// Kills the command again and again; `before` is what a kill in time leaves at the target.
    fn run(&mut self, options: &str, before: Found) -> Met {
        let mut met = Met::default();
        for _ in 0..KILLS {
            let left = self.staged();
            self.kill(options);
            let staged = self.staged();
            // A run removes what others left, and leaves one file itself at the most; one that was
            // killed at its very start has not come to either.
            assert!(staged.len() <= 1, "seed {}: {staged:?} after {left:?}", self.seed);
            let found = self.found();
            if found == Found::New {
                met.after += 1;
                match before {
                    Found::Nothing => fs::remove_file(self.folder.path(TARGET)).expect("removes"),
                    _ => self.folder.write(TARGET, &self.old),
                }
            } else {
                assert_eq!(found, before, "seed {}", self.seed);
                met.before += 1;
                met.with_staged += usize::from(staged.len() == 1 && staged != left);
            }
        }
        assert!(
            met.before > KILLS / 4 && met.with_staged > KILLS / 4 && met.after > 0,
            "seed {}: the kills were not spread over the run: {met:?}",
            self.seed
        );
        met
    }

    /// An undisturbed run cleans up and writes the reference's bytes.
    fn finish(&self, options: &str) {
        self.folder.run(&format!("{ARGUMENTS} {options}")).expect_code(0);
        assert!(self.folder.read(TARGET) == self.reference, "seed {}", self.seed);
        assert_eq!(self.folder.names(), ["in.ndjson", TARGET], "seed {}", self.seed);
    }
}

#[test]
fn kills_leave_nothing_or_a_whole_file() {
    let mut experiment = Experiment::new();
    experiment.run("", Found::Nothing);
    experiment.finish("");
}

#[test]
fn kills_leave_the_old_file_or_the_new_one() {
    let mut experiment = Experiment::new();
    experiment.folder.write(TARGET, &experiment.old);
    experiment.run("--overwrite", Found::Old);
    experiment.finish("--overwrite");
}

#[test]
fn a_file_left_by_a_killed_run_is_removed_by_the_next_one_to_its_target_only() {
    let folder = Folder::new();
    let staged =
        || -> Vec<String> { folder.names().into_iter().filter(|name| is_staged(name)).collect() };
    let mut killed = folder.start("convert - -o out.parquet");
    wait_until("a file is staged", || staged().len() == 1);
    let left = staged();
    killed.kill().expect("kills");
    killed.wait().expect("ends");
    assert_eq!(staged(), left);
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
    const TIMES: usize = 2_000;
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
        let ends: Vec<_> = runs
            .into_iter()
            .map(|run| support::Run::from(run.wait_with_output().expect("ends")))
            .collect();
        let with = |code: i32| ends.iter().filter(|run| run.code == Some(code)).count();
        assert_eq!((with(0), with(4)), (1, RUNS - 1), "{ends:?}");
        assert_eq!(folder.rows(TARGET).len(), 10);
        assert_eq!(folder.names(), ["in.ndjson", TARGET]);
        fs::remove_file(folder.path(TARGET)).expect("removes");
    }
}
