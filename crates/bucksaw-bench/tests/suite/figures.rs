//! What is measured, as JSON and as tables.

use serde_json::Value;

use crate::support::Folder;

const BACKENDS: [&str; 4] = ["direct", "modern", "arrow", "buffered"];

fn array<'v>(value: &'v Value, name: &str) -> &'v Vec<Value> {
    value[name].as_array().unwrap_or_else(|| unreachable!("{name} is no list in {value}"))
}

fn number(value: &Value, name: &str) -> f64 {
    value[name].as_f64().unwrap_or_else(|| unreachable!("{name} is no number in {value}"))
}

/// That the median lies within, and everything is above nought.
fn check_spread(spread: &Value) {
    let [min, median, max] = ["min", "median", "max"].map(|name| number(spread, name));
    assert!(0.0 < min && min <= median && median <= max, "{spread}");
}

#[test]
fn json_has_every_figure_of_every_run() {
    let folder = Folder::new();
    let run = folder.run("bench --rows 2K,300 --rounds 3 --call-rows 100 --json").expect_code(0);
    assert_eq!(run.stderr, "");
    let json = run.json();
    assert_eq!(json["settings"]["columns"], 40);
    assert_eq!(json["settings"]["rounds"], 3);
    assert!((700.0..1_000.0).contains(&number(&json["settings"], "row_bytes")));
    let runs = array(&json, "runs");
    let expected: Vec<(u64, &str)> =
        [300, 2_000].into_iter().flat_map(|rows| BACKENDS.map(|backend| (rows, backend))).collect();
    let found: Vec<(u64, &str)> = runs
        .iter()
        .map(|run| (run["rows"].as_u64().expect("rows"), run["backend"].as_str().expect("a name")))
        .collect();
    assert_eq!(found, expected);
    for run in runs {
        check_run(run, 3);
    }
    // More rows make more bytes, in the file and on the heap.
    for (small, large) in runs.iter().zip(&runs[4..]) {
        let bytes = |run: &Value| number(&run["timing"], "output_bytes");
        assert!(bytes(small) < bytes(large));
        let heap = |run: &Value| number(&run["heap"], "allocated_bytes");
        assert!(heap(small) < heap(large));
    }
    let chunks: Vec<u64> = array(&json, "chunks")
        .iter()
        .map(|run| run["chunk_rows"].as_u64().expect("rows"))
        .collect();
    assert_eq!(chunks, [10_000, 1_000], "direct with calls of 1K, arrow with batches of 1K");
    let stages = array(&json, "stages");
    assert_eq!(stages.iter().map(|stages| &stages["backend"]).collect::<Vec<_>>(), BACKENDS);
    for stages in stages {
        assert!(number(stages, "reading_seconds") > 0.0);
        assert!(number(stages, "encoding_seconds") > 0.0);
    }
    assert!(array(&json, "allocators").is_empty());
    assert_eq!(array(&json["plan"], "choices").len(), 4);
    for finding in array(&json, "findings") {
        assert!(finding["meaning"].as_str().is_some_and(|text| text.ends_with('.')), "{finding}");
    }
}

fn check_run(run: &Value, rounds: usize) {
    assert!(run["failure"].is_null(), "{run}");
    let timing = &run["timing"];
    for name in ["rows_per_second", "longest_call_seconds", "finish_seconds"] {
        check_spread(&timing[name]);
    }
    assert_eq!(array(timing, "rounds").len(), rounds);
    let rows = number(run, "rows");
    let rates = array(timing, "rounds").iter().map(|round| rows / number(round, "wall_seconds"));
    let fastest = rates.fold(0.0, f64::max);
    assert!((number(&timing["rows_per_second"], "max") / fastest - 1.0).abs() < 1e-9);
    let bytes_per_row = number(timing, "output_bytes") / rows;
    assert!((number(timing, "bytes_per_row") / bytes_per_row - 1.0).abs() < 1e-9);
    let heap = &run["heap"];
    assert!(number(heap, "peak_bytes") <= number(heap, "allocated_bytes"));
    assert!(number(heap, "allocations") > 0.0);
    if cfg!(target_os = "linux") {
        check_spread(&timing["rows_per_cpu_second"]);
        assert!(number(run, "peak_rss_bytes") >= 0.0);
    }
}

/// What the buffered baseline is there to show.
#[test]
fn buffering_holds_what_streaming_lets_go() {
    let folder = Folder::new();
    let arguments = "bench --rows 30K --rounds 1 --backends arrow,buffered --json";
    let json = folder.run(arguments).expect_code(0).json();
    let [arrow, buffered] = &array(&json, "runs")[..] else { unreachable!("two backends") };
    let peak = |run: &Value| number(&run["heap"], "peak_bytes");
    assert!(peak(buffered) > peak(arrow) * 1.15, "{} and {}", peak(buffered), peak(arrow));
    let finding = array(&json, "findings").iter().find(|finding| {
        finding["title"].as_str().is_some_and(|title| title.starts_with("Streaming"))
    });
    let meaning = finding.and_then(|finding| finding["meaning"].as_str()).expect("a finding");
    assert!(meaning.contains("times as much memory"), "{meaning}");
}

#[test]
fn tables_say_what_they_mean() {
    let folder = Folder::new();
    let run = folder.run("bench --rows 200,1K --rounds 1 --backends direct,arrow,buffered");
    let run = run.expect_code(0);
    assert_eq!(run.stderr, "");
    for part in [
        "synth40",
        "200 rows\n",
        "1K rows\n",
        "peak RSS Δ",
        "leads by CPU time",
        "Scaling with size",
        "From the smallest size to the largest, direct portable",
        "Crossover between backends",
        "Streaming against buffered",
        "Chunk-size sweep, 1K rows",
        "is at its fastest",
        "Where time goes",
        "Obtained by difference",
        "Hardware for 1,000,000 rows/s",
        "direct portable",
        "arrow streaming",
        "arrow buffered",
    ] {
        assert!(run.text().contains(part), "{part:?} is not in {}", run.text());
    }
    assert!(!run.text().contains("direct modern"));
}

/// The published small run.
#[test]
fn small52_has_900_rows_of_52_columns() {
    let folder = Folder::new();
    let arguments = "bench --workload small52 --rounds 1 --backends modern --json";
    let json = folder.run(arguments).expect_code(0).json();
    assert_eq!(json["settings"]["columns"], 52);
    assert_eq!(array(&json, "runs").len(), 1);
    assert_eq!(json["runs"][0]["rows"], 900);
}
