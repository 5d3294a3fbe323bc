//! Text and numbers that are times, into columns of timestamps.

use super::builder::RowBuilder;
use crate::block::counts::Outcome;
use crate::block::text::StoreText;
use crate::error::Result;
use crate::schema::{ColumnId, ColumnType, Sibling};
use crate::types::item::Item;
use crate::types::moment::Moment;
use crate::types::physical::PhysicalValue;
use crate::types::reading::NoMoment;
use crate::types::timestamp::{TimeUnit, in_unit};
use crate::types::value::Value;

const NANOS_OF_MICRO: u64 = 1_000;

impl<'v, 'r: 'v, S: StoreText<'v>> RowBuilder<'_, 'r, S> {
    /// What a column of timestamps has read: digits below a microsecond go into a sibling.
    pub(super) fn store_time(
        &mut self,
        id: ColumnId,
        unit: TimeUnit,
        read: Result<Moment, NoMoment>,
        misfit: Item<'v>,
    ) -> Result<()> {
        let ty = ColumnType::Timestamp(unit);
        if read == Err(NoMoment::Ambiguous) {
            return self.store_beside(id, &ty, misfit, Outcome::AmbiguousTime);
        }
        let known = read.ok().and_then(|moment| Some((moment, in_unit(moment, unit)?)));
        let Some((moment, (value, nanos))) = known else {
            return self.store_misfit(id, &ty, misfit);
        };
        let sibling = match nanos {
            0 => None,
            _ => match self.nanos_sibling(id, unit) {
                Some(sibling) => Some(sibling),
                None => return self.store_misfit(id, &ty, misfit),
            },
        };
        let row = self.block.rows;
        let column = self.block.column_mut(id);
        if !column.claim(row) {
            return self.store_duplicate(id, misfit);
        }
        column.set_kind(ty.value_kind());
        column.values.push(PhysicalValue::I64(value), &mut self.store);
        self.block.touched.push(id);
        if let Some(sibling) = sibling {
            let column = self.block.column_mut(sibling);
            column.set_kind(ColumnType::Int32.value_kind());
            // It has values of this column only, which has its first one of this row.
            if column.claim(row) {
                column.values.push(PhysicalValue::I32(nanos.cast_signed()), &mut self.store);
                self.block.touched.push(sibling);
            }
        }
        let is_text = matches!(misfit, Item::Value(Value::Text(_)));
        if is_text {
            self.block.count(id, Outcome::ParsedText, misfit);
        }
        if !moment.is_utc {
            self.block.count(id, Outcome::OtherOffset, misfit);
        }
        Ok(())
    }

    /// Stores nanoseconds since 1970 in a column of microseconds, and what is below one in its sibling, where both have lists of
    /// their types in this block already; false where they have not.
    #[inline]
    pub(crate) fn store_nanos_alike(&mut self, id: ColumnId, nanos: u64) -> bool {
        let micros = Value::Timestamp((nanos / NANOS_OF_MICRO).cast_signed());
        let below = (nanos % NANOS_OF_MICRO) as i32;
        if below == 0 {
            return self.store_alike(id, &micros);
        }
        let Some(sibling) = self.schema.column(id).sibling(Sibling::Nanos) else { return false };
        let row = self.block.rows;
        let column = self.block.columns.get(sibling.index());
        let is_ready = column.is_some_and(|column| column.takes_i32(row));
        is_ready && self.store_alike(id, &micros) && self.store_alike(sibling, &Value::I32(below))
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
