//! `bucksaw verify`: what is sound, what is damaged and where, and the code that it ends with.

use serde_json::{Value, json};

use crate::support::Folder;

const LINES: &str = "{\"a\":1,\"t\":\"x\"}\n{\"a\":2,\"t\":\"y\"}\n{\"a\":3}\n";

/// A folder with a sound file and a damaged one, which has another byte in its first page.
fn folder() -> Folder {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("files")).expect("a folder");
    folder.write("in.ndjson", LINES);
    folder.run("convert in.ndjson -o files/sound.parquet").expect_code(0);
    let mut bytes = folder.read("files/sound.parquet");
    // The last byte before the second chunk is in the body of the first one's last page.
    let chunk = folder.footer("files/sound.parquet").row_group(0).column(0).byte_range();
    bytes[(chunk.0 + chunk.1) as usize - 1] ^= 1;
    folder.write("files/damaged.parquet", bytes);
    folder
}

#[test]
fn a_sound_file_is_told_so() {
    let run = folder().run("verify files/sound.parquet").expect_code(0);
    let told = "files/sound.parquet: sound: 3 rows, 1 row group, 2 pages, all with checksums\n";
    assert_eq!(run.text(), told);
}

#[test]
fn damage_is_told_with_its_place_and_the_other_files_are_verified_all_the_same() {
    let folder = folder();
    folder.write("files/cut.parquet", &folder.read("files/sound.parquet")[..100]);
    let run = folder.run("verify files/").expect_code(3);
    let lines: Vec<&str> = run.text().lines().collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(
        lines[0].starts_with("files/damaged.parquet: row group 0, a, page 0, at byte 4: the page's checksum doesn't match"),
        "{lines:?}"
    );
    assert!(lines[1].starts_with("files/sound.parquet: sound: 3 rows"), "{lines:?}");
    run.expect_told(&["1 of 3 files", "files/cut.parquet", "truncated or was never finished"]);
}

#[test]
fn json_has_a_line_for_each_file_and_the_error() {
    let folder = folder();
    let run = folder.run("verify files/ --json").expect_code(3);
    let lines: Vec<Value> =
        run.text().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert_eq!(lines[0]["is_sound"], json!(false));
    let problem = &lines[0]["problems"][0];
    let place = ["row_group", "column", "page", "offset"].map(|name| problem[name].clone());
    assert_eq!(place, [json!(0), json!("a"), json!(0), json!(4)]);
    assert_eq!((&lines[1]["is_sound"], &lines[1]["rows"]), (&json!(true), &json!(3)));
    assert_eq!(lines[2]["error"]["exit_code"], json!(3));
    // With nothing wrong, there is no error.
    let run = folder.run("verify files/sound.parquet --json").expect_code(0);
    assert_eq!(run.json()["path"], json!("files/sound.parquet"));
}

#[test]
fn a_file_that_is_not_there_fails() {
    let folder = folder();
    folder.run("verify none.parquet").expect_code(1).expect_told(&["none.parquet"]);
    // What is damaged weighs more.
    folder.run("verify none.parquet files/").expect_code(3).expect_told(&["none.parquet"]);
}
