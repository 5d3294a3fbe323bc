//! Entries of the systemd journal, in both forms.

use bucksaw::{Format, InputOptions, Options, Value};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{convert, convert_in_steps};
use crate::support::{Row, cell};

fn binary(name: &str, data: &[u8]) -> Vec<u8> {
    let length = (data.len() as u64).to_le_bytes();
    [name.as_bytes(), b"\n", &length, data, b"\n"].concat()
}

/// What a column has.
fn has(row: &Row, name: &str, value: Value<'_>) -> bool {
    row.get(name) == cell(value).as_ref()
}

#[test]
fn fields_are_columns_in_both_forms() {
    let export = [
        &b"__CURSOR=s=1;i=1\n__REALTIME_TIMESTAMP=1700000000000001\nMESSAGE=a=b\nTAG=x\nTAG=y\n"[..],
        &binary("TEXT", b"one\n\ntwo"),
        &binary("BLOB", b"\xff\0\n"),
        b"\n\n__CURSOR=s=1;i=2\n__REALTIME_TIMESTAMP=1700000000000002\nMESSAGE=\n\n",
    ]
    .concat();
    let json = concat!(
        r#"{"__CURSOR":"s=1;i=1","__REALTIME_TIMESTAMP":"1700000000000001","MESSAGE":"a=b","#,
        r#""TAG":["x",[121]],"TEXT":[111,110,101,10,10,116,119,111],"BLOB":[255,0,10]}"#,
        "\n",
        r#"{"__CURSOR":"s=1;i=2","__REALTIME_TIMESTAMP":"1700000000000002","MESSAGE":""}"#,
    );
    for step in [1, 9, 1_000] {
        for source in [&export[..], json.as_bytes()] {
            let read = convert_in_steps(source, step, &InputOptions::new(), Options::new());
            let read = read.expect("sound");
            assert_eq!(read.reasons(), []);
            let rows = read.rows();
            assert_eq!(rows.len(), 2);
            assert!(has(&rows[0], "__REALTIME_TIMESTAMP", Value::Timestamp(1_700_000_000_000_001)));
            assert!(has(&rows[0], "MESSAGE", Value::Text("a=b")));
            assert!(has(&rows[0], "TAG", Value::Text("[\"x\",\"y\"]")));
            assert!(has(&rows[0], "TEXT", Value::Text("one\n\ntwo")));
            assert!(has(&rows[0], "BLOB", Value::Bytes(b"\xff\0\n")), "{:?}", rows[0]);
            assert!(has(&rows[1], "MESSAGE", Value::Text("")));
        }
    }
}

#[test]
fn a_broken_entry_is_rejected_alone() {
    let read_as = InputOptions::new().format(Format::JournaldExport);
    let source = b"A=1\n\n=2\n\nA-B=3\n\nA=4\n\n";
    let read = convert(source, &read_as);
    assert_eq!((read.counts.rows, read.counts.rejected), (2, 2));
    let places: Vec<_> = read.rejections.iter().map(|told| (told.line, told.byte)).collect();
    assert_eq!(places, [(2, 5), (3, 9)]);
    // Data that is cut, and a length that nothing has.
    for source in [
        &b"A=1\n\nB\n\x05\0\0\0\0\0\0\0ab"[..],
        b"A=1\n\nB\n\xff\xff\xff\xff\xff\xff\xff\xff\n",
        b"A=1\n\nB",
    ] {
        let read = convert(source, &read_as);
        let counts = (read.counts.rows, read.counts.truncated, read.counts.rejected);
        assert_eq!(counts, (1, 1, 1), "{source:?}");
    }
    let lines =
        convert("{\"A\":\"1\"}\n{\"A\":\n", &InputOptions::new().format(Format::JournaldJson));
    assert_eq!((lines.counts.rows, lines.counts.rejected), (1, 1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn whatever_the_data_it_comes_back(
        entries in vec(vec(vec(any::<u8>(), 0..30), 1..4), 0..5),
        step in 1_usize..30,
    ) {
        let mut source = Vec::new();
        for entry in &entries {
            for (index, data) in entry.iter().enumerate() {
                source.extend(binary(&format!("F{index}"), data));
            }
            source.push(b'\n');
        }
        let read_as = InputOptions::new().format(Format::JournaldExport);
        let one = convert_in_steps(&source, step, &read_as, Options::new().threads(1)).expect("sound");
        let other = convert_in_steps(&source, 1_000, &read_as, Options::new().threads(3));
        prop_assert_eq!(&one, &other.expect("sound"));
        prop_assert_eq!((one.counts.rows, one.counts.rejected), (entries.len() as u64, 0));
        for (row, entry) in one.rows().iter().zip(&entries) {
            for (index, data) in entry.iter().enumerate() {
                let Ok(text) = std::str::from_utf8(data) else { continue };
                let name = format!("F{index}");
                let texts = [name.clone(), format!("{name}__text")];
                let has_text = texts.iter().any(|name| has(row, name, Value::Text(text)));
                let has_bytes = has(row, &name, Value::Bytes(data));
                prop_assert!(has_text || has_bytes, "{:?} {:?}", row, text);
            }
        }
    }
}
