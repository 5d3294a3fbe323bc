//! Blind changes to inputs: what `cargo test` tries, where there is no libFuzzer to see what they reach.

/// Numbers that look random and are the same every time.
pub struct Noise(u64);

impl Noise {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % end as u64) as usize
    }

    pub fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.below(256) as u8).collect()
    }
}

/// The words of a dictionary of libFuzzer's.
pub fn words(dictionary: &str) -> Vec<Vec<u8>> {
    let lines = dictionary.lines().filter_map(|line| line.strip_prefix('"')?.strip_suffix('"'));
    lines.map(|line| unescaped(line.as_bytes())).collect()
}

fn unescaped(mut rest: &[u8]) -> Vec<u8> {
    let mut word = Vec::new();
    loop {
        match *rest {
            [] => return word,
            [b'\\', b'x', high, low, ref after @ ..] => {
                let digit = |byte: u8| char::from(byte).to_digit(16).expect("hexadecimal") as u8;
                word.push(digit(high) << 4 | digit(low));
                rest = after;
            }
            [b'\\', escaped, ref after @ ..] => {
                word.push(escaped);
                rest = after;
            }
            [byte, ref after @ ..] => {
                word.push(byte);
                rest = after;
            }
        }
    }
}

/// Changes an input in a few places, with words and with parts of another.
pub fn mutate(input: &mut Vec<u8>, other: &[u8], words: &[Vec<u8>], noise: &mut Noise) {
    for _ in 0..noise.below(6) + 1 {
        let at = noise.below(input.len() + 1);
        let len = noise.below(16).min(input.len() - at);
        match noise.below(7) {
            0 if at < input.len() => input[at] ^= 1 << noise.below(8),
            1 if at < input.len() => input[at] = noise.below(256) as u8,
            2 => drop(input.drain(at..at + len)),
            3 => {
                let again = input[at..at + len].to_vec();
                input.splice(at..at, again);
            }
            4 if !other.is_empty() => {
                let from = noise.below(other.len());
                let part = other[from..].iter().take(noise.below(60)).copied();
                input.splice(at..at, part);
            }
            _ if words.is_empty() => {}
            5 => drop(input.splice(at..at + len, words[noise.below(words.len())].clone())),
            _ => drop(input.splice(at..at, words[noise.below(words.len())].clone())),
        }
    }
}
