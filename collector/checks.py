"""Has Bucksaw convert a file, and compares what it wrote with what the model expects."""

import json
import subprocess
from collections import Counter
from dataclasses import dataclass

from model.columns import expected
from model.comparison import differences
from model.rows import rows_of
from model.sources import FORMS, contents, messages, parsed


@dataclass(frozen=True)
class Outcome:
    name: str
    rows: int
    cells: int
    differences: tuple


def check(bucksaw, path, form, signal, options=()):
    """Converts a file of OTLP, with one thread and with three, and compares all cells of the result, and all counts of the report."""
    source, counts = path.read_bytes(), Counter()
    rows = [row for message in messages(source, FORMS[form], signal, counts) for row in rows_of(message, signal)]
    columns, of_values = expected(rows, signal)
    name = f"{path.parent.name}/{path.name}"
    outputs = [path.with_name(f"{path.name}-{threads}.parquet") for threads in (1, 3)]
    for threads, output in zip((1, 3), outputs, strict=True):
        command = [bucksaw, "convert", path, "-o", output, "--overwrite", "--json", "--threads", str(threads), *options]
        converted = subprocess.run(command, capture_output=True, text=True, check=False)
        if converted.returncode:
            return Outcome(name, len(rows), 0, (f"bucksaw convert failed: {converted.stderr.strip()}",))
    told, cells = differences(outputs[0], columns)
    told.extend(of_report(json.loads(converted.stdout), len(rows), counts + of_values))
    if outputs[0].read_bytes() != outputs[1].read_bytes():
        told.append("three threads write another file than one")
    return Outcome(name, len(rows), cells, tuple(told))


def check_shared(bucksaw, path, form, alone):
    """Converts a file with all signals, each of which becomes a table of its own; `alone` has the same messages by signal."""
    form, counts = FORMS[form], Counter()
    signals = {content: signal for signal, file in alone.items() for content in contents(file.read_bytes(), form)}
    rows = {signal: [] for signal in alone}
    for content in contents(path.read_bytes(), form):
        signal = signals[content]
        rows[signal].extend(rows_of(parsed(content, form, signal, counts), signal))
    name, folder = f"{path.parent.name}/{path.name}", path.with_name(f"{path.name}-tables")
    folder.mkdir()
    command = [bucksaw, "convert", path, "-o", f"{folder}/", "--quiet"]
    converted = subprocess.run(command, capture_output=True, text=True, check=False)
    if converted.returncode:
        return Outcome(name, 0, 0, (f"bucksaw convert failed: {converted.stderr.strip()}",))
    told, cells = [], 0
    for signal in alone:
        (table,) = (folder / signal).iterdir()
        found, compared = differences(table, expected(rows[signal], signal)[0])
        told, cells = [*told, *found], cells + compared
    return Outcome(name, sum(map(len, rows.values())), cells, tuple(told))


def of_report(report, rows, counts):
    """What the report tells otherwise than expected."""
    read, (written,) = report["input"], report["reports"]
    found = {name: count for name, count in written["alterations"].items() if count}
    if found != dict(counts):
        yield f"the report counts {found}, not {dict(counts)}"
    if (read["records"], read["rows"], read["rejected"], written["rows"]) != (rows, rows, 0, rows):
        yield f"of {rows} records the report tells {read}"


def tell(outcomes):
    """Prints what comes out, as it does; whether all is as expected."""
    passed = failed = 0
    for outcome in outcomes:
        passed, failed = passed + (not outcome.differences), failed + bool(outcome.differences)
        verdict = "DIFFERS" if outcome.differences else "ok"
        print(f"{outcome.name:<50} {outcome.rows:>7} rows {outcome.cells:>9} cells  {verdict}", flush=True)
        for difference in outcome.differences:
            print(f"    {difference}")
    print(f"{passed} passed, {failed} failed")
    return failed == 0
