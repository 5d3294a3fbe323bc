//! The fast reader against the careful one, which rests on `serde_json`.

use bumpalo::Bump;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::lines::{Lines, Speed};
use super::object::Shape;
use super::{DEFAULT_MAX_DEPTH, DEFAULT_MAX_LINE_BYTES, Nested};
use crate::block::tests::TRUNCATED;
use crate::block::{Block, ValuesSlice};
use crate::input::Format;
use crate::input::decoding::{Decoded, Decoder as _, Target};
use crate::input::framing::{Chunk, Form};
use crate::options::Options;
use crate::schema::Schema;

/// Strings as JSON writes them, with their quotes.
fn string() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-c ]{0,4}",
        1 => "[a-z0-9 /:._-]{10,40}",
        1 => "[é€\u{10348}\u{7f}]",
        1 => select(vec![r"\n", r#"\""#, r"\\", r"\/", r"\u0041", r"\ud83d\ude00", r"\u0000", r"\b\f\r\t"])
            .prop_map(str::to_owned),
    ];
    vec(piece, 0..4).prop_map(|pieces| format!("\"{}\"", pieces.concat()))
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<i32>().prop_map(|number| number.to_string()),
        any::<i64>().prop_map(|number| number.to_string()),
        any::<u64>().prop_map(|number| number.to_string()),
        any::<f64>()
            .prop_filter("JSON has finite numbers", |number| number.is_finite())
            .prop_map(|number| format!("{number:?}")),
        "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?",
        select(vec!["0", "-0", "9223372036854775808", "1e400", "0.1", "-0.0"])
            .prop_map(str::to_owned),
    ]
}

fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        string(),
        number(),
        select(vec!["true", "false", "null", "[]", "{}", "[ ]", "{ }"]).prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            (vec(inner.clone(), 0..4), spaces())
                .prop_map(|(elements, space)| format!("[{space}{}]", elements.join(","))),
            members(inner),
        ]
    })
}

fn spaces() -> impl Strategy<Value = String> {
    prop_oneof![6 => Just(String::new()), 1 => "[ \t]{1,3}"]
}

/// An object of up to 8 members, some of which have one name: scalars, arrays and objects in every mix.
fn members(value: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    let name = prop_oneof![
        8 => select(vec!["\"a\"", "\"b\"", "\"c\"", "\"a.b\"", "\"level\"", "\"message\""]).prop_map(str::to_owned),
        1 => string(),
    ];
    let member = (name, spaces(), spaces(), value, spaces()).prop_map(
        |(name, before, after, value, end)| format!("{name}{before}:{after}{value}{end}"),
    );
    (vec(member, 0..8), spaces())
        .prop_map(|(members, space)| format!("{{{space}{}}}", members.join(&format!(",{space}"))))
}

fn line() -> impl Strategy<Value = String> {
    (members(value()), select(vec!["", "\r", " "])).prop_map(|(object, end)| object + end)
}

/// Damage to a chunk: what to do at which byte.
fn damage() -> impl Strategy<Value = Vec<(Index, Option<Vec<u8>>)>> {
    let bytes = prop_oneof![
        vec(any::<u8>(), 0..3),
        select(vec![
            "\"", "\\", "\n", "\\ud800", "{", "}", "[", ",", ":", "1", "-", "\u{1}", "\r\n"
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
    ];
    vec((any::<Index>(), proptest::option::of(bytes)), 0..4)
}

fn shape() -> impl Strategy<Value = Shape> {
    let max_line = prop_oneof![4 => Just(DEFAULT_MAX_LINE_BYTES), 1 => Just(40_usize)];
    (any::<bool>(), prop_oneof![3 => Just(DEFAULT_MAX_DEPTH), 1 => 1..4_usize], max_line).prop_map(
        |(is_flat, max_depth, max_line_bytes)| Shape {
            nested: if is_flat { Nested::Flatten } else { Nested::Json },
            max_depth,
            max_line_bytes,
        },
    )
}

/// A block as text: each column's rows and values.
fn content(block: &Block<'_>) -> Vec<String> {
    let columns = block.all();
    let columns = columns.columns().chain(columns.mixed_columns()).map(|(id, slice)| {
        let rows: Vec<usize> =
            slice.present().enumerate().filter(|row| row.1).map(|row| row.0).collect();
        let values = match slice.values() {
            // Doubles by their bits: a NaN is itself, and zeros have signs.
            ValuesSlice::F64(values) => {
                format!("{:?}", values.iter().map(|value| value.to_bits()).collect::<Vec<_>>())
            }
            values => format!("{values:?}"),
        };
        format!("{} {rows:?} {values}", id.index())
    });
    columns.chain([format!("{} rows, {:?}", block.rows(), block.alterations())]).collect()
}

fn outcome(parsed: &Decoded<'_>, schema: &Schema) -> Vec<String> {
    let rejected = parsed.rejected.iter().map(|rejected| {
        let (line, bytes, at, reason) =
            (rejected.line, &rejected.bytes, rejected.at, &rejected.reason);
        format!("line {line} {bytes:?} at {at}: {reason}, refused {}", rejected.refused.is_some())
    });
    let columns = schema.columns().iter().map(|column| format!("{column:?}"));
    let counts = format!("{:?} {} lines {:?}", parsed.counts, parsed.lines, parsed.runs);
    content(&parsed.block).into_iter().chain(rejected).chain(columns).chain([counts]).collect()
}

/// Both outcomes, and how many lines the fast reader left to the careful one.
fn both(chunk: &[u8], shape: &Shape, options: &Options) -> (Vec<String>, Vec<String>, u64) {
    let outcome_at = |speed| {
        let (mut schema, arena) = (Schema::new(options), Bump::new());
        let decoder = Lines::new(shape.clone(), speed);
        let chunk = Chunk {
            format: Format::Ndjson,
            bytes: chunk.to_vec(),
            form: Form::Lines,
            ..Chunk::default()
        };
        let block = Block::new();
        let into = Target { block, schema: &mut schema, arena: &arena, stops_at_rejected: false };
        let decoded = decoder.decode(&chunk, into);
        (outcome(&decoded, &schema), decoder.careful.into_inner())
    };
    let (fast, careful) = outcome_at(Speed::Fast);
    (fast, outcome_at(Speed::Careful).0, careful)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn whatever_the_bytes_both_readers_agree(
        lines in vec(line(), 0..6),
        damage in damage(),
        shape in shape(),
        strict in any::<bool>(),
        max_columns in prop_oneof![Just(1_000_usize), Just(3)],
    ) {
        let mut chunk = lines.join("\n").into_bytes();
        for (at, bytes) in damage {
            let at = if chunk.is_empty() { 0 } else { at.index(chunk.len()) };
            match bytes {
                Some(bytes) => drop(chunk.splice(at..at, bytes)),
                None if !chunk.is_empty() => drop(chunk.remove(at)),
                None => {}
            }
        }
        let options = Options::new().strict(strict).max_columns(max_columns);
        let (fast, careful, _) = both(&chunk, &shape, &options);
        prop_assert_eq!(fast, careful);
    }

    /// But for those that may give an object's name again.
    #[test]
    fn the_fast_reader_reads_every_whole_line(lines in vec(line(), 1..6)) {
        let lines: Vec<String> = lines.iter().map(|line| with_distinct_names(line)).collect();
        let shape = Shape {
            nested: Nested::Flatten,
            max_depth: DEFAULT_MAX_DEPTH,
            max_line_bytes: DEFAULT_MAX_LINE_BYTES,
        };
        let (fast, careful, left) = both(lines.join("\n").as_bytes(), &shape, &Options::new());
        prop_assert_eq!(fast, careful);
        prop_assert_eq!(left, 0);
    }
}

/// The line with a number behind each member's name, so that none is given twice.
fn with_distinct_names(line: &str) -> String {
    let (mut numbered, mut names) = (String::new(), 0);
    let mut rest = line;
    while let Some(start) = rest.find('"') {
        let mut end = start + 1;
        while rest.as_bytes()[end] != b'"' {
            end += if rest.as_bytes()[end] == b'\\' { 2 } else { 1 };
        }
        numbered.push_str(&rest[..end]);
        if rest[end + 1..].trim_start().starts_with(':') {
            names += 1;
            numbered.push_str(&format!(" {names}"));
        }
        numbered.push('"');
        rest = &rest[end + 1..];
    }
    numbered + rest
}

/// Deep nesting is read as fast as any, and no reader falls over.
#[test]
fn both_readers_agree_about_deep_nesting() {
    let shape = Shape {
        nested: Nested::Flatten,
        max_depth: DEFAULT_MAX_DEPTH,
        max_line_bytes: DEFAULT_MAX_LINE_BYTES,
    };
    for depth in [1, 59, 60, 61, 62, 63, 64, 65, 120, 126, 127, 128, 129, 200, 100_000] {
        let objects = format!("{{\"a\":{}1{}}}", "{\"a\":".repeat(depth), "}".repeat(depth));
        let arrays = format!("{{\"a\":{}1{}}}", "[".repeat(depth), "]".repeat(depth));
        let mixed = format!(
            "{{\"a\":{}{}1{}{}}}",
            "{\"a\":".repeat(60),
            "[".repeat(depth),
            "]".repeat(depth),
            "}".repeat(60)
        );
        for line in [objects, arrays, mixed] {
            let (fast, careful, left) = both(line.as_bytes(), &shape, &Options::new());
            assert_eq!(fast, careful, "depth {depth}");
            assert_eq!(left, 0, "depth {depth}");
        }
    }
}

/// However many columns there are.
#[test]
fn blank_and_rejected_lines_cost_nothing_but_themselves() {
    let shape = Shape {
        nested: Nested::Flatten,
        max_depth: DEFAULT_MAX_DEPTH,
        max_line_bytes: DEFAULT_MAX_LINE_BYTES,
    };
    let members: Vec<String> = (0..2_000).map(|number| format!("\"c{number}\":1")).collect();
    let wide = format!("{{{}}}\n", members.join(","));
    let chunk = format!("{wide}{}{wide}", "\n{\"c1500\":2,\"new\":true,\"c7\":4,}\n".repeat(100));
    let (mut schema, arena) = (Schema::new(&Options::new().max_columns(3_000)), Bump::new());
    let before = TRUNCATED.get();
    let chunk = Chunk {
        format: Format::Ndjson,
        bytes: chunk.into_bytes(),
        form: Form::Lines,
        ..Chunk::default()
    };
    let into = Target {
        block: Block::new(),
        schema: &mut schema,
        arena: &arena,
        stops_at_rejected: false,
    };
    let parsed = Lines::new(shape, Speed::Fast).decode(&chunk, into);
    assert_eq!((parsed.counts.rows, parsed.counts.rejected, parsed.counts.blank), (2, 100, 100));
    // Three values are taken back for each reader of a rejected line.
    assert_eq!(TRUNCATED.get() - before, 100 * 2 * 3);
    assert_eq!(schema.columns().len(), 2_000);
}
