//! CSV and TSV as the command reads them.

use serde_json::json;

use crate::support::Folder;

#[test]
fn files_that_end_so_are_csv() {
    let folder = Folder::new();
    let rows = "id,level,time\n1,info,2026-11-28T07:05:09Z\n2,,2026-11-28T07:05:10Z\n";
    folder.write("a.csv", rows);
    folder.write("in/a.csv.zst", zstd::encode_all(rows.as_bytes(), 1).expect("memory"));
    folder.write("in/deep/b.TSV", rows.replace(',', "\t"));
    folder.write("in/c.ndjson", "{\"id\":3}\n");
    folder.run("convert a.csv -o a.parquet -q").expect_code(0);
    let cat = folder.run("cat a.parquet");
    let expected = "{\"id\":1,\"level\":\"info\",\"time\":\"2026-11-28T07:05:09Z\"}\n\
                    {\"id\":2,\"time\":\"2026-11-28T07:05:10Z\"}\n";
    assert_eq!(cat.expect_code(0).text(), expected);
    folder.run("convert in/ -o all.parquet --source-columns -q").expect_code(0);
    let rows = folder.rows("all.parquet");
    let sources: Vec<_> =
        rows.iter().map(|row| (&row["source_file"], &row["source_line"])).collect();
    let expected = [
        (json!("in/a.csv.zst"), json!(2)),
        (json!("in/a.csv.zst"), json!(3)),
        (json!("in/c.ndjson"), json!(1)),
        (json!("in/deep/b.TSV"), json!(2)),
        (json!("in/deep/b.TSV"), json!(3)),
    ];
    assert_eq!(sources, expected.iter().map(|(file, line)| (file, line)).collect::<Vec<_>>());
    // What it is said to be goes before what it is called.
    let run = folder.run("convert a.csv -o b.parquet --format ndjson").expect_code(3);
    run.expect_told(&["this looks like CSV: say so with --format csv"]);
}

#[test]
fn options_say_what_is_between_fields_and_what_columns_are_called() {
    let folder = Folder::new();
    folder.write("a", "1;x\nNA;y\n");
    let options = "--format csv --csv-delimiter ; --csv-header n,t --csv-null NA";
    folder.run(&format!("convert a -o a.parquet -q {options}")).expect_code(0);
    let expected = [json!({"n": 1, "t": "x"}), json!({"t": "y"})];
    assert_eq!(folder.rows("a.parquet"), expected);
    folder.write("b.tsv", "1\t2\n");
    folder.run("convert b.tsv -o b.parquet -q --csv-header none").expect_code(0);
    assert_eq!(folder.rows("b.parquet"), [json!({"column1": 1, "column2": 2})]);
    folder.run("convert a -o c.parquet --format csv --csv-delimiter ;;").expect_code(2);
}

#[test]
fn rejected_rows_are_kept_and_told() {
    let folder = Folder::new();
    folder.write("a.csv", "a,b\n1,2\n3\n\"x,4\n5,6\n");
    let run = folder.run("convert a.csv -o a.parquet").expect_code(3);
    run.expect_told(&[
        "a.csv: line 3, column 2 (byte 9): the row has 1 field, and there are 2 columns",
    ]);
    let run = folder.run("convert a.csv -o a.parquet --on-error bad.csv").expect_code(0);
    run.expect_told(&["2 lines rejected"]);
    assert_eq!(folder.text("bad.csv"), "3\n\"x,4\n");
    assert_eq!(folder.rows("a.parquet"), [json!({"a": 1, "b": 2}), json!({"a": 5, "b": 6})]);
}

#[test]
fn a_schema_of_csv_reads_it_again() {
    let folder = Folder::new();
    folder.write("a.csv", "id,zip,price\n1,007,1.5\n2,1,2\n");
    let schema = folder.run("schema a.csv -q");
    folder.write("schema.json", schema.expect_code(0).text());
    folder.run("convert a.csv -o a.parquet --schema schema.json -q").expect_code(0);
    let expected =
        [json!({"id": 1, "zip": "007", "price": 1.5}), json!({"id": 2, "zip": "1", "price": 2.0})];
    assert_eq!(folder.rows("a.parquet"), expected);
    folder.run("convert a.csv -o b.parquet --scan -q").expect_code(0);
    assert_eq!(folder.rows("b.parquet"), expected);
}
