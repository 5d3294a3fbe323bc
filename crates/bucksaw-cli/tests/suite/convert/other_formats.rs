//! Inputs that are no NDJSON, or not only: what they are is said, and what helps.

use std::io::{Read as _, Write as _};

use serde_json::{Value, json};

use crate::support::{Folder, synth40};

pub(super) fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Whatever becomes of malformed lines: it has none.
#[test]
fn another_format_is_named_with_the_command_that_helps() {
    let folder = Folder::new();
    folder.write("n.ndjson", "{\"n\":1}\n");
    folder.run("convert n.ndjson -o n.parquet").expect_code(0);
    let lines = "{\"n\":1}\r\n{\"n\":2}\r\n";
    let with_mark = [&b"\xff\xfe"[..], &utf16(lines)].concat();
    let tar = [&b"a.ndjson"[..], &[0; 249], b"ustar\x0000", &[0; 300], b"{\"n\":1}\n"].concat();
    for (bytes, told) in [
        (
            with_mark.clone(),
            "UTF-16, not NDJSON: iconv -f UTF-16 -t UTF-8 FILE | bucksaw convert -",
        ),
        (utf16(lines), "iconv -f UTF-16LE -t UTF-8 FILE"),
        (gzip(&with_mark), "iconv -f UTF-16 -t UTF-8 FILE"),
        (b"BZh91AY&SY\x01\x02\n\x03".to_vec(), "bzip2 -dc FILE | bucksaw convert -"),
        (b"\xfd7zXZ\0\0\x04".to_vec(), "xz -dc FILE"),
        (b"PK\x03\x04\x14\0".to_vec(), "unzip -p FILE"),
        (tar, "tar -xOf FILE"),
        (gzip(&gzip(lines.as_bytes())), "gzip -dc FILE"),
    ] {
        folder.write("in", bytes);
        for more in ["", "--on-error skip", "--on-error ./bad", "--threads 2 --cores 2"] {
            let run = folder.run(&format!("convert in -o out.parquet {more}"));
            run.expect_code(3).expect_told(&["bucksaw: in: this is ", told]);
            assert_eq!(folder.names(), ["in", "n.ndjson", "n.parquet"], "{told}");
        }
    }
}

/// Such a first line alone may be anything: it is guessed, behind what is wrong with it.
#[test]
fn another_form_of_json_is_guessed_at_the_first_line() {
    let folder = Folder::new();
    for (content, place, told) in [
        ("[{\"a\":1},{\"a\":2}]\n", "in: line 1, column 1 (byte 0)", "--format json"),
        ("\n{\n \"a\": 1\n}\n", "in: line 2, column 2 (byte 2)", "--format json"),
        ("{\"a\":1}{\"a\":2}\n", "in: line 1, column 8 (byte 7)", "--format json"),
        ("\u{1e}{\"a\":1}\n", "in: line 1", "--format json"),
        (
            "\u{7f}ELF\u{2}\u{1}\0\0\n",
            "in: line 1",
            "binary file: it starts with 7f 45 4c 46 02 01 00 00",
        ),
    ] {
        folder.write("in", content);
        let run = folder.run("convert in -o out.parquet --format ndjson");
        let told = run.expect_code(3).expect_told(&[place, told]).stderr;
        assert!(!told.contains("--on-error skip"), "{told}");
    }
    folder.write("in", "time,level,text\n1,info,up\n2,info,down\n");
    let run = folder.run("convert in -o out.parquet").expect_code(3);
    run.expect_told(&["this looks like CSV: say so with --format csv"]);
    // A line that is too long tells the same.
    folder.write("in", format!("[{}0]\n", "1, ".repeat(1 << 20)));
    let run = folder.run("convert in -o out.parquet --memory-limit 8MiB");
    run.expect_code(3).expect_told(&["longer than 2097152 bytes", "--format json"]);
    // The first line was one.
    folder.write("in", "{\"a\":1}\n[{\"a\":1}]\n");
    let run = folder.run("convert in -o out.parquet").expect_code(3);
    assert!(!run.stderr.contains("--format"), "{}", run.stderr);
    assert_eq!(folder.names(), ["in"]);
}

#[test]
fn one_object_around_all_rows_is_told() {
    let folder = Folder::new();
    for content in
        ["{\"Records\":[{\"a\":1},{\"a\":2}]}\n", "{\n\"Records\":[\n{\"a\":1},{\"a\":2}]}\n"]
    {
        folder.write("in.json", content);
        let run = folder.run("convert in.json -o out.parquet --quiet --overwrite").expect_code(0);
        let told = "in.json: it is one row, whose member Records is an array of objects; to have a row of each: --records Records\n";
        assert_eq!(run.stderr, told);
    }
    // Rows of several lines are meant.
    folder.write("in.json", "{\"Records\":[{\"a\":1}]}\n{\"Records\":[{\"a\":2}]}\n");
    let run = folder.run("convert in.json -o out.parquet --quiet --overwrite").expect_code(0);
    assert_eq!(run.stderr, "");
}

/// As where a log file is cut to nothing while it is written.
#[test]
fn nul_bytes_before_lines_are_skipped_and_counted() {
    let folder = Folder::new();
    let nuls = |count: usize| vec![0; count];
    // More than the longest line, in the middle of a chunk, longer than a chunk, and at the end.
    let counts = [3 << 20, 5, 400_000, 7];
    let [first, second, third, last] = counts.map(nuls);
    let bytes =
        [&first[..], b"{\"n\":1}\n", &second, b"{\"n\":2}\n\n", &third, b"{\"n\":3}\n", &last]
            .concat();
    folder.write("in", &bytes);
    for threads in ["1", "2"] {
        let options = format!("--memory-limit 8MiB --overwrite --threads {threads} --cores 2");
        let run = folder.run(&format!("convert in -o out.parquet --json {options}")).expect_code(0);
        assert_eq!(folder.rows("out.parquet"), [1, 2, 3].map(|n| json!({ "n": n })));
        let skipped: usize = counts.iter().sum();
        let expected = json!({
            "records": 3, "rows": 3, "rejected": 0, "blank": 1, "bytes": bytes.len(),
            "nul_bytes": skipped, "deletions": 0, "outside": 0, "text_lines": 0, "truncated": 0, "withheld": 0,
        });
        assert_eq!(run.json()["input"], expected);
        run.expect_told(&["3,545,740 NUL bytes skipped, which pad files"]);
    }
    // Positions are those of the file.
    folder.write("in", [&first[..], b"{\"n\":1}\n", &second, b"bad\n"].concat());
    let run = folder.run("convert in -o out.parquet --overwrite --memory-limit 8MiB");
    run.expect_code(3).expect_told(&["in: line 2, column 1 (byte 3145741)"]);
    // Within a line they are what they are.
    folder.write("in", b"{\"n\":1}\n{\"n\":\0 2}\n");
    folder
        .run("convert in -o out.parquet --overwrite")
        .expect_code(3)
        .expect_told(&["line 2, column 6"]);
}

#[test]
fn gzip_that_is_padded_with_zeros_is_read() {
    let folder = Folder::new();
    let lines = gzip(b"{\"n\":1}\n");
    folder.write("in.gz", [&lines[..], &[0; 700], &lines, &[0; 9_000]].concat());
    folder.run("convert in.gz -o out.parquet").expect_code(0);
    assert_eq!(folder.rows("out.parquet"), [json!({"n": 1}), json!({"n": 1})]);
}

#[test]
fn of_a_cut_file_the_whole_lines_can_be_had() {
    let content = synth40(2_000);
    let frames = zstd::encode_all(&content[..], 1).expect("memory takes everything");
    for (name, whole) in [("in.gz", gzip(&content)), ("in.zst", frames)] {
        let folder = Folder::new();
        let cut = &whole[..whole.len() * 2 / 3];
        folder.write(name, cut);
        let run = folder.run(&format!("convert {name} -o out.parquet"));
        let run = run.expect_code(3);
        run.expect_told(&[&format!("bucksaw: {name}: line "), "has no end", "--on-error skip"]);
        assert_eq!(folder.names(), [name]);

        let command = format!("convert {name} -o out.parquet --on-error ./bad --json");
        let run = folder.run(&command).expect_code(0);
        let read = content_of(cut);
        assert!(content.starts_with(&read) && read.len() > 100_000, "{}", read.len());
        let end = read.iter().rposition(|byte| *byte == b'\n').expect("a line") + 1;
        let lines = read.iter().filter(|byte| **byte == b'\n').count();
        assert_eq!(folder.rows("out.parquet").len(), lines);
        assert_eq!(folder.read("bad"), [&read[end..], b"\n"].concat());
        let reason: Value = serde_json::from_str(&folder.text("bad.reasons.ndjson")).expect("one");
        assert_eq!(reason["line"], lines + 1);
        assert_eq!(reason["byte"], read.len());
        assert_eq!(reason["column"], read.len() - end + 1);
        let input = &run.json()["input"];
        assert_eq!((&input["rejected"], &input["truncated"]), (&json!(1), &json!(1)));
        assert_eq!((&input["rows"], &input["bytes"]), (&json!(lines), &json!(read.len())));
        // Also where nothing else is said.
        let run = folder.run(&format!("{command} --overwrite --quiet")).expect_code(0);
        run.expect_told(&[name, "has no end", "whole lines were read", "behind left out"]);
    }
}

/// What of a cut file can be decompressed.
fn content_of(cut: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    let read = match cut.starts_with(b"\x1f\x8b") {
        true => flate2::read::GzDecoder::new(cut).read_to_end(&mut content),
        false => zstd::Decoder::new(cut).expect("a frame").read_to_end(&mut content),
    };
    read.expect_err("it has no end");
    content
}

#[test]
fn a_format_that_is_named_wrongly_is_told() {
    let folder = Folder::new();
    folder.write("a.csv", "a,b\n1,2\n");
    let run = folder.run("convert a.csv -o a.parquet --format parquet");
    run.expect_code(3).expect_told(&["a.csv", "no Parquet file", "--format auto"]);
    let run = folder.run("convert a.csv -o a.parquet --format arrow");
    run.expect_code(3).expect_told(&["a.csv", "neither Arrow's stream nor its file"]);
}

#[test]
fn types_of_files_are_checked_for_readers_too() {
    let folder = Folder::new();
    folder.write("a.ndjson", "{\"t\":\"2026-01-02T03:04:05.123456789Z\"}\n");
    folder.run("convert a.ndjson -o ns.parquet --timestamp-unit ns -q").expect_code(0);
    let run = folder.run("convert ns.parquet -o b.parquet --for spark");
    run.expect_code(2).expect_told(&["t: not for spark: nanoseconds"]);
    assert!(!folder.path("b.parquet").exists());
    folder.run("convert ns.parquet -o b.parquet --for pyarrow -q").expect_code(0);
}

#[test]
fn pages_of_parquet_that_are_not_as_their_checksums_say_are_no_rows() {
    let folder = Folder::new();
    let lines: String = (0..500).map(|n| format!("{{\"n\":{}}}\n", n * 7)).collect();
    folder.write("in.ndjson", lines);
    folder.run("convert in.ndjson -o a.parquet -q --compression none").expect_code(0);
    let whole = folder.read("a.parquet");
    let page = folder.footer("a.parquet").row_group(0).column(0).data_page_offset();
    let mut damaged = whole.clone();
    damaged[usize::try_from(page).expect("an offset") + 200] ^= 1;
    folder.write("damaged.parquet", damaged);
    for options in ["", "--verify", "--backend arrow"] {
        let run = folder.run(&format!("convert damaged.parquet -o b.parquet -q {options}"));
        run.expect_code(3).expect_told(&["damaged.parquet", "checksum"]);
        assert!(!folder.path("b.parquet").exists(), "{options}");
    }
    folder.run("convert a.parquet -o b.parquet -q").expect_code(0);
}
