//! Text that is a time, into columns of timestamps.

use super::builder::RowBuilder;
use crate::block::text::StoreText;
use crate::error::Result;
use crate::schema::{ColumnId, ColumnType, Sibling};
use crate::types::item::Item;
use crate::types::moment::Moment;
use crate::types::physical::PhysicalValue;
use crate::types::timestamp::{TimeUnit, in_unit};
use crate::types::value::Value;

impl<'v, 'r: 'v, S: StoreText<'v>> RowBuilder<'_, 'r, S> {
    /// Text in a column of timestamps: digits below a microsecond go into a sibling.
    pub(super) fn store_time(&mut self, id: ColumnId, text: &'v str, unit: TimeUnit) -> Result<()> {
        let moment = Moment::from_text(text);
        let known = moment.and_then(|moment| Some((moment, in_unit(moment, unit)?)));
        let misfit = Item::Value(Value::Text(text));
        let Some((moment, (value, nanos))) = known else {
            return self.store_misfit(id, &ColumnType::Timestamp(unit), misfit);
        };
        let sibling = match nanos {
            0 => None,
            _ => match self.nanos_sibling(id, unit) {
                Some(sibling) => Some(sibling),
                None => return self.store_misfit(id, &ColumnType::Timestamp(unit), misfit),
            },
        };
        let row = self.block.rows;
        let column = self.block.column_mut(id);
        if !column.claim(row) {
            return self.store_duplicate(id, misfit);
        }
        column.set_type(&ColumnType::Timestamp(unit));
        column.values.push(PhysicalValue::I64(value), &mut self.store);
        self.block.touched.push(id);
        if let Some(sibling) = sibling {
            let column = self.block.column_mut(sibling);
            column.set_type(&ColumnType::Int32);
            // It has values of this column only, which has its first one of this row.
            if column.claim(row) {
                column.values.push(PhysicalValue::I32(nanos.cast_signed()), &mut self.store);
                self.block.touched.push(sibling);
            }
        }
        self.block.alterations.parsed_texts += 1;
        self.block.alterations.other_offsets += u64::from(!moment.is_utc);
        Ok(())
    }

    /// The sibling for digits below the column's unit, if there is one; where rows can be refused, only a declared one.
    fn nanos_sibling(&mut self, id: ColumnId, unit: TimeUnit) -> Option<ColumnId> {
        if unit != TimeUnit::Micros {
            return None;
        }
        if self.schema.refuses_rows() {
            return self.schema.column(id).sibling(Sibling::Nanos);
        }
        self.schema.sibling(id, Sibling::Nanos, self.is_late)
    }
}
