//! Where the leaves of a column's type are: below how many lists and maps, and which of the innermost ones' fields.

/// A leaf of a column. A list has one field, its elements; a map has two, its keys and its values.
///
/// ```text
/// optional group NAME (MAP) {        repetition  definition
///   repeated group key_value {       0           0            a null map
///     required TYPE key;             0           1            an empty map
///     optional TYPE value;           0 or 1      2            an entry: its key, or its value, which is null
///   }                                0 or 1      3            an entry's value
/// }
/// ```
///
/// Of a list of maps the list's levels come first, and a map is its element: a null one has level 2.
///
/// <https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#nested-types>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Nesting {
    /// Lists and maps around it.
    depth: u8,
    /// Of the innermost of them.
    field: usize,
    is_required: bool,
}

impl Nesting {
    pub(crate) const OF_VALUES: &[Self] = &[Self { depth: 0, field: 0, is_required: false }];
    pub(crate) const OF_LISTS: &[Self] = &[Self { depth: 1, field: 0, is_required: false }];
    pub(crate) const OF_MAPS: &[Self] = &Self::of_entries(1);
    pub(crate) const OF_LISTS_OF_MAPS: &[Self] = &Self::of_entries(2);

    /// The fields of a map's entries.
    const fn of_entries(depth: u8) -> [Self; 2] {
        [Self { depth, field: 0, is_required: true }, Self { depth, field: 1, is_required: false }]
    }

    /// Lists and maps around it; also its highest level of repetition.
    pub(crate) fn depth(self) -> u8 {
        self.depth
    }

    /// The field that leads to it, of the lists or maps that have so many around them and themselves.
    pub(crate) fn field_at(self, depth: u8) -> usize {
        if depth == self.depth { self.field } else { 0 }
    }

    /// The definition level of values. Each list or map has one for being there, and one for its elements.
    pub(crate) fn max_definition(self) -> u8 {
        2 * self.depth + u8::from(!self.is_required)
    }
}
