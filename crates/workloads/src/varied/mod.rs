//! Log lines such as the services of a small system write, each in its own way.

mod node;
mod services;

use crate::rng::Rng;
use node::{Node, write_object};

/// 2025-03-01T08:00:00Z
const FIRST_TIMESTAMP: i64 = 1_740_816_000_000;

/// One line in so many has an integer that no `i64` can hold.
const LINES_PER_HUGE_INTEGER: u64 = 2_000;

/// The endless lines of [`varied`].
#[derive(Clone, Debug)]
pub struct Varied {
    rng: Rng,
    timestamp: i64,
    made: u64,
}

/// JSON lines, without newlines, of six services that log differently:
///
/// - nested objects (`http`, `http.client`, `order`, `user`, `error`), lists of texts, of numbers,
///   of objects and mixed ones, empty ones of both;
/// - floats, integers, booleans, nulls, missing keys and, for one service, changing key order;
/// - text beyond ASCII and escapes; one service writes `\u` escapes and spaces after `:` and `,`;
/// - disagreements: `http.status`, `user.id` and `attempt` are numbers in most lines and text in
///   some, `duration_ms` is an integer or a float, `error` is an object, text or null;
/// - one line in 2,000 has a `sequence` beyond `i64`.
///
/// Every line is valid JSON without duplicated keys.
pub fn varied(seed: u64) -> Varied {
    Varied { rng: Rng::new(seed), timestamp: FIRST_TIMESTAMP, made: 0 }
}

impl Iterator for Varied {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        let rng = &mut self.rng;
        self.timestamp += rng.skewed(11) as i64;
        let (mut members, style) = services::line(rng, self.timestamp);
        if self.made % LINES_PER_HUGE_INTEGER == LINES_PER_HUGE_INTEGER / 2 {
            let beyond = i64::MAX as u64 + 1;
            members.push(("sequence", Node::U64(beyond + rng.below(beyond))));
        } else if rng.percent(5) {
            members.push(("sequence", Node::I64(rng.skewed(50) as i64)));
        }
        self.made += 1;
        let mut out = String::with_capacity(512);
        write_object(&members, style, &mut out);
        Some(out)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (usize::MAX, None)
    }
}
