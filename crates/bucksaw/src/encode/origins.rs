//! What a file says of where its columns come from.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::block::counts::Alterations;
use crate::format::metadata::KeyValue;
use crate::format::origins::{Epochs, ORIGINS_KEY, Origin, Texts};
use crate::schema::{Column, ColumnType, Schema, Sibling};

/// What a file has of its columns, by their indexes, as far as counted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counts<'c> {
    /// How many values.
    pub(crate) values: &'c [u64],
    /// How many of them are other values as they are spelled.
    pub(crate) spelled: &'c [u64],
    pub(crate) alterations: &'c [Alterations],
    /// Whether they are of the file, or of all rows of its table that came by then.
    pub(crate) are_of_file: bool,
}

/// The values of columns that a file does not have, since its folder is called by them.
pub(crate) type InPath = BTreeMap<String, Value>;

/// The origins of columns that have another than their name says.
pub(crate) fn key_value(schema: &Schema, counts: Counts<'_>, in_path: &InPath) -> Option<KeyValue> {
    let columns = schema.columns().iter().enumerate();
    let origins = columns.filter_map(|(index, column)| {
        let constant = in_path.get(&column.name);
        if column.is_in_path && constant.is_none() {
            return None;
        }
        let origin = origin(schema, index, column, counts)?;
        let origin = Origin { constant: constant.cloned(), ..origin };
        let unsaid = Origin { name: column.name.clone(), ..Origin::default() };
        (origin != unsaid).then_some(origin)
    });
    let origins: Vec<Origin> = origins.collect();
    // Strings can't fail to serialize.
    let json = || serde_json::to_string(&origins).unwrap_or_default();
    (!origins.is_empty()).then(|| KeyValue { key: ORIGINS_KEY.to_owned(), value: Some(json()) })
}

fn origin(schema: &Schema, index: usize, column: &Column, counts: Counts<'_>) -> Option<Origin> {
    let counted = |counts: &[u64]| counts.get(index).copied().unwrap_or_default();
    let (values, spelled) = (counted(counts.values), counted(counts.spelled));
    let ty = column.ty.as_ref()?;
    let of = column.sibling_of.map(|(id, _)| schema.column(id));
    let is_unclear = column.has_mixed_texts || of.is_some_and(|of| of.has_mixed_texts);
    let texts = match ty {
        ColumnType::Text if is_unclear => Texts::Mixed,
        ColumnType::Text => Texts::of(values, spelled),
        ColumnType::Json => Texts::Spelled,
        _ => Texts::Texts,
    };
    let parsed = counts.alterations.get(index).map(|counts| counts.parsed_texts);
    let epochs = match parsed.unwrap_or_default() {
        0 => Some(Epochs::Numbers),
        parsed if parsed == values => Some(Epochs::Texts),
        _ => None,
    };
    let is_of_epochs = matches!(ty, ColumnType::Timestamp(_))
        && !column.is_settled
        && column.input.as_ref().is_some_and(|input| input.epoch_digits().is_some());
    let is_sibling = column.sibling_of.is_some();
    Some(Origin {
        name: column.name.clone(),
        path: column.path().filter(|path| *path != [column.name.as_str()]),
        sibling_of: column.sibling_of.map(|(id, _)| schema.column(id).name.clone()),
        is_nanos: column.sibling_of.is_some_and(|(_, what)| what == Sibling::Nanos),
        texts,
        spelled: (texts == Texts::Mixed && !is_unclear && counts.are_of_file).then_some(spelled),
        is_json: *ty == ColumnType::Json,
        declared: !(column.is_settled || is_sibling) && values_say(ty),
        input: column.input.as_ref().filter(|_| !column.is_settled).map(ToString::to_string),
        epochs: epochs.filter(|_| is_of_epochs),
        constant: None,
    })
}

/// Whether values by themselves say such a type, so that it need not have been chosen.
#[must_use]
pub fn values_say(ty: &ColumnType) -> bool {
    use ColumnType as T;
    match ty {
        T::Bool | T::Int32 | T::Int64 | T::Float | T::Double | T::Timestamp(_) | T::List(_) => true,
        T::Decimal { precision, scale } => (*precision, *scale) == (20, 0),
        _ => false,
    }
}
