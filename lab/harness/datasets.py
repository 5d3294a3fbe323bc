"""Measures what `lab/run` does not: rows in order, rows in folders, verified files and compacted datasets.

Every contestant is one process with one thread on one core. Each result is checked before anything is measured: its rows, and of each column
how many values it has, as DuckDB counts them; of rows in order their order.
"""

import argparse
import json
import random
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from harness import build, machine, places
from harness.main import now, scratch_folder
from harness.measure import PeerError, watched
from harness.peers import load
from harness.store import write_json

WORKLOADS = ("synth40", "realistic")
TIME, SERVICE = "chq_timestamp", "resource_service_name"
LEVELS = f"day({TIME})/hour({TIME})/minute({TIME},{{minutes}})/{SERVICE}"
# So that there are some hundred folders.
MINUTES = {"synth40": 60, "realistic": 10}
MIB = 1 << 20


@dataclass(frozen=True)
class Contestant:
    """One way to do a work. Words in braces are filled in."""

    name: str
    command: str
    # What it has in its output's place beforehand: a dataset, which it compacts.
    takes_dataset: bool = False
    # Whether it writes many files.
    is_folder: bool = False


@dataclass(frozen=True)
class Work:
    name: str
    contestants: tuple
    # How many files a dataset has before, and about how many rows each.
    files: int = 0
    file_rows: int = 0
    order: tuple = field(default=())


def convert(options, output="{output}"):
    return f"{{bucksaw}} convert {{input}} -o {output} --quiet --threads 1 --profile modern {options}"


def peer(name, work):
    return f"{{python}} {{lab}}/peers/python/datasets_peer.py {name} {work} {{input}} {{schema}} {{output}} {{scratch}}"


SORTED = f"--sort {SERVICE},{TIME} --memory-limit 64MiB --temp-dir {{scratch}}"
FOLDERS = f"--partition {LEVELS} --time {TIME}:epoch_ms --memory-limit 64MiB --temp-dir {{scratch}}"
COMPACT = "{bucksaw} compact {output} --target-size 256MiB"
WORKS = (
    Work(
        "sort",
        (
            Contestant("bucksaw", convert(SORTED)),
            Contestant("DuckDB", peer("DuckDB", "sort")),
            Contestant("DuckDB, 1 GB", peer("DuckDB", "sort") + " 1GB"),
            Contestant("polars", peer("polars", "sort")),
        ),
        order=(SERVICE, TIME),
    ),
    Work(
        "partition",
        (
            Contestant("bucksaw", convert(FOLDERS, "{output}/"), is_folder=True),
            Contestant("DuckDB", peer("DuckDB", "partition {minutes}"), is_folder=True),
            Contestant("polars", peer("polars", "partition {minutes}"), is_folder=True),
        ),
    ),
    Work(
        "cluster",
        (
            Contestant("bucksaw", convert(f"--cluster {SERVICE},chq_fingerprint --row-group-rows 65536 --memory-limit 256MiB")),
            Contestant("bucksaw, not clustered", convert("--row-group-rows 65536 --memory-limit 256MiB")),
        ),
    ),
    Work(
        "verify",
        (
            Contestant("bucksaw", convert("--verify")),
            Contestant("bucksaw, not verified", convert("")),
        ),
    ),
    Work(
        "compact-small",
        (
            Contestant("bucksaw", COMPACT, takes_dataset=True, is_folder=True),
            Contestant("DuckDB", peer("DuckDB", "compact")),
            Contestant("DuckDB, 1 GB", peer("DuckDB", "compact") + " 1GB"),
        ),
        files=1_000,
        file_rows=400,
    ),
    Work(
        "compact-large",
        (
            Contestant("bucksaw", COMPACT.replace("256MiB", "1GiB"), takes_dataset=True, is_folder=True),
            Contestant("DuckDB", peer("DuckDB", "compact")),
            Contestant("DuckDB, 1 GB", peer("DuckDB", "compact") + " 1GB"),
        ),
        files=20,
        file_rows=0,
    ),
)


def main(arguments):
    parser = argparse.ArgumentParser(prog="lab/datasets", description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, default=400_000, help="of each workload [400000]")
    parser.add_argument("--rounds", type=int, default=5, help="of each contestant [5]")
    parser.add_argument("--workloads", default=",".join(WORKLOADS), help="[both]")
    parser.add_argument("--works", default=",".join(work.name for work in WORKS), help="[all]")
    parser.add_argument("--quick", action="store_true", help="2,000 rows, one round, as the tests have built everything; nothing is kept")
    parser.add_argument("--name", help="of the folder in lab/runs [the date]")
    options = parser.parse_args(arguments)
    if options.quick:
        options.rows, options.rounds = 2_000, 1
        places.build_quickly()
    build.build(load(), ["bucksaw", "python"])
    folder = places.TARGET / "quick-datasets" if options.quick else places.RUNS / (options.name or now("%Y-%m-%d-%H%M-datasets"))
    folder.mkdir(parents=True, exist_ok=True)
    document = {
        "command": shlex.join(["lab/datasets", *arguments]),
        "started": now(),
        "commit": machine.commit(),
        "machine": machine.facts(),
        "settings": {"rows": options.rows, "rounds": options.rounds},
        "problems": [],
        "rounds": [],
    }
    scratch = Path(tempfile.mkdtemp(prefix="bucksaw-lab-", dir=scratch_folder()))
    try:
        for workload in options.workloads.split(","):
            for work in WORKS:
                if work.name in options.works.split(","):
                    Contest(work, workload, options, document, scratch).run()
                    write_json(folder / "run.json", document)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    (folder / "summary.md").write_text(summary(document))
    print(f"written: {folder / 'summary.md'}")
    return 1 if document["problems"] else 0


class Contest:
    """One work on one workload."""

    def __init__(self, work, workload, options, document, scratch):
        self.work, self.workload, self.options, self.document, self.scratch = work, workload, options, document, scratch
        self.cpu = machine.pinned_core()
        path = places.INPUTS / f"{workload}-{options.rows}.ndjson"
        build.make_inputs(load(), workload, options.rows, ["ndjson"])
        self.input, self.schema = path, build.schema_file(path)
        self.expected = counts(f"read_ndjson('{path}', {sql_columns(self.schema)})")
        self.dataset = self.make_dataset() if work.files else None

    def run(self):
        left = [contestant for contestant in self.work.contestants if self.is_sound(contestant)]
        for number in range(self.options.rounds):
            random.Random(number).shuffle(left)
            for contestant in left:
                self.keep(contestant, number, self.once(contestant))
        shutil.rmtree(self.scratch / "dataset", ignore_errors=True)

    def make_dataset(self):
        """A dataset of many small files, or of some large ones."""
        dataset = self.scratch / "dataset"
        rows = self.work.file_rows or max(self.options.rows // 2, 1)
        copies = 1 if self.work.file_rows else self.work.files // 2
        for _ in range(copies):
            words = [str(places.workloads().with_name("bucksaw")), "convert", str(self.input), "-o", f"{dataset}/", "--quiet", "--profile", "modern"]
            subprocess.run([*words, "--roll-rows", str(rows)], check=True)
        self.expected = {name: count * copies for name, count in self.expected.items()}
        return dataset

    def words(self):
        source = f"{self.dataset}/*.parquet" if self.dataset else self.input
        bucksaw = places.workloads().with_name("bucksaw")
        return {
            "bucksaw": bucksaw, "python": places.PYTHON, "lab": places.LAB, "scratch": self.scratch,
            "minutes": MINUTES[self.workload], "input": source, "schema": self.schema, "output": self.scratch / "output",
        }

    def once(self, contestant):
        output = self.scratch / "output"
        shutil.rmtree(output, ignore_errors=True)
        output.unlink(missing_ok=True)
        if contestant.takes_dataset:
            # Of links: what is compacted goes, and the files of the other stay. What it knows of itself is its own.
            subprocess.run(["cp", "-al", self.dataset, output], check=True)
            shutil.rmtree(output / "_bucksaw")
            shutil.copytree(self.dataset / "_bucksaw", output / "_bucksaw")
        elif contestant.is_folder:
            output.mkdir()
        command = [part.format(**self.words()) for part in shlex.split(contestant.command)]
        figures, _ = watched(["taskset", "-c", str(self.cpu), *command], build.os.environ)
        files = [file for file in output.rglob("*.parquet")] if output.is_dir() else [output]
        return {**figures, "files": len(files), "output_bytes": sum(file.stat().st_size for file in files)}

    def is_sound(self, contestant):
        """One run, which is not measured: whether it wrote what it was given."""
        try:
            figures = self.once(contestant)
            problems = self.problems(contestant)
        except PeerError as error:
            figures, problems = {}, [str(error)]
        print(f"verified: {self.work.name}, {self.workload}: {contestant.name}: {'; '.join(problems) or 'as expected'}, {figures.get('files')} files", flush=True)
        named = {"work": self.work.name, "workload": self.workload, "contestant": contestant.name}
        self.document["problems"] += [{**named, "problem": problem} for problem in problems]
        return not problems

    def problems(self, contestant):
        output = self.words()["output"]
        source = f"'{output}'" if not contestant.is_folder else f"'{output}/**/*.parquet', hive_partitioning = true, union_by_name = true"
        found = counts(f"read_parquet({source})")
        wrong = [name for name, count in self.expected.items() if found.get(name, 0) != count]
        told = [f"{name} has {found.get(name, 0)} values, and not {self.expected[name]}" for name in wrong[:3]]
        if self.work.order and not told:
            keys = ", ".join(self.work.order)
            query = f"SELECT count(*) FROM (SELECT ({keys}) < lag(({keys})) OVER (ORDER BY file_row_number) AS before FROM read_parquet({source}, file_row_number = true)) WHERE before"
            (misplaced,) = sql(query)[0]
            told += [f"{misplaced} rows are before others that are less"] if misplaced else []
        return told

    def keep(self, contestant, number, figures):
        entry = {"work": self.work.name, "workload": self.workload, "contestant": contestant.name, "round": number}
        self.document["rounds"].append({**entry, **figures})


def sql(query):
    """The rows that a query gives, asked in the peers' Python environment."""
    # Its bar of progress would be on standard output.
    program = (
        "import duckdb, json, sys; duckdb.sql('SET enable_progress_bar = false'); "
        "print(json.dumps(duckdb.sql(sys.argv[1]).fetchall(), default=str))"
    )
    ran = subprocess.run([str(places.PYTHON), "-c", program, query], capture_output=True, text=True, check=False)
    if ran.returncode:
        raise PeerError(ran.stderr.strip().splitlines()[-1])
    return json.loads(ran.stdout)


def counts(table):
    """The rows of a table, and the values of each of its columns."""
    names = [row[0] for row in sql(f"DESCRIBE SELECT * FROM {table}")]
    counted = ", ".join(f'count("{name}")' for name in names)
    (row,) = sql(f"SELECT count(*), {counted} FROM {table}")
    return dict(zip(["", *names], row))


def sql_columns(schema):
    kinds = {"bool": "BOOLEAN", "int64": "BIGINT", "double": "DOUBLE", "text": "VARCHAR"}
    declared = json.loads(Path(schema).read_text())["columns"]
    return "columns = {" + ", ".join(f"'{column['name']}': '{kinds[column['type']]}'" for column in declared) + "}"


def summary(document):
    """Medians; ratios are of CPU time, to Bucksaw's."""
    machine_words = f"{document['machine']['cpu']}, one core"
    lines = ["# Datasets", "", f"`{document['command']}`, commit {document['commit']}, {document['started']}, {machine_words}", ""]
    for problem in document["problems"]:
        lines.append(f"- not measured: {problem['work']}, {problem['workload']}, {problem['contestant']}: {problem['problem']}")
    contests = {}
    for entry in document["rounds"]:
        contests.setdefault((entry["work"], entry["workload"]), {}).setdefault(entry["contestant"], []).append(entry)
    for (work, workload), contestants in contests.items():
        lines += ["", f"## {work}, {workload}", "", "| | CPU s (least to most) | ratio | wall s | resident | files | size |", "|---|---|---|---|---|---|---|"]
        base = median(contestants["bucksaw"], "cpu_s") if "bucksaw" in contestants else None
        for name, rounds in sorted(contestants.items(), key=lambda item: median(item[1], "cpu_s")):
            times, cpu = [entry["cpu_s"] for entry in rounds], median(rounds, "cpu_s")
            ratio = f"{cpu / base:.2f}" if base else ""
            lines.append(
                f"| {name} | {cpu:.2f} ({min(times):.2f} to {max(times):.2f}) | {ratio} | {median(rounds, 'wall_s'):.2f} "
                f"| {median(rounds, 'rss_peak_bytes') / MIB:.0f} MiB | {median(rounds, 'files'):.0f} | {median(rounds, 'output_bytes') / MIB:.1f} MiB |"
            )
    return "\n".join([*lines, ""])


def median(rounds, key):
    return statistics.median(entry[key] for entry in rounds)
