//! What a file says of where its columns come from.

use std::collections::{BTreeMap, HashMap};

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
    /// What files say that the rows come from, in place of what is counted.
    pub(crate) known: Option<&'c KnownOrigins>,
}

/// What files of one dataset say together of their columns.
#[derive(Clone, Debug, Default)]
pub(crate) struct KnownOrigins {
    columns: HashMap<String, Known>,
}

/// What they say of a column.
#[derive(Clone, Copy, Debug)]
struct Known {
    values: u64,
    /// How many of them are other values as they are spelled, where it is known.
    spelled: Option<u64>,
    /// Whether those that spell other values are such.
    are_apart: bool,
    epochs: Option<Epochs>,
}

impl KnownOrigins {
    /// Adds what a file says, with how many values it has of each of its columns.
    #[cfg(feature = "arrow")]
    pub(crate) fn add<'f>(
        &mut self,
        origins: &HashMap<String, Origin>,
        columns: impl IntoIterator<Item = (&'f str, u64)>,
    ) {
        for (name, values) in columns {
            self.add_known(name, Known::of(origins.get(name), values));
        }
    }

    /// Adds what is known of a column's texts: how many there are, how many of them are other values as they are spelled, and whether
    /// all that spell other values are such.
    #[cfg(feature = "arrow")]
    pub(crate) fn add_texts(
        &mut self,
        name: &str,
        (values, spelled): (u64, Option<u64>),
        are_apart: bool,
    ) {
        self.add_known(name, Known { values, spelled, are_apart, epochs: None });
    }

    #[cfg(feature = "arrow")]
    fn add_known(&mut self, name: &str, of_file: Known) {
        if of_file.values > 0 {
            let known = self.columns.entry(name.to_owned());
            known.and_modify(|known| known.add(of_file)).or_insert(of_file);
        }
    }
}

#[cfg(feature = "arrow")]
impl Known {
    fn of(origin: Option<&Origin>, values: u64) -> Self {
        let spelled = match origin.map(|origin| origin.texts).unwrap_or_default() {
            Texts::Texts => Some(0),
            Texts::Spelled => Some(values),
            Texts::Mixed => origin.and_then(|origin| origin.spelled),
        };
        let are_apart = origin.is_some_and(|of| of.apart || of.texts == Texts::Spelled);
        Self { values, spelled, are_apart, epochs: origin.and_then(|origin| origin.epochs) }
    }

    fn add(&mut self, other: Self) {
        // A manifest may be made up.
        self.values = self.values.saturating_add(other.values);
        let both = self.spelled.zip(other.spelled);
        self.spelled = both.map(|(one, other)| one.saturating_add(other));
        self.are_apart &= other.are_apart;
        self.epochs = self.epochs.filter(|epochs| other.epochs == Some(*epochs));
    }
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
    let known = counts.known.map(|known| known.columns.get(&column.name));
    let (values, spelled) = match known {
        None if column.has_mixed_texts || of.is_some_and(|of| of.has_mixed_texts) => (values, None),
        None => (values, Some(spelled)),
        Some(known) => known.map_or((0, Some(0)), |known| (known.values, known.spelled)),
    };
    let texts = match ty {
        ColumnType::Text => spelled.map_or(Texts::Mixed, |spelled| Texts::of(values, spelled)),
        ColumnType::Json => Texts::Spelled,
        _ => Texts::Texts,
    };
    let parsed = counts.alterations.get(index).map(|counts| counts.parsed_texts);
    let epochs = match (known, parsed.unwrap_or_default()) {
        (Some(Some(known)), _) => known.epochs,
        (_, 0) => Some(Epochs::Numbers),
        (_, parsed) if parsed == values => Some(Epochs::Texts),
        _ => None,
    };
    let is_of_epochs = matches!(ty, ColumnType::Timestamp(_))
        && !column.is_settled
        && column.input.as_ref().is_some_and(|input| input.epoch_digits().is_some());
    let is_sibling = column.sibling_of.is_some();
    let are_apart = match known {
        Some(known) => known.is_some_and(|known| known.are_apart),
        None => is_sibling && !column.has_unclear_texts,
    };
    Some(Origin {
        name: column.name.clone(),
        path: column.path().filter(|path| *path != [column.name.as_str()]),
        sibling_of: column.sibling_of.map(|(id, _)| schema.column(id).name.clone()),
        is_nanos: column.sibling_of.is_some_and(|(_, what)| what == Sibling::Nanos),
        texts,
        spelled: spelled.filter(|_| texts == Texts::Mixed && counts.are_of_file),
        apart: texts == Texts::Mixed && are_apart,
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
