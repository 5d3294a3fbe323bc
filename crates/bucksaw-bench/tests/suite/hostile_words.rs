//! Words that would change what a terminal shows come out escaped.

use crate::support::Folder;

/// A colour, a line that is taken for another, text from right to left.
const HOSTILE: [&str; 3] = ["\x1b[31mred", "a\rbucksaw: all is well", "\u{202e}txt.exe"];

#[test]
fn hostile_words_are_escaped() {
    let folder = Folder::new();
    for text in HOSTILE {
        folder.write("bench.json", format!("{{\"{text}\":1}}"));
        for (arguments, code) in [
            (&["plan", text][..], 1),
            (&["plan", "bench.json"], 3),
            (&["plan", "--given", text], 2),
            (&["plan", "--rows-per-day", text], 2),
            (&["bench", "--input", text], 2),
            (&["bench", "--workload", text], 2),
            (&["bench", "--rows", text], 2),
            (&[text], 2),
        ] {
            let mut command = folder.command("");
            let run = command.args(arguments).output().expect("runs");
            let told = String::from_utf8([run.stdout, run.stderr].concat()).expect("UTF-8");
            let is_plain = |c: char| c == '\n' || !(c.is_control() || c == '\u{202e}');
            assert!(told.chars().all(is_plain), "{arguments:?}: {told:?}");
            assert_eq!(run.status.code(), Some(code), "{arguments:?}: {told}");
        }
    }
}
