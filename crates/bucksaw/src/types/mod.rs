//! What columns mean: types, values, and numbers as text.

pub(crate) mod column_type;
mod convert;
pub(crate) mod number;
pub(crate) mod value;
