//! The page: one file with plots and tables that needs nothing else, no script and no network.

mod bars;
mod lines;
mod scale;

use std::fmt::Write as _;

use bytesize::ByteSize;

use self::bars::{Bar, Bars, Segment};
use self::lines::{Lines, Series};
use super::backend::Backend;
use super::results::{Measurements, Run};
use crate::cli::values::Count;
use crate::plan::sizing::Plan;
use crate::table::Table;
use bucksaw_cli::ui::grouped;

const STYLE: &str = include_str!("style.css");

/// The page.
pub(super) fn page(
    measured: &Measurements,
    introduction: &str,
    tables: &[Table],
    plan: &Plan,
) -> String {
    let title = format!("bucksaw bench: {}", measured.settings.rows_from);
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n\
         <link rel=\"icon\" href=\"data:,\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n",
        title = escaped(&title)
    );
    let _ = write!(
        page,
        "<h1>{}</h1>\n<p class=\"introduction\">{}</p>\n",
        escaped(&title),
        escaped(introduction)
    );
    page.push_str(&tiles(measured, plan));
    page.push_str("<div class=\"plots\">\n");
    for plot in plots(measured) {
        page.push_str(&plot);
    }
    page.push_str("</div>\n");
    for table in tables {
        page.push_str(&table_html(table));
    }
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

/// The few figures that matter most.
fn tiles(measured: &Measurements, plan: &Plan) -> String {
    let largest = measured.backends().into_iter().filter_map(|backend| measured.largest(backend));
    let largest: Vec<&Run> = largest.collect();
    let speed = |run: &Run| run.speed().unwrap_or_default();
    let fastest = largest.iter().max_by(|one, other| speed(one).total_cmp(&speed(other)));
    let mut tiles = String::from("<div class=\"tiles\">\n");
    let mut tile = |name: &str, figure: String, note: String| {
        let _ = writeln!(
            tiles,
            "<div class=\"tile\"><span>{name}</span><strong>{figure}</strong><span>{}</span></div>",
            escaped(&note)
        );
    };
    if let Some((run, timing)) = fastest.and_then(|run| Some((run, run.timing.as_ref()?))) {
        let note = format!("{}, {} rows", run.backend, Count(run.rows));
        tile("rows per CPU second", grouped(timing.speed().round() as u64), note.clone());
        if let Some(heap) = &run.heap {
            tile("peak heap", ByteSize(heap.peak_bytes).to_string(), note.clone());
        }
        tile("bytes per row in the file", format!("{:.1}", timing.bytes_per_row), note);
    }
    let cheapest = plan.choices.iter().min_by_key(|choice| choice.workers);
    if let Some(choice) = cheapest {
        let load = format!(
            "for {} rows/s, {}",
            grouped(plan.rows_per_second.round() as u64),
            choice.backend
        );
        tile("workers", grouped(choice.workers), load);
    }
    tiles.push_str("</div>\n");
    tiles
}

/// What stands for a backend in every plot: its colour and its mark.
fn style_of(backend: Backend) -> usize {
    Backend::ALL.iter().position(|other| *other == backend).unwrap_or_default()
}

fn plots(measured: &Measurements) -> Vec<String> {
    let memory = |run: &Run| {
        let bytes = run.heap.as_ref().map(|heap| heap.peak_bytes).or(run.peak_rss_bytes)?;
        Some(bytes as f64 / f64::from(1 << 20))
    };
    let is_counted = measured.runs.iter().any(|run| run.heap.is_some());
    let memory_title = if is_counted { "Peak heap over rows" } else { "Peak RSS over rows" };
    let mut plots = vec![
        over_rows(measured, "Throughput over rows", "rows per CPU second", false, Run::speed),
        over_rows(measured, memory_title, "MiB beyond the rows", true, memory),
    ];
    plots.extend(stages(measured));
    plots.push(sizes(measured));
    plots
}

/// A figure of each backend over the sizes; of one size only, bars.
fn over_rows(
    measured: &Measurements,
    title: &str,
    unit: &str,
    is_logarithmic: bool,
    figure: impl Fn(&Run) -> Option<f64>,
) -> String {
    let sizes = measured.sizes();
    let points = |backend: Backend| -> Vec<(f64, f64)> {
        let runs = sizes.iter().filter_map(|rows| measured.run(backend, *rows));
        runs.filter_map(|run| Some((run.rows as f64, figure(run)?))).collect()
    };
    let series: Vec<Series> = measured
        .backends()
        .into_iter()
        .map(|backend| Series {
            name: backend.to_string(),
            style: style_of(backend),
            points: points(backend),
        })
        .filter(|series| !series.points.is_empty())
        .collect();
    if sizes.len() > 1 {
        return Lines { title, unit, is_logarithmic, series: &series }.svg();
    }
    let bar = |series: &Series| {
        let value = series.points[0].1;
        Bar {
            name: series.name.clone(),
            note: scale::short(value),
            segments: vec![Segment { style: series.style, value, name: None }],
        }
    };
    let bars: Vec<Bar> = series.iter().map(bar).collect();
    Bars { title, unit, bars: &bars, legend: &[] }.svg()
}

fn stages(measured: &Measurements) -> Option<String> {
    let first = measured.stages.first()?;
    // Beside the colours of the backends.
    let first_style = Backend::ALL.len();
    let names: Vec<(&str, usize)> = first
        .parts()
        .iter()
        .enumerate()
        .map(|(place, (name, _))| (*name, first_style + place))
        .collect();
    let per_row = 1e9 / first.rows as f64;
    let bars: Vec<Bar> = measured
        .stages
        .iter()
        .map(|stages| {
            let parts = stages.parts();
            let all: f64 = parts.iter().map(|(_, seconds)| seconds * per_row).sum();
            let segment = |((name, seconds), (_, style)): (&(&str, f64), &(&str, usize))| Segment {
                style: *style,
                value: seconds * per_row,
                name: Some((*name).to_owned()),
            };
            Bar {
                name: stages.backend.to_string(),
                note: scale::short(all),
                segments: parts.iter().zip(&names).map(segment).collect(),
            }
        })
        .collect();
    let unit = format!("nanoseconds of CPU per row, {} rows", Count(first.rows));
    Some(Bars { title: "Where time goes", unit: &unit, bars: &bars, legend: &names }.svg())
}

fn sizes(measured: &Measurements) -> String {
    let bar = |run: &Run| {
        let value = run.timing.as_ref()?.bytes_per_row;
        Some(Bar {
            name: run.backend.to_string(),
            note: format!("{value:.1}"),
            segments: vec![Segment { style: style_of(run.backend), value, name: None }],
        })
    };
    let largest = measured.backends().into_iter().filter_map(|backend| measured.largest(backend));
    let largest: Vec<&Run> = largest.collect();
    let bars: Vec<Bar> = largest.iter().filter_map(|run| bar(run)).collect();
    let rows = largest.iter().map(|run| run.rows).max().unwrap_or_default();
    let unit = format!(
        "bytes per row in the file, {} rows ({:.0} as NDJSON)",
        Count(rows),
        measured.settings.row_bytes
    );
    Bars { title: "Size", unit: &unit, bars: &bars, legend: &[] }.svg()
}

fn table_html(table: &Table) -> String {
    let mut html = format!(
        "<section>\n<h2>{}</h2>\n<div class=\"table\"><table>\n<tr>",
        escaped(&table.title)
    );
    for cell in &table.header {
        let _ = write!(html, "<th scope=\"col\">{}</th>", escaped(cell));
    }
    html.push_str("</tr>\n");
    for row in &table.rows {
        html.push_str("<tr>");
        for (place, cell) in row.iter().enumerate() {
            let cell = escaped(cell);
            let _ = match place {
                0 => write!(html, "<th scope=\"row\">{cell}</th>"),
                _ => write!(html, "<td>{cell}</td>"),
            };
        }
        html.push_str("</tr>\n");
    }
    let _ = write!(html, "</table></div>\n<p>{}</p>\n</section>\n", escaped(&table.meaning));
    html
}

/// Text as HTML and SVG may hold it.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            letter => safe.push(letter),
        }
    }
    safe
}
