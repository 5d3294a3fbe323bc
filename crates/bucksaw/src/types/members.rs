//! JSON values as the members of a row: objects by their members, each with its path.

use bumpalo::Bump;
use serde_json::value::RawValue;

use super::item::Item;
use super::json::{Members, item_of, unescaped};
use super::path;

/// Which objects become their members.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flattening {
    /// Whether any do.
    pub(crate) flattens: bool,
    /// Levels of objects that do, at the most.
    pub(crate) max_depth: usize,
}

/// Adds a value of this path to `items`: an object as its members, where it is not kept as JSON text. Of those that are,
/// `keeps_json` knows by their path and their JSON's first byte.
///
/// # Errors
/// Those of JSON.
pub(crate) fn flatten<'a>(
    path: &str,
    json: &'a str,
    flattening: Flattening,
    keeps_json: &dyn Fn(&str, u8) -> bool,
    arena: &'a Bump,
    items: &mut Vec<(&'a str, Item<'a>)>,
) -> serde_json::Result<()> {
    let mut path = path.to_owned();
    flatten_below(&mut path, 1, json, flattening, keeps_json, arena, items)
}

/// The same with a value on level `depth`, from 1.
fn flatten_below<'a>(
    path: &mut String,
    depth: usize,
    json: &'a str,
    flattening: Flattening,
    keeps_json: &dyn Fn(&str, u8) -> bool,
    arena: &'a Bump,
    items: &mut Vec<(&'a str, Item<'a>)>,
) -> serde_json::Result<()> {
    let start = json.as_bytes().first().copied().unwrap_or_default();
    let is_kept = start != b'n' && keeps_json(path, start);
    let is_object = json.starts_with('{') && flattening.flattens && !is_kept;
    if is_object && depth < flattening.max_depth {
        let Members::<&'a RawValue, &'a RawValue>(members) = serde_json::from_str(json)?;
        if !members.is_empty() {
            let outer = path.len();
            path.push(path::SEPARATOR);
            let inner = path.len();
            for (name, value) in members {
                path::push_name(path, unescaped(name.get(), arena)?);
                flatten_below(path, depth + 1, value.get(), flattening, keeps_json, arena, items)?;
                path.truncate(inner);
            }
            path.truncate(outer);
            return Ok(());
        }
    }
    let item = match is_kept {
        true => Item::Json(json),
        false if is_object && !json[1..].trim_ascii_start().starts_with('}') => Item::TooDeep(json),
        false => item_of(json, arena)?,
    };
    items.push((arena.alloc_str(path), item));
    Ok(())
}
