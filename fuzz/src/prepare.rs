//! What a target does before its first input.

use std::path::Path;
use std::{env, fs, panic, thread};

use bucksaw_inspect::DECODER_THREAD;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::mutations::Noise;
use crate::{inspect_rows, otlp};

/// Address space of a target: 4 GiB, most of it for stacks and libFuzzer. Memory beyond it can't be had.
const ADDRESS_SPACE_BYTES: u64 = 4 << 30;
/// The variable that names a folder for seeds.
pub const SEEDS_FOLDER: &str = "BUCKSAW_FUZZ_SEEDS";

/// To be called first; `target` is its name.
pub fn prepare(target: &str) {
    let hard = getrlimit(Resource::As).maximum;
    let limit = Rlimit { current: Some(ADDRESS_SPACE_BYTES), maximum: hard };
    setrlimit(Resource::As, limit).expect("less than before is allowed");
    let_panics_be_caught();
    if let Some(folder) = env::var_os(SEEDS_FOLDER) {
        make_seeds(target, Path::new(&folder)).expect("a folder for seeds");
    }
}

/// A panic of the parquet crate is `inspect`'s to catch; libFuzzer's own hook would abort first. A panic
/// of the target itself still is a finding.
pub fn let_panics_be_caught() {
    let tell_all = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if thread::current().name() != Some(DECODER_THREAD) {
            tell_all(panic);
        }
    }));
}

fn make_seeds(target: &str, folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    for (number, seed) in seeds(target).into_iter().enumerate() {
        fs::write(folder.join(format!("seed-{number:02}")), seed)?;
    }
    Ok(())
}

/// Inputs to start from.
pub fn seeds(target: &str) -> Vec<Vec<u8>> {
    let choices = |count: u8| (0..count).map(|number| noise(4, number.into()));
    match target {
        "ndjson" => choices(8).map(|bytes| [LINES.as_bytes(), &bytes[..1]].concat()).collect(),
        "convert" => choices(32).map(|bytes| [LINES.as_bytes(), &bytes].concat()).collect(),
        "schema" => choices(8)
            .map(|bytes| [SCHEMA.as_bytes(), &[0], LINES.as_bytes(), &bytes[..1]].concat())
            .collect(),
        "otlp" => otlp::seeds(),
        "footer" => inspect_rows::seeds().into_iter().map(|seed| seed[1..].to_vec()).collect(),
        "inspect_rows" => {
            let changes = (0..16).map(|number| [&[0], &noise(200, number)[..]].concat());
            inspect_rows::seeds().into_iter().chain(changes).collect()
        }
        // Programs of what the target makes itself.
        _ => (0..24).map(|number| noise(60 << (number % 5), number)).collect(),
    }
}

fn noise(len: usize, seed: u64) -> Vec<u8> {
    Noise::new(seed).bytes(len)
}

const SCHEMA: &str = r#"{"columns":[{"name":"a","type":"int64"},{"name":"b","type":"list<int32>"},
{"name":"c.d","type":"timestamp"},{"name":"e","type":"list<text>"},{"name":"f","type":"float"}]}"#;

/// Lines of every outcome.
const LINES: &str = r#"{"a":1,"b":[1,null,-3],"c":{"d":"2024-05-06T07:08:09.123456Z"},"e":["x","","\u00e9"]}
{"a":-9223372036854775808,"b":[],"f":0.1,"g":true}

{"a":"12","b":"no list","c":{"d":5,"":{}},"A":1,"a__text":"mine"}
{"a":18446744073709551615,"a":2,"h":{"i":{"j":{"k":null,"l":1e400}}}}
{"a":1.5,"f":16777217,"e":[1,"x"],"_rest":{"x":1},"":0,"c.d":-0}
 {"m":"\ud83d\ude00 \\ \" \n","n":[[1],[2,{"o":3}]],"g":"text"} 
{"m":"\ud83d"}
{"a":
[1]
	
{"p":-0.0,"q":1E-7,"p":0.10000000000000001,"f":3.4028234663852886e38,"q":123456789012345678901234567890}
"#;
