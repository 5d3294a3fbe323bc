//! What is run, and what may be left of it.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::faults::cells::{Fault, Outcome, faults_of};
use crate::support::{Folder, Run, folder_elsewhere, is_staged, names_in, synth40};

/// Names and bytes of all files.
type Files = BTreeMap<String, Vec<u8>>;

/// A run that ends well.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    arguments: String,
    /// What is there before.
    before: Files,
    /// What is there after it.
    after: Files,
    /// A folder on another file system, which is empty before and after.
    elsewhere: Option<TempDir>,
}

const OPTIONS: &str = "--threads 1 --memory-limit 8MiB --row-group-rows 100";

pub(crate) fn one_file() -> Scenario {
    Scenario::new("one file", "in/a.ndjson -o out.parquet", &[], None)
}

pub(crate) fn dead_letters() -> Scenario {
    let arguments = "in/a.ndjson -o out.parquet --on-error bad.txt";
    Scenario::new("dead letters", arguments, &[], None)
}

pub(crate) fn replacing() -> Scenario {
    let arguments = "in/a.ndjson -o out.parquet --on-error bad.txt --overwrite";
    Scenario::new(
        "replacing",
        arguments,
        &["out.parquet", "bad.txt", "bad.txt.reasons.ndjson"],
        None,
    )
}

pub(crate) fn several_directories() -> Scenario {
    let arguments = "in -o out/ --on-error bad/lines --overwrite";
    Scenario::new("several directories", arguments, &["out/a.parquet", "bad/lines"], None)
}

pub(crate) fn new_in_several_directories() -> Scenario {
    let arguments = "in -o out/ --on-error bad/lines";
    Scenario::new("new in several directories", arguments, &[], None)
}

pub(crate) fn another_file_system() -> Scenario {
    let elsewhere = folder_elsewhere();
    let temp = elsewhere.path().display();
    let arguments = format!("in/a.ndjson -o out.parquet --on-error bad.txt --temp-dir {temp}");
    Scenario::new("another file system", &arguments, &[], Some(elsewhere))
}

fn files_in(folder: &Path) -> Files {
    let names = names_in(folder).into_iter().filter(|name| !folder.join(name).is_dir());
    names.map(|name| (name.clone(), fs::read(folder.join(name)).expect("a file"))).collect()
}

impl Scenario {
    fn new(
        name: &'static str,
        arguments: &str,
        replaced: &[&str],
        elsewhere: Option<TempDir>,
    ) -> Self {
        let mut lines = synth40(150);
        lines.extend(b"no JSON\n");
        lines.extend(synth40(150));
        let mut before = Files::new();
        before.insert("in/a.ndjson".to_owned(), lines);
        before.insert("in/b.ndjson".to_owned(), b"{\"n\":1}\n{\"n\":\n".to_vec());
        for name in replaced {
            before.insert((*name).to_owned(), format!("old {name}").into_bytes());
        }
        let on_error = if arguments.contains("--on-error") { "" } else { "--on-error skip" };
        let arguments = format!("convert {arguments} {on_error} --quiet {OPTIONS}");
        let mut scenario = Self { name, arguments, before, after: Files::new(), elsewhere };
        let folder = scenario.folder();
        folder.run(&scenario.arguments).expect_code(0);
        scenario.after = scenario.files(&folder);
        assert!(scenario.after.keys().all(|name| !is_staged(name)), "{:?}", folder.names());
        scenario
    }

    fn folder(&self) -> Folder {
        let folder = Folder::new();
        for name in ["out", "bad"] {
            fs::create_dir(folder.path(name)).expect("makes a folder");
        }
        self.before.iter().for_each(|(name, bytes)| folder.write(name, bytes));
        folder
    }

    /// Everything that is there, also on the other file system.
    fn files(&self, folder: &Folder) -> Files {
        let mut files = files_in(&folder.path(""));
        if let Some(elsewhere) = &self.elsewhere {
            let there = files_in(elsewhere.path()).into_iter();
            files.extend(there.map(|(name, bytes)| (format!("elsewhere/{name}"), bytes)));
        }
        files
    }

    fn strace(&self, folder: &Folder, log: &Path, options: &[&str]) -> Output {
        let mut command = Command::new("strace");
        command.args(["-f", "-qq", "-o"]).arg(log).args(options);
        command.arg(env!("CARGO_BIN_EXE_bucksaw")).args(self.arguments.split_whitespace());
        command.current_dir(folder.path("")).stdin(Stdio::null());
        command.output().expect("strace: install it (on Debian and Ubuntu: apt-get install strace)")
    }

    /// A fault at each call of the program proper: not of what loads it.
    pub(crate) fn cells(&self) -> Vec<Fault> {
        let folder = self.folder();
        let log = tempfile::NamedTempFile::new().expect("a file");
        let output = self.strace(&folder, log.path(), &[]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let text = fs::read_to_string(log.path()).expect("a log");
        // strace counts the calls of each thread apart.
        let mut counts: HashMap<&str, HashMap<&str, usize>> = HashMap::new();
        let mut before: HashMap<String, usize> = HashMap::new();
        let mut has_started = false;
        for line in text.lines() {
            let Some((thread, rest)) = line.split_once(' ') else { continue };
            let Some((call, _)) = rest.trim_start().split_once('(') else { continue };
            if !call.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                continue;
            }
            // The quote too: the path of the program itself may have a folder whose name ends so.
            has_started = has_started || line.contains("\"in/");
            *counts.entry(call).or_default().entry(thread).or_default() += 1;
            if !has_started {
                *before.entry(call.to_owned()).or_default() += 1;
            }
        }
        let mut calls: Vec<(&str, usize)> = counts
            .iter()
            .map(|(call, threads)| (*call, threads.values().copied().max().unwrap_or(0)))
            .collect();
        calls.sort_unstable();
        let mut faults = Vec::new();
        for (call, count) in calls {
            for nth in before.get(call).copied().unwrap_or(0) + 1..=count {
                faults.extend(faults_of(call, nth));
            }
        }
        faults
    }

    /// Runs with a fault, looks at what is left, and runs again without.
    pub(crate) fn run(&self, fault: &Fault) -> Outcome {
        let folder = self.folder();
        let log = tempfile::NamedTempFile::new().expect("a file");
        let injection = fault.injection();
        let output = self.strace(&folder, log.path(), &["-e", &injection]);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        let left = self.files(&folder);
        let mut problems = Vec::new();
        let ended = match output.status.code() {
            Some(0) => {
                // Where removing fails, an old file stays under its staged name.
                let is_all = if fault.is_of_removal() { self.shown(&left) } else { left.clone() };
                if is_all != self.after {
                    problems.push(format!("0, and not all is there: {:?}", left.keys()));
                }
                "done".to_owned()
            }
            Some(code) => {
                self.check_failed(code, fault, &stderr, &left, &mut problems);
                code.to_string()
            }
            None => {
                self.check_killed(&left, &mut problems);
                format!("signal {}", output.status.signal().unwrap_or(0))
            }
        };
        // A thread's stack for signals is made by the standard library, which knows no error there.
        if stderr.contains("panicked") && !stderr.contains("alternative stack") {
            problems.push("panics".to_owned());
        }
        if output.status.code() != Some(0) || fault.is_of_removal() {
            self.check_next(&folder, &left, &mut problems);
        }
        if !problems.is_empty() {
            problems.push(format!("stderr: {stderr}"));
        }
        self.clean_elsewhere();
        Outcome { ended, problems }
    }

    /// What is left without unfinished files.
    fn shown(&self, left: &Files) -> Files {
        let shown = left.iter().filter(|(name, _)| !is_staged(name));
        shown.map(|(name, bytes)| (name.clone(), bytes.clone())).collect()
    }

    fn check_failed(
        &self,
        code: i32,
        fault: &Fault,
        stderr: &str,
        left: &Files,
        problems: &mut Vec<String>,
    ) {
        if stderr.trim().is_empty() && code != 130 {
            problems.push("no message".to_owned());
        }
        if code == 130 && !fault.is_signal() || code > 130 {
            problems.push(format!("code {code}"));
        }
        // The message says so, then.
        let tells = ["is written", "are written", "tries again"];
        if tells.iter().any(|tell| stderr.contains(tell)) {
            self.check_killed(left, problems);
        } else {
            let is_cleaned = !fault.is_of_removal();
            let left = if is_cleaned { left.clone() } else { self.shown(left) };
            if left != self.before {
                problems.push(format!("failed, and left {:?}", left.keys()));
            }
        }
    }

    /// Each name has its old file, the new one, or none; and nothing else has a name.
    fn check_killed(&self, left: &Files, problems: &mut Vec<String>) {
        let is_whole = |(name, bytes): &(&String, &Vec<u8>)| {
            is_staged(name)
                || self.before.get(*name) == Some(bytes)
                || self.after.get(*name) == Some(bytes)
        };
        if let Some((name, _)) = left.iter().find(|file| !is_whole(file)) {
            problems.push(format!("{name} is neither the old file nor the new one"));
        }
        if let Some(name) = self.before.keys().find(|name| !left.contains_key(*name)) {
            problems.push(format!("{name} is gone"));
        }
    }

    /// The next run does all, and cleans up.
    fn check_next(&self, folder: &Folder, left: &Files, problems: &mut Vec<String>) {
        // Where all files are there already, another run is refused, and cleans up, unless they did not
        // count as published; then it has to be told to replace them.
        let is_done = self.shown(left) == self.after && !self.arguments.contains("--overwrite");
        let option = if is_done { "--overwrite" } else { "" };
        if is_done {
            let Run { code, stderr, .. } = folder.run(&self.arguments);
            let files = self.files(folder);
            if !matches!(code, Some(0 | 4)) || files != self.after {
                let names = files.keys();
                problems.push(format!("the next run, {code:?}, leaves {names:?}: {stderr}"));
            }
        }
        let next = folder.run(&format!("{} {option}", self.arguments));
        if next.code != Some(0) {
            problems.push(format!("the next run ends with {:?}: {}", next.code, next.stderr));
        } else if self.files(folder) != self.after {
            problems.push(format!("the next run leaves {:?}", self.files(folder).keys()));
        }
    }

    fn clean_elsewhere(&self) {
        let Some(elsewhere) = &self.elsewhere else { return };
        for name in names_in(elsewhere.path()) {
            fs::remove_file(elsewhere.path().join(name)).expect("removes");
        }
    }
}
