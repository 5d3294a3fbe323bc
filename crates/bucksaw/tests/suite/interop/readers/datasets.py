"""Reads folders of Parquet files as one table with other people's readers, and compares what they find with the rows.

    datasets.py FOLDER ROWS READER...

FOLDER/scanned has files that all have the same columns, which readers are told nothing of; FOLDER/union has files that lack
columns of others, which readers are told to put together. ROWS has a line for each row: its number, and a list of values, each
with its column, its kind and its spelling. A value has to be in its column, or as it is spelled in the column's
sibling NAME__text; and nothing else may be in the row.
Prints a line for each reader and folder. Ends with 0 if nothing differs, 1 if anything does; any other end is a failure
of this script.
"""

import datetime
import decimal
import json
import pathlib
import sys
import tempfile

from ending import exit_with


def files(folder):
    return sorted(str(path) for path in folder.glob("*.parquet"))


def pyarrow(folder, is_union):
    import pyarrow as pa
    import pyarrow.dataset
    import pyarrow.parquet

    schema = None
    if is_union:
        schema = pa.unify_schemas([pyarrow.parquet.read_schema(path) for path in files(folder)])
    return pyarrow.dataset.dataset(folder, format="parquet", schema=schema).to_table().to_pylist()


def duckdb(folder, is_union):
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    option = ", union_by_name = true" if is_union else ""
    query = f"SELECT * FROM read_parquet('{folder}/*.parquet'{option})"
    return connection.execute(query).to_arrow_table().to_pylist()


def polars(folder, is_union):
    import polars as pl

    if not is_union:
        return pl.scan_parquet(f"{folder}/*.parquet").collect().to_dicts()
    scans = [pl.scan_parquet(path) for path in files(folder)]
    return pl.concat(scans, how="diagonal").collect().to_dicts()


def datafusion(folder, _is_union):
    import datafusion

    # It puts together the schemas of all files.
    context = datafusion.SessionContext()
    context.register_parquet("t", str(folder))
    return context.sql("SELECT * FROM t").to_arrow_table().to_pylist()


def clickhouse(folder, is_union):
    import chdb

    setting = ", schema_inference_mode = 'union'" if is_union else ""
    query = (
        f"SELECT * FROM file('{folder}/*.parquet', Parquet)"
        f" SETTINGS output_format_arrow_string_as_string = 1{setting}"
    )
    return chdb.query(query, "ArrowTable").to_pylist()


def spark(folder, is_union):
    from spark import session

    frame = session(True).read.option("mergeSchema", str(is_union).lower()).parquet(str(folder))
    return [row.asDict() for row in frame.collect()]


def iceberg(folder, is_union):
    import pyarrow as pa
    import pyarrow.parquet
    from pyiceberg.catalog.sql import SqlCatalog

    with tempfile.TemporaryDirectory() as warehouse:
        catalog = SqlCatalog("c", uri=f"sqlite:///{warehouse}/c.db", warehouse=f"file://{warehouse}")
        catalog.create_namespace("n")
        schemas = [pyarrow.parquet.read_schema(path) for path in files(folder)]
        table = catalog.create_table("n.t", schema=pa.unify_schemas(schemas) if is_union else schemas[0])
        table.add_files([f"file://{path}" for path in files(folder)])
        return table.scan().to_arrow().to_pylist()


READERS = {
    "pyarrow": pyarrow,
    "duckdb": duckdb,
    "polars": polars,
    "datafusion": datafusion,
    "clickhouse": clickhouse,
    "spark": spark,
    "iceberg": iceberg,
}


def is_value(cell, kind, spelling):
    """Whether a cell is a value as its kind says, or as it is spelled."""
    if isinstance(cell, bytes):
        cell = cell.decode()
    if isinstance(cell, str):
        return cell == spelling
    if kind == "time":
        if cell.tzinfo is None:
            cell = cell.replace(tzinfo=datetime.timezone.utc)
        return cell == datetime.datetime.fromisoformat(spelling)
    return kind == "number" and decimal.Decimal(str(cell)) == decimal.Decimal(spelling)


def problems(found, rows):
    if len(found) != len(rows):
        yield f"{len(found)} rows, not {len(rows)}"
    by_id = {row["id"]: row for row in found}
    for number, values in rows:
        row = dict(by_id.get(number) or {})
        row.pop("id", None)
        for column, kind, spelling in values:
            for name in (column, f"{column}__text"):
                if row.get(name) is not None and is_value(row[name], kind, spelling):
                    del row[name]
                    break
            else:
                yield f"row {number}: {column} is {row.get(column)!r}, not {spelling}"
        rest = {name: cell for name, cell in row.items() if cell is not None}
        if rest:
            yield f"row {number}: {rest} is too much"


def main():
    folder, rows, names = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]), sys.argv[3:]
    rows = [json.loads(line) for line in rows.read_text().splitlines()]
    values = sum(len(row[1]) for row in rows)
    assert names and rows, "readers and rows are needed"
    is_equal = True
    for name in names:
        for kind, is_union in [("scanned", False), ("union", True)]:
            found = list(problems(READERS[name](folder / kind, is_union), rows))
            is_equal = is_equal and not found
            told = found[0] if found else f"{len(rows)} rows, {values} values: no difference"
            print(f"{name:11} {kind:8} {told}")
    return 0 if is_equal else 1


if __name__ == "__main__":
    exit_with(main)
