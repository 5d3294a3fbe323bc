//! `convert --verify`.

use crate::support::{Folder, synth40};

#[test]
fn files_that_are_verified_appear_as_others_do() {
    let folder = Folder::new();
    folder.write("in.ndjson", synth40(3_000));
    folder.run("convert in.ndjson -o plain.parquet -q").expect_code(0);
    folder.run("convert in.ndjson -o verified.parquet -q --verify").expect_code(0);
    assert_eq!(folder.read("plain.parquet"), folder.read("verified.parquet"));
    folder.run("convert in.ndjson -o all/ -q --verify --backend arrow").expect_code(0);
    folder.run("convert in.ndjson -o lake/ -q --verify --roll-rows 1000").expect_code(0);
    let run = folder.run("convert in.ndjson -o - --verify").expect_code(2);
    run.expect_told(&["what goes to a stream is gone by then: name a file"]);
}
