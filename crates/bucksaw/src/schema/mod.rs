//! The columns of a file: declared beforehand or found on the way.

mod column;
mod prediction;
mod uncarried;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::BuildHasher as _;

pub use self::column::{Column, ColumnId, Key, NANOS_SUFFIX, Renamed, TEXT_SUFFIX};
pub(crate) use self::column::{Sibling, TableTag};
use self::prediction::Order;
use self::uncarried::Uncarried;
use crate::options::Options;
use crate::options::declared::{DeclaredColumn, MAX_NAME_BYTES, REST_COLUMN};
use crate::runtime::hash::same;
pub use crate::types::logical::ColumnType;
use crate::types::timestamp::TimeUnit;
use foldhash::fast::RandomState;

/// What a column with an empty name is called.
pub const EMPTY_NAME: &str = "_empty";

/// The columns of a file so far, and the rules by which more are added.
#[derive(Clone, Debug)]
pub(crate) struct Schema {
    table: TableTag,
    columns: Vec<Column>,
    by_name: HashMap<Box<str>, ColumnId, RandomState>,
    /// Names in the file, in lower case: some readers don't tell `Level` from `level`.
    folded_names: HashSet<String>,
    /// Of names in lower case that were taken, the number to try next.
    next_numbers: HashMap<String, u64>,
    /// Columns that got their type after they were added, for [`Schema::undo`].
    typed: Vec<ColumnId>,
    linked: Vec<(ColumnId, Sibling)>,
    rest: Option<ColumnId>,
    order: Order,
    changes: u64,
    text_prefixes: Vec<String>,
    field_ids: BTreeMap<String, i32>,
    max_columns: usize,
    /// Columns that the memory limit carries.
    carried: usize,
    /// Those that it does not.
    uncarried: Uncarried,
    pub(crate) closed: bool,
    pub(crate) strict: bool,
    pub(crate) int64_from_text: bool,
    /// Rows of a column's settling window; 0 where its first value is enough.
    pub(crate) settling_rows: usize,
    /// The unit of columns of text that settle to timestamps; none where text stays text.
    pub(crate) time_unit: Option<TimeUnit>,
}

/// A point that a schema can go back to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Checkpoint {
    columns: usize,
    typed: usize,
    linked: usize,
    uncarried: usize,
}

/// What a name leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resolution {
    Column(ColumnId),
    /// No column of its own: the value goes into `_rest`.
    Rest,
    /// A closed schema does not have it.
    Unexpected,
}

impl Schema {
    pub(crate) fn new(options: &Options) -> Self {
        let mut schema = Self {
            table: TableTag::new(),
            columns: Vec::new(),
            by_name: HashMap::default(),
            folded_names: HashSet::from([REST_COLUMN.to_owned()]),
            next_numbers: HashMap::new(),
            typed: Vec::new(),
            linked: Vec::new(),
            rest: None,
            order: Order::default(),
            changes: 0,
            text_prefixes: options.text_prefixes.clone(),
            field_ids: options.field_ids.clone(),
            max_columns: options.max_columns,
            carried: options.columns_carried(),
            uncarried: Uncarried::default(),
            closed: options.schema.closed,
            strict: options.strict,
            int64_from_text: options.int64_from_text,
            // Strict mode compares each row with a type as it comes.
            time_unit: options.timestamps.then_some(options.timestamp_unit),
            settling_rows: if options.strict { 0 } else { options.settling_rows },
        };
        for DeclaredColumn { name, ty, from, field_id, sibling_of } in &options.schema.columns {
            let is_text = schema.is_text_by_prefix(name);
            let ty = if is_text { ColumnType::Text } else { ty.clone() };
            let id = match sibling_of {
                Some(_) => schema.add_unnamed(name.clone()),
                None => schema.add(from.as_ref().unwrap_or(name), name.clone()),
            };
            schema.columns[id.index()].ty = Some(ty);
            schema.columns[id.index()].declared = true;
            schema.columns[id.index()].reads_text = true;
            if field_id.is_some() {
                schema.columns[id.index()].field_id = *field_id;
            }
        }
        schema.link_declared(options);
        schema
    }

    /// Tells declared siblings and their columns of each other.
    fn link_declared(&mut self, options: &Options) {
        let declared = &options.schema.columns;
        for (index, column) in declared.iter().enumerate() {
            let of = column.sibling_of.as_ref();
            let of = of.and_then(|of| declared.iter().position(|column| column.name == *of));
            if let (Some(of), Some(what)) = (of, Sibling::of_type(&column.ty)) {
                let (id, sibling) =
                    (ColumnId::new(of, self.table), ColumnId::new(index, self.table));
                self.columns[of].siblings[what as usize] = Some(sibling);
                self.columns[index].sibling_of = Some((id, what));
            }
        }
    }

    /// The columns, in the file's order.
    pub(crate) fn columns(&self) -> &[Column] {
        &self.columns
    }

    #[inline]
    pub(crate) fn table(&self) -> TableTag {
        self.table
    }

    /// The column that rows call `name`, if it is known.
    pub(crate) fn find(&self, name: &str) -> Option<ColumnId> {
        self.by_name.get(name).copied()
    }

    /// Columns that the file calls otherwise than the rows do.
    pub(crate) fn renamed(&self) -> Vec<Renamed> {
        let renamed = |column: &Column| {
            let from = column.renamed_from.clone().filter(|_| column.ty.is_some())?;
            Some(Renamed { from, to: column.name.clone() })
        };
        self.columns.iter().filter_map(renamed).collect()
    }

    /// A name's hash, for as long as this schema lives.
    pub(crate) fn hash_of(&self, name: &str) -> u64 {
        self.by_name.hasher().hash_one(name)
    }

    /// The columns that were added since.
    pub(crate) fn columns_since(&self, checkpoint: Checkpoint) -> &[Column] {
        &self.columns[checkpoint.columns..]
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

    /// Sets the type that a column's values said. Text that comes later is read as theirs was.
    pub(crate) fn settle(&mut self, id: ColumnId, ty: ColumnType) {
        self.columns[id.index()].reads_text =
            self.time_unit.is_some() && matches!(ty, ColumnType::Timestamp(_));
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

    /// Where values go that rows call `name`; a new column where it is new.
    #[inline(always)]
    pub(crate) fn resolve(&mut self, name: &str) -> Resolution {
        if let Some(id) = self.known(name) {
            return Resolution::Column(id);
        }
        self.resolve_new(name)
    }

    #[inline(never)]
    fn resolve_new(&mut self, name: &str) -> Resolution {
        if self.closed {
            return Resolution::Unexpected;
        }
        if name == REST_COLUMN || name.len() > MAX_NAME_BYTES || self.is_full_for(name) {
            return Resolution::Rest;
        }
        let file_name = self.unused_name(if name.is_empty() { EMPTY_NAME } else { name });
        Resolution::Column(self.add(name, file_name))
    }

    /// The column that rows call `name`, if it is known.
    #[inline(always)]
    pub(crate) fn known(&mut self, name: &str) -> Option<ColumnId> {
        let mut known = None;
        // A plain loop, which is always inlined.
        for index in self.order.next() {
            let column = self.columns.get(index as usize);
            if column.is_some_and(|column| same(column.given_name().as_bytes(), name.as_bytes())) {
                known = Some(ColumnId::new(index as usize, self.table));
                break;
            }
        }
        let id = match known {
            Some(id) => id,
            None => self.by_name.get(name).copied()?,
        };
        self.order.went_to(id.index() as u32);
        Some(id)
    }

    /// The column whose name stands at the start of `json`, with a quote after it, if it is one of
    /// those that are likely to come next; and the name's length.
    #[inline]
    pub(crate) fn guess(&mut self, json: &[u8]) -> Option<(ColumnId, usize)> {
        for index in self.order.next() {
            let Some(column) = self.columns.get(index as usize) else { continue };
            let name = column.given_name().as_bytes();
            if json.get(name.len()) == Some(&b'"')
                && same(&json[..name.len()], name)
                && column.is_plain_json
            {
                let len = name.len();
                self.order.went_to(index);
                return Some((ColumnId::new(index as usize, self.table), len));
            }
        }
        None
    }

    /// How often columns were added, typed or linked, whether or not that was undone.
    pub(crate) fn changes(&self) -> u64 {
        self.changes
    }

    /// Starts over with guessing what column comes next.
    pub(crate) fn row_ended(&mut self) {
        self.order.row_ended();
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
        let name = format!("{}{}", self.columns[id.index()].name, what.suffix());
        if !is_needed && self.is_full_for(&name) {
            return None;
        }
        // No name of a row leads to it: what rows call so is a column of its own.
        let name = self.unused_name(&name);
        let sibling = self.add_unnamed(name);
        self.columns[sibling.index()].ty = Some(what.column_type());
        self.columns[id.index()].siblings[what as usize] = Some(sibling);
        self.columns[sibling.index()].sibling_of = Some((id, what));
        self.linked.push((id, what));
        self.changes += 1;
        Some(sibling)
    }

    /// The column `_rest`, which does not count against the limit.
    pub(crate) fn rest(&mut self) -> ColumnId {
        if let Some(rest) = self.rest {
            return rest;
        }
        let rest = self.add_unnamed(REST_COLUMN.to_owned());
        self.columns[rest.index()].ty = Some(ColumnType::Text);
        self.rest = Some(rest);
        rest
    }

    pub(crate) fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            columns: self.columns.len(),
            typed: self.typed.len(),
            linked: self.linked.len(),
            uncarried: self.uncarried.names.len(),
        }
    }

    /// Forgets what has come since `checkpoint`.
    pub(crate) fn undo(&mut self, checkpoint: Checkpoint) {
        for id in self.typed.drain(checkpoint.typed..) {
            let column = &mut self.columns[id.index()];
            (column.ty, column.is_settling) = (None, false);
        }
        for (id, what) in self.linked.drain(checkpoint.linked..) {
            self.columns[id.index()].siblings[what as usize] = None;
        }
        let table = self.table;
        let undone = self.columns.drain(checkpoint.columns..);
        for (index, column) in (checkpoint.columns..).zip(undone) {
            if column.name != REST_COLUMN {
                self.folded_names.remove(&column.name.to_lowercase());
            }
            // Another column may be called as a sibling is.
            let given = column.given_name();
            if self.by_name.get(given) == Some(&ColumnId::new(index, table)) {
                self.by_name.remove(given);
            }
            // The numbers that are free again come first.
            self.next_numbers.clear();
        }
        self.uncarried.truncate(checkpoint.uncarried);
        // What came after a column that is gone; where one of these was next, its name will tell.
        self.order.forget_from(checkpoint.columns);
        if self.rest.is_some_and(|rest| rest.index() >= checkpoint.columns) {
            self.rest = None;
        }
    }

    /// Whether there is no room for a column of this name; counts it where that is for the memory limit.
    fn is_full_for(&mut self, name: &str) -> bool {
        let columns = self.columns.len() - usize::from(self.rest.is_some());
        let wanted = columns + self.uncarried.names.len();
        if columns >= self.carried && wanted < self.max_columns {
            let is_new = self.uncarried.add(self.hash_of(name));
            self.changes += u64::from(is_new);
        }
        columns >= self.carried.min(self.max_columns)
    }

    /// Whether there is room for so many columns more.
    pub(crate) fn has_room_for(&self, more: usize) -> bool {
        let columns = self.columns.len() - usize::from(self.rest.is_some());
        columns + more <= self.carried.min(self.max_columns)
    }

    /// How many columns there are and would be if the memory limit carried them all; none where it does.
    pub(crate) fn uncarried(&self) -> Option<(usize, usize)> {
        let (columns, more) = (self.carried, self.uncarried.names.len());
        (more > 0).then_some((columns, columns + more))
    }

    fn is_text_by_prefix(&self, name: &str) -> bool {
        self.text_prefixes.iter().any(|prefix| name.starts_with(prefix))
    }

    /// `name`, or with `__2`, `__3` … where it differs only in case from another or is taken.
    fn unused_name(&mut self, name: &str) -> String {
        let is_taken = |name: &str| self.folded_names.contains(&name.to_lowercase());
        if !is_taken(name) {
            return name.to_owned();
        }
        let next = self.next_numbers.entry(name.to_lowercase()).or_insert(2);
        loop {
            let numbered = format!("{name}__{next}");
            *next += 1;
            if !is_taken(&numbered) {
                return numbered;
            }
        }
    }

    fn add(&mut self, given: &str, name: String) -> ColumnId {
        let takes_all_as_text = self.is_text_by_prefix(given);
        let renamed_from = (given != name).then(|| given.to_owned());
        let id = self.add_unnamed(name);
        let column = &mut self.columns[id.index()];
        column.takes_all_as_text = takes_all_as_text;
        column.renamed_from = renamed_from;
        column.is_plain_json = !given.bytes().any(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
        self.by_name.insert(given.into(), id);
        id
    }

    /// A column that no name of a row leads to.
    fn add_unnamed(&mut self, name: String) -> ColumnId {
        let id = ColumnId::new(self.columns.len(), self.table);
        self.folded_names.insert(name.to_lowercase());
        self.columns.push(Column {
            field_id: self.field_ids.get(&name).copied(),
            name,
            renamed_from: None,
            ty: None,
            declared: false,
            takes_all_as_text: false,
            is_settling: false,
            reads_text: false,
            sibling_of: None,
            siblings: [None; Sibling::COUNT],
            is_plain_json: false,
        });
        self.changes += 1;
        id
    }
}
