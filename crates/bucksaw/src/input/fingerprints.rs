//! The column of fingerprints, of a chunk's messages once they are decoded: by whichever thread decodes it, and of what the rules left
//! of them, so that nothing which is redacted shows through.

use crate::block::bitmap::Bits;
use crate::block::texts::first_texts;
use crate::block::{Block, BlockColumn, Values};
use crate::fingerprint::Fingerprinter;
use crate::schema::{ColumnId, Schema};

/// Of a row without a message: no fingerprint is negative.
const NONE: i64 = -1;

/// Gives each row its message's fingerprint, in this column. Messages that are in the block for that alone leave it.
pub(super) fn add_fingerprints(
    block: &mut Block<'_>,
    column: ColumnId,
    schema: &Schema,
    fingerprinter: &mut Fingerprinter,
) {
    let mut fingerprints = vec![NONE; block.rows()];
    let messages = schema.fingerprinted_messages();
    first_texts(&block.all(), schema.with_misfits(messages.clone()), |row, message| {
        fingerprints[row] = fingerprinter.fingerprint(message);
    });
    for id in messages.into_iter().filter(|id| schema.column(*id).is_dropped) {
        *block.pivoted.column_mut(id) = BlockColumn::default();
    }
    let present = Bits::from_fn(fingerprints.len(), |row| fingerprints[row] != NONE);
    fingerprints.retain(|fingerprint| *fingerprint != NONE);
    if !fingerprints.is_empty() {
        *block.pivoted.column_mut(column) = BlockColumn::new(present, Values::I64(fingerprints));
    }
}
