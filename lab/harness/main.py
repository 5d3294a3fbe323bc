"""The command line."""

import argparse
import datetime
import math
import shlex
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from harness import build, machine, peers, places, readme, render
from harness.run import Run
from harness.store import read_json, write_json

QUICK_ROWS, QUICK_ROUNDS = 2_000, 1


def main(arguments):
    options = parse(arguments)
    book = peers.load()
    if options.list:
        print(render.peer_list(book))
        return 0
    if options.readme or options.render:
        return rewrite(options.readme or options.render, bool(options.readme))
    try:
        return run(options, arguments, book)
    except build.SetupError as error:
        print(f"lab/run: {error}")
        return 1


def parse(arguments):
    parser = argparse.ArgumentParser(prog="lab/run", description="Bucksaw and its rivals, side by side in one run.")
    several = lambda text: text.split(",")  # noqa: E731
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_ROWS} rows, one round: does everything still work?")
    parser.add_argument("--rows", type=int, default=400_000, help="rows of each workload [%(default)s]")
    parser.add_argument("--rounds", type=int, default=5, help="rounds, each peer once in each [%(default)s]")
    parser.add_argument("--workloads", type=several, metavar="LIST", help="synth40, realistic [both]")
    parser.add_argument("--jobs", type=several, default=peers.USUAL_JOBS, metavar="LIST", help="memory, ndjson [these two], otlp, otlp-json, csv, parquet")
    parser.add_argument("--threads", type=several, default=peers.THREADS, metavar="LIST", help="one, all [both]")
    parser.add_argument("--peers", type=several, metavar="LIST", help="parts of peers' names: only those [all]")
    parser.add_argument("--minutes", type=float, default=math.inf, help="stop then; --resume goes on")
    parser.add_argument("--resume", metavar="RUN", help="go on with a run in lab/runs/, with its own settings")
    parser.add_argument("--name", help="the run's name [the date and time]")
    parser.add_argument("--scratch", type=Path, help="where output goes [/dev/shm where there is room, else lab/target]")
    parser.add_argument("--list", action="store_true", help="list the peers")
    parser.add_argument("--render", metavar="RUN", help="write a run's summary again")
    parser.add_argument("--readme", metavar="RUN", help="write the README's table from a run")
    options = parser.parse_args(arguments)
    if options.quick:
        options.rows, options.rounds = QUICK_ROWS, QUICK_ROUNDS
    for name, known in (("jobs", peers.JOBS), ("threads", peers.THREADS)):
        unknown = set(getattr(options, name)) - set(known)
        if unknown:
            parser.error(f"--{name}: {', '.join(known)}, not {', '.join(sorted(unknown))}")
    return options


def run(options, arguments, book):
    if options.quick:
        places.build_quickly()
        book = build.without_missing_tools(book)
    path, document = opened(options, arguments, book)
    chosen = [peer for peer in book.peers if peer.name in document["peers"] and set(peer.run) & set(document["settings"]["jobs"])]
    until = time.monotonic() + options.minutes * 60
    # The workloads come from the first, and what reads files back from the second.
    build.build(book, ["bucksaw", "python", *sorted({peer.build for peer in chosen} - {"bucksaw", "python"})])
    document["tools"] = machine.versions()
    # What is staged is removed then too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    scratch = Path(tempfile.mkdtemp(prefix="bucksaw-lab-", dir=options.scratch or scratch_folder()))
    try:
        current = Run(path, document, book, scratch)
        current.prepare()
        finished = current.verify(until) and current.measure(until)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    document["finished"] = now() if finished else None
    write_json(path, document)
    summary = write_summary(path.parent, document)
    if not finished:
        print(f"time is up; go on with: lab/run --resume {path.parent.name}")
    failed = [entry for entry in document["verified"] if entry["problems"]]
    for entry in failed:
        print(f"failed: {entry['peer']} ({entry['job']}, {entry['workload']}): {entry['problems'][0]}")
    print(f"written: {summary}")
    return 1 if failed else 0


def opened(options, arguments, book):
    """The run's file and content: a new one, or the one to go on with."""
    if options.resume:
        path = run_file(options.resume)
        document = read_json(path)
        if document["commit"] != machine.commit():
            print(f"note: the run began at {document['commit']}, and this is {machine.commit()}")
        return path, document
    workloads = options.workloads or list(book.workloads)
    unknown = set(workloads) - set(book.workloads)
    if unknown:
        raise build.SetupError(f"unknown workloads: {', '.join(sorted(unknown))}")
    parts = options.peers or [""]
    chosen = {peer.name: peers.describe(peer) for peer in book.peers if any(part in peer.name for part in parts)}
    if not chosen:
        raise build.SetupError("no peer has a name like that: see lab/run --list")
    # A quick run only shows that everything works: it is not kept with the others.
    folder = places.TARGET / "quick" if options.quick else places.RUNS / (options.name or now("%Y-%m-%d-%H%M"))
    document = {
        "format": 1,
        "command": shlex.join(["lab/run", *arguments]),
        "started": now(),
        "finished": None,
        "commit": machine.commit(),
        "machine": machine.facts(),
        "tools": {},
        "settings": {
            "rows": options.rows,
            "rounds": options.rounds,
            "workloads": workloads,
            "jobs": list(options.jobs),
            "threads": list(options.threads),
        },
        "inputs": {},
        "peers": chosen,
        "verified": [],
        "rounds": [],
    }
    folder.mkdir(parents=True, exist_ok=options.quick)
    return folder / "run.json", document


def rewrite(name, for_readme):
    document = read_json(run_file(name))
    if for_readme:
        readme.replace_table(places.README, name, document)
        print(f"written: {places.README}")
    else:
        print(f"written: {write_summary(run_file(name).parent, document)}")
    return 0


def run_file(name):
    path = places.RUNS / name / "run.json"
    if not path.exists():
        raise SystemExit(f"lab/run: there is no {path}")
    return path


def write_summary(folder, document):
    path = folder / "summary.md"
    path.write_text(render.summary(document))
    return path


def scratch_folder():
    """A file system in memory, so that no disk is measured; it costs each peer's writing a copy."""
    memory = Path("/dev/shm")
    enough = 2 << 30
    if memory.is_dir() and shutil.disk_usage(memory).free > enough:
        return memory
    return places.TARGET


def now(form="%Y-%m-%dT%H:%M:%SZ"):
    return datetime.datetime.now(datetime.UTC).strftime(form)
