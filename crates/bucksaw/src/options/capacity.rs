//! How many columns a memory limit carries.
//!
//! While a row group is open, each of its columns has a dictionary, a page and levels, and when it is
//! finished, what is kept of it. With too many columns for the limit row groups would have a few rows
//! each, and the file would be more metadata than data.

use super::{BackendKind, Options};

/// Bytes of the memory limit that are there for the columns of no file.
pub const MEMORY_WITHOUT_COLUMNS: usize = 4 << 20;
/// Bytes of the rest of the memory limit that each column takes: 64 MiB carry 2,048 columns, 8 MiB 136.
pub const MEMORY_PER_COLUMN: usize = 30 << 10;

/// The same with the `arrow` backend, whose codecs are each column's own: 64 MiB carry 438 columns, 8 MiB 29.
pub const MEMORY_PER_ARROW_COLUMN: usize = 140 << 10;

/// Memory limits are told in whole ones of these.
const MEBIBYTE: usize = 1 << 20;

impl Options {
    /// Bytes of the memory limit that each column takes.
    fn memory_per_column(&self) -> usize {
        match self.backend {
            #[cfg(feature = "arrow")]
            BackendKind::Arrow => MEMORY_PER_ARROW_COLUMN,
            BackendKind::Direct => MEMORY_PER_COLUMN,
        }
    }

    /// How many columns the memory limit carries.
    pub(crate) fn columns_carried(&self) -> usize {
        let for_columns = self.memory_limit.saturating_sub(MEMORY_WITHOUT_COLUMNS);
        (for_columns / self.memory_per_column()).max(1)
    }

    /// The memory limit that carries so many columns, in whole MiB.
    pub(crate) fn memory_limit_for(&self, columns: usize) -> usize {
        let bytes = columns.saturating_mul(self.memory_per_column());
        let bytes = bytes.saturating_add(MEMORY_WITHOUT_COLUMNS);
        bytes.checked_next_multiple_of(MEBIBYTE).unwrap_or(bytes)
    }

    /// What is wrong where the schema declares more columns than there can be.
    pub(super) fn column_count_problems(&self) -> Vec<String> {
        let declared = self.declared_columns().len();
        let (most, carried) = (self.max_columns, self.columns_carried());
        let mut problems = Vec::new();
        if declared > most {
            problems.push(format!(
                "the schema declares {declared} columns, more than the {most} allowed: raise the limit"
            ));
        }
        if declared > carried {
            problems.push(format!(
                "the schema declares {declared} columns, and a memory limit of {} bytes carries \
                 {carried}: raise it to {} bytes",
                self.memory_limit,
                self.memory_limit_for(declared)
            ));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::{DEFAULT_MAX_COLUMNS, DEFAULT_MEMORY_LIMIT, MIN_MEMORY_LIMIT};
    use crate::{ColumnType, DeclaredSchema};

    #[test]
    fn the_limit_that_is_advised_carries_the_columns() {
        let options = |backend, limit| Options::new().backend(backend).memory_limit(limit);
        let carried = [
            (BackendKind::Direct, 2_048, 136),
            #[cfg(feature = "arrow")]
            (BackendKind::Arrow, 438, 29),
        ];
        for (backend, default, min) in carried {
            assert_eq!(options(backend, DEFAULT_MEMORY_LIMIT).columns_carried(), default);
            let smallest = options(backend, MIN_MEMORY_LIMIT);
            assert_eq!(smallest.columns_carried(), min);
            for columns in [0, 1, min - 1, min, min + 1, 1_000, 100_000] {
                let limit = smallest.memory_limit_for(columns);
                assert!(options(backend, limit).columns_carried() >= columns, "{columns}");
            }
            assert!(smallest.memory_limit_for(usize::MAX) > DEFAULT_MEMORY_LIMIT);
        }
        const { assert!(DEFAULT_MAX_COLUMNS <= 2_048 / 2) };
    }

    #[test]
    fn more_declared_columns_than_the_limit_carries_are_refused_with_the_one_that_does() {
        let schema = |columns: usize| {
            (0..columns).fold(DeclaredSchema::new(), |schema, column| {
                schema.column(format!("c{column}"), ColumnType::Int64)
            })
        };
        let options =
            |columns| Options::new().memory_limit(MIN_MEMORY_LIMIT).schema(schema(columns));
        assert!(options(136).validate().is_ok());
        let error = options(900).validate().expect_err("too many").to_string();
        assert!(error.contains("carries 136: raise it to 32505856 bytes"), "{error}");
        assert!(options(900).memory_limit(32_505_856).validate().is_ok());
    }
}
