//! Fingerprints of messages, and how many rows have each.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use foldhash::fast::RandomState;

use crate::block::BlockSlice;
use crate::block::texts::each_text;
use crate::fingerprint::Fingerprinter;
use crate::report::signal_stats::FingerprintRows;
use crate::runtime::sketch::Sketch;
use crate::schema::{ColumnId, Schema, Sibling};

/// Fingerprints that are kept; rows of others are counted together.
const MAX_FINGERPRINTS: usize = 4_096;
/// Bytes of a template that are kept.
const TEMPLATE_BYTES: usize = 256;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct MessageTally {
    /// The column of messages, where it is named.
    named: Option<String>,
    kept: HashMap<i64, (u64, Box<str>), RandomState>,
    rows_of_others: u64,
    /// Of all fingerprints, once there are others.
    distinct: Option<Sketch>,
    fingerprinter: Fingerprinter,
    /// Which rows of a slice have had a message.
    counted: Vec<bool>,
}

impl MessageTally {
    pub(super) fn new(named: Option<String>) -> Self {
        Self { named, ..Self::default() }
    }

    pub(super) fn add(&mut self, rows: &BlockSlice<'_, '_>, schema: &Schema) {
        let text_of = |id: ColumnId| schema.column(id).sibling(Sibling::Text);
        let holders = schema.messages(self.named.as_deref()).into_iter();
        let holders = holders.flat_map(|id| [Some(id), text_of(id)]).flatten();
        let mut counted = std::mem::take(&mut self.counted);
        counted.clear();
        counted.resize(rows.rows(), false);
        for holder in holders.filter(|id| rows.column(*id).is_some()) {
            let mut is_counted = counted.iter_mut();
            each_text(rows, Some(holder), |message| {
                let is_counted = is_counted.next().filter(|counted| !**counted);
                if let (Some(is_counted), Some(message)) = (is_counted, message) {
                    self.count(message);
                    *is_counted = true;
                }
            });
        }
        self.counted = counted;
    }

    fn count(&mut self, message: &str) {
        let fingerprint = self.fingerprinter.fingerprint(message);
        let has_room = self.kept.len() < MAX_FINGERPRINTS;
        match self.kept.entry(fingerprint) {
            Entry::Occupied(kept) => kept.into_mut().0 += 1,
            Entry::Vacant(new) if has_room => {
                new.insert((1, Fingerprinter::template(message, TEMPLATE_BYTES).into()));
            }
            Entry::Vacant(_) => self.count_other(fingerprint),
        }
    }

    #[cold]
    fn count_other(&mut self, fingerprint: i64) {
        // Its highest bit is none of the hash.
        let hash = |fingerprint: i64| fingerprint.cast_unsigned() << 1;
        let distinct = self.distinct.get_or_insert_default();
        if self.rows_of_others == 0 {
            self.kept.keys().for_each(|kept| distinct.add(hash(*kept)));
        }
        distinct.add(hash(fingerprint));
        self.rows_of_others += 1;
    }

    /// How many fingerprints differ; estimated where not all are kept.
    pub(super) fn distinct(&self) -> u64 {
        let kept = self.kept.len() as u64;
        self.distinct.as_ref().map_or(kept, |distinct| distinct.estimate().max(kept))
    }

    pub(super) fn rows_of_others(&self) -> u64 {
        self.rows_of_others
    }

    /// The fingerprints with their rows, most rows first.
    pub(super) fn most_first(&self) -> Vec<FingerprintRows> {
        let rows = |(fingerprint, (rows, template)): (&i64, &(u64, Box<str>))| FingerprintRows {
            fingerprint: *fingerprint,
            template: template.to_string(),
            rows: *rows,
        };
        let mut all: Vec<_> = self.kept.iter().map(rows).collect();
        let by_template = |a: &FingerprintRows, b: &FingerprintRows| {
            // Templates may differ further on.
            a.template.cmp(&b.template).then(a.fingerprint.cmp(&b.fingerprint))
        };
        all.sort_unstable_by(|a, b| b.rows.cmp(&a.rows).then_with(|| by_template(a, b)));
        all
    }
}
