//! Arrow record batches to blocks: arrays go in whole where their type is their column's, else
//! value by value under the type rules.

mod cells;
mod whole;

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, BooleanArray, RecordBatch};
use arrow_schema::Field;
use arrow_select::filter::filter;
use bumpalo::Bump;

use self::cells::{Cells, Shown, cells_of};
pub(crate) use self::cells::{ValueAt, shown};
use self::whole::{Taken, column_of, count_texts, take_beside, take_whole};
use crate::block::Block;
use crate::coerce::builder::BorrowingBuilder;
use crate::error::{Error, ErrorKind, Result};
use crate::format::origins::{Texts, is_spelled};
use crate::schema::{ColumnType, Resolution, Schema};
use crate::types::item::Item;
use crate::types::json::item_of;
use crate::types::path;
use crate::types::spelling::Spelling;
use crate::types::value::Value;

/// A column of a source that comes as arrays: its values in some rows.
#[derive(Clone, Debug)]
pub(crate) struct SourceColumn {
    /// The path that they come from.
    pub(crate) path: String,
    pub(crate) ty: ColumnType,
    pub(crate) array: ArrayRef,
    pub(crate) field_id: Option<i32>,
    /// Whether the file gets it even if no row has a value.
    pub(crate) stays: bool,
    /// What its values were made, where no column has their type.
    pub(crate) made: Option<Made>,
    /// What a file of ours says of it.
    pub(crate) traced: Traced,
}

/// What values are whose type no column has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Made {
    Json,
    /// Text, or a number without its unit.
    Other,
}

/// What a file of ours says of a column beside its path.
#[derive(Clone, Debug, Default)]
pub(crate) struct Traced {
    pub(crate) role: Role,
    /// What its texts were.
    pub(crate) texts: Texts,
    /// Whether those of mixed ones that spell other values are such.
    pub(crate) are_apart: bool,
    /// How rows spelled its values.
    pub(crate) input: Option<Spelling>,
}

/// What a column's values are of its path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Role {
    #[default]
    Values,
    /// Those that the path's column can't hold, as text.
    Misfits,
    /// Nanoseconds of its moments; a column of this path where it has none.
    Nanos { path: String },
    /// What has no column.
    Rest,
}

impl Traced {
    /// Whether some of its texts are known to be other values.
    fn has_values(&self) -> bool {
        self.texts == Texts::Spelled || self.are_apart
    }
}

impl SourceColumn {
    /// Whether a text of it is another value, as that is spelled.
    fn is_spelled(&self, text: &str) -> bool {
        let Traced { texts, are_apart, .. } = &self.traced;
        self.ty == ColumnType::Json || *texts == Texts::Spelled || *are_apart && is_spelled(text)
    }

    /// The path that its values have one by one.
    fn path_alone(&self) -> &str {
        match &self.traced.role {
            Role::Nanos { path } => path,
            _ => &self.path,
        }
    }
}

/// The columns of a record batch, as they are.
pub(crate) fn columns_of(batch: &RecordBatch) -> Vec<SourceColumn> {
    let fields = batch.schema_ref().fields().iter().zip(batch.columns());
    let column = |(field, array): (&Arc<Field>, &ArrayRef)| SourceColumn {
        path: field.name().clone(),
        ty: ColumnType::from_field(field),
        array: Arc::clone(array),
        field_id: None,
        stays: false,
        made: None,
        traced: Traced::default(),
    };
    fields.map(column).collect()
}

/// What becomes of rows that the schema or strict mode refuses.
pub(crate) enum OnRefused<'r> {
    /// The first is an error.
    Fail,
    /// They are left out, and told; those behind the first as well, if there is to be no more.
    LeaveOut { refused: &'r mut Vec<(usize, Error)>, stops_at_first: bool },
}

/// The block of so many rows with these columns, whose values stay where they are. Text made on the way is put
/// into `arena`.
///
/// # Errors
/// [`ErrorKind::Refused`] where the schema or strict mode refuses a row (counted from the
/// first), and [`ErrorKind::Refused`] for types that can't be shown as text where they
/// have to be. `schema` may have grown then.
pub(crate) fn block_of_columns<'a>(
    columns: &'a [SourceColumn],
    rows: usize,
    schema: &mut Schema,
    arena: &'a Bump,
    on_refused: OnRefused<'_>,
) -> Result<Block<'a>> {
    let mut block = Block::new();
    let (mut whole, mut one_by_one) = (Vec::new(), Vec::new());
    let (values, others): (Vec<_>, Vec<_>) =
        columns.iter().partition(|column| column.traced.role == Role::Values);
    for column in values {
        match take_whole(&mut block, schema, column)? {
            Taken::Nothing => {}
            Taken::Whole(id) => whole.push((id, column)),
            Taken::No => one_by_one.push(column),
        }
    }
    for column in others {
        // Where the column has another type than its file says, it may hold what it could not hold before.
        let are_its = one_by_one.iter().any(|other| other.path == column.path)
            || column.traced.has_values() && is_retyped(column, columns, schema);
        match take_beside(&mut block, schema, column, [are_its, !one_by_one.is_empty()])? {
            Taken::Nothing => {}
            Taken::Whole(id) => {
                if column.traced.role == Role::Misfits && !column.traced.has_values() {
                    schema.add_unclear_text(id);
                }
                whole.push((id, column));
            }
            Taken::No => one_by_one.push(column),
        }
    }
    let is_mixed = |column: &&SourceColumn| {
        column.traced.texts == Texts::Mixed
            && !column.traced.are_apart
            && column.array.logical_null_count() < column.array.len()
    };
    for column in columns.iter().filter(is_mixed) {
        if let Resolution::Column(id) = schema.resolve(&column.path) {
            schema.mix_texts(id);
        }
    }
    if one_by_one.is_empty() {
        block.pivoted.rows = rows;
        block.pivoted.table = schema.table();
        whole.iter().for_each(|(id, column)| count_texts(&mut block, *id, column, &column.array));
        return Ok(block);
    }
    let shown = Shown::of(&one_by_one);
    let cells = cells_of(&one_by_one, &shown)?;
    let mut builder = BorrowingBuilder::of_block(&mut block, schema, arena);
    // A batch says of what type its values are.
    builder.settles_at_once = true;
    let is_taken = push_rows(&mut builder, &cells, rows, on_refused)?;
    for (id, column) in whole {
        let array = match &is_taken {
            Some(is_taken) => filter(&column.array, is_taken).map_err(|cause| {
                let message = format!("its {} can't be stored", column.array.data_type());
                let error = Error::new(ErrorKind::Refused, message).with_cause(cause);
                error.in_column(&path::shown(&column.path))
            })?,
            None => Arc::clone(&column.array),
        };
        if is_taken.is_some() {
            let name = path::shown(&column.path);
            *block.pivoted.column_mut(id) = column_of(&name, &array, Some(&column.ty))?;
        }
        count_texts(&mut block, id, column, &array);
    }
    Ok(block)
}

/// Whether the column that others' texts stand beside had another type in its file.
fn is_retyped(sibling: &SourceColumn, columns: &[SourceColumn], schema: &Schema) -> bool {
    let is_of =
        |column: &&SourceColumn| column.traced.role == Role::Values && column.path == sibling.path;
    let known = schema.find(&sibling.path).and_then(|id| schema.column(id).ty.as_ref());
    let before = columns.iter().find(is_of);
    sibling.traced.role == Role::Misfits
        && before.zip(known).is_some_and(|(before, known)| before.ty != *known)
}

/// Pushes the values of all rows, one by one; which rows were taken, if not all.
fn push_rows<'a>(
    builder: &mut BorrowingBuilder<'_, 'a>,
    cells: &[(&'a SourceColumn, Cells<'_, 'a>)],
    rows: usize,
    mut on_refused: OnRefused<'_>,
) -> Result<Option<BooleanArray>> {
    let mut is_taken: Option<Vec<bool>> = None;
    for row in 0..rows {
        let pushed = push_row(builder, cells, row);
        match (pushed, &mut on_refused) {
            (Ok(()), _) => {
                builder.end_row();
                is_taken.iter_mut().for_each(|is_taken| is_taken.push(true));
            }
            (Err(error), OnRefused::Fail) => return Err(error.at_row(row as u64)),
            (Err(error), OnRefused::LeaveOut { refused, stops_at_first }) => {
                builder.undo_row();
                refused.push((row, error));
                is_taken.get_or_insert_with(|| vec![true; row]).push(false);
                if *stops_at_first {
                    break;
                }
            }
        }
    }
    Ok(is_taken.map(|mut is_taken| {
        is_taken.resize(rows, false);
        BooleanArray::from(is_taken)
    }))
}

/// The values of a row, one by one.
fn push_row<'a>(
    builder: &mut BorrowingBuilder<'_, 'a>,
    cells: &[(&'a SourceColumn, Cells<'_, 'a>)],
    row: usize,
) -> Result<()> {
    let arena = builder.arena();
    for (column, cells) in cells {
        let value = cells.value(row, arena);
        if let (Role::Rest, Value::Text(text)) = (&column.traced.role, value) {
            builder.push_rest_object(text)?;
            continue;
        }
        let item = match value {
            Value::Text(text) if column.is_spelled(text) => {
                item_of(text, arena).unwrap_or(Item::Value(value))
            }
            value => Item::Value(value),
        };
        builder.push_item(column.path_alone().into(), item)?;
        if column.made.is_some() {
            builder.count_retyped(&column.path, value);
        }
    }
    Ok(())
}
