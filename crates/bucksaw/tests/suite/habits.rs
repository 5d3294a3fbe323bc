//! What Python and others write that JSON does not have, where it is taken: against the same rows without it.

use std::fmt::Write as _;

use bucksaw::{BackendKind, Format, InputOptions, JsonOptions, Options};
use proptest::prelude::*;

use crate::support::inputs::{Converted, convert_source};
use crate::support::{Cell, Row, options_of};

/// As a writer spells it, and how the same row is spelled without: numbers that stand for NaN and infinities (texts in arrays).
struct Spelled {
    habit: String,
    plain: String,
}

/// Numbers that no row has otherwise, and what they stand for.
const STAND_INS: [(&str, &str, f64); 3] = [
    ("NaN", "1.25e300", f64::NAN),
    ("Infinity", "2.5e300", f64::INFINITY),
    ("-Infinity", "-3.75e300", f64::NEG_INFINITY),
];

#[derive(Clone, Debug)]
enum Part {
    Number(usize),
    Double(i16),
    Text(Vec<usize>),
    Array(Vec<Part>),
    Object(Vec<(usize, Part)>),
}

/// Pieces of strings: as written, and without habits.
const PIECES: [(&str, &str); 9] = [
    (r"\ud83d", r"\ufffd"),
    (r"\uDE00", r"\ufffd"),
    (r"\ud83d\ude00", r"\ud83d\ude00"),
    (r"\\ud83d", r"\\ud83d"),
    ("NaN", "NaN"),
    (r#"\":NaN,\""#, r#"\":NaN,\""#),
    ("[-Infinity]", "[-Infinity]"),
    (r"\\", r"\\"),
    ("é", "é"),
];

impl Part {
    /// Whether it is in an array, which stays JSON text.
    fn spell(&self, is_in_array: bool, to: &mut Spelled) {
        match self {
            Self::Number(which) => {
                let (habit, stand_in, _) = STAND_INS[*which];
                to.habit += habit;
                match is_in_array {
                    true => write!(to.plain, "\"{habit}\"").expect("memory"),
                    false => to.plain += stand_in,
                }
            }
            Self::Double(value) => to.both(&format!("{}.5", value)),
            Self::Text(pieces) => to.text(pieces),
            Self::Array(parts) => {
                to.both("[");
                for (index, part) in parts.iter().enumerate() {
                    to.both(if index > 0 { " ,\t" } else { "" });
                    part.spell(true, to);
                }
                to.both("]");
            }
            Self::Object(members) => to.object(members, is_in_array),
        }
    }
}

impl Spelled {
    fn both(&mut self, text: &str) {
        self.habit += text;
        self.plain += text;
    }

    fn text(&mut self, pieces: &[usize]) {
        self.both("\"");
        for piece in pieces {
            self.habit += PIECES[*piece].0;
            self.plain += PIECES[*piece].1;
            // Halves must not meet.
            self.both(".");
        }
        self.both("\"");
    }

    fn object(&mut self, members: &[(usize, Part)], is_in_array: bool) {
        self.both("{");
        for (index, (name, part)) in members.iter().enumerate() {
            self.both(if index > 0 { ", " } else { "" });
            // Names differ.
            self.text(&[*name]);
            self.habit.insert_str(self.habit.len() - 1, &index.to_string());
            self.plain.insert_str(self.plain.len() - 1, &index.to_string());
            self.both(" : ");
            part.spell(is_in_array, self);
        }
        self.both("}");
    }
}

fn part() -> impl Strategy<Value = Part> {
    let leaf = prop_oneof![
        (0..3_usize).prop_map(Part::Number),
        any::<i16>().prop_map(Part::Double),
        proptest::collection::vec(0..PIECES.len(), 0..4).prop_map(Part::Text),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Part::Array),
            proptest::collection::vec((0..PIECES.len(), inner), 1..4).prop_map(Part::Object),
        ]
    })
}

fn row() -> impl Strategy<Value = Vec<(usize, Part)>> {
    proptest::collection::vec((0..PIECES.len(), part()), 1..5)
}

fn options() -> Options {
    Options::new().allow_nan(true).replace_lone_surrogates(true)
}

fn converted(source: &str, read_as: &InputOptions, options: Options) -> Converted {
    let converted = convert_source(source.as_bytes(), 1 << 20, read_as, options).expect("sound");
    assert_eq!(converted.rejected(), [], "{source}");
    converted
}

/// Numbers that stand for others as these.
fn resolved(rows: Vec<Row>) -> Vec<Row> {
    let of_cell = |cell: &mut Cell| match cell {
        Cell::F64(bits) => {
            let known = STAND_INS.iter().find(|(_, stand_in, _)| {
                stand_in.parse::<f64>().is_ok_and(|number| number.to_bits() == *bits)
            });
            if let Some((.., number)) = known {
                *bits = number.to_bits();
            }
        }
        Cell::Text(text) => {
            for (spelled, stand_in, _) in STAND_INS {
                if text == stand_in {
                    spelled.clone_into(text);
                }
                // What is in `_rest` is JSON.
                *text = text.replace(&format!(":{stand_in}"), &format!(":\"{spelled}\""));
            }
        }
        _ => {}
    };
    let mut rows = rows;
    rows.iter_mut().flat_map(|row| row.values_mut()).for_each(of_cell);
    rows
}

fn check(habit: &str, plain: &str, read_as: &InputOptions) {
    let strict = converted(plain, read_as, Options::new());
    for threads in [1, 3] {
        let found = converted(habit, read_as, options().threads(threads));
        assert_eq!(found.rows(), resolved(strict.rows()), "{habit}\n{plain}");
        let written = STAND_INS.iter().map(|(_, stand_in, _)| plain.matches(stand_in).count());
        assert!(found.alterations.nan >= written.sum::<usize>() as u64);
        let replaced = plain.matches(r"\ufffd").count() as u64;
        assert_eq!(found.alterations.lone_surrogates, replaced, "{habit}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn rows_are_those_of_json_that_says_the_same(rows in proptest::collection::vec(row(), 1..4)) {
        let spelled: Vec<Spelled> = rows
            .iter()
            .map(|members| {
                let mut spelled = Spelled { habit: String::new(), plain: String::new() };
                spelled.object(members, false);
                spelled
            })
            .collect();
        let join = |of: &dyn Fn(&Spelled) -> String| spelled.iter().map(of).collect::<String>();
        let ndjson = InputOptions::new().format(Format::Ndjson);
        let (habit, plain) =
            (join(&|row| row.habit.clone() + "\n"), join(&|row| row.plain.clone() + "\n"));
        check(&habit, &plain, &ndjson);
        let json = InputOptions::new().format(Format::Json);
        let (habit, plain) =
            (join(&|row| format!(",\n{}", row.habit)), join(&|row| format!(",\n{}", row.plain)));
        check(&format!("[{}]", &habit[1..]), &format!("[{}]", &plain[1..]), &json);
        let records = json.json(JsonOptions::new().records(["r"]));
        let (habit, plain) = (
            join(&|row| format!(",{{\"x\":Infinity,\"r\":[{}]}}", row.habit)),
            join(&|row| format!(",{{\"x\":2.5e300,\"r\":[{}]}}", row.plain)),
        );
        check(&format!("[{}]", &habit[1..]), &format!("[{}]", &plain[1..]), &records);
        let bulk = InputOptions::new().format(Format::EsBulk);
        let (habit, plain) = (
            join(&|row| format!("{{\"update\":{{}}}}\n{{\"doc\":{},\"y\":NaN}}\n", row.habit)),
            join(&|row| format!("{{\"update\":{{}}}}\n{{\"doc\":{},\"y\":1.25e300}}\n", row.plain)),
        );
        check(&habit, &plain, &bulk);
    }
}

/// What stands in text that is read as JSON, too.
#[test]
fn objects_in_text_may_have_such_numbers() {
    let line = r#"{"log":"{\"a\":NaN,\"b\":[-Infinity],\"c\":\"\\udc00\"}"}"#;
    let ndjson = InputOptions::new();
    let found = converted(line, &ndjson, options().parse_json(["log"]));
    let row = &found.rows()[0];
    assert_eq!(row.get("log_a"), Some(&Cell::F64(f64::NAN.to_bits())));
    assert_eq!(row.get("log_b"), Some(&Cell::Text("[\"-Infinity\"]".to_owned())));
    assert_eq!(row.get("log_c"), Some(&Cell::Text("\u{fffd}".to_owned())));
    assert_eq!((found.alterations.nan, found.alterations.lone_surrogates), (2, 1));
    // Where it is not asked for, it is text.
    let found = converted(line, &ndjson, Options::new().parse_json(["log"]));
    assert!(found.rows()[0].contains_key("log"));
}

/// Integers become doubles beside one that is none; a column with NaN has no bounds, infinities are some.
#[test]
fn columns_keep_their_types() {
    let mut lines = String::new();
    for number in 0..1_000 {
        let ratio = match number % 10 {
            0 => "NaN".to_owned(),
            1 if number < 500 => "-Infinity".to_owned(),
            _ => format!("{number}.5"),
        };
        let count = if number == 7 { "Infinity".to_owned() } else { number.to_string() };
        writeln!(lines, "{{\"ratio\":{ratio},\"count\":{count}}}").expect("memory");
    }
    for backend in [BackendKind::Direct, BackendKind::Arrow] {
        let options = options_of(backend).allow_nan(true);
        let found = converted(&lines, &InputOptions::new(), options);
        let rows = found.rows();
        assert_eq!(rows[0].get("ratio"), Some(&Cell::F64(f64::NAN.to_bits())));
        assert_eq!(rows[1].get("ratio"), Some(&Cell::F64(f64::NEG_INFINITY.to_bits())));
        // Integers that a double holds exactly are such, where there is one.
        assert_eq!(rows[7].get("count"), Some(&Cell::F64(f64::INFINITY.to_bits())));
        assert_eq!(rows[8].get("count"), Some(&Cell::F64(8_f64.to_bits())));
        assert_eq!((found.alterations.nan, found.alterations.conflicts), (151, 0));
        let footer = crate::support::footer(&found.file);
        let bounds = |column: usize| {
            let statistics = footer.row_group(0).column(column).statistics().expect("statistics");
            let [min, max] = [statistics.min_bytes_opt(), statistics.max_bytes_opt()];
            [min.map(<[u8]>::to_vec), max.map(<[u8]>::to_vec)]
        };
        assert_eq!(bounds(0), [None, None]);
        assert_eq!(bounds(1)[1], Some(f64::INFINITY.to_le_bytes().to_vec()));
    }
}

/// Other spellings, and numbers where none may be, are still rejected, where they are.
#[test]
fn nothing_else_is_taken() {
    for (line, column) in [
        (r#"{"a":NaN,"b":nan}"#, 15),
        (r#"{"a":Infinity,"b":+Infinity}"#, 19),
        (r#"{"a":NaN,"b":-NaN}"#, 15),
        (r#"{"a":NaN,"b":NaNs}"#, 14),
        (r#"{"a":NaN,NaN:1}"#, 10),
        (r#"{"a":[NaN,-Infinity],"b":Inf}"#, 26),
        (r#"{"a":NaN,"b":"\ud83x"}"#, 20),
    ] {
        let found = convert_source(line.as_bytes(), 1_000, &InputOptions::new(), options());
        let found = found.expect("read");
        let rejected = found.rejected();
        assert_eq!(rejected.len(), 1, "{line}");
        assert_eq!(rejected[0].1, column, "{line}: {}", rejected[0].2);
        assert_eq!(found.kept.bytes, line.as_bytes());
        assert_eq!((found.alterations.nan, found.alterations.lone_surrogates), (0, 0));
    }
    let told = |line: &str| {
        let found = convert_source(line.as_bytes(), 1_000, &InputOptions::new(), Options::new());
        found.expect("read").rejected()[0].2.to_owned()
    };
    for number in ["NaN", "Infinity", "-Infinity"] {
        assert!(told(&format!("{{\"a\":[{number}]}}")).contains("--allow-nan"), "{number}");
    }
    assert!(told(r#"{"\ud800":1}"#).contains("--lone-surrogates replace"));
}
