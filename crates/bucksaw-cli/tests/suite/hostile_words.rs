//! Whatever file names, options, column names and data hold, a terminal gets plain text: no control
//! character but the ends of lines, and nothing that reorders or hides text.
#![cfg(unix)]
#![allow(clippy::unwrap_used, missing_docs)]

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::process::{Command, Output};

use crate::support::Folder;

/// A cleared screen, a window's title, a line of its own, a forged line, C1 controls, reordered and
/// hidden text, and a byte that is no UTF-8.
const HOSTILE: [&[u8]; 7] = [
    b"a\x1b[2J\x1b]0;owned\x07z",
    b"a\r\x08\x08z\x7f",
    b"a\nbucksaw: all is well",
    "a\u{9b}31m\u{90}q\u{85}z".as_bytes(),
    "a\u{202e}dne\u{2066}x\u{2069}z".as_bytes(),
    "a\u{200b}\u{feff}\u{ad}z".as_bytes(),
    b"a\xff\x9b31m\x1b[z",
];

/// Those that are text.
fn texts() -> impl Iterator<Item = &'static str> {
    HOSTILE.into_iter().filter_map(|bytes| std::str::from_utf8(bytes).ok())
}

fn bucksaw(folder: &Folder, arguments: &[&OsStr]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bucksaw"))
        .args(arguments)
        .current_dir(folder.path("."))
        .output()
        .unwrap()
}

/// Runs the command; what it said must be plain, and quote what it was given.
#[track_caller]
fn plain(folder: &Folder, arguments: &[&OsStr]) -> Output {
    let output = bucksaw(folder, arguments);
    for (name, bytes) in [("out", &output.stdout), ("err", &output.stderr)] {
        let text = String::from_utf8(bytes.clone()).unwrap();
        let hidden = |c: char| c != '\n' && bucksaw::escape::is_hidden(c);
        assert!(!text.contains(hidden), "{name} of {arguments:?}: {text:?}");
        let forged = text.lines().any(|line| line.starts_with("bucksaw: all is well"));
        assert!(!forged, "{name} of {arguments:?}: {text:?}");
    }
    output
}

fn joined(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

#[test]
fn names_of_files() {
    for name in HOSTILE {
        let folder = Folder::new();
        let word = |text: &'static str| OsStr::new(text);
        let (input, output) = (joined(&[name, b".ndjson"]), joined(&[name, b".parquet"]));
        let (input, output) = (OsStr::from_bytes(&input), OsStr::from_bytes(&output));
        // Neither is there.
        plain(&folder, &[word("convert"), input, word("-o"), word("out.parquet")]);
        plain(&folder, &[word("inspect"), input]);
        plain(&folder, &[word("inspect"), input, output]);
        std::fs::write(folder.path(".").join(input), "{\"a\":1}\n").unwrap();
        let done = plain(&folder, &[word("convert"), input, word("-o"), word("out.parquet")]);
        if std::str::from_utf8(name).is_ok() {
            assert!(done.status.success(), "{done:?}");
        } else {
            // `convert` takes names in UTF-8 only; `inspect` takes any.
            folder.write("in.ndjson", "{\"a\":1}\n");
            plain(&folder, &["convert", "in.ndjson", "-o", "out.parquet"].map(OsStr::new));
        }
        // Written, there already, the input itself, and inspected.
        std::fs::create_dir(folder.path(".").join(OsStr::from_bytes(name))).unwrap();
        let within = joined(&[name, b"/o.parquet"]);
        let within = OsStr::from_bytes(&within);
        plain(&folder, &[word("convert"), input, word("-o"), within]);
        plain(&folder, &[word("convert"), input, word("-o"), within]);
        plain(&folder, &[word("convert"), input, word("-o"), input]);
        plain(&folder, &[word("convert"), input, word("-o"), OsStr::from_bytes(name)]);
        plain(&folder, &[word("convert"), input, input, word("-o"), word("two/")]);
        plain(&folder, &[word("inspect"), input]);
        std::fs::copy(folder.path("out.parquet"), folder.path(".").join(output)).unwrap();
        for more in [&["--rows", "3"][..], &["--explain"], &[], &["--json"]] {
            let more: Vec<_> = more.iter().map(OsStr::new).collect();
            let shown = plain(&folder, &[&[word("inspect"), output, output], &more[..]].concat());
            assert!(shown.status.success(), "{shown:?}");
        }
        for option in ["--schema", "--on-error", "--temp-dir"] {
            let rest = [word("convert"), input, word("-o"), word("new.parquet")];
            plain(&folder, &[&rest[..], &[word(option), output]].concat());
        }
    }
}

#[test]
fn values_of_options() {
    let folder = Folder::new();
    folder.write("in.ndjson", "{\"a\":1}\n");
    let options = [
        "--backend",
        "--profile",
        "--compression",
        "--memory-limit",
        "--threads",
        "--sorted-by",
        "--dictionary",
        "--bloom-filter",
        "--timestamp-column",
        "--statistics",
        "--nested",
        "--names",
        "--max-depth",
        "--string-prefixes",
        "--no-such-option",
    ];
    for text in texts() {
        for option in options {
            let joined = format!("{option}={text}");
            let arguments = ["convert", "in.ndjson", "-o", "o.parquet", "--overwrite", &joined];
            plain(&folder, &arguments.map(OsStr::new));
        }
        for arguments in [
            &[text][..],
            &[&format!("--{text}")],
            &["inspect", "--rows", text, "in.ndjson"],
            &["completions", text],
        ] {
            let said = plain(&folder, &arguments.iter().map(OsStr::new).collect::<Vec<_>>());
            assert_eq!(said.status.code(), Some(2), "{arguments:?}: {said:?}");
        }
    }
}

#[test]
fn names_of_columns_and_their_values() {
    for text in texts() {
        let folder = Folder::new();
        let word = |text: &'static str| OsStr::new(text);
        let name = serde_json::to_string(text).unwrap();
        let rows = format!(
            "{{{name}:1,{name}:2,\"v\":{name},\"o\":{{{name}:{name}}},\"l\":[{name}]}}\n\
             {{{name}:{name},\"v\":2}}\n"
        );
        folder.write("in.ndjson", &rows);
        let done =
            plain(&folder, &["convert", "in.ndjson", "-o", "out.parquet", "--json"].map(word));
        assert!(done.status.success(), "{done:?}");
        for more in [&["--rows", "3"][..], &["--explain"], &[]] {
            for json in [&[][..], &["--json"]] {
                let arguments = [&["inspect", "out.parquet"], more, json].concat();
                let shown = plain(&folder, &arguments.iter().map(OsStr::new).collect::<Vec<_>>());
                assert!(shown.status.success(), "{shown:?}");
            }
        }
        // As JSON, the very text.
        let rows = plain(&folder, &["inspect", "out.parquet", "--rows", "1", "--json"].map(word));
        let row: serde_json::Value = serde_json::from_slice(&rows.stdout).unwrap();
        assert_eq!(row["v"], text);
        // Refused, with the row's words.
        for more in ["--strict", "--unknown-columns=refuse"] {
            let arguments = ["convert", "in.ndjson", "-o", "no.parquet", more].map(OsStr::new);
            plain(&folder, &arguments);
        }
        folder
            .write("schema.json", format!("{{\"columns\":[{{\"name\":{name},\"type\":{name}}}]}}"));
        let arguments = ["convert", "in.ndjson", "-o", "no.parquet", "--schema", "schema.json"];
        plain(&folder, &arguments.map(OsStr::new));
    }
    // Bytes that are no JSON at all.
    for bytes in HOSTILE {
        let folder = Folder::new();
        for line in [joined(&[bytes, b"\n"]), joined(&[b"{\"a\":", bytes, b"}\n"])] {
            folder.write("in.ndjson", &line);
            let arguments = ["convert", "in.ndjson", "-o", "o.parquet"].map(OsStr::new);
            let said = plain(&folder, &arguments);
            assert_eq!(said.status.code(), Some(3), "{said:?}");
        }
        let schema = joined(&[b"{\"columns\":", bytes, b"}"]);
        folder.write("schema.json", schema);
        let arguments = ["convert", "in.ndjson", "-o", "o.parquet", "--schema", "schema.json"];
        plain(&folder, &arguments.map(OsStr::new));
    }
}
