"""What a workload's rows hold, from its NDJSON and nothing but Python's own JSON reader.

Usage: python -m harness.expected INPUT OUTPUT
"""

import json
import sys
from collections import Counter, defaultdict
from pathlib import Path

from harness.checks import canonical, kind, summary
from harness.store import write_json


def expect(lines):
    """The expected rows and columns of these lines."""
    rows, counts, kinds = 0, defaultdict(Counter), {}
    for line in lines:
        rows += 1
        for name, value in json.loads(line).items():
            if value is not None:
                counts[name][value] += 1
                if kinds.setdefault(name, kind(value)) != kind(value):
                    raise ValueError(f"column {name} has values of two kinds")
    column = {
        name: summary(kinds[name], [(canonical(value), count) for value, count in counter.items()])
        for name, counter in counts.items()
    }
    return {"rows": rows, "column": column}


def main(source, output):
    with open(source, "rb") as lines:
        expected = expect(lines)
    values = sum(column["values"] for column in expected["column"].values())
    size = Path(source).stat().st_size
    totals = {"columns": len(expected["column"]), "values": values, "bytes": size}
    write_json(Path(output), {**totals, **expected})


if __name__ == "__main__":
    main(*sys.argv[1:])
