//! From figures to places on a plot, and where its ticks stand.

/// A figure in few letters: `7.5`, `850`, `12K`, `1.5M`.
pub(super) fn short(figure: f64) -> String {
    let (value, unit) = match figure.abs() {
        size if size >= 999_500.0 => (figure / 1e6, "M"),
        size if size >= 10_000.0 => (figure / 1e3, "K"),
        _ => (figure, ""),
    };
    let text = match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    };
    let text =
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text}{unit}")
}

/// Maps figures to places.
#[derive(Clone, Copy)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    is_logarithmic: bool,
    from: f64,
    to: f64,
}

impl Scale {
    /// From nought to at least `most`.
    pub(super) fn linear(most: f64, from: f64, to: f64) -> Self {
        let step = step(most);
        let high = (most / step).ceil().max(1.0) * step;
        Self { low: 0.0, high, is_logarithmic: false, from, to }
    }

    /// From `least`, which is above nought, to `most`.
    pub(super) fn logarithmic(least: f64, most: f64, from: f64, to: f64) -> Self {
        // A single figure stands in the middle.
        let (low, high) = if most > least { (least, most) } else { (least / 2.0, least * 2.0) };
        Self { low, high, is_logarithmic: true, from, to }
    }

    pub(super) fn place(&self, figure: f64) -> f64 {
        let part = if self.is_logarithmic {
            (figure.max(self.low) / self.low).ln() / (self.high / self.low).ln()
        } else {
            (figure - self.low) / (self.high - self.low)
        };
        self.from + part * (self.to - self.from)
    }

    /// Round figures within.
    pub(super) fn ticks(&self) -> Vec<f64> {
        if self.is_logarithmic {
            return self.powers();
        }
        let step = step(self.high);
        let count = (self.high / step).round() as u32;
        (0..=count).map(|tick| f64::from(tick) * step).collect()
    }

    /// Powers of ten, and where these are few what lies between.
    fn powers(&self) -> Vec<f64> {
        let first = self.low.log10().floor() as i32;
        let last = self.high.log10().ceil() as i32;
        let ticks = |factors: &[f64]| -> Vec<f64> {
            let all = (first..=last)
                .flat_map(|power| factors.iter().map(move |factor| factor * 10_f64.powi(power)));
            all.filter(|tick| (self.low..=self.high).contains(tick)).collect()
        };
        let tens = ticks(&[1.0]);
        if tens.len() >= 3 { tens } else { ticks(&[1.0, 2.0, 5.0]) }
    }
}

/// One, two, two and a half or five times a power of ten, about a fifth of `most`.
fn step(most: f64) -> f64 {
    let rough = most.max(1e-9) / 5.0;
    let power = 10_f64.powf(rough.log10().floor());
    let factor =
        [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().find(|factor| factor * power >= rough * 0.999);
    factor.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_in_few_letters() {
        let cases = [
            (0.0, "0"),
            (7.5, "7.5"),
            (0.25, "0.25"),
            (850.0, "850"),
            (9_999.0, "9999"),
            (12_345.0, "12.3K"),
            (400_000.0, "400K"),
            (1_500_000.0, "1.5M"),
        ];
        for (figure, text) in cases {
            assert_eq!(short(figure), text);
        }
    }

    #[test]
    fn ticks_are_round_and_cover_every_figure() {
        for most in [0.003, 1.0, 7.0, 93_113.0, 1e9] {
            let scale = Scale::linear(most, 0.0, 100.0);
            let ticks = scale.ticks();
            assert!((3..=11).contains(&ticks.len()), "{most}: {ticks:?}");
            assert!(scale.place(most) <= 100.0 && ticks.last().is_some_and(|last| *last >= most));
        }
        let scale = Scale::logarithmic(2.0, 900.0, 0.0, 100.0);
        assert_eq!(scale.ticks(), [2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0]);
        assert_eq!((scale.place(2.0), scale.place(900.0)), (0.0, 100.0));
        let single = Scale::logarithmic(900.0, 900.0, 0.0, 100.0);
        assert!((single.place(900.0) - 50.0).abs() < 1e-9);
    }
}
