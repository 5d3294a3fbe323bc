//! What the summary says of values that don't fit: which line, of which input, in which file.

use crate::support::Folder;

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("a.ndjson", "{\"n\":1,\"A\":1,\"a\":1}\n".repeat(20));
    folder.write("b.ndjson", "\n{\"n\":1}\n{\"n\":\"x\"}\n".to_owned() + &"{\"n\":2}\n".repeat(20));
    folder
}

#[test]
fn lines_are_told_and_with_many_inputs_which() {
    let folder = folder();
    let told = |arguments: &str| {
        folder
            .run(&format!("convert {arguments} --overwrite --settling-rows 1"))
            .expect_code(0)
            .stderr
    };
    let one = told("b.ndjson -o out.parquet");
    let fits = "n: 1 of 22 values doesn't fit int64; it is in n__text (line 3, \"x\").";
    assert!(one.lines().any(|line| line.starts_with(fits)), "{one}");
    let both = told("a.ndjson b.ndjson -o out.parquet");
    let fits = "n: 1 of 42 values doesn't fit int64; it is in n__text (b.ndjson: line 3, \"x\").";
    assert!(both.lines().any(|line| line.starts_with(fits)), "{both}");
    assert!(both.contains("\ncolumn \"a\" is stored as "), "{both}");
    let json = folder.run("convert b.ndjson -o out.parquet --overwrite --settling-rows 1 --json");
    let misfits = json.json()["reports"][0]["files"][0]["misfits"][0].clone();
    assert_eq!((&misfits["first_line"], &misfits["first_row"]), (&3.into(), &1.into()));
    assert_eq!(misfits["first_source"], "b.ndjson");
}

#[test]
fn with_many_outputs_the_file_is_told() {
    let folder = folder();
    let run = folder.run("convert a.ndjson b.ndjson -o out/ --settling-rows 1").expect_code(0);
    run.expect_told(&[
        "\nout/b.parquet: n: 1 of 22 values doesn't fit int64; it is in n__text (line 3, \"x\").",
        "\ncolumn \"a\" is stored as ",
        "\n1 value of another type than its column's, kept as text in NAME__text\n",
    ]);
}

#[test]
fn many_outputs_take_a_few_lines() {
    let folder = Folder::new();
    for input in 0..15 {
        folder.write(&format!("in/{input:02}.ndjson"), "{\"n\":1,\"N\":2}\n".repeat(2));
    }
    let told = folder.run("convert in -o out/").expect_code(0).stderr;
    assert_eq!(told.matches("\nout/").count(), 9, "{told}");
    assert!(
        told.starts_with("out/00.parquet: 2 rows, ") && told.contains("\n5 more files: 10 rows, "),
        "{told}"
    );
    assert_eq!(told.matches("is stored as").count(), 1, "{told}");
}

#[test]
fn advice_names_the_flag_that_helps() {
    let folder = Folder::new();
    folder.write("in.ndjson", "{\"t\":\"2026-11-28T07:05:09Z\",\"n\":1}\n{\"t\":\"2026-11-28 07:05:10\",\"n\":0.5}\n{\"t\":\"-\",\"n\":2}\n");
    let run = folder.run("convert in.ndjson -o out.parquet --settling-rows 1").expect_code(0);
    run.expect_told(&[
        "t: 2 of 3 values don't fit timestamp; they are in t__text (first: line 2, \"2026-11-28 07:05:10\"). \
         To read such as times, declare how they are spelled (--time t:INPUT), or the zone that they lack \
         (--time t --assume-timezone ZONE).",
        "declare n as double if all of them are numbers, else as text; or have all rows settle its type (--scan).",
    ]);
    // Where a declaration says the type, no scan changes it.
    folder.write("s.json", r#"{"columns": [{"name": "n", "type": "int64"}]}"#);
    let run = folder.run("convert in.ndjson -o out.parquet --overwrite --schema s.json");
    assert!(!run.expect_code(0).stderr.contains("--scan"));
}

#[test]
fn bytes_in_a_column_of_text_are_told() {
    let folder = Folder::new();
    let entry = |message: &[u8]| [&b"__CURSOR=c\nMESSAGE"[..], message, b"\n\n"].concat();
    folder.write("in", [entry(b"=text"), entry(b"\n\x01\0\0\0\0\0\0\0\xff")].concat());
    let told = "MESSAGE: 1 value of bytes in a column of text, stored in base64 (first: row 2).";
    let options = "--format journald-export";
    folder.run(&format!("convert in -o a.parquet {options}")).expect_code(0).expect_told(&[told]);
    assert_eq!(folder.rows("a.parquet")[1]["MESSAGE"], "/w==");
}
