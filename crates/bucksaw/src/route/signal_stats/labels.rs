//! Columns that hold labels: attributes of what rows are of.

use crate::options::TELEMETRY_PREFIXES;
use crate::report::signal_stats::ValueRows;
use crate::schema::{Column, Schema};

/// Columns that hold labels, and how many rows have a value of each, the most first.
pub(super) fn labels(schema: &Schema, present: &[u64]) -> Vec<ValueRows> {
    let columns = schema.columns().iter().zip(present);
    let labels = columns.filter(|(column, rows)| **rows > 0 && is_label(column));
    let mut labels: Vec<ValueRows> = labels
        .map(|(column, rows)| ValueRows { value: column.name.clone(), rows: *rows })
        .collect();
    labels.sort_unstable_by(|a, b| b.rows.cmp(&a.rows).then_with(|| a.value.cmp(&b.value)));
    labels
}

fn is_label(column: &Column) -> bool {
    let path = column.path().unwrap_or_default();
    match path.as_slice() {
        // What OTLP's tables always have is no label.
        [_] if column.declared => false,
        [name] => TELEMETRY_PREFIXES.iter().any(|prefix| name.starts_with(prefix)),
        [first, ..] => {
            TELEMETRY_PREFIXES.iter().any(|prefix| prefix.trim_end_matches('_') == first)
        }
        [] => false,
    }
}
