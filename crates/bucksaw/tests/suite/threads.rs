//! What is written, and what is rejected, does not depend on the number of threads.

use std::io::Write as _;
use std::sync::{Arc, Mutex};

use bucksaw::{
    BackendKind, Input, MemorySink, NdjsonOptions, OnError, Options, Profile, Rejection, Rejects,
    Result,
};
use bucksaw_workloads::{DEFAULT_SEED, Workload};

/// Parts of rejected lines, and why each line was.
type Parts = Vec<(Vec<u8>, Option<Rejection>)>;

/// What was rejected, in order.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Parts>>);

impl Rejects for Kept {
    fn part(&mut self, bytes: &[u8]) -> Result<()> {
        self.0.lock().expect("sound").push((bytes.to_vec(), None));
        Ok(())
    }

    fn end(&mut self, rejection: &Rejection) -> Result<()> {
        self.0.lock().expect("sound").push((Vec::new(), Some(rejection.clone())));
        Ok(())
    }
}

/// The file, the counts and the rejections.
fn outcome(lines: &[u8], options: Options, threads: usize) -> (Vec<u8>, String, String) {
    outcome_with(lines, 300_000, options, threads)
}

fn outcome_with(
    lines: &[u8],
    max_line_bytes: usize,
    options: Options,
    threads: usize,
) -> (Vec<u8>, String, String) {
    let kept = Kept::default();
    let mut rejects = kept.clone();
    let sink = MemorySink::new();
    let mut writer =
        options.threads(threads).write_to(Box::new(sink.clone())).expect("sound options");
    let ndjson = NdjsonOptions::new().max_line_bytes(max_line_bytes);
    let mut input =
        Input::ndjson("lines", lines, ndjson, OnError::Keep(&mut rejects)).expect("read");
    writer.write_input(&mut input).expect("rejections are kept");
    let counts = format!("{:?}", input.counts());
    writer.finish().expect("a file");
    let rejected = format!("{:?}", kept.0.lock().expect("sound"));
    (sink.published().expect("published"), counts, rejected)
}

/// Some megabytes: nested and flat lines, columns that come late, and among them lines that are
/// broken, too long, or no text.
fn lines() -> Vec<u8> {
    let mut lines = Workload::Varied.ndjson(DEFAULT_SEED, 6_000);
    lines.extend(Workload::Realistic.ndjson(DEFAULT_SEED, 1_500));
    lines.extend_from_slice(b"{\"broken\":\n{\"late\":1}\n\xff\n\n");
    lines.extend_from_slice(format!("{{\"long\":\"{}\"}}\n", "x".repeat(700_000)).as_bytes());
    lines.extend(Workload::Synth40.ndjson(DEFAULT_SEED, 2_000));
    lines.extend_from_slice(b"{\"latest\":[1, 2]}\n{\"log_level\":7}\nno object");
    lines
}

#[test]
fn any_number_of_threads_writes_the_same_file() {
    let lines = lines();
    let small = Options::new().memory_limit(16 << 20).row_group_rows(1_900).page_bytes(20_000);
    for options in [Options::new(), small.clone(), small.profile(Profile::Modern)] {
        let one = outcome(&lines, options.clone(), 1);
        let reasons = ["it was cut", "longer than"];
        assert!(reasons.iter().all(|reason| one.2.contains(reason)), "{}", one.2);
        for threads in [2, 3, 8] {
            let several = outcome(&lines, options.clone(), threads);
            assert_eq!((&several.1, &several.2), (&one.1, &one.2), "{threads} threads");
            assert!(several.0 == one.0, "{threads} threads write another file");
        }
    }
}

/// What a thread had to take for one line does not count for those that it reads later.
#[test]
fn after_a_huge_line_any_number_of_threads_writes_the_same_file() {
    let mut lines = format!("{{\"huge\":\"{}\"}}\n", "\\u0041".repeat(500_000)).into_bytes();
    lines.extend(Workload::Synth40.ndjson(DEFAULT_SEED, 15_000));
    let options = Options::new().memory_limit(8 << 20);
    let [one, three, again] =
        [1, 3, 3].map(|threads| outcome_with(&lines, 4 << 20, options.clone(), threads).0);
    assert!(one == three && one == again, "another file");
}

/// Windows count in the memory limit, so that row groups become smaller: at the same rows.
#[test]
fn of_frames_of_several_windows_any_number_of_threads_writes_the_same_file() {
    let frame = |lines: &[u8], window_log| {
        let mut encoder = zstd::Encoder::new(Vec::new(), 1).expect("a level");
        encoder.window_log(window_log).expect("a window");
        encoder.write_all(lines).expect("memory takes everything");
        encoder.finish().expect("memory takes everything")
    };
    let lines = Workload::Synth40.ndjson(DEFAULT_SEED, 15_000);
    let (first, last) = lines.split_at(lines.len() / 3);
    let frames = [frame(first, 10), frame(last, 23)].concat();
    let options = Options::new().memory_limit(8 << 20);
    let [plain, one, three, again] = [(&lines, 1), (&frames, 1), (&frames, 3), (&frames, 3)]
        .map(|(source, threads)| outcome(source, options.clone(), threads).0);
    assert!(one == three && one == again, "another file");
    assert!(one != plain, "windows do not count");
}

/// The `arrow` backend fixes its columns with its first batch, and that must not depend on how far
/// other threads have read.
#[test]
fn a_late_column_is_late_for_any_number_of_threads() {
    let early = "{\"a\":1}\n".repeat(100_000);
    let lines = format!("{early}{{\"late\":1}}\n");
    for threads in [1, 4] {
        let options = Options::new().backend(BackendKind::Arrow).threads(threads);
        let mut writer = options.write_to(Box::new(MemorySink::new())).expect("sound options");
        let ndjson = NdjsonOptions::default();
        let mut input =
            Input::ndjson("lines", lines.as_bytes(), ndjson, OnError::Fail).expect("read");
        let written = writer.write_input(&mut input);
        let error = written.and_then(|()| writer.finish()).expect_err("late");
        assert_eq!(error.kind(), bucksaw::ErrorKind::LateColumn, "{threads} threads");
    }
}
