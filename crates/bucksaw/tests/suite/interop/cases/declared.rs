//! Types that only a declaration or a record batch gives: dates, decimals, UUIDs, bytes of a fixed length,
//! moments in nanoseconds. The annotations that some reader refuses are in files of their own.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, Date32Array, Decimal128Array, FixedSizeBinaryArray, RecordBatch,
    TimestampNanosecondArray,
};
use arrow_schema::{DataType, Field, Schema, TimeUnit as ArrowUnit};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bucksaw::{ColumnType, Options, TimeUnit};

use crate::interop::case::Case;
use crate::interop::cell::Cell;
use crate::interop::model::{Expected, ExpectedColumn};
use crate::interop::read_back::Fact;

const FIXED_BYTES: u32 = 5;

pub(super) fn cases() -> Vec<Case> {
    let lists = plain().map(|(name, ty)| (name, ColumnType::list_of(ty)));
    vec![
        Case::lines("declared_types", lines(900)).declared(plain()).fact(Fact::Dictionary("day")),
        Case::lines("declared_types_in_groups_and_pages", lines(900))
            .declared(plain())
            .groups_of(250)
            .with(|options| {
                let options = options.page_bytes(1_024);
                ["total", "huge", "code"].into_iter().fold(options, Options::bloom_filter_of)
            })
            .fact(Fact::RowGroups(4)),
        Case::lines("declared_types_without_dictionary", lines(400))
            .declared(plain())
            .with(|options| options.dictionary(false)),
        Case::lines("declared_types_misfits", misfits()).declared(plain()),
        Case::lines("declared_lists", lines_of_lists(300)).declared(lists),
        Case::lines("declared_nanos", moments(700))
            .declared([("moment", ColumnType::Timestamp(TimeUnit::Nanos))]),
        Case::lines("declared_uuid", uuids(700)).declared([("id", ColumnType::Uuid)]),
        of_batches("batches_of_plain_types", 80, false),
        of_batches("batches_of_nanos_and_uuid", 80, true),
    ]
}

/// Those that every reader opens.
fn plain() -> [(&'static str, ColumnType); 6] {
    let decimal = |precision, scale| ColumnType::Decimal { precision, scale };
    [
        ("day", ColumnType::Date),
        ("price", decimal(9, 2)),
        ("total", decimal(18, 4)),
        ("exact", decimal(25, 3)),
        ("huge", decimal(38, 10)),
        ("code", ColumnType::Fixed(FIXED_BYTES)),
    ]
}

fn price(at: usize) -> String {
    let sign = if at.is_multiple_of(3) { "-" } else { "" };
    match at % 9 {
        7 => "9999999.99".to_owned(),
        8 => "-9999999.99".to_owned(),
        _ => format!("{sign}{}.{:02}", at % 40 + 1, at % 100),
    }
}

/// So many digits, a few of them behind the point.
fn digits(at: usize, whole: usize, fraction: usize) -> String {
    let digit =
        |place: usize| char::from(b'0' + ((at + 1) * (place + 3) % 9) as u8 + u8::from(place == 0));
    let sign = if at.is_multiple_of(2) { "-" } else { "" };
    let whole: String = (0..whole - at % 4).map(digit).collect();
    let fraction: String = (1..=fraction).map(digit).collect();
    format!("{sign}{whole}.{fraction}")
}

fn day(at: usize) -> String {
    format!("{}-{:02}-{:02}", [1970, 1969, 2026, 1900, 9999][at % 5], at % 12 + 1, at % 28 + 1)
}

fn code(at: usize) -> String {
    let byte = (at * 37 % 256) as u8;
    BASE64.encode([byte, 0, 255 - byte, 0x80, at as u8 % 7])
}

/// Members of an object, some of them null.
fn lines(rows: usize) -> String {
    let mut lines = String::new();
    for at in 0..rows {
        let _ = write!(lines, "{{\"at\":{at}");
        let mut member = |nulls: usize, name: &str, json: String| {
            if at % nulls != nulls - 1 {
                let _ = write!(lines, ",\"{name}\":{json}");
            }
        };
        member(7, "day", format!("\"{}\"", day(at)));
        // As numbers and as text.
        member(5, "price", if at % 4 == 1 { format!("\"{}\"", price(at)) } else { price(at) });
        member(6, "total", digits(at, 14, 4));
        member(8, "exact", format!("\"{}\"", digits(at, 22, 3)));
        member(9, "huge", digits(at, 28, 10));
        member(4, "code", format!("\"{}\"", code(at % 50)));
        lines.push_str("}\n");
    }
    lines
}

fn misfits() -> String {
    [
        r#"{"day":"2026-11-28","price":12,"total":"1.5","exact":"7","huge":0.5,"code":"AAECAwQ="}"#,
        r#"{"day":"2026-02-30","price":12.345,"total":1234567890123456.5,"exact":"1e3x","huge":true,"code":"AAEC"}"#,
        r#"{"day":20785,"price":"12.345","total":"","exact":[1],"huge":0.12345678901,"code":"no base64"}"#,
        r#"{"day":"28.11.2026","price":10000000,"total":"-0.00001","exact":{"a":1},"huge":"x","code":7}"#,
        r#"{"day":null,"price":-9999999.99,"total":0,"exact":9999999999999999999999.999,"huge":7.0000000000}"#,
    ]
    .map(|line| line.to_owned() + "\n")
    .concat()
}

fn lines_of_lists(rows: usize) -> String {
    let mut lines = String::new();
    for at in 0..rows {
        let of = |json: &dyn Fn(usize) -> String| {
            let item =
                |item: usize| if item % 4 == 3 { "null".to_owned() } else { json(at + item) };
            (0..at % 5).map(item).collect::<Vec<_>>().join(",")
        };
        let quoted = |text: String| format!("\"{text}\"");
        let _ = writeln!(
            lines,
            r#"{{"at":{at},"day":[{}],"price":[{}],"total":[{}],"exact":[{}],"huge":[{}],"code":[{}]}}"#,
            of(&|at| quoted(day(at))),
            of(&price),
            of(&|at| digits(at, 14, 4)),
            of(&|at| quoted(digits(at, 22, 3))),
            of(&|at| digits(at, 28, 10)),
            of(&|at| quoted(code(at))),
        );
    }
    lines
}

/// Moments to the nanosecond, as far as 64 bits of them go, and others.
fn moments(rows: usize) -> String {
    let fixed = [
        "2262-04-11T23:47:16.854775807Z",
        "1677-09-21T00:12:43.145224193Z",
        "1970-01-01T00:00:00.000000001Z",
        "1969-12-31T23:59:59.999999999+00:00",
        "1600-01-01T00:00:00Z",
        "2026-11-28T12:00:00.5+02:00",
    ];
    let mut lines = String::new();
    for at in 0..rows {
        let moment = match fixed.get(at) {
            Some(moment) => (*moment).to_owned(),
            None => format!(
                "2026-11-{:02}T{:02}:05:07.{:09}Z",
                at % 30 + 1,
                at % 24,
                at * 1_234_567 % 1_000_000_000
            ),
        };
        let moment = if at % 8 == 7 { "null".to_owned() } else { format!("\"{moment}\"") };
        let _ = writeln!(lines, r#"{{"at":{at},"moment":{moment}}}"#);
    }
    lines
}

fn uuids(rows: usize) -> String {
    let mut lines = String::new();
    for at in 0..rows {
        let bits = (at as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let id = format!(
            "{:08x}-{:04X}-4{:03x}-b{:03x}-{:012x}",
            bits >> 32,
            bits & 0xffff,
            at % 4_096,
            at % 7,
            bits >> 16
        );
        let id = match at % 10 {
            9 => "null".to_owned(),
            8 => format!("\"{}\"", id.replace('-', "")),
            _ => format!("\"{id}\""),
        };
        let _ = writeln!(lines, r#"{{"at":{at},"id":{id}}}"#);
    }
    lines
}

/// The same types from Arrow's arrays: whole, with nulls.
fn of_batches(name: &str, rows: usize, are_refused_by_some: bool) -> Case {
    let is_there = |at: &usize| at % 6 != 2;
    let each = |cell: &dyn Fn(usize) -> Cell| -> Vec<Cell> {
        (0..rows).map(|at| if is_there(&at) { cell(at) } else { Cell::Null }).collect()
    };
    fn values<T>(cells: &[Cell], value: impl Fn(&Cell) -> Option<T>) -> Vec<Option<T>> {
        cells.iter().map(value).collect()
    }
    let fixed = |cells: &[Cell], width: i32| -> ArrayRef {
        let bytes = values(cells, |cell| match cell {
            Cell::Bytes(bytes) => Some(bytes.clone()),
            _ => None,
        });
        let array = FixedSizeBinaryArray::try_from_sparse_iter_with_size(bytes.into_iter(), width);
        Arc::new(array.expect("bytes of one length"))
    };
    let mut columns: Vec<(Field, Vec<Cell>, ArrayRef)> = Vec::new();
    let mut add = |name: &str, cells: Vec<Cell>, array: ArrayRef| {
        columns.push((Field::new(name, array.data_type().clone(), true), cells, array));
    };
    if are_refused_by_some {
        let moments = each(&|at| Cell::Nanos(i64::MAX - at as i64 * 1_000_000_007));
        let nanos = values(&moments, |cell| match cell {
            Cell::Nanos(nanos) => Some(*nanos),
            _ => None,
        });
        let array = TimestampNanosecondArray::from(nanos).with_timezone("UTC");
        add("moment", moments, Arc::new(array));
        let ids =
            each(&|at| Cell::Bytes((at as u128 * 0x1234_5678_9abc_def1).to_be_bytes().to_vec()));
        let array = fixed(&ids, 16);
        add("id", ids, array);
    } else {
        let days = each(&|at| Cell::Date(at as i32 * 101 - 3_000));
        let array = Date32Array::from(values(&days, |cell| match cell {
            Cell::Date(day) => Some(*day),
            _ => None,
        }));
        add("day", days, Arc::new(array));
        for (name, precision, scale) in
            [("price", 9, 2), ("total", 18, 4), ("exact", 25, 3), ("huge", 38, 10)]
        {
            let end = 10_i128.pow(u32::from(precision)) - 1;
            let cells = each(&|at| {
                Cell::Decimal(if at % 2 == 0 { at as i128 - end } else { end / (at as i128 + 1) })
            });
            let array = Decimal128Array::from(values(&cells, |cell| match cell {
                Cell::Decimal(number) => Some(*number),
                _ => None,
            }));
            let array = array.with_precision_and_scale(precision, scale).expect("digits");
            add(name, cells, Arc::new(array));
        }
        let codes = each(&|at| Cell::Bytes(vec![at as u8, 0, 255, 128, 3]));
        let array = fixed(&codes, FIXED_BYTES as i32);
        add("code", codes, array);
    }
    let uuid = |field: Field| match field.data_type() {
        DataType::FixedSizeBinary(16) => {
            let name = ("ARROW:extension:name".to_owned(), "arrow.uuid".to_owned());
            field.with_metadata(HashMap::from([name]))
        }
        _ => field,
    };
    let expected = columns.iter().map(|(field, cells, _)| ExpectedColumn {
        name: field.name().clone(),
        data_type: match field.data_type() {
            DataType::Timestamp(ArrowUnit::Nanosecond, _) => {
                DataType::Timestamp(ArrowUnit::Nanosecond, Some("UTC".into()))
            }
            data_type => data_type.clone(),
        },
        cells: cells.clone(),
    });
    let expected = Expected { rows, columns: expected.collect() };
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) =
        columns.into_iter().map(|(field, _, array)| (uuid(field), array)).unzip();
    let whole = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).expect("a batch");
    let (first, rest) = (whole.slice(0, 33), whole.slice(33, rows - 33));
    Case::batches(name, vec![first, rest], expected).groups_of(30)
}
