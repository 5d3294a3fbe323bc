//! The path that a column's values come from: the names of the objects around them, and their own.
//!
//! A path is one text, with a control character between its names, which JSON writes as an escape only. A
//! name that has it, or the one that stands for it, is escaped; so two paths never are one text.

use std::borrow::Cow;

/// Stands between the names of a path.
pub(crate) const SEPARATOR: char = '\u{1f}';
/// Stands, with a digit behind it, for the separator (`1`) and for itself (`0`) in a name.
const ESCAPE: char = '\u{1e}';

/// Whether a name is another text in a path than alone.
#[inline]
pub(crate) fn is_escaped(name: &str) -> bool {
    name.bytes().any(|byte| byte == SEPARATOR as u8 || byte == ESCAPE as u8)
}

/// Whether a name of this path is another text alone.
pub(crate) fn has_escapes(path: &str) -> bool {
    path.contains(ESCAPE)
}

/// Adds a name to a path, behind a separator if there is one to be.
pub(crate) fn push_name(path: &mut String, name: &str) {
    if !is_escaped(name) {
        path.push_str(name);
        return;
    }
    for sign in name.chars() {
        match sign {
            SEPARATOR => path.extend([ESCAPE, '1']),
            ESCAPE => path.extend([ESCAPE, '0']),
            _ => path.push(sign),
        }
    }
}

/// The path of these names.
pub(crate) fn of_names<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let mut path = String::new();
    for (index, name) in names.into_iter().enumerate() {
        if index > 0 {
            path.push(SEPARATOR);
        }
        push_name(&mut path, name);
    }
    path
}

/// The names of a path.
pub(crate) fn names_of(path: &str) -> impl Iterator<Item = Cow<'_, str>> {
    path.split(SEPARATOR).map(|name| match name.contains(ESCAPE) {
        false => Cow::Borrowed(name),
        true => Cow::Owned(name.replace("\u{1e}1", "\u{1f}").replace("\u{1e}0", "\u{1e}")),
    })
}

/// What people are shown of a path: its names with dots between them.
pub(crate) fn shown(path: &str) -> String {
    names_of(path).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn paths_are_told_apart(names in prop::collection::vec("[a\u{1e}\u{1f}01]{0,4}", 1..4)) {
            let path = of_names(names.iter().map(String::as_str));
            let read: Vec<_> = names_of(&path).map(Cow::into_owned).collect();
            prop_assert_eq!(read, names);
        }
    }
}
