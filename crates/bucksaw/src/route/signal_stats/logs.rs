//! Log records by time, level and stream.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};

use foldhash::fast::RandomState;

use super::columns::{TIMES, Wanted, each_interval};
use super::known::{KnownTexts, TextId};
use super::messages::MessageTally;
use super::time_span;
use crate::block::BlockSlice;
use crate::block::texts::each_text;
use crate::options::Options;
use crate::report::TimeRange;
use crate::report::signal_stats::{COUNT_SECONDS, LogCount, LogStats, ValueRows};
use crate::schema::Schema;
use crate::types::timestamp::{TimeUnit, text_in_unit};

/// Times, levels and streams that are counted apart, at the most: about a megabyte.
const MAX_COUNTS: usize = 16_384;

/// Keys whose counts are found without looking for them.
const RECENT: usize = 16;

const NO_KEY: Key = Key { interval: None, level: TextId::None, stream: TextId::None };

/// What records are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Key {
    /// Ten seconds.
    interval: Option<i64>,
    level: TextId,
    stream: TextId,
}

impl Hash for Key {
    /// In two words: most rows are hashed.
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_i64(self.interval.unwrap_or(i64::MIN));
        state.write_u64(u64::from(self.level.number()) << 32 | u64::from(self.stream.number()));
    }
}

/// See the module.
#[derive(Debug)]
pub(crate) struct LogTally {
    time: Wanted,
    level: Wanted,
    /// The level of records that have no other.
    level_number: Wanted,
    stream: Wanted,
    /// Only where it is asked for: it takes longer than all else here.
    messages: Option<MessageTally>,
    rows: u64,
    levels: KnownTexts,
    streams: KnownTexts,
    /// Where the rows of each key are counted.
    counted: HashMap<Key, usize, RandomState>,
    counts: Vec<u64>,
    /// The same for keys that came last: those of rows beside each other differ in little but their level.
    recent: [Option<(Key, usize)>; RECENT],
    rows_not_in_counts: u64,
    /// The keys of a slice's rows.
    keys: Vec<Key>,
}

impl LogTally {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            time: Wanted::new(options.timestamp_column.clone(), TIMES),
            level: Wanted::new(
                None,
                &[
                    &["severity_text"],
                    &["level"],
                    &["log_level"],
                    &["severity"],
                    &["log", "level"],
                    &["log.level"],
                    &["lvl"],
                    &["SeverityText"],
                ],
            ),
            level_number: Wanted::new(None, &[&["severity_number"], &["SeverityNumber"]]),
            stream: Wanted::new(
                options.stream_column.clone(),
                &[
                    &["service_name"],
                    &["resource_service_name"],
                    &["service", "name"],
                    &["service.name"],
                    &["service"],
                    &["ServiceName"],
                ],
            ),
            messages: (options.signal_stats.is_some() || options.fingerprints)
                .then(|| MessageTally::new(options.fingerprint_of.clone())),
            rows: 0,
            levels: KnownTexts::default(),
            streams: KnownTexts::default(),
            counted: HashMap::default(),
            counts: Vec::new(),
            recent: [None; RECENT],
            rows_not_in_counts: 0,
            keys: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, rows: &BlockSlice<'_, '_>, schema: &Schema) {
        self.rows += rows.rows() as u64;
        self.keys.clear();
        self.keys.resize(rows.rows(), NO_KEY);
        let mut keys = self.keys.iter_mut();
        each_interval(rows, self.time.find(schema), schema, |interval| {
            if let Some(key) = keys.next() {
                key.interval = interval;
            }
        });
        let mut keys = self.keys.iter_mut();
        let levels = &mut self.levels;
        each_text(rows, self.level.find(schema), |level| {
            if let (Some(key), Some(level)) = (keys.next(), level) {
                key.level = levels.count(level, 1);
            }
        });
        if self.keys.iter().any(|key| key.level == TextId::None) {
            let mut keys = self.keys.iter_mut();
            each_text(rows, self.level_number.find(schema), |number| {
                let key = keys.next().filter(|key| key.level == TextId::None);
                if let (Some(key), Some(name)) = (key, number.and_then(name_of_severity)) {
                    key.level = levels.count(name, 1);
                }
            });
        }
        let mut keys = self.keys.iter_mut();
        let streams = &mut self.streams;
        each_text(rows, self.stream.find(schema), |stream| {
            if let (Some(key), Some(stream)) = (keys.next(), stream) {
                key.stream = streams.count(stream, 1);
            }
        });
        self.count_keys();
        if let Some(messages) = &mut self.messages {
            messages.add(rows, schema);
        }
    }

    fn count_keys(&mut self) {
        // Runs of equal ones are counted together.
        for run in self.keys.chunk_by(PartialEq::eq) {
            let Some(key) = run.first() else { continue };
            let rows = run.len() as u64;
            let recent = &mut self.recent[key.level.number() as usize % RECENT];
            let known = recent.filter(|(known, _)| known == key).map(|(_, at)| at);
            let is_whole = key.level != TextId::Other && key.stream != TextId::Other;
            let at = match known.or_else(|| self.counted.get(key).copied()) {
                Some(at) => at,
                None if is_whole && self.counts.len() < MAX_COUNTS => {
                    self.counted.insert(*key, self.counts.len());
                    self.counts.push(0);
                    self.counts.len() - 1
                }
                None => {
                    self.rows_not_in_counts += rows;
                    continue;
                }
            };
            *recent = Some((*key, at));
            self.counts[at] += rows;
        }
    }

    pub(super) fn report(&self, schema: &Schema, times: &[TimeRange]) -> LogStats {
        let time = self.time.name(schema);
        let text = |of: &KnownTexts, id| match id {
            TextId::Kept(id) => Some(of.text(id).to_owned()),
            TextId::None | TextId::Other => None,
        };
        let mut counts: Vec<_> = self
            .counted
            .iter()
            .map(|(key, at)| {
                let level = text(&self.levels, key.level);
                (key.interval, level, text(&self.streams, key.stream), self.counts[*at])
            })
            .collect();
        counts.sort_unstable_by(|a, b| b.3.cmp(&a.3).then_with(|| a.cmp(b)));
        let counts = counts.into_iter().map(|(interval, level, stream, rows)| LogCount {
            start: interval.map(|interval| {
                text_in_unit(interval.saturating_mul(COUNT_SECONDS * 1_000), TimeUnit::Millis)
            }),
            level,
            stream,
            rows,
        });
        LogStats {
            rows: self.rows,
            times: time_span(times, time, time),
            stream_column: self.stream.name(schema).map(str::to_owned),
            distinct_streams: self.streams.distinct(),
            streams: value_rows(&self.streams),
            rows_of_other_streams: self.streams.rows_of_others(),
            counts: counts.collect(),
            rows_not_in_counts: self.rows_not_in_counts,
            distinct_fingerprints: self.messages.as_ref().map_or(0, MessageTally::distinct),
            fingerprints: self.messages.as_ref().map(MessageTally::most_first).unwrap_or_default(),
            rows_of_other_fingerprints: (self.messages.as_ref())
                .map_or(0, MessageTally::rows_of_others),
        }
    }
}

fn value_rows(texts: &KnownTexts) -> Vec<ValueRows> {
    let texts = texts.most_first().into_iter();
    texts.map(|(value, rows)| ValueRows { value: value.to_owned(), rows }).collect()
}

/// What OTLP calls the range that a severity's number is in.
///
/// Source: <https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber>.
fn name_of_severity(number: &str) -> Option<&'static str> {
    const NAMES: [&str; 6] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
    let number: usize = number.parse().ok()?;
    NAMES.get(number.checked_sub(1)? / 4).copied()
}
