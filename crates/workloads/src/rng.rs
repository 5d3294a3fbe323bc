//! A small random number generator with the same output on every platform.
//!
//! xoshiro256++ 1.0 and, to spread the seed over its state, splitmix64, both by David Blackman and
//! Sebastiano Vigna, dedicated to the public domain: <https://prng.di.unimi.it/xoshiro256plusplus.c>
//! and <https://prng.di.unimi.it/splitmix64.c>. Not for secrets.

/// xoshiro256++. All derived numbers are made with integer arithmetic, or with one exact division,
/// so that no platform's mathematics library can change them.
#[derive(Clone, Debug)]
pub struct Rng {
    state: [u64; 4],
}

impl Rng {
    /// A generator whose output depends on `seed` only.
    pub fn new(seed: u64) -> Self {
        let mut spread = seed;
        Rng { state: std::array::from_fn(|_| splitmix64(&mut spread)) }
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        let s = &mut self.state;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// A number below `limit`, or 0 where `limit` is 0. Multiplies and keeps the high half, which
    /// for limits far below 2^64 is as good as uniform.
    pub fn below(&mut self, limit: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(limit)) >> 64) as u64
    }

    /// An `i64` from `from` up to, but without, `to`.
    pub fn between(&mut self, from: i64, to: i64) -> i64 {
        from.wrapping_add(self.below(to.wrapping_sub(from).max(0) as u64) as i64)
    }

    /// A number below 2^`most_bits`, each size in bits equally likely: many small, few large ones,
    /// as durations and sizes are.
    pub fn skewed(&mut self, most_bits: u32) -> u64 {
        let bits = self.below(u64::from(most_bits) + 1);
        self.below(1 << bits)
    }

    /// True in `percent` of a hundred cases.
    pub fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of `choices`, which has at least one.
    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize]
    }

    /// A number below `limit`, divided by `divisor`: a decimal with few digits.
    pub fn decimal(&mut self, limit: u64, divisor: u32) -> f64 {
        self.below(limit) as f64 / f64::from(divisor)
    }

    /// Brings `items` into a random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u64 + 1) as usize);
        }
    }
}

/// The next number of splitmix64, which also turns a small number into one with mixed bits.
fn splitmix64(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splitmix64_gives_the_published_numbers() {
        let mut state = 1_234_567;
        let got: Vec<u64> = (0..3).map(|_| splitmix64(&mut state)).collect();
        assert_eq!(got, [6457827717110365317, 3203168211198807973, 9817491932198370423]);
    }

    #[test]
    fn xoshiro256_plus_plus_gives_the_published_numbers() {
        let mut rng = Rng { state: [1, 2, 3, 4] };
        let got: Vec<u64> = (0..5).map(|_| rng.bits()).collect();
        assert_eq!(
            got,
            [41943041, 58720359, 3588806011781223, 3591011842654386, 9228616714210784205]
        );
    }

    #[test]
    fn numbers_stay_below_their_limit() {
        let mut rng = Rng::new(7);
        assert_eq!(rng.below(0), 0);
        assert!((0..1_000).all(|_| rng.below(3) < 3));
        assert!((0..1_000).all(|_| (-5..5).contains(&rng.between(-5, 5))));
        assert!((0..1_000).all(|_| rng.skewed(10) < 1 << 10));
    }
}
