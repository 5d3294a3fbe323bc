//! What is told of inputs that are something else than what they are read as, and of options that are of other formats.

use crate::support::Folder;

#[test]
fn what_lines_are_that_are_no_json_is_told() {
    let folder = Folder::new();
    let access = "127.0.0.1 - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.0\" 200 9";
    for (line, told) in [
        (access, "this looks like an access log: --format text --pattern clf"),
        (&format!("{access} \"-\" \"curl/8\""), "--format text --pattern combined"),
        (&format!("{access} \"-\" \"curl/8\" \"-\""), "--format text --pattern nginx"),
        ("Oct 11 22:14:15 host app[1]: text", "this looks like syslog: --format syslog"),
        ("level=info msg=\"all well\"", "this looks like logfmt: --format logfmt"),
        ("2026-11-28 07:05:09 INFO started", "if lines are text: --format text"),
        ("a;b;c\n1;2;3", "this looks like CSV: say so with --format csv --csv-delimiter ';'"),
    ] {
        folder.write("in.log", format!("{line}\n"));
        folder.run("convert in.log -o out.parquet --overwrite").expect_code(3).expect_told(&[told]);
        // And what it says works.
        let options = told.rsplit_once("--format ").expect("it names one").1.replace('\'', "");
        let convert = format!("convert in.log -o out.parquet --overwrite -q --format {options}");
        folder.run(&convert).expect_code(0);
    }
}

#[test]
fn csv_that_has_another_delimiter_or_no_rows_or_is_json_is_told() {
    let folder = Folder::new();
    let delimiter = "in.csv: the first row has no ',' in it, but ';' (2): if that is between fields, --csv-delimiter ';'";
    for (text, told, code) in [
        ("a;b;c\n1;2;3\n", delimiter, 0),
        ("\n\na|b\n", "but '|' (1)", 0),
        ("a;b\n1,5;2\n", "there is 1 column; the first row has no ',' in it, but ';' (1)", 3),
        ("a,b\n", "in.csv: there is a header row, and no row below it", 0),
        ("{\"a\":1,\"b\":2}\n{\"a\":2,\"b\":3}\n", "looks like JSON: --format ndjson", 3),
        ("[\n {\"a\":1}\n]\n", "looks like JSON: --format ndjson", 3),
    ] {
        folder.write("in.csv", text);
        let run = folder.run("convert in.csv -o out.parquet --overwrite -q");
        run.expect_code(code).expect_told(&[told]);
        let run = folder.run("schema in.csv -q");
        run.expect_code(code).expect_told(&[told]);
    }
    for (text, options) in
        [("a,b\n1,2\n", ""), ("a\n1\n", ""), ("", ""), ("a;b\n1;2\n", "--csv-delimiter ;")]
    {
        folder.write("in.csv", text);
        let run = folder.run(&format!("convert in.csv -o out.parquet --overwrite -q {options}"));
        assert_eq!(run.expect_code(0).stderr, "", "{text}");
    }
}

#[test]
fn options_of_another_format_are_told() {
    let folder = Folder::new();
    folder.write("in.csv", "a,b\n1,2\n");
    folder.write("in.ndjson", "{\"a\":1}\n");
    for (inputs, options, code, told) in [
        ("in.csv", "--format csv --records a", 2, "--records is of json, and --format is csv"),
        ("in.ndjson", "--format ndjson --csv-null -", 2, "--csv-null is of csv or tsv"),
        ("in.ndjson", "--format syslog --ids binary", 2, "--ids is of otlp-logs or otlp-traces"),
        ("in.csv", "--format csv --text-lines keep", 2, "--text-lines is of ndjson or"),
        ("in.ndjson", "--format ndjson --pattern clf", 2, "--pattern is of text"),
        ("in.ndjson", "--pattern clf", 0, "--pattern did nothing: it is of text, and no input is"),
        ("in.csv", "--records a", 0, "--records did nothing: it is of json, and no input is"),
        ("in.ndjson", "--assume-year 2026 --assume-timezone UTC", 0, "they are ndjson"),
        ("in.ndjson", "--assume-year 2026", 2, "--assume-timezone <ZONE>"),
        ("in.csv in.ndjson", "--layout clickhouse", 0, "they are csv or ndjson"),
    ] {
        for command in ["convert -o out.parquet --overwrite -q", "schema -q"] {
            let run = folder.run(&format!("{command} {inputs} {options}"));
            run.expect_code(code).expect_told(&[told]);
        }
    }
    // Where one of the inputs is of it, or nothing is asked for.
    for (inputs, options) in [
        ("in.csv in.ndjson", "--csv-null - --text-lines keep"),
        ("in.csv", "--ids hex --layout flat --text-lines reject"),
    ] {
        let run = folder.run(&format!("convert {inputs} -o out.parquet --overwrite -q {options}"));
        assert_eq!(run.expect_code(0).stderr, "", "{options}");
    }
}
