//! The encoders of `direct`, read by the parquet crate's decoders.

use arbitrary::Arbitrary;

use crate::encode::direct as check;

/// Integers that lie close together, far apart or both.
#[derive(Arbitrary, Debug)]
pub struct Run {
    start: i64,
    step: i64,
    shift: u8,
    noise: Vec<i64>,
    repeat: u8,
}

/// Values for one encoding.
#[derive(Arbitrary, Debug)]
pub enum Case {
    Hybrid(Vec<Run>),
    /// Definition or repetition levels, of lists too: numbers of one or two bits.
    Levels(Vec<Run>, bool),
    Bits(Vec<u64>, u8),
    Delta64(Vec<Run>),
    Delta32(Vec<Run>),
    DeltaLength(Vec<Vec<u8>>),
    DeltaByteArray(Vec<(u16, Vec<u8>)>),
    StreamSplit64(Vec<Run>),
    StreamSplit32(Vec<f32>),
}

fn integers(runs: &[Run]) -> Vec<i64> {
    let mut values = Vec::new();
    for run in runs {
        let mut value = run.start;
        for noise in &run.noise {
            value = value.wrapping_add(run.step).wrapping_add(noise >> (run.shift % 64));
            values.extend(std::iter::repeat_n(value, usize::from(run.repeat) + 1));
        }
    }
    values
}

pub fn run(case: Case) {
    match case {
        Case::Hybrid(runs) => check::hybrid(integers(&runs)),
        Case::Levels(runs, are_lists) => {
            let most = if are_lists { 3 } else { 1 };
            check::hybrid(integers(&runs).into_iter().map(|level| level & most).collect());
        }
        Case::Bits(words, less) => check::bits(&words, usize::from(less)),
        Case::Delta64(runs) => check::delta_64(integers(&runs)),
        Case::Delta32(runs) => check::delta_32(integers(&runs)),
        Case::DeltaLength(values) => check::delta_length(values),
        Case::DeltaByteArray(values) => {
            let mut arrays: Vec<Vec<u8>> = Vec::new();
            for (shared, rest) in values {
                let before = arrays.last().map_or(&[][..], Vec::as_slice);
                let value = [&before[..before.len().min(shared.into())], &rest].concat();
                arrays.push(value);
            }
            check::delta_byte_array(arrays);
        }
        Case::StreamSplit64(runs) => check::stream_split_64(integers(&runs)),
        Case::StreamSplit32(values) => check::stream_split_32(values),
    }
}
