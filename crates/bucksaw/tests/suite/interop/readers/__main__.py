"""Reads Parquet files with other people's readers, and compares what they find with the files' models.

    readers FOLDER RESULTS READER...

Beside each FILE.parquet in FOLDER lies FILE.jsonl: a line with the columns' names and types and the
number of rows, then one line a column with its cells. Compared are the columns' names,
order and types, every cell, and the rows that filters find, which the readers look up by statistics.
What is found goes to the file RESULTS, as JSON, of which table.py makes a table.
Ends with 0 if nothing differs, 1 if anything does; any other end is a failure of this script.
"""

import dataclasses
import importlib
import json
import pathlib
import sys
import time

import comparison
from ending import exit_with
from model import Model

# Where each reader is; Spark and the readers in Go need more than Python.
READERS = {
    "pyarrow": "pyarrow_reader.PyArrow",
    "duckdb": "duckdb_reader.DuckDB",
    "polars": "polars_reader.Polars",
    "datafusion": "datafusion_reader.DataFusion",
    "clickhouse": "clickhouse.ClickHouse",
    "fastparquet": "fastparquet_reader.FastParquet",
    "parquet-go": "go_readers.ParquetGo",
    "arrow-go": "go_readers.ArrowGo",
    "spark": "spark.SparkVectorized",
    "spark-rows": "spark.SparkRows",
}


@dataclasses.dataclass(frozen=True)
class File:
    """What a reader is told of a file before it reads all of them."""

    path: str
    sound_columns: list
    has_gaps: bool


def reader_class(name):
    module, found = READERS[name].split(".")
    return getattr(importlib.import_module(module), found)


def prepare(reader, paths):
    """Has a reader read all files at once, if it does so."""
    if not hasattr(reader, "prepare"):
        return
    files = []
    for path in paths:
        with open(path.with_suffix(".jsonl"), encoding="utf-8") as lines:
            columns = [(column["name"], column["type"]) for column in json.loads(next(lines))["columns"]]
        gaps = comparison.gaps_of(reader, path.stem, columns)
        files.append(File(str(path), [each for each in columns if each[0] not in gaps], bool(gaps)))
    reader.prepare(files)


def main():
    folder, results, names = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]), sys.argv[3:]
    paths = sorted(folder.glob("*.parquet"))
    assert names and paths, "readers and files are needed"
    readers = [reader_class(name) for name in names]
    models = {path: Model(path.with_suffix(".jsonl")) for path in paths}
    found = []
    for reader in readers:
        start = time.monotonic()
        prepare(reader, [path for path in paths if not models[path].kept_rows])
        total = comparison.Result()
        for path in paths:
            total.add(comparison.compare(reader, path, models[path]))
        for gap in total.gaps - total.found_gaps:
            total.problems.append(f"{reader.name} {reader.version} is no longer one that {gap.reason}")
        found.append({
            "reader": f"{reader.name} {reader.version}",
            "seconds": time.monotonic() - start,
            "cells": total.cells,
            "filters": total.filters,
            "gaps": sorted({gap.reason for gap in total.found_gaps}),
            "outcomes": total.outcomes,
            "problems": total.problems,
        })
    results.write_text(json.dumps(found))
    return 1 if any(each["problems"] for each in found) else 0


if __name__ == "__main__":
    exit_with(main)
