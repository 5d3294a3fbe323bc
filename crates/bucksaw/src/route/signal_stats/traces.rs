//! Spans by their traces.

use twox_hash::XxHash64;

use super::columns::Wanted;
use super::labels::labels;
use super::time_span;
use crate::block::BlockSlice;
use crate::block::texts::each_text;
use crate::options::Options;
use crate::report::TimeRange;
use crate::report::signal_stats::TraceStats;
use crate::runtime::sketch::Sketch;
use crate::schema::Schema;

/// See the module.
#[derive(Debug)]
pub(crate) struct TraceTally {
    start: Wanted,
    end: Wanted,
    trace_id: Wanted,
    rows: u64,
    traces: Sketch,
    last_trace: String,
}

impl TraceTally {
    pub(super) fn new(options: &Options) -> Self {
        let starts: &[&[&str]] =
            &[&["start_time"], &["startTime"], &["time"], &["timestamp"], &["Timestamp"]];
        Self {
            start: Wanted::new(options.timestamp_column.clone(), starts),
            end: Wanted::new(None, &[&["end_time"], &["endTime"]]),
            trace_id: Wanted::new(
                None,
                &[&["trace_id"], &["traceId"], &["traceID"], &["trace", "id"], &["TraceId"]],
            ),
            rows: 0,
            traces: Sketch::default(),
            last_trace: String::new(),
        }
    }

    pub(super) fn add(&mut self, rows: &BlockSlice<'_, '_>, schema: &Schema) {
        self.rows += rows.rows() as u64;
        self.start.find(schema);
        self.end.find(schema);
        let Self { traces, last_trace, .. } = self;
        each_text(rows, self.trace_id.find(schema), |trace| {
            let Some(trace) = trace.filter(|trace| trace != last_trace) else { return };
            traces.add(XxHash64::oneshot(0, trace.as_bytes()));
            last_trace.clear();
            last_trace.push_str(trace);
        });
    }

    pub(super) fn report(
        &self,
        schema: &Schema,
        times: &[TimeRange],
        present: &[u64],
    ) -> TraceStats {
        let (start, end) = (self.start.name(schema), self.end.name(schema));
        let ended = end.filter(|end| times.iter().any(|range| range.column == *end));
        TraceStats {
            rows: self.rows,
            times: time_span(times, start, ended.or(start)),
            distinct_traces: self.traces.estimate(),
            labels: labels(schema, present),
            other_labels: 0,
        }
    }
}
