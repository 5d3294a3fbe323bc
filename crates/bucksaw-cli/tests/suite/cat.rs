//! `bucksaw cat` prints rows as they were before they became columns: the proof that nothing is lost.

use crate::leaves::difference;
use crate::support::{Folder, Run};
use bucksaw_workloads::varied;
use serde_json::{Value, json};

/// Lines that are rebuilt from files of theirs, written with these options.
#[track_caller]
fn come_back(lines: &[String], options: &str) {
    let folder = Folder::new();
    folder.write("in.ndjson", lines.join("\n"));
    folder.run(&format!("convert in.ndjson -o out.parquet {options}")).expect_code(0);
    let run = folder.run("cat out.parquet").expect_code(0);
    let printed: Vec<&str> = run.text().lines().collect();
    assert_eq!(printed.len(), lines.len(), "{options}");
    for (number, (line, row)) in lines.iter().zip(printed).enumerate() {
        let difference = difference(line, row);
        assert_eq!(difference, None, "{options}, line {}:\n{line}\n{row}", number + 1);
    }
}

#[test]
fn telemetry_comes_back_as_it_was() {
    let lines: Vec<String> = varied(7).take(6_000).collect();
    for options in [
        "",
        "--names dotted --threads 2 --row-group-rows 1000",
        "--backend arrow --settling-rows 20000 --chunk-rows 20000",
        "--settling-rows 0",
        "--max-columns 12 --timestamp-unit ns",
        "--nested json --timestamps none",
    ] {
        come_back(&lines, options);
    }
}

#[test]
fn whatever_json_holds_comes_back() {
    let lines = [
        r#"{"a":1,"b":{"c":{"d":[1, {"x":null}],"e":{}},"f":"x"},"g":true}"#,
        r#"{"a":"n/a","b":{"c":7},"g":"true","h":[]}"#,
        r#"{"a":-0,"b":"scalar","g":0,"h":[ ],"i":{ }}"#,
        r#"{"a":1,"a":2,"a":"x","a":null}"#,
        r#"{"o":{"x":1},"o":{"y":2},"o":3,"o":{"x":4}}"#,
        r#"{"a.b":1,"a":{"b":2},"A.B":3,"a_b":4,"a__text":5,"_rest":6,"":7}"#,
        r#"{"n":9223372036854775808,"m":123456789012345678901234567890,"e":1e400,"z":-0.0}"#,
        r#"{"n":1,"m":0.1,"e":1.50,"z":0}"#,
        r#"{"t":"2026-11-28T07:05:09.123456789Z","u":"2026-11-28T08:05:09+01:00"}"#,
        r#"{"t":"2026-11-28 07:05:09Z","u":"2026-11-28T07:05:09.5Z"}"#,
        r#"{"s":"\u0000\u001e\u001f\u202e \"\\ ü 😀","\u001f":{"\u001e1":1,"k.\u001f":2}}"#,
        "{\"spaced\":[1,\t2\r],\"and\":{\t},\"a\":[\t],\"a\":{\t\"b\":\t1}}",
        r#"{"c":{"x":1},"c":{}}"#,
        r#"{"only_numbers_as_text":1.10}"#,
        r#"{"only_numbers_as_text":[1]}"#,
        r#"{"only_numbers_as_text":true}"#,
        "{}",
    ]
    .map(str::to_owned);
    for options in [
        "",
        "--settling-rows 0",
        "--max-columns 3",
        "--names dotted --row-group-rows 2",
        "--max-depth 1",
    ] {
        come_back(&lines, options);
    }
}

#[test]
fn objects_too_deep_for_columns_come_back() {
    let deep = format!("{}1.50{}", "{\"a\":".repeat(100), "}".repeat(100));
    come_back(&[deep, "{\"a\":{\"a\":2}}".to_owned()], "");
}

/// What each line of JSON is.
fn values(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn declared_values_come_back_as_they_were_spelled() {
    let folder = Folder::new();
    let columns = json!({"columns": [
        {"name": "id", "type": "bytes(hex)"},
        {"name": "ids", "type": "list<bytes(hex)>"},
        {"name": "raw", "type": "bytes(base64)"},
        {"name": "n", "type": "int64"},
        {"name": "h", "type": "json"},
        {"name": "mixed", "type": "timestamp", "input": "epoch_s"},
    ]});
    folder.write("schema.json", columns.to_string());
    let lines = [
        r#"{"id":"00ff","ids":["ab",""],"raw":"AAEC","n":1,"h":{"a":[1]},"ms":1767322800932,"us":"1767322800123456","s":1767322800.5,"m":1}"#,
        r#"{"id":"","ms":1767322800000.5,"us":"-1","s":1767322800.123456789,"mixed":1.5,"h":"x"}"#,
        r#"{"id":"no","s":-0.25,"mixed":"2026-11-28"}"#,
    ];
    folder.write("in.ndjson", lines.join("\n"));
    let times = "--time ms:epoch_ms --time us:epoch_us --time s:epoch_s";
    folder
        .run(&format!("convert in.ndjson -o in.parquet --schema schema.json {times}"))
        .expect_code(0);
    let rows = folder.run("cat in.parquet").expect_code(0).text().to_owned();
    assert_eq!(values(&rows), values(&lines.join("\n")));
    assert!(rows.contains("1767322800.123456789"), "{rows}");
    // With the file's own schema these rows are the same again.
    let schema = folder.run("inspect in.parquet --schema").expect_code(0).text().to_owned();
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    let column = |name: &str| {
        let columns = schema["columns"].as_array().expect("a list");
        columns.iter().find(|column| column["name"] == name).expect(name).clone()
    };
    for (name, ty, input, settled) in [
        ("id", "bytes", Some("hex"), false),
        ("raw", "bytes", Some("base64"), false),
        ("n", "int64", None, false),
        ("m", "int64", None, true),
        ("h", "json", None, false),
        ("us", "timestamp", Some("epoch_us"), false),
    ] {
        let column = column(name);
        assert_eq!(column["type"], ty, "{column}");
        assert_eq!(column.get("input").and_then(Value::as_str), input, "{column}");
        assert_eq!(column.get("settled").is_some(), settled, "{column}");
    }
    folder.write("found.json", schema.to_string());
    folder.write("again.ndjson", &rows);
    folder.run("convert again.ndjson -o again.parquet --schema found.json").expect_code(0);
    assert_eq!(folder.run("cat again.parquet").expect_code(0).text(), rows);
    let hex = folder.command("cat in.parquet").args(["--where", "id = '00ff'"]).output();
    assert_eq!(String::from_utf8(hex.expect("runs").stdout).expect("UTF-8").lines().count(), 1);
}

#[test]
fn epochs_that_were_texts_and_numbers_are_times() {
    let folder = Folder::new();
    folder.write("in.ndjson", "{\"t\":1}\n{\"t\":\"2\"}\n");
    folder.run("convert in.ndjson -o in.parquet --time t:epoch_s").expect_code(0);
    let run = folder.run("cat in.parquet").expect_code(0);
    assert_eq!(run.text(), "{\"t\":\"1970-01-01T00:00:01Z\"}\n{\"t\":\"1970-01-01T00:00:02Z\"}\n");
}

#[test]
fn texts_and_other_values_of_a_column_are_told_apart() {
    let folder = Folder::new();
    let lines = r#"{"level":"info","n":1}
{"level":5,"n":"x"}
{"level":2.50,"n":true}
{"level":[1],"n":2}
{"level":"null","n":[]}
{"level":"5 "}
{"level":true}
"#;
    folder.write("in.ndjson", lines);
    let run = folder.run("convert in.ndjson -o in.parquet --settling-rows 0").expect_code(0);
    run.expect_told(&[
        "\nlevel: 4 of 7 values aren't text and were stored as they are spelled (first: line 2, 5). To keep all as they are, declare level as json.",
    ]);
    let run = folder.run("cat in.parquet").expect_code(0);
    assert_eq!((run.text(), run.stderr.as_str()), (lines, ""));
    // A text that is spelled as one of the others leaves no way to know.
    folder.write("in.ndjson", "{\"level\":\"x\"}\n{\"level\":5}\n{\"level\":\"5\"}\n");
    folder
        .run("convert in.ndjson -o in.parquet --overwrite --settling-rows 0")
        .expect_code(0)
        .expect_told(&[
            "level: 1 of 3 values isn't text and was stored as it is spelled (line 2, 5)",
        ]);
    let run = folder.run("cat in.parquet").expect_code(0);
    assert_eq!(run.text(), "{\"level\":\"x\"}\n{\"level\":\"5\"}\n{\"level\":\"5\"}\n");
    run.expect_told(&["in.parquet: level held texts and other values"]);
    // Declared, it is what was asked for.
    folder.write("schema.json", r#"{"columns":[{"name":"level","type":"text"}]}"#);
    let run = folder.run("convert in.ndjson -o in.parquet --overwrite --schema schema.json");
    assert!(!run.expect_code(0).stderr.contains("level"));
}

#[test]
fn files_of_others_have_a_member_for_each_column() {
    let folder = Folder::new();
    folder.write("in.ndjson", "{\"a_b\":1,\"_rest\":\"{}\"}\n");
    folder.run("convert in.ndjson -o in.parquet").expect_code(0);
    let run = folder.run("cat in.parquet").expect_code(0);
    assert_eq!(run.text(), "{\"a_b\":1,\"_rest\":\"{}\"}\n");
}

#[test]
fn columns_and_rows_are_chosen() {
    let folder = Folder::new();
    let line = |number: i64| json!({"level": if number % 2 == 0 { "info" } else { "error" }, "http": {"status": number, "path": "/"}});
    let lines: Vec<String> = (0..1_000).map(|number| line(number).to_string()).collect();
    folder.write("a/in.ndjson", lines[..600].join("\n"));
    folder.write("a/more.ndjson", lines[600..].join("\n"));
    folder.run("convert a -o out/").expect_code(0);
    let rows = |arguments: &[&str]| -> Vec<Value> {
        let mut command = folder.command("cat");
        let output = command.args(arguments).output().expect("runs");
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    };
    assert_eq!(rows(&["out"]).len(), 1_000);
    let errors = rows(&["out", "--where", "level = 'error' and http_status >= 598", "--head", "2"]);
    assert_eq!(errors, [line(599), line(601)]);
    let paths = rows(&[
        "out/in.parquet",
        "--columns",
        "http.status",
        "--where",
        "level = \"info\" and http_status > 595",
    ]);
    assert_eq!(paths, [596, 598].map(|status| json!({"http": {"status": status}})));
    assert_eq!(rows(&["out", "--head", "0"]), [] as [Value; 0]);
    let by_path =
        rows(&["out", "--where", "http.status < 2 and level = 'info'", "--columns", "http"]);
    assert_eq!(by_path, [json!({"http": {"status": 0, "path": "/"}})]);
}

#[test]
fn what_is_wrong_is_told() {
    let folder = Folder::new();
    folder.write("in.ndjson", "{\"a\":1}\n");
    folder.run("convert in.ndjson -o in.parquet").expect_code(0);
    folder.write("empty/x.txt", "");
    folder
        .run("cat in.parquet --columns b")
        .expect_code(2)
        .expect_told(&["--columns names \"b\"", "inspect"]);
    folder.run("cat in.parquet --where b=1").expect_code(2).expect_told(&["--where names \"b\""]);
    folder.run("cat in.parquet --where a=").expect_code(2).expect_told(&["a value is missing"]);
    folder.run("cat empty").expect_code(1).expect_told(&["empty", ".parquet"]);
    folder.run("cat in.ndjson").expect_code(3).expect_told(&["in.ndjson"]);
    folder.run("cat gone.parquet").expect_code(1).expect_told(&["gone.parquet"]);
}

/// With what columns could not hold, as moments, and with what is in `_rest`.
#[test]
fn conditions_and_columns_see_whole_values() {
    let folder = Folder::new();
    let lines = [
        r#"{"n":1,"t":"2026-11-28T07:05:09Z","d":1,"d":7}"#,
        r#"{"n":"n/a","t":"2026-11-28T07:05:09.123456789Z","e":[1]}"#,
        r#"{"n":2,"t":"2026-11-28T09:05:09.5+02:00"}"#,
    ];
    folder.write("in.ndjson", lines.join("\n"));
    folder.run("convert in.ndjson -o in.parquet --settling-rows 0").expect_code(0);
    let rows = |condition: &str, columns: &str| {
        let mut command = folder.command("cat in.parquet");
        command.args(["--where", condition, "--columns", columns]);
        let output = command.output().expect("runs");
        assert!(output.status.success(), "{condition}: {output:?}");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    assert_eq!(rows("n = 'n/a'", "n"), "{\"n\":\"n/a\"}\n");
    assert_eq!(rows("t > '2026-11-28T07:05:09.2Z'", "n"), "{\"n\":2}\n");
    assert_eq!(rows("t = '2026-11-28 08:05:09.123456789+01:00'", "n"), "{\"n\":\"n/a\"}\n");
    assert_eq!(rows("t <= '2026-11-28 07:05:09'", "d"), "{\"d\":1,\"d\":7}\n");
    // An object is there where one of its members is.
    folder.write(
        "in.ndjson",
        "{\"u\":{\"a\":1}}\n{\"v\":1}\n{\"u\":\"x\"}\n{\"u\":{\"b\":{\"c\":2}}}\n",
    );
    folder.run("convert in.ndjson -o in.parquet --overwrite").expect_code(0);
    let count = |condition: &str| rows(condition, "v").lines().count();
    assert_eq!((count("u is not null"), count("u is null"), count("u.b is not null")), (3, 1, 1));
}

#[test]
fn what_was_written_is_read_whatever_its_size() {
    let folder = Folder::new();
    let line = format!("{{\"a\":\"{}\"}}\n", "x".repeat(15 << 20));
    folder.write("in.ndjson", &line);
    folder.run("convert in.ndjson -o in.parquet").expect_code(0);
    assert_eq!(folder.run("cat in.parquet").expect_code(0).text(), line);
}

#[test]
fn a_forged_footer_is_refused() {
    use std::sync::Arc;

    use parquet::file::metadata::KeyValue;
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    let folder = Folder::new();
    let path = format!("[{}\"x\"]", "\"x\",".repeat(50_000));
    for (name, told) in [
        (format!("[{{\"name\":\"a\",\"path\":{path}}}]"), "names"),
        ("{}".to_owned(), "bucksaw.columns"),
        (r#"[{"name":"a","is_nanos":true}]"#.to_owned(), "nanoseconds of no column"),
        (r#"[{"name":"a","sibling_of":"b","is_nanos":true}]"#.to_owned(), "nanoseconds of \"b\""),
        (r#"[{"name":"a","sibling_of":"b"}]"#.to_owned(), "it is no text"),
        (
            r#"[{"name":"b","sibling_of":"c"},{"name":"x","sibling_of":"b"}]"#.to_owned(),
            "sibling of a sibling",
        ),
        (r#"[{"name":"a","path":[]}]"#.to_owned(), "a path without names"),
        (r#"[{"name":"a","path":["x","y"]},{"name":"b","path":["x","y"]}]"#.to_owned(), "path"),
        (r#"[{"name":"b","path":["x"],"sibling_of":"a"}]"#.to_owned(), "a path"),
        (r#"[{"name":"a","texts":"mixed"},{"name":"a"}]"#.to_owned(), "twice"),
        (r#"[{"name":"a","input":"hex"}]"#.to_owned(), "input"),
        (r#"[{"name":"b","input":"epoch_s"}]"#.to_owned(), "input"),
        (r#"[{"name":"a","is_json":true}]"#.to_owned(), "JSON text"),
    ] {
        let message = "message m { OPTIONAL INT32 a; OPTIONAL BINARY b (STRING); }";
        let pair = KeyValue::new("bucksaw.columns".to_owned(), name);
        let properties =
            WriterProperties::builder().set_key_value_metadata(Some(vec![pair])).build();
        let schema = Arc::new(parse_message_type(message).expect("a schema"));
        let mut file = Vec::new();
        let writer = SerializedFileWriter::new(&mut file, schema, Arc::new(properties));
        writer.expect("a writer").close().expect("a file");
        folder.write("forged.parquet", file);
        for command in ["cat", "inspect --schema"] {
            let run = folder.run(&format!("{command} forged.parquet"));
            run.expect_code(3).expect_told(&["forged.parquet", told]);
        }
        // What can be read is taken as far as it goes; nothing else is.
        let run = folder.run("convert forged.parquet -o made.parquet --overwrite");
        assert!(matches!(run.code, Some(0 | 3)) && !run.stderr.contains("panicked"), "{told}");
    }
}

#[test]
fn a_column_that_some_files_lack_is_null_there() {
    let folder = Folder::new();
    folder.write("in/1.ndjson", "{\"level\":\"info\"}\n");
    folder.write("in/2.ndjson", "{\"http\":{\"status\":200}}\n{\"http\":{\"status\":500}}\n");
    folder.run("convert in -o out/ -q").expect_code(0);
    let rows = |options: &[&str]| {
        let run: Run = folder.command("cat out").args(options).output().expect("runs").into();
        run.expect_code(0).text().to_owned()
    };
    let (ok, error) = ("{\"http\":{\"status\":200}}\n", "{\"http\":{\"status\":500}}\n");
    assert_eq!(rows(&["--where", "http.status >= 500"]), error);
    assert_eq!(rows(&["--where", "level is null"]), format!("{ok}{error}"));
    assert_eq!(rows(&["--columns", "http"]), format!("{{}}\n{ok}{error}"));
    assert_eq!(rows(&["--columns", "http", "--where", "level = 'info'"]), "{}\n");
    for (options, told) in [
        (
            "--columns level,http.stats",
            "--columns names \"http.stats\", which is no column in any of the 2 files (did you mean http.status?)",
        ),
        ("--where levl=1", "--where names \"levl\""),
    ] {
        let run = folder.run(&format!("cat out {options}")).expect_code(2).expect_told(&[told]);
        assert_eq!(run.text(), "");
    }
    let told =
        "out/1.parquet: --columns names \"lvel\", which is no column here (did you mean level?)";
    folder.run("cat out/1.parquet --columns lvel").expect_code(2).expect_told(&[told]);
}

/// What `cat` prints of a file, and of one that is made of it with these options.
fn cat_twice(folder: &Folder, options: &str) -> [String; 2] {
    folder
        .run(&format!("convert in.parquet -o again.parquet --overwrite {options}"))
        .expect_code(0);
    ["in.parquet", "again.parquet"]
        .map(|file| folder.run(&format!("cat {file}")).expect_code(0).text().to_owned())
}

/// Rows of columns that all are of one kind, or whose misfits are.
fn rows_of_all_kinds() -> String {
    let lines = (0..3_000).map(|number| {
        let misfit = if number % 7 == 0 { json!("n/a") } else { json!(number) };
        let line = json!({
            "time": format!("2026-11-28T07:05:09.{:09}Z", number * 1_001),
            "http": {"status": 200, "a.b": {"c": number}, "list": [number, 1]},
            "a_b": 1, "a": {"b": "x"}, "A_B": true, "n__text": "y", "n": misfit,
            "half": if number % 5 == 0 { json!([1, {"x": null}]) } else { json!({"y": 1.5}) },
            "id": format!("{:08x}", number), "ms": 1_767_322_800_932_i64 + number, "_rest": number,
            "big": 1,
        });
        let line = line.to_string();
        format!("{},\"big\":{{\"z\":2}},\"big\":\"3\",\"big\":[4]}}\n", &line[..line.len() - 1])
    });
    lines.collect()
}

const KINDS: &str = "--time ms:epoch_ms --schema schema.json";

#[test]
fn rows_of_a_file_that_was_encoded_anew_are_the_same() {
    let folder = Folder::new();
    folder.write("schema.json", r#"{"columns":[{"name":"id","type":"bytes(hex)"}]}"#);
    folder.write("in.ndjson", rows_of_all_kinds());
    for (first, second) in [
        ("", ""),
        ("--names dotted --row-group-rows 700", "--threads 3"),
        ("--max-columns 9", "--backend arrow"),
        ("--settling-rows 0 --rename n=number", "--names dotted --row-group-rows 100"),
        ("--timestamp-unit ns --nested json", "--backend arrow --threads 1"),
    ] {
        let run = format!("convert in.ndjson -o in.parquet --overwrite {KINDS} {first}");
        folder.run(&run).expect_code(0);
        let [before, after] = cat_twice(&folder, second);
        assert_eq!(before.lines().count(), 3_000);
        for (before, after) in before.lines().zip(after.lines()) {
            assert_eq!(difference(before, after), None, "{first} / {second}:\n{before}\n{after}");
        }
        assert_eq!(before.lines().count(), after.lines().count());
        assert!(after.contains(r#""id":"00000bb7""#) && after.contains(r#""ms":1767322800932"#));
        let columns = folder.run("inspect again.parquet --schema").expect_code(0).text().to_owned();
        assert!(!columns.contains("_rest__3"), "{columns}");
    }
}

#[test]
fn what_is_left_out_or_masked_of_a_file_is_so_of_what_its_columns_could_not_hold() {
    let folder = Folder::new();
    folder
        .write("in.ndjson", "{\"n\":1,\"k\":1,\"k\":\"secret-k\"}\n{\"n\":\"secret-n\",\"k\":2}\n");
    folder.run("convert in.ndjson -o in.parquet --settling-rows 0").expect_code(0);
    for options in ["--redact n=mask --redact k=mask", "--drop n --drop k"] {
        let [before, after] = cat_twice(&folder, options);
        assert!(before.contains("secret-n") && before.contains("secret-k"), "{before}");
        assert!(!after.contains("secret"), "{options}: {after}");
    }
}

#[test]
fn texts_that_can_not_be_told_from_other_values_are_told_of_again() {
    let folder = Folder::new();
    folder.write("in.ndjson", "{\"level\":\"x\"}\n{\"level\":5}\n{\"level\":\"y\"}\n");
    folder.run("convert in.ndjson -o in.parquet --settling-rows 0").expect_code(0);
    let [before, after] = cat_twice(&folder, "");
    assert_eq!(before, "{\"level\":\"x\"}\n{\"level\":5}\n{\"level\":\"y\"}\n");
    assert_eq!(after, before.replace('5', "\"5\""));
    let run = folder.run("cat again.parquet").expect_code(0);
    run.expect_told(&["again.parquet: level held texts and other values"]);
}

#[test]
fn files_that_disagree_about_a_column_lose_nothing() {
    let folder = Folder::new();
    folder.write("schema.json", r#"{"columns":[{"name":"id","type":"bytes(hex)"}]}"#);
    folder.write("plain.json", r#"{"columns":[{"name":"id","type":"bytes(base64)"}]}"#);
    let first = "{\"http\":{\"status\":1},\"id\":\"00ff\",\"n\":1}\n{\"n\":\"x\"}\n";
    let second = "{\"http_status\":2,\"id\":\"AP8=\",\"n\":\"t\"}\n{\"n\":5}\n";
    folder.write("1.ndjson", first);
    folder.write("2.ndjson", second);
    folder
        .run("convert 1.ndjson -o 1.parquet --schema schema.json --settling-rows 0")
        .expect_code(0);
    folder
        .run("convert 2.ndjson -o 2.parquet --schema plain.json --settling-rows 0")
        .expect_code(0);
    folder.run("convert 1.parquet 2.parquet -o both.parquet").expect_code(0);
    let rows = folder.run("cat both.parquet").expect_code(0).text().to_owned();
    let expected = json!([
        {"http": {"status": 1}, "id": "AP8=", "n": 1}, {"n": "x"},
        {"http_status": 2, "id": "AP8=", "n": "t"}, {"n": "5"},
    ]);
    assert_eq!(json!(values(&rows)), expected);
}
