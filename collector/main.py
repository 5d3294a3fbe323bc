"""The command: makes files, has Bucksaw convert them, and compares."""

import argparse
import json
import os
import shutil
import subprocess
import sys

import install
from checks import Outcome, check, check_shared, tell
from collector import NATIVE_FORMS, OWN_FORMS, collecting
from made import make_files
from model.sources import FORMS, SIGNALS

FEEDERS = {
    "python": lambda: [sys.executable, install.python_feeder()],
    "raw": lambda: [sys.executable, install.HERE / "feeders/python/raw.py"],
    "go": lambda: [install.go_feeder()],
    "javascript": lambda: ["node", install.javascript_feeder()],
    "telemetrygen": lambda: ["env", f"TELEMETRYGEN={install.telemetrygen()}", install.HERE / "feeders/telemetrygen.sh"],
}
WORKLOAD_ROWS = 2_000


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="collector/run",
        description="Has bucksaw convert files of OTLP: random ones and those of the workloads, and what a Collector "
        "writes that SDKs and generators feed. Each cell of the Parquet files is compared with what protobuf's own "
        "classes read of the same bytes.",
    )
    parser.add_argument("--quick", action="store_true", help="only random files and workloads: no Collector, Go or Node.js")
    parser.add_argument("--seed", type=int, default=1, help="of what is random (default: %(default)s)")
    parser.add_argument("--form", action="append", choices=FORMS, help="only files of this form; may be given again")
    parser.add_argument("--feeder", action="append", choices=FEEDERS, help="only this feeder; may be given again")
    return parser.parse_args(arguments)


def main(arguments):
    return 0 if tell(outcomes(parse(arguments))) else 1


def outcomes(chosen):
    """Of one file after the other."""
    forms = chosen.form or list(FORMS)
    bucksaw, workloads = install.bucksaw()
    work = install.TARGET / "work"
    shutil.rmtree(work, ignore_errors=True)
    for path, form, signal in make_files(work / "random", chosen.seed):
        if form in forms:
            yield check(bucksaw, path, form, signal, options_of(form, signal))
    if "binpb" in forms:
        for path in workload_files(workloads, work / "workloads"):
            yield check(bucksaw, path, "binpb", "logs")
    for name in [] if chosen.quick else chosen.feeder or FEEDERS:
        yield from of_feeder(bucksaw, name, work, forms, chosen.seed)


def options_of(form, signal):
    """What is recognised by its content need not be named; that has no unknown fields."""
    return ["--format", f"otlp-{signal}"] if form == "scrambled" else []


def workload_files(program, folder):
    """The project's own requests of logs, one after the other."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("synth40", "realistic"):
        path = folder / f"logs-{name}"
        with open(path, "wb") as file:
            subprocess.run([program, name, "--rows", str(WORKLOAD_ROWS), "--otlp"], stdout=file, check=True)
        yield path


def of_feeder(bucksaw, name, work, forms, seed):
    """What comes of what one feeder sends, in each form that a Collector writes."""
    command = FEEDERS[name]()
    for written in (OWN_FORMS, NATIVE_FORMS):
        wanted = [form for form in written if form in forms]
        if not wanted:
            continue
        folder = work / f"{name}{'-native' if written is NATIVE_FORMS else ''}"
        with collecting(install.collector(), folder, written) as places:
            fed = subprocess.run(command, env={**os.environ, **places, "SEED": str(seed)}, capture_output=True, text=True, check=False)
        if fed.returncode:
            raise SystemExit(f"the feeder {name} failed: {fed.stdout}{fed.stderr}")
        sent = json.loads(fed.stdout.splitlines()[-1])
        for signal in SIGNALS:
            for form in wanted:
                yield of_file(bucksaw, folder / f"{signal}-{form}", form, signal, sent.get(signal))
        for form in wanted:
            alone = {signal: folder / f"{signal}-{form}" for signal in SIGNALS}
            yield check_shared(bucksaw, folder / f"all-{form}", form, alone)


def of_file(bucksaw, path, form, signal, sent):
    outcome = check(bucksaw, path, form, signal, options_of(form, signal))
    if sent is not None and sent != outcome.rows:
        lost = f"{sent} records were sent, and the Collector's file holds {outcome.rows}"
        return Outcome(outcome.name, outcome.rows, outcome.cells, (lost, *outcome.differences))
    return outcome


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
