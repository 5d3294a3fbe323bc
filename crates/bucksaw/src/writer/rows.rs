//! Rows of values: one at a time, from an iterator, or as a slice.

use bumpalo::Bump;
#[cfg(feature = "serde")]
use serde::Serialize;

use super::{BLOCK_BYTES, BLOCK_ROWS, Writer};
use crate::block::Block;
use crate::coerce::builder::{BorrowingBuilder, CopyingBuilder};
use crate::error::Result;
#[cfg(feature = "serde")]
use crate::input::serialize;
use crate::runtime::prefetch::prefetch_start;
use crate::schema::{Key, Schema};
use crate::types::value::Value;

/// Rows of a slice whose lists of values are asked for before they are read.
const ROWS_ASKED_AHEAD: usize = 3;

/// One value of a row with the column that it belongs to: a pair of what makes a [`Key`] (a name or a
/// column's id) and of what makes a [`Value`], or a reference to such a pair.
pub trait Cell<'c> {
    /// The two.
    fn into_parts(self) -> (Key<'c>, Value<'c>);
}

impl<'c, K: Into<Key<'c>>, V: Into<Value<'c>>> Cell<'c> for (K, V) {
    #[inline]
    fn into_parts(self) -> (Key<'c>, Value<'c>) {
        (self.0.into(), self.1.into())
    }
}

impl<'c, K, V> Cell<'c> for &'c (K, V)
where
    &'c K: Into<Key<'c>>,
    &'c V: Into<Value<'c>>,
{
    #[inline]
    fn into_parts(self) -> (Key<'c>, Value<'c>) {
        ((&self.0).into(), (&self.1).into())
    }
}

impl Writer {
    /// Writes one row: any number of columns, by name or by id, in any order.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    ///
    /// use bucksaw::{Value, Writer};
    /// let mut writer = Writer::from_write(std::io::sink())?;
    /// let (host, took) = (String::from("a7"), Some(12.5));
    /// writer.write_row([("host", Value::from(&host)), ("took", took.into())])?;
    /// let counts = BTreeMap::from([("cpu", 3), ("disk", 17)]);
    /// writer.write_row(&counts)?;
    /// assert_eq!(writer.columns().len(), 4);
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Refused`](crate::ErrorKind::Refused) leaves the writer as it was; others end it.
    pub fn write_row<'c>(&mut self, row: impl IntoIterator<Item: Cell<'c>>) -> Result<()> {
        self.fill_row(|builder| builder.push_all(row.into_iter().map(|cell| cell.into_parts())))
    }

    /// Has a row filled, and passes it on with others.
    fn fill_row(
        &mut self,
        fill: impl FnOnce(&mut CopyingBuilder<'_, '_>) -> Result<()>,
    ) -> Result<()> {
        self.check_open()?;
        let number = self.rows();
        // For what its values become on the way, before they are copied.
        let scratch = Bump::new();
        let schema = &mut self.table.schema;
        let mut builder = CopyingBuilder::of_owned(&mut self.collected, schema, &scratch);
        if let Err(error) = fill(&mut builder) {
            builder.undo_row();
            return Err(error.at_row(number));
        }
        builder.end_row();
        if self.collected.rows() >= BLOCK_ROWS || self.collected.text_bytes() >= BLOCK_BYTES {
            self.write_collected()?;
        }
        Ok(())
    }

    /// Writes what `row` serializes as, which is an object: a struct, a map, or an enum's variant with a value.
    ///
    /// It becomes the row that its line of NDJSON would become: members are columns, those of nested
    /// structs and maps are called by their path (`http_status`), `None` is no value, a variant without
    /// values is text and others are objects of one member, sequences are JSON text or, in columns that are declared as lists, lists.
    /// Beyond what JSON has, f32 stays a float, NaN and infinities stay numbers, and bytes stay bytes.
    ///
    /// Times of chrono, jiff and the standard library become RFC 3339 text. A column declared as
    /// [`Timestamp`](crate::ColumnType::Timestamp) takes them as timestamps.
    ///
    /// ```
    /// use bucksaw::{DeclaredSchema, ColumnType, TimeUnit, MemorySink, Options};
    /// use serde::Serialize;
    ///
    /// #[derive(Serialize)]
    /// struct Event<'a> {
    ///     time: std::time::SystemTime,
    ///     level: Level,
    ///     user: Option<&'a str>,
    ///     http: Http,
    /// }
    ///
    /// #[derive(Serialize)]
    /// enum Level { Info, Warn }
    ///
    /// #[derive(Serialize)]
    /// struct Http { status: u16, sizes: Vec<u32> }
    ///
    /// let schema = DeclaredSchema::new().column("time", ColumnType::Timestamp(TimeUnit::Micros));
    /// let mut writer = Options::new().schema(schema).write_to(MemorySink::new())?;
    /// let time = std::time::UNIX_EPOCH + std::time::Duration::from_millis(1_700_000_000_123);
    /// let http = Http { status: 200, sizes: vec![10, 20] };
    /// writer.serialize(&Event { time, level: Level::Info, user: None, http })?;
    /// let http = Http { status: 503, sizes: vec![] };
    /// writer.serialize(&Event { time, level: Level::Warn, user: Some("ann"), http })?;
    /// let report = writer.finish()?;
    /// let columns: Vec<_> =
    ///     report.files[0].columns.iter().map(|column| format!("{} {}", column.name, column.ty)).collect();
    /// assert_eq!(columns, ["time timestamp", "level text", "http_status int64", "http_sizes text", "user text"]);
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Refused`](crate::ErrorKind::Refused), which leaves the writer as it was, also where
    /// it can't be serialized or is no object; others end the writer.
    #[cfg(feature = "serde")]
    pub fn serialize(&mut self, row: &(impl Serialize + ?Sized)) -> Result<()> {
        self.fill_row(|builder| serialize::scatter(row, builder))
    }

    /// Writes rows, one after the other, as [`write_row`](Self::write_row) does. Where one is refused, those before it are
    /// written, the error says which it was, and those after it are still in an iterator that was given
    /// by reference.
    ///
    /// ```
    /// use bucksaw::Writer;
    /// let mut writer = Writer::from_write(std::io::sink())?;
    /// writer.write_rows((0..1_000).map(|n| [("number", n), ("square", n * n)]))?;
    /// assert_eq!(writer.finish()?.rows, 1_000);
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`write_row`](Self::write_row).
    pub fn write_rows<'c>(
        &mut self,
        rows: impl IntoIterator<Item: IntoIterator<Item: Cell<'c>>>,
    ) -> Result<()> {
        rows.into_iter().try_for_each(|row| self.write_row(row))
    }

    /// Writes a slice of rows, all of them or, where one is refused, none. It copies no text, and so is the
    /// fastest way for rows that are in memory already and name their columns.
    ///
    /// ```
    /// use bucksaw::{Value, Writer};
    /// let mut writer = Writer::from_write(std::io::sink())?;
    /// let rows = vec![vec![("level", Value::from("INFO"))], vec![("status", Value::from(503))]];
    /// writer.write_slice(&rows)?;
    /// assert_eq!(writer.finish()?.rows, 2);
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Refused`](crate::ErrorKind::Refused) leaves the writer as it was; others end it.
    pub fn write_slice<'v, R, N>(&mut self, rows: &'v [R]) -> Result<()>
    where
        R: AsRef<[(N, Value<'v>)]>,
        N: AsRef<str> + 'v,
    {
        self.check_open()?;
        self.write_collected()?;
        let mut arena = Bump::new();
        let mut spare = Block::new();
        if self.table.refuses_rows() {
            // Only these refuse rows, and a batch is refused whole.
            let mut schema = self.table.schema.clone();
            let before = self.rows_passed_on();
            for (index, part) in rows.chunks(BLOCK_ROWS).enumerate() {
                let first = before + (index * BLOCK_ROWS) as u64;
                spare = block_of_rows(part, spare.emptied(), &mut schema, &arena, first)?.emptied();
                arena.reset();
            }
        }
        for part in rows.chunks(BLOCK_ROWS) {
            let first = self.rows_passed_on();
            let block =
                block_of_rows(part, spare.emptied(), &mut self.table.schema, &arena, first)?;
            self.write_block_rows(&block, block.bytes_used() + arena.allocated_bytes())?;
            spare = block.emptied();
            arena.reset();
        }
        Ok(())
    }
}

/// A slice of rows, the first of which is row `first`, in an empty block.
fn block_of_rows<'a, 'v: 'a, R, N>(
    rows: &'a [R],
    mut block: Block<'a>,
    schema: &mut Schema,
    arena: &'a Bump,
    first: u64,
) -> Result<Block<'a>>
where
    R: AsRef<[(N, Value<'v>)]>,
    N: AsRef<str> + 'v,
{
    let mut builder = BorrowingBuilder::of_block(&mut block, schema, arena);
    for (index, row) in rows.iter().enumerate() {
        if let Some(later) = rows.get(index + ROWS_ASKED_AHEAD) {
            later.as_ref().iter().for_each(prefetch_start);
        }
        let row = row.as_ref().iter().map(|(name, value)| (Key::Name(name.as_ref()), *value));
        builder.push_all(row).map_err(|error| error.at_row(first + index as u64))?;
        builder.end_row();
    }
    Ok(block)
}
