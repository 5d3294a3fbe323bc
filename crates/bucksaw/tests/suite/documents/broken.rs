//! Documents that are broken: what is rejected, where that is said to be, and what stays.

use bucksaw::{ErrorKind, Input, MemorySink, OnError, Options};

use super::{convert, documents, records_at};

#[test]
fn a_malformed_element_is_rejected_alone() {
    for (source, kept, place) in [
        ("[{\"a\":1},{\"a\":tru},{\"a\":2}]", "{\"a\":tru}|", (1, 18, 17)),
        ("[{\"a\":1},\n {\"a\":\n 1,}\n,{\"a\":2}]", "{\"a\":\n 1,}|", (3, 4, 20)),
        ("[{\"a\":1},{\"a\":[1}},{\"a\":2}]", "{\"a\":[1}}|", (1, 17, 16)),
        ("[{\"a\":1},nul,{\"a\":2}]", "nul|", (1, 10, 9)),
        ("[{\"a\":1},{\"a\":\"\u{1}\"},{\"a\":2}]", "{\"a\":\"\u{1}\"}|", (1, 16, 15)),
        ("[{\"a\":1},,{\"a\":2}]", ",|", (1, 10, 9)),
        ("[{\"a\":1},{\"a\":2},]", "]|", (1, 18, 17)),
        ("[{\"a\":1} {\"b\":0},{\"a\":2}]", "{\"b\":0}|", (1, 10, 9)),
        ("[{\"a\":1}},{\"a\":2}]", "}|", (1, 9, 8)),
        ("{\"a\":1},{\"a\":2}", ",|", (1, 8, 7)),
        ("{\"a\":1}]{\"a\":2}", "]|", (1, 8, 7)),
        ("\u{1e}{\"a\":1}\u{1e}{\"a\":\u{1e}{\"a\":2}", "{\"a\":|", (1, 15, 14)),
        ("\u{1e}{\"a\":1}\u{1e}{\"a\":\"\u{1e}{\"a\":2}", "{\"a\":\"|", (1, 16, 15)),
    ] {
        let read = convert(source, &documents());
        assert_eq!(read.counts.rows, 2, "{source}");
        assert_eq!(read.kept, kept, "{source}");
        let (line, column, byte, _) = read.reasons()[0];
        assert_eq!((line, column, byte), place, "{source}");
    }
}

#[test]
fn what_comes_before_an_end_that_is_missing_stays() {
    for (source, kept, place) in [
        ("[{\"a\":1},\n", "|", (2, 1, 10)),
        ("[{\"a\":1}", "|", (1, 9, 8)),
        ("[{\"a\":1},{\"a\":\"x", "{\"a\":\"x|", (1, 17, 16)),
        ("{\"a\":1}\n{\"a\":{}", "{\"a\":{}|", (2, 8, 15)),
        ("{\"a\":1}\n{\n\"a\":{}", "{\n\"a\":{}|", (3, 7, 16)),
        ("[{\"a\":1},{\"a\":2]}, {\"a\":3}\n", "]}, {\"a\":3}\n|", (1, 1, 0)),
    ] {
        let mut writer = Options::new().write_to(MemorySink::new()).expect("sound options");
        let input = Input::open("in", source.as_bytes(), &documents(), OnError::Fail);
        let error = writer.write_input(&mut input.expect("readable")).expect_err("no end");
        if kept == "]}, {\"a\":3}\n|" {
            // The brackets that close are counted, whichever they are.
            assert_eq!(error.kind(), ErrorKind::Malformed);
            continue;
        }
        assert_eq!(error.kind(), ErrorKind::Truncated, "{source}");
        assert!(error.to_string().contains("--on-error skip reads the whole elements"), "{error}");
        let read = convert(source, &documents());
        assert_eq!((read.counts.rows, read.counts.truncated), (1, 1), "{source}");
        assert_eq!(read.kept, kept, "{source}");
        let (line, column, byte, _) = read.reasons()[0];
        assert_eq!((line, column, byte), place, "{source}");
    }
}

#[test]
fn a_document_without_the_records_that_are_asked_for_is_told() {
    let read = convert("{\"a\":[{\"b\":1}]}\n{\"c\":2}{\"a\":null}{\"a\":3}", &records_at("a"));
    assert_eq!(read.counts.rows, 1);
    let reasons = [
        (2, 7, 22, "the object that ends here has no member that leads to records"),
        (2, 23, 38, "expected an object ({…}), found a number: \"3\""),
    ];
    assert_eq!(read.reasons(), reasons);
    for (source, rows, rejected) in [
        ("{\"a\" 1, \"a\":[{\"b\":1}]}", 1, 1),
        ("{a:1, \"a\":[{\"b\":1}]}", 1, 3),
        ("{\"a\":[{\"b\":1}],}", 1, 1),
        ("{\"a\":[{\"b\":1}] \"c\":1}", 1, 3),
        ("{\"a\":}", 0, 1),
        ("{:,\"a\":{\"b\":1}}", 1, 1),
        ("{]\"a\":{\"b\":1}}", 1, 1),
        ("[1,{\"a\":[{\"b\":1}]}]", 1, 1),
        ("[{\"b\":1}]", 0, 1),
        ("7 {\"a\":{\"b\":1}}", 1, 1),
    ] {
        let read = convert(source, &records_at("a"));
        let is_so = read.counts.rows == rows && read.counts.rejected == rejected;
        assert!(is_so, "{source}: {rows} {:?}", read.reasons());
    }
}

/// However deep, and however many.
#[test]
fn brackets_without_end_are_no_trouble() {
    let deep = "[".repeat(1_000_000);
    assert_eq!(convert(&deep, &documents()).counts.rejected, 1);
    let deep = format!("[{{\"a\":{}{}}}]", "[".repeat(300_000), "]".repeat(300_000));
    assert_eq!(convert(&deep, &documents()).counts.rows, 1);
    // One for a run of them, and for each part of it that is read at a time.
    assert_eq!(convert("]".repeat(10_000), &documents()).counts.rejected, 1);
    assert!(convert("]".repeat(3_000_000), &documents()).counts.rejected < 100);
    let read = convert("]]{\"a\":1}]}]\n,{\"a\":2}", &documents());
    assert_eq!((read.counts.rows, &*read.kept), (2, "]]|]}]|,|"));
    let many = format!("[{}]", "{},".repeat(50_000).trim_end_matches(','));
    assert_eq!(convert(&many, &documents()).counts.rows, 50_000);
}
