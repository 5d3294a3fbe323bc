//! Small sound files of many kinds, made by the library.

use std::sync::OnceLock;

use bucksaw::{
    BackendKind, ColumnType, Compression, DeclaredSchema, MemorySink, Options, Profile, TimeUnit,
    Value,
};

/// The files that changes start from.
pub fn all() -> &'static [Vec<u8>] {
    static FILES: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    FILES.get_or_init(|| {
        let codecs = [
            Compression::None,
            Compression::Snappy,
            Compression::Lz4,
            Compression::Gzip(1),
            Compression::Zstd(1),
        ];
        let options = codecs.into_iter().flat_map(|codec| {
            let options = Options::new().compression(codec);
            [
                options.clone().backend(BackendKind::Arrow),
                options.clone().row_group_rows(30),
                options.clone().dictionary(false).page_bytes(1_024),
                options.profile(Profile::Modern).dictionary(false),
            ]
        });
        options.flat_map(|options| [mixed(options.clone()), long(options)]).collect()
    })
}

fn file(options: Options, schema: DeclaredSchema, rows: &[Vec<(&str, Value<'_>)>]) -> Vec<u8> {
    let sink = MemorySink::new();
    let mut writer = options.schema(schema).write_to(Box::new(sink.clone())).expect("sound");
    writer.write_slice(rows).expect("taken");
    writer.finish().expect("a file");
    sink.published().expect("published")
}

/// Each type, nulls and lists.
fn mixed(options: Options) -> Vec<u8> {
    use ColumnType as T;
    let schema = DeclaredSchema::new()
        .column("bool", T::Bool)
        .column("int32", T::Int32)
        .column("int64", T::Int64)
        .column("uint64", T::Uint64)
        .column("float", T::Float)
        .column("double", T::Double)
        .column("text", T::Text)
        .column("bytes", T::Bytes)
        .column("timestamp", T::Timestamp(TimeUnit::Micros))
        .column("texts", T::list_of(T::Text))
        .column("integers", T::list_of(T::Int64));
    let texts: Vec<String> = (0..60).map(|row| format!("text {}", row % 7)).collect();
    let some = [Value::Text("a"), Value::Null, Value::Text("")];
    let integers = [Value::I64(1), Value::I64(-1), Value::Null];
    let row = |row: usize| {
        let number = row as i64 * 1_000_003;
        let mut values = vec![
            ("bool", Value::Bool(row % 3 == 0)),
            ("int32", Value::I32(row as i32 - 30)),
            ("int64", Value::I64(number)),
            ("uint64", Value::U64(u64::MAX - row as u64)),
            ("float", Value::F32(row as f32 / 3.0)),
            ("double", Value::F64(row as f64 / 3.0)),
            ("text", Value::Text(&texts[row])),
            ("bytes", Value::Bytes(texts[row].as_bytes())),
            ("timestamp", Value::Timestamp(number)),
            ("texts", Value::List(&some[..row % 4])),
            ("integers", Value::List(&integers[..row % 3])),
        ];
        values.remove(row % values.len());
        values
    };
    let rows: Vec<_> = (0..60).map(row).collect();
    file(options, schema, &rows)
}

/// Values that take little room in a file and much in memory: long texts and lists that repeat.
fn long(options: Options) -> Vec<u8> {
    let text = "long ".repeat(400);
    let elements = vec![Value::Text("element"); 2_000];
    let rows = vec![vec![("text", Value::Text(&text)), ("list", Value::List(&elements))]; 8];
    file(options, DeclaredSchema::new(), &rows)
}
