"""DuckDB. Usage: duckdb_peer.py memory|ndjson V1|V2 INPUT OUTPUT THREADS"""

import sys

import duckdb

from clock import measure


def copy(connection, what, version, output):
    options = f"FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, PARQUET_VERSION {version}"
    return connection.execute(f"COPY ({what}) TO '{output}' ({options})").fetchone()[0]


def main(job, version, source, output, threads):
    connection = duckdb.connect(config={"threads": int(threads)})
    # The whole file, since columns may appear late.
    read = f"SELECT * FROM read_ndjson('{source}', sample_size = -1)"
    if job == "memory":
        connection.execute(f"CREATE TABLE t AS {read}")
        measure(lambda: copy(connection, "SELECT * FROM t", version, output), output)
    else:
        copy(connection, read, version, output)


main(*sys.argv[1:])
