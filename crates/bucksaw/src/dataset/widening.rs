//! Types of numbers that hold all values of others.

use crate::coerce::evidence::MAX_EXACT_INTEGER;
use crate::coerce::kind::LARGE_INTEGERS;
use crate::schema::ColumnType;

/// Whether a column of one type holds all values of another; of integers doubles do if [each is exact](are_exact) there.
#[must_use]
pub fn widens(from: &ColumnType, to: &ColumnType) -> bool {
    use ColumnType::{Double, Float, Int32, Int64};
    match (from, to) {
        (Int32, Int64) | (Int32 | Int64 | Float, Double) => true,
        (Int32 | Int64, to) => *to == LARGE_INTEGERS,
        _ => false,
    }
}

/// Whether a double holds each value of a column of this type exactly, whose min and max are these, if known.
#[must_use]
pub fn are_exact(ty: &ColumnType, min: Option<i128>, max: Option<i128>) -> bool {
    let is_exact = |bound: i128| bound.unsigned_abs() <= u128::from(MAX_EXACT_INTEGER);
    *ty != ColumnType::Int64 || min.is_some_and(is_exact) && max.is_some_and(is_exact)
}
