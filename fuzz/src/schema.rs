//! Declared schemas: any bytes are refused or read, what is read comes back from its own JSON, and rows
//! that are written under it keep their values or are refused.

use bucksaw::{
    ColumnType, DeclaredSchema, ErrorKind, NdjsonOptions, Options, TimeUnit, UnknownColumns,
};

use crate::lines::{Rules, convert};

/// A schema, NUL, and lines; one more byte at the end chooses options.
pub fn run(input: &[u8]) {
    let Some((choice, input)) = input.split_last() else { return };
    let mut parts = input.splitn(2, |byte| *byte == 0);
    let Ok(json) = std::str::from_utf8(parts.next().unwrap_or_default()) else { return };
    let lines = parts.next().unwrap_or_default();
    let schema = match DeclaredSchema::from_json(json) {
        Ok(schema) => schema,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Options);
            assert!(!error.message().is_empty());
            return;
        }
    };
    let spelled = serde_json::to_string(&schema).expect("names and types");
    let again = DeclaredSchema::from_json(&spelled);
    assert_eq!(again.expect("a schema's own JSON is one"), schema);
    if is_compressed(lines) {
        return;
    }
    let rules = Rules {
        ndjson: NdjsonOptions::default(),
        may_refuse: schema.unknown_columns == UnknownColumns::Refuse || choice & 1 == 1,
        schema,
    };
    let options = Options::new()
        .schema(rules.schema.clone())
        .strict(choice & 1 == 1)
        .row_group_rows(if choice & 4 == 0 { 1 << 20 } else { 2 });
    match convert(lines, options, rules.ndjson.clone()) {
        Ok(converted) => converted.check(lines, &rules),
        // They begin as files of another format do.
        Err(error) => assert_eq!(error.kind(), ErrorKind::InputFormat, "{error}"),
    }
}

/// Whether the lines would be taken for compressed ones.
fn is_compressed(lines: &[u8]) -> bool {
    lines.starts_with(b"\x1f\x8b")
        || lines.get(1..4).is_some_and(|magic| magic == b"\xb5\x2f\xfd" || magic == b"*M\x18")
}

/// No schema, or one of columns with the names that seeds have.
pub fn some(choice: u8) -> DeclaredSchema {
    use ColumnType as T;
    let types = [
        T::Bool,
        T::Int32,
        T::Int64,
        T::Uint64,
        T::Float,
        T::Double,
        T::Text,
        T::Timestamp(TimeUnit::Micros),
    ];
    if choice & 3 != 0 {
        return DeclaredSchema::new();
    }
    let ty = |shift: usize| types[(usize::from(choice >> 3) + shift) % types.len()].clone();
    DeclaredSchema::new()
        .column("a", ty(0))
        .column("b", T::list_of(ty(1)))
        .column("c.d", ty(2))
        .column("e", T::list_of(ty(3)))
        .unknown_columns(match choice & 4 {
            4 => UnknownColumns::Refuse,
            _ => UnknownColumns::Add,
        })
}
