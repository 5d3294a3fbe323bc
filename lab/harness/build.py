"""Builds the peers and makes their inputs, where that is not done yet."""

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import replace

from harness import places
from harness.checks import ANY
from harness.store import read_json, write_json


class SetupError(Exception):
    """A peer's tools are missing, or its build fails."""


def without_missing_tools(book):
    """The peers that can be built here; says which are left out."""
    missing = {name for name, build in book.builds.items() if not shutil.which(build["needs"])}
    for name in sorted(missing):
        print(f"left out: all peers of the build {name!r}, since {book.builds[name]['needs']} was not found")
    return replace(book, peers=tuple(peer for peer in book.peers if peer.build not in missing))


def build(book, names):
    """Runs the commands of these builds. Cargo and Go find out themselves what there is to do."""
    for name in names:
        entry = book.builds[name]
        if not shutil.which(entry["needs"]):
            raise SetupError(f"{entry['needs']} was not found: install it, or leave out its peers with --peers")
        stamp = places.TARGET / f"{name}.stamp"
        wanted = hashlib.sha256((places.ROOT / entry["lock"]).read_bytes()).hexdigest()
        if entry.get("once") and stamp.exists() and stamp.read_text() == wanted:
            continue
        print(f"building: {name}", flush=True)
        for command in entry["commands"]:
            words = {"python": sys.executable, **places.words()}
            call([part.format(**words) for part in command])
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.write_text(wanted)


def call(command, **options):
    if subprocess.run(command, cwd=places.ROOT, check=False, **options).returncode:
        raise SetupError(f"failed: {' '.join(command)}")


# The options of `workloads` for rows in another form than NDJSON, and how such files end.
OTLP = {"otlp": ("--otlp", ".binpb"), "otlp-json": ("--otlp-json", ".otlp.json")}
# What is made of the Arrow file, and how such files end.
TABLES = {"csv": ".csv", "parquet": ".parquet"}


def form_of(job):
    """What a job's rows are expected as."""
    return "otlp" if job in OTLP else "csv" if job == "csv" else "ndjson"


def make_inputs(book, workload, rows, jobs):
    """For each job the file of a workload and what every file made of it has to hold, both kept from run to run."""
    places.INPUTS.mkdir(parents=True, exist_ok=True)
    path = places.INPUTS / f"{workload}-{rows}.ndjson"
    digest = generate(path, workload, rows)
    facts = expected_facts(path, digest)
    complain_of_changes(book, workload, rows, facts)
    call([str(places.PYTHON), str(places.LAB / "peers/python/table.py"), str(path), str(table_file(path)), *jobs])
    inputs = {}
    for job in jobs:
        if job in OTLP:
            option, ending = OTLP[job]
            other = path.with_suffix(ending)
            generate(other, workload, rows, option)
        else:
            other = path.with_suffix(TABLES.get(job, ".ndjson"))
        inputs[job] = (other, expected_facts(path, digest, form_of(job)))
        write_json(schema_file(inputs[job][0]), bucksaw_schema(inputs[job][1]))
        cache(inputs[job][0])
    return facts, inputs


def cache(path):
    """Has a file in the page cache as reading it from the disk leaves it there.

    Pages that its writer left are small and scattered: copying them takes several times as long, for everybody.
    """
    with open(path, "rb", buffering=0) as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        buffer = bytearray(1 << 20)
        while file.readinto(buffer):
            pass


def generate(path, workload, rows, *options):
    """Writes a workload's file and returns its digest."""
    # Made anew each time, since the generator may have changed; it takes a second.
    fresh = path.with_suffix(".new")
    with open(fresh, "wb") as file:
        call([str(places.workloads()), workload, "--rows", str(rows), *options], stdout=file)
    digest = sha256(fresh)
    fresh.replace(path)
    return digest


def expected_facts(path, digest, form="ndjson"):
    """What the rows of an NDJSON file hold, in this form."""
    kept = path.with_suffix(f".{form}.expected.json")
    if not kept.exists() or read_json(kept)["sha256"] != digest:
        # In a process of its own: a parent's memory would count as its children's peak.
        call([sys.executable, "-m", "harness.expected", str(path), str(kept), form], env=harness_environment())
        write_json(kept, {**read_json(kept), "sha256": digest})
    return read_json(kept)


def table_file(path):
    """Where an input stands as an Arrow file: loading NDJSON would take longer than all that is measured."""
    return path.with_suffix(".arrow")


def schema_file(path):
    """Where the schema of an input stands, for peers that want to know the columns beforehand."""
    return path.with_suffix(path.suffix + ".schema.json")


def bucksaw_schema(expected):
    """The columns as `bucksaw convert --schema` takes them."""
    types = {"integer": "int64", ANY: "timestamp"}
    columns = expected["column"].items()
    return {"columns": [{"name": name, "type": types.get(column["kind"], column["kind"])} for name, column in columns]}


def harness_environment():
    """For this package's own programs."""
    return {**os.environ, "PYTHONPATH": str(places.LAB), "PYTHONDONTWRITEBYTECODE": "1"}


def complain_of_changes(book, workload, rows, expected):
    """peers.toml knows how much some row counts hold: other figures come from other rows."""
    known = book.workloads[workload]["expected"].get(str(rows))
    found = {key: expected[key] for key in ("columns", "values", "bytes")}
    if known and known != found:
        raise SetupError(
            f"{workload} at {rows} rows holds {found}, and peers.toml expects {known}: if the generator was "
            "changed on purpose, change peers.toml, and compare no figures with those of earlier runs"
        )


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
