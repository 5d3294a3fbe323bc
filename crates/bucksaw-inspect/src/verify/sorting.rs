//! Rows are in the order that their row group says.

use std::cmp::Ordering;

use parquet::file::metadata::SortingColumn;

use super::super::File;
use super::super::budget::{Budget, Step};
use super::super::leaf::Leaf;
use super::super::statistics::{self, Meaning, Raw};
use super::{Findings, Place, can_decompress};
use bucksaw::Result;

/// A column that rows are sorted by.
struct Key {
    leaf: Leaf,
    meaning: Meaning,
    by: SortingColumn,
    last: Option<Raw>,
}

/// Checks one row group. Where NaNs stand is not defined: any place is right.
pub(super) fn check(
    file: &File,
    row_group: usize,
    budget: &mut Budget,
    findings: &mut Findings,
) -> Result<()> {
    let Some(group) = file.metadata.row_groups().get(row_group) else { return Ok(()) };
    let Some(sorted_by) = group.sorting_columns() else { return Ok(()) };
    let place = Place { row_group: Some(row_group), ..Place::default() };
    let mut keys = Vec::new();
    for by in sorted_by {
        let index = usize::try_from(by.column_idx).ok().filter(|&at| at < group.num_columns());
        let Some(index) = index else {
            let said = Some(format!("column {}", by.column_idx));
            findings.problem(&place, "a sorting column that there is not", [said, None]);
            return Ok(());
        };
        let column = group.schema_descr().column(index);
        let place = Place { column: Some(column.path().string()), ..place.clone() };
        let meaning = Meaning::of(&column);
        let has_order = !matches!(meaning, Meaning::Unordered | Meaning::Nanos);
        let is_decoded = can_decompress(group.column(index).compression_codec());
        if column.max_rep_level() > 0 || !has_order || !is_decoded {
            // Rows that are equal by the columns before it may be in any order for all that is known.
            findings.not_verified(
                &place,
                "rows are sorted by this column, whose order can't be verified",
            );
            break;
        }
        let mut leaf = Leaf::new(&file.source, &file.metadata, index);
        leaf.start(row_group);
        keys.push(Key { leaf, meaning, by: by.clone(), last: None });
    }
    let rows = u64::try_from(group.num_rows()).unwrap_or(0);
    for row in 0..rows {
        match is_in_order(&mut keys, row == 0, budget) {
            Ok(Ordered::Yes) => {}
            Ok(Ordered::No(key)) => {
                let name = group.schema_descr().column(key).path().string();
                let place = Place { column: Some(name), ..place };
                let found = Some(format!("row {row} of the row group is out of order"));
                findings.problem(&place, "sorting_columns", [None, found]);
                return Ok(());
            }
            // The pages' own check told of it.
            Ok(Ordered::Unknown) => return Ok(()),
            Err(super::Fault::Damaged(_)) => return Ok(()),
            Err(fault) => return findings.fault(&place, fault),
        }
        if keys.is_empty() {
            return Ok(());
        }
    }
    Ok(())
}

enum Ordered {
    Yes,
    /// By this column.
    No(usize),
    /// The row can't be read.
    Unknown,
}

fn is_in_order(keys: &mut [Key], is_first: bool, budget: &mut Budget) -> Step<Ordered> {
    let mut answer = None;
    for key in keys {
        if key.leaf.peek(budget)?.is_none() {
            return Ok(Ordered::Unknown);
        }
        let Key { leaf, meaning, by, last } = key;
        let value = leaf.take()?;
        if answer.is_none() && !is_first {
            let &mut SortingColumn { descending, nulls_first, column_idx } = by;
            let order = match (&*last, value) {
                (None, None) => Ordering::Equal,
                (None, Some(_)) if nulls_first => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(_), None) if nulls_first => Ordering::Greater,
                (Some(_), None) => Ordering::Less,
                (Some(last), Some(value)) => {
                    let order = statistics::compare_value(value, last, *meaning);
                    let order = order.map_or(Ordering::Equal, Ordering::reverse);
                    if descending { order.reverse() } else { order }
                }
            };
            answer = match order {
                Ordering::Less => Some(Ordered::Yes),
                Ordering::Equal => None,
                Ordering::Greater => Some(Ordered::No(usize::try_from(column_idx).unwrap_or(0))),
            };
        }
        *last = value.and_then(|value| statistics::raw_value(value, *meaning));
    }
    Ok(answer.unwrap_or(Ordered::Yes))
}
