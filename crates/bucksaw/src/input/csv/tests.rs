use proptest::collection::vec;
use proptest::prelude::*;

use super::framing::Ends;
use super::header::{paths, unescaped};
use super::record::{self, Quoting};
use super::{CsvOptions, Format};
use crate::input::record_framer::{FindEnds as _, Open};

/// Bytes in which quotes, delimiters and ends of lines are anywhere.
fn wild() -> impl Strategy<Value = Vec<u8>> {
    let anything = vec(prop::sample::select(&b"\"\",,\n\nabcde\r \xff"[..]), 0..60);
    // Long enough for whole blocks, mostly of fields whose quotes are sound.
    let field = prop_oneof![
        6 => "[a-z]{0,20}[,\n]",
        6 => "\"[a-z,\n]{0,30}(\"\"[a-z,]{0,9})?\"[,\n]",
        2 => Just("\"a\"\r\n".to_owned()),
        1 => "[a\",\n\r]",
    ];
    let fields = vec(field, 0..40).prop_map(|fields| fields.concat().into_bytes());
    prop_oneof![anything, fields]
}

/// Where records end, one after the other.
fn ends(bytes: &[u8]) -> Vec<(usize, Option<Quoting>)> {
    let (mut start, mut ends) = (0, Vec::new());
    while start < bytes.len() {
        let (record, quoting) = record::end_of(bytes, start, b',');
        assert!(record.end > start && record.end <= bytes.len());
        ends.push((record.end, quoting));
        start = record.end;
    }
    ends
}

/// The records as csv-core has them.
fn by_csv_core(mut bytes: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv_core::Reader::new();
    let (mut records, mut record) = (Vec::new(), Vec::new());
    let (mut field, mut out) = (Vec::new(), [0; 4]);
    loop {
        let (result, read, written) = reader.read_field(bytes, &mut out);
        bytes = &bytes[read..];
        field.extend_from_slice(&out[..written]);
        match result {
            csv_core::ReadFieldResult::Field { record_end } => {
                record.push(String::from_utf8(std::mem::take(&mut field)).expect("text"));
                if record_end {
                    records.push(std::mem::take(&mut record));
                }
            }
            csv_core::ReadFieldResult::End => return records,
            _ => {}
        }
    }
}

/// A field as it may be written.
fn written(field: &str, is_quoted: bool) -> String {
    let needs_quotes = field.contains([',', '"', '\n', '\r']);
    if is_quoted || needs_quotes {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

fn table() -> impl Strategy<Value = Vec<Vec<(String, bool)>>> {
    let field = prop_oneof!["[a-z0-9]{1,40}", "[a,\"\n\r é]{1,6}",];
    vec(vec((field, any::<bool>()), 1..5), 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// However the bytes come, the framer cuts where the reader says that records end.
    #[test]
    fn cuts_are_where_records_end(bytes in wild(), cuts in vec(0..400_usize, 0..4)) {
        let ends = ends(&bytes);
        let mut found = Ends::of(Format::Csv, &CsvOptions::new());
        found.begin(0);
        let mut cuts: Vec<_> = cuts.into_iter().filter(|cut| *cut < bytes.len()).collect();
        cuts.sort_unstable();
        for cut in cuts {
            found.look(&bytes[..cut], false);
            let is_end = found.last() == 0 || ends.iter().any(|(end, _)| *end == found.last());
            prop_assert!(is_end, "{} of {:?}", found.last(), ends);
        }
        found.look(&bytes, true);
        let behind = ends.iter().find(|(end, _)| *end > found.last());
        match found.open() {
            // What is behind is one record, whose quote nothing closes, or others after it.
            Open::Line(quote) => prop_assert_eq!(behind.and_then(|(_, quoting)| *quoting), Some(Quoting::Unclosed(quote))),
            // What is behind is the last line.
            _ => prop_assert!(behind.is_none_or(|(end, _)| *end == bytes.len())),
        }
        prop_assert!(found.last() == 0 || ends.iter().any(|(end, _)| *end == found.last()));
    }

    #[test]
    fn fields_are_those_of_csv_core(table in table(), ends_with_newline in any::<bool>(), crlf in any::<bool>()) {
        let line_end = if crlf { "\r\n" } else { "\n" };
        let lines: Vec<String> = table.iter().map(|record| {
            let fields: Vec<_> = record.iter().map(|(field, is_quoted)| written(field, *is_quoted)).collect();
            fields.join(",")
        }).collect();
        let mut text = lines.join(line_end);
        if ends_with_newline {
            text.push_str(line_end);
        }
        let bytes = text.as_bytes();
        let (mut start, mut records) = (0, Vec::new());
        while start < bytes.len() {
            let mut fields = Vec::new();
            let record = record::read(bytes, start, b',', |number, field| {
                assert_eq!(number, fields.len());
                fields.push(unescaped(&text[field.range], field.is_escaped).into_owned());
                Ok::<(), ()>(())
            });
            let Ok(record) = record else { panic!("{text:?}") };
            prop_assert_eq!(record.lines as usize, text[start..record.end].lines().count().max(1));
            start = record.end;
            records.push(fields);
        }
        prop_assert_eq!(&records, &by_csv_core(bytes));
        let expected: Vec<Vec<String>> =
            table.into_iter().map(|record| record.into_iter().map(|(field, _)| field).collect()).collect();
        prop_assert_eq!(records, expected);
    }
}

#[test]
fn a_record_whose_quotes_are_not_sound_ends_with_its_line() {
    for (bytes, expected) in [
        // A stray quote, which nothing closes.
        ("a,\"b\nc,d\ne,f\n", vec![(5, Some(Quoting::Unclosed(2))), (9, None), (13, None)]),
        // One that the next line's first quote closes.
        (
            "1,\"a\n2,\"b\"\n3,c\n",
            vec![(5, Some(Quoting::NotDoubled(2, 8))), (11, None), (15, None)],
        ),
        // The lines of a sound field before it go with it.
        ("\"a\nb\",\"c\nd,e\n", vec![(9, Some(Quoting::Unclosed(6))), (13, None)]),
        ("\"a\"b,c\nd,e\n", vec![(7, Some(Quoting::NotDoubled(0, 3))), (11, None)]),
        // Quotes elsewhere than at a field's start are text.
        ("a\"b,c\"\nd,5\" e\n", vec![(7, None), (14, None)]),
        ("\"a\"\r\n\"b\"\r", vec![(5, None), (9, None)]),
        ("\"\"\"\"\n", vec![(5, None)]),
        ("\"a\"\rb\n", vec![(6, Some(Quoting::NotDoubled(0, 3)))]),
    ] {
        assert_eq!(ends(bytes.as_bytes()), expected, "{bytes:?}");
    }
}

#[test]
fn columns_of_one_name_are_told_apart() {
    let named = |names: &[&str]| -> Vec<String> {
        let paths = paths(names.iter().map(|name| (*name).to_owned()).collect());
        paths.iter().map(|path| path.to_string()).collect()
    };
    assert_eq!(named(&["a", "b", "a", "a"]), ["a", "b", "a__2", "a__3"]);
    assert_eq!(named(&["a", "a", "a__2"]), ["a", "a__3", "a__2"]);
    assert_eq!(named(&["", "", "é"]), ["", "__2", "é"]);
}
