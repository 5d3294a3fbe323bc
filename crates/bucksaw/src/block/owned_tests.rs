//! Rows that were appended or gathered are, row by row, those that they were picked from.

#[path = "owned_tests/columns.rs"]
mod columns;

use arrow_array::RecordBatch;
use bumpalo::Bump;
use proptest::prelude::*;

use self::columns::{ARROW_ONLY, COLUMNS, Cells, array_of, cells, name_of, table, value_of};
use super::*;
use crate::block::ValuesOf;
use crate::block::counts::Alterations;
use crate::coerce::builder::CopyingBuilder;
use crate::input::record_batch::{OnRefused, SourceColumn, block_of_columns, columns_of};
use crate::{Table, Value};

/// Rows of values, or of arrays, by column and row; a column may have none at all.
#[derive(Clone, Debug)]
struct Source {
    rows: usize,
    columns: Vec<Vec<Option<i64>>>,
    is_batch: bool,
    layout: usize,
}

fn source() -> impl Strategy<Value = Source> {
    (0..70_usize, any::<bool>(), 0..3_usize).prop_flat_map(|(rows, is_batch, layout)| {
        let column = prop_oneof![
            1 => Just(vec![None; rows]),
            2 => prop::collection::vec((0..30_i64).prop_map(Some), rows),
            3 => prop::collection::vec(prop::option::of(0..30_i64), rows),
        ];
        prop::collection::vec(column, COLUMNS).prop_map(move |columns| Source {
            rows,
            columns,
            is_batch,
            layout,
        })
    })
}

impl Source {
    fn batch(&self) -> Vec<SourceColumn> {
        let columns = self.columns.iter().enumerate();
        let arrays = columns
            .map(|(column, values)| (name_of(column), array_of(column, values, self.layout), true));
        let batch = RecordBatch::try_from_iter_with_nullable(arrays);
        columns_of(&batch.expect("columns of one length"))
    }

    fn block<'a>(
        &self,
        table: &mut Table,
        batch: &'a [SourceColumn],
        arena: &'a Bump,
    ) -> Block<'a> {
        if self.is_batch {
            let schema = &mut table.schema;
            let block = block_of_columns(batch, self.rows, schema, arena, OnRefused::Fail);
            return block.expect("nothing is refused");
        }
        let mut block = Block::new();
        let mut builder = table.builder(&mut block, arena).expect("a new block");
        for row in 0..self.rows {
            for (column, values) in self.columns.iter().enumerate().take(ARROW_ONLY) {
                let value = values[row].map_or(Value::Null, |n| value_of(column, n, arena));
                builder.push(name_of(column).as_str(), value).expect("nothing is refused");
            }
            builder.end_row();
        }
        block
    }
}

/// Which rows of how many.
#[derive(Clone, Debug)]
enum Selection {
    None,
    All,
    Reversed,
    Repeated(prop::sample::Index, usize),
    Any(Vec<prop::sample::Index>),
}

fn selection() -> impl Strategy<Value = Selection> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        Just(Selection::None),
        Just(Selection::All),
        Just(Selection::Reversed),
        (index(), 1..80_usize).prop_map(|(row, count)| Selection::Repeated(row, count)),
        prop::collection::vec(index(), 1..150).prop_map(Selection::Any),
    ]
}

impl Selection {
    fn of(&self, all: &[RowIndex]) -> Vec<RowIndex> {
        match self {
            _ if all.is_empty() => Vec::new(),
            Self::None => Vec::new(),
            Self::All => all.to_vec(),
            Self::Reversed => all.iter().rev().copied().collect(),
            Self::Repeated(row, count) => vec![*row.get(all); *count],
            Self::Any(rows) => rows.iter().map(|row| *row.get(all)).collect(),
        }
    }
}

/// What is appended to the block, in this order.
#[derive(Clone, Debug)]
enum Step {
    Gather(Selection),
    GatherOfOne(prop::sample::Index, Selection),
    Append(prop::sample::Index, prop::sample::Index),
    Row(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        3 => selection().prop_map(Step::Gather),
        2 => (index(), selection()).prop_map(|(block, rows)| Step::GatherOfOne(block, rows)),
        2 => (index(), index()).prop_map(|(block, cut)| Step::Append(block, cut)),
        1 => (0..30_i64).prop_map(Step::Row),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]
    #[test]
    fn rows_are_those_that_were_picked(
        sources in prop::collection::vec((source(), any::<prop::sample::Index>()), 1..4),
        steps in prop::collection::vec(step(), 1..5),
    ) {
        let mut table = table();
        let (arena, scratch) = (Bump::new(), Bump::new());
        let batches: Vec<_> = sources.iter().map(|(source, _)| source.batch()).collect();
        let blocks: Vec<_> = sources
            .iter()
            .zip(&batches)
            .map(|((source, _), batch)| source.block(&mut table, batch, &arena))
            .collect();
        // Some of the slices start within their block.
        let slices: Vec<_> = blocks
            .iter()
            .zip(&sources)
            .map(|(block, (_, start))| block.all().split_at(start.index(block.rows() + 1)).1)
            .collect();
        let known: Vec<Cells> = slices.iter().map(cells).collect();
        let rows_of = |block: usize| {
            (0..known[block].len()).map(move |row| RowIndex { block: block as u32, row: row as u32 })
        };
        let all: Vec<RowIndex> = (0..slices.len()).flat_map(rows_of).collect();

        let mut owned = OwnedBlock::default();
        // Twice, for what is kept from one time to the next.
        for _ in 0..2 {
            let mut expected = Cells::new();
            let mut alterations = Alterations::default();
            for step in &steps {
                match step {
                    Step::Gather(selection) => {
                        let rows = selection.of(&all);
                        owned.gather(&slices, &rows).expect("gathered");
                        let cell = |at: &RowIndex| known[at.block as usize][at.row as usize].clone();
                        expected.extend(rows.iter().map(cell));
                    }
                    Step::GatherOfOne(block, selection) => {
                        let block = block.index(slices.len());
                        let rows: Vec<_> = rows_of(block).map(|at| RowIndex { block: 0, ..at }).collect();
                        let rows = selection.of(&rows);
                        owned.gather(&slices[block..=block], &rows).expect("gathered");
                        expected.extend(rows.iter().map(|at| known[block][at.row as usize].clone()));
                    }
                    Step::Append(block, cut) => {
                        let block = block.index(slices.len());
                        let cut = cut.index(slices[block].rows() + 1);
                        owned.append(&slices[block].clone().split_at(cut).0).expect("appended");
                        expected.extend_from_slice(&known[block][..cut]);
                    }
                    Step::Row(n) => {
                        let columns = vec![vec![Some(*n)]; COLUMNS];
                        let row = Source { rows: 1, columns, is_batch: false, layout: 0 };
                        let block = row.block(&mut table, &batches[0], &arena);
                        expected.extend(cells(&block.all()));
                        alterations.add(block.alterations());
                        let mut builder =
                            CopyingBuilder::of_owned(&mut owned, &mut table.schema, &scratch);
                        for column in 0..ARROW_ONLY {
                            let value = value_of(column, *n, &scratch);
                            builder.push(name_of(column).as_str().into(), &value).expect("taken");
                        }
                        builder.end_row();
                    }
                }
            }
            prop_assert_eq!(owned.rows(), expected.len());
            let block = owned.lend().expect("lent");
            prop_assert_eq!(block.alterations(), &alterations);
            prop_assert_eq!(cells(&block.all()), expected);
            let lent = block.emptied();
            owned.reuse(lent, usize::MAX);
        }
    }
}

/// What is lent and taken back again is the same memory, so that block after block needs no more.
#[test]
fn memory_is_used_again() {
    let mut table = table();
    let arena = Bump::new();
    let columns = (0..COLUMNS).map(|_| (0..60).map(|n| Some(n % 30)).collect()).collect();
    let source = Source { rows: 60, columns, is_batch: false, layout: 0 };
    let batch = source.batch();
    let block = source.block(&mut table, &batch, &arena);
    let mut owned = OwnedBlock::default();
    let texts = |owned: &OwnedBlock| match &owned.pivoted.columns[6].values {
        ValuesOf::Text(list) => list.as_ptr(),
        other => panic!("{other:?}"),
    };
    let mut held = Vec::new();
    for _ in 0..3 {
        owned.append(&block.all()).expect("appended");
        let list = texts(&owned);
        let lent = owned.lend().expect("lent");
        assert_eq!(lent.rows(), 60);
        let lent = lent.emptied();
        owned.reuse(lent, usize::MAX);
        assert_eq!(texts(&owned), list, "spans become references where they are");
        held.push(owned.bytes_held());
        assert_eq!(owned.rows(), 0);
    }
    assert!(held[0] > 60 * 10 * 8, "{held:?}");
    assert!(held.windows(2).all(|pair| pair[0] == pair[1]), "{held:?}");

    let text = owned.text.bytes_held();
    let lent = owned.lend().expect("lent").emptied();
    owned.reuse(lent, 8);
    assert!(owned.text.bytes_held() <= 16 && text > 16, "{text}");
}

#[test]
fn rows_of_another_table_are_refused_and_leave_what_is_there() {
    let (mut table, mut other) = (table(), table());
    let arena = Bump::new();
    let source = |rows| Source {
        rows,
        columns: vec![vec![Some(7); rows]; COLUMNS],
        is_batch: false,
        layout: 0,
    };
    let batch = source(3).batch();
    let block = source(3).block(&mut table, &batch, &arena);
    let others = source(2).block(&mut other, &batch, &arena);
    let mut owned = OwnedBlock::default();
    owned.append(&block.all()).expect("appended");
    let error = owned.append(&others.all()).expect_err("another table's");
    assert_eq!(error.kind(), ErrorKind::OtherTable);
    let rows = [RowIndex { block: 0, row: 1 }];
    let both = [block.all(), others.all()];
    let error = owned.gather(&both, &rows).expect_err("another table's");
    assert_eq!(error.kind(), ErrorKind::OtherTable);
    assert_eq!(cells(&owned.lend().expect("lent").all()), cells(&block.all()));
}

#[test]
fn owned_blocks_go_from_thread_to_thread() {
    fn goes<T: Send + Sync>() {}
    goes::<OwnedBlock>();
}

/// Rows that are refused, one after the other, leave nothing that grows.
#[test]
fn text_of_undone_rows_is_forgotten() {
    let mut table = table();
    let scratch = Bump::new();
    let mut owned = OwnedBlock::default();
    for row in 0..1_000 {
        let mut builder = CopyingBuilder::of_owned(&mut owned, &mut table.schema, &scratch);
        builder.push(name_of(6).as_str().into(), &value_of(6, row, &scratch)).expect("taken");
        if row == 500 { builder.end_row() } else { builder.undo_row() }
    }
    assert_eq!(owned.text.len(), "ééé500".len());
    assert_eq!(owned.rows(), 1);
}
