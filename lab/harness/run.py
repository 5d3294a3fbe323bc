"""A run: what is verified and measured, in which order, and the file that keeps all of it."""

import json
import random
import subprocess
import time
from dataclasses import dataclass

from harness import build, checks, machine, measure, places
from harness.figures import entry_key
from harness.store import write_json


@dataclass(frozen=True)
class Contest:
    """What is compared: one job on one workload with one thread or all."""

    job: str
    workload: str
    threads: str

    def __str__(self):
        return f"{self.job}, {self.workload}, {'one thread' if self.threads == 'one' else 'all cores'}"

    def words(self):
        return {"job": self.job, "workload": self.workload, "threads": self.threads}


class Run:
    """Takes the steps of a run that have not been taken, and keeps each result as soon as it is there."""

    def __init__(self, path, document, book, scratch):
        self.path = path
        self.document = document
        self.book = book
        self.scratch = scratch
        self.cpu = machine.pinned_core()
        self.inputs = {}
        self.checked_files = {}

    def contests(self):
        settings = self.document["settings"]
        return [
            Contest(job, workload, threads)
            for workload in settings["workloads"]
            for job in settings["jobs"]
            for threads in settings["threads"]
        ]

    def peers(self, contest):
        """Who takes part."""
        return [
            peer
            for peer in self.book.peers
            if peer.name in self.document["peers"] and contest.job in peer.run and contest.threads in peer.threads
        ]

    def prepare(self):
        """Makes the inputs of all workloads."""
        settings = self.document["settings"]
        for workload in settings["workloads"]:
            expected, inputs = build.make_inputs(self.book, workload, settings["rows"], settings["jobs"])
            totals = {key: expected[key] for key in ("rows", "columns", "values", "bytes", "sha256")}
            known = self.document["inputs"].setdefault(workload, totals)
            if known != totals:
                raise build.SetupError(f"{workload} is not what it was when the run began: start another")
            self.inputs.update({(workload, job): input for job, input in inputs.items()})

    def verify(self, until):
        """One run of every peer, read back: who fails is not measured; returns False where time ran out."""
        done = {entry_key(entry) for entry in self.document["verified"]}
        for contest in self.contests():
            for peer in self.peers(contest):
                if (*contest.words().values(), peer.name) in done:
                    continue
                if time.monotonic() > until:
                    return False
                self.keep("verified", contest, peer, self.verified(contest, peer))
        return True

    def verified(self, contest, peer):
        try:
            self.once(contest, peer)
            problems, notes = self.checked(contest, peer)
        except measure.PeerError as error:
            problems, notes = [str(error)], []
        finally:
            self.output().unlink(missing_ok=True)
        print(f"verified: {contest}: {peer.name}: {'; '.join(problems[:3]) or 'as expected'}", flush=True)
        return {"problems": problems[:20], "notes": notes}

    def checked(self, contest, peer):
        """Compares the file with what it has to hold; files of the same bytes need that once."""
        _, expected = self.inputs[contest.workload, contest.job]
        layout = peer.otlp_layout if contest.job in build.OTLP else ""
        key = (contest.workload, build.form_of(contest.job), layout, build.sha256(self.output()))
        if key not in self.checked_files:
            self.checked_files[key] = checks.compare(expected, read_back(self.output(), expected, layout))
        return self.checked_files[key]

    def measure(self, until):
        """The rounds, each peer once in each; returns False where time ran out before the last."""
        done = {(*entry_key(entry), entry["round"]) for entry in self.document["rounds"]}
        # Round by round over all contests: whatever is cut short has the same rounds everywhere.
        for number in range(1, self.document["settings"]["rounds"] + 1):
            print(f"round {number}", flush=True)
            for contest in self.contests():
                for peer in self.order(contest, number):
                    if (*contest.words().values(), peer.name, number) in done:
                        continue
                    if time.monotonic() > until:
                        return False
                    self.measure_once(contest, peer, number)
        return True

    def order(self, contest, number):
        """Who has passed verification, in an order of this round's own: nobody always follows the same one."""
        failed = {entry_key(entry) for entry in self.document["verified"] if entry["problems"]}
        order = [peer for peer in self.peers(contest) if (*contest.words().values(), peer.name) not in failed]
        random.Random(number).shuffle(order)
        return order

    def measure_once(self, contest, peer, number):
        try:
            figures = self.once(contest, peer)
        except measure.PeerError as error:
            # As if it had failed verification: it is measured no more, and stands in no table.
            print(f"failed: {contest}: {peer.name}: {error}", flush=True)
            self.keep("verified", contest, peer, {"problems": [f"round {number}: {error}"], "notes": []})
        else:
            self.keep("rounds", contest, peer, {"round": number, **figures})

    def once(self, contest, peer):
        settings = self.document["settings"]
        path, expected = self.inputs[contest.workload, contest.job]
        threads = 1 if contest.threads == "one" else self.document["machine"]["cores"]
        words = {
            "input": path,
            "table": build.table_file(path),
            "schema": build.schema_file(path),
            "output": self.output(),
            "workload": contest.workload,
            "rows": settings["rows"],
        }
        figures = measure.once(peer, contest.job, threads, self.cpu, words)
        if figures.pop("rows", expected["rows"]) != expected["rows"]:
            raise measure.PeerError("it says that it wrote another number of rows")
        return figures

    def output(self):
        return self.scratch / "out.parquet"

    def keep(self, where, contest, peer, entry):
        self.document[where].append({**contest.words(), "peer": peer.name, **entry})
        write_json(self.path, self.document)


def read_back(path, expected, layout=""):
    """What the file holds, read in the peers' Python environment."""
    command = [str(places.PYTHON), "-m", "harness.read_back", str(path)]
    if layout:
        kinds = {name: column["kind"] for name, column in expected["column"].items()}
        command += [layout, json.dumps(kinds)]
    ran = subprocess.run(command, env=build.harness_environment(), capture_output=True, text=True, check=False)
    if ran.returncode:
        last = (ran.stderr.strip().splitlines() or ["no message"])[-1]
        raise measure.PeerError(f"its file can't be read: {last}")
    return json.loads(ran.stdout)
