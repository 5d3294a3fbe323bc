//! Workers, seen from `bench`: started, told their jobs, and noticed when they are gone.

use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use bucksaw::{Error, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::protocol::{Answer, Failure, Job, Outcome, Ready, Setup};

/// This executable.
pub(super) fn own_executable() -> Result<PathBuf> {
    env::current_exe().map_err(|cause| Error::io("could not find the executable itself", cause))
}

/// The executable that `name` tells from this one, where it was installed too.
pub(super) fn sibling(name: &str) -> Result<Option<PathBuf>> {
    let file = format!("bucksaw-{name}{}", env::consts::EXE_SUFFIX);
    let path = own_executable()?.with_file_name(file);
    Ok(path.is_file().then_some(path))
}

/// A process that measures.
pub(super) struct Worker {
    child: Child,
    /// None once it is to end.
    jobs: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    /// What it prepared.
    pub(super) ready: Ready,
}

impl Worker {
    /// Starts `executable` and waits for its rows.
    pub(super) fn start(executable: &Path, setup: &Setup) -> Result<Self> {
        let mut command = Command::new(executable);
        command.arg("bench-worker").stdin(Stdio::piped()).stdout(Stdio::piped());
        if setup.memory_cap.is_some() {
            // Or mimalloc would ask for a gibibyte at once, to have it at hand.
            command.env("MIMALLOC_ARENA_EAGER_COMMIT", "0");
        }
        let mut child = command
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|cause| Error::io("could not start a worker", cause))?;
        let (Some(mut jobs), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Error::io("a worker has no pipes", io::ErrorKind::BrokenPipe.into()));
        };
        let mut answers = BufReader::new(answers);
        match ask(&mut jobs, &mut answers, setup) {
            Some(Ok(ready)) => Ok(Self { child, jobs: Some(jobs), answers, ready }),
            Some(Err(failure)) => {
                drop(jobs);
                let _ = child.wait();
                Err(failure.into_error())
            }
            None => {
                drop(jobs);
                let told = last_words(&mut child);
                Err(Failure {
                    message: format!("the rows could not be made: {told}"),
                    is_data: false,
                }
                .into_error())
            }
        }
    }

    /// Lets it do a job. After a failure it may be gone: start another.
    pub(super) fn run(&mut self, job: &Job) -> Answer<Outcome> {
        let answer = self.jobs.as_mut().and_then(|jobs| ask(jobs, &mut self.answers, job));
        answer.unwrap_or_else(|| {
            self.jobs = None;
            let message = format!("the worker ended: {}", last_words(&mut self.child));
            Err(Failure { message, is_data: false })
        })
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It ends with its input.
        self.jobs = None;
        let _ = self.child.wait();
    }
}

/// Says something and hears the answer; none where the worker is gone.
fn ask<T: DeserializeOwned>(
    jobs: &mut impl Write,
    answers: &mut impl BufRead,
    what: &impl Serialize,
) -> Option<Answer<T>> {
    let line = serde_json::to_string(what).ok()?;
    writeln!(jobs, "{line}").and_then(|()| jobs.flush()).ok()?;
    let mut answer = String::new();
    answers.read_line(&mut answer).ok()?;
    serde_json::from_str(&answer).ok()
}

/// What an ended worker said last, and how it ended.
fn last_words(child: &mut Child) -> String {
    let mut told = String::new();
    if let Some(stderr) = &mut child.stderr {
        // What is no text is none for people.
        let _ = stderr.read_to_string(&mut told);
    }
    let status =
        child.wait().map_or_else(|_| "unknown status".to_owned(), |status| status.to_string());
    match told.lines().next() {
        Some(line) => format!("{line} ({status})"),
        None => status,
    }
}
