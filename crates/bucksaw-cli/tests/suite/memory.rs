//! Memory stays in bounds however long the input is.
#![cfg(target_os = "linux")]

use std::fmt::Write as _;

use crate::support::Folder;
use bucksaw_workloads::DEFAULT_SEED;
use bucksaw_workloads::rng::Rng;

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
fn peak(folder: &Folder, rows: u64, limit: &str) -> u64 {
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
    let unlimited = peak(&folder, ROWS * TIMES, "1GiB");
    let small = peak(&folder, ROWS, "8MiB");
    let large = peak(&folder, ROWS * TIMES, "8MiB");
    let told = format!(
        "{ROWS} rows: {small} bytes, {TIMES} times as many: {large}, {unlimited} without a limit"
    );
    let bound = small * 7 / 5;
    assert!(large < bound, "{told}");
    // Or this test would show nothing.
    assert!(unlimited > bound, "{told}");
    assert!(folder.row_groups("out.parquet").len() > 1);
}
