//! How many lines may be rejected.

use crate::support::Folder;

/// Lines of which these many are bad, the bad ones first.
fn lines(bad: usize, good: usize) -> String {
    "bad\n".repeat(bad) + &"{\"n\":1}\n".repeat(good)
}

#[test]
fn more_rejected_lines_than_allowed_are_an_error_with_the_first_reasons() {
    let folder = Folder::new();
    folder.write("a.ndjson", lines(2, 8));
    folder.write("b.ndjson", lines(3, 2));
    let command = "convert a.ndjson b.ndjson --on-error skip --overwrite";
    for (max, told) in [
        ("4", "5 of 15 lines were rejected, and --max-rejected is 4; no file is written"),
        ("33.3%", "5 of 15 lines were rejected, and --max-rejected is 33.3%"),
        ("0", "were rejected, and --max-rejected is 0"),
    ] {
        for output in ["out.parquet", "out/"] {
            let run = folder.run(&format!("{command} -o {output} --max-rejected {max}"));
            run.expect_code(3).expect_told(&[
                told,
                "\n  a.ndjson: line 1, column 1 (byte 0): expected an object",
                "\n  a.ndjson: line 2, column 1 (byte 4)",
            ]);
            assert_eq!(folder.names(), ["a.ndjson", "b.ndjson"]);
        }
    }
    for max in ["5", "33.4%", "100%"] {
        let run = folder.run(&format!("{command} -o out.parquet --max-rejected {max}"));
        run.expect_code(0).expect_told(&["5 lines rejected, the first: a.ndjson: line 1, "]);
        assert_eq!(folder.rows("out.parquet").len(), 10);
    }
}

/// It is not all read before that is told.
#[test]
fn a_percentage_is_looked_at_on_the_way() {
    let folder = Folder::new();
    let long = format!("{{\"n\":\"{}\"}}\n", "x".repeat(5_000));
    folder.write("in.ndjson", lines(600, 500) + &long.repeat(3_000));
    let run = folder.run(
        "convert in.ndjson -o out.parquet --on-error skip --max-rejected 15% --memory-limit 8MiB",
    );
    // Of all lines it would be 15 %, and it is less.
    let run = run.expect_code(3);
    let told = run.expect_told(&["600 of ", "--max-rejected is 15%"]).stderr;
    assert!(!told.contains("600 of 4,100"), "{told}");
}

#[test]
fn rejecting_every_line_is_an_error() {
    let folder = Folder::new();
    folder.write("a.ndjson", "bad\n");
    folder.write("b.ndjson", "\n[2]\n");
    for (inputs, told) in [("a.ndjson", "the only line"), ("a.ndjson b.ndjson", "all 2 lines")] {
        for more in ["--on-error skip", "--on-error skip --max-rejected 100%", "--on-error ./kept"]
        {
            let run = folder.run(&format!("convert {inputs} -o out.parquet {more}"));
            run.expect_code(3).expect_told(&[
                told,
                "rejected; no file is written",
                "a.ndjson: line 1",
            ]);
            assert_eq!(folder.names(), ["a.ndjson", "b.ndjson"]);
        }
    }
    // One file of several may be so.
    folder.write("c.ndjson", "{\"n\":1}\n");
    folder.run("convert a.ndjson c.ndjson -o out/ --on-error skip").expect_code(0);
}

#[test]
fn a_limit_of_rejected_lines_needs_a_way_to_reject() {
    let folder = Folder::new();
    folder.write("in.ndjson", "{}\n");
    let run = folder.run("convert in.ndjson -o out.parquet --max-rejected 3");
    run.expect_code(2).expect_told(&["--max-rejected needs --on-error"]);
    for max in ["-1", "101%", "many", "1.5"] {
        let command =
            format!("convert in.ndjson -o out.parquet --on-error skip --max-rejected={max}");
        folder.run(&command).expect_code(2).expect_told(&["--max-rejected"]);
    }
}

/// A file of a directory that is of another format has no empty table, which would be taken for what it came to.
#[test]
fn one_of_many_inputs_of_which_all_is_rejected_is_told_and_has_no_file() {
    let folder = Folder::new();
    folder.write("in/a.ndjson", "{\"n\":1}\nno JSON\n");
    folder.write("in/b.ndjson", "a=1 b\nb=2\n");
    for on_error in ["skip", "kept.bad"] {
        let run = folder.run(&format!("convert in -o out/ --overwrite --on-error {on_error}"));
        run.expect_code(5).expect_told(&[
            "1 of 2 inputs could not be converted",
            "b.ndjson: all 2 lines were rejected (the first: ",
            "): no file is written of it",
        ]);
        assert_eq!(folder.rows("out/a.parquet").len(), 1);
        assert!(!folder.path("out/b.parquet").exists());
    }
    assert_eq!(folder.text("kept.bad"), "no JSON\na=1 b\nb=2\n");
    // Alone it is an error.
    let run = folder.run("convert in/b.ndjson -o out/ --on-error skip");
    run.expect_code(3).expect_told(&["all 2 lines were rejected"]);
}
