//! Blocks come back as they were, and nothing else is taken for one.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{Sections, StoredBlock};
use crate::options::Options;
use crate::table::Table;
use crate::types::value::Value;
use crate::{Block, BlockSlice, ColumnSlice, ValuesSlice};
use bumpalo::Bump;

type Cells = Vec<(usize, Choice)>;

#[derive(Clone, Debug)]
enum Choice {
    Text(String),
    Bytes(Vec<u8>),
    Number(i64),
    Double(f64),
    Bool(bool),
    Small(i32),
    Float(f32),
    List(Vec<Option<String>>),
    Map(Vec<(String, Option<String>)>),
}

fn choice(column: usize) -> BoxedStrategy<Choice> {
    let text = prop_oneof![Just(String::new()), Just("again".to_owned()), "\\PC{0,9}"];
    let maybe = proptest::option::of(text.clone());
    match column {
        0 => text.prop_map(Choice::Text).boxed(),
        1 => vec(any::<u8>(), 0..9).prop_map(Choice::Bytes).boxed(),
        2 => any::<i64>().prop_map(Choice::Number).boxed(),
        3 => any::<f64>().prop_map(Choice::Double).boxed(),
        4 => any::<bool>().prop_map(Choice::Bool).boxed(),
        5 => any::<i32>().prop_map(Choice::Small).boxed(),
        6 => any::<f32>().prop_map(Choice::Float).boxed(),
        7 => vec(maybe, 0..4).prop_map(Choice::List).boxed(),
        _ => vec((text, maybe), 0..4).prop_map(Choice::Map).boxed(),
    }
}

fn cells() -> impl Strategy<Value = Cells> {
    vec((0..9_usize).prop_flat_map(|column| (Just(column), choice(column))), 0..9)
}

/// What a block shows of its rows.
fn shown(rows: &BlockSlice<'_, '_>) -> Vec<String> {
    rows.columns().map(|(id, slice)| format!("{} {}", id.index(), shown_column(&slice))).collect()
}

fn shown_column(slice: &ColumnSlice<'_, '_>) -> String {
    let present: Vec<bool> = slice.present().collect();
    match slice.values() {
        ValuesSlice::List(lists) => {
            let lens: Vec<usize> = lists.lens().collect();
            let fields: Vec<_> =
                lists.fields().map(|(field, slice)| (field, shown_column(&slice))).collect();
            format!("{present:?} {lens:?} {fields:?}")
        }
        values => format!("{present:?} {values:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn blocks_come_back(rows in vec(cells(), 0..150), at in any::<prop::sample::Index>(), flip in 1..=255_u8) {
        let mut table = Table::new(Options::new().settling_rows(0)).expect("sound");
        let arena = Bump::new();
        let mut block = Block::new();
        let mut builder = table.builder(&mut block, &arena).expect("its own");
        for row in &rows {
            for (column, choice) in row {
                let name = ["text", "bytes", "n", "d", "b", "i", "f", "list", "map"][*column];
                let (mut list, mut map) = (Vec::new(), Vec::new());
                let value = match choice {
                    Choice::Text(text) => Value::Text(text),
                    Choice::Bytes(bytes) => Value::Bytes(bytes),
                    Choice::Number(number) => Value::I64(*number),
                    Choice::Double(double) => Value::F64(*double),
                    Choice::Bool(bool) => Value::Bool(*bool),
                    Choice::Small(small) => Value::I32(*small),
                    Choice::Float(float) => Value::F32(*float),
                    Choice::List(texts) => {
                        list.extend(texts.iter().map(|text| text.as_deref().map_or(Value::Null, Value::Text)));
                        Value::List(arena.alloc_slice_copy(&list))
                    }
                    Choice::Map(entries) => {
                        let entries = entries.iter();
                        map.extend(entries.map(|(key, value)| (&**key, value.as_deref().map_or(Value::Null, Value::Text))));
                        Value::Map(arena.alloc_slice_copy(&map))
                    }
                };
                builder.push(name, value).expect("taken");
            }
            builder.end_row();
        }
        let mut sections = Sections::default();
        sections.fill(&block).expect("sound");
        let mut stored = vec![7];
        let described = sections.store(&mut stored).expect("short");
        let tag = block.pivoted.table;
        let read = |stored: &[u8]| StoredBlock::of(Sections::read(stored, &described)?, tag);
        let back = read(&stored[1..]).expect("sound");
        prop_assert_eq!(back.block().rows(), block.rows());
        prop_assert_eq!(shown(&back.block().all()), shown(&block.all()));
        let at = 1 + at.index(stored.len() - 1);
        stored[at] ^= flip;
        prop_assert!(read(&stored[1..]).is_none());
    }
}
