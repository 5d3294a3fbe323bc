//! A plot of bars, plain or in segments.

use std::fmt::Write as _;

use super::escaped;
use super::scale::{Scale, short};

const WIDTH: f64 = 560.0;
const LEFT: f64 = 132.0;
const RIGHT: f64 = 64.0;
const TOP: f64 = 34.0;
const BAR_HEIGHT: f64 = 34.0;
const BAR_DISTANCE: f64 = 52.0;
/// A segment this wide has room for its figure.
const FIGURE_WIDTH: f64 = 38.0;
/// What a letter of a legend takes, about.
const LETTER_WIDTH: f64 = 7.6;

/// A bar.
pub(super) struct Bar {
    pub(super) name: String,
    /// What stands at its end.
    pub(super) note: String,
    pub(super) segments: Vec<Segment>,
}

/// A part of a bar.
pub(super) struct Segment {
    pub(super) style: usize,
    pub(super) value: f64,
    /// Where a bar has several.
    pub(super) name: Option<String>,
}

/// The plot.
pub(super) struct Bars<'b> {
    pub(super) title: &'b str,
    pub(super) unit: &'b str,
    pub(super) bars: &'b [Bar],
    /// What the segments are, by name and style.
    pub(super) legend: &'b [(&'b str, usize)],
}

impl Bars<'_> {
    pub(super) fn svg(&self) -> String {
        let legend_height = if self.legend.is_empty() { 0.0 } else { 28.0 };
        let top = TOP + legend_height;
        let base = top + self.bars.len() as f64 * BAR_DISTANCE;
        let mut svg = format!(
            "<figure>\n<figcaption>{title}</figcaption>\n<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
             aria-label=\"{title}, {unit}\">\n<text x=\"0\" y=\"14\" class=\"unit\">{unit}</text>\n",
            title = escaped(self.title),
            unit = escaped(self.unit),
            height = base + 26.0,
        );
        let length = |bar: &Bar| bar.segments.iter().map(|segment| segment.value).sum::<f64>();
        let most = self.bars.iter().map(length).fold(0.0, f64::max);
        let x = Scale::linear(most, LEFT, WIDTH - RIGHT);
        self.draw_legend(&mut svg);
        for tick in x.ticks() {
            let place = x.place(tick);
            let _ = writeln!(
                svg,
                "<line class=\"grid\" x1=\"{place:.1}\" x2=\"{place:.1}\" y1=\"{top}\" y2=\"{base}\"/>\
                 <text class=\"tick\" x=\"{place:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                base + 18.0,
                short(tick)
            );
        }
        for (place, bar) in self.bars.iter().enumerate() {
            draw_bar(&mut svg, bar, top + 8.0 + place as f64 * BAR_DISTANCE, &x);
        }
        svg.push_str("</svg>\n</figure>\n");
        svg
    }

    fn draw_legend(&self, svg: &mut String) {
        let mut x = 0.0;
        for (name, style) in self.legend {
            let _ = writeln!(
                svg,
                "<rect class=\"bar s{style}\" x=\"{x:.1}\" y=\"28\" width=\"13\" height=\"13\" rx=\"2\"/>\
                 <text class=\"tick\" x=\"{:.1}\" y=\"39.5\">{}</text>",
                x + 19.0,
                escaped(name)
            );
            x += 40.0 + name.chars().count() as f64 * LETTER_WIDTH;
        }
    }
}

fn draw_bar(svg: &mut String, bar: &Bar, top: f64, x: &Scale) {
    let middle = top + BAR_HEIGHT / 2.0 + 4.5;
    let _ = writeln!(
        svg,
        "<text class=\"name\" x=\"{}\" y=\"{middle:.1}\" text-anchor=\"end\">{}</text>",
        LEFT - 10.0,
        escaped(&bar.name)
    );
    let mut start = 0.0;
    for segment in &bar.segments {
        let (from, to) = (x.place(start), x.place(start + segment.value));
        start += segment.value;
        let told = segment.name.as_deref().unwrap_or(&bar.name);
        let _ = writeln!(
            svg,
            "<rect class=\"bar s{}\" x=\"{from:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{BAR_HEIGHT}\">\
             <title>{}: {}</title></rect>",
            segment.style,
            // A thin gap keeps segments apart.
            (to - from - 1.5).max(0.5),
            escaped(told),
            short(segment.value)
        );
        if segment.name.is_some() && to - from >= FIGURE_WIDTH {
            let _ = writeln!(
                svg,
                "<text class=\"inside\" x=\"{:.1}\" y=\"{middle:.1}\" text-anchor=\"middle\">{}</text>",
                f64::midpoint(from, to),
                short(segment.value)
            );
        }
    }
    let _ = writeln!(
        svg,
        "<text class=\"value\" x=\"{:.1}\" y=\"{middle:.1}\">{}</text>",
        x.place(start) + 7.0,
        escaped(&bar.note)
    );
}
