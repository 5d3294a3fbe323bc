//! What a column chunk's metadata says of its values, and what the values say.

use std::cmp::Ordering;

use parquet::file::metadata::{ColumnChunkMetaData, LevelHistogram};

use super::super::statistics::{self, Meaning, Raw};
use super::super::values::Value;
use super::tally::Tally;
use super::{Findings, Place};

/// Which of the two bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    Min,
    Max,
}

impl Bound {
    fn name(self) -> &'static str {
        match self {
            Self::Min => "the smallest value",
            Self::Max => "the largest value",
        }
    }
}

/// Holds a bound against the values. One that isn't exact may be beyond them. Of numbers all are exact,
/// whether or not that is said: no writer makes them wider.
pub(super) fn check_bound(
    (which, of): (Bound, &str),
    (said, is_exact): (&Raw, bool),
    (tally, meaning): (&Tally, Meaning),
    (place, findings): (&Place, &mut Findings),
) {
    // Their order isn't defined, or is not known here; readers don't look at them.
    if matches!(meaning, Meaning::Unordered | Meaning::Nanos) {
        return;
    }
    let found = match which {
        Bound::Min => &tally.min,
        Bound::Max => &tally.max,
    };
    let what = || format!("{} in {of}", which.name());
    let text = |raw: &Raw| statistics::readable(raw, meaning).to_string();
    let Some(found) = found else {
        // Where there are no numbers, what is not a number may be the bound.
        if tally.nans == 0 {
            findings.problem(
                place,
                what(),
                [Some(text(said)), Some("none: there are no values".to_owned())],
            );
        }
        return;
    };
    let is_exact = is_exact || !matches!(said, Raw::Bytes(_));
    let is_so = match (statistics::compare(said, found, meaning), which) {
        (Some(Ordering::Equal), _) => true,
        (Some(Ordering::Less), Bound::Min) | (Some(Ordering::Greater), Bound::Max) => !is_exact,
        _ => false,
    };
    if !is_so {
        findings.problem(place, what(), [Some(text(said)), Some(text(found))]);
    }
}

/// Holds a number of nulls against the levels. Writers don't agree on whether lists that are null or
/// empty are nulls of their values, so both are right.
pub(super) fn check_nulls(
    of: &str,
    said: u64,
    tally: &Tally,
    (place, findings): (&Place, &mut Findings),
) {
    let is_repeated = tally.repetitions.len() > 1;
    if said == tally.nulls() || (is_repeated && said == tally.own_nulls) {
        return;
    }
    findings.same(place, &format!("the number of nulls in {of}"), said, tally.nulls());
}

/// Holds what the footer says of a chunk against what is in all of its pages.
pub(super) fn check_chunk(
    (chunk, rows): (&ColumnChunkMetaData, u64),
    (tally, meaning): (&Tally, Meaning),
    (place, findings): (&Place, &mut Findings),
) {
    let number = |value: i64| u64::try_from(value).unwrap_or(0);
    findings.same(place, "the chunk's number of values", number(chunk.num_values()), tally.levels);
    findings.same(place, "the row group's number of rows", rows, tally.rows);
    if let Some(stored) = chunk.statistics() {
        const OF: &str = "the chunk's statistics";
        if let Some(said) = stored.null_count_opt() {
            check_nulls(OF, said, tally, (place, findings));
        }
        if let Some(said) = stored.nan_count_opt() {
            findings.same(place, "the number of NaNs in the chunk's statistics", said, tally.nans);
        }
        let (min, max) = statistics::raw(stored, meaning);
        // The old fields' order is that of signed numbers, whatever the type.
        let is_known = |bound: &Raw| {
            !stored.is_min_max_deprecated() || !matches!(bound, Raw::Uint(_) | Raw::Bytes(_))
        };
        for (which, bound, is_exact) in
            [(Bound::Min, min, stored.min_is_exact()), (Bound::Max, max, stored.max_is_exact())]
        {
            if let Some(said) = bound.filter(is_known) {
                let claim = (&said, is_exact);
                check_bound((which, OF), claim, (tally, meaning), (place, findings));
            }
        }
    }
    let levels = [
        ("repetition", chunk.repetition_level_histogram(), &tally.repetitions),
        ("definition", chunk.definition_level_histogram(), &tally.definitions),
    ];
    for (name, said, found) in levels {
        if let Some(said) = said.map(LevelHistogram::values) {
            check_levels(&format!("the chunk's {name} levels"), said, found, (place, findings));
        }
    }
    if let Some(said) = chunk.unencoded_byte_array_data_bytes() {
        let what = "the bytes of the chunk's byte arrays";
        findings.same(place, what, number(said), tally.bytes);
    }
}

/// Holds the number of each level against the levels. None at all may be said where there is but one.
pub(super) fn check_levels(
    what: &str,
    said: &[i64],
    found: &[u64],
    (place, findings): (&Place, &mut Findings),
) {
    let is_same = said.len() == found.len()
        && said.iter().zip(found).all(|(&said, &found)| u64::try_from(said) == Ok(found));
    let is_left_out = said.is_empty() && found.len() == 1;
    if !is_same && !is_left_out {
        let [said, found] = [format!("{said:?}"), format!("{found:?}")];
        findings.problem(place, what, [Some(said), Some(found)]);
    }
}

/// Whether a value is what its column's type says.
pub(super) fn is_of_type(value: Value<'_>, meaning: Meaning) -> bool {
    match (value, meaning) {
        (Value::Bytes(bytes), Meaning::Text) => std::str::from_utf8(bytes).is_ok(),
        _ => true,
    }
}
