//! The cases: every kind of file.

mod arrow_types;
mod declared;
mod doubles;
mod inputs;
mod layout;
mod lists;
mod maps;
mod names;
mod nulls;
mod values;

use crate::interop::case::Case;

/// All of them; their names are the files' names.
pub(crate) fn all() -> Vec<Case> {
    [
        values::cases(),
        doubles::cases(),
        layout::cases(),
        lists::cases(),
        maps::cases(),
        nulls::cases(),
        names::cases(),
        arrow_types::cases(),
        declared::cases(),
        inputs::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
