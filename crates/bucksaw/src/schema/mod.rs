//! The columns of a file: declared beforehand or found on the way.

mod checkpoint;
mod choice;
mod column;
mod declaring;
mod fingerprinted;
mod names;
mod prediction;
mod quoted;
mod redacted;
mod resolving;
mod source;
mod uncarried;

use std::collections::{BTreeMap, HashMap, HashSet};

pub(crate) use self::checkpoint::Checkpoint;
use self::choice::Choice;
pub use self::column::{Column, ColumnId, Key, NANOS_SUFFIX, Renamed, TEXT_SUFFIX};
pub(crate) use self::column::{Sibling, TableTag};
pub(crate) use self::fingerprinted::Fingerprinted;
use self::prediction::{Found, Order};
use self::quoted::Quoted;
pub(crate) use self::redacted::{Redacted, Stand};
pub(crate) use self::resolving::Resolution;
pub(crate) use self::source::SourceColumns;
use self::uncarried::Uncarried;
use crate::options::declared::REST_COLUMN;
use crate::options::{Options, TypeRules, UnknownColumns};
use crate::types::habits::Habits;
pub use crate::types::logical::ColumnType;
use crate::types::path;
use crate::types::reading::Reading;
#[cfg(feature = "arrow")]
use crate::types::spelling::Spelling;
use foldhash::fast::RandomState;

/// The columns of a file so far, and the rules by which more are added.
#[derive(Clone, Debug)]
pub(crate) struct Schema {
    table: TableTag,
    columns: Vec<Column>,
    by_path: HashMap<Box<str>, ColumnId, RandomState>,
    /// Declared columns of no path, by their names: each takes the first path that would be called so.
    without_path: HashMap<String, ColumnId>,
    /// Those that have got one, for [`Schema::undo`].
    found: Vec<ColumnId>,
    choice: Choice,
    /// How many columns are there to be dropped.
    dropped: usize,
    /// Names in the file, in lower case: some readers don't tell `Level` from `level`.
    folded_names: HashSet<String>,
    /// Of names in lower case that were taken, the number to try next.
    next_numbers: HashMap<String, u64>,
    /// Columns that got their type after they were added, for [`Schema::undo`].
    typed: Vec<ColumnId>,
    linked: Vec<(ColumnId, Sibling)>,
    /// Whether there are columns that keep JSON text.
    pub(crate) has_json_columns: bool,
    /// Paths of columns whose texts are read as JSON.
    parsed_json: HashSet<String>,
    rest: Option<ColumnId>,
    /// Columns that say where rows come from, where they are asked for.
    pub(crate) source_columns: Option<SourceColumns>,
    /// The column of fingerprints, where it is asked for.
    pub(crate) fingerprinted: Option<Fingerprinted>,
    /// Whether every file has all columns.
    is_of_dataset: bool,
    /// Columns whose values stand in the names of folders.
    path_columns: Vec<String>,
    order: Order,
    found_below: Found,
    changes: u64,
    text_prefixes: Vec<String>,
    field_ids: BTreeMap<String, i32>,
    max_columns: usize,
    /// Columns that the memory limit carries.
    carried: usize,
    /// Those that it does not.
    uncarried: Uncarried,
    pub(crate) unknown_columns: UnknownColumns,
    pub(crate) strict: bool,
    /// What JSON may have that is none.
    pub(crate) habits: Habits,
    pub(crate) int64_from_text: bool,
    /// Rows of a column's settling window; 0 where its first value is enough.
    pub(crate) settling_rows: usize,
    /// What a column's values say of its type by.
    pub(crate) type_rules: TypeRules,
}

impl Schema {
    pub(crate) fn new(options: &Options) -> Self {
        let mut schema = Self {
            table: TableTag::new(),
            columns: Vec::new(),
            by_path: HashMap::default(),
            without_path: HashMap::new(),
            found: Vec::new(),
            choice: Choice::new(options),
            dropped: 0,
            folded_names: HashSet::from([REST_COLUMN.to_owned()]),
            next_numbers: HashMap::new(),
            typed: Vec::new(),
            linked: Vec::new(),
            has_json_columns: false,
            parsed_json: (options.parsed_json.iter())
                .map(|names| path::of_names(names.iter().map(String::as_str)))
                .collect(),
            rest: None,
            source_columns: None,
            fingerprinted: None,
            is_of_dataset: false,
            path_columns: Vec::new(),
            order: Order::default(),
            found_below: Found::default(),
            changes: 0,
            text_prefixes: options.text_prefixes.clone(),
            field_ids: options.field_ids.clone(),
            max_columns: options.max_columns,
            carried: options.columns_carried(),
            uncarried: Uncarried::default(),
            unknown_columns: options.schema.unknown_columns,
            strict: options.strict,
            habits: options.habits,
            int64_from_text: options.int64_from_text,
            // Strict mode compares each row with a type as it comes.
            type_rules: options.type_rules(),
            settling_rows: if options.strict { 0 } else { options.settling_rows },
        };
        schema.add_declared(options);
        schema.source_columns =
            options.source_columns.then(|| schema.find_source_columns()).flatten();
        if options.fingerprints {
            schema.fingerprinted = schema.find_fingerprinted(options);
        }
        if schema.unknown_columns == UnknownColumns::Rest {
            let rest = schema.rest();
            schema.columns[rest.index()].declared = true;
        }
        schema
    }

    /// The files are a dataset's: all of them have all columns, but for those whose values stand in the names of folders.
    pub(crate) fn are_of_dataset(&mut self, options: &Options) {
        self.is_of_dataset = true;
        let keys = options.dataset.partition.iter().filter(|key| key.is_column());
        self.path_columns = keys.map(|key| key.column.clone()).collect();
        for column in &mut self.columns {
            column.is_in_path = self.path_columns.contains(&column.name);
        }
    }

    pub(crate) fn is_of_dataset(&self) -> bool {
        self.is_of_dataset
    }

    /// Whether a file has this column even where none of its rows has a value of it.
    pub(crate) fn is_wanted(&self, column: &Column) -> bool {
        (column.declared || self.is_of_dataset && column.ty.is_some()) && !column.is_in_path
    }

    /// The columns, in the file's order.
    pub(crate) fn columns(&self) -> &[Column] {
        &self.columns
    }

    #[inline]
    pub(crate) fn table(&self) -> TableTag {
        self.table
    }

    /// Whether values are redacted.
    pub(crate) fn redacts(&self) -> bool {
        self.choice.redacts()
    }

    pub(crate) fn column(&self, id: ColumnId) -> &Column {
        &self.columns[id.index()]
    }

    pub(crate) fn set_type(&mut self, id: ColumnId, ty: ColumnType) {
        let column = &mut self.columns[id.index()];
        column.ty = Some(ty);
        column.is_settling = false;
        self.typed.push(id);
        self.changes += 1;
    }

    /// Text that comes later is read as that was from which a column's type settled.
    fn reads_of_settled(&self, ty: &ColumnType) -> Option<Reading> {
        let is_of_times = matches!(ty, ColumnType::Timestamp(_));
        (self.type_rules.time_unit.is_some() && is_of_times).then(Reading::rfc3339)
    }

    /// Has a new column that its source declares in the file even if no row has a value of it.
    #[cfg(feature = "arrow")]
    pub(crate) fn stay(&mut self, id: ColumnId, field_id: Option<i32>) {
        let column = &mut self.columns[id.index()];
        column.declared = true;
        // The type that it has is none that values said.
        column.is_settled = false;
        column.field_id = column.field_id.or(field_id);
    }

    /// Has the next file say of a column, whose type its source has just given, what the source said.
    #[cfg(feature = "arrow")]
    pub(crate) fn trace(&mut self, id: ColumnId, input: Option<&Spelling>) {
        self.columns[id.index()].input = input.cloned();
        self.changes += 1;
    }

    /// Values of a column that another source has traced, too: a spelling that they don't share is none of the column's.
    #[cfg(feature = "arrow")]
    pub(crate) fn agree(&mut self, id: ColumnId, input: Option<&Spelling>) {
        let column = &mut self.columns[id.index()];
        if column.reads.is_none() && column.input.is_some() && column.input.as_ref() != input {
            column.input = None;
            self.changes += 1;
        }
    }

    /// The texts of a column can't be told from other values as they are spelled.
    #[cfg(feature = "arrow")]
    pub(crate) fn mix_texts(&mut self, id: ColumnId) {
        let column = &mut self.columns[id.index()];
        if !column.has_mixed_texts {
            column.has_mixed_texts = true;
            self.changes += 1;
        }
    }

    /// A text that is as another value is spelled, or may be, goes into this sibling.
    pub(crate) fn add_unclear_text(&mut self, sibling: ColumnId) {
        let column = &mut self.columns[sibling.index()];
        if !column.has_unclear_texts {
            column.has_unclear_texts = true;
            self.changes += 1;
        }
    }

    /// Whether values are left out or redacted.
    #[cfg(feature = "arrow")]
    pub(crate) fn chooses(&self) -> bool {
        self.choice.redacts() || self.choice.drops_some()
    }

    /// Sets the type that a column's values said.
    pub(crate) fn settle(&mut self, id: ColumnId, ty: ColumnType) {
        self.columns[id.index()].reads = self.reads_of_settled(&ty);
        self.set_type(id, ty);
    }

    /// Values of a column wait for its type from now on.
    pub(crate) fn begin_settling(&mut self, id: ColumnId) {
        let column = &mut self.columns[id.index()];
        if column.ty.is_none() && !column.is_settling {
            column.is_settling = true;
            self.typed.push(id);
            self.changes += 1;
        }
    }

    /// Whether a row with a value that has no column, or that its column can't hold, is refused.
    pub(crate) fn refuses_rows(&self) -> bool {
        self.strict || self.unknown_columns == UnknownColumns::Refuse
    }

    /// How often columns were added, typed or linked, whether or not that was undone.
    pub(crate) fn changes(&self) -> u64 {
        self.changes
    }

    /// The sibling that holds what `id` can't, if there is room for it or it is needed anyway.
    pub(crate) fn sibling(
        &mut self,
        id: ColumnId,
        what: Sibling,
        is_needed: bool,
    ) -> Option<ColumnId> {
        if let Some(sibling) = self.columns[id.index()].sibling(what) {
            return Some(sibling);
        }
        if self.unknown_columns != UnknownColumns::Add {
            return None;
        }
        let name = format!("{}{}", self.columns[id.index()].name, what.suffix());
        if !is_needed && self.is_full_for(&name) {
            return None;
        }
        Some(self.add_sibling(id, what))
    }

    fn add_sibling(&mut self, id: ColumnId, what: Sibling) -> ColumnId {
        let name = format!("{}{}", self.columns[id.index()].name, what.suffix());
        // No name of a row leads to it: what rows call so is a column of its own.
        let name = self.unused_name(&name);
        let sibling = self.add(name);
        self.columns[sibling.index()].ty = Some(what.column_type());
        self.columns[id.index()].siblings[what as usize] = Some(sibling);
        self.columns[sibling.index()].sibling_of = Some((id, what));
        self.linked.push((id, what));
        self.changes += 1;
        sibling
    }

    /// The column `_rest`, which does not count against the limit.
    pub(crate) fn rest(&mut self) -> ColumnId {
        if let Some(rest) = self.rest {
            return rest;
        }
        let rest = self.add(REST_COLUMN.to_owned());
        self.columns[rest.index()].ty = Some(ColumnType::Text);
        self.rest = Some(rest);
        rest
    }

    /// Whether there is no room for a column of this path, or for a sibling of this name; counts it where that
    /// is for the memory limit.
    fn is_full_for(&mut self, path: &str) -> bool {
        let columns = self.count();
        let wanted = columns + self.uncarried.names.len();
        if columns >= self.carried && wanted < self.max_columns {
            let is_new = self.uncarried.add(self.hash_of(path));
            self.changes += u64::from(is_new);
        }
        columns >= self.carried.min(self.max_columns)
    }

    /// Columns that count against the limits.
    fn count(&self) -> usize {
        self.columns.len() - self.dropped - usize::from(self.rest.is_some())
    }

    /// Whether there is room for so many columns more.
    pub(crate) fn has_room_for(&self, more: usize) -> bool {
        let columns = self.count();
        columns + more <= self.carried.min(self.max_columns)
    }

    /// How many columns there are and would be if the memory limit carried them all; none where it does.
    pub(crate) fn uncarried(&self) -> Option<(usize, usize)> {
        let (columns, more) = (self.carried, self.uncarried.names.len());
        (more > 0).then_some((columns, columns + more))
    }

    /// Has values of this path go to the column.
    fn set_path(&mut self, id: ColumnId, path: &str) {
        let takes_all_as_text = self.is_text_by_prefix(&self.columns[id.index()].name, path);
        let redacted = self.choice.redacted(path, Some(&self.columns[id.index()].name));
        let column = &mut self.columns[id.index()];
        column.takes_all_as_text =
            takes_all_as_text || redacted.as_ref().is_some_and(|redacted| redacted.is_of_all());
        column.redacted = redacted;
        column.parses_json = self.parsed_json.contains(path);
        column.quoted = Quoted::of(path);
        let name_at = path.rfind(path::SEPARATOR).map_or(0, |at| at + 1);
        // Where the name is escaped no name is found there.
        column.plain_name_at = if path::has_escapes(path) { usize::MAX } else { name_at };
        column.path = Some(path.into());
        self.by_path.insert(path.into(), id);
        self.changes += 1;
    }

    /// A column that no path leads to.
    fn add(&mut self, name: String) -> ColumnId {
        let id = ColumnId::new(self.columns.len(), self.table);
        self.folded_names.insert(name.to_lowercase());
        self.columns.push(Column {
            field_id: self.field_ids.get(&name).copied(),
            is_in_path: self.path_columns.contains(&name),
            name,
            path: None,
            is_renamed: false,
            is_dropped: false,
            is_in_rest: false,
            is_fingerprinted: false,
            ty: None,
            declared: false,
            takes_all_as_text: false,
            may_be_redacted: false,
            redacted: None,
            parses_json: false,
            is_settling: false,
            is_settled: true,
            input: None,
            reads: None,
            has_mixed_texts: false,
            has_unclear_texts: false,
            sibling_of: None,
            siblings: [None; Sibling::COUNT],
            quoted: Quoted::default(),
            plain_name_at: usize::MAX,
        });
        self.changes += 1;
        id
    }
}
