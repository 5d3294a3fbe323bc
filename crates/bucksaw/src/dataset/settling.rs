//! Types that settle again, over the values that all files of a dataset have.
//!
//! A column's type is what its first values said. What it could not hold later is in its sibling, as text. Where all of them
//! together say a wider type of numbers, the schema gets that, and files that have another one are written anew: until all are, the
//! schema and the files say what is left to do.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;

use bumpalo::Bump;
use serde::Serialize;
use serde_json::Value;

use super::manifest::{Added, Details, FileColumn, Manifest};
use super::widening::{are_exact, widens};
use crate::coerce::evidence::Evidence;
use crate::coerce::kind::{Kind, LARGE_INTEGERS};
use crate::coerce::rules::Fitting;
use crate::error::{Error, Result};
use crate::escape::escape_path;
use crate::format::origins::{Origin, Texts, is_spelled};
use crate::input::columnar::{for_each_text, origins_of};
use crate::input::framing::BATCH_BYTES_SHARE;
use crate::options::declared::{DeclaredColumn, DeclaredSchema};
use crate::options::{Numbers, Options, TypeRules};
use crate::schema::{Column, ColumnType, Sibling};
use crate::types::json::item_of;

/// A column of a dataset whose values, had all of them come at once, would have had another type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Resettled {
    /// Its name.
    pub column: String,
    /// The type that it has, as a schema file spells it.
    pub from: String,
    /// The type that all values say.
    pub to: String,
    /// The column with values that it could not hold.
    pub sibling: String,
    /// How many of them are of that type.
    pub values: u64,
    /// The files that have the column with another type, all of which have to be written anew.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Whether that is done: where all of them are small, or [`Compaction::settle_types`](crate::Compaction::settle_types) says so.
    pub is_settled: bool,
}

/// Columns whose types their values said, and which are of numbers: a file that has another one than the schema is to be written anew.
#[derive(Debug)]
pub(super) struct Types<'s>(HashMap<&'s str, Typed<'s>>);

#[derive(Clone, Copy, Debug)]
struct Typed<'s> {
    ty: &'s ColumnType,
    sibling: Option<&'s str>,
}

/// A column whose values get another type.
#[derive(Clone, Debug)]
pub(super) struct Changing {
    pub(super) column: String,
    /// Its sibling of texts, if it has one.
    pub(super) sibling: Option<String>,
}

impl<'s> Types<'s> {
    pub(super) fn of(schema: &'s DeclaredSchema) -> Self {
        let is_of_numbers = |ty: &ColumnType| ty.is_of_numbers() || *ty == LARGE_INTEGERS;
        let siblings: HashMap<&str, &str> = (schema.columns.iter())
            .filter(|column| column.ty == Sibling::Text.column_type())
            .filter_map(|column| Some((column.sibling_of.as_deref()?, column.name.as_str())))
            .collect();
        let typed =
            schema.columns.iter().filter(|column| column.settled && is_of_numbers(&column.ty));
        let typed = typed.map(|DeclaredColumn { name, ty, .. }| {
            let sibling = siblings.get(name.as_str()).copied();
            (name.as_str(), Typed { ty, sibling })
        });
        Self(typed.collect())
    }

    /// The columns of a file whose types are not the schema's yet.
    pub(super) fn changing(&self, details: Option<&Details>) -> Vec<Changing> {
        let columns = details.into_iter().flat_map(|details| &details.columns);
        let changing = columns.filter_map(|column| {
            let Typed { ty, sibling } = *self.0.get(column.name.as_str())?;
            let is_narrower = widens(&column.ty.parse().ok()?, ty);
            let sibling = sibling.map(str::to_owned);
            is_narrower.then(|| Changing { column: column.name.clone(), sibling })
        });
        changing.collect()
    }
}

/// What is known of a column that may get another type.
struct Candidate<'s> {
    column: &'s str,
    typed: Typed<'s>,
    sibling: &'s str,
    rules: TypeRules,
    evidence: Evidence,
    /// Of what kinds the sibling's values are.
    kinds: Vec<(Kind, u64)>,
    /// Whether doubles hold each integer exactly.
    are_exact: bool,
    /// Whether all values are known.
    is_known: bool,
    /// The files that have it with each type.
    files: Vec<(ColumnType, Amount)>,
}

#[derive(Clone, Copy, Default)]
struct Amount {
    files: u64,
    bytes: u64,
    others_than_small: u64,
}

/// Looks at what all files have of columns whose types may be others.
pub(super) struct Survey<'s> {
    root: &'s Path,
    options: &'s Options,
    candidates: Vec<Candidate<'s>>,
    /// Which of them has a column of this name, and whether as its sibling.
    by_name: HashMap<&'s str, (usize, bool)>,
}

impl<'s> Survey<'s> {
    /// Of no files yet.
    pub(super) fn new(root: &'s Path, schema: &'s DeclaredSchema, options: &'s Options) -> Self {
        let is_wide = |ty: &ColumnType| !widens(ty, &ColumnType::Double);
        let in_path = |name: &str| {
            options.dataset.partition.iter().any(|key| key.is_column() && key.column == name)
        };
        let typed = Types::of(schema).0.into_iter();
        let mut candidates: Vec<Candidate<'s>> = typed
            .filter(|(name, typed)| !is_wide(typed.ty) && !in_path(name))
            .filter_map(|(column, typed)| {
                Some(Candidate::new(column, typed, typed.sibling?, options))
            })
            .collect();
        candidates.sort_unstable_by_key(|candidate| candidate.column);
        let by_name = candidates.iter().enumerate().flat_map(|(index, candidate)| {
            [(candidate.column, (index, false)), (candidate.sibling, (index, true))]
        });
        let by_name = by_name.collect();
        Self { root, options, candidates, by_name }
    }

    /// Those that all files together give another type, if all of the files that have others are small, or if that is wanted in any case.
    pub(super) fn look(
        mut self,
        manifest: &Manifest,
        is_wanted: bool,
        is_small: impl Fn(&Added) -> Result<bool>,
    ) -> Result<Vec<Resettled>> {
        if self.candidates.is_empty() {
            return Ok(Vec::new());
        }
        manifest.for_each_file(|added| {
            let is_small = is_small(&added)?;
            self.add(&added, is_small);
            Ok(())
        })?;
        let all = self.candidates.into_iter();
        Ok(all.filter_map(|candidate| candidate.resettled(is_wanted)).collect())
    }

    fn add(&mut self, added: &Added, is_small: bool) {
        let Some(details) = &added.details else {
            self.candidates.iter_mut().for_each(|candidate| candidate.is_known = false);
            return;
        };
        let path = self.root.join(&added.file.path);
        let mut origins = None;
        for column in &details.columns {
            let Some((index, is_sibling)) = self.by_name.get(column.name.as_str()) else {
                continue;
            };
            let candidate = &mut self.candidates[*index];
            match (column.nulls.map(|nulls| added.file.rows.saturating_sub(nulls)), is_sibling) {
                (None, _) => candidate.is_known = false,
                (Some(values), false) => {
                    candidate.add_values(column, values, &added.file, is_small)
                }
                (Some(0), true) => {}
                (Some(values), true) => {
                    let origins = origins.get_or_insert_with(|| {
                        File::open(&path).ok().and_then(|file| origins_of(file).ok())
                    });
                    let origin = origins.as_ref().map(|origins| origins.get(&column.name));
                    let is_known = origin.is_some_and(|origin| {
                        candidate.add_texts(&path, origin, values, room(self.options))
                    });
                    // What can't be read is told where it is to be merged.
                    candidate.is_known &= is_known;
                }
            }
        }
    }
}

/// Bytes that large pages may take.
fn room(options: &Options) -> usize {
    options.memory_limit / BATCH_BYTES_SHARE
}

impl<'s> Candidate<'s> {
    fn new(column: &'s str, typed: Typed<'s>, sibling: &'s str, options: &Options) -> Self {
        Self {
            column,
            typed,
            sibling,
            rules: options.type_rules(),
            evidence: Evidence::new(options.type_rules()),
            kinds: Vec::new(),
            are_exact: true,
            is_known: true,
            files: Vec::new(),
        }
    }

    /// Adds a file's values of the column itself.
    fn add_values(
        &mut self,
        column: &FileColumn,
        values: u64,
        file: &super::DatasetFile,
        is_small: bool,
    ) {
        let Ok(ty) = column.ty.parse::<ColumnType>() else {
            self.is_known = false;
            return;
        };
        let bound = |bound: &Option<Value>| bound.as_ref().and_then(Value::as_i64).map(i128::from);
        let are_exact = values == 0 || are_exact(&ty, bound(&column.min), bound(&column.max));
        self.are_exact &= are_exact;
        self.evidence.add_column(&ty, values, are_exact);
        let index = self.files.iter().position(|(known, _)| *known == ty);
        let index = index.unwrap_or_else(|| {
            self.files.push((ty, Amount::default()));
            self.files.len() - 1
        });
        let amount = &mut self.files[index].1;
        amount.files += 1;
        amount.bytes = amount.bytes.saturating_add(file.bytes);
        amount.others_than_small += u64::from(!is_small);
    }

    /// Adds a file's values of its sibling; whether it is known which of them were texts.
    fn add_texts(
        &mut self,
        path: &Path,
        origin: Option<&Origin>,
        values: u64,
        room: usize,
    ) -> bool {
        let kind = origin.map(|origin| origin.texts).unwrap_or_default();
        if kind == Texts::Texts {
            self.evidence.add_column(&ColumnType::Text, values, true);
            return true;
        }
        let mut spelled = 0_u64;
        let counted =
            read_texts(path, self.sibling, room, |text| spelled += u64::from(is_spelled(text)));
        let is_told = |of: &Origin| of.apart || of.spelled == Some(spelled);
        let is_clear = kind == Texts::Spelled || origin.is_some_and(is_told);
        if counted.is_err() || !is_clear {
            return false;
        }
        let mut arena = Bump::new();
        let read = read_texts(path, self.sibling, room, |text| {
            let item = is_spelled(text).then(|| item_of(text, &arena).ok()).flatten();
            match item {
                Some(item) => {
                    let kind = self.evidence.add(item);
                    match self.kinds.iter_mut().find(|(known, _)| *known == kind) {
                        Some((_, count)) => *count += 1,
                        None => self.kinds.push((kind, 1)),
                    }
                }
                None => self.evidence.add_column(&ColumnType::Text, 1, true),
            }
            arena.reset();
        });
        read.is_ok()
    }

    /// What it is to become, if it is.
    fn resettled(self, is_wanted: bool) -> Option<Resettled> {
        let (from, to) = (self.typed.ty, self.evidence.column_type());
        let is_wide_enough = |ty: &ColumnType| *ty == to || widens(ty, &to);
        let are_held = self.are_exact || to != ColumnType::Double;
        let is_due = self.is_known
            && are_held
            && widens(from, &to)
            && self.files.iter().all(|(ty, _)| is_wide_enough(ty));
        if !is_due {
            return None;
        }
        let of_type = self.kinds.iter().filter(|(kind, _)| kind.is_held_by(&to, self.rules));
        let mut all = Amount::default();
        for (_, amount) in self.files.iter().filter(|(ty, _)| *ty != to) {
            all.files += amount.files;
            all.bytes = all.bytes.saturating_add(amount.bytes);
            all.others_than_small += amount.others_than_small;
        }
        Some(Resettled {
            column: self.column.to_owned(),
            from: from.to_string(),
            to: to.to_string(),
            sibling: self.sibling.to_owned(),
            values: of_type.map(|(_, count)| count).sum(),
            files: all.files,
            bytes: all.bytes,
            is_settled: is_wanted || all.others_than_small == 0,
        })
    }
}

/// Gives columns the types that they are to have.
pub(super) fn settle(schema: &mut DeclaredSchema, resettled: &[Resettled]) {
    for settled in resettled.iter().filter(|settled| settled.is_settled) {
        let column = schema.columns.iter_mut().find(|column| column.name == settled.column);
        if let (Some(column), Ok(ty)) = (column, settled.to.parse()) {
            column.ty = ty;
        }
    }
}

/// What becomes of a file's texts of a sibling whose column gets another type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Returning {
    /// How many of them the column takes.
    pub(super) returned: u64,
    /// How many stay, and how many of these are other values as they are spelled.
    pub(super) kept: u64,
    pub(super) spelled: Option<u64>,
    /// Whether those that were other values are known.
    pub(super) are_apart: bool,
}

impl Returning {
    /// Of so many texts of a file, which says this of them.
    pub(super) fn of(
        path: &Path,
        (name, values): (&str, u64),
        origin: Option<&Origin>,
        column: &Column,
        options: &Options,
    ) -> Result<Self> {
        let kind = origin.map(|origin| origin.texts).unwrap_or_default();
        let are_apart = origin.is_some_and(|origin| origin.apart);
        let all_stay = |spelled| Self { returned: 0, kept: values, spelled, are_apart };
        if kind == Texts::Texts || values == 0 {
            return Ok(all_stay(Some(0)));
        }
        let (mut spelled, mut returned) = (0_u64, 0_u64);
        let mut arena = Bump::new();
        read_texts(path, name, room(options), |text| {
            if is_spelled(text) {
                spelled += 1;
                let item = item_of(text, &arena).ok();
                let is_held =
                    item.is_some_and(|item| Fitting::is_held(item, column, Numbers::Exact, &arena));
                returned += u64::from(is_held);
            }
            arena.reset();
        })?;
        let told = origin.and_then(|origin| origin.spelled);
        if kind == Texts::Mixed && !are_apart && told != Some(spelled) {
            return Ok(all_stay(told));
        }
        let (kept, spelled) = (values.saturating_sub(returned), Some(spelled - returned));
        Ok(Self { returned, kept, spelled, are_apart: true })
    }
}

fn read_texts(path: &Path, column: &str, room: usize, mut look: impl FnMut(&str)) -> Result<()> {
    let name = escape_path(path);
    let file =
        File::open(path).map_err(|cause| Error::io(format!("could not read {name}"), cause))?;
    let looked = for_each_text(file, column, room, |text| {
        look(text);
        Ok(())
    });
    looked.map_err(|error| error.in_source(&name))
}
