//! A plot of lines over rows.

use std::fmt::Write as _;

use super::escaped;
use super::scale::{Scale, short};
use crate::cli::values::Count;

const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 340.0;
const LEFT: f64 = 58.0;
/// Room for the names at the lines' ends.
const RIGHT: f64 = 168.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 46.0;
/// The least distance of two names, from line to line.
const NAME_HEIGHT: f64 = 36.0;
/// The least distance of two labels below the plot.
const LABEL_WIDTH: f64 = 42.0;

/// One line.
pub(super) struct Series {
    pub(super) name: String,
    pub(super) style: usize,
    /// Rows and the figure, the fewest rows first; at least one.
    pub(super) points: Vec<(f64, f64)>,
}

/// The plot.
pub(super) struct Lines<'l> {
    pub(super) title: &'l str,
    pub(super) unit: &'l str,
    pub(super) is_logarithmic: bool,
    pub(super) series: &'l [Series],
}

impl Lines<'_> {
    pub(super) fn svg(&self) -> String {
        let (x, y) = self.scales();
        let mut svg = format!(
            "<figure>\n<figcaption>{title}</figcaption>\n<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
             aria-label=\"{title}, {unit}\">\n<text x=\"0\" y=\"14\" class=\"unit\">{unit}{scale}</text>\n",
            title = escaped(self.title),
            unit = escaped(self.unit),
            scale = if self.is_logarithmic { " (logarithmic)" } else { "" },
        );
        self.draw_axes(&mut svg, &x, &y);
        for series in self.series {
            draw_series(&mut svg, series, self.unit, &x, &y);
        }
        self.draw_names(&mut svg, &x, &y);
        svg.push_str("</svg>\n</figure>\n");
        svg
    }

    fn scales(&self) -> (Scale, Scale) {
        let points = || self.series.iter().flat_map(|series| &series.points);
        let least = |pick: fn(&(f64, f64)) -> f64| points().map(pick).fold(f64::MAX, f64::min);
        let most = |pick: fn(&(f64, f64)) -> f64| points().map(pick).fold(0.0, f64::max);
        let x = Scale::logarithmic(
            least(|point| point.0),
            most(|point| point.0),
            LEFT + 12.0,
            WIDTH - RIGHT,
        );
        let (bottom, top) = (HEIGHT - BOTTOM, TOP);
        let (low, high) = (least(|point| point.1), most(|point| point.1));
        let y = if self.is_logarithmic {
            Scale::logarithmic((low / 1.5).max(1e-3), high * 1.3, bottom, top)
        } else {
            Scale::linear(high, bottom, top)
        };
        (x, y)
    }

    fn draw_axes(&self, svg: &mut String, x: &Scale, y: &Scale) {
        for tick in y.ticks() {
            let place = y.place(tick);
            let _ = writeln!(
                svg,
                "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{place:.1}\" y2=\"{place:.1}\"/>\
                 <text class=\"tick\" x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                WIDTH - RIGHT,
                LEFT - 8.0,
                place + 4.5,
                short(tick)
            );
        }
        let mut sizes: Vec<f64> =
            self.series.iter().flat_map(|series| &series.points).map(|point| point.0).collect();
        sizes.sort_by(f64::total_cmp);
        sizes.dedup();
        let base = HEIGHT - BOTTOM;
        let mut last = f64::MIN;
        for rows in sizes {
            let place = x.place(rows);
            let _ = writeln!(
                svg,
                "<line class=\"axis\" x1=\"{place:.1}\" x2=\"{place:.1}\" y1=\"{base}\" y2=\"{}\"/>",
                base + 5.0
            );
            if place - last >= LABEL_WIDTH {
                let label = Count(rows as u64);
                let _ = writeln!(
                    svg,
                    "<text class=\"tick\" x=\"{place:.1}\" y=\"{}\" text-anchor=\"middle\">{label}</text>",
                    base + 20.0
                );
                last = place;
            }
        }
        let _ = writeln!(
            svg,
            "<line class=\"axis\" x1=\"{LEFT}\" x2=\"{end}\" y1=\"{base}\" y2=\"{base}\"/>\
             <text class=\"unit\" x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">rows in the file</text>",
            HEIGHT - 6.0,
            end = WIDTH - RIGHT,
            middle = f64::midpoint(LEFT, WIDTH - RIGHT),
        );
    }

    /// Each line's name and last figure at its end, moved apart where they would cover each other.
    fn draw_names(&self, svg: &mut String, x: &Scale, y: &Scale) {
        let mut ends: Vec<(f64, &Series, (f64, f64))> = self
            .series
            .iter()
            .filter_map(|series| {
                let last = *series.points.last()?;
                Some((y.place(last.1), series, last))
            })
            .collect();
        ends.sort_by(|one, other| one.0.total_cmp(&other.0));
        let count = ends.len() as f64;
        let lowest = HEIGHT - BOTTOM;
        let mut free = TOP - 6.0;
        for (place, (end, series, (rows, figure))) in ends.into_iter().enumerate() {
            // Those below need room too.
            let below = (count - 1.0 - place as f64) * NAME_HEIGHT;
            let name_at = end.max(free).min(lowest - below);
            free = name_at + NAME_HEIGHT;
            let (from, to) = (x.place(rows) + 8.0, WIDTH - RIGHT + 22.0);
            let _ = writeln!(
                svg,
                "<path class=\"leader\" d=\"M{from:.1} {end:.1} L{to:.1} {name_at:.1}\"/>\
                 <text class=\"name s{style}\" x=\"{text:.1}\" y=\"{:.1}\">{name}</text>\
                 <text class=\"value\" x=\"{text:.1}\" y=\"{:.1}\">{}</text>",
                name_at + 1.0,
                name_at + 17.0,
                short(figure),
                style = series.style,
                text = to + 5.0,
                name = escaped(&series.name),
            );
        }
    }
}

fn draw_series(svg: &mut String, series: &Series, unit: &str, x: &Scale, y: &Scale) {
    let places: Vec<(f64, f64)> =
        series.points.iter().map(|(rows, figure)| (x.place(*rows), y.place(*figure))).collect();
    let path: Vec<String> = places.iter().map(|(x, y)| format!("{x:.1} {y:.1}")).collect();
    let _ = writeln!(svg, "<path class=\"line s{}\" d=\"M{}\"/>", series.style, path.join(" L"));
    for ((x, y), (rows, figure)) in places.into_iter().zip(&series.points) {
        let _ = writeln!(
            svg,
            "<path class=\"mark s{}\" d=\"{}\"><title>{}, {} rows: {} {}</title></path>",
            series.style,
            mark(series.style, x, y),
            escaped(&series.name),
            Count(*rows as u64),
            short(*figure),
            escaped(unit)
        );
    }
}

/// A mark that tells lines apart without colours.
fn mark(style: usize, x: f64, y: f64) -> String {
    match style {
        0 => format!("M{:.1} {y:.1} a4.5 4.5 0 1 0 9 0 a4.5 4.5 0 1 0 -9 0", x - 4.5),
        1 => format!("M{:.1} {:.1} h8 v8 h-8 z", x - 4.0, y - 4.0),
        2 => format!("M{x:.1} {:.1} l5.2 9 h-10.4 z", y - 5.8),
        _ => format!("M{x:.1} {:.1} l5.5 5.5 l-5.5 5.5 l-5.5 -5.5 z", y - 5.5),
    }
}
