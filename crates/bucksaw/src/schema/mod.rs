//! The columns of a file: declared beforehand or found on the way.

mod choice;
mod column;
mod declaring;
mod names;
mod prediction;
mod redacted;
mod source;
mod uncarried;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::BuildHasher as _;
use std::sync::Arc;

use self::choice::Choice;
pub use self::column::{Column, ColumnId, Key, NANOS_SUFFIX, Renamed, TEXT_SUFFIX};
pub(crate) use self::column::{Sibling, TableTag};
use self::prediction::{Found, Order};
pub(crate) use self::redacted::{Redacted, Stand};
pub(crate) use self::source::SourceColumns;
use self::uncarried::Uncarried;
use crate::options::declared::{DeclaredColumn, MAX_NAME_BYTES, REST_COLUMN};
use crate::options::{Options, TypeRules, UnknownColumns};
use crate::runtime::hash::same;
pub use crate::types::logical::ColumnType;
use crate::types::path;
use crate::types::reading::Reading;
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
    pub(crate) int64_from_text: bool,
    /// Rows of a column's settling window; 0 where its first value is enough.
    pub(crate) settling_rows: usize,
    /// What a column's values say of its type by.
    pub(crate) type_rules: TypeRules,
}

/// A point that a schema can go back to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Checkpoint {
    columns: usize,
    typed: usize,
    linked: usize,
    found: usize,
    uncarried: usize,
}

/// What a name leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resolution {
    Column(ColumnId),
    /// No column of its own: the value goes into `_rest`.
    Rest,
    /// The schema does not have it, and refuses what it does not have.
    Unexpected,
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
            int64_from_text: options.int64_from_text,
            // Strict mode compares each row with a type as it comes.
            type_rules: options.type_rules(),
            settling_rows: if options.strict { 0 } else { options.settling_rows },
        };
        let zone = options.zone();
        let declared = options.declared_columns();
        for column in &declared {
            let DeclaredColumn { name, ty, input, path, field_id, sibling_of, settled, .. } =
                column;
            let is_text = schema.is_text_by_prefix(name, "");
            let ty = if is_text { ColumnType::Text } else { ty.clone() };
            let id = schema.add(name.clone());
            let is_own = options.source_columns && source::is_name(name);
            if !is_own && schema.choice.drops_declared(column, &declared) {
                schema.columns[id.index()].is_dropped = true;
                schema.dropped += 1;
                continue;
            }
            match path {
                Some(names) => {
                    schema.set_path(id, &path::of_names(names.iter().map(String::as_str)))
                }
                // What rows call so is another column.
                None if is_own => {}
                None if sibling_of.is_none() => {
                    schema.columns[id.index()].may_be_redacted =
                        schema.choice.redacts() || !schema.parsed_json.is_empty();
                    schema.without_path.insert(name.clone(), id);
                }
                None => {}
            }
            schema.has_json_columns |= ty.keeps_json(b'{');
            let reads = match settled {
                false => Some(Reading::of_declared(&ty, input.as_ref(), zone)),
                true => schema.reads_of_settled(&ty),
            };
            let column = &mut schema.columns[id.index()];
            column.reads = reads;
            column.is_settled = *settled;
            column.input.clone_from(input);
            column.ty = Some(ty);
            column.declared = true;
            if field_id.is_some() {
                column.field_id = *field_id;
            }
        }
        schema.link_declared(&declared);
        schema.source_columns =
            options.source_columns.then(|| schema.find_source_columns()).flatten();
        if schema.unknown_columns == UnknownColumns::Rest {
            let rest = schema.rest();
            schema.columns[rest.index()].declared = true;
        }
        schema
    }

    /// Tells declared siblings and their columns of each other.
    fn link_declared(&mut self, declared: &[DeclaredColumn]) {
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

    /// The column of this path, if it is known.
    pub(crate) fn find(&self, path: &str) -> Option<ColumnId> {
        self.by_path.get(path).copied()
    }

    /// The column of this name in the file, or of this path, with dots.
    pub(crate) fn find_named(&self, named: &str) -> Option<ColumnId> {
        let is_named = |column: &Column| column.name == named || column.shown_path() == named;
        Some(ColumnId::new(self.columns.iter().position(is_named)?, self.table))
    }

    /// Whether a value of this path whose JSON starts so goes to its column as it stands.
    #[inline]
    pub(crate) fn keeps_json(&self, path: &str, start: u8) -> bool {
        self.has_json_columns && self.is_declared_for_json(path, start)
    }

    #[cold]
    fn is_declared_for_json(&self, path: &str, start: u8) -> bool {
        let declared = match self.find(path) {
            None => self.declared_for(path),
            known => known,
        };
        declared.is_some_and(|id| self.column(id).keeps_json(start))
    }

    /// Whether texts of this path are read as JSON.
    pub(crate) fn parses_json(&self, path: &str) -> bool {
        self.parsed_json.contains(path)
    }

    /// Whether values are redacted.
    pub(crate) fn redacts(&self) -> bool {
        self.choice.redacts()
    }

    /// What is done with values of this path; none where they stay as they are.
    pub(crate) fn redacted(&self, path: &str) -> Option<Arc<Redacted>> {
        if !self.redacts() {
            return None;
        }
        match self.find(path) {
            Some(id) => self.column(id).redacted.clone(),
            None => self.choice.redacted(path, None),
        }
    }

    /// A path's hash, for as long as this schema lives.
    pub(crate) fn hash_of(&self, path: &str) -> u64 {
        self.by_path.hasher().hash_one(path)
    }

    /// The paths that got a column since.
    pub(crate) fn paths_since(&self, checkpoint: Checkpoint) -> impl Iterator<Item = &str> {
        let found = self.found[checkpoint.found..].iter().map(|id| self.column(*id));
        found.chain(&self.columns[checkpoint.columns..]).filter_map(|column| column.path.as_deref())
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
        column.field_id = column.field_id.or(field_id);
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

    /// Where values of this path go; a new column where it is new.
    #[inline(always)]
    pub(crate) fn resolve(&mut self, path: &str) -> Resolution {
        if let Some(id) = self.known(path) {
            return Resolution::Column(id);
        }
        self.resolve_new(path)
    }

    #[inline(never)]
    fn resolve_new(&mut self, path: &str) -> Resolution {
        if self.choice.drops(path) {
            return Resolution::Column(self.add_dropped(path));
        }
        if let Some(id) = self.find_declared(path) {
            return Resolution::Column(id);
        }
        match self.unknown_columns {
            UnknownColumns::Refuse => return Resolution::Unexpected,
            UnknownColumns::Rest => return Resolution::Rest,
            UnknownColumns::Add => {}
        }
        if path.len() > MAX_NAME_BYTES || self.is_full_for(path) {
            return Resolution::Rest;
        }
        let name = self.choice.name_of(path);
        let unused = self.unused_name(&name);
        let is_renamed = path.is_empty() || unused != name;
        let id = self.add(unused);
        self.columns[id.index()].is_renamed = is_renamed;
        self.set_path(id, path);
        Resolution::Column(id)
    }

    /// The column of this path, if it is known.
    #[inline(always)]
    pub(crate) fn known(&mut self, path: &str) -> Option<ColumnId> {
        let mut known = None;
        // A plain loop, which is always inlined.
        for index in self.order.next() {
            let column = self.columns.get(index as usize);
            let known_path = column.and_then(|column| column.path.as_deref());
            if known_path.is_some_and(|known| same(known.as_bytes(), path.as_bytes())) {
                known = Some(ColumnId::new(index as usize, self.table));
                break;
            }
        }
        let id = match known {
            Some(id) => id,
            None => self.by_path.get(path).copied()?,
        };
        self.order.went_to(id.index() as u32);
        Some(id)
    }

    /// The column whose path is the one name at the start of `json`, with a quote after it, if it is one of
    /// those that are likely to come next; and the name's length.
    #[inline]
    pub(crate) fn guess(&mut self, json: &[u8]) -> Option<(ColumnId, usize)> {
        for index in self.order.next() {
            let Some(column) = self.columns.get(index as usize) else { continue };
            let Some(path) = &column.path else { continue };
            let name = path.as_bytes();
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

    /// The known column of this name below another, neither of which is looked at as text where the column was found that way before.
    #[inline]
    pub(crate) fn find_below(&mut self, of: &str, name: &[u8]) -> Option<ColumnId> {
        for index in self.order.next() {
            if self.is_below(index, of, name) {
                self.order.went_to(index);
                return Some(ColumnId::new(index as usize, self.table));
            }
        }
        self.find_unexpected(of, name)
    }

    #[inline(never)]
    fn find_unexpected(&mut self, of: &str, name: &[u8]) -> Option<ColumnId> {
        let hash = self.by_path.hasher().hash_one(name);
        let mut index = self.found_below.at(hash);
        if !self.is_below(index, of, name) {
            let path = path::of_names([of, std::str::from_utf8(name).ok()?]);
            index = self.find(&path)?.index() as u32;
            self.found_below.remember(hash, index);
        }
        self.order.went_to(index);
        Some(ColumnId::new(index as usize, self.table))
    }

    /// Whether the path of this column is this name below another.
    #[inline]
    fn is_below(&self, index: u32, of: &str, name: &[u8]) -> bool {
        let Some(column) = self.columns.get(index as usize) else { return false };
        let Some(path) = &column.path else { return false };
        let start = of.len() + 1;
        column.plain_name_at == start
            && path.len() == start + name.len()
            && same(&path.as_bytes()[start..], name)
            && path.starts_with(of)
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

    pub(crate) fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            columns: self.columns.len(),
            typed: self.typed.len(),
            linked: self.linked.len(),
            found: self.found.len(),
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
        for id in self.found.drain(checkpoint.found..) {
            let column = &mut self.columns[id.index()];
            if let Some(path) = column.path.take() {
                self.by_path.remove(&path);
            }
            self.without_path.insert(column.name.clone(), id);
        }
        for column in self.columns.drain(checkpoint.columns..) {
            if column.name != REST_COLUMN {
                self.folded_names.remove(&column.name.to_lowercase());
            }
            self.dropped -= usize::from(column.is_dropped);
            if let Some(path) = &column.path {
                self.by_path.remove(path);
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
        column.is_plain_json = !path.bytes().any(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
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
            name,
            path: None,
            is_renamed: false,
            is_dropped: false,
            is_in_rest: false,
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
            sibling_of: None,
            siblings: [None; Sibling::COUNT],
            is_plain_json: false,
            plain_name_at: usize::MAX,
        });
        self.changes += 1;
        id
    }
}
