//! Field ids: declared with a column or given to one that is found, in every file of both backends.

use bucksaw::{
    BackendKind, ColumnType, DeclaredSchema, ErrorKind, MemorySink, Options, Table, Value,
};

use crate::support::footer;

/// The names of a file's columns with their ids, as the parquet crate reads them.
fn ids(file: &[u8]) -> Vec<(String, Option<i32>)> {
    let footer = footer(file);
    let fields = footer.file_metadata().schema().get_fields();
    let ids = fields.iter().map(|field| {
        let info = field.get_basic_info();
        (info.name().to_owned(), info.has_id().then(|| info.id()))
    });
    ids.collect()
}

#[test]
fn every_file_has_the_ids_of_its_columns() {
    for backend in [BackendKind::Arrow, BackendKind::Direct] {
        let schema = DeclaredSchema::new()
            .column("list", ColumnType::list_of(ColumnType::Int64))
            .field_id(1)
            .column("text", ColumnType::Text)
            .column_at(["given"], "named", ColumnType::Double)
            .field_id(30);
        let options = Options::new().backend(backend).schema(schema).field_id("found", 2);
        let (first, second) = (MemorySink::new(), MemorySink::new());
        let table = Table::new(options.clone().field_id("text", 0)).expect("sound options");
        let mut writer = table.write_to(first.clone()).expect("a writer");
        let list = [Value::I64(1)];
        let row = [
            ("list", Value::List(&list)),
            ("text", Value::Text("a")),
            ("given", Value::F64(0.5)),
            ("found", Value::Bool(true)),
            ("other", Value::I64(1)),
        ];
        writer.write_row(row).expect("taken");
        writer.next_file(second.clone()).expect("a file");
        writer.write_row(row).expect("taken");
        let (_, table) = writer.finish_with_table().expect("a file");
        let expected = [
            ("list", Some(1)),
            ("text", Some(0)),
            ("named", Some(30)),
            ("found", Some(2)),
            ("other", None),
        ];
        let expected = expected.map(|(name, id)| (name.to_owned(), id));
        for sink in [first, second] {
            assert_eq!(ids(&sink.published().expect("published")), expected, "{backend}");
        }
        let declared = table.declared().columns;
        let declared: Vec<_> =
            declared.into_iter().map(|column| (column.name, column.field_id)).collect();
        assert_eq!(declared, expected);
    }
}

#[test]
fn inspect_gives_them_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.parquet");
    let list = ColumnType::list_of(ColumnType::Int64);
    let schema = DeclaredSchema::new().column("list", list).field_id(5);
    let mut writer = Options::new().schema(schema).create(&path).expect("a writer");
    writer.write_row([("list", Value::List(&[Value::I64(1)])), ("b", Value::Null)]).expect("taken");
    writer.write_row([("b", 1)]).expect("taken");
    writer.finish().expect("a file");
    let described = bucksaw_inspect::File::open(&path).expect("a file").describe();
    let ids: Vec<_> = described.columns.iter().map(|column| column.field_id).collect();
    assert_eq!(ids, [Some(5), None]);
}

#[test]
fn ids_that_clash_are_refused_together() {
    let json = r#"{"columns": [
        {"name": "a", "type": "text", "field_id": 1}, {"name": "b", "type": "text", "field_id": 1}
    ]}"#;
    let schema = DeclaredSchema::from_json(json).expect("ids are looked at with the options");
    let options = Options::new().schema(schema).field_id("a", 2).field_id("c", -1);
    let error = options.validate().expect_err("clashes");
    assert_eq!(error.kind(), ErrorKind::Options);
    let lines: Vec<_> = error.message().lines().collect();
    assert_eq!(
        lines,
        [
            "the column \"a\" is given two field ids",
            "the field id -1 is negative",
            "the field id 1 is that of several columns: {\"a\", \"b\"}",
        ]
    );
    let report = Options::new().field_id("none", 3).write_to(MemorySink::new());
    let report = report.and_then(|writer| writer.finish()).expect("a file");
    assert_eq!(report.unknown_columns[0].column, "none");
}
