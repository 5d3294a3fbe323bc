//! Dates, decimals, UUIDs, bytes of a fixed length and moments of every unit: declared, and told again by
//! the file's schema, its bounds, the report and `inspect`.

use std::fs;

use bucksaw::{BackendKind, Bound, DeclaredSchema, ErrorKind, Options, SortColumn};
use bucksaw_inspect::File;

use crate::support::{BACKENDS, Written, convert, footer};

const SCHEMA: &str = r#"{"columns": [
    {"name": "day", "type": "date"}, {"name": "price", "type": "decimal(9,2)"}, {"name": "total", "type": "decimal(18,4)"},
    {"name": "huge", "type": "decimal(38,10)"}, {"name": "id", "type": "uuid"}, {"name": "code", "type": "fixed(3)"},
    {"name": "ms", "type": "timestamp(ms)"}, {"name": "ns", "type": "timestamp(ns)"}
]}"#;
const LINES: &str = r#"
{"day":"2026-11-28","price":12.50,"total":"-0.0001","huge":-1e20,"id":"0192F4A6-7b1c-7d3e-8f00-000000000001","code":"AAEC","ms":"2026-11-28T12:00:00.5Z","ns":"2026-11-28T12:00:00.000000001Z"}
{"day":"1969-12-31","price":-3,"total":7,"huge":"0.0000000001","id":"ffffffff-0000-0000-0000-000000000000","code":"/wAA","ms":"1969-12-31T23:59:59.999Z","ns":"1969-12-31T23:59:59.999999999Z"}
"#;

fn schema() -> DeclaredSchema {
    DeclaredSchema::from_json(SCHEMA).expect("a schema")
}

fn written(backend: BackendKind, lines: &str) -> Written {
    convert(lines, Options::new().backend(backend).schema(schema())).expect("a file")
}

#[test]
fn declared_types_are_read_again_as_they_were_given() {
    assert_eq!(DeclaredSchema::from_json(&schema().to_json()).expect("its own JSON"), schema());
    for backend in BACKENDS {
        let file = written(backend, LINES);
        let path = tempfile::NamedTempFile::new().expect("a file");
        fs::write(path.path(), &file.file).expect("written");
        let file = File::open(path.path()).expect("a Parquet file");
        let rows: Vec<String> = file
            .rows(9)
            .map(|row| serde_json::to_string(&row.expect("a row")).expect("JSON"))
            .collect();
        let expected = [
            r#"{"day":"2026-11-28","price":"12.50","total":"-0.0001","huge":"-100000000000000000000.0000000000","id":"0192f4a6-7b1c-7d3e-8f00-000000000001","code":"AAEC","ms":"2026-11-28T12:00:00.500Z","ns":"2026-11-28T12:00:00.000000001Z"}"#,
            r#"{"day":"1969-12-31","price":"-3.00","total":"7.0000","huge":"0.0000000001","id":"ffffffff-0000-0000-0000-000000000000","code":"/wAA","ms":"1969-12-31T23:59:59.999Z","ns":"1969-12-31T23:59:59.999999999Z"}"#,
        ];
        assert_eq!(rows, expected, "{backend:?}");
    }
}

/// Both backends say the same of the columns' types, and name the same bounds.
#[test]
fn schema_elements_and_bounds_are_those_of_the_types() {
    let files = BACKENDS.map(|backend| written(backend, LINES));
    let elements = files.each_ref().map(|file| {
        let footer = footer(&file.file);
        let columns = footer.file_metadata().schema_descr().columns().to_vec();
        columns.iter().map(|column| format!("{:?}", column.self_type())).collect::<Vec<_>>()
    });
    assert_eq!(elements[0], elements[1]);
    for file in &files {
        let columns = &file.report.files[0].columns;
        let types: Vec<&str> = columns.iter().map(|column| column.ty.as_str()).collect();
        let expected = [
            "date",
            "decimal(9,2)",
            "decimal(18,4)",
            "decimal(38,10)",
            "uuid",
            "fixed(3)",
            "timestamp(ms)",
            "timestamp(ns)",
        ];
        assert_eq!(types, expected);
        let bounds: Vec<_> =
            columns.iter().map(|column| (column.min.clone(), column.max.clone())).collect();
        let int = |min, max| (Some(Bound::Int(min)), Some(Bound::Int(max)));
        let bytes = |min: &[u8], max: &[u8]| {
            (Some(Bound::Bytes(min.to_vec())), Some(Bound::Bytes(max.to_vec())))
        };
        let (first, mut last) =
            (0x0192_f4a6_7b1c_7d3e_8f00_0000_0000_0001_u128.to_be_bytes(), [0; 16]);
        last[..4].fill(0xff);
        let noon = 1_795_867_200_000_i128;
        let expected = [
            int(-1, 20_785),
            int(-300, 1_250),
            int(-1, 70_000),
            int(-10_i128.pow(30), 1),
            bytes(&first, &last),
            bytes(&[0, 1, 2], &[255, 0, 0]),
            int(-1, noon + 500),
            int(-1, noon * 1_000_000 + 1),
        ];
        assert_eq!(bounds, expected);
    }
}

/// A decimal of 38 digits is ordered by its sign, not by its bytes.
#[test]
fn rows_are_sorted_by_what_values_mean() {
    let lines = [-10_i64, -1, 0, 1, 10].map(|huge| format!("{{\"huge\":{huge}}}\n")).concat();
    for backend in BACKENDS {
        let options = Options::new().backend(backend).schema(schema());
        let report = convert(&lines, options.sorted_by([SortColumn::ascending("huge")]))
            .expect("a file")
            .report;
        let order = report.files[0].order.clone().expect("an order is declared");
        assert_eq!((order.sorted_row_groups, order.first_unsorted_row), (1, None), "{backend:?}");
    }
}

/// What a type does not hold exactly goes as it was spelled into the sibling.
#[test]
fn misfits_keep_their_spelling() {
    let lines = r#"{"price":0.10000000000000001,"ms":"2026-11-28T12:00:00.0005Z","day":"2026-11-28T00:00:00Z"}"#;
    for backend in BACKENDS {
        let file = written(backend, lines);
        let row = &file.rows()[0];
        let text = |text: &str| Some(crate::support::Cell::Text(text.to_owned()));
        assert_eq!(row.get("price__text").cloned(), text("0.10000000000000001"));
        assert_eq!(row.get("ms__text").cloned(), text("2026-11-28T12:00:00.0005Z"));
        assert_eq!(row.get("day__text").cloned(), text("2026-11-28T00:00:00Z"));
        assert_eq!(file.report.alterations.conflicts, 3);
    }
}

#[test]
fn types_that_make_no_sense_are_refused() {
    for ty in
        ["decimal(39,2)", "decimal(3,4)", "decimal(0,0)", "fixed(0)", "timestamp(s)", "uuid(4)"]
    {
        let json = format!(r#"{{"columns": [{{"name": "a", "type": "{ty}"}}]}}"#);
        let error = DeclaredSchema::from_json(&json).expect_err("no such type");
        assert_eq!(error.kind(), ErrorKind::Options, "{ty}");
    }
    let made = bucksaw::ColumnType::Decimal { precision: 50, scale: 0 };
    let options = Options::new().schema(DeclaredSchema::new().column("a", made));
    let error = convert("", options).err().expect("refused");
    assert!(error.to_string().contains("decimal(50,0)"), "{error}");
}
