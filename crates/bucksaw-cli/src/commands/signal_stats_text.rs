//! What a file's rows are as logs, metrics or traces, in words.

use std::io::{self, Write};

use bucksaw::internal::{counted, grouped};
use bucksaw::{LogStats, MetricStats, SignalStats, TimeSpan, TraceStats, ValueRows};

use super::cell::name;
use super::table::{Align, table};

/// Entries of a list that are shown.
const SHOWN_ENTRIES: usize = 10;

pub(super) fn write(
    stats: &SignalStats,
    width: Option<usize>,
    out: &mut impl Write,
) -> io::Result<()> {
    match stats {
        SignalStats::Logs(stats) => logs(stats, width, out),
        SignalStats::Metrics(stats) => metrics(stats, width, out),
        SignalStats::Traces(stats) => traces(stats, out),
        _ => Ok(()),
    }
}

fn facts(
    heading: &str,
    facts: impl IntoIterator<Item = (&'static str, String)>,
    out: &mut impl Write,
) -> io::Result<()> {
    writeln!(out, "\n{heading}")?;
    for (name, value) in facts {
        writeln!(out, "  {name:<14}  {value}")?;
    }
    Ok(())
}

fn logs(stats: &LogStats, width: Option<usize>, out: &mut impl Write) -> io::Result<()> {
    let streams = stats.stream_column.as_ref().map(|column| {
        let (values, column) = (most(stats), name(column));
        format!("{} in {column}: {values}", grouped(stats.distinct_streams))
    });
    let known = [
        Some(("log records", grouped(stats.rows))),
        Some(("times", times(&stats.times))),
        streams.map(|streams| ("streams", streams)),
    ];
    facts("Logs", known.into_iter().flatten(), out)?;
    writeln!(out, "\nLog records by ten seconds, level and stream, the most first")?;
    let heads = [
        ("from", Align::Left),
        ("level", Align::Left),
        ("stream", Align::Left),
        ("records", Align::Right),
    ];
    let shown = &stats.counts[..stats.counts.len().min(SHOWN_ENTRIES)];
    let cell = |text: &Option<String>| text.as_deref().map_or_else(|| "-".to_owned(), name);
    let lines = || {
        shown.iter().map(|count| {
            let rows = grouped(count.rows);
            vec![cell(&count.start), cell(&count.level), cell(&count.stream), rows]
        })
    };
    table(&heads, lines, width, out)?;
    let others: u64 =
        stats.rows - shown.iter().map(|count| count.rows).sum::<u64>().min(stats.rows);
    more(others, "record", out)?;
    fingerprints(stats, width, out)
}

fn fingerprints(stats: &LogStats, width: Option<usize>, out: &mut impl Write) -> io::Result<()> {
    if stats.distinct_fingerprints == 0 {
        return Ok(());
    }
    let distinct = counted(stats.distinct_fingerprints, "fingerprint");
    writeln!(out, "\nMessages by {distinct}, the most first")?;
    let heads =
        [("fingerprint", Align::Right), ("records", Align::Right), ("template", Align::Left)];
    let shown = &stats.fingerprints[..stats.fingerprints.len().min(SHOWN_ENTRIES)];
    let lines = || {
        shown
            .iter()
            .map(|of| vec![of.fingerprint.to_string(), grouped(of.rows), name(&of.template)])
    };
    table(&heads, lines, width, out)?;
    let all = stats.fingerprints.iter().map(|of| of.rows).sum::<u64>();
    let all = all + stats.rows_of_other_fingerprints;
    more(all - shown.iter().map(|of| of.rows).sum::<u64>(), "record", out)
}

fn metrics(stats: &MetricStats, width: Option<usize>, out: &mut impl Write) -> io::Result<()> {
    let known = [
        ("data points", grouped(stats.rows)),
        ("times", times(&stats.times)),
        ("metrics", grouped(stats.distinct_metrics)),
        ("labels", labels(&stats.labels, stats.other_labels)),
    ];
    facts("Metrics", known, out)?;
    writeln!(out, "\nMetrics by their data points, the most first")?;
    let heads = [
        ("name", Align::Left),
        ("type", Align::Left),
        ("unit", Align::Left),
        ("data points", Align::Right),
    ];
    let shown = &stats.metrics[..stats.metrics.len().min(SHOWN_ENTRIES)];
    let lines = || {
        shown.iter().map(|metric| {
            vec![name(&metric.name), name(&metric.ty), name(&metric.unit), grouped(metric.rows)]
        })
    };
    table(&heads, lines, width, out)?;
    let others = stats.rows - shown.iter().map(|metric| metric.rows).sum::<u64>().min(stats.rows);
    more(others, "data point", out)
}

fn traces(stats: &TraceStats, out: &mut impl Write) -> io::Result<()> {
    let known = [
        ("spans", grouped(stats.rows)),
        ("times", times(&stats.times)),
        ("traces", format!("about {}", grouped(stats.distinct_traces))),
        ("labels", labels(&stats.labels, stats.other_labels)),
    ];
    facts("Traces", known, out)
}

fn times(times: &TimeSpan) -> String {
    match (&times.first_time, &times.last_time) {
        (Some(first), Some(last)) => format!("{} to {}", name(first), name(last)),
        _ => "-".to_owned(),
    }
}

fn labels(labels: &[ValueRows], others: u64) -> String {
    let shown = labels.iter().take(SHOWN_ENTRIES).map(|label| name(&label.value));
    let more = labels.len().saturating_sub(SHOWN_ENTRIES) as u64 + others;
    let more = (more > 0).then(|| format!("{} more", grouped(more)));
    let all: Vec<String> = shown.chain(more).collect();
    if all.is_empty() { "-".to_owned() } else { all.join(", ") }
}

/// The streams of most rows.
fn most(stats: &LogStats) -> String {
    let shown = stats.streams.iter().take(SHOWN_ENTRIES);
    let shown = shown.map(|value| format!("{} ({})", name(&value.value), grouped(value.rows)));
    let has_more = stats.streams.len() > SHOWN_ENTRIES || stats.rows_of_other_streams > 0;
    shown.chain(has_more.then(|| "…".to_owned())).collect::<Vec<_>>().join(", ")
}

fn more(rows: u64, what: &str, out: &mut impl Write) -> io::Result<()> {
    match rows {
        0 => Ok(()),
        rows => writeln!(out, "  and {} more", counted(rows, what)),
    }
}
