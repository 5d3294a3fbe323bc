//! Which kinds of metrics there are, by the names of members alone, none of which has escapes.

use memchr::memmem;

use super::structure::behind_value;
use crate::input::otlp::kinds::Kinds;
use crate::options::MetricKind;

/// How often all bytes are looked through for one kind, at the most: objects in each other that don't end would have it done for each of them.
const MAX_SEARCHES: usize = 4;
const POINTS: &[u8] = b"\"dataPoints\"";

/// What JSON calls a metric's data, in quotes.
fn name_of(kind: MetricKind) -> &'static [u8] {
    match kind {
        MetricKind::Gauge => b"\"gauge\"",
        MetricKind::Sum => b"\"sum\"",
        MetricKind::Histogram => b"\"histogram\"",
        MetricKind::ExponentialHistogram => b"\"exponentialHistogram\"",
        MetricKind::Summary => b"\"summary\"",
    }
}

/// Those whose data has data points. A name in quotes, with a colon behind it, stands in no text, where quotes are escaped.
pub(in crate::input::otlp) fn kinds_of(json: &[u8], kinds: &mut Kinds) {
    for kind in MetricKind::ALL {
        let name = name_of(kind);
        let mut ends = memmem::find_iter(json, name).map(|at| at + name.len());
        let mut left = json.len() * MAX_SEARCHES;
        if ends.any(|end| has_points(json, end, &mut left)) {
            kinds.insert(kind);
        }
    }
}

/// Whether an object with data points is the value of a name that ends here; or may be, where no more bytes are `left` to look at.
fn has_points(json: &[u8], end: usize, left: &mut usize) -> bool {
    let Some(start) = value_at(json, end, b'{') else { return false };
    // Where its end is not to be found, it may be all that follows.
    let end = behind_value(json, start, b"resourceMetrics").unwrap_or(json.len());
    let data = &json[start..end];
    if data.len() > *left {
        return true;
    }
    *left -= data.len();
    let mut ends = memmem::find_iter(data, POINTS).map(|at| at + POINTS.len());
    ends.any(|end| value_at(data, end, b'[').is_some_and(|at| next(data, at + 1) != Some(b']')))
}

/// Where the value of a name that ends here starts, if it does with this bracket.
fn value_at(json: &[u8], end: usize, bracket: u8) -> Option<usize> {
    let colon = json.len() - json[end..].trim_ascii_start().len();
    let behind = json[colon..].strip_prefix(b":")?.trim_ascii_start();
    behind.starts_with(&[bracket]).then_some(json.len() - behind.len())
}

fn next(json: &[u8], at: usize) -> Option<u8> {
    json[at..].trim_ascii_start().first().copied()
}
