//! Any rows, through any way in, come back as a plain model says.

use crate::support::{Cell, Row, cell, read};
use bucksaw::{BackendKind, MemorySink, Names, Options, Profile, Value};
use bumpalo::Bump;
use proptest::collection::vec;
use proptest::prelude::*;

const NAMES: [&str; 8] = ["a", "b", "c.d", "A", "e f", "g__text", "x\"y", "long_name_of_a_column"];

#[derive(Clone, Debug)]
enum Generated {
    Null,
    Bool(bool),
    I32(i32),
    I64(i64),
    U64(u64),
    F32(f32),
    F64(f64),
    Text(String),
    Bytes(Vec<u8>),
    Timestamp(i64),
    List(Vec<Generated>),
}

impl Generated {
    fn value<'g>(&'g self, arena: &'g Bump) -> Value<'g> {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::I32(value) => Value::I32(*value),
            Self::I64(value) => Value::I64(*value),
            Self::U64(value) => Value::U64(*value),
            Self::F32(value) => Value::F32(*value),
            Self::F64(value) => Value::F64(*value),
            Self::Text(value) => Value::Text(value),
            Self::Bytes(value) => Value::Bytes(value),
            Self::Timestamp(value) => Value::Timestamp(*value),
            Self::List(items) => {
                Value::List(arena.alloc_slice_fill_iter(items.iter().map(|item| item.value(arena))))
            }
        }
    }
}

/// Types that columns may have; as many again are lists of these.
const TYPES: usize = 8;

fn of_type(number: usize) -> BoxedStrategy<Generated> {
    if number >= TYPES {
        // A column of lists has the type of its first element.
        let list = (value_of(number), vec(single(number), 0..6))
            .prop_map(|(first, rest)| Generated::List([vec![first], rest].concat()));
        return prop_oneof![1 => Just(Generated::Null), 4 => list].boxed();
    }
    single(number)
}

fn single(number: usize) -> BoxedStrategy<Generated> {
    prop_oneof![1 => Just(Generated::Null), 4 => value_of(number)].boxed()
}

fn value_of(number: usize) -> BoxedStrategy<Generated> {
    match number % TYPES {
        0 => any::<bool>().prop_map(Generated::Bool).boxed(),
        1 => prop_oneof![
            any::<i64>().prop_map(Generated::I64),
            (0..100_i64).prop_map(Generated::I64),
            (0..=i64::MAX as u64).prop_map(Generated::U64)
        ]
        .boxed(),
        2 => any::<u64>().prop_map(|bits| Generated::F64(f64::from_bits(bits))).boxed(),
        3 => prop_oneof!["\\PC{0,20}".prop_map(Generated::Text), "[a-c]".prop_map(Generated::Text)]
            .boxed(),
        4 => vec(any::<u8>(), 0..20).prop_map(Generated::Bytes).boxed(),
        5 => prop_oneof![any::<i32>(), 0..100].prop_map(Generated::I32).boxed(),
        6 => any::<u32>().prop_map(|bits| Generated::F32(f32::from_bits(bits))).boxed(),
        _ => any::<i64>().prop_map(Generated::Timestamp).boxed(),
    }
}

/// Rows whose columns have one type each, as fixed by `types`.
fn rows(types: Vec<usize>) -> impl Strategy<Value = Vec<Vec<(usize, Generated)>>> {
    let columns: Vec<usize> = (0..NAMES.len()).collect();
    let row = prop::sample::subsequence(columns, 0..=NAMES.len()).prop_shuffle().prop_flat_map(
        move |columns| {
            let cells: Vec<_> =
                columns.iter().map(|column| (Just(*column), of_type(types[*column]))).collect();
            cells
        },
    );
    vec(row, 0..120)
}

/// What the file should hold: integers as int64, and `A` under another name, as `a` may come first.
fn model(rows: &[Vec<(usize, Generated)>]) -> Vec<Row> {
    let mut first_of_case = None;
    let mut name = |column: usize| {
        let given = NAMES[column];
        if !given.eq_ignore_ascii_case("a") {
            return given.to_owned();
        }
        let first = *first_of_case.get_or_insert(given);
        if first == given { given.to_owned() } else { format!("{given}__2") }
    };
    let arena = Bump::new();
    let mut model = Vec::new();
    for row in rows {
        let cells = row.iter().filter_map(|(column, generated)| {
            let cell = as_int64(cell(generated.value(&arena))?);
            Some((name(*column), cell))
        });
        model.push(cells.collect());
    }
    model
}

fn as_int64(cell: Cell) -> Cell {
    match cell {
        Cell::U64(value) => Cell::I64(i64::try_from(value).expect("generated to fit")),
        Cell::List(cells) => Cell::List(cells.into_iter().map(|cell| cell.map(as_int64)).collect()),
        other => other,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn rows_come_back(
        rows in vec(0..TYPES * 2, NAMES.len()).prop_flat_map(rows),
        row_group_rows in 1..60_usize,
        page_bytes in 1_024..4_096_usize,
        one_by_one in any::<bool>(),
        is_direct in any::<bool>(),
        is_modern in any::<bool>(),
        threads in 1..4_usize,
        dictionary in any::<bool>(),
    ) {
        let (sink, arena) = (MemorySink::new(), Bump::new());
        // The first batch of the arrow backend has to show all columns: it is as large as all rows.
        let (backend, row_group_rows) = match is_direct {
            true => (BackendKind::Direct, row_group_rows),
            false => (BackendKind::Arrow, row_group_rows.max(rows.len())),
        };
        let options = Options::new().backend(backend).names(Names::Dotted).page_bytes(page_bytes).dictionary(dictionary);
        let profile = if is_modern { Profile::Modern } else { Profile::Portable };
        let options = options.row_group_rows(row_group_rows).profile(profile).threads(threads);
        let mut writer = options.write_to(Box::new(sink.clone())).expect("sound options");
        let values: Vec<Vec<(&str, Value<'_>)>> = rows
            .iter()
            .map(|row| row.iter().map(|(column, generated)| (NAMES[*column], generated.value(&arena))).collect())
            .collect();
        if one_by_one {
            for row in &values {
                writer.write_row(row.iter().copied()).expect("taken");
            }
        } else {
            writer.write_slice(&values).expect("taken");
        }
        let report = writer.finish().expect("a file");
        let (_, read) = read(&sink.published().expect("published"));
        prop_assert_eq!(report.rows, rows.len() as u64);
        prop_assert_eq!(read, model(&rows));
    }

    /// Text given as JSON, whatever it is, comes back.
    #[test]
    fn json_comes_back(texts in vec("\\PC{0,30}|[\\x00-\\x7f]{0,10}", 1..30), numbers in vec(any::<f64>(), 30)) {
        let mut lines = String::new();
        let mut expected = Vec::new();
        for (text, number) in texts.iter().zip(numbers) {
            let number = if number.is_finite() { number } else { 0.5 };
            let json = serde_json::json!({ "text": text, "number": number, "nested": { "text": text } });
            lines.push_str(&json.to_string());
            lines.push('\n');
            expected.push(crate::support::row(&[
                ("text", Value::Text(text)),
                ("number", Value::F64(number)),
                ("nested.text", Value::Text(text)),
            ]));
        }
        let written = crate::support::convert(&lines, Options::new().names(Names::Dotted)).expect("valid JSON");
        prop_assert_eq!(written.rows(), expected);
    }
}
