"""What a workload's rows hold, from its NDJSON and nothing but Python's own JSON reader.

Usage: python -m harness.expected INPUT OUTPUT [otlp|csv]; of the same rows as OTLP log records, or as CSV
"""

import json
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

from harness.checks import ANY, canonical, kind, summary
from harness.store import write_json


# How the workloads put rows into OTLP requests: records of a request, and of a resource.
REQUEST_RECORDS, RESOURCE_RECORDS = 512, 52
SEVERITIES = {"TRACE": 1, "DEBUG": 5, "INFO": 9, "WARN": 13, "ERROR": 17, "FATAL": 21}
CORE = {"log_message": "body", "log_level": "severity_text", "trace_id": "trace_id", "span_id": "span_id"}
# Of times only how many there are is compared: their units differ from peer to peer.
TIMES = {"chq_timestamp": "time", "chq_observed_timestamp": "observed_time"}


def of_otlp(rows):
    """Rows as they are in OTLP: each run of them has the resource and the scope of its first."""
    for number, row in enumerate(rows):
        if number % REQUEST_RECORDS % RESOURCE_RECORDS == 0:
            first = row
        record = {name: value for name, value in first.items() if name.startswith("resource_")}
        record |= {name: first[name] for name in ("scope_name", "scope_version") if name in first}
        if "resource_service_name" in record:
            record["service_name"] = record["resource_service_name"]
        for name, value in row.items():
            if name in TIMES:
                record[TIMES[name]] = True
            elif name in CORE:
                record[CORE[name]] = value
            elif not name.startswith(("resource_", "scope_")):
                record[name if name.startswith("attr_") else f"attr_{name}"] = value
        if "severity_text" in record:
            record["severity_number"] = SEVERITIES[record["severity_text"]]
        yield record


NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?")


def as_in_csv(counts):
    """A column's values as CSV tells them: where all texts are numbers, as versions like 1.1 are, nothing says that they were texts."""
    if not all(isinstance(value, str) and NUMBER.fullmatch(value) for value in counts):
        return counts
    read = int if all(value.lstrip("-").isdigit() for value in counts) else float
    numbers = Counter()
    for value, count in counts.items():
        numbers[read(value)] += count
    return numbers


def expect(rows, form="ndjson"):
    """The expected rows and columns of these."""
    count, counts, kinds = 0, defaultdict(Counter), {}
    for row in rows:
        count += 1
        for name, value in row.items():
            if value is not None:
                counts[name][value] += 1
                if kinds.setdefault(name, kind(value)) != kind(value):
                    raise ValueError(f"column {name} has values of two kinds")
    if form == "csv":
        counts = {name: as_in_csv(counter) for name, counter in counts.items()}
        kinds = {name: kind(next(iter(counter))) for name, counter in counts.items()}
    column = {
        name: summary(kinds[name], [(canonical(value), count) for value, count in counter.items()])
        for name, counter in counts.items()
    }
    return {"rows": count, "column": column}


def main(source, output, form="ndjson"):
    with open(source, "rb") as lines:
        rows = map(json.loads, lines)
        expected = expect(of_otlp(rows) if form == "otlp" else rows, form)
    for name in TIMES.values() if form == "otlp" else ():
        if name in expected["column"]:
            expected["column"][name] |= {"kind": ANY, "checksum": ANY}
    values = sum(column["values"] for column in expected["column"].values())
    size = Path(source).stat().st_size
    totals = {"columns": len(expected["column"]), "values": values, "bytes": size}
    write_json(Path(output), {**totals, **expected})


if __name__ == "__main__":
    main(*sys.argv[1:])
