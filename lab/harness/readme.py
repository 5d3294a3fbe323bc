"""The README's table, between two comments that mark its place."""

from harness.figures import table
from harness.render import JOB_TITLES, markdown, size

BEGIN = "<!-- made by lab/run --readme: do not edit -->"
END = "<!-- end of what lab/run --readme made -->"


def replace_table(path, name, document):
    """Puts a run's table where the marks are."""
    text = path.read_text()
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise SystemExit(f"lab/run: {path} needs each of these lines once:\n{BEGIN}\n{END}")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    path.write_text(f"{before}{BEGIN}\n{section(name, document)}\n{END}{after}")


def section(name, document):
    """What stands between the marks: a table for each job on one thread, where Bucksaw loses, the command."""
    standings = [standing for standing in table(document) if standing.threads == "one"]
    machine, settings = document["machine"], document["settings"]
    rounds = len({entry["round"] for entry in document["rounds"]})
    parts = [
        f"{settings['rows']:,} rows, one core of {machine['cpu']}, medians of {rounds} interleaved rounds; "
        "rows per second of CPU time, in brackets how many times Bucksaw's default that is. With NDJSON every rival is told the "
        "columns and their types, its best case; Bucksaw is told nothing."
    ]
    for job in settings["jobs"]:
        if of_job := [standing for standing in standings if standing.job == job]:
            parts += [f"**{JOB_TITLES[job]}**", job_table(of_job, document)]
    parts.append("Where Bucksaw loses:\n" + "\n".join(losses(standings)))
    parts.append(
        f"Made on {document['started'][:10]} with `{document['command']}`; [the whole run](lab/runs/{name}/summary.md) has all "
        "peers, wall times, allocations and versions, [lab/](lab/README.md) says what is compared and how."
    )
    return "\n\n".join(parts)


# Rows of a table: the README's first readers want the order, not each peer.
ROWS = 5


def job_table(standings, document):
    """A row for the default and the best of each rival's, the columns of one workload after the other."""
    first = standings[0]
    names = [line.peer for line in first.lines]
    names += [line.peer for other in standings[1:] for line in other.lines if line.peer not in names]
    names = best_of_each(names, first.base)[:ROWS]
    head = ["peer", "version", "given" if first.job == "memory" else ""]
    for standing in standings:
        head += [f"{standing.workload}: rows/CPU s", "peak memory", "file"]
    head.append("codec, notes")
    rows = []
    for name in names:
        peer = document["peers"][name]
        row = [f"**{name}**" if name == first.base else name, peer["version"]]
        row.append(peer["form"] if first.job == "memory" else "")
        for standing in standings:
            row += cells(standing.line(name))
        notes = {note: None for standing in standings if (line := standing.line(name)) for note in line.notes}
        rows.append([*row, "; ".join([peer["level"], *notes])])
    return markdown(head, rows, right=range(3, len(head) - 1))


def best_of_each(names, base):
    """Bucksaw's default, and of each rival's peers the first, which is the fastest."""
    chosen, makers = [], set()
    for name in names:
        maker = name.split(",")[0].split(" ")[0]
        if name == base or (rival(name) and maker not in makers):
            chosen.append(name)
            makers.add(maker)
    return chosen


def cells(line):
    if line is None:
        return ["failed", "", ""]
    ratio = f" ({line.ratio:.2f})" if line.ratio else ""
    return [f"{line.rows_per_cpu_second:,.0f}{ratio}", size(peak(line)), size(line.output)]


def peak(line):
    """Resident memory, but for what counts its heap: pages that it had before are not seen again."""
    return line.resident if line.heap is None else max(line.heap, line.resident)


def losses(standings):
    """A line for each contest and measure in which a rival does better than Bucksaw's default."""
    measures = (
        ("faster", lambda line: 1 / line.rows_per_cpu_second),
        ("smaller files", lambda line: line.output),
        ("less memory", peak),
    )
    found = []
    for standing in standings:
        base = standing.line(standing.base)
        if base is None:
            continue
        for what, measure in measures:
            better = [line for line in standing.lines if rival(line.peer) and measure(line) < measure(base)]
            if better:
                better.sort(key=measure)
                names = ", ".join(f"{line.peer} (by {1 - measure(line) / measure(base):.0%})" for line in better)
                found.append(f"- {JOB_TITLES[standing.job]}, {standing.workload}: {what}: {names}.")
    return found or ["- nowhere in this run."]


def rival(name):
    return not name.startswith("bucksaw")
