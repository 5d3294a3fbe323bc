"""DuckDB and polars, by their works: sort, compact, and partition by so many minutes. Usage: datasets_peer.py PEER WORK [MINUTES] INPUT SCHEMA OUTPUT SCRATCH [MEMORY]; INPUT is NDJSON, of the work compact a glob.

Rows are put in order, or into folders, as Bucksaw is asked to: by service and time, and by day or hour, minutes and service.
"""

import os
import sys

os.environ["POLARS_MAX_THREADS"] = "1"

import duckdb
import polars

from columns import columns

SQL_TYPES = {"bool": "BOOLEAN", "int64": "BIGINT", "double": "DOUBLE", "text": "VARCHAR"}
FRAME_TYPES = {"bool": polars.Boolean, "int64": polars.Int64, "double": polars.Float64, "text": polars.String}
TIME, SERVICE = "chq_timestamp", "resource_service_name"
ZSTD = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1"


def duckdb_copy(work, minutes, source, schema, output, scratch, memory="256MB"):
    connection = duckdb.connect(config={"threads": 1, "memory_limit": memory, "temp_directory": f"{scratch}/duckdb"})
    if work == "compact":
        connection.execute(f"COPY (SELECT * FROM read_parquet('{source}', union_by_name = true)) TO '{output}' ({ZSTD})")
        return
    quoted = ", ".join(f"'{name}': '{kind}'" for name, kind in columns(schema, SQL_TYPES).items())
    rows = f"read_ndjson('{source}', columns = {{{quoted}}})"
    if work == "sort":
        # What comes in this order need not be kept in the order that it came in.
        connection.execute("SET preserve_insertion_order = false")
        connection.execute(f"COPY (SELECT * FROM {rows} ORDER BY {SERVICE}, {TIME}) TO '{output}' ({ZSTD})")
        return
    time = f"make_timestamp({TIME} * 1000)"
    levels = f"strftime({time}, '%Y-%m-%d') AS day, hour({time}) AS hour, minute({time}) // {minutes} * {minutes} AS minute"
    by = f"PARTITION_BY (day, hour, minute, {SERVICE})"
    connection.execute("SET preserve_insertion_order = false")
    connection.execute(f"COPY (SELECT *, {levels} FROM {rows}) TO '{output}' ({ZSTD}, {by})")


def polars_sink(work, minutes, source, schema, output, scratch):
    zstd = {"compression": "zstd", "compression_level": 1}
    rows = polars.scan_ndjson(source, schema=columns(schema, FRAME_TYPES))
    if work == "sort":
        rows.sort(SERVICE, TIME).sink_parquet(output, **zstd)
        return
    time = polars.from_epoch(TIME, time_unit="ms")
    levels = {"day": time.dt.date(), "hour": time.dt.hour(), "minute": time.dt.minute() // minutes * minutes}
    key = {**levels, SERVICE: polars.col(SERVICE)}
    rows.sink_parquet(polars.PartitionBy(output, key=key, include_key=False), mkdir=True, **zstd)


def main(peer, work, *words):
    minutes, words = (int(words[0]), words[1:]) if work == "partition" else (None, words)
    {"DuckDB": duckdb_copy, "polars": polars_sink}[peer](work, minutes, *words)


main(*sys.argv[1:])
