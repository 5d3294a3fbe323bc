"""DuckDB. Usage: duckdb_peer.py memory|ndjson V1|V2 INPUT OUTPUT THREADS; INPUT is Arrow or NDJSON"""

import sys

import duckdb
import pyarrow.feather

from clock import measure


def copy(connection, what, version, output):
    options = f"FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, PARQUET_VERSION {version}"
    return connection.execute(f"COPY ({what}) TO '{output}' ({options})").fetchone()[0]


def main(job, version, source, output, threads):
    connection = duckdb.connect(config={"threads": int(threads)})
    if job == "memory":
        connection.register("arrow", pyarrow.feather.read_table(source))
        connection.execute("CREATE TABLE t AS SELECT * FROM arrow")
        connection.unregister("arrow")
        measure(lambda: copy(connection, "SELECT * FROM t", version, output), output)
    else:
        # The whole file, since columns may appear late.
        copy(connection, f"SELECT * FROM read_ndjson('{source}', sample_size = -1)", version, output)


main(*sys.argv[1:])
