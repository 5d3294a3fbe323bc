//! The models of the targets can tell right from wrong.

use std::panic::catch_unwind;

use bucksaw::{ColumnType, DeclaredSchema, NdjsonOptions, Options};
use bucksaw_fuzz::inspect_rows::{files, footer_len, thrift::Node};
use bucksaw_fuzz::lines::{Rules, convert};
use bucksaw_fuzz::scratch;
use bucksaw_inspect::File;

/// What the file of some lines is held against, and whether that is noticed.
fn is_noticed(lines: &str, said: &str) -> bool {
    let schema = DeclaredSchema::new().column("l", ColumnType::list_of(ColumnType::Int64));
    let ndjson = NdjsonOptions::default();
    let options = Options::new().schema(schema.clone());
    let converted = convert(lines.as_bytes(), options, ndjson.clone()).expect("a file");
    let rules = Rules { ndjson, may_refuse: false, schema };
    catch_unwind(move || converted.check(said.as_bytes(), &rules)).is_err()
}

#[test]
fn what_is_lost_altered_or_made_up_is_noticed() {
    let lines = "{\"a\":1,\"b\":\"x\",\"l\":[1,null,2]}\n\n{\"a\":\"text\",\"b\":[ ],\"a\":0.5}\n{\"a\":}\n{\"b\":1.50}\n";
    assert!(!is_noticed(lines, lines));
    for (part, instead) in [
        ("\"a\":1", "\"a\":2"),
        ("\"a\":1,", ""),
        ("\"x\"", "\"y\""),
        ("[1,null,2]", "[1,2]"),
        ("[1,null,2]", "[1,null,3]"),
        ("\"text\"", "\"texts\""),
        ("[ ]", "[]"),
        (",\"a\":0.5", ""),
        ("0.5", "0.25"),
        ("{\"a\":}\n", ""),
        ("{\"a\":}", "{\"b\":}"),
        ("{\"a\":}", "{}"),
        ("\n\n", "\n"),
        ("\n\n", "\n\x0c\n"),
        ("1.50", "\"1.5\""),
        ("1.50", "1.51"),
        ("{\"b\":1.50}", "{\"b\":1.50,\"c\":1}"),
        ("{\"b\":1.50}\n", ""),
    ] {
        let said = lines.replacen(part, instead, 1);
        assert_ne!(said, lines, "{part}");
        // The same number of bytes, so that the values are what is noticed.
        let padding = " ".repeat(lines.len().saturating_sub(said.len()));
        let said = said.replacen('\n', &format!("{padding}\n"), 1);
        assert!(is_noticed(lines, &said), "{instead:?} for {part:?}");
    }
}

#[test]
fn the_files_that_are_changed_are_sound() {
    for file in files::all() {
        let path = scratch::file(&[file]);
        let opened = File::open(&path).expect("sound");
        assert!(opened.rows(5).all(|row| row.is_ok()));
        opened.explain().expect("sound");
        let footer = &file[file.len() - 8 - footer_len(file)..file.len() - 8];
        let tree = Node::read(&mut &*footer).expect("a footer");
        assert_eq!(tree.written(), footer);
    }
}
