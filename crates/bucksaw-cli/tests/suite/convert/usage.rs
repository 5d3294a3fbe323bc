//! Wrong usage, readers that go away, help, completions, the man page.

use bucksaw_workloads::{DEFAULT_SEED, Workload};
use std::io::Write as _;

use crate::support::{Folder, synth40};

#[test]
fn every_problem_of_the_options_is_told_at_once() {
    let folder = Folder::new();
    folder.write("in.ndjson", "{}\n");
    let run = folder.run(
        "convert in.ndjson -o out.parquet --chunk-rows 0 --row-group-rows 0 --row-group-bytes 0 \
         --memory-limit 1MiB --page-size 1B --max-columns 0 --max-line 0 --max-depth 0 \
         --dictionary maybe --dictionary col=perhaps --string-prefixes a,,b",
    );
    run.expect_code(2).expect_told(&[
        "chunk rows",
        "row-group rows",
        "row-group bytes",
        "--memory-limit 1.0 MiB is too small: it must be 8MiB or more",
        "page bytes",
        "columns is 0",
        "longest line",
        "depth is 0",
        "--dictionary maybe",
        "--dictionary col=perhaps",
        "prefix",
    ]);
    assert_eq!(folder.names(), ["in.ndjson"]);
}

#[test]
fn a_limit_without_a_unit_is_told_with_the_one_that_was_meant() {
    let folder = Folder::new();
    folder.write("in.ndjson", "{}\n");
    let run = folder.run("convert in.ndjson -o out.parquet --memory-limit 64");
    run.expect_code(2).expect_told(&["--memory-limit 64 B is too small", "did you mean 64MiB?"]);
}

/// Each option with a value that it can't have, all at once: all are told, and nothing is done.
#[test]
fn values_that_no_option_can_have_are_told_at_once() {
    let folder = Folder::new();
    folder.write("in.ndjson", "{}\n");
    folder.write(
        "s.json",
        r#"{"columns": [{"name": "a", "type": "int64"}, {"name": "A", "type": "text"}], "unknown_columns": "refuse"}"#,
    );
    let arguments = [
        (
            "--memory-limit 100EiB --row-group-bytes 15EiB --page-size 2GiB",
            &[
                "memory limit is 18446744073709551615",
                "row-group bytes is 17293822569102704640",
                "page bytes is 2147483648",
            ][..],
        ),
        (
            "--chunk-rows 9999999999999 --row-group-rows 9999999999999 --max-columns 9999999999",
            &["chunk rows is", "row-group rows is", "columns is"],
        ),
        (
            "--max-depth 65 --max-line 65MiB --threads 0",
            &[
                "depth is 65: it must be from 1 to 64",
                "--max-line 65.0 MiB is more than --memory-limit 64.0 MiB",
                "threads is 0",
            ],
        ),
        ("--max-depth 100000 --max-line 17EiB", &["depth is 100000", "--max-line"]),
        (
            "--dictionary a=on --dictionary a=off --dictionary on --dictionary off --dictionary on",
            &["--dictionary a=off contradicts", "--dictionary off contradicts"],
        ),
        (
            "--dictionary =off --bloom-filter ,b --timestamp-column= --string-prefixes=",
            &[
                "a dictionary names a column without a name",
                "a bloom filter names a column without a name",
                "the timestamp column names a column without a name",
                "prefix",
            ],
        ),
        ("--on-error=", &["--on-error names no file"]),
        ("--on-error skpi", &["\"skpi\"", "did you mean skip?", "./skpi"]),
        ("--on-error ignore", &["\"ignore\" is neither fail nor skip:", "./ignore"]),
        ("--names \u{1b}[2J", &["use sql, lower or dotted"]),
        ("--schema s.json --sorted-by nope", &["\"A\" twice"]),
        ("--sorted-by n:down", &["\"down\"", "asc or desc", "nulls-first or nulls-last"]),
    ];
    for (arguments, told) in arguments {
        let run = folder.run(&format!("convert in.ndjson -o out.parquet {arguments}"));
        run.expect_code(2).expect_told(told);
    }
    for negative in ["--threads", "--max-line", "--max-columns", "--memory-limit", "--chunk-rows"] {
        folder.run(&format!("convert in.ndjson -o out.parquet {negative} -1")).expect_code(2);
        folder.run(&format!("convert in.ndjson -o out.parquet {negative} NaN")).expect_code(2);
    }
    assert_eq!(folder.names(), ["in.ndjson", "s.json"]);
}

const NAMING: &str =
    "--sorted-by nope,n --bloom-filter nope,n --dictionary nope=off --timestamp-column nope";

#[test]
fn columns_that_options_name_and_no_row_had_are_told() {
    let folder = Folder::new();
    folder.write("a/1.ndjson", "{\"n\":1}\n");
    folder.write("a/2.ndjson", "{\"n\":1,\"once\":true}\n");
    let run = folder.run(&format!("convert a -o out.parquet --json --quiet {NAMING}"));
    let run = run.expect_code(0);
    let flags = ["--sorted-by", "--bloom-filter", "--dictionary", "--timestamp-column"];
    let told: Vec<String> =
        flags.map(|flag| format!("no row had a column \"nope\", which {flag} names\n")).into();
    assert_eq!(run.stderr, told.concat());
    let options = ["sorted_by", "bloom_filter_of", "dictionary_of", "timestamp_column"];
    let unknown: Vec<_> = options
        .iter()
        .map(|option| serde_json::json!({"option": option, "column": "nope"}))
        .collect();
    assert_eq!(run.json()["reports"][0]["unknown_columns"], serde_json::Value::from(unknown));
    // One of several files has it.
    let run = folder.run("convert a -o out/ --bloom-filter once,never --quiet").expect_code(0);
    assert_eq!(run.stderr, "no row had a column \"never\", which --bloom-filter names\n");
}

#[test]
fn columns_that_options_name_and_the_schema_lacks_are_refused_where_none_are_added() {
    let folder = Folder::new();
    folder.write("in.ndjson", "{\"n\":1}\n");
    folder.write("s.json", r#"{"columns": [{"name": "n", "type": "int64"}]}"#);
    let closed = format!(
        "convert in.ndjson -o out.parquet --schema s.json --unknown-columns refuse {NAMING}"
    );
    folder.run(&closed).expect_code(2).expect_told(&[
        "the sort order names the column \"nope\", which the schema does not have, and none are added to it",
        "a bloom filter names",
        "a dictionary names",
        "the timestamp column names",
    ]);
    assert_eq!(folder.names(), ["in.ndjson", "s.json"]);
    let run = folder.run(&closed.replace("nope", "n").replace("n,n", "n")).expect_code(0);
    assert!(!run.stderr.contains("no row had"), "{}", run.stderr);
}

#[test]
fn too_many_threads_are_taken_as_fewer() {
    let folder = Folder::new();
    folder.write("in.ndjson", synth40(300));
    folder.run("convert in.ndjson -o one.parquet --threads 1").expect_code(0);
    for (threads, cores, most) in [
        ("3", "2", "2"),
        ("257", "300", "256"),
        ("1000", "1", "1"),
        ("18446744073709551615", "1000", "256"),
    ] {
        let options = format!("--overwrite --threads {threads} --cores {cores}");
        let run = folder.run(&format!("convert in.ndjson -o out.parquet {options}"));
        run.expect_code(0).expect_told(&[&format!("--threads {threads} is taken as {most}")]);
        assert!(folder.read("out.parquet") == folder.read("one.parquet"), "{threads}");
    }
    let run = folder.run("convert in.ndjson -o out.parquet --overwrite --threads 3 --cores 3");
    assert!(!run.expect_code(0).stderr.contains("is taken as"));
}

#[test]
fn a_memory_limit_beyond_the_machine_is_told() {
    let folder = Folder::new();
    folder.write("in.ndjson", "{}\n");
    let run = folder.run("convert in.ndjson -o out.parquet --memory-limit 1PiB");
    let run = run.expect_code(0);
    assert_eq!(run.stderr.contains("more than this machine has"), cfg!(target_os = "linux"));
}

#[test]
fn wrong_usage_exits_with_2_and_says_why() {
    let folder = Folder::new();
    folder.write("in.ndjson", "{}\n");
    for (arguments, told) in [
        ("", "Usage"),
        ("convert", "<INPUT>"),
        ("convert in.ndjson", "--output"),
        ("convert in.ndjson -o out.parquet --nonsense", "--nonsense"),
        ("convert in.ndjson -o out.parquet --compression zstd:23", "22"),
        ("convert in.ndjson -o out.parquet --compression gzip:-1", "0 to 9"),
        ("convert in.ndjson -o out.parquet --compression brotli", "brotli"),
        ("convert in.ndjson -o out.parquet --backend quill", "quill"),
        ("convert in.ndjson -o out.parquet --statistics some", "none, chunk or page"),
        ("convert in.ndjson -o out.parquet --row-group-rows many", "many"),
        ("convert in.ndjson -o out.parquet --row-group-rows 2147483648", "2147483647 or less"),
        ("convert in.ndjson -o out.parquet --max-line big", "big"),
        ("convert in.ndjson -o - --json", "--json"),
        ("completions quill", "quill"),
        ("unknown", "unknown"),
    ] {
        let run = folder.run(arguments).expect_code(2).expect_told(&[told]);
        assert_eq!(run.text(), "", "{arguments}");
        // One voice, whoever finds it out.
        let is_ours = run.stderr.starts_with("bucksaw: ") || run.stderr.starts_with("Telemetry in");
        assert!(is_ours, "{arguments}: {}", run.stderr);
    }
    assert_eq!(folder.names(), ["in.ndjson"]);
}

#[test]
fn a_reader_of_the_file_that_goes_away_is_no_error() {
    let folder = Folder::new();
    let mut child = folder.start("convert - -o - --row-group-rows 100");
    drop(child.stdout.take());
    // Nothing is written before something is read. What the command doesn't take any more is no
    // concern of ours.
    let _ = child.stdin.take().expect("piped").write_all(&synth40(2_000));
    let output = child.wait_with_output().expect("ends");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn a_reader_of_the_report_that_goes_away_is_no_error() {
    let folder = Folder::new();
    let mut child = folder.start("convert - -o out.parquet --json");
    drop(child.stdout.take());
    child.stdin.take().expect("piped").write_all(b"{\"n\":1}\n").expect("is read");
    let output = child.wait_with_output().expect("ends");
    assert_eq!(output.status.code(), Some(0));
    assert!(!String::from_utf8_lossy(&output.stderr).contains("bucksaw:"));
    assert_eq!(folder.rows("out.parquet").len(), 1);
}

#[test]
fn completions_of_every_shell_know_the_options() {
    let folder = Folder::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let run = folder.run(&format!("completions {shell}")).expect_code(0);
        for part in ["row-group-rows", "on-error", "completions"] {
            assert!(run.text().contains(part), "{shell}: {part}");
        }
        assert_eq!(run.stderr, "");
    }
}

/// The long options that a help text lists.
fn long_options(help: &str) -> Vec<String> {
    let words = help.lines().filter(|line| line.trim_start().starts_with('-'));
    let mut options: Vec<String> = words
        .filter_map(|line| line.split_whitespace().find(|word| word.starts_with("--")))
        // Of one whose value may be left out, what stands before that.
        .map(|word| word.split('[').next().unwrap_or(word).trim_end_matches(',').to_owned())
        .collect();
    options.sort();
    options.dedup();
    options
}

#[test]
fn completions_know_values_and_where_files_go() {
    let folder = Folder::new();
    let script =
        |shell: &str| folder.run(&format!("completions {shell}")).expect_code(0).text().to_owned();
    let bash = script("bash");
    for values in [
        "portable modern",
        "direct arrow",
        "none chunk page",
        "zstd gzip snappy lz4 none",
        "auto none",
    ] {
        assert!(bash.contains(&format!("compgen -W \"{values}\"")), "{values}");
    }
    assert!(bash.contains("compgen -W \"add rest refuse\""));
    let after = |option: &str| {
        bash.split(&format!("                --{option})\n")).nth(1).unwrap_or_default().to_owned()
    };
    for (option, is_file) in
        [("schema", true), ("on-error", true), ("bloom-filter", false), ("threads", false)]
    {
        let line = after(option).lines().next().unwrap_or_default().to_owned();
        let completes =
            after(option).split("return 0").next().unwrap_or_default().contains("compgen -f");
        assert_eq!(completes, is_file, "{option}: {line}");
    }
    let fish = script("fish");
    assert!(fish.lines().any(|line| line.contains("-l profile") && line.contains("portable")));
    let zsh = script("zsh");
    let of = |option: &str| {
        zsh.lines().find(|line| line.contains(option)).unwrap_or_default().to_owned()
    };
    assert!(of("'--schema=").contains("_files"), "{}", of("'--schema="));
    assert!(of("'--temp-dir=").contains("_files -/"), "{}", of("'--temp-dir="));
}

/// What a terminal shows of a page, about.
fn plain(page: &str) -> String {
    page.replace("\\-", "-").replace("\\(aq", "'").replace("\\fB", "").replace("\\fR", "")
}

#[test]
fn each_command_has_a_man_page_with_its_options_examples_and_exit_codes() {
    let folder = Folder::new();
    for command in ["convert", "inspect"] {
        let help = folder.run(&format!("{command} --help")).expect_code(0);
        let options = long_options(help.text());
        assert!(options.len() > 3, "{options:?}");
        let page = folder.run(&format!("man {command}")).expect_code(0);
        let page = plain(page.text());
        for option in options {
            let is_listed = page.match_indices(&option).any(|(at, _)| {
                let after = page[at + option.len()..].chars().next();
                after.is_none_or(|next| !next.is_alphanumeric() && next != '-')
            });
            assert!(is_listed, "{option}");
        }
        for section in
            ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXAMPLES", "EXIT STATUS", "SEE ALSO"]
        {
            let heads = [format!("\n.SH {section}\n"), format!("\n.SH \"{section}\"\n")];
            assert!(heads.iter().any(|head| page.contains(head)), "{command}: {section}");
        }
        assert!(page.contains(&format!("bucksaw {command} logs")), "an example");
        assert!(
            page.contains("  130  interrupted") && page.contains("  5    some inputs"),
            "exit codes"
        );
        assert!(page.contains("bucksaw(1)"), "{page}");
    }
    let page = folder.run("man").expect_code(0);
    let page = plain(page.text());
    assert!(
        page.contains("convert      Convert NDJSON") && page.contains("bucksaw-inspect(1)"),
        "{page}"
    );
    folder
        .run("man quill")
        .expect_code(2)
        .expect_told(&["no command is called \"quill\"", "convert"]);
    std::fs::create_dir(folder.path("pages")).expect("makes a folder");
    folder.run("man --output pages").expect_code(0);
    assert!(folder.text("pages/bucksaw-convert.1") == folder.run("man convert").text());
    assert!(folder.text("pages/bucksaw.1") == folder.run("man").text());
}

#[test]
fn help_shows_examples_and_exit_codes() {
    let folder = Folder::new();
    let help = folder.run("convert --help").expect_code(0);
    assert!(help.text().contains("Examples:"));
    let help = folder.run("--help").expect_code(0);
    for code in ["0 ", "1 ", "2 ", "3 ", "4 ", "130 "] {
        let is_listed = |line: &str| line.trim_start().starts_with(code);
        assert!(help.text().lines().any(is_listed), "{code}");
    }
    let version = folder.run("--version").expect_code(0);
    assert_eq!(version.text(), concat!("bucksaw ", env!("CARGO_PKG_VERSION"), "\n"));
}

/// The examples of the help text do what they say, with the files that they name.
#[test]
fn the_examples_of_the_help_text_run() {
    let folder = Folder::new();
    let help = folder.run("convert --help").expect_code(0);
    let examples = help.text().lines().filter_map(|line| line.strip_prefix("  bucksaw "));
    let examples: Vec<&str> =
        examples.map(|line| line.split("   ").next().expect("a command")).collect();
    assert!(examples.len() >= 4, "{examples:?}");
    for example in examples {
        let folder = Folder::new();
        folder.write("logs.ndjson", "{\"n\":1}\nbad\n");
        let line = "{\"time\":\"2026-11-28T07:00:00Z\",\"service\":\"api\"}\n";
        folder.write("logs/a.ndjson.gz", line);
        folder.write("more/b.ndjson", "{\"n\":1}\n");
        folder.write("otlp-logs.binpb", Workload::Synth40.otlp_logs(DEFAULT_SEED, 10));
        // The line that is bad is so for the example that keeps it.
        if !example.contains("--on-error") {
            folder.write("logs.ndjson", "{\"n\":1}\n");
        }
        let run = folder.run(&example.replace('\'', ""));
        run.expect_code(0);
        let is_parquet = |name: &String| name.ends_with(".parquet");
        let written: Vec<String> = folder.names().into_iter().filter(is_parquet).collect();
        assert_eq!(written.len(), 1, "{example}");
        assert!(!folder.rows(&written[0]).is_empty(), "{example}");
    }
}
