//! Statistics of a column chunk.

use super::thrift::Fields;

/// Statistics of a column chunk; values are PLAIN, without a length.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Statistics {
    pub(crate) null_count: Option<i64>,
    pub(crate) distinct_count: Option<i64>,
    pub(crate) max: Option<Vec<u8>>,
    pub(crate) min: Option<Vec<u8>>,
    pub(crate) is_max_exact: bool,
    pub(crate) is_min_exact: bool,
    pub(crate) nan_count: Option<i64>,
}

impl Statistics {
    pub(crate) fn write(&self, fields: &mut Fields<'_>) {
        let count = |number, count: Option<i64>, fields: &mut Fields<'_>| {
            if let Some(count) = count {
                fields.i64(number, count);
            }
        };
        count(3, self.null_count, fields);
        count(4, self.distinct_count, fields);
        for (number, bound) in [(5, &self.max), (6, &self.min)] {
            if let Some(bound) = bound {
                fields.binary(number, bound);
            }
        }
        for (number, bound, is_exact) in
            [(7, &self.max, self.is_max_exact), (8, &self.min, self.is_min_exact)]
        {
            if bound.is_some() {
                fields.bool(number, is_exact);
            }
        }
        count(9, self.nan_count, fields);
    }
}
