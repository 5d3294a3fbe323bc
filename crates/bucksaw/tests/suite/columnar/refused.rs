//! Rows that the schema refuses, and columns that options are about.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, StringArray};
use bucksaw::{
    ColumnType, DeclaredSchema, OnError, Options, Redaction, Rejection, Rejects, Result,
    UnknownColumns, Value,
};
use parquet::file::properties::WriterProperties;

use super::{batch, converted, converted_with, parquet_of, simple, stream_of};
use crate::support::row;

#[derive(Default)]
struct Kept {
    lines: String,
    reasons: Vec<String>,
}

impl Rejects for Kept {
    fn part(&mut self, bytes: &[u8]) -> Result<()> {
        self.lines.push_str(std::str::from_utf8(bytes).expect("JSON"));
        Ok(())
    }

    fn end(&mut self, rejection: &Rejection) -> Result<()> {
        self.reasons.push(rejection.to_string());
        Ok(())
    }
}

#[test]
fn refused_rows_are_left_out_and_kept_as_json() {
    let texts = ["1", "two", "3", "four"];
    let all = batch(vec![
        ("a", Arc::new(StringArray::from(texts.to_vec())) as ArrayRef),
        ("b", Arc::new(Int64Array::from(vec![10, 20, 30, 40]))),
    ]);
    let schema = DeclaredSchema::new()
        .column("a", ColumnType::Int64)
        .column("b", ColumnType::Int64)
        .unknown_columns(UnknownColumns::Refuse);
    let options = || Options::new().schema(schema.clone());
    for source in [parquet_of(&all, WriterProperties::new()), stream_of(&all, 10, None)] {
        let mut kept = Kept::default();
        let read_as = bucksaw::InputOptions::new();
        let written = converted_with(&source, options(), &read_as, OnError::Keep(&mut kept))
            .expect("converted");
        let expected = [
            row(&[("a", 1_i64.into()), ("b", 10_i64.into())]),
            row(&[("a", 3_i64.into()), ("b", 30_i64.into())]),
        ];
        assert_eq!(written.rows(), expected);
        assert_eq!(written.report.rejected, 2);
        assert_eq!(kept.lines, "{\"a\":\"two\",\"b\":20}\n{\"a\":\"four\",\"b\":40}\n");
        assert!(kept.reasons[0].starts_with("input: record 2: column \"a\""), "{:?}", kept.reasons);
        let error = converted(&source, options()).err().expect("refused");
        assert!(error.to_string().starts_with("input: "), "{error}");
        assert!(error.to_string().contains("\"two\" is not one"), "{error}");
    }
}

#[test]
fn a_column_that_the_schema_has_not_is_refused_row_by_row() {
    let all = batch(vec![
        ("a", Arc::new(Int64Array::from(vec![1, 2, 3])) as ArrayRef),
        ("new", Arc::new(StringArray::from(vec![None, Some("x"), None]))),
    ]);
    let schema = DeclaredSchema::new()
        .column("a", ColumnType::Int64)
        .unknown_columns(UnknownColumns::Refuse);
    let read_as = bucksaw::InputOptions::new();
    let source = stream_of(&all, 10, None);
    let written = converted_with(&source, Options::new().schema(schema), &read_as, OnError::Skip);
    // As in NDJSON, a null names it, too.
    assert_eq!(written.expect("converted").report.rejected, 3);
}

#[test]
fn columns_are_selected_renamed_redacted_and_declared() {
    let all = batch(vec![
        ("user", Arc::new(StringArray::from(vec![Some("ann"), None])) as ArrayRef),
        ("n", Arc::new(Int64Array::from(vec![1, 2]))),
        ("d", Arc::new(StringArray::from(vec!["1.50", "x"]))),
        ("gone", Arc::new(Int64Array::from(vec![1, 2]))),
    ]);
    let decimal: ColumnType = "decimal(10,2)".parse().expect("a type");
    let options = Options::new()
        .schema(DeclaredSchema::new().column("d", decimal))
        .redact("user", Redaction::mask())
        .drop(["gone"])
        .rename("n", "number");
    for source in [parquet_of(&all, WriterProperties::new()), stream_of(&all, 1, None)] {
        let written = converted(&source, options.clone()).expect("converted");
        assert_eq!(written.report.alterations.redacted, 1);
        let schema = super::rows_of(&written.file);
        let names: Vec<_> =
            schema.schema().fields().iter().map(|field| field.name().clone()).collect();
        assert_eq!(names, ["d", "user", "number", "d__text"]);
        let user = schema.column_by_name("user").expect("a column");
        assert_eq!(
            arrow_cast::display::array_value_to_string(user, 0).expect("shown"),
            bucksaw::MASK
        );
        let text = schema.column_by_name("d__text").expect("a column");
        assert_eq!(arrow_cast::display::array_value_to_string(text, 1).expect("shown"), "x");
    }
}

#[test]
fn source_columns_say_the_file_and_no_line() {
    let source = parquet_of(&simple(3), WriterProperties::new());
    let written = converted(&source, Options::new().source_columns(true)).expect("converted");
    let rows = written.rows();
    assert_eq!(rows[2]["source_file"], crate::support::cell(Value::Text("input")).expect("a cell"));
    assert!(!rows[2].contains_key("source_line"));
}
