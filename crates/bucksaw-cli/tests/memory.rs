//! Memory stays in bounds however long the input is.
#![cfg(target_os = "linux")]

mod support;

use support::{Folder, synth40};

/// Rows of the smaller input, about 5 MB: enough to fill the limit.
const ROWS: u64 = 6_000;
const TIMES: u64 = 4;

#[test]
fn four_times_the_rows_take_hardly_more_memory() {
    let folder = Folder::new();
    let peak = |rows: u64| {
        folder.write("in.ndjson", synth40(rows));
        let run =
            folder.run("convert in.ndjson -o out.parquet --memory-limit 8MiB --overwrite --json");
        let report = run.expect_code(0).json();
        assert_eq!(report["reports"][0]["rows"], rows);
        report["reports"][0]["peak_memory"].as_u64().expect("Linux tells the peak")
    };
    let small = peak(ROWS);
    let large = peak(ROWS * TIMES);
    // The limit is what ended row groups, or this would show nothing.
    assert!(folder.row_groups("out.parquet").len() > 1);
    assert!(
        large < small + small / 2,
        "{ROWS} rows took {small} bytes, {TIMES} times as many {large}"
    );
}
