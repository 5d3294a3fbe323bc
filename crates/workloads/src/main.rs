//! The `workloads` command: writes a workload as NDJSON to standard output.
#![forbid(unsafe_code)]

use bucksaw_workloads::{DEFAULT_SEED, Workload};
use std::io::{self, Write};
use std::process::ExitCode;

const HELP: &str = "\
Writes telemetry rows made from a seed to standard output, as NDJSON or OTLP.

Usage: workloads <WORKLOAD> --rows <N> [--seed <SEED>] [--otlp | --otlp-json]

Workloads:
  synth40    40 flat columns, about 850 bytes a row: the reference figures
  small52    synth40 and 12 columns more; the reference run takes 900 rows
  realistic  long bodies, 18 fixed and 120 sparse columns, about 1.5 KB a row
  varied     nested lines that disagree with each other: the example file

Options:
      --rows <N>     How many rows
      --seed <SEED>  Other rows for another seed [default: 42]
      --otlp         Requests of OTLP logs in protobuf, of all workloads but varied
      --otlp-json    The same requests in JSON, a line each
  -h, --help         Print this help
";

/// What rows are written as.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Form {
    Ndjson,
    Otlp,
    OtlpJson,
}

/// What the arguments ask for.
#[derive(Debug, PartialEq)]
enum Request {
    Help,
    Rows { workload: Workload, rows: u64, seed: u64, form: Form },
}

fn main() -> ExitCode {
    let request = match parse(std::env::args().skip(1)) {
        Ok(request) => request,
        Err(message) => return fail(&message, 2),
    };
    let mut out = io::stdout().lock();
    let result = match request {
        Request::Help => out.write_all(HELP.as_bytes()),
        Request::Rows { workload, rows, seed, form } => match form {
            Form::Ndjson => workload.write_ndjson(seed, rows, &mut out),
            Form::Otlp => workload.write_otlp_logs(seed, rows, &mut out),
            Form::OtlpJson => workload.write_otlp_json_logs(seed, rows, &mut out),
        },
    };
    match result {
        // Whoever reads has enough: that is no error.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => fail(&format!("can't write to standard output: {error}"), 1),
        Ok(()) => ExitCode::SUCCESS,
    }
}

fn fail(message: &str, code: u8) -> ExitCode {
    // Where standard error is closed too, the exit code has to do.
    let _ = writeln!(io::stderr(), "workloads: {message}");
    ExitCode::from(code)
}

fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Request, String> {
    let mut arguments = arguments.into_iter();
    let (mut workload, mut rows, mut seed, mut form) = (None, None, DEFAULT_SEED, Form::Ndjson);
    while let Some(argument) = arguments.next() {
        let (name, mut inline) = match argument.split_once('=') {
            Some((name, value)) if name.starts_with("--") => (name, Some(value.to_owned())),
            _ => (argument.as_str(), None),
        };
        match name {
            "-h" | "--help" => return Ok(Request::Help),
            "--rows" => rows = Some(number(name, inline.take().or_else(|| arguments.next()))?),
            "--seed" => seed = number(name, inline.take().or_else(|| arguments.next()))?,
            "--otlp" => form = Form::Otlp,
            "--otlp-json" => form = Form::OtlpJson,
            _ if name.starts_with('-') => return Err(format!("unknown option {name}; try --help")),
            _ if workload.is_some() => return Err(format!("one workload only, not also {name}")),
            _ => workload = Some(find(name)?),
        }
    }
    let workload = workload.ok_or("which workload? Try --help")?;
    let rows = rows.ok_or("how many rows? Say --rows <N>")?;
    if form != Form::Ndjson && workload == Workload::Varied {
        return Err("the lines of varied nest: they are no OTLP".to_owned());
    }
    Ok(Request::Rows { workload, rows, seed, form })
}

fn number(option: &str, value: Option<String>) -> Result<u64, String> {
    let value = value.ok_or_else(|| format!("{option} needs a number"))?;
    value.parse().map_err(|_| format!("{option} needs a whole number from 0, not '{value}'"))
}

fn find(name: &str) -> Result<Workload, String> {
    Workload::from_name(name).ok_or_else(|| {
        let names = Workload::ALL.map(Workload::name).join(", ");
        format!("no workload is called '{name}'; there are {names}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Request, String> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn arguments_in_any_order() {
        let workload = Workload::Synth40;
        let request = Request::Rows { workload, rows: 9, seed: 7, form: Form::Ndjson };
        assert_eq!(parsed("synth40 --rows 9 --seed 7"), Ok(request));
        let request = Request::Rows { workload, rows: 9, seed: 42, form: Form::Otlp };
        assert_eq!(parsed("--otlp --rows=9 synth40"), Ok(request));
        let request = Request::Rows { workload, rows: 9, seed: 42, form: Form::OtlpJson };
        assert_eq!(parsed("--rows=9 synth40 --otlp-json"), Ok(request));
        assert_eq!(parsed("synth40 --help"), Ok(Request::Help));
    }

    #[test]
    fn bad_arguments_are_named() {
        let message = |line: &str| parsed(line).expect_err(line);
        assert!(message("").contains("--help"));
        assert!(message("synth40").contains("--rows"));
        assert!(message("synth40 --rows").contains("--rows needs a number"));
        assert!(message("synth40 --rows -1").contains("'-1'"));
        assert!(message("synth41 --rows 1").contains("synth40, small52"));
        assert!(message("synth40 varied --rows 1").contains("varied"));
        assert!(message("synth40 --row 1").contains("--row"));
        assert!(message("varied --rows 1 --otlp").contains("varied"));
    }
}
