"""Reads Parquet files with other people's readers, and compares what they find with the files' models.

    readers FOLDER FILES READER...

Beside each FILE.parquet in FOLDER lies FILE.jsonl: a line with the columns' names and types and the
number of rows, then one line a row with its cells, null ones left out. Compared are the columns' names,
order and types, every cell, and the rows that filters find, which the readers look up by statistics.
Ends with 0 if nothing differs, 1 if anything does; any other end is a failure of this script.
"""

import dataclasses
import importlib
import json
import pathlib
import sys
import time

import comparison
from model import Model

# Where each reader is; Spark and the readers in Go need more than Python.
READERS = {
    "pyarrow": "arrow_readers.PyArrow",
    "duckdb": "engines.DuckDB",
    "polars": "engines.Polars",
    "datafusion": "arrow_readers.DataFusion",
    "clickhouse": "arrow_readers.ClickHouse",
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
    folder, files, names = pathlib.Path(sys.argv[1]).resolve(), int(sys.argv[2]), sys.argv[3:]
    paths = sorted(folder.glob("*.parquet"))
    assert len(paths) == files > 0, f"{len(paths)} files, not {files}"
    assert names, "no reader is named"
    readers = [reader_class(name) for name in names]
    seconds = dict.fromkeys(names, 0.0)
    for reader in readers:
        start = time.monotonic()
        prepare(reader, paths)
        seconds[reader.name] += time.monotonic() - start
    width = max(len(path.stem) for path in paths)
    print(f"{'file':{width}}  {'rows':>6} {'columns':>7}  " + "  ".join(f"{name:7}" for name in names))
    total = comparison.Result()
    for path in paths:
        model = Model(path.with_suffix(".jsonl"))
        words = []
        for reader in readers:
            start = time.monotonic()
            result = comparison.compare(reader, path, model)
            seconds[reader.name] += time.monotonic() - start
            word = "DIFFERS" if result.problems else "gap" if result.found_gaps else "equal"
            words.append(f"{word:{max(7, len(reader.name))}}")
            total.problems += result.problems
            total.cells += result.cells
            total.filters += result.filters
            total.gaps |= result.gaps
            total.found_gaps |= result.found_gaps
        print(f"{path.stem:{width}}  {model.rows:6} {len(model.columns):7}  " + "  ".join(words))
    for gap in total.gaps:
        if gap in total.found_gaps:
            print(f"known: {gap.reader} {gap.reason}")
        else:
            total.problems.append(f"{gap.reader} is no longer one that {gap.reason}: it reads all of it")
    for problem in total.problems[:50]:
        print(problem)
    print("seconds: " + ", ".join(f"{name} {spent:.0f}" for name, spent in seconds.items()))
    end = f"{len(total.problems)} differences" if total.problems else "no difference"
    print(f"{files} files, {total.cells} cells and {total.filters} filters compared: {end}")
    return 1 if total.problems else 0


if __name__ == "__main__":
    # An exception that got here would end Python with 1, which stands for a difference.
    try:
        code = main()
    except BaseException as error:
        print(f"the readers' script failed: {error!r}", file=sys.stderr)
        code = 2
    sys.exit(code)
