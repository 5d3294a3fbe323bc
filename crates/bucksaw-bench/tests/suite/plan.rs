//! `bucksaw plan`.

use serde_json::Value;

use crate::support::Folder;

const PUBLISHED: &str = "plan --target-rows 1M --price 50 --given go-parquet=55960,2.5GiB \
                         --given arrow=93113,2.5GiB";

#[test]
fn the_published_sizing_comes_out() {
    let folder = Folder::new();
    let run = folder.run(PUBLISHED).expect_code(0);
    let line = |name: &str| -> Vec<String> {
        let line = run.text().lines().find(|line| line.starts_with(name)).expect("a line");
        line.split_whitespace().map(str::to_owned).collect()
    };
    assert_eq!(
        line("go-parquet "),
        ["go-parquet", "55,960", "55,960", "18", "2.5", "GiB", "$900", "–"]
    );
    assert_eq!(line("arrow ")[3..], ["11", "2.5", "GiB", "$550", "$350", "(39", "%)"]);
    assert!(run.text().contains("arrow instead of go-parquet saves $350 a month (39 %)"));

    let json = folder.run(&format!("{PUBLISHED} --json")).expect_code(0).json();
    let figures = |choice: &Value| (choice["workers"].as_u64(), choice["cost_per_month"].as_f64());
    let choices = json["choices"].as_array().expect("choices");
    let figures: Vec<_> = choices.iter().map(figures).collect();
    assert_eq!(figures, [(Some(18), Some(900.0)), (Some(11), Some(550.0))]);
    assert_eq!(json["savings"][0]["per_month"], 350.0);
}

#[test]
fn headroom_cores_and_bytes_count() {
    let folder = Folder::new();
    let run = folder.run(
        "plan --given a=1000,100MiB --target-bytes 86.4GB --row-bytes 100 --worker-cores 4 \
         --headroom 50 --price 2.5 --json",
    );
    // 10,000 rows a second; 4 cores of 1,000 each, half of them used.
    let json = run.expect_code(0).json();
    let choice = &json["choices"][0];
    assert_eq!(json["rows_per_second"], 10_000.0);
    assert_eq!(choice["workers"], 5);
    assert_eq!(choice["cost_per_month"], 12.5);
    assert_eq!(choice["memory_bytes_of_worker"], 800 << 20);
}

#[test]
fn what_bench_prints_is_planned_with() {
    let folder = Folder::new();
    let bench = folder.run("bench --rows 200,400 --rounds 1 --backends direct,arrow --json");
    folder.write("bench.json", bench.expect_code(0).stdout);
    let json = folder.run("plan bench.json --target-bytes 1TB --json").expect_code(0).json();
    let measured: Value = serde_json::from_slice(&folder.read("bench.json")).expect("JSON");
    let row_bytes = measured["settings"]["row_bytes"].as_f64().expect("a number");
    let rows = json["rows_per_second"].as_f64().expect("a number");
    assert!((rows - 1e12 / row_bytes / 86_400.0).abs() < 1e-3);
    let choices = json["choices"].as_array().expect("choices");
    let names: Vec<&Value> = choices.iter().map(|choice| &choice["backend"]).collect();
    assert_eq!(names, ["direct portable", "arrow streaming"]);
    // That of the largest size.
    let timing = &measured["runs"][2]["timing"];
    let speed = if cfg!(target_os = "linux") { "rows_per_cpu_second" } else { "rows_per_second" };
    let median = timing[speed]["median"].as_f64().expect("a number");
    let of_core = choices[0]["rows_per_second_of_core"].as_f64().expect("a number");
    assert!((of_core / median - 1.0).abs() < 1e-9, "{of_core} and {median}");
}

#[test]
fn without_figures_some_are_measured() {
    let folder = Folder::new();
    let run = folder.run("plan").expect_code(0);
    for name in ["direct portable", "direct modern", "arrow streaming"] {
        assert!(run.text().contains(name), "{}", run.text());
    }
}

#[test]
fn nonsense_is_refused_with_its_exit_code() {
    let folder = Folder::new();
    let run = folder.run(
        "plan --given a=5 --target-rows 0 --row-bytes 0 --worker-cores 0 --price=-1 --headroom 100",
    );
    run.expect_code(2).expect_told(&[
        "--target-rows",
        "--row-bytes",
        "--worker-cores",
        "--price is -1",
        "--headroom is 100",
    ]);
    folder.write("other.json", "{\"reports\":[]}");
    for (arguments, code, told) in [
        ("plan --given a", 2, "NAME=ROWS"),
        ("plan --given a=0", 2, "NAME=ROWS"),
        ("plan --given a=5 --target-bytes 1TB", 2, "--row-bytes"),
        ("plan --given a=5 --target-bytes 1TB --target-rows 5", 2, "--target-rows"),
        ("plan other.json --given a=5", 2, "--given"),
        ("plan absent.json", 1, "absent.json"),
        ("plan other.json", 3, "bucksaw bench --json"),
    ] {
        let run = folder.run(arguments).expect_code(code).expect_told(&[told]);
        assert_eq!(run.text(), "", "{arguments}");
    }
}
