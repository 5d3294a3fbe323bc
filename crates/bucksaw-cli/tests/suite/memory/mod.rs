//! Memory stays within the limit, and a little that the process itself takes, whatever the shape of the
//! input and however many threads; or the command says what to do.
#![cfg(target_os = "linux")]

mod datasets;
mod formats;
mod order;
mod shapes;

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::process::Child;
use std::thread;
use std::time::Duration;

use crate::support::{Folder, Run};
use bucksaw_workloads::DEFAULT_SEED;
use bucksaw_workloads::rng::Rng;

const MIB: usize = 1 << 20;
/// What a process may take beside its memory limit, in MiB.
const BESIDE: usize = 16;
/// What a release build takes for one row, in MiB. A debug build's code is larger, which is not what
/// is measured.
const RELEASE_BUILD: usize = 8;

/// A shape of input.
struct Shape {
    name: &'static str,
    write: shapes::WriteShape,
    /// How it is read.
    options: &'static str,
    /// What the command says where it does not take it; the memory that it takes counts all the same.
    refusal: Option<&'static str>,
}

const fn shape(name: &'static str, write: shapes::WriteShape) -> Shape {
    Shape { name, write, options: "", refusal: None }
}

/// What the command says where a limit is too small for so many columns.
const WITH_COLUMNS: &str = "Raise the memory limit to";

const fn held_or_refused(name: &'static str, write: shapes::WriteShape) -> Shape {
    Shape { name, write, options: "", refusal: Some(WITH_COLUMNS) }
}

const fn refused(name: &'static str, write: shapes::WriteShape) -> Shape {
    Shape { name, write, options: "", refusal: Some("raise it (--memory-limit") }
}

/// One line of a test's table.
#[derive(Clone, Copy)]
struct Case {
    backend: &'static str,
    limit: usize,
    threads: usize,
}

/// What the arrow backend does with a long value.
const COPIES: &str = "a long value is copied by a builder, a page and its codec";

/// What does not hold yet, or only just: shape, backend ("" is any), limits in MiB, threads, and why.
/// What is here and holds with a fourth to spare fails, so that it is taken out.
type Known = (&'static str, &'static str, &'static [usize], &'static [usize], &'static str);
const KNOWN: &[Known] = &[
    ("distinct_columns", "direct", &[64], &[8], "small buffers are each thread's own"),
    ("escapes", "arrow", &[8, 64], &[1, 2, 8], COPIES),
    ("half_as_long_lines", "arrow", &[64], &[1, 2, 8], COPIES),
    ("longest_lines", "arrow", &[8], &[2, 8], COPIES),
    ("longest_lines", "arrow", &[64], &[1, 2, 8], COPIES),
    ("many_elements", "arrow", &[8, 64], &[2, 8], COPIES),
    ("many_keys", "arrow", &[8], &[2, 8], COPIES),
    ("many_keys", "arrow", &[64], &[1, 2, 8], COPIES),
    ("one_key_again", "arrow", &[8], &[2, 8], COPIES),
    ("one_key_again", "arrow", &[64], &[1, 2, 8], COPIES),
    ("sort_longest_lines", "direct", &[8], &[1, 3], "two of the longest lines are read at once"),
    ("zstd_window", "arrow", &[8], &[1, 2, 8], "a window of as much as the limit"),
    ("distinct_columns", "arrow", &[64], &[2, 8], "what threads free, others don't get"),
];

fn known(shape: &Shape, case: Case) -> Option<&'static str> {
    let is_it = |(name, backend, limits, threads, _): &&Known| {
        *name == shape.name
            && (backend.is_empty() || *backend == case.backend)
            && limits.contains(&case.limit)
            && threads.contains(&case.threads)
    };
    KNOWN.iter().find(is_it).map(|(.., reason)| *reason)
}

/// Converts a shape in each of the cases; `times` the limit is how long the input is.
fn check(shape: &Shape, times: f64, cases: &[Case]) {
    let folder = Folder::new();
    folder.write("one.ndjson", "{\"a\":1,\"b\":\"x\",\"c\":1.5,\"d\":true,\"e\":[1]}\n");
    let mut made_for = 0;
    let mut failed = String::new();
    for case in cases {
        let limit = case.limit * MIB;
        if made_for != limit {
            let file = File::create(folder.path("in")).expect("a file");
            let mut out = BufWriter::new(file);
            (shape.write)(&mut out, limit, (limit as f64 * times) as usize).expect("written");
            out.flush().expect("written");
            made_for = limit;
        }
        let own = run(&folder, "one.ndjson", "", *case).1.div_ceil(MIB);
        let most = case.limit + BESIDE + own.saturating_sub(RELEASE_BUILD);
        let (run, peak) = run(&folder, "in", shape.options, *case);
        let is_refused = shape.refusal.is_some_and(|said| run.stderr.contains(said));
        let holds = peak <= most * MIB && (run.code == Some(0) || is_refused);
        let known = known(shape, *case);
        let told = format!(
            "{}, --backend {}, --memory-limit {}MiB, --threads {}: {:.1} MiB, {most} at the most, exit code {:?}{}",
            shape.name,
            case.backend,
            case.limit,
            case.threads,
            peak as f64 / MIB as f64,
            run.code,
            known.map_or(String::new(), |reason| format!("; known: {reason}")),
        );
        let is_as_told = match known {
            Some(_) => peak > most * MIB / 4 * 3,
            None => holds,
        };
        if !is_as_told {
            let _ = writeln!(failed, "{told}\n{}", run.stderr);
        }
    }
    assert!(failed.is_empty(), "what does not hold, or is known not to and does:\n{failed}");
}

/// Runs a case; what came of it, and the peak of memory.
fn run(folder: &Folder, input: &str, options: &str, case: Case) -> (Run, usize) {
    let Case { backend, limit, threads } = case;
    // Nothing is replaced in a dataset.
    let _ = fs::remove_dir_all(folder.path("out"));
    let output = if options.contains("--dataset") { "out/" } else { "out.parquet --overwrite" };
    let options = format!(
        "--backend {backend} --memory-limit {limit}MiB --threads {threads} --cores {threads} \
         --json {options}"
    );
    let mut command = folder.command(&format!("convert {input} -o {output} {options}"));
    let file = |name: &str| File::create(folder.path(name)).expect("a file");
    command.stdout(file("stdout")).stderr(file("stderr"));
    let mut child = command.spawn().expect("the command starts");
    let mut peak = 0;
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child") {
            break status;
        }
        peak = peak.max(peak_of(&child).unwrap_or_default());
        thread::sleep(Duration::from_millis(2));
    };
    let (stdout, stderr) = (folder.read("stdout"), folder.text("stderr"));
    let run = Run { code: status.code(), stdout, stderr };
    // Where there is a report it knows the very last.
    if run.code == Some(0) {
        let told = run.report()["reports"][0]["peak_memory"].as_u64();
        peak = peak.max(told.expect("Linux tells the peak") as usize);
    }
    (run, peak)
}

fn peak_of(child: &Child) -> Option<usize> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: usize = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

macro_rules! shapes {
    ($test:ident: $($name:ident = $shape:expr),+ $(,)?) => {
        $(#[test]
        fn $name() {
            super::$test(&$shape(stringify!($name), super::shapes::$name));
        })+
    };
    (#[$ignored:meta] $test:ident: $($name:ident = $shape:expr),+ $(,)?) => {
        $(#[test]
        #[$ignored]
        fn $name() {
            super::$test(&$shape(stringify!($name), super::shapes::$name));
        })+
    };
}

const BACKENDS: [&str; 2] = ["direct", "arrow"];

fn sample(shape: &Shape) {
    let cases = [("direct", 1), ("direct", 8), ("arrow", 1)];
    check(shape, 1.2, &cases.map(|(backend, threads)| Case { backend, limit: 8, threads }));
}

fn all(shape: &Shape) {
    let cases = [8, 64].map(|limit| {
        BACKENDS.map(|backend| [1, 2, 8].map(|threads| Case { backend, limit, threads })).concat()
    });
    check(shape, 1.5, &cases.concat());
}

mod sampled {
    use super::{held_or_refused, refused, shape};

    shapes![sample:
        few_columns = shape,
        distinct_columns = held_or_refused,
        lists = shape,
        nested_deeply = shape,
        longest_lines = shape,
        half_as_long_lines = shape,
        escapes = shape,
        one_key_again = shape,
        many_elements = shape,
        zstd_window = shape,
        too_large_zstd_window = refused,
    ];
}

mod long {
    use super::{held_or_refused, refused, shape};

    shapes![#[ignore = "long: ./test --long"] all:
        few_columns = shape,
        distinct_columns = held_or_refused,
        lists = shape,
        nested_deeply = shape,
        longest_lines = shape,
        half_as_long_lines = shape,
        escapes = shape,
        many_keys = held_or_refused,
        one_key_again = shape,
        many_elements = shape,
        zstd_window = shape,
        too_large_zstd_window = refused,
    ];
}

/// Rows of the smaller input, more than the limit holds.
const ROWS: u64 = 6_000;
const TIMES: u64 = 4;
/// Sixteen digits each in a row.
const NUMBERS: usize = 128;

/// Rows of about 2 KB that no dictionary and no codec makes much smaller.
fn noise(rows: u64) -> String {
    let mut rng = Rng::new(DEFAULT_SEED);
    let mut lines = String::new();
    for row in 0..rows {
        let _ = write!(lines, "{{\"row\":{row},\"noise\":\"");
        for _ in 0..NUMBERS {
            let _ = write!(lines, "{:016x}", rng.bits());
        }
        lines.push_str("\"}\n");
    }
    lines
}

/// The peak of memory of converting `rows` rows.
fn peak_of_noise(folder: &Folder, rows: u64, limit: &str) -> u64 {
    folder.write("in.ndjson", noise(rows));
    let options = format!("--memory-limit {limit} --overwrite --json");
    let run = folder.run(&format!("convert in.ndjson -o out.parquet {options}"));
    let report = run.expect_code(0).json();
    assert_eq!(report["reports"][0]["rows"], rows);
    report["reports"][0]["peak_memory"].as_u64().expect("Linux tells the peak")
}

#[test]
fn four_times_the_rows_take_hardly_more_memory() {
    let folder = Folder::new();
    let unlimited = peak_of_noise(&folder, ROWS * TIMES, "1GiB");
    let small = peak_of_noise(&folder, ROWS, "8MiB");
    let large = peak_of_noise(&folder, ROWS * TIMES, "8MiB");
    let told = format!(
        "{ROWS} rows: {small} bytes, {TIMES} times as many: {large}, {unlimited} without a limit"
    );
    let bound = small * 7 / 5;
    assert!(large < bound, "{told}");
    // Or this test would show nothing.
    assert!(unlimited > bound, "{told}");
    assert!(folder.row_groups("out.parquet").len() > 1);
}
