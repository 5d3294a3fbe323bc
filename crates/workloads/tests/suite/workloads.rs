//! What holds for every workload: the same bytes everywhere, valid JSON, unique names, its size.

use bucksaw_workloads::{DEFAULT_SEED, Row, Workload, json, realistic, small52, synth40};
use serde_json::Value as Json;
use std::collections::{HashMap, HashSet};

/// FNV-1a, 64 bits.
fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn flat(seed: u64) -> [(Workload, Box<dyn Iterator<Item = Row>>); 3] {
    [
        (Workload::Synth40, Box::new(synth40(seed))),
        (Workload::Small52, Box::new(small52(seed))),
        (Workload::Realistic, Box::new(realistic(seed))),
    ]
}

/// Figures of published runs hang on these bytes: who changes them changes the workload.
#[test]
fn the_bytes_of_seed_42_never_change() {
    let got = Workload::ALL.map(|workload| (workload, checksum(&workload.ndjson(42, 5_000))));
    let pinned = [
        (Workload::Synth40, 0xad63_dde6_b59b_8e9b),
        (Workload::Small52, 0x2f48_3d73_f3f0_43a0),
        (Workload::Realistic, 0x09ef_7a20_0a5b_3bc7),
        (Workload::Varied, 0xf612_133c_0cff_1eba),
    ];
    assert_eq!(got, pinned, "got {got:#x?}");
}

#[test]
fn a_seed_gives_the_same_rows_and_another_seed_others() {
    for workload in Workload::ALL {
        let short = workload.ndjson(7, 100);
        let long = workload.ndjson(7, 1_000);
        assert_eq!(short[..], long[..short.len()], "{}", workload.name());
        assert_ne!(short, workload.ndjson(8, 100), "{}", workload.name());
    }
}

#[test]
fn every_line_is_a_json_object() {
    for workload in Workload::ALL {
        let text = String::from_utf8(workload.ndjson(DEFAULT_SEED, 5_000)).expect("UTF-8");
        assert!(text.ends_with('\n'));
        assert_eq!(text.lines().count(), 5_000);
        for line in text.lines() {
            assert!(serde_json::from_str::<Json>(line).expect(line).is_object());
        }
    }
    assert!(Workload::ALL.iter().all(|workload| workload.ndjson(1, 0).is_empty()));
}

#[test]
fn json_reads_back_as_the_row_it_was() {
    for (workload, rows) in flat(3) {
        for row in rows.take(2_000) {
            let mut line = String::new();
            json::write_line(&row, &mut line);
            let Json::Object(read) = serde_json::from_str(&line).expect("JSON") else {
                unreachable!("every line is an object");
            };
            assert_eq!(read.len(), row.len(), "{} names a column twice", workload.name());
            for (name, value) in row {
                use bucksaw_workloads::Value;
                let expected = match value {
                    Value::Bool(value) => Json::from(value),
                    Value::I64(value) => Json::from(value),
                    Value::F64(value) => Json::from(value),
                    Value::Text(value) => Json::from(value),
                };
                assert_eq!(read[name], expected, "{name}");
            }
        }
    }
}

#[test]
fn rows_have_only_the_columns_of_the_workload_with_their_types() {
    for (workload, rows) in flat(DEFAULT_SEED) {
        let columns = workload.columns().expect("flat workloads know their columns");
        let types: HashMap<_, _> = columns.iter().copied().collect();
        assert_eq!(types.len(), columns.len(), "{} names a column twice", workload.name());
        let mut met = HashSet::new();
        for (name, value) in rows.take(40_000).flatten() {
            assert_eq!(types[name], value.value_type(), "{name}");
            met.insert(name);
        }
        assert_eq!(met.len(), columns.len(), "{}", workload.name());
    }
    assert_eq!(Workload::Varied.columns(), None);
}

#[test]
fn rows_have_their_average_size() {
    for (workload, smallest, largest) in [
        (Workload::Synth40, 848, 858),
        (Workload::Small52, 1_125, 1_155),
        (Workload::Realistic, 1_420, 1_500),
        (Workload::Varied, 300, 345),
    ] {
        let average = workload.ndjson(DEFAULT_SEED, 20_000).len() / 20_000;
        assert!((smallest..=largest).contains(&average), "{}: {average}", workload.name());
    }
}

#[test]
fn workloads_are_found_by_name() {
    for workload in Workload::ALL {
        assert_eq!(Workload::from_name(workload.name()), Some(workload));
    }
    assert_eq!(Workload::from_name("synth"), None);
}
