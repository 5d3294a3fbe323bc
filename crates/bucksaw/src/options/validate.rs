//! What is wrong with options.

use super::{DEFAULT_PAGE_BYTES, MAX_COUNT, MAX_LIMIT_BYTES, MIN_MEMORY_LIMIT, Options};
use crate::error::{Error, ErrorKind, Result};
use crate::types::timestamp::TimeUnit;

impl Options {
    /// Every problem of these options at once.
    ///
    /// # Errors
    /// [`ErrorKind::Options`], with a line for each problem.
    pub fn validate(&self) -> Result<()> {
        let mut problems = Vec::new();
        let mut at_least = |name: &str, value: usize, min: usize| {
            if value < min {
                problems.push(format!("{name} is {value}: it must be {min} or more"));
            }
        };
        at_least("chunk rows", self.chunk_rows, 1);
        at_least("row-group rows", self.row_group_rows, 1);
        at_least("row-group bytes", self.row_group_bytes, 1);
        at_least("memory limit", self.memory_limit, MIN_MEMORY_LIMIT);
        at_least("threads", self.threads, 1);
        let page_bytes = self.page_bytes.unwrap_or(DEFAULT_PAGE_BYTES);
        at_least("page bytes", page_bytes, 1_024);
        at_least("columns", self.max_columns, 1);
        let mut at_most = |name: &str, value: usize, most: usize| {
            if value > most {
                problems.push(format!("{name} is {value}: it must be {most} or less"));
            }
        };
        at_most("chunk rows", self.chunk_rows, MAX_COUNT);
        at_most("row-group rows", self.row_group_rows, MAX_COUNT);
        at_most("row-group bytes", self.row_group_bytes, MAX_LIMIT_BYTES);
        at_most("memory limit", self.memory_limit, MAX_LIMIT_BYTES);
        // Readers take no larger pages.
        at_most("page bytes", page_bytes, 1 << 30);
        at_most("columns", self.max_columns, MAX_COUNT);
        problems.extend(self.column_problems());
        problems.extend(self.compression.problem());
        if self.threads > 1 && !cfg!(feature = "threads") {
            problems.push(format!(
                "threads is {}: build bucksaw with its feature `threads` for more than one",
                self.threads
            ));
        }
        problems.extend(self.declared_problems());
        problems.extend(self.field_id_problems());
        problems.extend(self.column_count_problems());
        problems.extend(self.dataset_problems());
        if self.timestamp_unit == TimeUnit::Millis {
            problems.push(
                "the unit of timestamps is a millisecond: it must be a microsecond or a nanosecond"
                    .to_owned(),
            );
        }
        if self.text_prefixes.iter().any(String::is_empty) {
            problems.push("an empty text prefix would turn every column into text".to_owned());
        }
        for (index, by) in self.sorted_by.iter().enumerate() {
            if self.sorted_by[..index].iter().any(|before| before.column == by.column) {
                problems.push(format!("rows can't be sorted by {:?} twice", by.column));
            }
        }
        let orders = [
            ("the order that rows come in", !self.sorted_by.is_empty()),
            ("the order of row groups (cluster)", !self.clustered_by.is_empty()),
            ("the order of all rows (sort)", !self.sorted_into.is_empty()),
        ];
        let told: Vec<&str> =
            orders.iter().filter(|(_, is_told)| *is_told).map(|(order, _)| *order).collect();
        if told.len() > 1 {
            problems.push(format!(
                "rows can be in one order only, and these are told: {}",
                told.join(", ")
            ));
        }
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Error::of_problems(ErrorKind::Options, problems))
        }
    }
}
