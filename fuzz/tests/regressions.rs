//! Inputs that once were findings, the seeds, and some of them blindly changed, through every target.

use std::panic::{RefUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::{env, fs};

use arbitrary::{Arbitrary as _, Unstructured};

use bucksaw_fuzz::mutations::{self, Noise, mutate};
use bucksaw_fuzz::prepare::{let_panics_be_caught, seeds};
use bucksaw_fuzz::{convert, encodings, footer, inspect_rows, ndjson, otlp, schema, writer};

/// Changed seeds that each target gets, unless [`ROUNDS`] says otherwise.
const DEFAULT_ROUNDS: u64 = 30;
/// The variable that says how many; the first is that of [`FIRST`], or 0.
const ROUNDS: &str = "BUCKSAW_FUZZ_ROUNDS";
const FIRST: &str = "BUCKSAW_FUZZ_FIRST";

fn replay(target: &str, dictionaries: &[&str], run: impl Fn(&[u8]) + RefUnwindSafe) {
    let_panics_be_caught();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = fs::read_dir(folder.join("regressions").join(target)).into_iter().flatten();
    let mut files: Vec<_> = files.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    for file in files {
        try_input(target, &file.display().to_string(), &fs::read(&file).expect("a file"), &run);
    }
    let seeds = seeds(target);
    for (number, seed) in seeds.iter().enumerate() {
        try_input(target, &format!("seed {number}"), seed, &run);
    }
    println!("{target}: {} seeds", seeds.len());
    let words: Vec<_> = dictionaries.iter().flat_map(|words| mutations::words(words)).collect();
    let first = number_of(FIRST).unwrap_or(0);
    for round in first..first + number_of(ROUNDS).unwrap_or(DEFAULT_ROUNDS) {
        let mut noise = Noise::new(round);
        let mut input = seeds[noise.below(seeds.len())].clone();
        let other = &seeds[noise.below(seeds.len())];
        mutate(&mut input, other, &words, &mut noise);
        try_input(target, &format!("round {round}"), &input, &run);
    }
}

fn number_of(variable: &str) -> Option<u64> {
    env::var(variable).ok().map(|value| value.parse().expect("a number"))
}

/// Runs an input; what fails is kept where findings are.
fn try_input(target: &str, name: &str, input: &[u8], run: &(impl Fn(&[u8]) + RefUnwindSafe)) {
    if let Err(panic) = catch_unwind(|| run(input)) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("artifacts").join(target);
        let name = name.rsplit('/').next().unwrap_or(name).replace(' ', "-");
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join(&name), input).expect("room");
        println!("a finding: fuzz/artifacts/{target}/{name}");
        resume_unwind(panic);
    }
}

const NDJSON: &str = include_str!("../dictionaries/ndjson.dict");
const CONVERT: &str = include_str!("../dictionaries/convert.dict");
const SCHEMA: &str = include_str!("../dictionaries/schema.dict");
const OTLP: &str = include_str!("../dictionaries/otlp.dict");
const PARQUET: &str = include_str!("../dictionaries/parquet.dict");

#[test]
fn convert() {
    replay("convert", &[NDJSON, CONVERT], convert::run);
}

#[test]
fn encodings() {
    replay("encodings", &[], |input| {
        if let Ok(case) = encodings::Case::arbitrary_take_rest(Unstructured::new(input)) {
            encodings::run(case);
        }
    });
}

/// One after the other, since both measure the process's memory.
#[test]
fn footer_and_inspect_rows() {
    replay("footer", &[PARQUET], footer::run);
    replay("inspect_rows", &[PARQUET], inspect_rows::run);
}

#[test]
fn ndjson() {
    replay("ndjson", &[NDJSON], ndjson::run);
}

#[test]
fn otlp() {
    replay("otlp", &[OTLP], otlp::run);
}

#[test]
fn schema() {
    replay("schema", &[NDJSON, SCHEMA], schema::run);
}

#[test]
fn writer() {
    replay("writer", &[], |input| {
        if let Ok(case) = writer::Case::arbitrary_take_rest(Unstructured::new(input)) {
            writer::run(&case);
        }
    });
}
