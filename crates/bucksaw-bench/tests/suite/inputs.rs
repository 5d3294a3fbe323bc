//! Rows of one's own, bounds on memory, executables that are not there.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::support::{Folder, Run, synth40};

fn sizes(json: &Value) -> Vec<u64> {
    let runs = json["runs"].as_array().expect("runs");
    runs.iter().map(|run| run["rows"].as_u64().expect("rows")).collect()
}

#[test]
fn rows_of_ones_own_are_measured_whole_unless_told() {
    let folder = Folder::new();
    let mut lines = String::new();
    for row in 0..70 {
        let _ = writeln!(lines, r#"{{"n":{row},"http":{{"status":{}}},"x":{row}.5}}"#, row % 3);
    }
    lines.push_str("{\"n\":\"no number\",\"late\":[1,2],\"ok\":true,\"none\":null}\n");
    folder.write("in.ndjson", &lines);
    let bench = "bench --input in.ndjson --rounds 1 --backends direct,buffered --json";
    let json = folder.run(bench).expect_code(0).json();
    assert_eq!(sizes(&json), [71, 71]);
    // n, n__text, http.status, x, late, ok
    assert_eq!(json["settings"]["columns"], 6);
    let row_bytes = json["settings"]["row_bytes"].as_f64().expect("a number");
    assert!((row_bytes - lines.len() as f64 / 71.0).abs() < 1e-9);
    assert_eq!(json["settings"]["rows_from"], "in.ndjson");

    let json = folder.run(&format!("{bench} --rows 10,71")).expect_code(0).json();
    assert_eq!(sizes(&json), [10, 10, 71, 71]);
    let run = folder.run(&format!("{bench} --rows 10,72")).expect_code(2);
    run.expect_told(&["72", "the input has 71"]);
}

/// The arrow backend takes no column after its first batch, so it is told all of them.
#[test]
fn late_columns_are_no_trouble_for_any_backend() {
    let folder = Folder::new();
    let mut lines = "{\"n\":1}\n".repeat(10_000);
    lines.push_str("{\"late\":\"text\"}\n");
    folder.write("in.ndjson", lines);
    let json = folder.run("bench --input in.ndjson --rounds 1 --json").expect_code(0).json();
    for run in json["runs"].as_array().expect("runs") {
        assert!(run["failure"].is_null(), "{run}");
    }
}

/// A file of one's own goes through the same rows as the workload that it was made of.
#[test]
fn a_workload_as_a_file_makes_the_same_output() {
    let folder = Folder::new();
    folder.write("in.ndjson", synth40(500));
    let options = "--rows 500 --rounds 1 --backends direct --json";
    let bytes = |arguments: &str| {
        let json = folder.run(&format!("bench {arguments} {options}")).expect_code(0).json();
        json["runs"][0]["timing"]["output_bytes"].as_f64().expect("a number")
    };
    let (of_file, of_workload) = (bytes("--input in.ndjson"), bytes("--workload synth40"));
    // Columns come in another order.
    assert!((of_file / of_workload - 1.0).abs() < 0.01, "{of_file} and {of_workload}");
}

#[test]
fn bad_inputs_are_told_with_their_exit_codes() {
    let folder = Folder::new();
    folder.write("bad.ndjson", "{\"n\":1}\nbad\n");
    folder.write("empty.ndjson", "\n");
    folder.run("bench --input bad.ndjson").expect_code(3).expect_told(&["bad.ndjson", "line 2"]);
    folder.run("bench --input empty.ndjson").expect_code(3).expect_told(&["no rows"]);
    folder.run("bench --input absent.ndjson").expect_code(2).expect_told(&["absent.ndjson"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_memory_cap_is_enforced_by_the_system() {
    let folder = Folder::new();
    let bench = "bench --rounds 1 --backends direct --json";
    let json = folder.run(&format!("{bench} --rows 300 --memory-cap 1GiB")).expect_code(0).json();
    assert_eq!(json["settings"]["memory_cap"], 1_u64 << 30);
    assert!(json["runs"][0]["failure"].is_null());
    // The rows alone are more.
    let run = folder.run(&format!("{bench} --rows 20K --memory-cap 16MiB"));
    run.expect_code(1).expect_told(&["the rows could not be made", "memory allocation"]);
}

/// Where only the command itself was copied, what it can't do alone is told.
#[test]
fn without_its_sibling_executables_heaps_are_not_counted() {
    let folder = Folder::new();
    let copy = folder.path("bucksaw");
    fs::copy(crate::PROGRAM, &copy).expect("copies");
    let run = |arguments: &str| -> Run {
        let mut command = Command::new(&copy);
        command.args(arguments.split_whitespace()).output().expect("runs").into()
    };
    let bench = "bench --rows 200 --rounds 1 --backends direct";
    let told = run(bench).expect_code(0);
    assert!(told.text().contains("Heaps were not counted"), "{}", told.text());
    let told = run(&format!("{bench} --allocators")).expect_code(2);
    told.expect_told(&["bucksaw-jemalloc", "--features allocators"]);
}
