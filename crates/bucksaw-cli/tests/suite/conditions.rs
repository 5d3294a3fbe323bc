//! `cat --where` reads values as the types of columns do, and tells what they can't; `cat` and `lint` go on behind damaged files.

use crate::support::{Folder, Run};

#[track_caller]
fn asked(folder: &Folder, files: &str, condition: &str) -> Run {
    let mut command = folder.command(&format!("cat {files} --columns row --where"));
    command.arg(condition).output().expect("runs").into()
}

/// The rows that a condition is true of, by their numbers.
#[track_caller]
fn rows(folder: &Folder, files: &str, condition: &str) -> String {
    let run = asked(folder, files, condition).expect_code(0);
    let digits = |line: &str| line.chars().filter(char::is_ascii_digit).collect::<String>();
    run.text().lines().map(digits).collect::<Vec<_>>().join(" ")
}

#[test]
fn values_are_read_as_columns_read_them() {
    let folder = Folder::new();
    let lines = r#"{"row":1,"start":1764435000000000000,"t":"2026-11-28T07:05:09Z","n":5,"yes":true,"m":"7","o":{"x":1},"l":[1]}
{"row":2,"start":1764435000000000001,"t":"2020-01-01T00:00:00Z","n":9007199254740992,"yes":false,"m":"x"}
{"row":3,"start":1764435001000000000,"n":9007199254740993,"m":"true"}
"#;
    folder.write("in.ndjson", lines);
    folder.write("schema.json", r#"{"columns":[{"name":"l","type":"list<int64>"}]}"#);
    folder
        .run("convert in.ndjson -o in.parquet --time start:epoch_ns --schema schema.json")
        .expect_code(0);
    for (condition, expected) in [
        ("start >= 1764435000000000001", "2 3"),
        ("start = '1764435000000000000'", "1"),
        ("start < 1764435000000000000.5", "1"),
        ("start > '2025-11-29T16:50:00Z'", "2 3"),
        ("start like '1764435001%'", "3"),
        ("t > '2020-01-01'", "1"),
        ("n = '5' or n = 9007199254740992.5", "1"),
        ("n > 9007199254740992.5", "3"),
        ("yes = 'true'", "1"),
        ("m = 7", "1"),
        ("m = true", "3"),
        ("o is not null and l is not null and l like '[1]'", "1"),
    ] {
        assert_eq!(rows(&folder, "in.parquet", condition), expected, "{condition}");
    }
    for (condition, told) in [
        ("start = 'noon'", "\"start\" is a column of times, which the text \"noon\""),
        ("start = 'noon'", "or a number since 1970"),
        ("t < 'yesterday'", "write a time such as '2026-11-28T07:05:09.25Z'"),
        ("t > '2026-13-45' or n = 5", "the text \"2026-13-45\""),
        ("t = 5", "\"t\" is a column of times, which 5"),
        ("n = 'x'", "in.parquet: \"n\" is a column of integers"),
        ("n = '5.0'", "write a number"),
        ("not n != true", "which true can't be compared with"),
        ("yes = 1", "write true or false"),
        ("l = 1", "\"l\" is a list"),
        ("o = 1", "\"o\" is an object"),
        ("o like '%'", "name one of its members"),
    ] {
        let run = asked(&folder, "in.parquet", condition).expect_code(2).expect_told(&[told]);
        assert_eq!(run.text(), "", "{condition}");
    }
    // One of several files is enough: no value of the others is equal.
    folder.write("more.ndjson", "{\"row\":4,\"n\":\"x\"}\n{\"row\":5,\"n\":\"y\"}\n");
    folder.run("convert more.ndjson -o more.parquet").expect_code(0);
    assert_eq!(rows(&folder, "in.parquet more.parquet", "n = 'x'"), "4");
    assert_eq!(rows(&folder, "more.parquet in.parquet", "n != 'x'"), "5 1 2 3");
    assert_eq!(rows(&folder, "in.parquet more.parquet", "n = 5"), "1");
    asked(&folder, "in.parquet more.parquet", "t = 'x'").expect_code(2).expect_told(&["\"t\" is"]);
    // What a column could not hold is text.
    folder.write("in.ndjson", "{\"row\":1,\"n\":5}\n{\"row\":2,\"n\":\"n/a\"}\n");
    folder.run("convert in.ndjson -o in.parquet --overwrite --settling-rows 0").expect_code(0);
    assert_eq!(rows(&folder, "in.parquet", "n = 'n/a'"), "2");
    assert_eq!(rows(&folder, "in.parquet", "n = '5'"), "1");
}

#[test]
fn the_help_names_what_is_no_number() {
    let run = Folder::new().run("cat --help").expect_code(0);
    let help = run.text().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(help.contains("NaN, Infinity, -Infinity"), "{help}");
}

#[test]
fn a_damaged_file_keeps_no_other_from_being_read() {
    let folder = Folder::new();
    folder.write("in/1.ndjson", "{\"row\":1}\n");
    folder.write("in/3.ndjson", "{\"row\":3}\n");
    folder.run("convert in -o out/ -q").expect_code(0);
    folder.write("out/2.parquet", "PAR1, and no more");
    for options in ["", " --where row>0", " --columns row"] {
        let run = folder.run(&format!("cat out{options}")).expect_code(3);
        assert_eq!(run.text(), "{\"row\":1}\n{\"row\":3}\n");
        run.expect_told(&["out/2.parquet"]);
    }
    folder.run("cat out --where rwo>0").expect_code(2).expect_told(&["did you mean row?"]);
    folder.run("cat out/2.parquet --where rwo>0").expect_code(3).expect_told(&["out/2.parquet"]);
    let run = folder.run("lint out").expect_code(3).expect_told(&["out/2.parquet"]);
    assert!(run.text().contains("1.parquet") && run.text().contains("3.parquet"), "{}", run.text());
}
