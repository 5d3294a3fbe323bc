//! Fingerprints of messages, and how many rows have each.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use foldhash::fast::RandomState;

use crate::block::BlockSlice;
use crate::block::texts::first_texts;
use crate::fingerprint::Fingerprinter;
use crate::report::signal_stats::FingerprintRows;
use crate::runtime::sketch::Sketch;
use crate::schema::Schema;

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
}

impl MessageTally {
    pub(super) fn new(named: Option<String>) -> Self {
        Self { named, ..Self::default() }
    }

    pub(super) fn add(&mut self, rows: &BlockSlice<'_, '_>, schema: &Schema) {
        let messages = schema.messages(self.named.as_deref());
        first_texts(rows, schema.with_misfits(messages), |_, message| self.count(message));
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
