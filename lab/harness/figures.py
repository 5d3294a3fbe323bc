"""From raw figures to what tables show: medians, ratios, spreads."""

import statistics
from dataclasses import dataclass

# Bucksaw as it is unless told otherwise: what the others are compared with.
BASE = "bucksaw"


@dataclass(frozen=True)
class Line:
    """One peer in one contest; medians of its rounds. Times are seconds, memory and sizes bytes."""

    peer: str
    rows_per_cpu_second: float
    # To the base, where that took part: above 1 is faster.
    ratio: float | None
    rows_per_second: float
    # Half of what lies between the least and the greatest CPU time, as a share of the median.
    spread: float
    heap: int | None
    resident: int
    allocated: int | None
    output: int
    notes: tuple


@dataclass(frozen=True)
class Standing:
    """One contest, the fastest peer first."""

    job: str
    workload: str
    threads: str
    base: str
    lines: tuple

    def line(self, peer):
        return next((line for line in self.lines if line.peer == peer), None)


def table(document):
    """The standings of all contests that have figures."""
    contests, notes = {}, {}
    failed = {entry_key(entry) for entry in document["verified"] if entry["problems"]}
    for entry in document["rounds"]:
        if entry_key(entry) not in failed:
            contest = (entry["workload"], entry["job"], entry["threads"])
            contests.setdefault(contest, {}).setdefault(entry["peer"], []).append(entry)
    for entry in document["verified"]:
        notes[entry_key(entry)] = tuple(entry["notes"])
    rows = document["settings"]["rows"]
    standings = []
    for (workload, job, threads), peers in contests.items():
        base = median(peers[BASE], "cpu_s") if BASE in peers else None
        lines = [
            line(peer, rows, rounds, base, notes.get((job, workload, threads, peer), ()))
            for peer, rounds in peers.items()
        ]
        lines.sort(key=lambda line: -line.rows_per_cpu_second)
        standings.append(Standing(job, workload, threads, BASE, tuple(lines)))
    return standings


def entry_key(entry):
    """Whose entry of a run's lists it is."""
    return (entry["job"], entry["workload"], entry["threads"], entry["peer"])


def line(peer, rows, rounds, base, notes):
    cpu = median(rounds, "cpu_s")
    times = [entry["cpu_s"] for entry in rounds]
    return Line(
        peer=peer,
        rows_per_cpu_second=rows / cpu,
        ratio=base / cpu if base else None,
        rows_per_second=rows / median(rounds, "wall_s"),
        spread=(max(times) - min(times)) / 2 / cpu,
        heap=median(rounds, "heap_peak_bytes"),
        resident=median(rounds, "rss_peak_bytes"),
        allocated=median(rounds, "allocated_bytes"),
        output=median(rounds, "output_bytes"),
        notes=notes + parts(rounds),
    )


def parts(rounds):
    """What each process takes, of a peer that is several."""
    names = rounds[0].get("parts_cpu_s", {})
    cpu = {name: statistics.median(entry["parts_cpu_s"][name] for entry in rounds) for name in names}
    return (" and ".join(f"{name} {seconds:.2f} s" for name, seconds in cpu.items()) + " of CPU time",) if cpu else ()


def median(rounds, key):
    """None where the peer can't tell."""
    values = [entry[key] for entry in rounds if entry.get(key) is not None]
    return statistics.median(values) if values else None
