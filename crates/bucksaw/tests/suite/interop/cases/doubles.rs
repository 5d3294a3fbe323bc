//! Floats by which filters ask: NaN, zeros of both signs, infinities and nulls, alone and together.

use super::values::row;
use crate::interop::case::Case;
use crate::interop::cell::{Cell, Row};

/// Rows of each kind.
const ROWS: usize = 100;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::rows("doubles", rows()).groups_of(ROWS).trying_all_filters(),
        Case::rows("doubles_in_pages", rows())
            .with(|options| options.dictionary(false).page_bytes(1_024))
            .trying_all_filters(),
    ]
}

/// What the rows of a kind hold.
const KINDS: [fn(f64) -> Option<f64>; 12] = [
    |number| Some(number + 1.0),
    |_| Some(f64::NAN),
    |number| Some(if number as i64 % 2 == 0 { f64::NAN } else { -1.0 - number }),
    |_| Some(-0.0),
    |_| Some(0.0),
    |number| (number as i64 % 3 != 0).then_some(if number > 5.0 { 0.0 } else { -0.0 }),
    |number| Some(if number > 5.0 { f64::INFINITY } else { f64::NEG_INFINITY }),
    |_| None,
    |number| (number > 5.0).then_some(f64::NAN),
    |number| Some(-1.0 - number),
    |number| Some(if number > 5.0 { -f64::NAN } else { number + 2.0 }),
    |number| Some(number / 8.0 - 0.5),
];

fn rows() -> Vec<Row> {
    let kinds = KINDS.iter().flat_map(|kind| (0..ROWS).map(move |at| kind(at as f64 / 8.0)));
    kinds
        .enumerate()
        .map(|(at, value)| {
            row([
                ("at", Cell::I64(at as i64)),
                ("double", value.into()),
                ("float", value.map_or(Cell::Null, |value| Cell::F32(value as f32))),
            ])
        })
        .collect()
}
