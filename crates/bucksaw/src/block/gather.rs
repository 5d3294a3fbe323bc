//! Rows picked from blocks, column by column: appended to a block that owns its text, or as a block that borrows theirs.

use std::borrow::Cow;

use crate::block::ColumnOf;
#[cfg(feature = "arrow")]
use crate::block::array_values;
use crate::block::bitmap::Ranks;
use crate::block::copying::{Source, append_bytes, append_mixed, append_texts, different, list_of};
use crate::block::mixed::{Mixed, MixedOf};
use crate::block::text::{Held, Span, TextBuffer};
use crate::block::{
    Block, BlockColumn, BlockSlice, OwnedBlock, Pivoted, RowIndex, Values, ValuesOf,
};
use crate::error::Result;

/// What becomes of text, bytes and arrays that are picked.
pub(super) trait Keep<'a> {
    type Text: Held;
    type Bytes: Held;

    fn texts(&mut self, list: &mut Vec<Self::Text>, texts: Vec<&'a str>);

    fn bytes(&mut self, list: &mut Vec<Self::Bytes>, bytes: Vec<&'a [u8]>);

    fn mixed(&mut self, list: &mut Vec<MixedOf<Self::Text, Self::Bytes>>, mixed: Vec<Mixed<'a>>);

    /// Picks rows of a column of arrays. `values` are those that have a value; the first row becomes row `first`.
    #[cfg(feature = "arrow")]
    fn arrays(
        &mut self,
        column: &mut ColumnOf<Self::Text, Self::Bytes>,
        first: usize,
        sources: &[Option<Source<'_, 'a>>],
        rows: &[RowIndex],
        values: &[RowIndex],
    ) -> Result<()>;

    /// The same where there are arrays of several types, or lists too.
    #[cfg(feature = "arrow")]
    fn mixed_arrays(
        &mut self,
        column: &mut ColumnOf<Self::Text, Self::Bytes>,
        first: usize,
        sources: &[Option<Source<'_, 'a>>],
        rows: &[RowIndex],
    ) -> Result<()>;
}

/// Copies it.
impl<'a> Keep<'a> for TextBuffer {
    type Text = Span;
    type Bytes = Span;

    fn texts(&mut self, list: &mut Vec<Span>, texts: Vec<&'a str>) {
        append_texts(list, self, &texts);
    }

    fn bytes(&mut self, list: &mut Vec<Span>, bytes: Vec<&'a [u8]>) {
        append_bytes(list, self, &bytes);
    }

    fn mixed(&mut self, list: &mut Vec<MixedOf<Span, Span>>, mixed: Vec<Mixed<'a>>) {
        append_mixed(list, self, &mixed);
    }

    #[cfg(feature = "arrow")]
    fn arrays(
        &mut self,
        column: &mut ColumnOf<Span, Span>,
        first: usize,
        sources: &[Option<Source<'_, 'a>>],
        rows: &[RowIndex],
        values: &[RowIndex],
    ) -> Result<()> {
        array_values::gather(column, self, first, sources, rows, values)
    }

    #[cfg(feature = "arrow")]
    fn mixed_arrays(
        &mut self,
        column: &mut ColumnOf<Span, Span>,
        first: usize,
        sources: &[Option<Source<'_, 'a>>],
        rows: &[RowIndex],
    ) -> Result<()> {
        // Once more, with lists instead of the arrays.
        let mut copies = array_values::copied_arrays(sources)?;
        let copies = copies.iter_mut().map(OwnedBlock::lend).collect::<Result<Vec<_>>>()?;
        let sources: Vec<_> = sources
            .iter()
            .zip(&copies)
            .map(|(source, copy)| {
                let source = source.as_ref()?;
                let column = copy.pivoted.columns.first().unwrap_or(source.column);
                Some(Source { column, rows: source.rows })
            })
            .collect();
        gather_column(column, self, first, &sources, rows)
    }
}

/// Leaves it where it is, and counts its bytes.
#[derive(Default)]
struct Borrowing {
    bytes: usize,
}

impl<'a> Keep<'a> for Borrowing {
    type Text = &'a str;
    type Bytes = &'a [u8];

    fn texts(&mut self, list: &mut Vec<&'a str>, texts: Vec<&'a str>) {
        self.bytes += texts.iter().map(|text| text.len()).sum::<usize>();
        list.extend(texts);
    }

    fn bytes(&mut self, list: &mut Vec<&'a [u8]>, bytes: Vec<&'a [u8]>) {
        self.bytes += bytes.iter().map(|bytes| bytes.len()).sum::<usize>();
        list.extend(bytes);
    }

    fn mixed(&mut self, list: &mut Vec<Mixed<'a>>, mixed: Vec<Mixed<'a>>) {
        list.extend(mixed);
    }

    #[cfg(feature = "arrow")]
    fn arrays(
        &mut self,
        column: &mut ColumnOf<&'a str, &'a [u8]>,
        _: usize,
        sources: &[Option<Source<'_, 'a>>],
        rows: &[RowIndex],
        _: &[RowIndex],
    ) -> Result<()> {
        self.bytes = super::UNCOUNTED_TEXT;
        column.values = ValuesOf::Arrow(array_values::picked(sources, rows)?);
        Ok(())
    }

    #[cfg(feature = "arrow")]
    fn mixed_arrays(
        &mut self,
        _: &mut ColumnOf<&'a str, &'a [u8]>,
        _: usize,
        _: &[Option<Source<'_, 'a>>],
        _: &[RowIndex],
    ) -> Result<()> {
        Err(different())
    }
}

/// Rows of `blocks` as a block, in the memory of a spare one: no text is copied. Arrays have to be of one type.
pub(crate) fn picked<'a>(
    blocks: &[BlockSlice<'_, 'a>],
    rows: &[RowIndex],
    spare: Block<'static>,
) -> Result<Block<'a>> {
    let mut borrowing = Borrowing::default();
    let mut block: Block<'a> = spare.emptied();
    let first = blocks.iter().find(|block| block.rows() > 0);
    block.pivoted.table = first.map(|block| block.block.table).unwrap_or_default();
    gather_columns(&mut block.pivoted, &mut borrowing, blocks, rows)?;
    block.pivoted.rows = rows.len();
    block.pivoted.most_text = borrowing.bytes;
    Ok(block)
}

/// Appends rows of `blocks`; they are not counted yet.
pub(super) fn gather(
    owned: &mut OwnedBlock,
    blocks: &[BlockSlice<'_, '_>],
    rows: &[RowIndex],
) -> Result<()> {
    gather_columns(&mut owned.pivoted, &mut owned.text, blocks, rows)
}

fn gather_columns<'a, K: Keep<'a>>(
    into: &mut Pivoted<K::Text, K::Bytes>,
    keep: &mut K,
    blocks: &[BlockSlice<'_, 'a>],
    rows: &[RowIndex],
) -> Result<()> {
    let first = into.rows;
    let whole = |index: &RowIndex| {
        let block = &blocks[index.block as usize];
        let row = index.row as usize;
        assert!(row < block.rows(), "a slice of {} rows has no row {row}", block.rows());
        RowIndex { block: index.block, row: (block.rows.start + row) as u32 }
    };
    let rows: Vec<RowIndex> = rows.iter().map(whole).collect();
    let columns = blocks.iter().map(|block| block.block.columns.len()).max().unwrap_or_default();
    if into.columns.len() < columns {
        into.columns.resize_with(columns, ColumnOf::default);
    }
    for (index, column) in into.columns.iter_mut().enumerate().take(columns) {
        let sources: Vec<_> = blocks
            .iter()
            .map(|slice| {
                Some(Source { column: slice.block.columns.get(index)?, rows: slice.block.rows })
            })
            .collect();
        gather_column(column, keep, first, &sources, &rows)?;
    }
    Ok(())
}

/// Appends a column of picked rows, the first of which becomes row `first`.
fn gather_column<'a, K: Keep<'a>>(
    column: &mut ColumnOf<K::Text, K::Bytes>,
    keep: &mut K,
    first: usize,
    sources: &[Option<Source<'_, 'a>>],
    rows: &[RowIndex],
) -> Result<()> {
    let mut known = sources.iter().flatten().filter(|source| source.column.values.len() > 0);
    let Some(some) = known.next() else { return Ok(()) };
    #[cfg(feature = "arrow")]
    if array_values::are_mixed(sources) {
        return keep.mixed_arrays(column, first, sources, rows);
    }
    let values = picked_values(column, first, sources, rows);
    if values.is_empty() {
        return Ok(());
    }
    match &some.column.values {
        #[cfg(feature = "arrow")]
        ValuesOf::Arrow(_) => keep.arrays(column, first, sources, rows, &values),
        ValuesOf::List(_) => gather_lists(column, keep, sources, &values),
        _ => gather_values(&mut column.values, keep, sources, &values),
    }
}

/// Sets which rows have a value, and returns the indexes of these in their lists, or arrays.
fn picked_values<'r, T: Held, B: Held>(
    column: &mut ColumnOf<T, B>,
    first: usize,
    sources: &[Option<Source<'_, '_>>],
    rows: &'r [RowIndex],
) -> Cow<'r, [RowIndex]> {
    if sources.iter().all(|source| source.is_some_and(|source| source.has_all_rows())) {
        column.present.insert_all(first..first + rows.len());
        return Cow::Borrowed(rows);
    }
    let ranks: Vec<Option<Ranks<'_>>> =
        sources.iter().map(|source| Some(source.as_ref()?.column.present.ranks())).collect();
    let is_array =
        |block: u32| sources[block as usize].is_some_and(|source| source.column.values.is_whole());
    let mut values = Vec::with_capacity(rows.len());
    for (at, &RowIndex { block, row }) in rows.iter().enumerate() {
        let Some(ranks) = &ranks[block as usize] else { continue };
        let Some(rank) = ranks.rank(row) else { continue };
        column.present.insert(first + at);
        values.push(RowIndex { block, row: if is_array(block) { row } else { rank } });
    }
    Cow::Owned(values)
}

/// A loop over what is picked from lists, with a shorter one where there is but one of them.
macro_rules! gather {
    ($list:expr, $sources:expr, $picked:expr, $variant:ident) => {{
        let lists: Vec<_> = $sources
            .iter()
            .map(|source| match source {
                Some(Source {
                    column: BlockColumn { values: Values::$variant(list), .. }, ..
                }) => list.as_slice(),
                _ => &[],
            })
            .collect();
        let list = $list;
        match lists[..] {
            [only] => list.extend($picked.iter().map(|at| only[at.row as usize])),
            _ => {
                let value = |at: &RowIndex| lists[at.block as usize][at.row as usize];
                list.extend($picked.iter().map(value));
            }
        }
    }};
}

fn gather_values<'a, K: Keep<'a>>(
    values: &mut ValuesOf<K::Text, K::Bytes>,
    keep: &mut K,
    sources: &[Option<Source<'_, 'a>>],
    picked: &[RowIndex],
) -> Result<()> {
    let known = || sources.iter().flatten().map(|source| &source.column.values);
    let Some(some) = known().find(|values| values.len() > 0) else { return Ok(()) };
    let kind = std::mem::discriminant(some);
    if known().any(|values| values.len() > 0 && std::mem::discriminant(values) != kind) {
        return Err(different());
    }
    match some {
        ValuesOf::Bool(_) => gather!(list_of!(values, Bool)?, sources, picked, Bool),
        ValuesOf::I32(_) => gather!(list_of!(values, I32)?, sources, picked, I32),
        ValuesOf::I64(_) => gather!(list_of!(values, I64)?, sources, picked, I64),
        ValuesOf::F32(_) => gather!(list_of!(values, F32)?, sources, picked, F32),
        ValuesOf::F64(_) => gather!(list_of!(values, F64)?, sources, picked, F64),
        ValuesOf::Text(_) => {
            let mut texts = Vec::new();
            gather!(&mut texts, sources, picked, Text);
            keep.texts(list_of!(values, Text)?, texts);
        }
        ValuesOf::Bytes(_) => {
            let mut bytes = Vec::new();
            gather!(&mut bytes, sources, picked, Bytes);
            keep.bytes(list_of!(values, Bytes)?, bytes);
        }
        ValuesOf::Mixed(_) => {
            let mut mixed = Vec::new();
            gather!(&mut mixed, sources, picked, Mixed);
            keep.mixed(list_of!(values, Mixed)?, mixed);
        }
        _ => return Err(different()),
    }
    Ok(())
}

fn gather_lists<'a, K: Keep<'a>>(
    column: &mut ColumnOf<K::Text, K::Bytes>,
    keep: &mut K,
    sources: &[Option<Source<'_, 'a>>],
    picked: &[RowIndex],
) -> Result<()> {
    let all = sources
        .iter()
        .map(|source| match source.map(|source| &source.column.values) {
            Some(ValuesOf::List(lists)) => Ok(Some(&**lists)),
            Some(values) if values.len() > 0 => Err(different()),
            _ => Ok(None),
        })
        .collect::<Result<Vec<_>>>()?;
    let lists = list_of!(&mut column.values, List)?;
    let first = lists.element_count();
    let fields = all.iter().flatten().map(|lists| lists.fields().len()).max().unwrap_or_default();
    let mut elements = Vec::new();
    for &RowIndex { block, row } in picked {
        let Some(source) = all[block as usize] else { return Err(different()) };
        let range = source.elements_of(row as usize);
        lists.push(range.len());
        elements.extend(range.map(|element| RowIndex { block, row: element as u32 }));
    }
    for field in 0..fields {
        let sources: Vec<_> = all
            .iter()
            .map(|lists| {
                let lists = lists.as_ref()?;
                Some(Source { column: lists.fields().get(field)?, rows: lists.element_count() })
            })
            .collect();
        gather_column(lists.field_mut(field), keep, first, &sources, &elements)?;
    }
    Ok(())
}
