//! What the footer says of where columns come from, so that rows can be put together again.

use serde::{Deserialize, Serialize};

use crate::coerce::counts::Alterations;
use crate::format::metadata::KeyValue;
use crate::schema::{Column, ColumnType, Schema, Sibling};

/// The footer's key for [`Origin`]s, as a JSON list.
pub const ORIGINS_KEY: &str = "bucksaw.columns";

/// Where a column's values come from, and what a schema file would say of it that its type in the file doesn't. A column
/// without one is the member of the row that is called so, of a type that its values said, and its texts are texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The column's name.
    pub name: String,
    /// The names of the objects that they are in, and their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<Vec<String>>,
    /// The column that can't hold them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sibling_of: Option<String>,
    /// Whether they are nanoseconds of that column's moments.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_nanos: bool,
    /// What its texts were.
    #[serde(default, skip_serializing_if = "Texts::are_texts")]
    pub texts: Texts,
    /// Where they are mixed, how many were other values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spelled: Option<u64>,
    /// Whether it holds JSON text, whatever its values are.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_json: bool,
    /// Whether its type was chosen, where values could have said it. Files of earlier versions never say so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub declared: bool,
    /// How rows spell its values, as a schema file has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<String>,
    /// What its times were, where they count from 1970 and all were alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epochs: Option<Epochs>,
}

/// What times since 1970 were in the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Epochs {
    /// Numbers.
    Numbers,
    /// Texts that spell numbers.
    Texts,
}

/// What the texts of a column were in the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Texts {
    /// Text.
    #[default]
    Texts,
    /// Values of other types, as they are spelled in JSON.
    Spelled,
    /// Some were text, others not: a text `1` may have been either.
    Mixed,
}

impl Texts {
    fn of(values: u64, spelled: u64) -> Self {
        match spelled {
            0 => Self::Texts,
            _ if spelled >= values => Self::Spelled,
            _ => Self::Mixed,
        }
    }

    fn are_texts(&self) -> bool {
        *self == Self::Texts
    }
}

/// What a file has of its columns, by their indexes, as far as counted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counts<'c> {
    /// How many values.
    pub(crate) values: &'c [u64],
    /// How many of them are other values as they are spelled.
    pub(crate) spelled: &'c [u64],
    pub(crate) alterations: &'c [Alterations],
}

/// The origins of columns that have another than their name says.
pub(crate) fn key_value(schema: &Schema, counts: Counts<'_>) -> Option<KeyValue> {
    let columns = schema.columns().iter().enumerate();
    let origins = columns.filter_map(|(index, column)| {
        let origin = origin(schema, index, column, counts)?;
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
        spelled: (texts == Texts::Mixed && !is_unclear).then_some(spelled),
        is_json: *ty == ColumnType::Json,
        declared: !(column.is_settled || is_sibling) && values_say(ty),
        input: column.input.as_ref().filter(|_| !column.is_settled).map(ToString::to_string),
        epochs: epochs.filter(|_| is_of_epochs),
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
