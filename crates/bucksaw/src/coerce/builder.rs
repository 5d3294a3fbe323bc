//! Scatters the values of rows to a block's columns, by the type rules: a value goes into its
//! column as it is, or as text into the column's sibling, or as JSON into `_rest`; never nowhere.

use bumpalo::Bump;

use super::refusal::{other_table, refused, unexpected};
use crate::block::counts::Outcome;
use crate::block::text::{Borrowed, StoreText, TextBuffer, TextStore};
use crate::block::{Block, OwnedBlock, Pivoted};
use crate::coerce::evidence;
use crate::coerce::rules::{self, Fitting};
use crate::error::Result;
use crate::options::UnknownColumns;
use crate::schema::{Checkpoint, ColumnId, ColumnType, Key, Resolution, Schema, Sibling, Stand};
use crate::types::item::Item;
use crate::types::physical::PhysicalValue;
use crate::types::value::Value;

/// Values of a row that are asked for before the first of them is read.
const ASKED_AHEAD: usize = 32;

/// Fills a block row by row, whose text is where `S` keeps it.
///
/// Push a row's values in any order, then [`end_row`](Self::end_row). After an error the row is to
/// be undone with [`undo_row`](Self::undo_row); nothing of it is left.
#[derive(Debug)]
pub(crate) struct RowBuilder<'b, 'r, S: TextStore> {
    pub(super) block: &'b mut Pivoted<S::Text, S::Bytes>,
    pub(super) store: S,
    pub(crate) schema: &'b mut Schema,
    pub(super) arena: &'r Bump,
    pub(super) row_start: Checkpoint,
    /// Whether the first value of a column settles its type.
    pub(crate) settles_at_once: bool,
    /// Whether columns get siblings beyond the limits: these rows may have been given their `_rest` already.
    pub(super) is_late: bool,
}

/// Fills a [`Block`].
pub(crate) type BorrowingBuilder<'b, 'a> = RowBuilder<'b, 'a, Borrowed<'a>>;
/// Fills an [`OwnedBlock`], whose values need live no longer than they take to be pushed.
pub(crate) type CopyingBuilder<'b, 'r> = RowBuilder<'b, 'r, &'b mut TextBuffer>;

impl<'b, 'a> BorrowingBuilder<'b, 'a> {
    /// Continues `block` behind its last row that ended, with columns of `schema`; text made on the way
    /// is put into `arena`.
    pub(crate) fn of_block(
        block: &'b mut Block<'a>,
        schema: &'b mut Schema,
        arena: &'a Bump,
    ) -> Self {
        Self::borrowing(&mut block.pivoted, schema, arena)
    }

    pub(super) fn borrowing(
        block: &'b mut Pivoted<&'a str, &'a [u8]>,
        schema: &'b mut Schema,
        arena: &'a Bump,
    ) -> Self {
        Self::new(block, Borrowed::default(), schema, arena)
    }
}

impl<'b, 'r> CopyingBuilder<'b, 'r> {
    /// The same for a block that copies its text; the arena is needed no longer than this builder.
    pub(crate) fn of_owned(
        block: &'b mut OwnedBlock,
        schema: &'b mut Schema,
        arena: &'r Bump,
    ) -> Self {
        Self::new(&mut block.pivoted, &mut block.text, schema, arena)
    }
}

impl<'b, 'r, S: TextStore> RowBuilder<'b, 'r, S> {
    fn new(
        block: &'b mut Pivoted<S::Text, S::Bytes>,
        mut store: S,
        schema: &'b mut Schema,
        arena: &'r Bump,
    ) -> Self {
        // What another builder was given for a row that it did not end.
        block.undo_row();
        store.undo_row();
        if block.rows == 0 {
            block.fit(schema.columns());
            block.table = schema.table();
        }
        let row_start = schema.checkpoint();
        let settles_at_once = schema.settling_rows == 0;
        Self { block, store, schema, arena, row_start, settles_at_once, is_late: false }
    }

    /// Bytes of what the row has in `_rest` so far.
    pub(crate) fn rest_bytes(&self) -> usize {
        self.block.rest.json.len()
    }

    /// The arena for text that is made on the way.
    pub(crate) fn arena(&self) -> &'r Bump {
        self.arena
    }

    /// The column that `key` leads to and its sibling, those of them that have a value in this row.
    pub(super) fn holders(&self, key: Key<'_>) -> [Option<ColumnId>; 2] {
        let id = match key {
            Key::Id(id) => Some(id),
            Key::Name(name) => self.schema.find(name),
        };
        let sibling = id.and_then(|id| self.schema.column(id).sibling(Sibling::Text));
        let has = |id: &ColumnId| {
            self.block.columns.get(id.index()).is_some_and(|column| column.has(self.block.rows))
        };
        [id.filter(has), sibling.filter(has)]
    }

    /// Whether this row has a value in the column that `key` leads to, or in its sibling.
    pub(crate) fn has_value(&self, key: Key<'_>) -> bool {
        self.holders(key).iter().any(Option::is_some)
    }

    /// Hashes of the names that this row gave a column for the first time, and of those in `_rest`.
    pub(crate) fn hashes_of_new_names(&self) -> impl Iterator<Item = u64> {
        let new = self.schema.paths_since(self.row_start);
        let new = new.map(|path| self.schema.hash_of(path));
        new.chain(self.block.rest.paths.iter().copied())
    }

    /// Forgets what was pushed since the last row's end.
    pub(crate) fn undo_row(&mut self) {
        self.block.undo_row();
        self.store.undo_row();
        self.schema.undo(self.row_start);
        self.schema.row_ended();
        self.block.columns.truncate(self.schema.columns().len());
    }

    /// Counts, or in strict mode refuses, a column that the file has to call otherwise.
    #[inline]
    pub(crate) fn check_name(&mut self, id: ColumnId) -> Result<()> {
        if self.schema.strict { self.check_name_strictly(id) } else { Ok(()) }
    }

    fn check_name_strictly(&self, id: ColumnId) -> Result<()> {
        let column = self.schema.column(id);
        if !column.is_renamed {
            return Ok(());
        }
        let why = format!(
            "its name is empty, or another column's but for case; it would be stored as {:?}",
            column.name
        );
        Err(refused(&column.shown_path(), &why))
    }

    pub(super) fn refuse_if_strict(&self, name: &str, why: &str) -> Result<()> {
        if self.schema.strict { Err(refused(name, why)) } else { Ok(()) }
    }

    /// The path of a column's values; its name, where none leads to it.
    pub(super) fn path_of(&self, id: ColumnId) -> Box<str> {
        let column = self.schema.column(id);
        column.path.clone().unwrap_or_else(|| column.name.as_str().into())
    }

    pub(super) fn rest_of(&mut self, path: &str, item: Item<'_>) {
        self.block.rest.push(path, self.schema.hash_of(path), item);
    }
}

impl<'v, 'r: 'v, S: StoreText<'v>> RowBuilder<'_, 'r, S> {
    /// Adds the values of a row that may be anywhere in memory: each is asked for before it is read.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub(crate) fn push_all<'k>(
        &mut self,
        mut row: impl Iterator<Item = (Key<'k>, Value<'v>)>,
    ) -> Result<()> {
        let mut cells = [(Key::Name(""), Value::Null); ASKED_AHEAD];
        let mut count = 0;
        row.try_for_each(|(key, value)| {
            if count == ASKED_AHEAD {
                self.push_cells(&cells)?;
                count = 0;
            }
            key.prefetch();
            value.prefetch();
            cells[count] = (key, value);
            count += 1;
            Ok(())
        })?;
        self.push_cells(&cells[..count])
    }

    fn push_cells(&mut self, cells: &[(Key<'_>, Value<'v>)]) -> Result<()> {
        cells.iter().try_for_each(|(key, value)| self.push(*key, value))
    }

    /// Adds a value to the row.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`] where the schema or strict mode refuses it.
    #[inline]
    pub(crate) fn push(&mut self, key: Key<'_>, value: &Value<'v>) -> Result<()> {
        // Mostly it is stored as it is: it is copied, as an item, only where it is not.
        match self.column_for(key, || Item::Value(*value))? {
            Some(id) if !self.store_alike(id, value) => {
                self.store_by_the_rules(id, Item::Value(*value))
            }
            _ => Ok(()),
        }
    }

    /// The same for what an input found.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    #[inline]
    pub(crate) fn push_item(&mut self, key: Key<'_>, item: Item<'v>) -> Result<()> {
        match self.column_for(key, || item)? {
            Some(id) => self.store(id, item),
            None => Ok(()),
        }
    }

    /// The column that an item goes to; none where there is nothing left to do with it.
    #[inline(always)]
    fn column_for(
        &mut self,
        key: Key<'_>,
        item: impl Fn() -> Item<'v>,
    ) -> Result<Option<ColumnId>> {
        let is_null = matches!(item(), Item::Value(Value::Null));
        match key {
            Key::Id(id) if id.table() != self.schema.table() => Err(other_table()),
            Key::Id(id) => Ok((!is_null).then_some(id)),
            // A null adds no column, but a schema that refuses others still has to know the name.
            Key::Name(_) if is_null && self.schema.unknown_columns != UnknownColumns::Refuse => {
                Ok(None)
            }
            Key::Name(name) => match self.schema.resolve(name) {
                Resolution::Column(_) if is_null => Ok(None),
                Resolution::Column(id) => self.check_name(id).map(|()| Some(id)),
                Resolution::Rest => self.push_without_column(name, item()).map(|()| None),
                Resolution::Unexpected => Err(unexpected(name)),
            },
        }
    }

    #[cold]
    fn push_without_column(&mut self, name: &str, item: Item<'v>) -> Result<()> {
        self.refuse_if_strict(name, "there is no column for it (more columns than are allowed or than the memory limit carries, or too long a name)")?;
        self.block.alterations.rest_values += 1;
        let item = self.redacted(name, item);
        self.push_rest(name, item)
    }

    /// Counts what of a row's JSON was none.
    pub(crate) fn count_habits(&mut self, [numbers, surrogates]: [u64; 2]) {
        self.block.alterations.nan += numbers;
        self.block.alterations.lone_surrogates += surrogates;
    }

    /// What was counted so far stays, whatever becomes of the row.
    pub(crate) fn settle_counts(&mut self) {
        self.block.settle_counts();
    }

    /// What is kept of a value of this path.
    pub(super) fn redacted(&mut self, path: &str, item: Item<'v>) -> Item<'v> {
        let redacted = self.schema.redacted(path);
        let redacted = redacted.and_then(|redacted| redacted.of(item, self.arena));
        self.block.alterations.redacted +=
            u64::from(redacted.is_some_and(|stand| stand.is_changed));
        redacted.map_or(item, |stand| stand.item)
    }

    /// Counts a value of this path that came with a type which no column has.
    #[cfg(feature = "arrow")]
    pub(crate) fn count_retyped(&mut self, path: &str, value: Value<'v>) {
        if !matches!(value, Value::Null)
            && let Some(id) = self.schema.find(path)
        {
            self.block.count(id, Outcome::Retyped, Item::Value(value));
        }
    }

    /// Ends the row.
    pub(crate) fn end_row(&mut self) {
        let rest = &mut self.block.rest;
        if !rest.json.is_empty() {
            let json = self.arena.alloc_str(rest.end());
            rest.clear();
            let id = self.schema.rest();
            let row = self.block.rows;
            let column = self.block.column_mut(id);
            column.set_kind(ColumnType::Text.value_kind());
            column.claim(row);
            column.values.push(PhysicalValue::Text(json), &mut self.store);
            self.block.most_text += json.len();
        }
        self.block.rows += 1;
        self.block.touched.clear();
        self.store.end_row();
        self.schema.row_ended();
        self.row_start = self.schema.checkpoint();
        self.block.settle_counts();
    }

    /// Stores a value in the column that its name leads to.
    #[inline]
    pub(crate) fn store(&mut self, id: ColumnId, item: Item<'v>) -> Result<()> {
        if let Some(value) = item.as_value()
            && self.store_alike(id, &value)
        {
            return Ok(());
        }
        self.store_by_the_rules(id, item)
    }

    /// Stores a value whose column has a list of its type in this block already; false where it has not.
    #[inline(never)]
    pub(crate) fn store_alike(&mut self, id: ColumnId, value: &Value<'v>) -> bool {
        self.store_here(id, value)
    }

    /// The same of a text, which most values are: without a call, and without a look at its type.
    #[inline]
    pub(crate) fn store_text_alike(&mut self, id: ColumnId, text: &'v str) -> bool {
        self.store_here(id, &Value::Text(text))
    }

    #[inline(always)]
    fn store_here(&mut self, id: ColumnId, value: &Value<'v>) -> bool {
        let Some(column) = self.block.columns.get_mut(id.index()) else { return false };
        let stored = column.push_alike(self.block.rows, value, &mut self.store);
        if let Some(text_bytes) = stored {
            self.block.touched.push(id);
            self.block.most_text += text_bytes;
        }
        stored.is_some()
    }

    /// Stores a value that [`store_alike`](Self::store_alike) has not taken.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub(crate) fn store_other(&mut self, id: ColumnId, item: Item<'v>) -> Result<()> {
        match item {
            Item::Value(Value::Null) => Ok(()),
            _ => self.store_by_the_rules(id, item),
        }
    }

    #[inline(never)]
    fn store_by_the_rules(&mut self, id: ColumnId, item: Item<'v>) -> Result<()> {
        let column = self.schema.column(id);
        let is_dropped = column.is_dropped;
        if is_dropped && !column.is_fingerprinted {
            if column.is_in_rest {
                self.store_in_rest(id, item);
            }
            return Ok(());
        }
        let redacted = match column.has_entries() && self.schema.redacts() {
            true => self.with_redacted_entries(id, item),
            false => column.redacted.as_ref().and_then(|redacted| redacted.of(item, self.arena)),
        };
        if let Some(Stand { item, is_changed: true }) = redacted {
            self.block.count(id, Outcome::Redacted, item);
        }
        let item = redacted.map_or(item, |stand| stand.item);
        if is_dropped {
            self.push_mixed(id, item);
            return Ok(());
        }
        if self.schema.column(id).parses_json
            && let Some(members) = self.members_in_text(id, item)
        {
            return self.store_members(members);
        }
        if self.waits(id, item) {
            return self.store_waiting(id, item);
        }
        let given = item;
        let item = self.of_its_type(id, given);
        if let Some((unit, read)) = self.schema.column(id).time_of(item) {
            return self.store_time(id, unit, read, item);
        }
        if let Item::TooDeep(_) = item
            && !self.schema.column(id).keeps_json(b'{')
        {
            self.refuse_if_strict(&self.schema.column(id).name, "its objects nest too deep")?;
            self.block.count(id, Outcome::TooDeep, item);
        }
        let column = self.schema.column(id);
        let ty = match &column.ty {
            Some(ty) => ty.clone(),
            None => {
                let all_as_text = column.takes_all_as_text.then_some(ColumnType::Text);
                let rules = self.schema.type_rules;
                let first_type = || evidence::type_of_first(item, rules);
                let Some(ty) = all_as_text.or_else(first_type) else { return Ok(()) };
                self.schema.set_type(id, ty.clone());
                ty
            }
        };
        let fitting = Fitting {
            column: self.schema.column(id),
            text_takes_all: !self.schema.strict || self.schema.column(id).takes_all_as_text,
            parse_integers: self.schema.int64_from_text,
            numbers: self.schema.type_rules.numbers,
            arena: self.arena,
        };
        let fitted = fitting.fit(item, &ty);
        let is_asked_for = ty.is_nested() && fitted.is_some() || ty == ColumnType::Json;
        if item.is_json() && !is_asked_for {
            self.block.count(id, Outcome::JsonText, item);
        }
        let Some((value, how)) = fitted else {
            let item = if ty.is_of_spelled_numbers() { item.spelled() } else { item };
            return self.store_misfit(id, &ty, item);
        };
        let row = self.block.rows;
        let column = self.block.column_mut(id);
        if !column.claim(row) {
            return self.store_duplicate(id, given);
        }
        self.block.touched.push(id);
        let kind = self.schema.column(id).kind_alike();
        let column = self.block.column_mut(id);
        column.set_kind(kind);
        column.values.push(value, &mut self.store);
        self.block.most_text += value.text_bytes();
        if let Some(outcome) = rules::outcome(how) {
            self.block.count(id, outcome, item);
        }
        if ty == ColumnType::Text && item.is_spelled_as_json() {
            self.block.spelled.push(id);
        }
        Ok(())
    }
}
